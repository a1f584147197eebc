package mtalog

import "bytes"

// line is a log line with its envelope taken off.
type line struct {
	stamp   stamp
	host    []byte
	program []byte // with its instance: postfix-out/smtp
	pid     []byte
	message []byte
	// role is that of program within Postfix.
	role postfixRole
}

// stamp is a time stamp that was found and not yet understood.
type stamp struct {
	text []byte
	form stampForm
}

type stampForm uint8

const (
	noStamp      stampForm = iota
	yearlessForm           // RFC 3164 section 4.1.2: Feb  5 13:57:44
	rfc3339Form            // also with a space, without zone, with zone +0100
	tai64nForm             // @400000006553f1a30a1b2c3d
	unixForm               // seconds, and perhaps a fraction
	microForm              // microseconds since 1970
)

// envelopes are tried in this order. One that does not fit may leave traces in the line.
var envelopes = [...]func(text []byte, l *line) bool{openHaraka, openExim, openMultilog, openSyslog, openMsmtp, openZoneMTA}

// openLine takes off the envelope of a line that stands by itself in a file.
func openLine(text []byte, l *line) bool {
	return openContainer(text, l) || openEnvelope(text, l) || openCollected(text, l)
}

// openEnvelope takes off whatever was put around a message. A line of which only the time stamp is understood is a
// line of a log all the same; it has no message then.
func openEnvelope(text []byte, l *line) bool {
	if len(text) == 0 {
		return false
	}
	if len(text) > 6 && text[3] == ' ' && text[6] == ' ' { // RFC 3164, the commonest; none of those before it begins so
		if openSyslog(text, l) {
			return true
		}
		*l = line{}
	}
	for _, open := range envelopes {
		if open(text, l) {
			return true
		}
		*l = line{}
	}
	n := stampLen(text, &l.stamp)
	if n == 0 || n >= len(text) || text[n] != ' ' {
		return false
	}
	if l.stamp.form == rfc3339Form && text[10] == ' ' {
		l.program, l.message = []byte(eximName), text[n+1:]
		return true
	}
	openWithin(trimBlanks(text[n:]), l)
	return true
}

// openContainer reads what a Kubernetes container runtime writes, "2024-02-05T13:57:44.123456789Z stdout F message"
// (kubelet's CRI logging format).
func openContainer(text []byte, l *line) bool {
	if len(text) < 30 || text[4] != '-' || text[10] != 'T' {
		return false
	}
	var outer stamp
	n := stampLen(text, &outer)
	rest, ok := bytes.CutPrefix(text[n:], []byte(" std"))
	if n == 0 || !ok {
		return false
	}
	_, rest, ok = bytes.Cut(rest, []byte(" "))
	if !ok || len(rest) < 2 || rest[0] != 'F' && rest[0] != 'P' || rest[1] != ' ' {
		return false
	}
	inner := rest[2:]
	if len(inner) > 0 && inner[0] != '{' && openEnvelope(inner, l) && len(l.message) > 0 {
		return true
	}
	*l = line{}
	openBareTag(inner, l)
	l.stamp = outer
	return true
}

// openSyslog takes off the envelope that a syslog daemon or the journal put around a message, in any of the forms that
// are in use:
//
//	Feb  5 13:57:44 host postfix/smtp[123]: message           RFC 3164, and journalctl -o short
//	2024-02-05T13:57:44.123456+01:00 host postfix/smtp[123]: message   rsyslog, journalctl -o short-iso
//	<22>1 2024-02-05T13:57:44Z host postfix/smtp 123 - - message       RFC 5424
//
// each with or without a <priority> in front.
func openSyslog(text []byte, l *line) bool {
	if len(text) < 20 {
		return false
	}
	if text[0] == '<' {
		end := bytes.IndexByte(text[:min(len(text), 6)], '>')
		if end < 2 || !isDigits(text[1:end]) {
			return false
		}
		text = text[end+1:]
		if len(text) > 2 && text[0] == '1' && text[1] == ' ' {
			return openRFC5424(text[2:], l)
		}
	}
	n := stampLen(text, &l.stamp)
	if n == 0 || n >= len(text) || text[n] != ' ' {
		return false
	}
	return openTag(trimBlanks(text[n:]), l)
}

