package classify_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
	"ndrscope/parse/ingest"
)

const corpus = "../../shared/corpus/bounces"

// truthRow is what one recipient of one message of the corpus should be.
type truthRow struct{ file, status, reply, reason string }

func readTruth(t *testing.T) []truthRow {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(corpus, "truth.tsv"))
	if err != nil {
		t.Skip("the corpus is not here: ", err)
	}
	var rows []truthRow
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[0] != "file" {
			rows = append(rows, truthRow{f[0], f[2], f[3], f[4]})
		}
	}
	return rows
}

// deviations are the rows of the table of docs/truth-deviations.md whose reason is not that of the truth, by message:
// "truth/ours", in Sisimai's words.
func deviations(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/truth-deviations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "\n## Reasons\n")
	if !ok {
		t.Fatal("docs/truth-deviations.md has no section about reasons")
	}
	found := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 4 && strings.HasSuffix(strings.TrimSpace(cells[1]), ".eml") {
			found[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2]) + "/" + strings.TrimSpace(cells[3])
		}
	}
	return found
}

// The n-th event of a message is the n-th row of its truth. Their reasons agree, in Sisimai's words, or the
// documentation says why not; and it says so of no others.
func TestCorpusReasons(t *testing.T) {
	c, err := classify.New()
	if err != nil {
		t.Fatal(err)
	}
	rows, known := readTruth(t), deviations(t)
	used := map[string]bool{}
	events := map[string][]parse.Event{}
	index := map[string]int{}
	good := 0
	for _, row := range rows {
		if _, ok := events[row.file]; !ok {
			err := ingest.Run(t.Context(), []string{filepath.Join(corpus, row.file)}, ingest.Options{}, func(rec parse.Record) error {
				events[row.file] = append(events[row.file], rec.Events...)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		k := index[row.file]
		index[row.file]++
		var e parse.Event
		var class classify.Class
		if k < len(events[row.file]) {
			e = events[row.file][k]
			class = c.Classify(&e)
		}
		switch {
		case class.Sisimai == row.reason:
			good++
		case known[row.file] == row.reason+"/"+cmp.Or(class.Sisimai, "-"):
			used[row.file] = true
		case k > 0 && k >= len(events[row.file]) && known[row.file] != "": // a recipient that we do not count: explained there
		default:
			t.Errorf("%s: want %s, have %s by %s (%s): %s", row.file, row.reason, cmp.Or(class.Sisimai, "-"), class.Rule, class.Matched, e.Diagnostic)
		}
	}
	for file := range known {
		if !used[file] {
			t.Errorf("docs/truth-deviations.md explains %s, which does not deviate so", file)
		}
	}
	if 100*good < 95*len(rows) {
		t.Errorf("less than 95%% of the reasons agree")
	}
	t.Logf("reason %d of %d, %.1f%%, %d deviations", good, len(rows), 100*float64(good)/float64(len(rows)), len(used))
}
