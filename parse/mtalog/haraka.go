package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// Haraka's outbound, from outbound/hmail.js of its source.
const harakaName = "haraka"

func harakaClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte("haraka")) || bytes.HasPrefix(l.program, []byte("Haraka"))
}

// openHaraka reads a line of its own log, "[NOTICE] [UUID.1.1] [outbound] message", with or without a time stamp.
func openHaraka(text []byte, l *line) bool {
	rest := text
	if n := stampLen(text, &l.stamp); n > 0 && n+1 < len(text) {
		rest = text[n+1:]
	}
	if rest[0] != '[' || !bytes.Contains(rest, []byte("] [outbound")) && !bytes.Contains(rest, []byte("] [core")) {
		return false
	}
	level, _, _ := bytes.Cut(rest[1:], []byte("]"))
	switch string(level) {
	case "DATA", "PROTOCOL", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "EMERG":
	default:
		return false
	}
	l.program, l.message = []byte(harakaName), rest
	return true
}

// harakaParse reads
//
//	[NOTICE] [UUID.1.1] [outbound] delivered file=F domain=d host=mx.d ip=192.0.2.1 port=25 mode=SMTP tls=Y auth=N response="250 ok" delay=1 fails=0 rcpts=1/0/0
//	[NOTICE] [UUID.1.1] [outbound] recipient <c@d> rejected: 550 5.1.1 no such user
//	[NOTICE] [UUID.1.1] [outbound] recipient <c@d> deferred: 450 try later
//	[INFO] [UUID.1.1] [outbound] bouncing mail: Too many failures (Tried all MXs)
//	[INFO] [UUID.1.1] [outbound] Temp failing F for 64 seconds: Tried all MXs
//
// Only a rejected or deferred recipient is named; of a delivery, the domain.
func harakaParse(p *parser, l *line, f *fact) {
	_, rest, ok := bytes.Cut(l.message, []byte("] ["))
	if !ok {
		return
	}
	id, rest, ok := bytes.Cut(rest, []byte("] [outbound"))
	if !ok {
		return
	}
	_, rest, ok = bytes.Cut(rest, []byte("] "))
	if !ok {
		return
	}
	f.dialect, f.id, f.host, f.time = harakaName, id, l.host, p.clock.time(l.stamp)
	switch {
	case bytes.HasPrefix(rest, []byte("delivered file=")):
		harakaDelivered(p, f, rest)
	case bytes.HasPrefix(rest, []byte("recipient ")):
		harakaRecipient(p, f, rest[len("recipient "):])
	}
}

func harakaDelivered(p *parser, f *fact, rest []byte) {
	f.kind = parse.Delivery
	var domain, reply []byte
	accepted := 1
	for len(rest) > 0 {
		var key, value []byte
		key, value, rest = nextField(rest)
		switch string(key) {
		case "domain":
			domain = value
		case "host":
			f.remote = value
		case "ip":
			f.remoteIP = value
		case "response":
			reply = value
		case "rcpts":
			first, _, _ := bytes.Cut(value, []byte("/"))
			accepted = number(first)
		}
	}
	f.verb = complete
	for range min(accepted, 1000) {
		e := makeEvent(f, p.name)
		e.Domain = domainOf(append([]byte("@"), domain...))
		setReply(e, string(reply))
		f.events = append(f.events, *e)
	}
	if len(f.events) == 0 {
		f.verb = nothing
	}
}

func harakaRecipient(p *parser, f *fact, rest []byte) {
	recipient, rest, ok := bytes.Cut(rest, []byte("> "))
	word, reply, ok2 := bytes.Cut(rest, []byte(": "))
	if !ok || !ok2 {
		return
	}
	switch string(word) {
	case "rejected":
		f.kind = parse.Failure
	case "deferred":
		f.kind = parse.Delay
	default:
		return
	}
	f.verb, f.recipient = attempt, bytes.TrimPrefix(recipient, []byte("<"))
	p.event(f)
	f.event.Command = "RCPT"
	setReply(f.event, string(reply))
}
