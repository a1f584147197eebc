//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// jail is a copy of this machine's file system, laid over it, with a server's packages unpacked. It is thrown away.
type jail struct {
	root string

	mu  sync.Mutex
	log bytes.Buffer // what came to /dev/log
}

func newJail(t *testing.T, packages []string) *jail {
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	mount := func(source, target, kind, data string) {
		if err := syscall.Mount(source, target, kind, 0, data); err != nil {
			t.Skipf("mount %s: %v", kind, err)
		}
		t.Cleanup(func() { syscall.Unmount(target, syscall.MNT_DETACH) })
	}
	mount("tmpfs", dir, "tmpfs", "mode=755")
	upper, work, root := filepath.Join(dir, "upper"), filepath.Join(dir, "work"), filepath.Join(dir, "root")
	for _, d := range []string{upper, work, root} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mount("overlay", root, "overlay", "lowerdir=/,upperdir="+upper+",workdir="+work)
	mount("proc", filepath.Join(root, "proc"), "proc", "")
	mount("tmpfs", filepath.Join(root, "dev"), "tmpfs", "mode=755")
	mount("tmpfs", filepath.Join(root, "tmp"), "tmpfs", "mode=1777")
	mount("tmpfs", filepath.Join(root, "run"), "tmpfs", "mode=755")
	for name, minor := range map[string]int{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		path := filepath.Join(root, "dev", name)
		if err := syscall.Mknod(path, syscall.S_IFCHR, 1<<8|minor); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	j := &jail{root: root}
	for _, file := range packages {
		if filepath.Ext(file) == ".tar" {
			j.outside(t, fmt.Sprintf("tar -x -C '%s' -f '%s'", root, file))
			continue
		}
		// Debian's packages may bring /lib/x, which must not become a directory beside /usr/lib.
		j.outside(t, fmt.Sprintf("dpkg-deb --fsys-tarfile '%s' | tar -x -C '%s' --keep-directory-symlink", file, root))
	}
	j.write(t, "/etc/resolv.conf", "nameserver 198.51.100.53\noptions timeout:2 attempts:1\n")
	j.write(t, "/etc/hosts", "127.0.0.1 localhost\n198.51.100.7 mail.ours.example mail\n")
	j.write(t, "/etc/mailname", "mail.ours.example\n")
	j.syslog(t)
	return j
}

func (j *jail) outside(t *testing.T, script string) {
	if out, err := exec.Command("sh", "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
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

// user makes a user with a group of the same name, as the scripts of packages do.
func (j *jail) user(t *testing.T, name string, id int) {
	j.sh(t, fmt.Sprintf(`grep -q '^%[1]s:' /etc/passwd || echo '%[1]s:x:%[2]d:%[2]d::/:/usr/sbin/nologin' >>/etc/passwd
		grep -q '^%[1]s:' /etc/group || echo '%[1]s:x:%[2]d:' >>/etc/group`, name, id))
}

func (j *jail) read(t *testing.T, path string) []byte {
	text, err := os.ReadFile(filepath.Join(j.root, path))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// command is one that runs in the jail. Packages are not configured there, so that commands have to do it.
func (j *jail) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TZ=UTC", "LC_ALL=C", "HOME=/root"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: j.root, Setsid: true}
	return cmd
}

// sh runs a script in the jail.
func (j *jail) sh(t *testing.T, script string) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := j.command("/bin/sh", "-ec", script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second // programs that went into the background may keep the pipe
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil && err != exec.ErrWaitDelay {
		t.Fatalf("%s\n%v\n%s", script, err, out.Bytes())
	}
}

// syslog writes what programs say to /dev/log as rsyslog does: without priority, with the host's name and with control
// characters as #012.
func (j *jail) syslog(t *testing.T) {
	path := filepath.Join(j.root, "dev/log")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	const stamp = len("Nov 20 08:11:02 ")
	escape := strings.NewReplacer("\n", "#012", "\r", "#015", "\t", "#011")
	go func() {
		packet := make([]byte, 64<<10)
		for {
			n, err := socket.Read(packet)
			if err != nil {
				return
			}
			line := string(packet[:n])
			if _, rest, ok := strings.Cut(line, ">"); ok && line[0] == '<' {
				line = rest
			}
			line = escape.Replace(strings.TrimRight(line, "\n\x00"))
			if len(line) < stamp {
				continue
			}
			j.mu.Lock()
			fmt.Fprintf(&j.log, "%smail %s\n", line[:stamp], line[stamp:])
			j.mu.Unlock()
		}
	}()
}

// mailLog is what came to the syslog so far.
func (j *jail) mailLog() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return bytes.Clone(j.log.Bytes())
}
