package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// Postfix 2.x to 3.x, see https://www.postfix.org/DEBUG_README.html and log_adhoc.c of its source.
const postfixName = "postfix"

// postfixDaemons are the programs of Postfix. The syslog name in front of the slash varies: postfix/smtp,
// postfix-out/smtp, postfix/submission/smtpd.
func postfixClaims(l *line) bool {
	if slash := bytes.LastIndexByte(l.program, '/'); slash > 0 {
		l.role = postfixDaemon(l.program[slash+1:])
	} else if string(l.program) == "MailScanner" {
		l.role = postfixScanner
	}
	return l.role != postfixNone
}

type postfixRole uint8

const (
	postfixNone postfixRole = iota
	postfixOther
	postfixAgent // makes delivery attempts
	postfixQueue
	postfixCleanup
	postfixBounce
	postfixServer
	postfixPickup
	postfixScanner // MailScanner, which takes mail out of the queue and puts it back under another id
)

func postfixDaemon(name []byte) postfixRole {
	switch string(name) {
	case "smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "discard", "relay":
		return postfixAgent
	case "qmgr", "oqmgr", "nqmgr", "postsuper":
		return postfixQueue
	case "cleanup":
		return postfixCleanup
	case "bounce", "defer", "trace":
		return postfixBounce
	case "smtpd", "postscreen", "submission", "smtps", "submissions":
		return postfixServer
	case "pickup":
		return postfixPickup
	case "anvil", "master", "scache", "tlsmgr", "tlsproxy", "trivial-rewrite", "verify", "flush", "showq",
		"qmqpd", "proxymap", "proxywrite", "dnsblog", "postlogd", "postqueue", "postdrop", "sendmail", "postfix-script",
		"postlog", "postalias", "postmap", "spawn", "policyd-spf", "script", "virtual_alias":
		return postfixOther
	}
	return postfixNone
}

func postfixParse(p *parser, l *line, f *fact) {
	switch l.role {
	case postfixAgent:
		postfixAttempt(p, l, f)
	case postfixQueue:
		postfixQueueLine(p, l, f)
	case postfixCleanup:
		if id, rest, ok := postfixID(l.message); ok {
			if msgid, ok := bytes.CutPrefix(rest, []byte("message-id=")); ok {
				f.verb, f.id, f.messageID = opened, id, trimAngles(msgid)
				f.native = postfixNative(f.messageID, id)
				return
			}
		}
		f.subkind = postfixInbound(l.message)
	case postfixBounce:
		postfixNotice(l, f)
	case postfixPickup:
		// After postsuper -r: "ID: uid=0 from=<a@b> orig_id=OLD".
		if id, rest, ok := postfixID(l.message); ok {
			if _, old, ok := bytes.Cut(rest, []byte("> orig_id=")); ok {
				f.verb, f.id, f.other = moved, old, id
			}
		}
	case postfixScanner:
		postfixRequeue(l, f)
	case postfixServer:
		f.subkind = postfixInbound(l.message)
	}
}

// postfixNative recognizes a Message-ID that cleanup made, "20240205135744.4F1A2B3C4D@host". All bounces have one, and
// may be delivered before the line that announces them is written.
func postfixNative(messageID, id []byte) bool {
	const stamp = len("20240205135744.")
	return len(messageID) > stamp+len(id) && isDigits(messageID[:stamp-1]) && messageID[stamp-1] == '.' &&
		bytes.HasPrefix(messageID[stamp:], id) && messageID[stamp+len(id)] == '@'
}

// postfixID splits "4F1A2B3C4D: rest". Short ids are hexadecimal digits, long ones letters and digits without vowels.
func postfixID(message []byte) (id, rest []byte, ok bool) {
	for i, c := range message {
		switch {
		case isLetterOrDigit(c):
		case c == ':' && i >= 5 && i+2 < len(message) && message[i+1] == ' ':
			return message[:i], message[i+2:], true
		default:
			return nil, nil, false
		}
	}
	return nil, nil, false
}

// postfixAttempt reads
//
//	ID: to=<a@b>, orig_to=<c>, relay=host[ip]:25, conn_use=2, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
//
// Lines without a recipient are remarks on the way to such a line.
func postfixAttempt(p *parser, l *line, f *fact) {
	id, rest, ok := postfixID(l.message)
	if !ok || !bytes.HasPrefix(rest, []byte("to=")) {
		return
	}
	f.id = id
	var relay, state []byte
	for len(rest) > 0 {
		equals := bytes.IndexByte(rest, '=')
		if equals < 0 {
			f.cutShort()
			return
		}
		key, value := rest[:equals], rest[equals+1:]
		if string(key) == "status" {
			state = value
			break
		}
		end := postfixValueEnd(value)
		if end < 0 {
			f.cutShort()
			return
		}
		value, rest = value[:end], value[end+2:]
		switch string(key) {
		case "to":
			f.recipient = trimAngles(value)
		case "orig_to":
			f.original = trimAngles(value)
		case "relay":
			relay = value
		case "dsn":
			f.status = value
		}
	}
	word, text, _ := bytes.Cut(state, []byte(" "))
	text = trimParentheses(text)
	switch string(word) {
	case "sent":
		f.kind = parse.Delivery
	case "bounced":
		f.kind = parse.Failure
	case "deferred":
		f.kind = parse.Delay
	case "deliverable", "undeliverable", "deliverable-but-not-cached", "undeliverable-but-not-cached", "expanded":
		return // address verification and the expansion of aliases: no message went out
	default:
		f.cutShort()
		return
	}
	f.verb = attempt
	f.remote, f.remoteIP = splitRelay(relay)
	postfixEnd(l, f, relay, text)
	f.time = p.clock.time(l.stamp)
	f.dialect, f.host = postfixName, l.host
	if f.kind == parse.Delivery && p.count && !isLoopback(f.remoteIP) {
		return
	}
	p.event(f)
	readReason(f.event, string(text))
}

