package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// ZoneMTA, from lib/sender.js of its source.
const zonemtaName = "zone-mta"

func zonemtaClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte("zone-mta")) || bytes.HasPrefix(l.program, []byte("zonemta")) || string(l.program) == "zone-mta"
}

// zonemtaParse reads
//
//	id=SESSION 16d1ad1c9ec000a1d1.001 ACCEPTED from=a@b to=c@d src=192.0.2.9 mx=mx.d[192.0.2.1] id=<message-id> (250 2.0.0 ok)
//
// and the same with REJECTED[category] and DEFERRED[category].
func zonemtaParse(p *parser, l *line, f *fact) {
	message := l.message
	at, verdict := -1, ""
	for _, word := range [...]string{" ACCEPTED from=", " REJECTED[", " DEFERRED["} {
		if i := bytes.Index(message, []byte(word)); i >= 0 {
			at, verdict = i, word
			break
		}
	}
	if at < 0 {
		return
	}
	f.id = message[bytes.LastIndexByte(message[:at], ' ')+1 : at]
	switch verdict {
	case " ACCEPTED from=":
		f.kind = parse.Delivery
	case " REJECTED[":
		f.kind = parse.Failure
	default:
		f.kind = parse.Delay
	}
	rest := message[at+1:]
	_, rest, _ = bytes.Cut(rest, []byte(" "))
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
	f.verb, f.dialect, f.host, f.time = attempt, zonemtaName, l.host, p.clock.time(l.stamp)
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
