//go:build e2e

package dns

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// packages that the script e2e/fetch-servers downloads; the tests skip without them.
var packages = []string{"unbound", "bind9", "rbldnsd", "postfix", "exim4-daemon-light", "postfix-policyd-spf-perl"}

// unpack lays the files of all packages into one directory, which goes over this machine's file system.
func unpack(t *testing.T) string {
	from := os.Getenv("NDRSCOPE_E2E_SERVERS")
	if from == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Skip("no cache directory: ", err)
		}
		from = filepath.Join(cache, "ndrscope-e2e")
	}
	dir := scratch(t)
	// Debian's packages may bring /lib/x, which must not become a directory in place of the link to /usr/lib.
	script := fmt.Sprintf("cd '%s'\nmkdir -p usr/bin usr/lib usr/sbin usr/lib64\nln -s usr/bin usr/lib usr/sbin usr/lib64 .\n", dir)
	for _, name := range packages {
		debs, err := filepath.Glob(filepath.Join(from, name, "*.deb"))
		if err != nil {
			t.Fatal(err)
		}
		if len(debs) == 0 {
			t.Skipf("the packages of %s are not in %s; e2e/fetch-servers gets them", name, from)
		}
		for _, deb := range debs {
			script += fmt.Sprintf("dpkg-deb --fsys-tarfile '%s' | tar -x --keep-directory-symlink\n", deb)
		}
	}
	if out, err := exec.Command("sh", "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("unpack: %v\n%s", err, out)
	}
	return dir
}

// scratch is an empty file system in memory.
func scratch(t *testing.T) string {
	dir, err := os.MkdirTemp("", "e2e-dns")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	mount(t, "tmpfs", dir, "tmpfs", "mode=755")
	return dir
}

func mount(t *testing.T, source, target, kind, data string) {
	if err := syscall.Mount(source, target, kind, 0, data); err != nil {
		t.Skipf("mount %s: %v", kind, err)
	}
	t.Cleanup(func() { syscall.Unmount(target, syscall.MNT_DETACH) })
}

// jail is a machine: this one's file system with the packages over it. It is thrown away.
type jail struct{ root string }

func newJail(t *testing.T, unpacked, resolver string) *jail {
	dir := scratch(t)
	upper, work, root := filepath.Join(dir, "upper"), filepath.Join(dir, "work"), filepath.Join(dir, "root")
	for _, d := range []string{upper, work, root} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mount(t, "overlay", root, "overlay", "lowerdir="+unpacked+":/,upperdir="+upper+",workdir="+work)
	mount(t, "proc", filepath.Join(root, "proc"), "proc", "")
	for _, name := range []string{"dev", "tmp", "run"} {
		mount(t, "tmpfs", filepath.Join(root, name), "tmpfs", "mode=1777")
	}
	for name, minor := range map[string]int{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		path := filepath.Join(root, "dev", name)
		if err := syscall.Mknod(path, syscall.S_IFCHR, 1<<8|minor); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	j := &jail{root}
	j.write(t, "/etc/resolv.conf", "nameserver "+resolver+"\noptions timeout:2 attempts:2\n")
	j.write(t, "/etc/hosts", "127.0.0.1 localhost\n")
	return j
}

func (j *jail) write(t *testing.T, path, text string) {
	full := filepath.Join(j.root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (j *jail) read(t *testing.T, path string) string {
	text, err := os.ReadFile(filepath.Join(j.root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// user makes a user with a group of the same name, as the scripts of packages do.
func (j *jail) user(t *testing.T, name string, id int) {
	j.sh(t, fmt.Sprintf(`grep -q '^%[1]s:' /etc/passwd || echo '%[1]s:x:%[2]d:%[2]d::/:/usr/sbin/nologin' >>/etc/passwd
		grep -q '^%[1]s:' /etc/group || echo '%[1]s:x:%[2]d:' >>/etc/group`, name, id))
}

func (j *jail) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("/usr/sbin/chroot", append([]string{j.root, name}, args...)...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TZ=UTC", "LC_ALL=C", "HOME=/root"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// sh runs a script in the jail.
func (j *jail) sh(t *testing.T, script string) {
	cmd := j.command("/bin/sh", "-ec", script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second // programs that went into the background may keep the pipe
	if err := cmd.Run(); err != nil && err != exec.ErrWaitDelay {
		t.Fatalf("%s\n%v\n%s", script, err, out.Bytes())
	}
}

// process is a server that runs in the foreground until it is stopped, at the latest at the end of the test.
type process struct {
	cmd    *exec.Cmd
	stdout *os.File
}

func (j *jail) start(t *testing.T, name string, args ...string) *process {
	out, err := os.Create(filepath.Join(t.TempDir(), name+".out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := j.command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, out}
	t.Cleanup(func() {
		p.stop()
		if text, err := os.ReadFile(out.Name()); err == nil && t.Failed() {
			t.Logf("%s said:\n%s", name, last(text, 3000))
		}
	})
	return p
}

func (p *process) signal(s syscall.Signal) { syscall.Kill(-p.cmd.Process.Pid, s) }

func (p *process) stop() {
	if p.cmd.ProcessState == nil {
		p.signal(syscall.SIGKILL)
		p.cmd.Wait()
		p.stdout.Close()
	}
}

func last(text []byte, n int) []byte { return text[max(0, len(text)-n):] }

// untilAnswered waits for a name server.
func untilAnswered(t *testing.T, server, name string) {
	t.Helper()
	client := &dns.Client{Timeout: 500 * time.Millisecond}
	query := new(dns.Msg).SetQuestion(name, dns.TypeA)
	until(t, "an answer of "+server+" for "+name, func() bool {
		answer, _, err := client.Exchange(query, net.JoinHostPort(server, "53"))
		return err == nil && len(answer.Answer) > 0
	})
}

// untilGreeted waits for a mail server.
func untilGreeted(t *testing.T, server string) {
	t.Helper()
	until(t, "a banner of "+server, func() bool {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(server, "25"), time.Second)
		if err != nil {
			return false
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(2 * time.Second))
		banner := make([]byte, 4)
		n, _ := conn.Read(banner)
		fmt.Fprint(conn, "QUIT\r\n")
		return strings.HasPrefix(string(banner[:n]), "220")
	})
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatal("no sign of ", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
