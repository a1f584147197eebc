package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// Exim's mainlog, see chapter 53, "Log files", of its specification
// (https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html).
const eximName = "exim"

// openExim reads the envelope of the mainlog, "2024-02-05 13:57:44.123 +0100 [1234] ", of which all but date and time
// depends on log_selector and log_timezone. ok is false for lines that Exim need not have written.
func openExim(text []byte, l *line) (ok bool) {
	if len(text) < 21 || text[4] != '-' || text[10] != ' ' {
		return false
	}
	n := stampLen(text, &l.stamp)
	if n == 0 || n+1 >= len(text) || text[n] != ' ' {
		return false
	}
	l.program, l.message = []byte(eximName), text[n+1:]
	l.cutPid()
	return eximID(l.message) > 0 || bytes.HasPrefix(l.message, []byte("Start queue run: ")) ||
		bytes.HasPrefix(l.message, []byte("End queue run: ")) || bytes.HasPrefix(l.message, []byte("exim "))
}

// cutPid takes "[1234] " off the message.
func (l *line) cutPid() {
	if len(l.message) > 0 && l.message[0] == '[' {
		if shut := bytes.IndexByte(l.message, ']'); shut > 1 && isDigits(l.message[1:shut]) && shut+1 < len(l.message) {
			l.pid, l.message = l.message[1:shut], l.message[shut+2:]
		}
	}
}

func eximClaims(l *line) bool {
	return bytes.HasPrefix(l.program, []byte("exim"))
}

// eximID is the length of the message id that text begins with: 6-6-2 letters and digits, since Exim 4.97 6-11-4.
func eximID(text []byte) int {
	for _, form := range [...][2]int{{13, 16}, {18, 23}} {
		if n := form[1]; len(text) > n && text[n] == ' ' && text[6] == '-' && text[form[0]] == '-' {
			for i, c := range text[:n] {
				if !isLetterOrDigit(c) && i != 6 && i != form[0] {
					return 0
				}
			}
			return n
		}
	}
	return 0
}

func isLetterOrDigit(c byte) bool {
	return isDigit(c) || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func eximParse(p *parser, l *line, f *fact) {
	if n := stampLen(l.message, &stamp{}); n > 0 && n+1 < len(l.message) {
		l.message = l.message[n+1:] // through syslog, with syslog_timestamp
	}
	l.cutPid()
	n := eximID(l.message)
	if n == 0 {
		if bytes.Contains(l.message, []byte("rejected ")) {
			f.subkind = parse.Inbound
		}
		return
	}
	f.dialect, f.id = eximName, l.message[:n]
	rest := l.message[n+1:]
	if string(rest) == "Completed" || bytes.HasPrefix(rest, []byte("Completed ")) || bytes.HasPrefix(rest, []byte("removed by ")) {
		f.verb = closed
		return
	}
	if len(rest) < 4 || rest[2] != ' ' {
		if bytes.Contains(rest, []byte("rejected ")) {
			f.subkind = parse.Inbound
		}
		return
	}
	flag, rest := string(rest[:2]), rest[3:]
	switch flag {
	case "<=":
		eximArrival(rest, f)
		return
	case "=>", "->", ">>":
		f.kind = parse.Delivery
	case "**":
		f.kind = parse.Failure
	case "==":
		f.kind = parse.Delay
	default: // also "*>": not delivered, since -N was given
		return
	}
	eximAttempt(p, l, f, rest)
}

// eximArrival reads "sender H=host (helo) [ip] P=esmtp S=1234 id=message-id T="subject" for rcpt". For a bounce the
// sender is <>, and R= names the message that it is about.
func eximArrival(rest []byte, f *fact) {
	f.verb = opened
	sender, rest, _ := bytes.Cut(rest, []byte(" "))
	f.sender = trimAngles(sender)
	for len(rest) > 0 {
		key, value, after := nextField(rest)
		rest = after
		switch string(key) {
		case "S":
			f.size = parseSize(value)
		case "id":
			f.messageID = trimAngles(value)
		case "R":
			if len(f.sender) == 0 {
				f.other = value
			}
		case "T":
			f.subject = value
		}
	}
}

// eximAttempt reads
//
//	address <original> F=<sender> R=router T=transport H=host [ip]:25 X=tls CV=yes C="250 OK" QT=3s DT=1s
//	address <original> R=router T=transport H=host [ip] : reason
//	address <original> R=router T=transport defer (-44) H=host [ip]: reason
func eximAttempt(p *parser, l *line, f *fact, rest []byte) {
	address, rest := eximAddress(rest)
	f.recipient = address
	if len(rest) > 1 && rest[0] == ' ' && rest[1] == '<' {
		if shut := bytes.IndexByte(rest, '>'); shut > 0 {
			f.original, rest = rest[2:shut], rest[shut+1:]
		}
	}
	var transport, reason, hostname []byte
	if f.kind == parse.Delivery {
		for rest = bytes.TrimLeft(rest, " "); len(rest) > 0; {
			key, value, after := nextField(rest)
			switch string(key) {
			case "T":
				transport = value
			case "C":
				reason = value
			case "H":
				hostname = value
				f.remoteIP, after = bracketed(after)
			}
			rest = after
		}
	} else {
		rest, reason = eximReason(rest)
		for rest = bytes.TrimLeft(rest, " "); len(rest) > 0; {
			key, value, after := nextField(rest)
			switch string(key) {
			case "T":
				transport = value
			case "H":
				hostname = value
				f.remoteIP, after = bracketed(after)
			}
			rest = after
		}
	}
	if hostname != nil && !bytes.Equal(hostname, f.remoteIP) {
		f.remote = hostname
	}
	f.verb = attempt
	f.time = p.clock.time(l.stamp)
	f.host = l.host
	eximEnd(f, transport, hostname, reason)
	if f.kind == parse.Delivery && p.count && f.other == nil {
		return
	}
	p.event(f)
	eximReadReason(f.event, string(reason))
	f.expires = bytes.Contains(reason, []byte("retry timeout exceeded"))
	f.idle = f.kind == parse.Delay && bytes.Contains(reason, []byte("retry time not reached"))
}

// eximAddress splits the address off; pipes and files may have blanks.
func eximAddress(rest []byte) (address, after []byte) {
	end := len(rest)
	for _, mark := range [...]string{" <", " R=", " F=", " P=", " T=", ": ", " : ", " routing defer", " defer ("} {
		if i := bytes.Index(rest[:end], []byte(mark)); i > 0 {
			end = i
		}
	}
	if i := bytes.IndexByte(rest[:end], ' '); i > 0 && rest[0] != '|' && rest[0] != '/' {
		end = i
	}
	return rest[:end], rest[end:]
}

// eximReason splits the reason off: behind " : " or the first ": " that is not within quotes. "defer (-44)" is left out.
func eximReason(rest []byte) (fields, reason []byte) {
	quoted := false
	for i, c := range rest {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted && i+1 < len(rest) && rest[i+1] == ' ':
			return rest[:i], bytes.TrimSpace(rest[i+2:])
		}
	}
	return rest, nil
}

