package classify_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
	"ndrscope/parse/bounce"
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

// The n-th event of a message is the n-th row of its truth; their reasons agree when Sisimai's words for them do.
func TestCorpusReasons(t *testing.T) {
	const floor = 0.92
	c, err := classify.New()
	if err != nil {
		t.Fatal(err)
	}
	events := map[string][]parse.Event{}
	rows := readTruth(t)
	index := map[string]int{}
	good := 0
	var missed []string
	for _, row := range rows {
		if _, ok := events[row.file]; !ok {
			raw, err := os.ReadFile(filepath.Join(corpus, row.file))
			if err != nil {
				t.Fatal(err)
			}
			events[row.file], _ = bounce.Decode(raw, parse.Origin{Path: row.file}, bounce.Options{})
		}
		k := index[row.file]
		index[row.file]++
		if k >= len(events[row.file]) {
			missed = append(missed, row.file+": no event")
			continue
		}
		e := events[row.file][k]
		class := c.Classify(&e)
		if class.Sisimai == row.reason {
			good++
			continue
		}
		missed = append(missed, strings.Join([]string{row.file, "want " + row.reason, "have " + cmp.Or(class.Sisimai, "-"),
			class.Rule, "(" + class.Matched + ")", string(e.Kind), string(e.Subkind), e.Dialect, e.ReplyCode, e.Status, e.Command, e.RemoteHost, e.Diagnostic}, " | "))
	}
	slices.Sort(missed)
	for _, line := range missed {
		t.Log(line)
	}
	share := float64(good) / float64(len(rows))
	t.Logf("reason %d of %d, %.1f%%", good, len(rows), 100*share)
	if share < floor {
		t.Errorf("reason is right for %.1f%%, want at least %.0f%%", 100*share, 100*floor)
	}
}
