package report

import (
	"fmt"
	"strings"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
	"ndrscope/parse"
)

var start = time.Date(2026, 11, 20, 14, 20, 0, 0, time.UTC)

// class is the meaning that a reason has by the table.
func class(r classify.Reason, detail string) classify.Class {
	m := classify.MeaningOf(r)
	return classify.Class{
		Reason: r, Detail: detail, End: m.End, Scope: m.Scope, Permanent: m.Permanent, Sisimai: m.Sisimai,
		Rule: "test." + string(r), Matched: "text", Confidence: 0.9,
	}
}

// story adds events one a record, numbered and a minute apart.
type story struct {
	sum *aggregate.Aggregator
	n   int
}

func newStory() *story { return &story{sum: aggregate.New()} }

func (s *story) add(unit parse.Unit, e parse.Event, c classify.Class) {
	s.n++
	e.Origin = parse.Origin{Path: "bounces.mbox", Format: "mbox", Index: s.n}
	if unit == parse.Line {
		e.Origin = parse.Origin{Path: "mail.log", Format: "postfix", Index: s.n}
	}
	if e.Time.IsZero() {
		e.Time = start.Add(time.Duration(s.n) * time.Minute)
	}
	if e.MessageID == "" {
		e.MessageID = fmt.Sprintf("m%d@sender.example", s.n)
	}
	s.sum.Add(parse.Record{Origin: e.Origin, Unit: unit, Events: []parse.Event{e}}, []classify.Class{c})
}

func (s *story) bounce(recipient, diagnostic string, c classify.Class) {
	_, domain, _ := strings.Cut(recipient, "@")
	s.add(parse.Message, parse.Event{
		Kind: parse.Failure, Sender: "billing@sender.example", Recipient: recipient, Domain: domain, Action: "failed",
		Status: "5.7.1", StatusFrom: parse.FromStatusField, ReplyCode: "554", Command: "RCPT", Diagnostic: diagnostic,
		ReportingMTA: "mx.sender.example", RemoteHost: "mx1." + domain, RemoteIP: "192.0.2.25", LocalIP: "203.0.113.7",
		HELO: "mx.sender.example", Dialect: "postfix",
	}, c)
}

// customers is a mixed lot: one customer refuses us, many addresses are mistyped, some things are unknown.
func customers() *story {
	s := newStory()
	for i := range 3 {
		s.bounce(fmt.Sprintf("orders%d@customer.example", i), "554 5.7.1 <orders@customer.example>: Relay access denied", class(classify.RelayDenied, ""))
	}
	for i := range 40 {
		s.bounce(fmt.Sprintf("user%d@freemail.example", i), "550 5.1.1 User unknown", class(classify.UserUnknown, ""))
	}
	s.bounce("full@freemail.example", "452 4.2.2 Over quota", class(classify.MailboxFull, ""))
	s.bounce("a@a-really-rather-long-domain-name-of-a-subsidiary.department.partner.example",
		"550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy", class(classify.AuthFailed, "dmarc"))
	s.bounce("b@odd.example", "571 Computer says no 4711", class(classify.Unknown, ""))
	s.add(parse.Message, parse.Event{Kind: parse.Delay, Recipient: "c@slow.example", Domain: "slow.example", Diagnostic: "Connection timed out"},
		class(classify.NetworkError, ""))
	s.add(parse.Message, parse.Event{Kind: parse.AutoReply, Subkind: parse.Vacation}, classify.Class{})
	s.add(parse.Message, parse.Event{Kind: parse.Ignored, Subkind: parse.Ordinary}, classify.Class{})
	s.sum.Add(parse.Record{Origin: parse.Origin{Path: "core", Format: ""}, Unit: parse.File, Skipped: 1, Err: fmt.Errorf("neither mail nor log")}, nil)
	return s
}

// burst is a log in which one provider starts to refuse us at 14:20.
func burst() *story {
	s := newStory()
	for i := range 600 {
		domain := fmt.Sprintf("firm%02d.example", i%6)
		e := parse.Event{
			Kind: parse.Delivery, Host: "mx", QueueID: fmt.Sprintf("4Q%d", i), Sender: "news@sender.example",
			Recipient: fmt.Sprintf("r%d@%s", i, domain), Domain: domain, RemoteHost: "aspmx.l.google.com",
			Time: start.Add(time.Duration(i-500) * 2 * time.Minute),
		}
		c := class(classify.DeliveredReason, "")
		if i >= 500 && i%6 != 5 {
			e.Kind, e.Diagnostic, e.Status = parse.Failure, "550-5.7.25 The IP address sending this message does not have a PTR record setup", "5.7.25"
			c = class(classify.NoReverseDNS, "")
		}
		s.add(parse.Line, e, c)
	}
	return s
}

// hostile is text from strangers who mean ill.
func hostile() *story {
	s := newStory()
	s.bounce("x@\x1b]0;owned\x07evil.example", "550 \x1b[2J\x1b[31mred\x1b[0m\r\nfake: line\x00 \u202egnp.exe \xff\xfe end", class(classify.Unknown, ""))
	s.bounce("y@例え.example", "550 5.7.1 メールは拒否されました。送信元アドレスがブラックリストに登録されています。", class(classify.IPBlocked, "\x1b[31mzen\u200b.example"))
	s.bounce("z@"+strings.Repeat("sub.", 50)+"example", strings.Repeat("no-space-in-here", 40), class(classify.Unknown, ""))
	return s
}

