package aggregate

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"ndrscope/classify"
	"ndrscope/parse"
)

// nightly is a record of the n-th delivery of a log, or of a failure where n is a multiple of every.
func nightly(rec *parse.Record, n, every int) {
	e := &rec.Events[0]
	e.Kind, e.Diagnostic = parse.Delivery, ""
	if n%every == 0 {
		e.Kind, e.Diagnostic = parse.Failure, "550 5.1.1 User unknown"
	}
	e.Time = noon.Add(time.Duration(n) * 10 * time.Millisecond)
}

func BenchmarkDeliveries(b *testing.B) { benchmark(b, 1<<62) }
func BenchmarkMixed(b *testing.B)      { benchmark(b, 20) }

func benchmark(b *testing.B, every int) {
	recs := make([]parse.Record, 1<<16)
	for i := range recs {
		domain := fmt.Sprintf("domain%d.example", i%997)
		recs[i] = parse.Record{Unit: parse.Line, Events: []parse.Event{{
			Origin: parse.Origin{Path: "mail.log", Index: i + 1}, Host: "mx1", QueueID: fmt.Sprintf("4Xy%d", i),
			MessageID: fmt.Sprintf("2026112012%d.4711@sender.example", i), Sender: "news@sender.example",
			Recipient: fmt.Sprintf("user%d@%s", i, domain), Domain: domain, RemoteHost: "mx." + domain, RemoteIP: "192.0.2.1",
		}}}
	}
	classes := []classify.Class{{Reason: classify.UserUnknown, End: classify.Recipient, Scope: classify.MailboxScope, Confidence: 1}}
	a := New(Options{})
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		rec := &recs[n%len(recs)]
		n++
		nightly(rec, n, every)
		a.Add(*rec, classes)
	}
}

// Memory is bounded by what is remembered, not by the length of the log.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("a log of millions of lines")
	}
	const n = 1_000_000
	a := New(Options{})
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
		if i%125_000 == 0 {
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
