package aggregate

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"ndrscope/classify"
	"ndrscope/parse"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// item is a record of one event and its class.
type item struct {
	rec   parse.Record
	class classify.Class
}

// line is a log line, report a bounce message; minute is its time after noon, and tells it from others.
func line(minute int, e parse.Event, r classify.Reason) item { return one(parse.Line, minute, e, r) }
func report(minute int, e parse.Event, r classify.Reason) item {
	return one(parse.Message, minute, e, r)
}

func one(unit parse.Unit, minute int, e parse.Event, r classify.Reason) item {
	e.Origin = parse.Origin{Path: string(unit) + "s", Index: minute + 1}
	e.Time = noon.Add(time.Duration(minute) * time.Minute)
	c := classify.Class{Reason: r, Confidence: 0.9}
	for _, m := range classify.Meanings {
		if m.Reason == r {
			c.End, c.Scope, c.Permanent = m.End, m.Scope, m.Permanent
		}
	}
	return item{parse.Record{Origin: e.Origin, Unit: unit, Events: []parse.Event{e}}, c}
}

func analyse(items []item) *Analysis {
	a := New()
	for _, it := range items {
		a.Add(it.rec, []classify.Class{it.class})
	}
	return a.Analysis()
}

func event(kind parse.Kind, id, queue, recipient string) parse.Event {
	e := parse.Event{Kind: kind, MessageID: id, QueueID: queue, Recipient: recipient, Domain: domainOf(recipient)}
	if queue != "" {
		e.Host = "mx1"
	}
	return e
}

func domainOf(recipient string) string {
	for i := range recipient {
		if recipient[i] == '@' {
			return recipient[i+1:]
		}
	}
	return ""
}

func with(e parse.Event, change func(*parse.Event)) parse.Event {
	change(&e)
	return e
}

