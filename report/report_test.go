package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
	"ndrscope/parse"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./report -update writes it anew); got:\n%s", path, got)
	}
}

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
	return []example{
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
		{"no-cause", Input{Analysis: &aggregate.Analysis{}, Probes: &diagnose.Result{}}},
		{"nothing", Input{Analysis: aggregate.New().Analysis(), Top: 10}},
	}
}

func TestTable(t *testing.T) {
	for _, ex := range examples() {
		for _, width := range []int{40, 60, 80, 100, 140} {
			name := fmt.Sprintf("%s-%d.txt", ex.name, width)
			t.Run(name, func(t *testing.T) {
				var out bytes.Buffer
				if err := Table(&out, ex.in, TableOptions{Width: width}); err != nil {
					t.Fatal(err)
				}
				if width >= 80 {
					golden(t, name, out.Bytes())
				}
				for line := range strings.Lines(out.String()) {
					line = strings.TrimSuffix(line, "\n")
					if n := columns(line); n > width {
						t.Errorf("a line of %d columns, more than %d: %q", n, width, line)
					}
					if Printable(strings.TrimSpace(line)) != strings.Join(strings.Fields(line), " ") {
						t.Errorf("a line that is not safe to print: %q", line)
					}
				}
			})
		}
	}
}

// What a report says once, and how much of the evidence: all of it only with Verbose.
func TestVerbose(t *testing.T) {
	r := probes()
	evidence := func(asked ...string) (list []diagnose.Evidence) {
		for i, a := range asked {
			list = append(list, diagnose.Evidence{Asked: a, Answered: fmt.Sprintf("answer-%d", i), Server: "mx1.customer.example"})
		}
		return list
	}
	question := diagnose.Finding{Tag: "ptr.missing", Verdict: diagnose.Fault, Subject: "203.0.113.7", Evidence: evidence("1. PTR", "2. PTR", "3. PTR", "4. PTR")}
	talk := diagnose.Finding{Tag: "smtp.ok", Verdict: diagnose.OK, Subject: "mx1.customer.example",
		Evidence: evidence("connect to mx1", "EHLO us", "MAIL FROM:<>", "RCPT TO:<postmaster>", "QUIT")}
	r.Overall.Because = []diagnose.Finding{question, talk}
	r.Diagnoses[0].Because = r.Overall.Because
	for _, domain := range []string{"mistyped.example", "gone.example"} {
		r.Diagnoses = append(r.Diagnoses, diagnose.Diagnosis{
			Domain: domain, End: classify.Recipient, Summary: "The address does not exist.", Remedy: "Correct it.", RuledOut: r.Overall.RuledOut,
		})
	}
	in := Input{Analysis: customers().sum.Analysis(), Probes: r, Top: 10}
	for _, test := range []struct {
		verbose  bool
		has, not []string
	}{
		{false, []string{
			"The same cause as above\n  customer.example.\n",
			"  - mistyped.example, gone.example: The address does not exist. Correct it.\n",
			"1. PTR -> answer-0\n", "3. PTR -> answer-2\n      ... and 1 more answer (--verbose)\n",
			"MAIL FROM:<> -> answer-2\n", "RCPT TO:<postmaster> -> answer-3\n      ... and 3 more answers (--verbose)\n",
			"  - static-route (R3): The server that refused our mail is a mail server of",
		}, []string{"4. PTR", "EHLO us", "QUIT", "But: "}},
		{true, []string{
			"\ncustomer.example\n", "\nmistyped.example, gone.example\n", "4. PTR -> answer-3\n", "connect to mx1 -> answer-0\n", "QUIT -> answer-4\n",
			"(R3). But: The server that refused our",
		}, []string{"The same cause as above", "(--verbose)", "Nothing that probes could add"}},
	} {
		var out bytes.Buffer
		if err := Table(&out, in, TableOptions{Width: 100, Verbose: test.verbose}); err != nil {
			t.Fatal(err)
		}
		for _, s := range test.has {
			if !strings.Contains(out.String(), s) {
				t.Errorf("verbose %t: no %q in\n%s", test.verbose, s, out.String())
			}
		}
		for _, s := range test.not {
			if strings.Contains(out.String(), s) {
				t.Errorf("verbose %t: %q in\n%s", test.verbose, s, out.String())
			}
		}
	}
}