func findings() (ptr, mx diagnose.Finding) {
	ptr = diagnose.Finding{
		Tag: "resolver-reverse.broken", Verdict: diagnose.Fault, Subject: "192.0.2.53",
		Args: []diagnose.Arg{{Name: "failed", Value: "3"}, {Name: "asked", Value: "3"}, {Name: "transport", Value: "UDP"}, {Name: "how", Value: "REFUSED"}},
		Evidence: []diagnose.Evidence{
			{Asked: "7.113.0.203.in-addr.arpa. PTR", Answered: "REFUSED", Server: "192.0.2.53:53", At: start},
			{Asked: "7.113.0.203.in-addr.arpa. PTR", Answered: "mx.sender.example.", Server: "198.51.100.1:53", At: start},
		},
	}
	mx = diagnose.Finding{
		Tag: "mx.bounced-by-mx", Verdict: diagnose.OK, Subject: "customer.example",
		Args:     []diagnose.Arg{{Name: "host", Value: "mx1.customer.example"}},
		Evidence: []diagnose.Evidence{{Asked: "customer.example. MX", Answered: "10 mx1.customer.example.", Server: "192.0.2.53:53", At: start}},
	}
	return ptr, mx
}

func probes() *diagnose.Result {
	ptr, mx := findings()
	d := diagnose.Diagnosis{
		Rule: "R1", Cause: "our-resolver-no-reverse",
		Summary:    "Our resolver 192.0.2.53 answers no reverse lookups.",
		Plain:      "The name server that our mail server asks does not answer which name belongs to an address.",
		End:        classify.Sender,
		Confidence: 0.95,
		Because:    []diagnose.Finding{ptr},
		RuledOut:   []diagnose.RuledOut{{Rule: "R3", Cause: "static-route", Summary: "A static route leads to the wrong server.", By: mx}},
		Remedy:     "Point the mail server at a resolver that answers forward and reverse lookups, then send again.",
		Claim:      diagnose.Confirmed,
	}
	one := d
	one.Domain = "customer.example"
	return &diagnose.Result{
		Overall: d,
		Diagnoses: []diagnose.Diagnosis{one, {
			Domain: "odd.example", End: classify.EndUnknown, Summary: "Nothing that was asked explains the refusal.", Claim: diagnose.NotCheckable,
		}},
		Findings:   []diagnose.Finding{mx, ptr},
		Incomplete: "the time for all probes was up",
	}
}

type example struct {
	name string
	in   Input
}

func examples() []example {
	delivered := newStory()
	for i := range 3 {
		delivered.add(parse.Line, parse.Event{
			Kind: parse.Delivery, Host: "mx", QueueID: "Q", Recipient: fmt.Sprintf("ok%d@fine.example", i), Domain: "fine.example",
		}, class(classify.DeliveredReason, ""))
	}
	blocked := newStory()
	blocked.bounce("a@customer.example", "550 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org", class(classify.IPBlocked, "Spamhaus ZEN"))
	past := newStory()
	past.add(parse.Message, parse.Event{Kind: parse.Ignored, Subkind: parse.OtherTime}, classify.Class{})
	typos := newStory()
	for i := range 4 {
		typos.bounce(fmt.Sprintf("nobody@shop%d.example", i), "550 5.1.1 User unknown", class(classify.UserUnknown, ""))
	}
	typos.bounce("full@shop9.example", "452 4.2.2 Over quota", class(classify.MailboxFull, ""))
	return []example{
		{"typos", Input{Analysis: typos.sum.Analysis(), Top: 10}},
		{"one", Input{Analysis: blocked.sum.Analysis(), Top: 10, Interrupted: true}},
		{"past", Input{Analysis: past.sum.Analysis(), Top: 10}},
		{"customers", Input{Analysis: customers().sum.Analysis(), Top: 10}},
		{"top", Input{Analysis: customers().sum.Analysis(), Top: 2}},
		{"probed", Input{Analysis: customers().sum.Analysis(), Probes: probes(), Top: 10}},
		{"burst", Input{Analysis: burst().sum.Analysis(), Top: 10}},
		{"hostile", Input{Analysis: hostile().sum.Analysis(), Top: 10}},
		{"delivered", Input{Analysis: delivered.sum.Analysis()}},
		{"probes-only", Input{
			Analysis: &aggregate.Analysis{Domains: []aggregate.Group{{Domain: "customer.example"}, {Domain: "odd.example"}}},
			Probes:   probes(), Top: 2,
		}},
		{"not-answered", Input{Analysis: &aggregate.Analysis{}, Probes: &diagnose.Result{Diagnoses: []diagnose.Diagnosis{
			{Domain: "a.example", Cause: notAnswered}, {Domain: "b.example", Cause: notAnswered},
		}}}},
		{"second", Input{Analysis: &aggregate.Analysis{}, Probes: &diagnose.Result{Diagnoses: []diagnose.Diagnosis{
			{Domain: "a.example", Cause: "nothing-wrong"},
			{Domain: "b.example", Rule: "R9", Cause: "null-mx", Summary: "b.example takes no mail.", End: classify.Domain, Confidence: 0.9},
		}}}},
		{"no-cause", Input{Analysis: &aggregate.Analysis{}, Probes: &diagnose.Result{}}},
		{"nothing", Input{Analysis: aggregate.New().Analysis(), Top: 10}},
	}
}