// postfixValueEnd is where ", " ends a value; an address in angle brackets may have that in its local part.
func postfixValueEnd(value []byte) int {
	if len(value) > 0 && value[0] == '<' {
		if end := bytes.Index(value, []byte(">, ")); end >= 0 {
			return end + 1
		}
		return -1
	}
	for i := 0; ; i++ {
		next := bytes.IndexByte(value[i:], ',')
		if next < 0 {
			return -1
		}
		if i += next; i+1 < len(value) && value[i+1] == ' ' {
			return i
		}
	}
}

// postfixEnd tells attempts that stay on our own machine from others: mailboxes, pipes and content filters.
func postfixEnd(l *line, f *fact, relay, text []byte) {
	loopback := isLoopback(f.remoteIP)
	socket := f.remoteIP == nil && bytes.IndexByte(relay, '[') > 0 // such as relay=host[private/dovecot-lmtp]
	agent := string(l.program[bytes.LastIndexByte(l.program, '/')+1:])
	switch {
	case agent == "local" || agent == "virtual" || agent == "pipe" || agent == "discard":
		f.subkind = parse.LocalDelivery
		f.remote = nil
	case f.kind == parse.Delivery && (loopback || socket) && bytes.Contains(text, []byte("queued as ")):
		f.kind = parse.Relay
		f.other = queuedAs(text)
		if socket {
			f.subkind, f.remote = parse.LocalDelivery, nil
		}
	case f.kind == parse.Delivery && isPrivate(f.remoteIP):
		f.other = queuedAs(text) // a content filter if we meet that id again
	case loopback || socket:
		f.subkind, f.remote = parse.LocalDelivery, nil
	}
}

// queuedAs is the id in "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 153053D".
func queuedAs(text []byte) []byte {
	i := bytes.LastIndex(text, []byte("queued as "))
	if i < 0 {
		return nil
	}
	id := text[i+len("queued as "):]
	end := 0
	for end < len(id) && isLetterOrDigit(id[end]) {
		end++
	}
	return id[:end]
}

// postfixQueueLine reads
//
//	ID: from=<a@b>, size=5360, nrcpt=1 (queue active)
//	ID: from=<a@b>, status=expired, returned to sender
//	ID: removed
func postfixQueueLine(p *parser, l *line, f *fact) {
	id, rest, ok := postfixID(l.message)
	if !ok {
		return
	}
	if string(rest) == "removed" {
		f.verb, f.id = closed, id
		return
	}
	rest, ok = bytes.CutPrefix(rest, []byte("from=<"))
	if !ok {
		return
	}
	end := bytes.Index(rest, []byte(">, "))
	if end < 0 {
		f.cutShort()
		return
	}
	f.id, f.sender, rest = id, rest[:end], rest[end+3:]
	switch {
	case bytes.HasPrefix(rest, []byte("size=")):
		f.verb = opened
		size, _, _ := bytes.Cut(rest[len("size="):], []byte(","))
		f.size = int64(max(number(size), 0))
	case bytes.HasPrefix(rest, []byte("status=expired")), bytes.HasPrefix(rest, []byte("status=force-expired")):
		f.verb = expired
		f.time = p.clock.time(l.stamp)
		f.dialect, f.host = postfixName, l.host
	default:
		f.sender = nil
	}
}

// postfixNotice reads "ID: sender non-delivery notification: ID2" and its kin for delay, status and postmaster.
func postfixNotice(l *line, f *fact) {
	id, rest, ok := postfixID(l.message)
	if !ok {
		return
	}
	i := bytes.LastIndex(rest, []byte(" notification: "))
	if i < 0 {
		return
	}
	f.verb, f.id, f.other = noticed, id, rest[i+len(" notification: "):]
}

// postfixRequeue reads MailScanner's "Requeue: OLD.A1B2C to NEW"; the part behind the dot is no part of the queue id.
func postfixRequeue(l *line, f *fact) {
	rest, ok := bytes.CutPrefix(l.message, []byte("Requeue: "))
	old, id, ok2 := bytes.Cut(rest, []byte(" to "))
	if old, _, _ = bytes.Cut(old, []byte(".")); ok && ok2 && isAlphanumeric(old) && isAlphanumeric(id) {
		f.verb, f.id, f.other = moved, old, id
	}
}

// postfixInbound tells the lines with which we refuse other people's mail: "NOQUEUE: reject: RCPT from ...".
func postfixInbound(message []byte) parse.Subkind {
	rest := message
	if _, after, ok := postfixID(message); ok {
		rest = after
	}
	if len(rest) == 0 || rest[0] != 'r' && rest[0] != 'm' && rest[0] != 'd' && rest[0] != 'p' {
		return ""
	}
	for _, word := range postfixRefusals {
		if bytes.HasPrefix(rest, []byte(word)) {
			return parse.Inbound
		}
	}
	return ""
}

var postfixRefusals = [...]string{"reject: ", "milter-reject: ", "reject_warning: ", "discard: ", "proxy-reject: ", "milter-discard: "}
