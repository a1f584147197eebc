//go:build e2e

// Package e2e runs real mail servers against an Internet of our own, and reads what they have to say about it.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// isolated tells the test program, run again, that it has namespaces of its own; or else why it has not.
const isolated = "NDRSCOPE_E2E_ISOLATED"

const yes = "yes"

// TestMain runs the tests with a network, mounts, processes and a host name of their own: servers listen on port 25 of
// addresses of RFC 5737, and nothing is left behind.
func TestMain(m *testing.M) {
	switch os.Getenv(isolated) {
	case "":
		code, err := again()
		if err == nil {
			os.Exit(code)
		}
		os.Setenv(isolated, err.Error())
	case yes:
		if err := settle(); err != nil {
			os.Setenv(isolated, err.Error())
		}
	}
	os.Exit(m.Run())
}

// again runs this program in new namespaces. An error says why that is impossible.
func again() (code int, err error) {
	if os.Geteuid() != 0 {
		return 0, errors.New("only root can have a network of its own")
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), isolated+"="+yes, "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	err = cmd.Run()
	if _, ran := err.(*exec.ExitError); ran {
		return cmd.ProcessState.ExitCode(), nil
	}
	return 0, err
}

// settle makes itself at home in the new namespaces. All addresses of 192.0.2.0/24 are local; what comes from us comes
// from 198.51.100.7; nobody answers in the upper half of 203.0.113.0/24, and there is no route to the lower.
func settle() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := syscall.Sethostname([]byte("mail")); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	for _, args := range []string{
		"link set lo up",
		"address add 198.51.100.7/32 dev lo",
		"route add local 198.51.100.53/32 dev lo src 198.51.100.7",
		"route add local 192.0.2.0/24 dev lo src 198.51.100.7",
		"route add 203.0.113.128/25 dev lo src 198.51.100.7",
		"route add unreachable 203.0.113.0/25",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return nil
}

// packages are the files of a server's packages, from where the script fetch-servers put them.
func packages(t *testing.T, names []string) (files []string) {
	dir := os.Getenv("NDRSCOPE_E2E_SERVERS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Skip("no cache directory: ", err)
		}
		dir = filepath.Join(cache, "ndrscope-e2e")
	}
	for _, name := range names {
		found, err := filepath.Glob(filepath.Join(dir, name, "*.*")) // apt-get leaves "lock" and "partial" beside them
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			t.Skipf("the packages of %s are not in %s; e2e/fetch-servers gets them", name, dir)
		}
		files = append(files, found...)
	}
	return files
}
