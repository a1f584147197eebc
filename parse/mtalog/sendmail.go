package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// Sendmail 8, see "Sendmail Installation and Operation Guide", section 5.1.1, "The System Log".
const sendmailName = "sendmail"

// sendmailClaims knows sendmail and the names that Debian gives its instances: sm-mta, sm-msp-queue.
func sendmailClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte("sendmail")) || bytes.HasPrefix(l.program, []byte("sm-"))
}

// sendmailParse reads
//
//	ID: from=<a@b>, size=30, class=0, nrcpts=1, msgid=<x@b>, relay=localhost [127.0.0.1]
//	ID: to=<c@d>,<e@d>, delay=00:00:01, mailer=esmtp, relay=mx.d. [192.0.2.1], dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown
//	ID: ID2: DSN: User unknown
//	ID: ID2: DSN: Cannot send message for 5 days
//	ID: ruleset=check_rcpt, arg1=<c@d>, relay=host [192.0.2.7], reject=550 5.7.1 Relaying denied
func sendmailParse(p *parser, l *line, f *fact) {
	id, rest, ok := splitID(l.message, 8)
	if !ok {
		if bytes.Contains(l.message, []byte(", reject=")) {
			f.subkind = parse.Inbound
		}
		return
	}
	f.dialect, f.id = sendmailName, id
	switch {
	case bytes.HasPrefix(rest, []byte("from=")):
		sendmailFrom(rest, f)
	case bytes.HasPrefix(rest, []byte("to=")):
		sendmailTo(p, l, f, rest)
	case bytes.Contains(rest, []byte("reject=")), bytes.Contains(rest, []byte(">... ")), bytes.HasPrefix(rest, []byte("Milter: ")):
		f.subkind = parse.Inbound
	default:
		if other, what, ok := splitID(rest, 8); ok && sendmailIsNotice(what) {
			f.verb, f.other = noticed, other
			if bytes.Contains(what, []byte(": Cannot send message for ")) {
				f.verb, f.time = expired, p.clock.time(l.stamp)
			}
		}
	}
}

func sendmailIsNotice(what []byte) bool {
	for _, begin := range [...]string{"DSN: ", "return to sender: ", "sender notify: ", "postmaster notify: "} {
		if bytes.HasPrefix(what, []byte(begin)) {
			return true
		}
	}
	return false
}

// splitID splits "ID: rest" where ID has at least least letters and digits.
func splitID(message []byte, least int) (id, rest []byte, ok bool) {
	i := bytes.IndexByte(message, ':')
	if i < least || i+2 >= len(message) || message[i+1] != ' ' || !isAlphanumeric(message[:i]) {
		return nil, nil, false
	}
	return message[:i], message[i+2:], true
}

func sendmailFrom(rest []byte, f *fact) {
	f.verb = opened
	for len(rest) > 0 {
		key, value, after := sendmailField(rest)
		rest = after
		switch string(key) {
		case "from":
			f.sender = trimAngles(value)
		case "size":
			f.size = parseSize(value)
		case "nrcpts":
			f.recipients = max(number(value), 0)
		case "msgid":
			f.messageID = trimAngles(value)
		}
	}
}

// sendmailField splits "key=value, rest". stat is the last one, and its value is free text; that of reply ends where
// stat begins.
func sendmailField(text []byte) (key, value, rest []byte) {
	key, value, ok := bytes.Cut(text, []byte("="))
	if !ok {
		return nil, text, nil
	}
	end := []byte(", ")
	switch string(key) {
	case "stat":
		return key, value, nil
	case "reply":
		end = []byte(", stat=")
	}
	i := bytes.Index(value, end)
	if i < 0 {
		return key, value, nil
	}
	return key, value[:i], value[i+2:]
}

