package classify

import (
	"os"
	"strings"
	"testing"
)

// Replies of many servers, with the judgement of a postmaster: reply, reason with the detail if it matters, end.
func TestReplies(t *testing.T) {
	const agree, unknown = 0.95, 0.03
	table, err := os.ReadFile("testdata/replies.tsv")
	if err != nil {
		t.Fatal(err)
	}
	c := mustNew(t)
	total, good, unknowns := 0, 0, 0
	seen := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			t.Fatalf("%q: want reply, reason and end", line)
		}
		if f[0] == "reply" {
			continue
		}
		if seen[f[0]] {
			t.Errorf("%q stands there twice", f[0])
		}
		seen[f[0]] = true
		total++
		reason, detail, _ := strings.Cut(f[1], "/")
		e := Explain(f[0])
		class := c.Classify(&e)
		if class.Reason == Unknown || class.Reason == OnHold {
			unknowns++
		}
		if string(class.Reason) == reason && (detail == "" || class.Detail == detail) && string(class.End) == f[2] {
			good++
			continue
		}
		t.Logf("%s\n\twant %s at %s, have %s/%s at %s by %s (%s)", f[0], f[1], f[2], class.Reason, class.Detail, class.End, class.Rule, class.Matched)
	}
	t.Logf("%d of %d agree, %d say nothing", good, total, unknowns)
	if share := float64(good) / float64(total); share < agree {
		t.Errorf("%.1f%% agree, want %.0f%%", 100*share, 100*agree)
	}
	if share := float64(unknowns) / float64(total); share >= unknown {
		t.Errorf("%.1f%% say nothing, want less than %.0f%%", 100*share, 100*unknown)
	}
}
