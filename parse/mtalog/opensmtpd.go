package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// OpenSMTPD, from mta_log in mta.c, mda_log in mda.c and log_envelope in log.c and envelope.c of its source.
const opensmtpdName = "opensmtpd"

func opensmtpdClaims(l *line) bool {
	return string(l.program) == "smtpd" || string(l.program) == "opensmtpd"
}

// opensmtpdParse reads, since 5.9,
//
//	SESSION mta delivery evpid=ID from=<a@b> to=<c@d> rcpt=<-> source="192.0.2.9" relay="192.0.2.1 (mx.d)" delay=2s result="Ok" stat="250 ok"
//	SESSION mda delivery evpid=ID from=<a@b> to=<c@d> rcpt=<e@d> user=e delay=0s result=Ok stat=Delivered
//	SESSION smtp failed-command command="RCPT TO:<c@d>" result="550 Invalid recipient"
//
// before that
//
//	relay: Ok for ID: session=S, from=<a@b>, to=<c@d>, rcpt=<->, source=192.0.2.9, relay=192.0.2.1 (mx.d), delay=2s, stat=250 ok
//
// and still, for what happens in the queue, "relay: Expire for ID: from=<a@b>, ..., stat=Envelope expired".
func opensmtpdParse(p *parser, l *line, f *fact) {
	session, rest, _ := bytes.Cut(l.message, []byte(" "))
	var result []byte
	separator := " "
	local := false
	switch {
	case bytes.HasPrefix(rest, []byte("mta ")) && bytes.Contains(rest, []byte("delivery evpid=")):
	case bytes.HasPrefix(rest, []byte("mda ")) && bytes.Contains(rest, []byte("delivery evpid=")):
		local = true
	case bytes.HasPrefix(rest, []byte("smtp ")) && bytes.Contains(rest, []byte("failed-command")):
		f.subkind = parse.Inbound
		return
	case string(session) == "relay:" || string(session) == "delivery:" || string(session) == "mta:" || string(session) == "mda:":
		word, after, ok := bytes.Cut(rest, []byte(" for "))
		id, fields, ok2 := bytes.Cut(after, []byte(": "))
		if !ok || !ok2 {
			return
		}
		result, rest, f.id, separator = word, fields, id, ", "
		local = string(session) == "delivery:" || string(session) == "mda:"
	default:
		return
	}
	f.dialect = opensmtpdName
	var relay, source, stat []byte
	for rest = bytes.TrimSpace(rest); len(rest) > 0; {
		var key, value []byte
		key, value, rest = opensmtpdField(rest, separator)
		switch string(key) {
		case "evpid":
			f.id = value
		case "from":
			f.sender = trimAngles(value)
		case "to":
			f.recipient = trimAngles(value)
		case "rcpt":
			f.original = trimAngles(value)
		case "source":
			source = value
		case "relay":
			relay = value
		case "result":
			result = value
		case "stat":
			stat = value
		}
	}
	if string(f.original) == "-" {
		f.original = nil
	}
	switch string(result) {
	case "Ok":
		f.kind = parse.Delivery
	case "TempFail":
		f.kind = parse.Delay
	case "PermFail", "LoopFail", "Loop":
		f.kind = parse.Failure
	case "Expire":
		f.kind, f.expires = parse.Failure, true
	default:
		return
	}
	if stat == nil {
		f.cutShort()
		return
	}
	if len(f.id) == 16 {
		f.id = f.id[:8] // an envelope's id is that of the message, which bounces name, and then its own
	}
	f.verb, f.host, f.time = attempt, l.host, p.clock.time(l.stamp)
	ip, host, _ := bytes.Cut(relay, []byte(" "))
	ip, host = bytes.Trim(ip, "[]"), bytes.Trim(host, "()")
	if ipIn(string(ip)) != "" {
		f.remoteIP = ip
	}
	if !bytes.Equal(host, ip) {
		f.remote = host
	}
	if local || isLoopback(f.remoteIP) || string(ip) == "localhost" {
		f.subkind = parse.LocalDelivery
	}
	f.notification = len(f.sender) == 0
	if p.count && f.kind == parse.Delivery {
		return
	}
	p.event(f)
	f.event.Sender = string(f.sender)
	if ip := ipIn(string(bytes.Trim(source, "[]"))); ip != "" {
		f.event.LocalIP = ip
	}
	f.event.Diagnostic = string(stat)
	if replyCode(f.event.Diagnostic) != "" {
		setReply(f.event, f.event.Diagnostic)
	}
}

// opensmtpdField splits `key=value`, `key="value"` or `key=<value>` off; stat without quotes runs to the end.
func opensmtpdField(text []byte, separator string) (key, value, rest []byte) {
	key, value, ok := bytes.Cut(text, []byte("="))
	if !ok {
		return nil, text, nil
	}
	if i := bytes.LastIndexByte(key, ' '); i >= 0 {
		key = key[i+1:]
	}
	switch {
	case len(value) > 0 && value[0] == '"':
		if end := bytes.Index(value[1:], []byte("\" ")); end >= 0 && string(key) != "stat" {
			return key, value[1 : end+1], value[end+3:]
		}
		return key, bytes.TrimSuffix(value[1:], []byte(`"`)), nil
	case string(key) == "stat":
		return key, value, nil
	}
	value, rest, _ = bytes.Cut(value, []byte(separator))
	return key, value, rest
}
