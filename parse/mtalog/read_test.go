package mtalog

import (
	"strings"
	"testing"
	"time"

	"ndrscope/parse"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// read reads logs one after the other with one Reader.
func read(t testing.TB, opt Options, logs ...string) []parse.Record {
	t.Helper()
	if opt.Now.IsZero() {
		opt.Now = testNow
	}
	var records []parse.Record
	yield := func(rec parse.Record) error {
		if rec.Origin.Path == "" {
			t.Errorf("record without origin: %+v", rec)
		}
		records = append(records, rec)
		return nil
	}
	r := NewReader(opt)
	for _, log := range logs {
		if err := r.Read(t.Context(), Log{Path: "test.log", Reader: strings.NewReader(log)}, yield); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(yield); err != nil {
		t.Fatal(err)
	}
	return records
}

// eventsOf leaves out those of Kind Ignored.
func eventsOf(records []parse.Record) []parse.Event {
	var events []parse.Event
	for _, rec := range records {
		for _, e := range rec.Events {
			if e.Kind != parse.Ignored {
				events = append(events, e)
			}
		}
	}
	return events
}

func booksOf(records []parse.Record) parse.Books {
	var books parse.Books
	for _, rec := range records {
		books.Add(rec)
	}
	return books
}

const postfixSample = `Feb 20 08:15:01 mx1 postfix/smtpd[311]: connect from app.example.org[198.51.100.7]
Feb 20 08:15:01 mx1 postfix/smtpd[311]: 4F0A11C2B3: client=app.example.org[198.51.100.7]
Feb 20 08:15:01 mx1 postfix/cleanup[312]: 4F0A11C2B3: message-id=<one@example.org>
Feb 20 08:15:01 mx1 postfix/qmgr[88]: 4F0A11C2B3: from=<shop@example.org>, size=2210, nrcpt=3 (queue active)
Feb 20 08:15:02 mx1 postfix/smtp[320]: 4F0A11C2B3: to=<ann@example.net>, relay=mx.example.net[203.0.113.5]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 99AA)
Feb 20 08:15:02 mx1 postfix/smtp[320]: 4F0A11C2B3: to=<bob@Example.NET>, orig_to=<team@example.org>, relay=mx.example.net[203.0.113.5]:25, delay=1.3, delays=0.1/0/0.5/0.7, dsn=5.1.1, status=bounced (host mx.example.net[203.0.113.5] said: 550 5.1.1 <bob@example.net>: Recipient address rejected (in reply to RCPT TO command))
Feb 20 08:15:32 mx1 postfix/smtp[321]: 4F0A11C2B3: to=<cy@slow.example>, relay=none, delay=31, delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to mx.slow.example[192.0.2.40]:25: Connection timed out)
Feb 20 08:15:33 mx1 postfix/cleanup[312]: 5B22D1C2C0: message-id=<20260220081533.5B22D1C2C0@mx1.example.org>
Feb 20 08:15:33 mx1 postfix/bounce[330]: 4F0A11C2B3: sender non-delivery notification: 5B22D1C2C0
Feb 20 08:15:33 mx1 postfix/qmgr[88]: 5B22D1C2C0: from=<>, size=4100, nrcpt=1 (queue active)
Feb 20 08:15:34 mx1 postfix/smtp[320]: 5B22D1C2C0: to=<shop@example.org>, relay=mail.example.org[198.51.100.8]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mail.example.org[198.51.100.8] said: 550 5.1.1 no such user (in reply to RCPT TO command))
Feb 20 08:15:34 mx1 postfix/qmgr[88]: 5B22D1C2C0: removed
Feb 25 08:20:00 mx1 postfix/qmgr[88]: 4F0A11C2B3: from=<shop@example.org>, status=expired, returned to sender
Feb 25 08:20:00 mx1 postfix/qmgr[88]: 4F0A11C2B3: removed
`

func TestPostfixMessage(t *testing.T) {
	records := read(t, Options{}, postfixSample)
	events := eventsOf(records)
	if len(events) != 4 {
		t.Fatalf("%d events, want 4: %+v", len(events), events)
	}
	sent, bounced, deferred, expired := events[0], events[1], events[2], events[3]
	if sent.Kind != parse.Delivery || sent.Domain != "example.net" || sent.RemoteHost != "mx.example.net" || sent.ReplyCode != "250" {
		t.Errorf("sent: %+v", sent)
	}
	want := parse.Event{
		Origin: parse.Origin{Path: "test.log", Format: "postfix", Index: 6}, Kind: parse.Failure,
		Time: time.Date(2026, 2, 20, 8, 15, 2, 0, time.UTC), Host: "mx1", QueueID: "4F0A11C2B3", MessageID: "one@example.org",
		Sender: "shop@example.org", Recipient: "bob@Example.NET", OriginalRecipient: "team@example.org", Domain: "example.net",
		Action: "failed", Status: "5.1.1", StatusFrom: parse.FromStatusField, ReplyCode: "550", Command: "RCPT",
		Diagnostic: "550 5.1.1 <bob@example.net>: Recipient address rejected", RemoteHost: "mx.example.net",
		RemoteIP: "203.0.113.5", Dialect: "postfix", MessageSize: 2210,
	}
	if bounced != want {
		t.Errorf("bounced:\n got %+v\nwant %+v", bounced, want)
	}
	if deferred.Kind != parse.Delay || deferred.RemoteIP != "192.0.2.40" || deferred.Command != "CONN" {
		t.Errorf("deferred: %+v", deferred)
	}
	if expired.Kind != parse.Failure || expired.Subkind != parse.Expired || expired.Recipient != "cy@slow.example" ||
		expired.Status != "4.4.1" || expired.Time.Day() != 25 || expired.Origin.Index != 13 {
		t.Errorf("expired: %+v", expired)
	}
	books := booksOf(records)
	if books.Lines != 14 || books.Understood != 4 || books.Ignored != 10 {
		t.Errorf("books: %+v", books)
	}
}

func TestCountDeliveries(t *testing.T) {
	records := read(t, Options{CountDeliveries: true}, postfixSample)
	var got []parse.Deliveries
	for _, rec := range records {
		got = append(got, rec.Deliveries...)
	}
	at := time.Date(2026, 2, 20, 8, 15, 2, 0, time.UTC)
	want := parse.Deliveries{Domain: "example.net", RemoteHost: "mx.example.net", Count: 1, First: at, Last: at}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := len(eventsOf(records)); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	if books := booksOf(records); books.Lines != 14 || books.Understood != 4 {
		t.Errorf("books: %+v", books)
	}
}
