package mtalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ndrscope/parse"
)

const goodLine = "Feb 20 08:15:02 mx1 postfix/smtp[320]: 4F0A11C2B3: to=<bob@example.net>, relay=mx.example.net[203.0.113.5]:25, " +
	"delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.net[203.0.113.5] said: 550 5.1.1 no (in reply to RCPT TO command))\n"

// TestDamage has good lines around bad ones: the former are read, the latter counted, each kind with one example.
func TestDamage(t *testing.T) {
	long := "Feb 20 08:15:02 mx1 postfix/smtpd[1]: " + strings.Repeat("x", 3*maxLine) + "\n"
	for _, tt := range []struct {
		name    string
		bad     string
		skipped int
		err     string
	}{
		{"binary", "\x00\x01\x02 junk \x7f\xff\n", 1, `binary data in a log: "... junk .."`},
		{"NUL in a line", goodLine[:40] + "\x00" + goodLine[40:], 1, "binary data"},
		{"half a line", "0320]: 4F0A11C2B3: removed\n", 1, "not a line of a log"},
		{"cut before the status", goodLine[:120] + "\n", 1, "cut short"},
		{"cut in the status", goodLine[:strings.Index(goodLine, "bounced")+4] + "\n", 1, "cut short"},
		{"too long", long, 1, "more than 1 MiB"},
		{"two kinds", "junk\n" + goodLine[:120] + "\njunk\njunk\n", 4, "not a line of a log"},
		{"blank", "\n \n", 0, ""},
		{"Exim's second line", "2026-02-20 08:15:02 Warning: No server certificate defined; will use a selfsigned one.\n" +
			" Suggested action: either install a certificate or change tls_advertise_hosts option\n", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := goodLine + tt.bad + goodLine
			records := read(t, Options{}, log)
			books := booksOf(records)
			if n := strings.Count(log, "\n"); books.Lines != n || books.Skipped != tt.skipped || books.Understood != 2 {
				t.Errorf("books %+v, want %d lines, %d skipped, 2 understood", books, n, tt.skipped)
			}
			var first error
			for _, rec := range records {
				if rec.Err != nil && first == nil {
					first = rec.Err
					if rec.Origin.Index != 2 {
						t.Errorf("line %d, want 2", rec.Origin.Index)
					}
				}
			}
			if tt.err == "" && first != nil || tt.err != "" && (first == nil || !strings.Contains(first.Error(), tt.err)) {
				t.Errorf("error %v, want %q", first, tt.err)
			}
		})
	}
}

// TestDamageFew has a thousand bad lines told in two records.
func TestDamageFew(t *testing.T) {
	records := read(t, Options{}, goodLine+strings.Repeat("Feb", 1)+"\n"+strings.Repeat("junk\n", 1000)+strings.Repeat(goodLine, 1200))
	var told []string
	for _, rec := range records {
		if rec.Err != nil {
			told = append(told, fmt.Sprintf("%d x %v", rec.Skipped, rec.Err))
		}
	}
	want := []string{`1 x not a line of a log: "Feb"`, "1000 x not a line of a log: 1000 more"}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// TestLastLine has logs that end without a line end, and within a line.
func TestLastLine(t *testing.T) {
	whole := strings.TrimSuffix(goodLine, "\n")
	for cut, want := range map[string]int{whole: 2, whole[:len(whole)-20]: 2, whole[:100]: 1} {
		records := read(t, Options{}, goodLine+cut)
		if books := booksOf(records); books.Understood != want || books.Lines != 2 {
			t.Errorf("%q: books %+v, want %d understood", cut, books, want)
		}
	}
}

// TestReadError has a log that breaks off, as a damaged compressed file does: what came before is used.
func TestReadError(t *testing.T) {
	broken := errors.New("unexpected end of data")
	log := io.MultiReader(strings.NewReader(goodLine+goodLine), iotest.ErrReader(broken))
	var records []parse.Record
	err := NewReader(Options{Now: testNow}).Read(t.Context(), Log{Path: "x", Reader: log}, func(rec parse.Record) error {
		records = append(records, rec)
		return nil
	})
	books := booksOf(records)
	if err != nil || books.Understood != 2 || books.Skipped != 1 {
		t.Errorf("%v, books %+v", err, books)
	}
	if last := records[len(records)-1]; last.Err == nil || !strings.Contains(last.Err.Error(), "unexpected end of data") {
		t.Errorf("last record %+v", last)
	}
}

// TestStop has yield, or the context, stop the reading.
func TestStop(t *testing.T) {
	stop := errors.New("enough")
	r := NewReader(Options{Now: testNow})
	log, _ := generate(t, generatedLog)
	if err := r.Read(t.Context(), Log{Path: "x", Reader: bytes.NewReader(log)}, func(parse.Record) error { return stop }); err != stop {
		t.Errorf("yield's error: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	endless, _ := io.Pipe()
	input := io.MultiReader(bytes.NewReader(log), endless)
	done := make(chan error)
	go func() {
		done <- r.Read(ctx, Log{Path: "x", Reader: input}, func(parse.Record) error { cancel(); return nil })
	}()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Read waits for input although the context ended")
	}
}

// TestEviction bounds what is held, and says what it let go.
func TestEviction(t *testing.T) {
	var log strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&log, "Feb 20 08:15:02 mx1 postfix/cleanup[3]: 4F0A1%05X: message-id=<%d@example.org>\n", i, i)
	}
	r := NewReader(Options{Now: testNow, MaxOpen: 100})
	var records []parse.Record
	keep := func(rec parse.Record) error { records = append(records, rec); return nil }
	if err := r.Read(t.Context(), Log{Path: "x", Reader: strings.NewReader(log.String())}, keep); err != nil {
		t.Fatal(err)
	}
	if n := len(r.joiner.queue.open); n > 100 {
		t.Errorf("%d messages are held, want 100 at most", n)
	}
	if err := r.Close(keep); err != nil {
		t.Fatal(err)
	}
	last := records[len(records)-1]
	if last.Err == nil || !strings.Contains(last.Err.Error(), "900 messages were let go") {
		t.Errorf("last record %+v", last)
	}
}

