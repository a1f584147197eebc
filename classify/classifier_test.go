package classify

import (
	"testing"

	"ndrscope/parse"
)

func mustNew(t testing.TB) *Classifier {
	t.Helper()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sampleEvent is the failure that a sample stands for.
func sampleEvent(s Sample) parse.Event {
	e := Explain(s.Text)
	if s.Host != "" {
		e.RemoteHost = s.Host
	}
	if s.Command != "" {
		e.Command = s.Command
	}
	return e
}

// Every rule is proven by data: each of its samples is won by it.
func TestSamples(t *testing.T) {
	c := mustNew(t)
	for _, r := range Rules() {
		if len(r.Samples) == 0 {
			t.Errorf("%s: no sample", r.ID)
		}
		if r.Source == "" {
			t.Errorf("%s: no source", r.ID)
		}
		for _, s := range r.Samples {
			e := sampleEvent(s)
			if got := c.Classify(&e); got.Rule != r.ID {
				t.Errorf("%s: sample %q is won by %s (%s, %q)", r.ID, s.Text, got.Rule, got.Reason, got.Matched)
			}
		}
	}
}