// Words for a manager: each verdict once, no evidence.
func TestPlain(t *testing.T) {
	r := probes()
	r.Diagnoses[1].Plain = "We do not know why odd.example refuses our mail."
	var out bytes.Buffer
	if err := Plain(&out, Input{Analysis: customers().sum.Analysis(), Probes: r, Top: 10}, 80); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	if strings.Contains(text, "relay-denied") || !strings.Contains(text, "At whose end, by the replies alone: 41 at the recipient, 4 on the way") {
		t.Errorf("no plain words, or not at whose end:\n%s", out.String())
	}
	if strings.Count(text, r.Overall.Plain) != 1 || !strings.HasSuffix(text, "odd.example "+r.Diagnoses[1].Plain) {
		t.Errorf("got\n%s", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if columns(line) > 80 || strings.Contains(line, "PTR ->") || strings.Contains(line, "Because") {
			t.Errorf("a line of %d columns, or evidence: %q", columns(line), line)
		}
	}
}

// Colour adds escapes and changes nothing else.
func TestColor(t *testing.T) {
	for _, ex := range examples() {
		var plain, color bytes.Buffer
		if err := Table(&plain, ex.in, TableOptions{Width: 80}); err != nil {
			t.Fatal(err)
		}
		if err := Table(&color, ex.in, TableOptions{Width: 80, Color: true}); err != nil {
			t.Fatal(err)
		}
		stripped := color.String()
		for _, code := range []string{"\x1b[1m", "\x1b[2m", "\x1b[0m"} {
			stripped = strings.ReplaceAll(stripped, code, "")
		}
		if stripped != plain.String() {
			t.Errorf("%s: colour changes the text:\n%q\n%q", ex.name, stripped, plain.String())
		}
		if ex.name == "probed" && color.Len() == plain.Len() {
			t.Error("no colour at all")
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                           "plain",
		"":                                "",
		" two  words\r\n\tmore ":          "two words more",
		"\x1b[31mred\x1b[0m":              `\x1b[31mred\x1b[0m`,
		"bell\a del\x7f":                  `bell\x07 del\x7f`,
		"c1 \u009b31m":                    `c1 \u009b31m`,
		"bidi \u202egnp.exe":              `bidi \u202egnp.exe`,
		"isolate \u2066x\u2069":           `isolate \u2066x\u2069`,
		"zero\u200bwidth":                 `zero\u200bwidth`,
		"tag \U000e0041":                  `tag \U000e0041`,
		"bad \xff\xfe":                    `bad \xff\xfe`,
		"e" + strings.Repeat("\u0301", 6): "e\u0301\u0301\u0301\u0301" + `\u0301\u0301`,
		"Grüße 例え":                        "Grüße 例え",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("550 \x1b[2J\u202e \xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Printable(s)
		for _, r := range out {
			if r != ' ' && !unicode.IsPrint(r) {
				t.Fatalf("%q becomes %q with %U", s, out, r)
			}
		}
		if !utf8.ValidString(out) {
			t.Fatalf("%q becomes invalid %q", s, out)
		}
		for _, line := range wrap(out, 20) {
			if columns(line) > 20 {
				t.Fatalf("a line of %d columns: %q", columns(line), line)
			}
		}
		if c := cut(out, 10); columns(c) > 10 {
			t.Fatalf("cut to %d columns: %q", columns(c), c)
		}
		if c := cutHead(out, 10); columns(c) > 10 {
			t.Fatalf("cut to %d columns: %q", columns(c), c)
		}
	})
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		cut, want string
	}{
		{cut("mail.example.com", 16), "mail.example.com"},
		{cut("mail.example.com", 10), "mail.exam…"},
		{cutHead("mail.example.com", 10), "…ample.com"},
		{cut("例えば例えば", 6), "例え…"},
		{cutHead("例えば例えば", 6), "…えば"},
		{cut("ab cd", 4), "ab…"},
	} {
		if test.cut != test.want {
			t.Errorf("got %q, want %q", test.cut, test.want)
		}
	}
}
