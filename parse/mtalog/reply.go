package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// readReason reads what an MTA gives as the reason of an outcome, as Postfix words it:
//
//	host mx.example.net[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)
//	host mx.example.net[192.0.2.1] refused to talk to me: 554 5.7.1 go away
//	lost connection with mx.example.net[192.0.2.1] while sending RCPT TO
//	conversation with mx.example.net[192.0.2.1] timed out while receiving the initial server greeting
//	connect to mx.example.net[192.0.2.1]:25: Connection timed out
//
// Diagnostic is the server's reply where there is one, else the whole reason.
func readReason(e *parse.Event, reason string) {
	e.Diagnostic = reason
	reason = strings.TrimPrefix(reason, "delivery temporarily suspended: ")
	if rest, ok := strings.CutPrefix(reason, "host "); ok {
		if host, reply, ok := strings.Cut(rest, " said: "); ok {
			setRemote(e, host)
			reply, e.Command = cutInReplyTo(reply)
			setReply(e, reply)
		} else if host, reply, ok := strings.Cut(rest, " refused to talk to me: "); ok {
			setRemote(e, host)
			e.Command = "CONN"
			setReply(e, reply)
		}
		return
	}
	if rest, ok := strings.CutPrefix(reason, "SASL authentication failed; server "); ok {
		if host, reply, ok := strings.Cut(rest, " said: "); ok {
			setRemote(e, host)
			e.Command = "AUTH"
			setReply(e, reply)
		}
		return
	}
	for _, begin := range [...]string{"lost connection with ", "conversation with "} {
		if rest, ok := strings.CutPrefix(reason, begin); ok {
			host, _, _ := strings.Cut(rest, " ")
			setRemote(e, host)
			if _, doing, ok := strings.Cut(rest, " while "); ok {
				e.Command = commandOf(doing)
			}
			return
		}
	}
	if rest, ok := strings.CutPrefix(reason, "connect to "); ok {
		host, _, _ := strings.Cut(rest, " ")
		setRemote(e, host)
		e.Command = "CONN"
		return
	}
	if strings.Contains(reason, "TLS") && (strings.HasPrefix(reason, "TLS is required") || strings.HasPrefix(reason, "Cannot start TLS")) ||
		strings.HasPrefix(reason, "Server certificate not ") {
		e.Command = "STARTTLS"
	}
	// A delivery quotes the reply alone; a transport may quote a reply in front of its own words.
	if code := replyCode(reason); code != "" {
		setReply(e, reason)
	}
}

// cutInReplyTo takes "(in reply to RCPT TO command)" off the end of a reply.
func cutInReplyTo(reply string) (rest, command string) {
	i := strings.LastIndex(reply, " (in reply to ")
	if i < 0 {
		return reply, ""
	}
	return reply[:i], commandOf(reply[i+len(" (in reply to "):])
}

// commandOf is the SMTP verb, as in parse.Event.Command, that MTAs name in words like "RCPT TO command", "receiving
// the initial server greeting" or "pipelined end of data".
func commandOf(words string) string {
	words = strings.ToLower(words)
	for _, c := range commandWords {
		if strings.Contains(words, c.words) {
			return c.command
		}
	}
	return ""
}

// commandWords are asked in this order.
var commandWords = [...]struct{ words, command string }{
	{"end of data", "EOD"},
	{"end-of-data", "EOD"},
	{"message body", "EOD"},
	{"data block", "EOD"},
	{"rcpt", "RCPT"},
	{"ehlo", "EHLO"},
	{"helo", "EHLO"},
	{"lhlo", "EHLO"},
	{"mail", "MAIL"},
	{"starttls", "STARTTLS"},
	{"auth", "AUTH"},
	{"greeting", "CONN"},
	{"initial connection", "CONN"},
	{"initial protocol handshake", "EHLO"},
	{"bdat", "EOD"},
	{"data", "DATA"},
}

// setReply sets what an SMTP reply says.
func setReply(e *parse.Event, reply string) {
	e.Diagnostic = reply
	e.ReplyCode = replyCode(reply)
	if e.Status == "" {
		if e.Status = enhancedCode(reply); e.Status != "" {
			e.StatusFrom = parse.FromDiagnostic
		}
	}
	quotedByServer(e, reply)
}