func TestOutcomes(t *testing.T) {
	const a, b = "a@x.example", "b@x.example"
	fail, delay, ok := parse.Failure, parse.Delay, parse.Delivery
	tests := []struct {
		name                                           string
		items                                          []item
		delivered, bounced, expired, pending, attempts int
		reason                                         classify.Reason
	}{
		{"a log line and the bounce of one failure are one outcome", []item{
			line(0, event(fail, "m1", "Q1", a), classify.RelayDenied),
			report(1, event(fail, "m1", "", a), classify.RelayDenied),
		}, 0, 1, 0, 0, 1, classify.RelayDenied},
		{"the bounce names the queue id alone", []item{
			line(0, event(fail, "m1", "Q1", a), classify.RelayDenied),
			report(1, with(event(fail, "", "Q1", a), func(e *parse.Event) { e.Host, e.ReportingMTA = "", "mx1.sender.example" }), classify.RelayDenied),
		}, 0, 1, 0, 0, 1, classify.RelayDenied},
		{"the bounce names the address before forwarding", []item{
			line(0, event(ok, "m1", "Q1", a), ""),
			report(1, with(event(fail, "m1", "", "a@y.example"), func(e *parse.Event) { e.OriginalRecipient, e.Domain = a, "x.example" }), classify.MailboxFull),
		}, 0, 1, 0, 0, 2, classify.MailboxFull},
		{"an alias with two members", []item{
			line(0, event(ok, "m1", "Q0", "list@x.example"), ""),
			line(1, with(event(ok, "m1", "Q1", a), func(e *parse.Event) { e.OriginalRecipient = "list@x.example" }), ""),
			line(2, with(event(fail, "m1", "Q1", b), func(e *parse.Event) { e.OriginalRecipient = "list@x.example" }), classify.UserUnknown),
		}, 1, 1, 0, 0, 3, classify.UserUnknown},
		{"an alias that was deferred at first", []item{
			line(0, event(delay, "m1", "Q0", "list@x.example"), classify.NetworkError),
			line(1, with(event(ok, "m1", "Q1", a), func(e *parse.Event) { e.OriginalRecipient = "list@x.example" }), ""),
			line(2, with(event(fail, "m1", "Q1", b), func(e *parse.Event) { e.OriginalRecipient = "list@x.example" }), classify.UserUnknown),
		}, 1, 1, 0, 0, 3, classify.UserUnknown},
		{"the bounce mixes up the two addresses", []item{
			line(0, with(event(fail, "m1", "Q1", a), func(e *parse.Event) { e.OriginalRecipient = b }), classify.UserUnknown),
			report(1, with(event(fail, "m1", "", b), func(e *parse.Event) { e.OriginalRecipient = a }), classify.UserUnknown),
		}, 0, 1, 0, 0, 1, classify.UserUnknown},
		{"the same bounce in two folders", []item{
			report(0, event(fail, "m1", "", a), classify.UserUnknown),
			report(1, event(fail, "m1", "", a), classify.UserUnknown),
		}, 0, 1, 0, 0, 1, classify.UserUnknown},
		{"two bounces that name no message", []item{
			report(0, event(fail, "", "", a), classify.UserUnknown),
			report(1, event(fail, "", "", a), classify.UserUnknown),
		}, 0, 2, 0, 0, 2, classify.UserUnknown},
		{"case of addresses", []item{
			report(0, event(fail, "m1", "", a), classify.UserUnknown),
			report(1, with(event(fail, "m1", "", "A@X.Example"), func(e *parse.Event) { e.Domain = "x.example" }), classify.UserUnknown),
		}, 0, 1, 0, 0, 1, classify.UserUnknown},
		{"deferred, then delivered", []item{
			line(0, event(delay, "m1", "Q1", a), classify.Greylisted),
			line(5, event(ok, "m1", "Q1", a), ""),
		}, 1, 0, 0, 0, 2, ""},
		{"deferred, then bounced", []item{
			line(0, event(delay, "m1", "Q1", a), classify.Greylisted),
			line(5, event(fail, "m1", "Q1", a), classify.UserUnknown),
		}, 0, 1, 0, 0, 2, classify.UserUnknown},
		{"still deferred", []item{
			line(0, event(delay, "m1", "Q1", a), classify.Greylisted),
			line(5, event(delay, "m1", "Q1", a), classify.NetworkError),
		}, 0, 0, 0, 1, 2, classify.NetworkError},
		{"the queue lifetime ends: the last deferral tells why", []item{
			line(0, event(delay, "m1", "Q1", a), classify.NetworkError),
			line(9, with(event(fail, "m1", "Q1", a), func(e *parse.Event) { e.Subkind = parse.Expired }), classify.ExpiredReason),
		}, 0, 0, 1, 0, 1, classify.NetworkError},
		{"sent again an hour later", []item{
			line(0, event(fail, "m1", "Q1", a), classify.RelayDenied),
			line(60, event(ok, "m1", "Q2", a), ""),
		}, 1, 0, 0, 0, 2, ""},
		{"handed on to the next of our servers, which fails", []item{
			line(0, event(fail, "m1", "Q2", a), classify.RelayDenied),
			line(1, with(event(ok, "m1", "Q1", a), func(e *parse.Event) { e.Host = "mx2" }), ""),
		}, 0, 1, 0, 0, 2, classify.RelayDenied},
		{"through two of our servers", []item{
			line(0, event(ok, "m1", "Q1", a), ""),
			line(1, with(event(ok, "m1", "Q2", a), func(e *parse.Event) { e.Host = "mx2" }), ""),
		}, 1, 0, 0, 0, 2, ""},
		{"two recipients of one message", []item{
			line(0, event(ok, "m1", "Q1", a), ""),
			line(1, event(fail, "m1", "Q1", b), classify.UserUnknown),
		}, 1, 1, 0, 0, 2, classify.UserUnknown},
		{"a queue id is used again", []item{
			line(0, event(fail, "m1", "Q1", a), classify.UserUnknown),
			line(1, event(fail, "m2", "Q1", a), classify.UserUnknown),
		}, 0, 2, 0, 0, 2, classify.UserUnknown},
		{"queue ids of two hosts", []item{
			line(0, event(fail, "", "Q1", a), classify.UserUnknown),
			line(1, with(event(fail, "", "Q1", a), func(e *parse.Event) { e.Host = "mx2" }), classify.UserUnknown),
		}, 0, 2, 0, 0, 2, classify.UserUnknown},
		{"a delay notice while it waits, then a log line of the delivery", []item{
			report(0, event(delay, "m1", "", a), classify.NetworkError),
			line(30, event(ok, "m1", "Q1", a), ""),
		}, 1, 0, 0, 0, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, order := range orders(len(test.items)) {
				items := make([]item, 0, len(order))
				for _, i := range order {
					items = append(items, test.items[i])
				}
				an := analyse(items)
				g := an.Total
				got := [...]int{g.Delivered, g.Bounced, g.Expired, g.Pending, g.Attempts, g.Recipients}
				want := [...]int{test.delivered, test.bounced, test.expired, test.pending, test.attempts,
					test.delivered + test.bounced + test.expired + test.pending}
				if got != want {
					t.Errorf("order %v: delivered, bounced, expired, pending, attempts, recipients = %v, want %v", order, got, want)
				}
				var reason classify.Reason
				if len(g.Reasons) > 0 {
					reason = g.Reasons[0].Reason
				}
				if reason != test.reason {
					t.Errorf("order %v: reason %q, want %q", order, reason, test.reason)
				}
			}
		})
	}
}

