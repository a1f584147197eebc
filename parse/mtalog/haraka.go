package mtalog

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"ndrscope/parse"
)

// Haraka, as version 3.3 writes it: connection.js, outbound/hmail.js and outbound/index.js of its source.
const harakaName = "haraka"

func harakaClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte("haraka")) || bytes.HasPrefix(l.program, []byte("Haraka"))
}

// harakaForms are the formats of log.ini: default, logfmt and json.
var harakaForms = [...]struct{ begin, next string }{{"[", "] ["}, {"level=", " uuid="}, {`{"level":"`, `","uuid":"`}}

// isHaraka tells a line by its level and the UUID of a connection, or "-", behind it.
func isHaraka(text []byte) bool {
	for _, form := range harakaForms {
		level, ok := bytes.CutPrefix(text, []byte(form.begin))
		if !ok {
			continue
		}
		level, rest, _ := bytes.Cut(level, []byte(form.next))
		switch string(level) {
		case "DATA", "PROTOCOL", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "EMERG":
			return len(rest) > 1 && rest[0] == '-' && !isLetterOrDigit(rest[1]) || len(rest) > 36 && rest[8] == '-' && rest[23] == '-'
		}
	}
	return false
}

// harakaAsides begin the lines that it, and the libraries that it uses, print past its log.
var harakaAsides = [...]string{"loglevel: ", "log format: ", "loaded TLD files: ", "loaded Public Suffixes: ", "Starting up Haraka version ",
	"STUN lookup failed: ", "Using iconv-lite only."}

// openHaraka reads a line of its own log, with or without a time stamp.
func openHaraka(text []byte, l *line) bool {
	const stampLength = len("2026-11-25T23:11:07.802Z")
	if len(text) > stampLength+1 && text[stampLength-1] == 'Z' && text[stampLength] == ' ' && stampLen(text, &l.stamp) == stampLength {
		text = text[stampLength+1:]
	}
	if bytes.IndexByte([]byte("[{lSU"), text[0]) < 0 { // cheaper than what follows, for the lines of others
		return false
	}
	aside := slices.ContainsFunc(harakaAsides[:], func(begin string) bool { return bytes.HasPrefix(text, []byte(begin)) })
	if !aside && !isHaraka(text) {
		return false
	}
	l.program, l.message = []byte(harakaName), text
	return true
}

// harakaLine takes a line apart into the id of what it is about, the part of Haraka that speaks, and what it says with
// its fields: "[NOTICE] [UUID.1.1] [outbound] text key=value", or the same in another format.
func harakaLine(message []byte) (id, origin, text []byte) {
	if !isHaraka(message) {
		return nil, nil, nil
	}
	switch message[0] {
	case '{':
		objects, ok := decodeJSON(message)
		if !ok {
			return nil, nil, nil
		}
		o := objects[0]
		text := o.text("message")
		if file := o.text("delivered file"); file != "" {
			text = "delivered file=" + file
		}
		id, origin := o.text("uuid"), o.text("origin")
		for _, known := range [...]string{"level", "uuid", "origin", "message"} {
			delete(o, known)
		}
		for _, key := range slices.Sorted(maps.Keys(o)) {
			text += " " + key + `="` + strings.ReplaceAll(o.text(key), `"`, `\"`) + `"`
		}
		return []byte(id), []byte(origin), []byte(text)
	case 'l':
		_, _, rest := nextField(message)
		_, id, rest = nextField(rest)
		_, origin, rest = nextField(rest)
		_, text, rest = nextField(rest)
		return id, origin, bytes.TrimSpace(append(append(harakaUnescape(text), ' '), rest...))
	}
	_, rest, _ := bytes.Cut(message, []byte("] ["))
	id, rest, _ = bytes.Cut(rest, []byte("] ["))
	origin, text, _ = bytes.Cut(rest, []byte("] "))
	return id, origin, bytes.TrimLeft(text, " ")
}

