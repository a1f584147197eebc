// Package loggen writes Postfix logs of any size whose truth is known: what every recipient domain should be counted
// with. It serves tests and measurements; the same seed gives the same bytes.
package loggen

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Truth is what happened to the recipients of one domain.
type Truth struct {
	Delivered, Bounced, Expired, Pending int
	// Attempts counts lines with an outcome: each delivery, each failure and each try in vain.
	Attempts int
}

// Options of a log.
type Options struct {
	Seed uint64
	// Bytes is the size after which no new message is begun.
	Bytes int64
	Start time.Time
	// RFC3339 has time stamps as rsyslog writes them by default, in place of the traditional ones.
	RFC3339 bool
}

// Write writes a log and returns its truth by domain.
func Write(w io.Writer, opt Options) (map[string]Truth, error) {
	g := &generator{
		out:   bufio.NewWriterSize(w, 1<<20),
		opt:   opt,
		rand:  rand.New(rand.NewPCG(opt.Seed, 1)),
		now:   opt.Start,
		truth: make(map[string]Truth),
	}
	for g.written < opt.Bytes {
		g.message()
		g.retry(false)
	}
	g.retry(true)
	for _, m := range g.waiting {
		g.count(m.domain, func(t *Truth) { t.Pending++ })
	}
	return g.truth, g.out.Flush()
}

type generator struct {
	out     *bufio.Writer
	opt     Options
	rand    *rand.Rand
	now     time.Time
	written int64
	serial  int
	truth   map[string]Truth
	// waiting are recipients to be tried again, the earliest first.
	waiting []waiting
}

// waiting is a message with its one deferred recipient.
type waiting struct {
	id, sender, recipient, domain, relay string
	next                                 time.Time
	tries                                int
}

func (g *generator) line(program, format string, args ...any) {
	stamp := g.now.Format("Jan _2 15:04:05")
	if g.opt.RFC3339 {
		stamp = g.now.Format("2006-01-02T15:04:05.000000-07:00")
	}
	n, _ := fmt.Fprintf(g.out, "%s mx1 postfix/%s[%d]: ", stamp, program, 1000+g.rand.IntN(60000))
	m, _ := fmt.Fprintf(g.out, format, args...)
	g.out.WriteByte('\n')
	g.written += int64(n + m + 1)
}

func (g *generator) count(domain string, change func(*Truth)) {
	t := g.truth[domain]
	change(&t)
	g.truth[domain] = t
}

func (g *generator) queueID() string {
	g.serial++
	return fmt.Sprintf("%05X%06X", g.rand.IntN(1<<20), g.serial%(1<<24))
}

// domain is one of a thousand; a few of them get most of the mail.
func (g *generator) domain() (name, relay string) {
	n := int(1000 * g.rand.Float64() * g.rand.Float64() * g.rand.Float64())
	return fmt.Sprintf("d%d.example", n), fmt.Sprintf("mx%d.d%d.example[203.0.113.%d]:25", 1+n%3, n, n%256)
}

// message writes the life of one message up to the first try for each of its recipients.
func (g *generator) message() {
	g.now = g.now.Add(time.Duration(g.rand.IntN(900)) * time.Millisecond)
	id, client := g.queueID(), fmt.Sprintf("app%d.example.org[198.51.100.%d]", g.rand.IntN(9), g.rand.IntN(256))
	sender := fmt.Sprintf("user%d@example.org", g.rand.IntN(500))
	g.line("smtpd", "connect from %s", client)
	g.line("smtpd", "%s: client=%s, sasl_method=PLAIN, sasl_username=%s", id, client, sender)
	g.line("cleanup", "%s: message-id=<%d.%s@example.org>", id, g.serial, id)
	if g.rand.IntN(4) == 0 {
		g.line("smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.%d]: 554 5.7.1 <x@example.com>: Relay access denied; "+
			"from=<y@example.com> to=<x@example.com> proto=ESMTP helo=<z>", g.rand.IntN(256))
	}
	g.line("qmgr", "%s: from=<%s>, size=%d, nrcpt=1 (queue active)", id, sender, 500+g.rand.IntN(90000))
	g.line("smtpd", "disconnect from %s ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8", client)
	g.now = g.now.Add(time.Duration(g.rand.IntN(300)) * time.Millisecond)

	domain, relay := g.domain()
	recipient := fmt.Sprintf("r%d@%s", g.rand.IntN(5000), domain)
	g.line("smtp", "Trusted TLS connection established to %s: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)", relay)
	m := waiting{id: id, sender: sender, recipient: recipient, domain: domain, relay: relay}
	switch g.rand.IntN(20) {
	case 0:
		g.bounce(m)
	case 1:
		g.deferral(m)
	default:
		g.deliver(m)
	}
}

