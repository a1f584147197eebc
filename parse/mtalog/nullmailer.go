package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// nullmailer-send 1.x and 2.x, from src/send.cc and protocols/ of its source.
const (
	nullmailerName      = "nullmailer"
	nullmailerMessageID = "message-id: " // as the message spells it
)

func nullmailerClaims(l *line) bool {
	return string(l.program) == "nullmailer" || string(l.program) == "nullmailer-send"
}

// nullmailerParse reads
//
//	Starting delivery: host: mail.example.org protocol: smtp file: 1480532800.2213
//	From: <a@b> to: <c@d>
//	Message-Id: <x@host>
//	smtp: Failed: 550 5.1.1 no such user
//	Sending failed: Permanent error in sending the message
//	Sent file.
//	Moving message 1480532800.2213 into failed
//
// One message is sent at a time, to all of its recipients, and the lines do not repeat which. A message is moved after a
// permanent error, or at the end of its lifetime after a temporary one.
func nullmailerParse(p *parser, l *line, f *fact) {
	f.dialect = nullmailerName
	message := l.message
	switch {
	case bytes.HasPrefix(message, []byte("Starting delivery: ")):
		fields := message[len("Starting delivery: "):]
		_, id, _ := bytes.Cut(fields, []byte("file: "))
		_, host, _ := bytes.Cut(fields, []byte("host: "))
		id, _, _ = bytes.Cut(id, []byte(" "))
		host, _, _ = bytes.Cut(host, []byte(" "))
		if len(id) == 0 {
			f.cutShort()
			return
		}
		f.verb, f.id, f.remote = started, id, host
		f.delivery = []byte(nullmailerName)
	case bytes.HasPrefix(message, []byte("From: <")):
		sender, recipients, ok := bytes.Cut(message[len("From: <"):], []byte("> to: "))
		if !ok {
			return
		}
		f.verb, f.sender, f.recipient, f.notification = started, sender, recipients, len(sender) == 0
		f.delivery = []byte(nullmailerName)
	case bytes.HasPrefix(message, []byte("smtp: Failed: ")), bytes.HasPrefix(message, []byte("smtp: Succeeded: ")),
		bytes.HasPrefix(message, []byte("qmqp: Failed: ")):
		f.verb, f.text = remarked, bytes.TrimSpace(message[bytes.Index(message[6:], []byte(": "))+8:])
		f.delivery = []byte(nullmailerName)
	case bytes.HasPrefix(message, []byte("Moving message ")) && bytes.HasSuffix(message, []byte(" into failed")):
		f.verb, f.id, f.host, f.time = returned, message[len("Moving message "):len(message)-len(" into failed")], l.host, p.clock.time(l.stamp)
	case len(message) > len(nullmailerMessageID) && bytes.EqualFold(message[:len(nullmailerMessageID)], []byte(nullmailerMessageID)):
		f.verb, f.messageID = started, trimAngles(message[len(nullmailerMessageID):])
		f.delivery = []byte(nullmailerName)
	case string(message) == "Sent file.":
		nullmailerEnd(p, l, f, parse.Delivery, "")
	case bytes.HasPrefix(message, []byte("Sending failed: ")):
		reason := strings.TrimSpace(string(message[len("Sending failed: "):]))
		kind := parse.Delay
		if strings.HasPrefix(reason, "Permanent error") {
			kind = parse.Failure
		}
		nullmailerEnd(p, l, f, kind, reason)
	}
}

func nullmailerEnd(p *parser, l *line, f *fact, kind parse.Kind, reason string) {
	f.verb, f.kind, f.host, f.time = attempt, kind, l.host, p.clock.time(l.stamp)
	f.delivery = []byte(nullmailerName)
	p.event(f)
	f.event.Diagnostic = reason
	f.readRemark = courierReason
}
