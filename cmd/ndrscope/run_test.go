package main

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// interrupter delivers a text; then somebody presses Ctrl-C while nothing more comes.
type interrupter struct {
	text   io.Reader
	cancel func()
}

func (r interrupter) Read(p []byte) (int, error) {
	if n, err := r.text.Read(p); err == nil {
		return n, nil
	}
	r.cancel()
	select {}
}

// Who is to type is told so.
func TestInvite(t *testing.T) {
	for command, typed := range map[string]string{"explain -": "550", "report --probe none -": "From: a@b\n\n", "explain 550": ""} {
		var stderr strings.Builder
		sys := &system{
			stdin: strings.NewReader(typed), stdout: io.Discard, stderr: &stderr, stdinTerminal: true, now: time.Now, getenv: os.Getenv,
			terminal: func() (int, bool) { return 0, false },
		}
		status := run(t.Context(), strings.Fields(command), sys)
		if told := strings.Contains(stderr.String(), "Ctrl-D"); status != 0 || told != (typed != "") {
			t.Errorf("%s: status %d, stderr %q", command, status, stderr.String())
		}
	}
}

// Who waits for the probes is told so, on a terminal alone.
func TestWaiting(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		var stderr strings.Builder
		sys := &system{
			stdout: io.Discard, stderr: &stderr, stderrTerminal: terminal, now: time.Now, getenv: os.Getenv, dialer: &net.Dialer{},
			terminal: func() (int, bool) { return 0, false },
		}
		command := "diagnose customer.example --resolver 127.0.0.1:1 --reference-resolver 127.0.0.1:1 --timeout 100ms --deadline 10s"
		want := ""
		if terminal {
			want = "probing the worst domains, for 10s at most ...\r\x1b[K"
		}
		if status := run(t.Context(), strings.Fields(command), sys); status != 0 || stderr.String() != want {
			t.Errorf("status %d, stderr %q, want %q", status, stderr.String(), want)
		}
	}
}

// What was known is written, and neither the report nor the exit status passes for those of a complete run.
func TestInterrupt(t *testing.T) {
	message := "From MAILER-DAEMON Fri Nov 20 01:02:03 2026\nFrom: a@customer.example\n\nHello.\n\n"
	for _, tt := range []struct{ command, want string }{
		{"report --probe none -", "The reading was interrupted: there is more."},
		{"report --probe auto --resolver 192.0.2.53 --format json -", `"incomplete": "the reading was interrupted"`},
		{"parse --all -", ""},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var stdout, stderr strings.Builder
		sys := &system{
			stdin:    interrupter{strings.NewReader(strings.Repeat(message, 2000)), cancel},
			stdout:   &stdout,
			stderr:   &stderr,
			now:      func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) },
			getenv:   os.Getenv,
			terminal: func() (int, bool) { return 0, false },
		}
		if status := run(ctx, strings.Fields(tt.command), sys); status != 1 {
			t.Errorf("%s: status %d, want 1", tt.command, status)
		}
		out := strings.Join(strings.Fields(stdout.String()), " ")
		if !strings.Contains(out, tt.want) {
			t.Errorf("%s: no %q in %s", tt.command, tt.want, out)
		}
		if want := "ndrscope: interrupted; this is what was known until then\n"; stderr.String() != want {
			t.Errorf("%s: stderr %q, want %q", tt.command, stderr.String(), want)
		}
	}
}

// The README shows what the demo prints, with gaps marked by dots.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	sys := &system{stdout: &stdout, stderr: io.Discard, now: time.Now, getenv: os.Getenv, terminal: func() (int, bool) { return 0, false }}
	if status := run(t.Context(), []string{"demo"}, sys); status != 0 {
		t.Fatalf("status %d", status)
	}
	_, block, _ := strings.Cut(string(readme), "```\n")
	block, _, _ = strings.Cut(block, "\n```")
	rest := stdout.String()
	for part := range strings.SplitSeq(block, "\n  ...\n") {
		_, after, found := strings.Cut(rest, strings.Trim(part, "\n")+"\n")
		if !found {
			t.Errorf("not in this order in what the demo prints:\n%s", part)
		}
		rest = after
	}
}