// harakaUnescape copies a value without the backslashes of its quoting.
func harakaUnescape(value []byte) []byte {
	return []byte(strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, " ", `\r`, "").Replace(string(value)))
}

// harakaParse reads
//
//	[NOTICE] [UUID.1] [core] sender <a@b> code=CONT msg=""
//	[NOTICE] [UUID.1] [core] recipient <c@d> code=OK msg="" sender=a@b
//	[NOTICE] [UUID.1] [core] message mid=<x@b> size=195 rcpts=1/0/0 delay=0 code=CONT msg=""
//	[NOTICE] [UUID.1] [core] queue code=OK msg="Message Queued (UUID.1)"
//
// of a message that it takes, and of its deliveries, one a domain
//
//	[NOTICE] [UUID.1.1] [outbound] recipient <c@d> rejected: 550 5.1.1 no such user
//	[NOTICE] [UUID.1.1] [outbound] recipient <c@d> deferred: 450 try later
//	[NOTICE] [UUID.1.1] [outbound]  delivered file=F domain=d host=mx.d ip=192.0.2.1 port=25 mode=SMTP tls=Y auth=N response=ok delay=1 fails=0 rcpts=1/0/0
//	[INFO] [UUID.1.1] [outbound] Temp failing F for 64 seconds: Upstream error: 421 too busy
//	[INFO] [UUID.1.1] [outbound] bouncing mail: 554 go away
//	[INFO] [UUID.1.1] [outbound] bouncing mail: Too many failures (Tried all MXs)
//	[INFO] [-] [outbound] Created transaction: UUID
//
// The last is the bounce, whose delivery is UUID.1; nothing but the order says whose bounce it is.
func harakaParse(p *parser, l *line, f *fact) {
	id, origin, text := harakaLine(l.message)
	if len(id) == 0 || len(text) == 0 {
		return
	}
	f.dialect, f.host, f.time = harakaName, l.host, p.clock.time(l.stamp)
	switch {
	case string(origin) == "core":
		f.id = id
		harakaCore(f, text)
	case bytes.HasPrefix(origin, []byte("outbound")):
		f.delivery = id
		if dot := bytes.LastIndexByte(id, '.'); dot > 0 {
			f.id, f.part = id[:dot], number(id[dot+1:])
		}
		harakaOutbound(p, f, text)
	}
}

func harakaCore(f *fact, text []byte) {
	word, rest, _ := bytes.Cut(text, []byte(" "))
	about, rest, _ := bytes.Cut(rest, []byte(" "))
	switch string(word) {
	case "sender":
		f.verb, f.sender = opened, trimAngles(about)
	case "recipient":
		f.recipient = trimAngles(about)
		if field := harakaFields(rest); string(field["code"]) == "OK" {
			f.verb = accepted
		} else {
			f.subkind = parse.Inbound
		}
	case "message":
		field := harakaFields(text[len("message "):])
		f.verb, f.messageID, f.size = opened, trimAngles(field["mid"]), parseSize(field["size"])
	case "queue":
		if !bytes.Contains(text, []byte(`msg="Message Queued (`)) {
			f.verb = closed // a plugin has taken it elsewhere
		}
	}
}

// harakaFields reads key=value and key="value".
func harakaFields(text []byte) map[string][]byte {
	fields := make(map[string][]byte)
	for len(text) > 0 {
		var key, value []byte
		key, value, text = nextField(text)
		fields[string(key)] = value
	}
	return fields
}

// harakaBounce announces the transactions that are bounces.
var harakaBounce = []byte("haraka bounce")