func (g *generator) attempt(m waiting, dsn, status string) {
	g.count(m.domain, func(t *Truth) { t.Attempts++ })
	g.line("smtp", "%s: to=<%s>, relay=%s, delay=%d.%d, delays=0.1/0.01/0.4/0.%d, dsn=%s, status=%s",
		m.id, m.recipient, m.relay, g.rand.IntN(9), g.rand.IntN(9), g.rand.IntN(9), dsn, status)
}

func (g *generator) deliver(m waiting) {
	g.attempt(m, "2.0.0", fmt.Sprintf("sent (250 2.0.0 Ok: queued as %012X)", g.rand.Uint64N(1<<48)))
	g.count(m.domain, func(t *Truth) { t.Delivered++ })
	g.line("qmgr", "%s: removed", m.id)
}

func (g *generator) bounce(m waiting) {
	g.attempt(m, "5.1.1", fmt.Sprintf("bounced (host %s said: 550 5.1.1 <%s>: Recipient address rejected: User unknown "+
		"(in reply to RCPT TO command))", m.relay[:len(m.relay)-3], m.recipient))
	g.count(m.domain, func(t *Truth) { t.Bounced++ })
	g.notify(m)
}

// notify writes the life of our own notification, whose delivery is no outcome of the message's.
func (g *generator) notify(m waiting) {
	id := g.queueID()
	g.line("cleanup", "%s: message-id=<%s@mx1.example.org>", id, id)
	g.line("bounce", "%s: sender non-delivery notification: %s", m.id, id)
	g.line("qmgr", "%s: from=<>, size=3300, nrcpt=1 (queue active)", id)
	g.line("qmgr", "%s: removed", m.id)
	g.line("smtp", "%s: to=<%s>, relay=mail.example.org[198.51.100.8]:25, delay=0.2, delays=0/0/0/0.2, dsn=2.0.0, "+
		"status=sent (250 2.0.0 Ok: queued as 77)", id, m.sender)
	g.line("qmgr", "%s: removed", id)
}

func (g *generator) deferral(m waiting) {
	m.tries++
	m.next = g.now.Add(time.Duration(m.tries) * 5 * time.Minute)
	g.attempt(m, "4.7.1", fmt.Sprintf("deferred (host %s said: 451 4.7.1 <%s>: Recipient address rejected: Greylisted, "+
		"try again in 5 minutes (in reply to RCPT TO command))", m.relay[:len(m.relay)-3], m.recipient))
	g.waiting = append(g.waiting, m)
}

// retry tries again what is due, or half of all.
func (g *generator) retry(last bool) {
	queue := g.waiting
	g.waiting = nil
	for _, m := range queue {
		if !last && m.next.After(g.now) || last && g.rand.IntN(2) == 0 {
			g.waiting = append(g.waiting, m)
			continue
		}
		g.line("qmgr", "%s: from=<%s>, size=4000, nrcpt=1 (queue active)", m.id, m.sender)
		switch {
		case m.tries >= 4:
			g.line("qmgr", "%s: from=<%s>, status=expired, returned to sender", m.id, m.sender)
			g.count(m.domain, func(t *Truth) { t.Expired++ })
			g.notify(m)
		case g.rand.IntN(3) == 0:
			g.deferral(m)
		case g.rand.IntN(10) == 0:
			g.bounce(m)
		default:
			g.deliver(m)
		}
	}
}
