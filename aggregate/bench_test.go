package aggregate

import (
	"fmt"
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
	a := New()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		rec := &recs[n%len(recs)]
		n++
		nightly(rec, n, every)
		a.Add(*rec, classes)
	}
}