// orders lists all orders of n things.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, shorter := range orders(n - 1) {
		for i := range n {
			order := append(append(append([]int{}, shorter[:i]...), n-1), shorter[i:]...)
			all = append(all, order)
		}
	}
	return all
}

func TestToldApart(t *testing.T) {
	an := analyse([]item{
		report(0, parse.Event{Kind: parse.AutoReply, Subkind: parse.Vacation, Recipient: "a@x.example"}, classify.AutoReplyReason),
		report(1, parse.Event{Kind: parse.Feedback, Recipient: "a@x.example"}, classify.FeedbackReason),
		report(2, parse.Event{Kind: parse.Ignored, Subkind: parse.Backscatter}, ""),
		line(3, parse.Event{Kind: parse.Ignored, Subkind: parse.Inbound}, ""),
		line(4, parse.Event{Kind: parse.Failure, Subkind: parse.LocalDelivery, Recipient: "me@here.example", Domain: "here.example"}, classify.MailboxFull),
		line(5, parse.Event{Kind: parse.Delivery, Subkind: parse.LocalDelivery, Recipient: "me@here.example", Domain: "here.example"}, ""),
		line(6, parse.Event{Kind: parse.Delivery, Subkind: parse.LocalDelivery, Recipient: "me@here.example", Domain: "here.example"}, ""),
	})
	if an.Total.Recipients != 0 || len(an.Domains)+len(an.Quiet) != 0 {
		t.Errorf("counted as outcomes: %+v", an.Total)
	}
	want := []Count{{"auto-reply vacation", 1}, {"delivery local", 2}, {"failure local", 1}, {"feedback", 1}, {"ignored backscatter", 1}, {"ignored inbound", 1}}
	if !reflect.DeepEqual(an.NotFailures, want) {
		t.Errorf("told apart %v, want %v", an.NotFailures, want)
	}
	if b := an.Books; b.Read() != 7 || b.Understood != 5 || b.Ignored != 2 {
		t.Errorf("books %+v", b)
	}
}

func TestCountedDeliveries(t *testing.T) {
	a := New()
	hour := []parse.Deliveries{
		{Domain: "x.example", RemoteHost: "mx.x.example", Count: 40, First: noon, Last: noon.Add(time.Minute)},
		{Domain: "y.example", RemoteHost: "aspmx.l.google.com", Count: 2, First: noon.Add(time.Hour), Last: noon.Add(2 * time.Hour)},
		{Domain: "here.example", Subkind: parse.LocalDelivery, Count: 5, First: noon},
	}
	a.Add(parse.Record{Unit: parse.Line, Deliveries: hour}, nil)
	a.Add(parse.Record{Unit: parse.Line, Ignored: 7, Subkind: parse.Inbound}, nil)
	a.Add(parse.Record{Unit: parse.Line, Ignored: 100}, nil)
	it := line(5, event(parse.Failure, "m1", "Q1", "a@x.example"), classify.UserUnknown)
	a.Add(it.rec, []classify.Class{it.class})
	an := a.Analysis()
	x := an.Domains[0]
	if rate, ok := x.FailureRate(); x.Domain != "x.example" || x.Delivered != 40 || x.Recipients != 41 || !ok || rate != 1/41.0 {
		t.Errorf("x.example: %+v", x)
	}
	if y := an.Quiet[0]; len(an.Quiet) != 1 || y.Delivered != 2 || y.Attempts != 2 || y.Provider != "Google" {
		t.Errorf("quiet: %+v", an.Quiet)
	}
	if want := []Count{{"delivery local", 5}, {"ignored inbound", 7}}; !reflect.DeepEqual(an.NotFailures, want) {
		t.Errorf("told apart %v, want %v", an.NotFailures, want)
	}
	if an.Timeline[0].Delivered != 40 || an.Timeline[1].Delivered != 2 || !an.Last.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("timeline %+v until %v", an.Timeline, an.Last)
	}
	if b := an.Books; b.Read() != b.Understood+b.Ignored+b.Skipped || b.Read() != 40+2+5+7+100+1 {
		t.Errorf("books %+v", b)
	}
}

