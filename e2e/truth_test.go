package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/parse"
	"ndrscope/parse/ingest"
)

// truth is what became of a message for one recipient.
type truth struct {
	recipient string
	same      bool // one message with the recipient of the line before
	outcome   string
	status    string // "-": nobody said one, whatever the mail server makes of it
	reply     string // "-": there was none
	reason    string
}

func (w truth) String() string {
	mark := ""
	if w.same {
		mark = "+"
	}
	return fmt.Sprintf("%s%s\t%s\t%s\t%s\t%s", mark, w.recipient, w.outcome, w.status, w.reply, w.reason)
}

// failed says whether the sender gets a bounce message.
func (w truth) failed() bool { return w.outcome == "bounced" || w.outcome == "expired" }

// asBounced is the truth as far as bounces can tell it, which know of one try.
func (w truth) asBounced(told []parse.Record) truth {
	for _, rec := range told {
		e := &rec.Events[0]
		// DMA, of EHLO; Haraka, of one who was refused while others were not.
		if e.Kind == parse.Failure && (e.Diagnostic == "unknown bounce reason" || e.Dialect == "haraka" && e.Status == "" && e.ReplyCode == "") {
			w.status, w.reply, w.reason = "-", "-", "unknown"
		}
		if e.Kind != parse.Failure || w.outcome != "expired" {
			continue
		}
		// Postfix goes on after a banner of class 5, and in the end reports that banner. ZoneMTA does not say that it waited.
		if (strings.HasPrefix(e.Status, "5.") || e.Dialect == "zone-mta") && e.Subkind != parse.Expired {
			w.outcome = "bounced"
		}
		// "Connection timed out" may be any time-out. Exim, OpenSMTPD and DMA may tell nothing of the cause.
		vague := strings.HasSuffix(e.Diagnostic, "Giving up.") || strings.HasSuffix(e.Diagnostic, "retry timeout exceeded") || strings.HasSuffix(e.Diagnostic, "Envelope expired")
		switch {
		case vague && e.ReplyCode == "":
			w.status, w.reply, w.reason = "-", "-", "expired"
		case strings.Contains(e.Diagnostic, "Connection timed out"):
			w.reason = "expired"
		}
	}
	return w
}

const recordedMark = "# recorded "

// readTruth reads lines of recipient, outcome, status, reply and reason, and when they came to be, if they say so.
func readTruth(t *testing.T, text string) (list []truth, recorded time.Time) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if stamp, ok := strings.CutPrefix(line, recordedMark); ok {
			at, err := time.Parse(time.RFC3339, stamp)
			if err != nil {
				t.Fatal(err)
			}
			recorded = at
		}
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			t.Fatalf("want five fields: %q", line)
		}
		recipient, same := strings.CutPrefix(f[0], "+")
		list = append(list, truth{recipient, same, f[1], f[2], f[3], f[4]})
	}
	return list, recorded
}

// recording is what a mail server wrote: its log, and the bounces that it sent, if it sends any.
type recording struct {
	log, bounces []byte
	at           time.Time // the end of the log
}

// check compares what ndrscope reads in a recording with the truth: in the log alone, in the bounces alone, in both.
func check(t *testing.T, want []truth, r recording) {
	c := &checker{}
	var err error
	if c.classifier, err = classify.New(); err != nil {
		t.Fatal(err)
	}
	log := read(t, "mail.log", r.log, r.at)
	bounces := read(t, "bounces.mbox", r.bounces, r.at)
	for _, rec := range slices.Concat(log, bounces) {
		if rec.Err != nil {
			t.Errorf("%s: %v", rec.Origin, rec.Err)
		}
	}
	count := map[string]int{}
	for _, w := range want {
		count[w.outcome]++
		t.Run(w.recipient, func(t *testing.T) {
			c.outcome(t, "log", w, about(w.recipient, log))
			both := about(w.recipient, slices.Concat(log, bounces))
			c.outcome(t, "log and bounces", w, both)
			if len(r.bounces) > 0 && w.failed() {
				told := about(w.recipient, bounces)
				c.outcome(t, "bounces", w.asBounced(told), told)
			}
			if t.Failed() {
				for _, rec := range both {
					e := rec.Events[0]
					t.Log(filepath.Base(rec.Origin.String()), e.Kind, e.Subkind, e.Status, e.ReplyCode, e.Command, e.Diagnostic)
				}
			}
		})
	}
	total := c.analyse(slices.Concat(log, bounces)).Total
	got := map[string]int{"delivered": total.Delivered, "bounced": total.Bounced, "expired": total.Expired, "pending": total.Pending}
	for outcome, n := range got {
		if n != count[outcome] {
			t.Errorf("%d outcomes are %s, want %d", n, outcome, count[outcome])
		}
	}
}

// read sends a text through the readers, as a file that was last written to at the end of the recording.
func read(t *testing.T, name string, text []byte, at time.Time) (records []parse.Record) {
	if len(text) == 0 {
		return nil
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	err := ingest.Run(context.Background(), []string{path}, ingest.Options{Now: at}, func(r parse.Record) error {
		records = append(records, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// about picks what is told of one recipient, one event a record.
func about(recipient string, records []parse.Record) (picked []parse.Record) {
	for _, rec := range records {
		for _, e := range rec.Events {
			if e.Recipient == recipient {
				picked = append(picked, parse.Record{Origin: rec.Origin, Unit: rec.Unit, Events: []parse.Event{e}})
			}
		}
	}
	return picked
}

// checker classifies and adds up.
type checker struct{ classifier *classify.Classifier }

func (c *checker) analyse(records []parse.Record) *aggregate.Analysis {
	sum := aggregate.New()
	for _, rec := range records {
		var classes []classify.Class
		for i := range rec.Events {
			classes = append(classes, c.classifier.Classify(&rec.Events[i]))
		}
		sum.Add(rec, classes)
	}
	return sum.Analysis()
}

// outcome wants one outcome of the records, and nothing in them that contradicts the truth.
func (c *checker) outcome(t *testing.T, where string, want truth, records []parse.Record) {
	total := c.analyse(records).Total
	var outcome string
	switch {
	case total.Recipients != 1:
		t.Errorf("%s: %d outcomes, want one", where, total.Recipients)
		return
	case total.Delivered == 1:
		outcome = "delivered"
	case total.Bounced == 1:
		outcome = "bounced"
	case total.Expired == 1:
		outcome = "expired"
	case total.Pending == 1:
		outcome = "pending"
	}
	if outcome != want.outcome {
		t.Errorf("%s: %s, want %s", where, outcome, want.outcome)
	}
	if want.outcome == "delivered" {
		return
	}
	if reason := string(total.Reasons[0].Reason); reason != want.reason {
		t.Errorf("%s: reason %s, want %s", where, reason, want.reason)
	}
	var statuses, replies []string
	for _, rec := range records {
		e := &rec.Events[0]
		statuses = append(statuses, e.Status)
		// Sendmail writes replies of its own into the transcript.
		own := want.reply == "-" && rec.Unit == parse.Message && e.Dialect == "sendmail"
		if e.ReplyCode != "" && !own {
			replies = append(replies, e.ReplyCode)
		}
	}
	if want.status != "-" && !slices.Contains(statuses, want.status) {
		t.Errorf("%s: status %q, want %s", where, statuses, want.status)
	}
	if want.reply != "-" && len(replies) == 0 {
		t.Errorf("%s: no reply code, want %s", where, want.reply)
	}
	for _, reply := range replies {
		if reply != want.reply {
			t.Errorf("%s: reply code %s, want %s", where, reply, want.reply)
		}
	}
}