// replyCode is the three-digit code at the begin of an SMTP reply (RFC 5321 section 4.2).
func replyCode(reply string) string {
	if len(reply) < 3 || reply[0] < '2' || reply[0] > '5' || !isDigit(reply[1]) || !isDigit(reply[2]) {
		return ""
	}
	if len(reply) > 3 && reply[3] != ' ' && reply[3] != '-' {
		return ""
	}
	return reply[:3]
}

// enhancedCode is the RFC 3463 code that follows the reply code, or stands alone in front of the text.
func enhancedCode(reply string) string {
	if replyCode(reply) != "" {
		reply = strings.TrimLeft(reply[3:], " -")
	}
	if _, code, ok := strings.Cut(reply, "(#"); ok {
		reply = code // qmail, as in "Sorry, no such host. (#5.1.2)"
	}
	reply = strings.TrimPrefix(reply, "#") // and as in "550 #5.1.0 Address rejected"
	end := 0
	for end < len(reply) && (isDigit(reply[end]) || reply[end] == '.') {
		end++
	}
	if isStatus(reply[:end]) {
		return reply[:end]
	}
	return ""
}

// isStatus tells class.subject.detail of RFC 3463 section 2.
func isStatus(text string) bool {
	class, rest, ok := strings.Cut(text, ".")
	if !ok || class != "2" && class != "4" && class != "5" {
		return false
	}
	subject, detail, ok := strings.Cut(rest, ".")
	return ok && isShortNumber(subject) && isShortNumber(detail)
}

func isShortNumber(text string) bool {
	if len(text) < 1 || len(text) > 3 {
		return false
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}

// setRemote reads "mx.example.net[192.0.2.1]:25".
func setRemote(e *parse.Event, relay string) {
	host, ip := splitRelay([]byte(strings.TrimSuffix(relay, ":")))
	if len(ip) == 0 && strings.Contains(relay, "[") && strings.Contains(relay, "]") {
		e.Subkind = parse.LocalDelivery // a socket in the file system
		return
	}
	if len(host) > 0 {
		e.RemoteHost = strings.ToLower(string(host))
	}
	if len(ip) > 0 {
		e.RemoteIP = string(ip)
	}
}

// quotedByServer finds our own address and HELO name where a refusal quotes them:
//
//	550 5.7.1 [192.0.2.9] is on our list
//	554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using dnsbl.example
//	504 5.5.2 <mailhost>: Helo command rejected: need fully-qualified hostname
func quotedByServer(e *parse.Event, reply string) {
	if e.Kind == parse.Delivery {
		return
	}
	for rest := reply; e.LocalIP == ""; {
		_, after, ok := strings.Cut(rest, "[")
		if !ok {
			break
		}
		end := strings.IndexAny(after, "] ")
		if end < 0 {
			break
		}
		if ip := ipIn(after[:end]); ip != "" && ip != e.RemoteIP {
			e.LocalIP = ip
		}
		rest = after
	}
	for _, words := range [...]string{">: Helo command rejected", ">: HELO command rejected"} {
		if before, _, ok := strings.Cut(reply, words); ok {
			e.HELO = before[strings.LastIndexByte(before, '<')+1:]
		}
	}
}

// eximReadReason reads the reason in Exim's words:
//
//	SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 5.1.1 unknown
//	SMTP error from remote mailer after end of data: host mx.example.net [192.0.2.1]: 550 no
//	LMTP error after RCPT TO:<a@b.example>: 550 unknown
//	Remote host closed connection in response to initial connection
//	Connection timed out
func eximReadReason(e *parse.Event, reason string) {
	e.Diagnostic = reason
	if code := replyCode(reason); code != "" {
		setReply(e, reason) // of a delivery: C="250 OK"
		return
	}
	for _, mark := range [...]string{" after ", " in response to ", "response to "} {
		_, rest, ok := strings.Cut(reason, mark)
		if !ok {
			continue
		}
		words := strings.TrimPrefix(strings.TrimLeft(rest, `"`), "pipelined ")
		words, _, _ = strings.Cut(words, ":")
		e.Command = commandOf(words)
		if reply := replyIn(rest); reply != "" {
			setReply(e, reply)
		}
		break
	}
	if e.Command == "" && (strings.HasPrefix(reason, "Connection ") || strings.HasPrefix(reason, "Network ") || strings.HasPrefix(reason, "No route")) {
		e.Command = "CONN"
	}
}

// replyIn finds the SMTP reply that follows ": " within text.
func replyIn(text string) string {
	for {
		_, after, ok := strings.Cut(text, ": ")
		if !ok {
			return ""
		}
		if replyCode(after) != "" {
			return after
		}
		text = after
	}
}