// Wordings that differ in what varies alone are one.
func TestUnknownWordings(t *testing.T) {
	var items []item
	for i := range 5 {
		e := event(parse.Failure, fmt.Sprint("m", i), "", fmt.Sprintf("user%d@x.example", i))
		e.Diagnostic = fmt.Sprintf("571 Computer says no to user%d@x.example, ticket %d", i, 4711+i)
		if i == 4 {
			e.Diagnostic = "571 Go away"
		}
		items = append(items, report(i, e, classify.Unknown), report(i+10, e, classify.Unknown))
	}
	items = append(items, report(30, event(parse.Failure, "m9", "", "z@x.example"), classify.Unknown))
	an := analyse(items)
	if len(an.Unknown) != 2 || an.Unknown[0].Count != 4 || an.Unknown[1].Count != 1 || an.Unknown[0].Example.Event.Origin.Index != 1 {
		t.Errorf("wordings %+v", an.Unknown)
	}
	if an.Unclassified != 5 || an.Total.Bounced != 6 {
		t.Errorf("%d unclassified of %d, want 5 of 6: without a text there is nothing to classify", an.Unclassified, an.Total.Bounced)
	}
}

// random is a lot of mail with everything in it: logs, bounces, retries, aliases, things that name no message.
func random(n int) []item {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	reasons := []classify.Reason{classify.UserUnknown, classify.RelayDenied, classify.Unknown, classify.Greylisted, classify.ExpiredReason, classify.IPBlocked}
	var items []item
	for i := range n {
		kind := []parse.Kind{parse.Delivery, parse.Delivery, parse.Delay, parse.Failure}[rng.IntN(4)]
		m := rng.IntN(n / 3)
		e := event(kind, fmt.Sprint("m", m), fmt.Sprint("Q", m), fmt.Sprintf("u%d@%s", m%7, pick("x.example", "y.example", "z.example", "gmail.com")))
		e.Sender, e.RemoteHost = pick("a@s.example", "b@s.example"), pick("mx.y.example", "aspmx.l.google.com", "")
		e.LocalIP, e.Diagnostic = pick("192.0.2.1", "192.0.2.2", ""), pick("550 no", "551 never", "")
		if m%9 == 0 {
			e.OriginalRecipient = fmt.Sprintf("u%d@z.example", m%4)
		}
		reason := reasons[rng.IntN(len(reasons))]
		switch rng.IntN(6) {
		case 0:
			e.QueueID, e.Host = "", ""
			items = append(items, report(i, e, reason))
			continue
		case 1:
			e.MessageID, e.QueueID = "", ""
			items = append(items, report(i, e, reason))
			continue
		case 2:
			e.Host = "mx2"
		}
		items = append(items, line(i, e, reason))
	}
	return items
}

func TestOrderDoesNotMatter(t *testing.T) {
	items := random(3000)
	want := analyse(items)
	if g := want.Total; g.Delivered == 0 || g.Bounced == 0 || g.Pending == 0 || g.Expired == 0 || len(want.Unknown) != 2 {
		t.Fatalf("not everything happens in this mail: %+v", g)
	}
	for seed := range uint64(10) {
		shuffled := append([]item(nil), items...)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := analyse(shuffled)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: another order, another analysis:\n%+v\nwant\n%+v", seed, got.Total, want.Total)
		}
	}
}

func TestAnalysisAtAnyTime(t *testing.T) {
	items := random(600)
	a := New()
	for i, it := range items {
		a.Add(it.rec, []classify.Class{it.class})
		if i%100 == 0 {
			a.Analysis()
		}
	}
	if got, want := a.Analysis(), analyse(items); !reflect.DeepEqual(got, want) {
		t.Errorf("earlier analyses changed the last one: %+v, want %+v", got.Total, want.Total)
	}
}

// A file counts once, whatever it tells: messages are numbered within it, and a log may be told of again at the end.
func TestFiles(t *testing.T) {
	a := New()
	for _, rec := range []parse.Record{
		{Unit: parse.Message, Origin: parse.Origin{Path: "a.mbox", Index: 1}, Ignored: 1},
		{Unit: parse.Message, Origin: parse.Origin{Path: "a.mbox", Index: 2}, Ignored: 1},
		{Unit: parse.Message, Origin: parse.Origin{Path: "b.eml", Index: 1}, Ignored: 1},
		{Unit: parse.Line, Origin: parse.Origin{Path: "mail.log.1", Index: 1}, Ignored: 9},
		{Unit: parse.Line, Origin: parse.Origin{Path: "mail.log", Index: 1}, Ignored: 9},
		{Unit: parse.Line, Origin: parse.Origin{Path: "mail.log.1"}, Deliveries: []parse.Deliveries{{Domain: "x.example", Count: 2}}},
		{Unit: parse.File, Origin: parse.Origin{Path: "core"}, Skipped: 1},
	} {
		a.Add(rec, nil)
	}
	if b := a.Analysis().Books; b.Files != 4 || b.Messages != 3 || b.Lines != 20 || b.FilesSkipped != 1 {
		t.Errorf("books: %+v", b)
	}
}
