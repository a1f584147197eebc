package lab

import (
	"fmt"
	"strings"
	"testing"

	"ndrscope/diagnose"
)

// faultWorld has one domain that refuses us for a reason that calls for many checks; resolver and dialogue are to be
// filled in.
const faultWorld = `Something on the way is broken.
-- options --
egress: 192.0.2.25
helo: mail.ours.example
smtp: yes
smtp-rcpt: yes
timeout: 200ms
deadline: 4s
-- hosts --
192.0.2.25 mail.ours.example
203.0.113.10 mx1.customer.example
-- zone/ours.example --
@ MX 10 mail
@ TXT "v=spf1 mx -all"
mail A 192.0.2.25
-- zone/customer.example --
@ MX 10 mx1
mx1 A 203.0.113.10
-- resolver/reference --
address: 198.51.100.9
-- resolver/ours --
address: 198.51.100.53
%s
-- smtp/203.0.113.10 --
name: mx1.customer.example
%s
-- failures/mail.log --
Nov 20 08:11:02 mail postfix/qmgr[811]: 4Wb01: from=<it@ours.example>, size=4821, nrcpt=1 (queue active)
Nov 20 08:11:02 mail postfix/smtp[2211]: 4Wb01: to=<anna@customer.example>, relay=mx1.customer.example[203.0.113.10]:25, delay=1, delays=0.2/0/0.4/0.4, dsn=5.7.1, status=bounced (host mx1.customer.example[203.0.113.10] said: 554 5.7.1 <anna@customer.example>: Relay access denied (in reply to RCPT TO command))
`

// fault is one thing that is broken.
type fault struct{ resolver, dialogue string }

func (f fault) String() string {
	return strings.ReplaceAll(strings.TrimSpace(f.resolver+" "+f.dialogue[:min(len(f.dialogue), 30)]), "\n", ", ")
}

// playFaults plays all at once and checks of each what must hold whatever breaks: in time, one diagnosis a domain, no
// raw bytes. made says which errors may be found; any other one is made of a silence.
func playFaults(t *testing.T, faults []fault, made func(diagnose.Finding) bool) {
	t.Helper()
	for _, f := range faults {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			p := playAt(t, load(t, fmt.Sprintf(faultWorld, f.resolver, f.dialogue)))
			p.sound(t)
			if len(p.result.Diagnoses) != 1 || p.result.Diagnoses[0].Domain != "customer.example" {
				t.Fatalf("diagnoses: %+v", p.result.Diagnoses)
			}
			for _, f := range p.result.Findings {
				if strings.ContainsFunc(f.Prose(), isControl) {
					t.Errorf("%s says raw bytes: %q", f.Tag, f.Prose())
				}
				if f.Severity() == diagnose.Error && !made(f) {
					t.Errorf("made of nothing: %s", describe(f))
				}
			}
		})
	}
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 }

// TestUselessResolver has a resolver that is of little use or none: that proves nothing about anybody else.
func TestUselessResolver(t *testing.T) {
	var faults []fault
	for _, resolver := range []string{"all: silent", "all: garbage", "all: other-question", "all: wrong-id", "all: refused",
		"all: servfail", "all: empty", "all: silent\ntcp: silent", "truncate: yes\ntcp: stall", "truncate: yes\ntcp: reset",
		"all: servfail\nshare: 20%"} {
		faults = append(faults, fault{resolver, ""})
	}
	playFaults(t, faults, func(f diagnose.Finding) bool { return strings.HasPrefix(string(f.Tag), "resolver-") })
}

// TestBadLine has a resolver that works, with patience.
func TestBadLine(t *testing.T) {
	faults := []fault{{"loss: 30%", ""}, {"latency: 60ms", ""}}
	playFaults(t, faults, func(diagnose.Finding) bool { return false })
}

// TestBadServer has a mail server that misbehaves at every stage.
func TestBadServer(t *testing.T) {
	var faults []fault
	for _, verb := range []string{"CONNECT", "EHLO", "STARTTLS", "MAIL", "RCPT", "QUIT"} {
		for _, action := range []string{"stall", "drop", "reset", "endless", "binary"} {
			faults = append(faults, fault{"", verb + " " + action})
		}
	}
	for _, dialogue := range []string{"CONNECT refuse", "CONNECT silent", "CONNECT 220-", "EHLO 250 " + strings.Repeat("x", 20000),
		"certificate: broken", "MAIL 250-only half"} {
		faults = append(faults, fault{"", dialogue})
	}
	playFaults(t, faults, func(f diagnose.Finding) bool { return f.Check() == "tls" })
}
