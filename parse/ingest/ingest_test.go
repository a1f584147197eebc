package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ndrscope/parse"
	"ndrscope/parse/ingest"
)

func bounce(n int) string {
	return fmt.Sprintf("From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\n"+
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; user%d@club.example\n"+
		"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b--\n", n)
}

func mbox(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "From MAILER-DAEMON Fri Nov 20 01:02:03 2026\n%s\n", bounce(i+1))
	}
	return b.String()
}

const logLine = "Nov 20 01:02:03 mx postfix/smtp[77]: 4B1A2C3D4E: to=<amy@shop.example>, relay=mx.shop.example[192.0.2.7]:25, " +
	"delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.shop.example[192.0.2.7] said: 550 5.1.1 unknown (in reply to RCPT TO command))\n"

func write(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var options = ingest.Options{Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}

// Every message, line and unreadable file is in one record, in the order of the input.
func TestRun(t *testing.T) {
	write(t, map[string]string{"in/a.mbox": mbox(300), "in/b.eml": bounce(7), "in/c.log": logLine, "in/d.txt": "Milk.\n", "in/e": "",
		"in/f.msg": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1junk", "in/g/cur/1.a.b:2,": bounce(8), "in/g/new/2.a.b": "no header at all",
		"in/g/tmp/3.a.b": "half", "in/g/dovecot-uidlist": "x"})
	var books parse.Books
	var order, wrong []string
	err := ingest.Run(t.Context(), []string{"in", "in/b.eml", "missing"}, options, func(r parse.Record) error {
		books.Add(r)
		if len(r.Events) > 0 && r.Origin.Format == "mbox" {
			order = append(order, r.Events[0].Recipient)
		}
		if r.Err != nil {
			wrong = append(wrong, r.Origin.String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (parse.Books{Messages: 303, Lines: 1, Understood: 303, Ignored: 1, FilesSkipped: 4, FilesIgnored: 1, Events: 303}); books != want {
		t.Errorf("books\n%+v, want\n%+v", books, want)
	}
	if len(order) != 300 || !slices.IsSortedFunc(order, func(a, b string) int { return len(a) - len(b) }) || order[299] != "user300@club.example" {
		t.Errorf("%d in order %.80q", len(order), order)
	}
	if want := []string{"in/d.txt", "in/e", "in/f.msg", "missing"}; !slices.Equal(wrong, want) {
		t.Errorf("errors for %q, want %q", wrong, want)
	}
}

func TestStops(t *testing.T) {
	write(t, map[string]string{"a.mbox": mbox(2000)})
	stop := errors.New("enough")
	n := 0
	err := ingest.Run(t.Context(), []string{"a.mbox"}, options, func(parse.Record) error {
		if n++; n == 10 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 10 {
		t.Errorf("%v after %d records", err, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = ingest.Run(ctx, []string{"a.mbox"}, options, func(parse.Record) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want canceled", err)
	}
}

func TestFormat(t *testing.T) {
	write(t, map[string]string{"a": mbox(2)})
	opt := options
	opt.Format = "eml"
	n := 0
	if err := ingest.Run(t.Context(), []string{"a"}, opt, func(r parse.Record) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%v, %d records of one message", err, n)
	}
	opt.Format = "pigeon"
	if err := ingest.Run(t.Context(), []string{"a"}, opt, func(parse.Record) error { return nil }); err == nil {
		t.Error("a format that does not exist is taken")
	}
}

// The corpus: 399 files with mail, two of which hold two messages in mbox form, and two files that are no mail.
func TestCorpus(t *testing.T) {
	const dir = "../../../shared/corpus/bounces"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not here:", err)
	}
	var books parse.Books
	files := make(map[string]bool)
	if err := ingest.Run(t.Context(), []string{dir}, options, func(r parse.Record) error {
		books.Add(r)
		if r.Unit == parse.Message {
			files[r.Origin.Path] = true
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(files) != 399 || books.Messages != 401 || books.Skipped != 0 || books.FilesSkipped != 2 {
		t.Errorf("%d files, %+v", len(files), books)
	}
}
