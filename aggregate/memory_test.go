package aggregate

import (
	"fmt"
	"runtime"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
)

// Memory is bounded by what is remembered, not by the length of the log.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("a log of millions of lines")
	}
	const n = 700_000
	a := New()
	rec := parse.Record{Unit: parse.Line, Events: []parse.Event{{Origin: parse.Origin{Path: "mail.log", Index: 1}, Host: "mx1", Domain: "x.example"}}}
	classes := []classify.Class{{Reason: classify.UserUnknown, End: classify.Recipient, Scope: classify.MailboxScope, Confidence: 1}}
	var peak uint64
	for i := range n {
		e := &rec.Events[0]
		nightly(&rec, i, 5)
		e.MessageID = fmt.Sprintf("m%d", i)
		e.QueueID = fmt.Sprintf("Q%d", i)
		e.Recipient = "user@x.example"
		a.Add(rec, classes)
		if i%100_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	if peak > 70<<20 {
		t.Errorf("%d MB are held", peak>>20)
	}
	t.Logf("%d MB held at most", peak>>20)
	g := a.Analysis().Total
	if g.Bounced != n/5 || g.Delivered != n-n/5 || g.Attempts != n {
		t.Errorf("counts: %+v", g)
	}
}

// What was folded away is still known: a delivery can turn out to have failed, a failure does not count twice.
func TestNewsOfFolded(t *testing.T) {
	a := New()
	add := func(it item) { a.Add(it.rec, []classify.Class{it.class}) }
	deferred := event(parse.Delay, "early", "Q0", "a@x.example")
	add(line(0, deferred, classify.Greylisted))
	deferred.Kind = parse.Delivery
	add(line(1, deferred, ""))
	add(line(1, event(parse.Failure, "failed", "Q1", "b@x.example"), classify.UserUnknown))
	for i := range 2 * maxLive {
		add(line(2, event(parse.Failure, fmt.Sprint("m", i), "", "c@x.example"), classify.UserUnknown))
	}
	if a.nlive > maxLive || a.find(keysOf(&deferred)) != nil {
		t.Fatalf("%d outcomes are live, and the first is among them", a.nlive)
	}
	add(report(3, event(parse.Failure, "early", "", "a@x.example"), classify.MailboxFull))
	add(report(3, event(parse.Failure, "failed", "", "b@x.example"), classify.UserUnknown))
	if g := a.Analysis().Total; g.Delivered != 0 || g.Bounced != 2*maxLive+2 || g.Recipients != g.Bounced {
		t.Errorf("delivered %d, bounced %d of %d; want 0, %d of the same", g.Delivered, g.Bounced, g.Recipients, 2*maxLive+2)
	}
}