// TestReuse has a short queue id that is used again: the second message has nothing of the first.
func TestReuse(t *testing.T) {
	log := strings.ReplaceAll(postfixSample, "4F0A11C2B3: removed", "4F0A11C2B3: skipped, still being delivered") +
		"Feb 26 08:15:01 mx1 postfix/cleanup[312]: 4F0A11C2B3: message-id=<other@example.org>\n" +
		"Feb 26 08:15:01 mx1 postfix/qmgr[88]: 4F0A11C2B3: from=<other@example.org>, size=1, nrcpt=1 (queue active)\n" +
		strings.Replace(goodLine, "Feb 20", "Feb 26", 1)
	events := eventsOf(read(t, Options{}, log))
	if last := events[len(events)-1]; last.MessageID != "other@example.org" || last.Sender != "other@example.org" {
		t.Errorf("got %+v", last)
	}
}

// TestOtherHost has the same queue id on two machines.
func TestOtherHost(t *testing.T) {
	log := postfixSample[:strings.Index(postfixSample, "Feb 20 08:15:02")] + strings.Replace(goodLine, "mx1", "mx2", 1)
	events := eventsOf(read(t, Options{}, log))
	if len(events) != 1 || events[0].Sender != "" || events[0].Host != "mx2" {
		t.Errorf("got %+v", events)
	}
}

// TestTwoLogs follows a message from one log into the next.
func TestTwoLogs(t *testing.T) {
	cut := strings.Index(postfixSample, "Feb 25")
	events := eventsOf(read(t, Options{}, postfixSample[:cut], postfixSample[cut:]))
	last := events[len(events)-1]
	if last.Subkind != parse.Expired || last.Sender != "shop@example.org" || last.Origin.Index != 1 {
		t.Errorf("got %+v", last)
	}
}

// TestWipe has every line of the samples leave a blank fact behind where it tells nothing: wipe relies on that.
func TestWipe(t *testing.T) {
	paths, err := filepath.Glob("testdata/dialect/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	for _, path := range paths {
		log, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := formatOf(log).parser(Options{Now: testNow, Location: time.UTC}, Log{})
		for text := range bytes.Lines(log) {
			var f fact
			if p.parse(bytes.TrimRight(text, "\n"), &f); f.verb != nothing {
				continue
			}
			f.wipe()
			if got, blank := fmt.Sprintf("%+v", f), fmt.Sprintf("%+v", fact{}); got != blank {
				t.Errorf("%s: %q leaves %s", path, text, got)
			}
		}
	}
}

// TestEndWithin has logs that end in the midst of an entry of several lines: that is said, and the entries before are used.
func TestEndWithin(t *testing.T) {
	for _, path := range []string{"testdata/dialect/ses-document.json", "testdata/dialect/journal.export"} {
		log, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole := read(t, Options{}, string(log))
		cut := read(t, Options{}, string(log[:len(log)-10]))
		if a, b := len(eventsOf(whole)), len(eventsOf(cut)); a != b || a == 0 {
			t.Errorf("%s: %d events, %d of the log that is cut", path, a, b)
		}
		if last := whole[len(whole)-1]; last.Err != nil {
			t.Errorf("%s: %v", path, last.Err)
		}
		if last := cut[len(cut)-1]; last.Err == nil || !strings.Contains(last.Err.Error(), "within an entry") {
			t.Errorf("%s: last record %+v", path, last)
		}
	}
}