func sendmailTo(p *parser, l *line, f *fact, rest []byte) {
	var recipients, mailer, relay, reply, state []byte
	for len(rest) > 0 {
		key, value, after := sendmailField(rest)
		rest = after
		switch string(key) {
		case "to":
			recipients = value
		case "mailer":
			mailer = value
		case "relay":
			relay = value
		case "dsn":
			f.status = value
		case "reply":
			reply = value
		case "stat":
			state = value
		}
	}
	if len(state) == 0 {
		f.cutShort()
		return
	}
	if !sendmailKind(f, state) {
		return
	}
	f.verb, f.host, f.time = attempt, l.host, p.clock.time(l.stamp)
	f.remote, f.remoteIP = sendmailRelay(relay)
	switch {
	case string(mailer) == "local" || string(mailer) == "prog" || string(mailer) == "*file*" || string(mailer) == "*include*":
		f.subkind = parse.LocalDelivery
	case isLoopback(f.remoteIP) && f.kind == parse.Delivery && bytes.HasPrefix(state, []byte("Sent (")):
		// From the submission queue, or a content filter, into the queue of the same machine.
		f.kind = parse.Relay
		f.other = sendmailAccepted(state)
	case isLoopback(f.remoteIP):
		f.subkind = parse.LocalDelivery
	}
	names := splitRecipients(recipients)
	f.recipient = names[0]
	if p.count && f.kind == parse.Delivery && len(names) == 1 {
		return
	}
	for _, name := range names[1:] {
		f.also = append(f.also, *f)
		more := &f.also[len(f.also)-1]
		more.recipient, more.also = name, nil
		p.event(more)
		sendmailReason(more.event, string(reply), string(state))
	}
	p.event(f)
	sendmailReason(f.event, string(reply), string(state))
}

// sendmailAccepted is the id in "Sent (ID Message accepted for delivery)", in front of which a content filter may have more.
func sendmailAccepted(state []byte) []byte {
	if id := queuedAs(state); id != nil {
		return id
	}
	before, _, _ := bytes.Cut(state[len("Sent ("):], []byte(" Message accepted"))
	return before[bytes.LastIndexByte(before, ' ')+1:]
}

// sendmailKind tells what a stat means; ok is false for one that is no attempt.
func sendmailKind(f *fact, state []byte) (ok bool) {
	switch {
	case bytes.HasPrefix(state, []byte("Sent")):
		f.kind = parse.Delivery
	case bytes.HasPrefix(state, []byte("quarantine")):
		return false
	case bytes.HasPrefix(state, []byte("queued")):
		// In vain only with a status of class 4: the name servers did not answer.
		f.kind = parse.Delay
		return len(f.status) > 0 && f.status[0] == '4'
	case bytes.HasPrefix(state, []byte("Deferred")):
		f.kind = parse.Delay
	case len(f.status) > 0 && f.status[0] == '4':
		f.kind = parse.Delay
	default:
		f.kind = parse.Failure
	}
	if bytes.HasPrefix(state, []byte("Cannot send message ")) {
		f.kind, f.expires = parse.Failure, true
	}
	return true
}

// sendmailRelay reads "mx.example.net. [192.0.2.1]" or "[127.0.0.1] [127.0.0.1]".
func sendmailRelay(relay []byte) (host, ip []byte) {
	open := bytes.LastIndexByte(relay, '[')
	if open < 0 {
		return bytes.TrimRight(relay, ". "), nil
	}
	ip = bytes.TrimRight(relay[open+1:], "]")
	ip = bytes.TrimPrefix(ip, []byte("IPv6:"))
	host, _, _ = bytes.Cut(relay[:open], []byte(" "))
	host = bytes.TrimRight(host, ".")
	if len(host) > 0 && host[0] == '[' {
		host = nil
	}
	return host, ip
}

// splitRecipients splits "<a@b>,<c@d>".
func splitRecipients(text []byte) [][]byte {
	var names [][]byte
	for len(text) > 0 {
		end := bytes.IndexByte(text, ',')
		if text[0] == '<' {
			end = bytes.Index(text, []byte(">,"))
			if end >= 0 {
				end++
			}
		}
		if end < 0 {
			end = len(text)
		}
		names = append(names, trimAngles(bytes.TrimSpace(text[:end])))
		text = text[min(end+1, len(text)):]
	}
	if len(names) == 0 {
		names = append(names, nil)
	}
	return names
}

func sendmailReason(e *parse.Event, reply, state string) {
	e.Diagnostic = state
	if reply != "" {
		if own := enhancedCode(reply); own != "" && own != e.Status {
			e.Status = "" // dsn= is often Sendmail's own 5.0.0
		}
		setReply(e, reply)
		return
	}
	text := strings.TrimPrefix(state, "Deferred: ")
	if inner, ok := strings.CutPrefix(state, "Sent ("); ok {
		text = strings.TrimSuffix(inner, ")")
	}
	switch {
	case replyCode(text) != "":
		setReply(e, text)
	case strings.HasPrefix(text, "Connection ") || strings.HasPrefix(text, "Operation timed out") || strings.HasPrefix(text, "No route"):
		e.Command = "CONN"
	}
}
