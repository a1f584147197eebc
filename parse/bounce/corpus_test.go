package bounce

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
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
	events, err := Decode(raw, parse.Origin{Path: path, Index: 1}, Options{})
	if err != nil {
		t.Logf("%s: %v", path, err)
	}
	return events
}

// told leaves out the events of Kind Ignored.
func told(events []parse.Event) []parse.Event {
	var out []parse.Event
	for _, e := range events {
		if e.Kind != parse.Ignored {
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
