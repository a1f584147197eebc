package lab

import (
	"fmt"
	"strings"
	"testing"
)

// bigWorld has n domains that fail for all kinds of reasons, and a sender with three addresses.
func bigWorld(n int, options string) string {
	refusals := []struct{ status, reply string }{
		{"5.7.1", "554 5.7.1 <%s>: Relay access denied"},
		{"5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org"},
		{"5.7.25", "550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.26]"},
		{"5.7.23", "550 5.7.23 <%s>: Recipient address rejected: SPF fail - not authorized"},
		{"5.7.1", "554 5.7.1 Your address has a poor reputation"},
		{"5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy"},
	}
	var sb, log strings.Builder
	sb.WriteString("Many domains.\n-- options --\negress: 192.0.2.25 192.0.2.26 2001:db8:1::25\nhelo: mail.ours.example\ntop: 50\n" + options +
		"\n-- resolver/ours --\naddress: 198.51.100.53\n-- resolver/reference --\naddress: 198.51.100.9\n" +
		"-- zone/ours.example --\n@ MX 10 mail\n@ TXT \"v=spf1 mx ip4:192.0.2.26 -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n" +
		"mail A 192.0.2.25\nmail A 192.0.2.26\nmail AAAA 2001:db8:1::25\n" +
		"-- hosts --\n192.0.2.25 mail.ours.example\n192.0.2.26 mail.ours.example\n2001:db8:1::25 mail.ours.example\n")
	for i := range n {
		domain, ip := fmt.Sprintf("d%02d.example", i), fmt.Sprintf("203.0.113.%d", i+1)
		fmt.Fprintf(&sb, "-- zone/%s --\n@ MX 10 mx1\n@ MX 20 mx2\nmx1 A %s\nmx2 A 198.51.100.%d\n", domain, ip, i+100)
		r := refusals[i%len(refusals)]
		to, reply := "anna@"+domain, r.reply
		if strings.Contains(reply, "%s") {
			reply = fmt.Sprintf(reply, to)
		}
		fmt.Fprintf(&log, "Nov 20 08:%02d:02 mail postfix/qmgr[811]: 4Wb%03d: from=<it@ours.example>, size=4821, nrcpt=1 (queue active)\n", i, i)
		fmt.Fprintf(&log, "Nov 20 08:%02d:03 mail postfix/smtp[2211]: 4Wb%03d: to=<%s>, relay=mx1.%s[%s]:25, delay=1, delays=0.2/0/0.4/0.4, dsn=%s, status=bounced (host mx1.%s[%s] said: %s (in reply to RCPT TO command))\n",
			i, i, to, domain, ip, r.status, domain, ip, reply)
	}
	return sb.String() + "-- failures/mail.log --\n" + log.String()
}

// TestNoQuestionTwice counts at the servers: over a network that loses nothing, no server is asked a thing twice. The
// latency has the client wait for longer than a busy machine makes it wait.
func TestNoQuestionTwice(t *testing.T) {
	for name, text := range map[string]string{
		"reference": bigWorld(50, "timeout: 5s\nlatency: 150ms"),
		"iterating": withoutReference(bigWorld(50, "timeout: 5s\nlatency: 150ms")),
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, text)
			play(t, s)
			if len(s.Net.Questions()) == 0 {
				t.Fatal("nothing was asked")
			}
			for _, q := range s.Net.Questions() {
				if q.Asked > 1 {
					t.Error(q)
				}
			}
		})
	}
}

// TestRetriesOnlyAfterLoss does the same over a bad network: a question is repeated only while its answer is missing.
func TestRetriesOnlyAfterLoss(t *testing.T) {
	s := load(t, bigWorld(12, "timeout: 3s\nloss: 30%\nlatency: 2ms"))
	play(t, s)
	lost := 0
	for _, q := range s.Net.Questions() {
		lost += q.Asked - q.Answered
		if q.Answered > 1 {
			t.Error(q)
		}
	}
	if lost == 0 {
		t.Error("no packet was lost")
	}
}

// BenchmarkDiagnose is a bad day: 50 domains, three addresses of ours, every list, answers after 50 ms, 2% lost.
func BenchmarkDiagnose(b *testing.B) {
	text := bigWorld(50, "latency: 50ms\nloss: 2%\ntimeout: 2s")
	b.Run("reference", func(b *testing.B) { benchmark(b, text) })
	b.Run("iterating", func(b *testing.B) { benchmark(b, withoutReference(text)) })
}

func benchmark(b *testing.B, text string) {
	for b.Loop() {
		s := load(b, text)
		r := perform(b.Context(), s).result
		if len(r.Diagnoses) != 50 || r.Incomplete != "" {
			b.Fatalf("%d diagnoses, %s", len(r.Diagnoses), r.Incomplete)
		}
		b.ReportMetric(float64(len(s.Net.Questions())), "questions")
	}
}

// withoutReference leaves the authoritative servers to compare with.
func withoutReference(text string) string {
	return strings.Replace(text, "-- resolver/reference --\naddress: 198.51.100.9\n", "", 1)
}
