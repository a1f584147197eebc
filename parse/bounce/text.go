package bounce

import (
	"strings"
	"unicode/utf8"

	"ndrscope/parse"
)

// oneLine joins the lines of s with single blanks, and takes off what surrounds them. The lines of a multi-line SMTP
// reply lose the code that each repeats: "550-5.1.1 no 550 5.1.1 such user" becomes "550-5.1.1 no such user".
func oneLine(s string) string {
	if !isOneLine(s) {
		s = strings.Join(strings.Fields(s), " ")
	}
	s = joinReply(s)
	if len(s) > maxDiagnostic {
		s = strings.ToValidUTF8(s[:maxDiagnostic], "")
	}
	return s
}

// isOneLine is whether s is US-ASCII words with single blanks between them.
func isOneLine(s string) bool {
	blank := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank
}

// joinReply takes the repeated codes out of a multi-line reply that was joined to one line.
func joinReply(s string) string {
	if len(s) < 5 || s[3] != '-' || codeRank(s, 0) == 0 {
		return s
	}
	code, status := s[:3], ""
	if n := statusLen(s[4:]); n > 0 {
		status = s[4 : 4+n]
	}
	for _, sep := range [...]string{"-", " "} {
		if status != "" {
			s = strings.ReplaceAll(s, " "+code+sep+status+" ", " ")
		}
		s = strings.ReplaceAll(s, " "+code+sep, " ")
	}
	return s
}

// after returns the text behind the first of the phrases that occurs, which must be lower case; all of it when none
// does.
func after(text string, phrases ...string) string {
	for _, p := range phrases {
		if i := indexFold(text, p); i >= 0 {
			return text[i+len(p):]
		}
	}
	return text
}

// before returns the text in front of the earliest of the phrases, which must be lower case; all of it when none
// occurs.
func before(text string, phrases ...string) string {
	for _, p := range phrases {
		if i := indexFold(text, p); i >= 0 {
			text = text[:i]
		}
	}
	return text
}

// blocks splits text into recipients and what is said of each. head looks at a line: it returns an address when the
// line begins a block, and what the line itself says of it.
func (m *message) blocks(text string, head func(line string) (address, said string)) []parse.Event {
	var events []parse.Event
	var said strings.Builder
	flush := func() {
		if n := len(events); n > 0 {
			events[n-1].Diagnostic = oneLine(said.String())
		}
		said.Reset()
	}
	for at := 0; at < len(text); {
		line, next := stringLine(text, at)
		at = next
		if address, first := head(line); address != "" {
			if len(events) == maxRecipients {
				m.warnings = append(m.warnings, errRecipients)
				break
			}
			flush()
			events = append(events, m.event(address, ""))
			said.WriteString(first)
			said.WriteByte('\n')
			continue
		}
		if len(events) > 0 && said.Len() < maxDiagnostic {
			said.WriteString(clipLine(line))
			said.WriteByte('\n')
		}
	}
	flush()
	return events
}

// headBracket begins a block at "<address>" or "<address>: text" at the start of a line, as most MTAs write it.
func headBracket(line string) (address, said string) {
	t := strings.TrimLeft(line, " \t")
	if len(t) < 3 || t[0] != '<' {
		return "", ""
	}
	end := strings.IndexByte(t, '>')
	if end < 0 {
		return "", ""
	}
	address = t[1:end]
	if strings.IndexByte(address, '@') < 0 || strings.IndexByte(address, '<') >= 0 ||
		strings.IndexByte(address, ' ') >= 0 && address[0] != '"' {
		return "", ""
	}
	return address, strings.TrimLeft(t[end+1:], ": \t")
}

// headBare begins a block at a line that starts with an address, in angle brackets or not, and a colon or nothing
// more.
func headBare(line string) (address, said string) {
	if a, s := headBracket(line); a != "" {
		return a, s
	}
	t := strings.TrimSpace(line)
	i := strings.IndexByte(t, '@')
	if i <= 0 {
		return "", ""
	}
	start, end, ok := addressAround(t, i, 0)
	if !ok || start != 0 {
		return "", ""
	}
	rest := strings.TrimLeft(t[end:], " \t")
	if rest != "" && rest[0] != ':' && rest[0] != '(' && rest[0] != '-' {
		return "", ""
	}
	return t[:end], strings.TrimLeft(rest, ": \t")
}

// clipLine bounds a line to what a diagnostic can hold.
func clipLine(line string) string { return line[:min(len(line), maxDiagnostic)] }

// between returns the text between two phrases, as written; "" when either does not occur.
func between(text, from, to string) string {
	_, rest, ok := strings.Cut(text, from)
	if !ok {
		return ""
	}
	inner, _, ok := strings.Cut(rest, to)
	if !ok {
		return ""
	}
	return strings.TrimSpace(inner)
}

// cutFold is strings.Cut without regard to ASCII case; sep must be lower case.
func cutFold(s, sep string) (before, after string, found bool) {
	if i := indexFold(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func firstWord(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	return s
}

// merged leaves one event for each recipient, in order. The first diagnostic that has a reply counts.
func merged(events []parse.Event) []parse.Event {
	at := make(map[string]int, len(events))
	out := events[:0]
	for _, e := range events {
		key := strings.ToLower(e.Recipient)
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, e)
			continue
		}
		if !hasReply(out[i].Diagnostic) && (hasReply(e.Diagnostic) || out[i].Diagnostic == "") {
			out[i].Diagnostic = e.Diagnostic
		}
	}
	return out
}

// saysDelivered is whether the report, which has no delivery-status fields, is of a success.
func (m *message) saysDelivered() bool {
	return hasAnyPrefix(m.lowSubject, "delivered:", "relayed:", "mail delivered", "successful mail delivery",
		"zugestellt:", "übermittelt:", "weitergeleitet:", "remis :", "remis:", "relayé", "entregado:", "retransmitido:", "entregue:", "recapitato:",
		"consegnato:", "inoltrato:", "bezorgd:", "afgeleverd:", "doorgestuurd:", "dostarczone:", "dostarczono:", "доставлено:", "ретранслировано:", "levererat:",
		"leveret:", "levert:", "teslim edildi:", "doručeno:", "已送达:", "已传递:", "已轉送:", "配信済み:", "배달됨:", "릴레이됨:") ||
		m.textHasAny("has been successfully delivered", "was successfully delivered", "is complete, but no delivery notification was sent",
			"has been delivered to the following recipients")
}

// saysDelay is whether the report is a warning: the message is still in the queue.
func (m *message) saysDelay() bool {
	if m.subjectHas("delayed", "(delay)", "still being retried", "verzögert", "retardé", "retrasad", "ritardat", "delivery delay", "warning: could not",
		"warning: message") {
		return true
	}
	return m.textHasAny("this is a warning message only", "has been delayed", "message will be retried", "is only a temporary failure", "is only a notice", "another attempt will be made",
		"you do not need to resend", "delivery attempts will continue", "has not yet been delivered", "will continue to be attempted", "will keep trying")
}