func harakaOutbound(p *parser, f *fact, text []byte) {
	switch {
	case bytes.HasPrefix(text, []byte("delivered file=")):
		harakaDelivered(p, f, text[len("delivered "):])
	case bytes.HasPrefix(text, []byte("recipient ")):
		harakaRecipient(p, f, text[len("recipient "):])
	case bytes.HasPrefix(text, []byte("Temp failing ")):
		_, reason, _ := bytes.Cut(text, []byte(" seconds: "))
		f.kind = parse.Delay
		harakaEnd(p, f, reason)
	case bytes.HasPrefix(text, []byte("bouncing mail: ")):
		f.kind, f.other = parse.Failure, harakaBounce
		harakaEnd(p, f, text[len("bouncing mail: "):])
	case bytes.HasPrefix(text, []byte("Failed to get socket: ")):
		f.verb, f.text = remarked, text[len("Failed to get socket: "):]
	case bytes.HasPrefix(text, []byte("Ongoing connection failed to ")), bytes.HasPrefix(text, []byte("Remote end ")):
		f.verb, f.text = remarked, bytes.TrimSuffix(text, []byte(" Trying next MX."))
	case bytes.HasPrefix(text, []byte("Created transaction: ")):
		f.verb, f.alias = opened, harakaBounce
		f.id, _, _ = bytes.Cut(text[len("Created transaction: "):], []byte(" "))
	case bytes.HasPrefix(text, []byte("Double bounce: ")), bytes.Contains(text, []byte(". Not sending bounce")):
		f.verb, f.other = withdrawn, harakaBounce
	}
}

func harakaDelivered(p *parser, f *fact, text []byte) {
	field := harakaFields(text)
	f.verb, f.kind, f.remote, f.remoteIP = attempt, parse.Delivery, field["host"], field["ip"]
	taken, rest, _ := bytes.Cut(field["rcpts"], []byte("/"))
	deferred, _, _ := bytes.Cut(rest, []byte("/"))
	f.taken, f.deferred = max(number(taken), 1), max(number(deferred), 0)
	p.event(f)
	f.event.Domain = domainOf(append([]byte("@"), field["domain"]...))
	setReply(f.event, string(harakaUnescape(field["response"])))
}

func harakaRecipient(p *parser, f *fact, text []byte) {
	recipient, rest, ok := bytes.Cut(text, []byte("> "))
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

// harakaEnd reads why a try ended for all recipients of a delivery. Those that the server refused by name are told of
// already.
func harakaEnd(p *parser, f *fact, reason []byte) {
	if bytes.HasPrefix(reason, []byte("Some recipients ")) {
		if f.kind == parse.Failure {
			f.verb = noticed
		}
		return
	}
	f.verb = attempt
	if last, ok := bytes.CutPrefix(reason, []byte("Too many failures (")); ok {
		f.subkind, reason = parse.Expired, bytes.TrimSuffix(last, []byte(")"))
	}
	p.event(f)
	if names, ok := bytes.CutPrefix(reason, []byte("Some recipients temp failed: ")); ok {
		f.expires, f.event.Diagnostic = true, "Too many failures"
		f.spread(splitRecipients(names))
		return
	}
	if string(reason) == "Tried all MXs" {
		f.readRemark, f.expires = harakaReason, f.subkind == parse.Expired
	}
	setReply(f.event, string(bytes.TrimPrefix(reason, []byte("Upstream error: "))))
}

// harakaReason reads why a connection failed:
//
//	connect ECONNREFUSED 192.0.2.1:25
//	connection timed out to outbound::{"port":25,"host":"192.0.2.1"}
//	Ongoing connection failed to 192.0.2.1:25 : socket timeout waiting on connect
//	Remote end 192.0.2.1:25 closed connection while we were processing mail.
func harakaReason(e *parse.Event, text string) {
	e.Diagnostic = text
	if strings.HasPrefix(text, "connect") {
		e.Command = "CONN"
	}
	if _, rest, ok := strings.Cut(text, `"host":"`); ok {
		host, _, _ := strings.Cut(rest, `"`)
		e.RemoteIP = ipIn(host)
		return
	}
	for _, word := range strings.Fields(text) {
		if colon := strings.LastIndexByte(word, ':'); colon > 0 && ipIn(word[:colon]) != "" {
			e.RemoteIP = ipIn(word[:colon])
			return
		}
	}
}