// stampLen finds the time stamp at the begin of text.
func stampLen(text []byte, s *stamp) int {
	switch {
	case len(text) >= 15 && text[3] == ' ' && text[6] == ' ' && text[9] == ':' && text[12] == ':' && monthOf(text) > 0:
		n := 15
		if len(text) > 20 && text[15] == '.' { // milliseconds
			for n++; n < len(text) && isDigit(text[n]); n++ {
			}
		}
		*s = stamp{text[:15], yearlessForm}
		return n
	case len(text) >= 19 && text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') && text[13] == ':' && text[16] == ':':
		n := 19
		if n < len(text) && (text[n] == '.' || text[n] == ',') {
			for n++; n < len(text) && isDigit(text[n]); n++ {
			}
		}
		switch {
		case n >= len(text):
		case text[n] == 'Z':
			n++
		case text[n] == '+' || text[n] == '-':
			for n++; n < len(text) && (isDigit(text[n]) || text[n] == ':'); n++ {
			}
		case text[n] == ' ' && n+6 <= len(text) && (text[n+1] == '+' || text[n+1] == '-') && isDigits(text[n+2:n+6]):
			n += 6 // Exim with log_timezone
		}
		*s = stamp{text[:n], rfc3339Form}
		return n
	}
	return 0
}

// openTag reads "host program[pid]: message".
func openTag(text []byte, l *line) bool {
	space := bytes.IndexByte(text, ' ')
	if space <= 0 {
		return false
	}
	if text[space-1] == ':' {
		// No host: the tag follows at once, as in some container logs.
		l.host = nil
	} else {
		l.host, text = text[:space], trimBlanks(text[space+1:])
	}
	return openBareTag(text, l)
}

// openBareTag reads "program[pid]: message". Solaris puts an "[ID 197553 mail.info]" in front of the message, AIX and
// BSD "mail:info" or "<mail.info>" in front of the program.
func openBareTag(text []byte, l *line) bool {
	end := tagEnd(text)
	if end < len(text) && text[end] == ' ' {
		skipped := text[:end]
		if bytes.IndexByte(skipped, ':') < 0 && (len(skipped) == 0 || skipped[0] != '<') {
			return false
		}
		text = text[end+1:]
		end = tagEnd(text)
	}
	if end == 0 || end >= len(text) {
		return false
	}
	l.program, l.pid = text[:end], nil
	text = text[end:]
	if text[0] == '[' {
		shut := bytes.IndexByte(text, ']')
		if shut < 0 {
			return false
		}
		l.pid, text = text[1:shut], text[shut+1:]
	}
	if len(text) == 0 || text[0] != ':' {
		return false
	}
	text = trimBlanks(text[1:])
	if bytes.HasPrefix(text, []byte("[ID ")) {
		if shut := bytes.Index(text, []byte("] ")); shut > 0 {
			text = text[shut+2:]
		}
	}
	l.message = text
	return true
}

// tagEnd is where the name of the program ends: at "[", ": " or a space.
func tagEnd(text []byte) int {
	for i, c := range text {
		switch c {
		case '[', ' ':
			return i
		case ':':
			if i+1 == len(text) || text[i+1] == ' ' {
				return i
			}
		}
	}
	return len(text)
}

// openRFC5424 reads what follows the version: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG (section 6).
func openRFC5424(text []byte, l *line) bool {
	var word [5][]byte
	for i := range word {
		space := bytes.IndexByte(text, ' ')
		if space <= 0 {
			return false
		}
		word[i], text = text[:space], text[space+1:]
	}
	if stampLen(word[0], &l.stamp) != len(word[0]) {
		return false
	}
	l.host, l.program, l.pid = nilValue(word[1]), nilValue(word[2]), nilValue(word[3])
	switch {
	case len(text) == 0:
		return false
	case text[0] == '-':
		text = text[1:]
	case text[0] == '[':
		for len(text) > 0 && text[0] == '[' {
			end := elementEnd(text)
			if end == 0 {
				return false
			}
			text = text[end:]
		}
	}
	text = bytes.TrimPrefix(text, []byte(" "))
	l.message = bytes.TrimPrefix(text, []byte("\ufeff"))
	// A relay that does not know the tag leaves it in the message.
	if len(l.program) == 0 {
		return openBareTag(l.message, l)
	}
	return true
}

// elementEnd is the length of one SD-ELEMENT, whose values are quoted strings.
func elementEnd(text []byte) int {
	quoted := false
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return i + 1
		}
	}
	return 0
}

func trimBlanks(text []byte) []byte {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	return text
}

func nilValue(word []byte) []byte {
	if len(word) == 1 && word[0] == '-' {
		return nil
	}
	return word
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isDigits(text []byte) bool {
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return len(text) > 0
}
