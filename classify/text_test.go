package classify

import (
	"net/netip"
	"strings"
	"testing"

	"ndrscope/parse"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func TestNormal(t *testing.T) {
	for _, tt := range []struct{ text, code, status, want string }{
		{"  User   UNKNOWN ", "", "", "user unknown"},
		{"550-5.7.26 one two 550 5.7.26 three", "550", "5.7.26", "one two three"},
		{"550 5.1.1 <a.b+c@example.org>: User unknown", "550", "5.1.1", "@: user unknown"},
		{"user @ not found", "", "", "user @ not found"},
		{"Client host [192.0.2.1] blocked", "", "", "client host [0.0.0.0] blocked"},
		{"Boîte pleine, Größe, ŽŠřůź", "", "", "boite pleine, grosse, zsruz"},
		{"Bo\xeete pleine", "", "", "boite pleine"},
		{"容量を 超え", "", "", "容量を超え"},
		{"doesn’t “exist”", "", "", "doesn't exist"},
		{"version 1.2.3.4.5 of 512-bit", "550", "", "version 0.0.0.0.5 of 512-bit"},
		{"ＡＢＣ", "", "", "abc"},
	} {
		if got := string(appendNormal(nil, tt.text, tt.code, tt.status)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"550 5.1.1 <a@example.org>: no (mx1.example.org[192.0.2.1]:25) id=AB12CD34EF", "550 5.1.1 <<address>>: no (<host>[<ip>]:#) id=<id>"},
		{"quota 1200 of 1000 kB", "quota # of # kB"},
		{"see https://example.org/x?ip=2001:db8::1", "see https://<host>/x?ip=<ip>"},
		{"QUEUE.Expired; message expired", "QUEUE.Expired; message expired"},
		{"", ""},
	} {
		if got := Mask(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestQuotedAddr(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Client host [192.0.2.9] blocked", "192.0.2.9"},
		{"from 10.0.0.1 via 192.0.2.9.", "192.0.2.9"},
		{"[2001:db8::25] Our system", "2001:db8::25"},
		{"?ip=192.0.2.9&x", "192.0.2.9"},
		{"at 12:30:45 error: dead beef", ""},
		{"version 1.2.3", ""},
	} {
		got, ok := QuotedAddr(tt.text)
		if ok != (tt.want != "") || ok && got.String() != tt.want {
			t.Errorf("%q: %v, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"try again in 15 minutes", "15 minutes"},
		{"more than 100 per 1 hour", "1 hour"},
		{"retry in 300 seconds please", "300 seconds"},
		{"retry after 60s", "60s"},
		{"please come back in 00:04:59", "00:04:59"},
		{"Greylisted for 00:10:00.", "00:10:00"},
		{"rejected at 12:04:59", ""},
		{"in 00:04:59:11", ""},
		{"in 1 hour", "1 hour"},
		{"5 分後に再送", "5 分"},
		{"4.7.1 minutes", ""},
		{"550 5.7.1 mint", ""},
	} {
		if got := window(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestLookupURL(t *testing.T) {
	list, ok := BlockListNamed("zen.spamhaus.org")
	if !ok || list.Name != "Spamhaus ZEN" {
		t.Fatalf("zen.spamhaus.org is %+v", list)
	}
	if got := list.LookupURL(netip.MustParseAddr("192.0.2.9")); got != "https://check.spamhaus.org/results/?query=192.0.2.9" {
		t.Error(got)
	}
	if got := list.LookupURL(netip.Addr{}); got != "https://check.spamhaus.org/results/" {
		t.Error(got)
	}
	if monkey, _ := BlockListNamed("bl.spameatingmonkey.net"); monkey.LookupURL(netip.Addr{}) != "https://spameatingmonkey.com/lookup/" {
		t.Error(monkey.LookupURL(netip.Addr{}))
	}
	for name, want := range map[string]string{"sbl-xbl.spamhaus.org": "Spamhaus SBL", "dnsbl-3.uceprotect.net": "UCEPROTECT", "senderscore": "Sender Score"} {
		if got, _ := BlockListNamed(name); got.Name != want {
			t.Errorf("%s is %q, want %q", name, got.Name, want)
		}
	}
	if _, ok := BlockListNamed(""); ok {
		t.Error("a list without a name")
	}
}

func TestProviderOf(t *testing.T) {
	for host, want := range map[string]string{
		"aspmx.l.google.com": "google", "GMAIL-SMTP-IN.L.GOOGLE.COM.": "google", "x.mail.protection.outlook.com": "microsoft",
		"notgoogle.com": "", "google.com.example.org": "", "mx.example.org": "", "": "",
	} {
		if got := ProviderOf(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

// A code means what its provider says only where the provider is known to speak.
func TestProviderScope(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct {
		event parse.Event
		want  Reason
	}{
		{parse.Event{Status: "5.7.27", RemoteHost: "aspmx.l.google.com"}, AuthFailed},
		{parse.Event{Status: "5.7.27", RemoteHost: "mx.example.org"}, SenderRejected},
		{parse.Event{Status: "5.7.27", Domain: "gmail.com"}, AuthFailed},
		{parse.Event{Status: "5.7.27", Diagnostic: "x - gsmtp"}, AuthFailed},
		{parse.Event{Status: "5.7.29", RemoteHost: "notgoogle.com"}, AuthFailed},
		{parse.Event{Status: "5.7.29", ReportingMTA: "googlemail.com"}, TLSFailed},
		{parse.Event{Status: "5.7.29", ReportingMTA: "googlemail.com", RemoteHost: "mx.example.org"}, AuthFailed},
	} {
		e := tt.event
		e.Kind = parse.Failure
		if got := c.Classify(&e); got.Reason != tt.want {
			t.Errorf("%+v: %s by %s, want %s", tt.event, got.Reason, got.Rule, tt.want)
		}
	}
}

func TestKinds(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct {
		event parse.Event
		want  Reason
	}{
		{parse.Event{Kind: parse.Delivery}, DeliveredReason},
		{parse.Event{Kind: parse.Relay}, DeliveredReason},
		{parse.Event{Kind: parse.Expansion}, DeliveredReason},
		{parse.Event{Kind: parse.Feedback}, FeedbackReason},
		{parse.Event{Kind: parse.AutoReply, Diagnostic: "mailbox full"}, AutoReplyReason},
		{parse.Event{Kind: parse.Ignored, Diagnostic: "mailbox full"}, ""},
		{parse.Event{Kind: parse.Failure}, Unknown},
		{parse.Event{Kind: parse.Failure, Status: "5.0.0"}, OnHold},
		{parse.Event{Kind: parse.Failure, Diagnostic: "xyzzy"}, Unknown},
		{parse.Event{Kind: parse.Failure, Subkind: parse.Expired}, ExpiredReason},
		{parse.Event{Kind: parse.Failure, Subkind: parse.Expired, Diagnostic: "host said: 452 4.2.2 Mailbox full"}, MailboxFull},
		{parse.Event{Kind: parse.Delay, Diagnostic: "connect to mx[192.0.2.1]:25: Connection timed out"}, NetworkError},
		{parse.Event{Kind: parse.Delay, Diagnostic: "450 4.2.0 Greylisted"}, Greylisted},
	} {
		if got := c.Classify(&tt.event); got.Reason != tt.want {
			t.Errorf("%+v: %q by %s, want %q", tt.event, got.Reason, got.Rule, tt.want)
		}
	}
}

func TestPermanent(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct {
		line string
		want bool
	}{
		{"550 5.1.1 User unknown", true},
		{"450 4.1.1 User unknown", true},                            // no try makes a user
		{"452 4.2.2 Mailbox full", false},                           //
		{"450 4.2.1 The account is disabled", true},                 // a 4.x that means never
		{"554 5.7.1 Client host [192.0.2.1] blocked", true},         //
		{"421 4.7.0 Client host [192.0.2.1] blocked", false},        // a block may be lifted
		{"550 5.7.650 xyzzy", true},                                 //
		{"421 xyzzy", false},                                        //
		{"550 5.7.1 rate limit exceeded, too many messages", false}, // clears whatever the digit
	} {
		e := Explain(tt.line)
		if got := c.Classify(&e); got.Permanent != tt.want {
			t.Errorf("%q: permanent %v (%s by %s)", tt.line, got.Permanent, got.Reason, got.Rule)
		}
	}
}

// A policy refusal is never taken for a dead address.
func TestPolicyIsNoDeadAddress(t *testing.T) {
	c := mustNew(t)
	for _, line := range []string{
		"550 5.7.1 <a@example.org>: Recipient address rejected: Access denied",
		"550 5.7.1 Message refused", "554 5.7.1 rejected", "550 5.7.0 not allowed", "550 5.7.1 no", "550 5.7.133 x", "550 5.7.999 x",
	} {
		e := Explain(line)
		if got := c.Classify(&e); got.Reason == UserUnknown || got.Reason == MailboxDisabled || got.Reason == MailboxMoved {
			t.Errorf("%q: %s by %s", line, got.Reason, got.Rule)
		}
	}
}

// "User unknown" that is said late need not mean that the address does not exist.
func TestUnconfirmed(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct {
		line, command, dialect string
		want                   Reason
	}{
		{"550 User unknown", "RCPT", "", UserUnknown},
		{"550 User unknown", "", "", UserUnknown},
		{"550 User unknown", "EOD", "", RecipientRefused},
		{"550 5.1.1 User unknown", "EOD", "", UserUnknown},
		{"550 5.7.1 User unknown", "RCPT", "", UserUnknown},
		{"550 5.7.1 User unknown", "", "", RecipientRefused},
		{"550 5.2.1 User unknown", "", "", RecipientRefused},
		{"550 User unknown", "", "mxlogic", RecipientRefused},
		{"550 5.1.1 User unknown", "", "mxlogic", UserUnknown},
	} {
		e := Explain(tt.line)
		e.Command, e.Dialect = tt.command, tt.dialect
		got := c.Classify(&e)
		if got.Reason != tt.want || (got.Detail == unconfirmedDetail) != (tt.want == RecipientRefused) {
			t.Errorf("%+v: %s %q by %s", tt, got.Reason, got.Detail, got.Rule)
		}
	}
}

// The name of a host is not about what its labels say.
func TestHostNamesAreNoWords(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct {
		line string
		want Reason
	}{
		{"host greylist.example.org[192.0.2.1] said: 550 5.1.1 User unknown", UserUnknown},
		{"host mx1.spam-virus.example.com[192.0.2.1] said: 552 5.2.2 Mailbox full", MailboxFull},
		{"connect to dkim-dmarc.example[192.0.2.1]:25: Connection refused", NetworkError},
		{"550 blocked using zen.spamhaus.org", IPBlocked},
		{"550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", UserUnknown},
		{"450 see http://greylist.example.org/ and wait", Greylisted},
		{"550 User unknown.", UserUnknown},
		{"554 virus.", Virus},
	} {
		e := Explain(tt.line)
		if got := c.Classify(&e); got.Reason != tt.want {
			t.Errorf("%q: %s by %s (%q), want %s", tt.line, got.Reason, got.Rule, got.Matched, tt.want)
		}
	}
}

func TestGuessed(t *testing.T) {
	c := mustNew(t)
	for text, want := range map[string]bool{
		"550 xyzzy": true, "550 5.7.1 xyzzy": true, "xyzzy": true, "550 5.1.1 xyzzy": false, "550 rejected": false, "550 no such user": false,
		"Delivery failed": false,
	} {
		e := Explain(text)
		if got := c.Classify(&e).Guessed(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
