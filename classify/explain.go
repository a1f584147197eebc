package classify

import (
	"net/netip"
	"strings"

	"ndrscope/parse"
)

// Explain makes an event of one line that a person pastes: an SMTP reply, the Diagnostic-Code of a DSN, or what an MTA
// logs about a try ("host mx.example.org[192.0.2.1] said: 550 5.1.1 ... (in reply to RCPT TO command)").
func Explain(line string) parse.Event {
	text := strings.Join(strings.Fields(line), " ")
	if field, rest, ok := strings.Cut(text, ":"); ok && strings.EqualFold(field, "Diagnostic-Code") {
		text = strings.TrimSpace(rest)
	}
	if kind, rest, ok := strings.Cut(text, ";"); ok && isDiagnosticType(kind) {
		text = strings.TrimSpace(rest)
	}
	e := parse.Event{Origin: parse.Origin{Path: "-"}, Kind: parse.Failure, Diagnostic: text, StatusFrom: parse.FromNone}
	e.RemoteHost, e.RemoteIP = remoteOf(text)
	e.Command = commandOf(text)
	at := replyAt(text)
	e.ReplyCode, e.Status = leadingCodes(text[at:])
	if e.Status == "" {
		e.Status = anyStatus(text)
	}
	if e.Status != "" {
		e.StatusFrom = parse.FromDiagnostic
	}
	if !strings.HasPrefix(e.ReplyCode, "5") && !strings.HasPrefix(e.Status, "5") {
		e.Kind = parse.Delay // nothing says that it was the last try
	}
	if addr, ok := QuotedAddr(text[at:]); ok && addr.String() != e.RemoteIP {
		e.LocalIP = addr.String()
	}
	return e
}

// isDiagnosticType says whether s is the type of a Diagnostic-Code field, RFC 3464 section 2.3.6.
func isDiagnosticType(s string) bool {
	return strings.EqualFold(s, "smtp") || len(s) > 2 && len(s) < 40 && strings.EqualFold(s[:2], "x-") && !strings.Contains(s, " ")
}

// replyAt is where the server's reply begins in what an MTA writes about it; 0 if the text is nothing but the reply.
func replyAt(text string) int {
	if replyLen(text) > 0 {
		return 0
	}
	for i := 1; i < len(text); i++ {
		if text[i-1] == ' ' && i > 1 && strings.IndexByte(":;'\"(", text[i-2]) >= 0 || strings.IndexByte("'\"(:", text[i-1]) >= 0 {
			if replyLen(text[i:]) > 0 && len(text) > i+4 && text[i] != '2' {
				return i
			}
		}
	}
	return 0
}

// anyStatus is the first enhanced status code in the text, empty if there is none.
func anyStatus(text string) string {
	for i := range len(text) {
		if i > 0 && (isWord(text[i-1]) || text[i-1] == '.') {
			continue
		}
		if n := statusLen(text[i:]); n > 0 && text[i] != '2' {
			return text[i : i+n]
		}
	}
	return ""
}

// remoteOf finds the server that spoke: "host mx.example.org[192.0.2.1] said", "connect to mx.example.org[192.0.2.1]".
func remoteOf(text string) (host, addr string) {
	for _, before := range []string{"host ", "connect to ", "Remote-MTA: dns; ", "from ", "with "} {
		_, rest, ok := strings.Cut(text, before)
		if !ok {
			continue
		}
		n := 0
		for n < len(rest) && (isWord(rest[n]) || rest[n] == '.' || rest[n] == '-') {
			n++
		}
		name, rest := rest[:n], strings.TrimPrefix(rest[n:], " ")
		if inside, _, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]"); ok && strings.HasPrefix(rest, "[") {
			if ip, err := netip.ParseAddr(strings.TrimPrefix(inside, "IPv6:")); err == nil {
				return strings.ToLower(strings.TrimSuffix(name, ".")), ip.String()
			}
		}
	}
	return "", ""
}

// commandOf is the verb that was answered, as MTAs tell it; empty if they do not.
func commandOf(text string) string {
	lower := strings.ToLower(text)
	for _, said := range []struct{ phrase, verb string }{
		{"in reply to rcpt to", "RCPT"}, {"after rcpt to", "RCPT"}, {"does not like recipient", "RCPT"}, {"did not like our rcpt", "RCPT"}, {"response to rcpt to", "RCPT"},
		{"in reply to mail from", "MAIL"}, {"after mail from", "MAIL"}, {"does not like sender", "MAIL"}, {"did not like our mail", "MAIL"}, {"response to mail from", "MAIL"},
		{"in reply to end of data", "EOD"}, {"after end of data", "EOD"}, {"failed after i sent the message", "EOD"}, {"response to end of data", "EOD"},
		{"in reply to data", "DATA"}, {"after data", "DATA"}, {"response to data", "DATA"},
		{"in reply to helo", "EHLO"}, {"in reply to ehlo", "EHLO"}, {"after ehlo", "EHLO"}, {"after helo", "EHLO"}, {"my name was rejected", "EHLO"},
		{"in reply to starttls", "STARTTLS"}, {"after starttls", "STARTTLS"}, {"in reply to auth", "AUTH"},
		{"refused to talk to me", "CONN"}, {"after initial connection", "CONN"}, {"while receiving the initial server greeting", "CONN"},
	} {
		if strings.Contains(lower, said.phrase) {
			return said.verb
		}
	}
	return ""
}
