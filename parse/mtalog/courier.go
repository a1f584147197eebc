package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// Courier, from the log lines of its courierd and of its delivery modules (courier/module.*, comctlfile).
const courierName = "courier"

func courierClaims(l *line) bool {
	switch string(l.program) {
	case "courierd", "courieresmtp", "courierlocal", "courierfax", "courieruucp", "courierdsn", "courieresmtpd":
		return true
	}
	return false
}

// courierParse reads
//
//	courierd: newmsg,id=ID: dns; localhost (localhost [127.0.0.1])
//	courierd: started,id=ID,from=<a@b>,module=esmtp,host=d.example,addr=<c@d.example>
//	courieresmtp: id=ID,from=<a@b>,addr=<c@d.example>: 550 User unknown.
//	courieresmtp: id=ID,from=<a@b>,addr=<c@d.example>,status: failure
//	courieresmtp: id=ID,from=<a@b>,addr=<c@d.example>,size=611,success: delivered: mx.d.example [192.0.2.1]
//	courierd: completed,id=ID
//
// Mail from <> and, for a bounce that bounced, from <#@[]> is our own. Courier puts the reply on a line of its own, in front of the one that says how it ended.
func courierParse(p *parser, l *line, f *fact) {
	if string(l.program) == "courieresmtpd" {
		if bytes.HasPrefix(l.message, []byte("error,")) {
			f.subkind = parse.Inbound
		}
		return
	}
	f.dialect = courierName
	if id, ok := bytes.CutPrefix(l.message, []byte("completed,id=")); ok {
		f.verb, f.id = closed, id
		return
	}
	rest, ok := bytes.CutPrefix(l.message, []byte("id="))
	if !ok {
		return
	}
	id, rest, ok := bytes.Cut(rest, []byte(",from=<"))
	sender, rest, ok2 := bytes.Cut(rest, []byte(">,addr=<"))
	recipient, rest, ok3 := bytes.Cut(rest, []byte(">"))
	if !ok || !ok2 || !ok3 {
		return
	}
	f.id, f.recipient = id, recipient
	if text, ok := bytes.CutPrefix(rest, []byte(": ")); ok {
		f.verb, f.text = remarked, text
		return
	}
	if i := bytes.Index(rest, []byte("success: ")); i >= 0 {
		f.kind = parse.Delivery
		host, ip, _ := bytes.Cut(bytes.TrimPrefix(rest[i+len("success: "):], []byte("delivered: ")), []byte(" ["))
		if ip != nil {
			f.remote = host
			f.remoteIP, _, _ = bytes.Cut(bytes.TrimPrefix(ip, []byte("::ffff:")), []byte("]"))
		}
	} else if word, ok := bytes.CutPrefix(rest, []byte(",status: ")); ok {
		switch string(bytes.TrimSpace(word)) {
		case "failure":
			f.kind = parse.Failure
		case "deferred":
			f.kind = parse.Delay
		case "success":
			f.kind = parse.Delivery
		default:
			f.cutShort()
			return
		}
	} else {
		return
	}
	if string(l.program) == "courierlocal" {
		f.subkind = parse.LocalDelivery
	}
	f.verb, f.host, f.time = attempt, l.host, p.clock.time(l.stamp)
	p.event(f)
	f.event.Sender = string(sender)
	f.notification = len(sender) == 0 || string(sender) == "#@[]"
	f.readRemark = courierReason
}

func courierReason(e *parse.Event, text string) {
	e.Diagnostic = text
	if replyCode(text) != "" {
		setReply(e, text)
	}
}
