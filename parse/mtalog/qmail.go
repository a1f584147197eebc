package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// qmail-send and those that descend from it (netqmail, notqmail), through splogger or multilog; see qmail-log(5).
const qmailName = "qmail"

func qmailClaims(l *line) bool {
	return string(l.program) == "qmail" || string(l.program) == "qmail-send"
}

// openMultilog reads what multilog writes, "@400000006553f1a30a1b2c3d message", and what its log looks like behind
// tai64nlocal, "2023-11-14 22:13:23.169552957 message". Only qmail-send is known to log so.
func openMultilog(text []byte, l *line) bool {
	if text[0] != '@' || len(text) < 27 || text[25] != ' ' {
		return false
	}
	l.stamp = stamp{text[:25], tai64nForm}
	l.program, l.message = []byte(qmailName), text[26:]
	return true
}

// qmailParse reads
//
//	info msg 93869: bytes 2343 from <a@b.example> qp 18695 uid 49491
//	starting delivery 2392: msg 93869 to remote c@d.example
//	delivery 2392: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/Giving_up_on_192.0.2.1./
//	bounce msg 93869 qp 18700
//	end msg 93869
func qmailParse(p *parser, l *line, f *fact) {
	message := l.message
	if first, rest, ok := bytes.Cut(message, []byte(" ")); ok && bytes.IndexByte(first, '.') > 0 && isDigits(first[:1]) {
		message = rest // splogger's own time stamp
	}
	f.dialect = qmailName
	switch {
	case bytes.HasPrefix(message, []byte("info msg ")):
		qmailInfo(message[len("info msg "):], f)
	case bytes.HasPrefix(message, []byte("starting delivery ")):
		qmailStart(message[len("starting delivery "):], f)
	case bytes.HasPrefix(message, []byte("delivery ")):
		qmailDelivery(p, l, f, message[len("delivery "):])
	case bytes.HasPrefix(message, []byte("bounce msg ")):
		id, qp, ok := bytes.Cut(message[len("bounce msg "):], []byte(" qp "))
		if ok {
			f.verb, f.id, f.other = noticed, id, append([]byte("qp "), qp...)
		}
	case bytes.HasPrefix(message, []byte("end msg ")):
		f.verb, f.id = closed, message[len("end msg "):]
	}
}

func qmailInfo(text []byte, f *fact) {
	id, rest, ok := bytes.Cut(text, []byte(": bytes "))
	if !ok {
		return
	}
	size, rest, _ := bytes.Cut(rest, []byte(" from "))
	sender, rest, ok := bytes.Cut(rest, []byte("> qp "))
	if !ok {
		return
	}
	qp, _, _ := bytes.Cut(rest, []byte(" "))
	f.verb, f.id, f.size = opened, id, parseSize(size)
	f.sender = bytes.TrimPrefix(sender, []byte("<"))
	f.alias = append([]byte("qp "), qp...)
}

func qmailStart(text []byte, f *fact) {
	number, rest, ok := bytes.Cut(text, []byte(": msg "))
	id, rest, ok2 := bytes.Cut(rest, []byte(" to "))
	channel, recipient, ok3 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 || !ok3 {
		return
	}
	f.verb, f.id, f.recipient = started, id, recipient
	f.delivery = append([]byte("delivery "), number...)
	if string(channel) == "local" {
		f.subkind = parse.LocalDelivery
	}
}

func qmailDelivery(p *parser, l *line, f *fact, text []byte) {
	number, rest, ok := bytes.Cut(text, []byte(": "))
	word, reason, ok2 := bytes.Cut(rest, []byte(": "))
	if !ok || !ok2 {
		f.cutShort()
		return
	}
	switch string(word) {
	case "success":
		f.kind = parse.Delivery
	case "failure":
		f.kind = parse.Failure
	case "deferral":
		f.kind = parse.Delay
	default:
		f.cutShort()
		return
	}
	f.verb, f.host, f.time = attempt, l.host, p.clock.time(l.stamp)
	f.delivery = append([]byte("delivery "), number...)
	f.expires = bytes.Contains(reason, []byte("this_message_has_been_in_the_queue_too_long"))
	p.event(f)
	qmailReason(f.event, string(reason))
}

// qmailReason reads a report in which blanks are underscores and line ends are slashes.
func qmailReason(e *parse.Event, reason string) {
	reason = strings.TrimRight(reason, "/")
	lines := strings.Split(strings.ReplaceAll(reason, "_", " "), "/")
	e.Diagnostic = strings.Join(lines, " ")
	if e.Kind != parse.Delivery {
		if e.Status = enhancedCode(e.Diagnostic); e.Status != "" {
			e.StatusFrom = parse.FromDiagnostic
		}
	}
	if ip, words, _ := strings.Cut(lines[0], " "); ipIn(ip) != "" {
		e.RemoteIP = ipIn(ip)
		e.Command = qmailCommand(words)
	} else if strings.HasPrefix(lines[0], "Connected to ") {
		ip, words, _ := strings.Cut(lines[0][len("Connected to "):], " ")
		e.RemoteIP = ipIn(ip)
		e.Command = qmailCommand(words)
	} else if strings.Contains(lines[0], "establish an SMTP connection") {
		e.Command = "CONN"
	}
	for i, line := range lines {
		if reply, ok := strings.CutPrefix(line, "Remote host said: "); ok {
			// A reply may itself have slashes.
			rest := lines[i+1:]
			for n, more := range rest {
				if strings.HasPrefix(more, "Giving up on ") || strings.HasPrefix(more, "I'm not going to try again") {
					rest = rest[:n]
					break
				}
			}
			setReply(e, strings.Join(append([]string{reply}, rest...), "/"))
		}
	}
}

// qmailCommand reads qmail-remote's words: "does not like recipient.", "but sender was rejected.", "failed on DATA
// command.", "failed after I sent the message.", "accepted message.", "but greeting failed.", "but my name was rejected."
func qmailCommand(words string) string {
	switch {
	case strings.Contains(words, "recipient"):
		return "RCPT"
	case strings.Contains(words, "sender"):
		return "MAIL"
	case strings.Contains(words, "my name"):
		return "EHLO"
	case strings.Contains(words, "greeting"):
		return "CONN"
	case strings.Contains(words, "DATA"):
		return "DATA"
	case strings.Contains(words, "failed after I sent the message"):
		return "EOD"
	}
	return ""
}
