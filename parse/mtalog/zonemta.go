package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// ZoneMTA 3, from lib/sender.js and lib/mail-queue.js of its source, and as it runs.
const zonemtaName = "zone-mta"

func zonemtaClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte(zonemtaName)) || bytes.HasPrefix(l.program, []byte("zonemta"))
}

// openZoneMTA reads a line of its own log, "info Sender/default/71[2] message": npmlog's, without a time stamp.
func openZoneMTA(text []byte, l *line) bool {
	level, rest, _ := bytes.Cut(text, []byte(" "))
	switch string(level) {
	case "info", "ERR!", "WARN", "verb", "sill":
	default:
		return false
	}
	switch part := rest[:max(bytes.IndexAny(rest, " /"), 0)]; string(part) {
	case "API", "APP", "App", "Blacklist", "Bounces", "Child", "ConnPool", "DNS", "Delete", "GC", "HTTP", "Plugins", "Process", "QS", "Queue",
		"Redis", "SMTP", "Sender", "Service", "StoreStream", "mongo":
	default:
		return false
	}
	l.program, l.message = []byte(zonemtaName), text
	return true
}

// zonemtaParse reads
//
//	info Sender/ZONE/PID[2] id=SESSION 16d1ad1c9ec000a1d1.001 ACCEPTED from=a@b to=c@d src=192.0.2.9 mx=mx.d[192.0.2.1] id=<message-id> (250 2.0.0 ok)
//	info Queue 16d1ad1c9ec000a1d1.001 DROP[suppressed] Recipient c@d was found from suppression list
//
// and the former with REJECTED[category] and DEFERRED[category]. Of a bounce, which comes from <>, it does not say whose.
func zonemtaParse(p *parser, l *line, f *fact) {
	message := l.message
	at, verdict := -1, ""
	for _, word := range [...]string{" ACCEPTED from=", " REJECTED[", " DEFERRED[", " DROP[suppressed] "} {
		if i := bytes.Index(message, []byte(word)); i >= 0 {
			at, verdict = i, word
			break
		}
	}
	if at < 0 {
		return
	}
	f.dialect, f.host, f.time = zonemtaName, l.host, p.clock.time(l.stamp)
	f.id = message[bytes.LastIndexByte(message[:at], ' ')+1 : at]
	rest := message[at+1:]
	_, rest, _ = bytes.Cut(rest, []byte(" "))
	switch verdict {
	case " ACCEPTED from=":
		f.kind = parse.Delivery
	case " REJECTED[":
		f.kind, f.lastTry = parse.Failure, true
	case " DEFERRED[":
		f.kind = parse.Delay
	default:
		f.verb, f.kind = attempt, parse.Failure
		f.recipient, _, _ = bytes.Cut(bytes.TrimPrefix(rest, []byte("Recipient ")), []byte(" "))
		p.event(f)
		f.event.Diagnostic = string(rest)
		return
	}
	fields, reply, ok := bytes.Cut(rest, []byte(" ("))
	if !ok {
		f.cutShort()
		return
	}
	var source []byte
	for len(fields) > 0 {
		var word []byte
		word, fields, _ = bytes.Cut(fields, []byte(" "))
		key, value, _ := bytes.Cut(word, []byte("="))
		switch string(key) {
		case "from":
			f.sender, _, _ = bytes.Cut(value, []byte("["))
			f.sender = trimAngles(f.sender)
			f.notification = len(f.sender) == 0
		case "to":
			f.recipient = value
		case "src":
			source = value
		case "mx":
			f.remote, f.remoteIP = splitRelay(value)
		case "id":
			f.messageID = trimAngles(value)
		}
	}
	f.verb = attempt
	if p.count && f.kind == parse.Delivery {
		return
	}
	p.event(f)
	f.event.Sender, f.event.MessageID, f.event.LocalIP = string(f.sender), string(f.messageID), string(source)
	text := string(bytes.TrimSuffix(reply, []byte(")")))
	f.event.Diagnostic = text
	if replyCode(text) != "" {
		setReply(f.event, text)
	}
}
