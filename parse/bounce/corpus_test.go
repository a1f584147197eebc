package bounce

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ndrscope/parse"
)

const corpus = "../../../shared/corpus"

func needCorpus(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus of real bounces is not there: " + corpus)
	}
}

func decodeFile(t testing.TB, path string) []parse.Event {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var events []parse.Event
	for i, one := range splitMbox(raw) {
		more, err := Decode(one, parse.Origin{Path: path, Index: i + 1}, Options{})
		if err != nil {
			t.Logf("%s: %v", path, err)
		}
		events = append(events, more...)
	}
	return events
}

// told leaves out the events of messages that report nothing.
func told(events []parse.Event) []parse.Event {
	var out []parse.Event
	for _, e := range events {
		if e.Kind != parse.Ignored || e.Subkind == parse.Inbound {
			out = append(out, e)
		}
	}
	return out
}

type truthRow struct{ status, reply string }

func readTruth(t testing.TB) (files []string, rows map[string][]truthRow) {
	t.Helper()
	f, err := os.Open(corpus + "/bounces/truth.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows = map[string][]truthRow{}
	for s := bufio.NewScanner(f); s.Scan(); {
		c := strings.Split(s.Text(), "\t")
		if c[0] == "file" {
			continue
		}
		if len(rows[c[0]]) == 0 {
			files = append(files, c[0])
		}
		rows[c[0]] = append(rows[c[0]], truthRow{c[2], c[3]})
	}
	return files, rows
}

// TestCorpus holds the decoding of the corpus against its truth, as score.py does.
func TestCorpus(t *testing.T) {
	needCorpus(t)
	files, truth := readTruth(t)
	var n, good [4]int
	score := func(what int, ok bool, format string, args ...any) {
		n[what]++
		if ok {
			good[what]++
		} else {
			t.Logf(format, args...)
		}
	}
	for _, name := range files {
		events := told(decodeFile(t, filepath.Join(corpus, "bounces", name)))
		want := truth[name]
		score(0, len(events) > 0, "decoded %s", name)
		score(1, len(events) == len(want), "count   %s: want %d, have %d: %s", name, len(want), len(events), recipientsOf(events))
		for i, row := range want {
			var e parse.Event
			if i < len(events) {
				e = events[i]
			}
			if row.status != "" {
				score(2, e.Status == row.status, "status  %s: want %s, have %q (%s): %s", name, row.status, e.Status, e.Dialect, clip(e.Diagnostic))
			}
			if row.reply != "" {
				score(3, e.ReplyCode == row.reply, "reply   %s: want %s, have %q (%s): %s", name, row.reply, e.ReplyCode, e.Dialect, clip(e.Diagnostic))
			}
		}
	}
	for i, floor := range []struct {
		what    string
		percent float64
	}{{"decoded", 99}, {"count", 97}, {"status", 96}, {"reply", 97}} {
		p := 100 * float64(good[i]) / float64(n[i])
		line := fmt.Sprintf("%-8s %d / %d  %.1f%%", floor.what, good[i], n[i], p)
		if p < floor.percent {
			t.Errorf("%s, want at least %.0f%%", line, floor.percent)
		} else {
			t.Log(line)
		}
	}
}

func clip(s string) string {
	if len(s) > 160 {
		return s[:160] + "..."
	}
	return s
}

func recipientsOf(events []parse.Event) string {
	var s []string
	for _, e := range events {
		s = append(s, e.Recipient)
	}
	return strings.Join(s, " ")
}

// mboxSeparator begins a message of an mbox.
var mboxSeparator = regexp.MustCompile(`(?m)^From \S+ +(Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*\r?\n`)

// splitMbox is as much of an mbox reader as the corpus needs.
func splitMbox(raw []byte) [][]byte {
	at := mboxSeparator.FindAllIndex(raw, -1)
	if len(at) == 0 || at[0][0] != 0 {
		return [][]byte{raw}
	}
	var out [][]byte
	for i, m := range at {
		end := len(raw)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		out = append(out, raw[m[1]:end])
	}
	return out
}

// TestNotBounces requires that what is no bounce is no failure.
func TestNotBounces(t *testing.T) {
	needCorpus(t)
	files, err := filepath.Glob(corpus + "/not-bounces/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, f := range files {
		for _, e := range decodeFile(t, f) {
			if e.Kind == parse.Failure || e.Kind == parse.Delay {
				t.Errorf("%s: %s of %s (%s)", f, e.Kind, e.Recipient, e.Dialect)
			}
		}
	}
}

// TestEximRecipients requires of each Exim bounce the recipients that its X-Failed-Recipients names, and nobody else.
func TestEximRecipients(t *testing.T) {
	needCorpus(t)
	files, err := filepath.Glob(corpus + "/bounces-exim/*.mbox")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range splitMbox(raw) {
			m := read(one, Options{})
			want := splitRecipients(strings.Join(m.head.all("X-Failed-Recipients"), ","))
			events, _ := Decode(one, parse.Origin{Path: f, Index: i + 1}, Options{})
			var have []string
			for _, e := range events {
				if e.Kind == parse.Failure {
					have = append(have, strings.ToLower(e.Recipient))
				}
			}
			slices.Sort(want)
			slices.Sort(have)
			if !slices.Equal(want, have) {
				t.Errorf("%s:%d: want %q, have %q (%s, subject %q)", filepath.Base(f), i+1, want, have, events[0].Kind, m.subject)
			}
		}
	}
}

func splitRecipients(list string) []string {
	var out []string
	for a := range strings.SplitSeq(list, ",") {
		if a = strings.ToLower(strings.TrimSpace(a)); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// TestRecipients compares the recipients with the Final-Recipient and Original-Recipient fields, read here in the
// simplest way there is.
func TestRecipients(t *testing.T) {
	needCorpus(t)
	files, err := filepath.Glob(corpus + "/bounces/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`(?im)^(final|original)-recipient: *(?:[a-z0-9-]+ *;)? *<?([^\s<>]+@[^\s<>]+?)>?\s*$`)
	checked := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range splitMbox(raw) {
			m := read(one, Options{})
			if m.report != "message/delivery-status" {
				continue
			}
			final, original := []string{}, []string{}
			for _, g := range field.FindAllStringSubmatch(string(one), -1) {
				if a := strings.ToLower(g[2]); strings.EqualFold(g[1], "final") {
					final = append(final, a)
				} else {
					original = append(original, a)
				}
			}
			if len(final) == 0 {
				continue
			}
			checked++
			events, _ := Decode(one, parse.Origin{Path: f, Index: 1}, Options{})
			for i, e := range told(events) {
				if i < len(final) && !strings.EqualFold(e.Recipient, final[i]) && !strings.HasPrefix(final[i], "@") {
					t.Errorf("%s: recipient %q, want %q", filepath.Base(f), e.Recipient, final[i])
				}
				if e.OriginalRecipient != "" && !slices.Contains(original, strings.ToLower(e.OriginalRecipient)) {
					t.Errorf("%s: original recipient %q, want one of %q", filepath.Base(f), e.OriginalRecipient, original)
				}
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d messages have a Final-Recipient", checked)
	}
}
