//go:build e2e

package e2e

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// mailList is what is sent.
//
//go:embed mail.tsv
var mailList string

// server is a mail server under test.
type server struct {
	name     string   // of its folder in testdata, and of its package
	packages []string // names of its packages, if that is not the only one
	// start configures and starts it. Mail that it cannot deliver is to expire within seconds.
	start func(t *testing.T, j *jail)
	// send hands a message over; nil is to the program sendmail.
	send func(t *testing.T, j *jail, sender string, recipients []string, message string)
	// nudge has it try again what is in its queue, if it cannot be told to do so by itself.
	nudge func(t *testing.T, j *jail)
	// log is what it wrote; nil is the syslog.
	log func(t *testing.T, j *jail) []byte
	// silent servers send no bounces, or none that we get.
	silent bool
	// ended finds in the log of a silent server with a queue that a recipient failed for good.
	ended func(log []byte, recipient string) bool
	// differs lists lines of mail.tsv that come out differently with this server, with the reason why.
	differs []difference
	// with lists the only recipients, without those that this server cannot be tried with.
	with, without []string
}

type difference struct{ line, why string }

var update = flag.Bool("update", false, "write what the servers say to testdata")

// servers are all that there are, each with a file of its own.
func servers() []server {
	return []server{postfix(), exim(), sendmailMTA(), opensmtpd(), msmtp(), dma(), nullmailer(), courier(),
		haraka("default", 2501), haraka("logfmt", 2502), haraka("json", 2503), zonemta()}
}

func TestE2E(t *testing.T) {
	requireIsolation(t)
	in := openInternet(t)
	t.Run("servers", func(t *testing.T) {
		for _, s := range servers() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				s.test(t, in)
			})
		}
	})
}

// test sends the mails of mail.tsv, waits for what becomes of them, and compares what ndrscope makes of it.
func (s server) test(t *testing.T, in *inbox) {
	want := s.truth(t)
	if s.packages == nil {
		s.packages = []string{s.name}
	}
	j := newJail(t, packages(t, s.packages))
	if s.log == nil {
		s.log = func(*testing.T, *jail) []byte { return j.mailLog() }
	}
	if s.send == nil {
		s.send = sendmail
	}
	s.start(t, j)
	sender := s.name + "@ours.example"
	var late []truth
	for _, message := range messages(want) {
		if message[0].outcome == "pending" {
			late = append(late, message...)
			continue
		}
		s.submit(t, j, sender, message)
	}
	s.wait(t, j, "a bounce", func(w truth) bool {
		switch {
		case !w.failed():
			return true
		case s.silent:
			return s.ended == nil || s.ended(s.log(t, j), w.recipient)
		}
		return mentioned(in.to(sender), w.recipient)
	}, want)
	s.wait(t, j, "a delivery", func(w truth) bool {
		return w.outcome != "delivered" || bytes.Contains(s.log(t, j), []byte(w.recipient))
	}, want)
	for _, w := range late {
		s.submit(t, j, sender, []truth{w})
	}
	s.wait(t, j, "a first try", func(w truth) bool {
		_, after, ok := bytes.Cut(s.log(t, j), []byte(w.recipient))
		return ok && regexp.MustCompile(`\b`+w.reply+`\b`).Match(after) // a whole word: three digits are part of many an id
	}, late)
	r := recording{log: s.log(t, j), bounces: bytes.Join(in.to(sender), nil), at: time.Now().UTC().Truncate(time.Second)}
	check(t, want, r)
	switch {
	case t.Failed():
		dir := filepath.Join(os.TempDir(), "ndrscope-e2e", s.name)
		s.record(t, dir, want, r)
		t.Log("what it wrote is in ", dir)
	case *update:
		s.record(t, filepath.Join("testdata", s.name), want, r)
	}
}

// truth is mail.tsv with what differs.
func (s server) truth(t *testing.T) []truth {
	all, _ := readTruth(t, mailList)
	var list []truth
	for _, w := range all {
		if s.with != nil && !slices.Contains(s.with, w.recipient) || slices.Contains(s.without, w.recipient) {
			continue
		}
		for _, d := range s.differs {
			if exception, _ := readTruth(t, d.line); exception[0].recipient == w.recipient {
				exception[0].same = w.same
				w = exception[0]
			}
		}
		list = append(list, w)
	}
	return list
}

// messages groups recipients by message.
func messages(want []truth) (list [][]truth) {
	for _, w := range want {
		if w.same {
			list[len(list)-1] = append(list[len(list)-1], w)
		} else {
			list = append(list, []truth{w})
		}
	}
	return list
}

func (s server) submit(t *testing.T, j *jail, sender string, message []truth) {
	var recipients []string
	for _, w := range message {
		recipients = append(recipients, w.recipient)
	}
	now := time.Now().UTC()
	s.send(t, j, sender, recipients, fmt.Sprintf("From: Test <%s>\nTo: %s\nSubject: To %s\nDate: %s\nMessage-ID: <%d.%s>\n\nHello.\n",
		sender, strings.Join(recipients, ", "), recipients[0], now.Format(time.RFC1123Z), now.UnixNano(), sender))
}

func sendmail(t *testing.T, j *jail, sender string, recipients []string, message string) {
	cmd := j.command("/usr/sbin/sendmail", append([]string{"-i", "-f", sender}, recipients...)...)
	cmd.Stdin = strings.NewReader(message)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sendmail: %v\n%s", err, out)
	}
}

// patience is how long a server may take for anything.
const patience = 90 * time.Second

// wait waits until something is so of every recipient.
func (s server) wait(t *testing.T, j *jail, what string, is func(truth) bool, all []truth) {
	for end := time.Now().Add(patience); ; time.Sleep(500 * time.Millisecond) {
		missing := slices.DeleteFunc(slices.Clone(all), is)
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("waited %v for %s: %v", patience, what, missing)
			return
		}
		if s.nudge != nil {
			s.nudge(t, j)
		}
	}
}

// mentioned says whether one of the bounces, but for warnings, is about a recipient.
func mentioned(bounces [][]byte, recipient string) bool {
	return slices.ContainsFunc(bounces, func(b []byte) bool {
		final := !bytes.Contains(b, []byte("Action: delayed")) || bytes.Contains(b, []byte("Envelope expired"))
		return final && bytes.Contains(b, []byte(recipient))
	})
}

// record writes a recording to a folder, with the truth about it.
func (s server) record(t *testing.T, dir string, want []truth, r recording) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s%s\n# recipient\toutcome\tstatus\treply\treason\n", recordedMark, r.at.Format(time.RFC3339))
	for _, d := range s.differs {
		fmt.Fprintf(&text, "# %s\n", d.why)
	}
	for _, w := range want {
		fmt.Fprintln(&text, w)
	}
	files := map[string][]byte{"mail.log": r.log, "truth.tsv": []byte(text.String())}
	if !s.silent {
		files["bounces.mbox"] = r.bounces
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
