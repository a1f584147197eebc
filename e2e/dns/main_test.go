//go:build e2e

// Package dns runs ndrscope against real resolvers, name servers, block lists and mail servers, in a network of its own.
package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ndrscope/diagnose/dnsq"
)

// The environment of the test program that runs again in namespaces of its own: that it does or why it does not, and
// where the ndrscope is that was built for it.
const (
	isolated = "NDRSCOPE_E2E_DNS_ISOLATED"
	program  = "NDRSCOPE_E2E_DNS_PROGRAM"
	yes      = "yes"
)

// Addresses of the network. Those of the mail servers stand in world.txtar.
const (
	nameServer1 = "198.51.100.1"
	nameServer2 = "198.51.100.2"
	listServer  = "198.51.100.3"
	healthy     = "198.51.100.9"  // bind9 as a resolver
	ourResolver = "198.51.100.53" // unbound
	ourAddress  = "192.0.2.25"
	nameless    = "192.0.2.26" // ours as well, without a PTR record
	listed      = "192.0.2.27" // ours as well, on a block list
)

// TestMain runs the tests with a network, mounts and processes of their own, so that servers have the true ports of
// addresses of RFC 5737 and of the root servers, and nothing outside can be reached.
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

// again builds ndrscope and runs this program in new namespaces. An error says why that is impossible.
func again() (code int, err error) {
	if os.Geteuid() != 0 {
		return 0, errors.New("only root can have a network of its own")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "ndrscope-e2e-dns")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "ndrscope")
	if out, err := exec.Command("go", "build", "-o", binary, "ndrscope/cmd/ndrscope").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n", out)
		return 1, nil
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), isolated+"="+yes, program+"="+binary, "TZ=UTC")
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

// settle makes itself at home in the new namespaces. What comes from us comes from ourAddress.
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
	commands := []string{"link set lo up", "address add " + ourAddress + "/32 dev lo"}
	// bind9 looks for the addresses of interfaces; all others only need to be local.
	for _, addr := range append(rootServers(), nameServer1, nameServer2, healthy) {
		commands = append(commands, "address add "+addr+"/32 dev lo")
	}
	for _, network := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"} {
		commands = append(commands, "route add local "+network+" dev lo src "+ourAddress)
	}
	for _, args := range commands {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return nil
}

// rootServers are the IPv4 addresses of the Internet's, which ndrscope asks where no reference is named.
func rootServers() []string {
	var list []string
	for _, at := range dnsq.InternetRoots {
		if at.Addr().Is4() {
			list = append(list, at.Addr().String())
		}
	}
	return list
}

// reverseName of an IPv4 address, and of its /24 network.
func reverseName(addr string) (name, network string) {
	b := netip.MustParseAddr(addr).As4()
	network = fmt.Sprintf("%d.%d.%d.in-addr.arpa", b[2], b[1], b[0])
	return fmt.Sprintf("%d.%s", b[3], network), network
}
