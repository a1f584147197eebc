package mtalog

import (
	"os"
	"strings"
	"testing"

	"ndrscope/classify"
)

// TestServiceTypes has events without a server's reply: what their types mean is the local part of the recipient. The
// events of one with a reply go by that.
func TestServiceTypes(t *testing.T) {
	log, err := os.ReadFile("testdata/service-types.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := classify.New()
	if err != nil {
		t.Fatal(err)
	}
	events := eventsOf(read(t, Options{}, string(log)))
	if want := strings.Count(string(log), "\n") - strings.Count(string(log), "nothing@"); len(events) != want {
		t.Errorf("%d events, want %d", len(events), want)
	}
	for i := range events {
		e := &events[i]
		want, _, _ := strings.Cut(e.Recipient, "@")
		if got := c.Classify(e).Reason; string(got) != want {
			t.Errorf("%s: %s %q is %s, want %s", e.Origin, e.Dialect, e.Diagnostic, got, want)
		}
	}
}
