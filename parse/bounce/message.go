package bounce

import (
	"bytes"
	"slices"
	"strings"

	"ndrscope/parse"
	"ndrscope/parse/outlook"
)

// message is one mail, read once: what every dialect looks at.
type message struct {
	head       fields
	from       string // the From field, decoded, lower case
	sender     string // the address in it, lower case
	subject    string // decoded
	lowSubject string // the subject, lower case
	// text is what the report says to a human, without the returned message; lines end in "\n".
	text string
	low  haystack // the text in lower case, on one line: the same length, so that places in both are the same
	// tail is what follows the text: an excerpt of the failed message's header, where that message is a part of its own.
	tail string
	// status holds the fields of message/delivery-status, or of text that has the form of it.
	status fields
	// report is the media type of the machine-readable part: message/delivery-status,
	// message/disposition-notification, message/feedback-report ...; feedback are the fields of the latter.
	report   string
	feedback fields
	// returned is the message that failed, or its header; nil when the report has none.
	returned *returned
	kinds    []string // media types of all parts
	opt      Options
	warnings []error
}

// read takes a raw message apart.
func read(raw []byte, opt Options) *message {
	var w walker
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\uFEFF")), "\r\n")
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		if len(raw) > maxReturned {
			w.warn("a message without a line feed is longer than %d bytes: the rest of it is left out", maxReturned)
			raw = raw[:maxReturned]
		}
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n")) // saved on an old Macintosh
	}
	head, body := w.header(raw)
	m := &message{head: head, opt: opt}
	m.from = lower(decodeHeader(head.get("From")))
	m.sender = firstAddress(m.from)
	m.subject = oneLine(decodeHeader(head.get("Subject"))) // an encoded word may hold line ends
	m.lowSubject = strings.ToLower(m.subject)
	w.walk(head, body, 0)
	m.collect(&w)
	m.warnings = w.warnings
	return m
}

// collect sorts the parts: human text, machine-readable fields, the returned message.
func (m *message) collect(w *walker) {
	var plain string
	var html, tnef *part
	for i := range w.parts {
		p := &w.parts[i]
		m.kinds = append(m.kinds, p.kind)
		switch p.kind {
		case "message/delivery-status", "message/global-delivery-status", "message/delivery-report",
			"message/report", "report/delivery-status", "text/delivery-status", "delivery-status":
			m.report = "message/delivery-status"
			m.status = append(m.status, parseFields(p.text(maxStatus, w), maxStatuses)...)
		case "message/disposition-notification", "message/global-disposition-notification":
			m.report = "message/disposition-notification"
		case "message/feedback-report":
			m.report = p.kind
			m.feedback = append(m.feedback, parseFields(p.text(maxText, w), maxStatuses)...)
		case "message/rfc822", "message/global", "message/partial", "message/rfc822-headers",
			"text/rfc822-headers", "text/rfc822-header", "text/rfc822", "message/global-headers",
			"text/global-headers":
			if m.returned == nil {
				body := p.body
				if enc := p.head.get("Content-Transfer-Encoding"); enc != "" {
					body = decodeTransfer(body, enc, maxReturned)
				}
				m.returned = readReturned(body, strings.HasSuffix(p.kind, "headers"), w)
			}
		case "application/ms-tnef":
			tnef = p
		case "text/html":
			if html == nil && m.returned == nil {
				html = p
			}
		case "application/octet-stream":
			// The fields, or the message, as a file: a gateway did not know their type.
			start := decodeTransfer(p.body, p.head.get("Content-Transfer-Encoding"), 2048)
			if containsFold(string(start), "final-recipient:") {
				m.status = append(m.status, parseFields(p.text(maxStatus, w), maxStatuses)...)
			} else if m.returned == nil && startsHeader(strings.TrimLeft(string(start), "\r\n ")) {
				m.returned = readReturned(decodeTransfer(p.body, p.head.get("Content-Transfer-Encoding"), maxReturned), false, w)
			}
		default:
			if strings.HasPrefix(p.kind, "text/") && (m.returned == nil || plain == "") && len(plain) < maxText {
				plain = joinLines(plain, p.text(maxText, w))
			}
		}
	}
	text := plain
	if html != nil && len(strings.TrimSpace(text)) < 20 {
		text += htmlText(html.text(maxText, w))
	}
	if tnef != nil && len(m.status) == 0 && strings.TrimSpace(text) == "" {
		m.unwrap(tnef, w)
		return
	}
	m.text = text
	m.low.fill(text)
	m.splitReturned(w)
	if len(m.status) == 0 && hasStatusFields(&m.low) {
		m.status = parseFields(m.text, maxStatuses)
	}
}

// unwrap collects the parts of the message within Microsoft's TNEF (winmail.dat), where a report has no other text.
func (m *message) unwrap(p *part, w *walker) {
	raw, err := outlook.TNEF(decodeTransfer(p.body, p.head.get("Content-Transfer-Encoding"), maxReturned))
	if err != nil {
		w.warn("%w", err)
	}
	inner := walker{warnings: w.warnings}
	head, body := inner.header(raw)
	inner.walk(head, body, maxDepth/2)
	inner.parts = slices.DeleteFunc(inner.parts, func(p part) bool { return p.kind == "application/ms-tnef" })
	m.collect(&inner)
	w.warnings = inner.warnings
}

// addressees are the addresses, lower case, that the report was sent to.
func (m *message) addressees() []string {
	var to []string
	for _, name := range []string{"To", "Cc"} {
		for _, v := range m.head.all(name) {
			to = append(to, addressesIn(lower(v), 50)...)
		}
	}
	return to
}

func joinLines(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

// text decodes the transfer encoding and the charset of a part, at most limit bytes, with line ends "\n".
func (p *part) text(limit int, w *walker) string {
	b := decodeTransfer(p.body, p.head.get("Content-Transfer-Encoding"), limit)
	if len(b) >= limit && len(p.body) > limit {
		w.warn("a %s part is longer than %d bytes: the rest of it is left out", p.kind, limit)
	}
	s := toUTF8(b, p.param("charset"))
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return s
}

// event starts an event of this message for a recipient and what was said about it.
func (m *message) event(recipient, diagnostic string) parse.Event {
	return parse.Event{Kind: parse.Failure, Recipient: recipient, Diagnostic: diagnostic}
}

// hasStatusFields sees delivery-status fields within lower-case text: sent as text/plain, or as part of the notice.
func hasStatusFields(low *haystack) bool {
	return low.has("final-recipient:") || low.has("original-recipient:") && low.has("action:")
}

// lower is s with its US-ASCII letters in lower case. Other than strings.ToLower it never changes the length.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// containsFold is strings.Contains without regard to ASCII case; sub must be lower case.
func containsFold(s, sub string) bool { return indexFold(s, sub) >= 0 }

// indexFold is strings.Index without regard to ASCII case; sub must be lower case.
func indexFold(s, sub string) int {
	if sub == "" {
		return 0
	}
	lo, up := sub[0], sub[0]
	if 'a' <= lo && lo <= 'z' {
		up -= 'a' - 'A'
	}
	for i := 0; i+len(sub) <= len(s); {
		j := strings.IndexByte(s[i:], lo)
		if up != lo {
			limit := len(s)
			if j >= 0 {
				limit = i + j
			}
			if k := strings.IndexByte(s[i:limit], up); k >= 0 {
				j = k
			}
		}
		if j < 0 || i+j+len(sub) > len(s) {
			return -1
		}
		i += j
		if equalFoldASCII(s[i:i+len(sub)], sub) {
			return i
		}
		i++
	}
	return -1
}

func equalFoldASCII(s, lower string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
