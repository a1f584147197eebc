package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// DragonFly Mail Agent, from dma.c and net.c of its source, up to 0.13 and since.
const dmaName = "dma"

func dmaClaims(l *line) bool { return string(l.program) == "dma" }

// dmaParse reads, where the brackets behind the program hold the queue id in place of a process id,
//
//	dma[1f4a]: new mail from user=web uid=33 envelope_from=<a@b>
//	dma[1f4a.55d8e3]: <c@d> trying delivery
//	dma[1f4a.55d8e3]: remote delivery deferred: mx.d [192.0.2.1] failed after RCPT TO: 450 4.2.0 try later
//	dma[1f4a.55d8e3]: connect to mx.d [192.0.2.1] failed: Connection refused
//	dma[1f4a.55d8e3]: Could not perform server greeting at mx.d [192.0.2.1]: 550 5.7.1 no
//	dma[1f4a.55d8e3]: remote delivery to mx.d [192.0.2.1] failed after RCPT TO: 550 5.1.1 no
//	dma[1f4a.55d8e3]: delivery failed, bouncing as 20bc
//	dma[1f4a.55d8e3]: <c@d> delivery successful
//
// Each recipient has a queue id of its own, which begins with that of the message, by which the message's Received
// field and so a bounce names it.
func dmaParse(p *parser, l *line, f *fact) {
	f.dialect = dmaName
	f.id, _, _ = bytes.Cut(l.pid, []byte("."))
	message := l.message
	switch {
	case bytes.HasPrefix(message, []byte("new mail from ")):
		if _, sender, ok := bytes.Cut(message, []byte("envelope_from=<")); ok {
			f.verb, f.sender = opened, bytes.TrimSuffix(sender, []byte(">"))
			f.notification, f.anew = len(f.sender) == 0, true
		}
		return
	case bytes.HasSuffix(message, []byte("> trying delivery")):
		f.verb, f.recipient = started, bytes.TrimSuffix(message[1:], []byte("> trying delivery"))
		f.delivery = dmaDelivery(l)
		if bytes.IndexByte(f.recipient, '@') < 0 {
			f.subkind = parse.LocalDelivery
		}
		return
	case bytes.HasPrefix(message, []byte("remote delivery to ")), bytes.HasPrefix(message, []byte("remote delivery failed")),
		bytes.HasPrefix(message, []byte("local delivery failed")), bytes.HasPrefix(message, []byte(dmaGreeting)):
		f.verb, f.text, f.delivery = remarked, message, dmaDelivery(l)
		return
	case bytes.HasSuffix(message, []byte("> delivery successful")):
		f.kind, f.recipient = parse.Delivery, bytes.TrimSuffix(message[1:], []byte("> delivery successful"))
		if bytes.IndexByte(f.recipient, '@') < 0 {
			f.subkind = parse.LocalDelivery
		}
	case bytes.HasPrefix(message, []byte("remote delivery deferred: ")), bytes.HasPrefix(message, []byte("local delivery deferred: ")):
		f.kind, f.text = parse.Delay, message
	case bytes.HasPrefix(message, []byte("connect to ")) && bytes.Contains(message, []byte("] failed: ")):
		f.kind, f.text = parse.Delay, message // unless another MX takes it, this is all that is said
	case bytes.HasPrefix(message, []byte("delivery failed, bouncing as ")):
		// Without a line in front that says why: after five days of waiting.
		f.kind, f.other, f.expires = parse.Failure, message[len("delivery failed, bouncing as "):], true
	case string(message) == "can not bounce a bounce message, discarding":
		f.subkind = parse.Notification
		return
	default:
		return
	}
	f.verb, f.host, f.time = attempt, l.host, p.clock.time(l.stamp)
	f.delivery = dmaDelivery(l)
	p.event(f)
	f.readRemark = dmaReason
	if len(f.text) > 0 {
		dmaReason(f.event, string(f.text))
	}
}

func dmaDelivery(l *line) []byte { return append([]byte("dma "), l.pid...) }

const dmaGreeting = "Could not perform server greeting at "

// dmaReason reads the line in front of the one that says how it ended.
func dmaReason(e *parse.Event, text string) {
	switch {
	case strings.HasPrefix(text, dmaGreeting):
		e.Command = "EHLO"
	case strings.HasPrefix(text, "connect to "):
		e.Command = "CONN"
	}
	// "DNS lookup failure: host d not found" means another thing if it is deferred.
	whole := strings.Contains(text, "deferred: DNS")
	for _, begin := range [...]string{dmaGreeting, "remote delivery to ", "remote delivery deferred: ", "remote delivery failed: ", "remote delivery "} {
		if rest, ok := strings.CutPrefix(text, begin); ok && !whole {
			text = rest
			break
		}
	}
	e.Diagnostic = text
	host, rest, ok := strings.Cut(strings.TrimPrefix(text, "connect to "), " [")
	if ip, _, ok2 := strings.Cut(rest, "]"); ok && ok2 && ipIn(ip) != "" && !strings.Contains(host, " ") {
		e.RemoteHost, e.RemoteIP = strings.ToLower(host), ipIn(ip)
		if _, reply, _ := strings.Cut(rest, ": "); replyCode(reply) != "" {
			setReply(e, reply)
		}
	}
	if _, rest, ok := strings.Cut(text, "failed after "); ok {
		words, reply, _ := strings.Cut(rest, ": ")
		e.Command = commandOf(words)
		if words == "final DATA" {
			e.Command = "EOD"
		}
		if replyCode(reply) != "" {
			setReply(e, reply)
		}
	}
}