// nextField reads `KEY=value ` or `KEY="quoted value" `; a word without "=" is a value without key.
func nextField(text []byte) (key, value, rest []byte) {
	i := 0
	for i < len(text) && isLetterOrDigit(text[i]) {
		i++
	}
	if i < len(text) && text[i] == '=' {
		key, text = text[:i], text[i+1:]
	}
	if len(key) > 0 && len(text) > 0 && text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return key, text[1:i], bytes.TrimLeft(text[i+1:], " ")
			}
		}
		return key, text[1:], nil
	}
	value, rest, _ = bytes.Cut(text, []byte(" "))
	return key, value, bytes.TrimLeft(rest, " ")
}

// bracketed reads "[192.0.2.1]:25 rest", which may have "(helo) " in front.
func bracketed(text []byte) (ip, rest []byte) {
	rest = text
	if len(rest) > 0 && rest[0] == '(' {
		if _, after, ok := bytes.Cut(rest, []byte(") ")); ok {
			rest = after
		}
	}
	if len(rest) == 0 || rest[0] != '[' {
		return nil, text
	}
	shut := bytes.IndexByte(rest, ']')
	if shut < 0 {
		return nil, text
	}
	ip = rest[1:shut]
	_, rest, _ = bytes.Cut(rest[shut:], []byte(" "))
	for _, c := range ip {
		if !isHex(c) && c != '.' && c != ':' {
			return nil, rest
		}
	}
	return ip, rest
}

// eximEnd tells deliveries that stay on our machine. Exim writes the bare user name, a pipe, a file or :blackhole: in
// place of the address.
func eximEnd(f *fact, transport, hostname, reason []byte) {
	if bytes.IndexByte(f.recipient, '@') < 0 || bytes.IndexByte([]byte("|/>:"), f.recipient[0]) >= 0 {
		if f.original != nil {
			f.recipient, f.original = f.original, nil
		}
		if f.transported(transport) {
			f.subkind = parse.LocalDelivery
		}
		return
	}
	switch {
	case isLoopback(f.remoteIP):
		if f.kind == parse.Delivery {
			if i := bytes.Index(reason, []byte(" id=")); i >= 0 {
				id := reason[i+4:]
				if n := eximID(append(bytes.Clone(id), ' ')); n > 0 {
					f.other = id[:n]
					return
				}
			}
		}
		f.subkind = parse.LocalDelivery
	case hostname == nil && isLocalTransport(transport):
		f.subkind = parse.LocalDelivery
	}
}

// transported is false for addresses that failed before a transport was found for them.
func (f *fact) transported(transport []byte) bool {
	return f.kind == parse.Delivery || len(transport) > 0
}

// isLocalTransport knows the usual names of transports that write to a mailbox or a program, or give to a content filter.
func isLocalTransport(name []byte) bool {
	for _, part := range [...]string{"local", "pipe", "file", "maildir", "mailbox", "lmtp", "lda", "dovecot", "procmail", "autoreply", "virtual",
		"amavis", "spamcheck", "spamassassin", "spamscan", "clamav", "scanner"} {
		if bytes.Contains(name, []byte(part)) {
			return true
		}
	}
	return false
}
