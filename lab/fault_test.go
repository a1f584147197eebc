package lab

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// complete checks what must hold whatever breaks: in time, one diagnosis a domain, and no fault made of a silence.
func complete(t *testing.T, resolver, dialogue string) *diagnose.Result {
	t.Helper()
	s := load(t, fmt.Sprintf(faultWorld, resolver, dialogue))
	start := time.Now()
	r := play(t, s)
	if took := time.Since(start); took > s.Options.Deadline+time.Second {
		t.Errorf("took %v", took)
	}
	if len(r.Diagnoses) != 1 || r.Diagnoses[0].Domain != "customer.example" {
		t.Fatalf("diagnoses: %+v", r.Diagnoses)
	}
	noMailSent(t, s)
	for _, f := range r.Findings {
		if strings.ContainsFunc(f.Prose(), func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 }) {
			t.Errorf("%s says raw bytes: %q", f.Tag, f.Prose())
		}
	}
	return r
}

func TestResolverFaults(t *testing.T) {
	for _, resolver := range []string{"all: silent", "all: garbage", "all: other-question", "all: wrong-id", "all: refused",
		"all: servfail", "all: empty", "all: silent\ntcp: silent", "truncate: yes\ntcp: stall", "truncate: yes\ntcp: reset"} {
		t.Run(resolver, func(t *testing.T) {
			t.Parallel()
			r := complete(t, resolver, "")
			for _, f := range r.Findings {
				// A resolver that is of no use at all proves nothing about anybody else.
				if f.Severity() == diagnose.Error && !strings.HasPrefix(string(f.Tag), "resolver-") {
					t.Errorf("made of nothing: %s", describe(f))
				}
			}
		})
	}
	for _, resolver := range []string{"loss: 30%", "latency: 60ms", "all: servfail\nshare: 20%"} {
		t.Run(resolver, func(t *testing.T) {
			t.Parallel()
			r := complete(t, resolver, "")
			for _, f := range r.Findings {
				if f.Severity() == diagnose.Error {
					t.Errorf("made of nothing: %s", describe(f))
				}
			}
		})
	}
}

func TestServerFaults(t *testing.T) {
	for _, verb := range []string{"CONNECT", "EHLO", "STARTTLS", "MAIL", "RCPT", "QUIT"} {
		for _, action := range []string{"stall", "drop", "reset", "endless", "binary"} {
			t.Run(verb+" "+action, func(t *testing.T) {
				t.Parallel()
				r := complete(t, "", verb+" "+action)
				for _, f := range r.Findings {
					if f.Severity() == diagnose.Error && f.Check() != "tls" {
						t.Errorf("made of nothing: %s", describe(f))
					}
				}
			})
		}
	}
	for _, dialogue := range []string{"CONNECT refuse", "CONNECT silent", "CONNECT 220-", "EHLO 250 " + strings.Repeat("x", 20000),
		"certificate: broken", "MAIL 250-only half"} {
		t.Run(dialogue[:min(20, len(dialogue))], func(t *testing.T) {
			t.Parallel()
			complete(t, "", dialogue)
		})
	}
}
