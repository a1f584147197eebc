package bounce

import (
	"bytes"
	"net/mail"
	"strings"
	"time"

	"ndrscope/parse"
)

// returned is the message that failed, or what the report gives back of it.
type returned struct {
	head fields
	raw  []byte
	size int64 // bytes of the whole message; 0 when only its header came back
}

func readReturned(b []byte, headerOnly bool, w *walker) *returned {
	b = bytes.TrimLeft(b, "\r\n\t ")
	head, body := w.header(b)
	if len(head) == 0 {
		return nil
	}
	r := &returned{head: head, raw: b}
	if !headerOnly && len(bytes.TrimSpace(body)) > 0 {
		r.size = int64(len(b))
	}
	return r
}

// returnedMarks are lines that announce the returned message in a report of plain text, lower case. A mark counts at
// the start of a line, behind blanks, dashes and the like.
var returnedMarks = []string{
	"below this line is a copy of the message",         // qmail
	"this is a copy of the message, including all",     // exim
	"this is a copy of your message, including all",    // exim
	"this is a copy of the headers",                    // exim
	"the body of the message is",                       // exim
	"a copy of the message, including all",             // exim
	"original message headers:",                        // exchange
	"original message header:",                         //
	"original message follows",                         // courier, dragonfly
	"message headers follow",                           // dragonfly
	"message header follows",                           // sendmail
	"original message header",                          // mcafee
	"original message",                                 // many
	"the header of the original message is following",  // 1&1
	"the header of the original message",               //
	"the headers of the original message follow",       //
	"unsent message follows",                           // sendmail 4, 5
	"unsent message below",                             // sendmail 4, 5
	"returned message follows",                         //
	"returned message",                                 //
	"your original message headers are included below", //
	"the following is a copy of the message",           //
	"here is a copy of your message",                   //
	"below is a copy of the original message",          //
	"below are the headers of the original message",    //
	"message contains the headers of the original",     //
	"the first 50 lines of the original message",       //
	"this is the first lines of your message",          //
	"received message follows",                         //
	"failed message follows",                           //
	"the original message was:",                        //
	"message text follows",                             // smail
	"text of mail follows",                             // vm, mvs
	"text of your message follows",                     // mercury
	"start of the original message",                    //
	"begin message",                                    //
	"header of the original message",                   //
	"ursprüngliche nachricht",                          //
	"message d'origine",                                //
	"message original",                                 //
	"mensaje original",                                 //
	"messaggio originale",                              //
	"mensagem original",                                //
	"oorspronkelijk bericht",                           //
	"das ist eine kopie der nachricht",                 //
	"der header der ursprünglichen",                    //
	"es folgt der header der ursprünglichen nachricht", //
	"kopfzeilen der ursprünglichen nachricht",          //
	"en-têtes de message d'origine",                    //
	"encabezados de mensajes originales",               //
}

// splitReturned cuts the returned message off the text of a report that holds both.
func (m *message) splitReturned(w *walker) {
	at, rest := findReturned(m.text, &m.low)
	if at < 0 {
		return
	}
	if m.returned == nil {
		m.returned = readReturned([]byte(m.text[rest:]), false, w)
	} else {
		m.tail = m.text[at:]
	}
	m.text = m.text[:at]
	m.low.cut(at)
}

// findReturned finds where the returned message is announced, and where it begins. A mark counts only if header
// fields follow; without any mark, a block of header fields that has Received or Return-Path at its start counts.
func findReturned(text string, low *haystack) (at, rest int) {
	at, rest = -1, -1
	for _, mark := range returnedMarks {
		if !low.has(mark) {
			continue
		}
		for _, i := range linesWith(text, low.low, mark, at) {
			line, next := stringLine(text, i)
			line = strings.Trim(lower(line), " \t-=*>#|._")
			if !strings.HasPrefix(line, mark) && len(line) >= len(mark)+30 || strings.HasPrefix(line, "original message details") {
				continue // Within a sentence; or Exchange Online's list of date, sender, recipient and subject.
			}
			if begin, ok := headerFollows(text, next); ok {
				at, rest = i, begin
				break
			}
		}
	}
	for _, name := range []string{"received: ", "return-path: "} {
		if !low.has(name) {
			continue
		}
		for _, i := range linesWith(text, low.low, name, at) {
			if startsHeader(text[i:]) {
				at, rest = i, i
				break
			}
		}
	}
	return at, rest
}

// linesWith returns where the first lines begin that contain phrase, as far as limit unless that is negative.
func linesWith(text, low, phrase string, limit int) []int {
	if limit >= 0 {
		text, low = text[:limit], low[:limit]
	}
	var starts []int
	for at := 0; len(starts) < 20; {
		i := strings.Index(low[at:], phrase)
		if i < 0 {
			break
		}
		i += at
		starts = append(starts, strings.LastIndexByte(text[:i], '\n')+1)
		_, at = stringLine(text, i)
	}
	return starts
}

// headerFollows looks for the first header field within the next lines of text.
func headerFollows(text string, at int) (begin int, ok bool) {
	for tries := 0; tries < 8 && at < len(text); tries++ {
		line, next := stringLine(text, at)
		if isBounceHeaderField(line) {
			return at, true
		}
		at = next
	}
	return 0, false
}

func stringLine(s string, at int) (line string, next int) {
	if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
		return s[at : at+n], at + n + 1
	}
	return s[at:], len(s)
}

// isBounceHeaderField is whether the line begins as the header of a message does.
func isBounceHeaderField(line string) bool {
	name, _, ok := cutField(line)
	if !ok {
		return false
	}
	switch strings.ToLower(name) {
	case "received", "return-path", "message-id", "from", "to", "subject", "date", "mime-version", "dkim-signature",
		"x-originating-ip", "delivered-to", "reply-to", "sender", "content-type", "arc-seal", "x-received",
		"domainkey-signature", "authentication-results", "x-mailer", "x-envelope-from", "x-envelope-sender":
		return true
	}
	return strings.HasPrefix(strings.ToLower(name), "x-")
}

// startsHeader sees an unannounced header: Received or Return-Path, and another field of a message close by.
func startsHeader(text string) bool {
	if !hasPrefixFold(text, "received: ") && !hasPrefixFold(text, "return-path: ") {
		return false
	}
	_, at := stringLine(text, 0)
	for tries := 0; tries < 20 && at < len(text); tries++ {
		line, next := stringLine(text, at)
		if line == "" {
			return false
		}
		if !isBlank(line[0]) {
			return isBounceHeaderField(line)
		}
		at = next
	}
	return false
}

func hasPrefixFold(s, lowerPrefix string) bool {
	return len(s) >= len(lowerPrefix) && equalFoldASCII(s[:len(lowerPrefix)], lowerPrefix)
}

// fill sets what the returned message tells.
func (r *returned) fill(e *parse.Event) {
	h := r.head
	if e.MessageID == "" {
		e.MessageID = messageID(h.get("Message-ID"))
	}
	if e.Subject == "" {
		e.Subject = oneLine(decodeHeaderIn(h.get("Subject"), mediaOf(h.get("Content-Type")).param("charset")))
	}
	e.From = firstAddress(decodeHeader(h.get("From")))
	if e.Sender == "" {
		for _, name := range []string{"Return-Path", "X-Envelope-From", "X-Envelope-Sender", "X-Original-Mail-From", "Sender"} {
			if e.Sender = firstAddress(h.get(name)); e.Sender != "" {
				break
			}
		}
	}
	if e.Sender == "" {
		e.Sender = e.From
	}
	if id, by := receivedID(h.get("Received")); e.QueueID == "" && id != "" && strings.EqualFold(by, e.ReportingMTA) {
		e.QueueID = id
	}
	e.MessageDate = parseDate(h.get("Date"))
	e.MessageSize = r.size
	e.ListID = listID(h.get("List-Id"))
	if sig := h.get("DKIM-Signature"); sig != "" {
		e.DKIMDomain = strings.ToLower(tag(sig, "d"))
		e.DKIMSelector = strings.ToLower(tag(sig, "s"))
	}
}

// receivedID reads "by HOST" and "id ID" of a Received field (RFC 5321 section 4.4). The first such field of a returned
// message is that of the server which could not deliver it.
func receivedID(hop string) (id, by string) {
	var last string
	for word := range strings.FieldsSeq(before(hop, ";")) {
		switch {
		case last == "id" && id == "":
			id = word
		case last == "by" && by == "":
			by = word
		}
		last = word
	}
	if strings.Count(id, ".") > 1 && strings.Trim(id, "0123456789.") == "" {
		id = "" // "with Microsoft SMTP Server id 15.0.1104.5" is the version of the server.
	}
	return id, by
}

// tag returns a value of a DKIM tag list (RFC 6376 section 3.2).
func tag(list, name string) string {
	for item := range strings.SplitSeq(list, ";") {
		if k, v, ok := strings.Cut(item, "="); ok && strings.TrimSpace(k) == name {
			return strings.Join(strings.Fields(v), "")
		}
	}
	return ""
}

func messageID(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
		s, _, _ = strings.Cut(s, ">")
	}
	s, _, _ = strings.Cut(s, " ")
	return s
}

// listID returns the identifier of a List-Id (RFC 2919), which stands in the last angle brackets.
func listID(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	return strings.TrimSpace(s)
}

// parseDate reads an RFC 5322 date, in UTC; zero when it cannot be read.
func parseDate(s string) time.Time {
	t := parseDateIn(s).UTC()
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

func parseDateIn(s string) time.Time {
	if s == "" || len(s) > 100 {
		return time.Time{}
	}
	if i := strings.IndexByte(s, '('); i > 0 {
		s = strings.TrimSpace(s[:i])
	}
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", s); err == nil {
		return t
	}
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	for _, layout := range []string{
		"2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
		"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", time.RFC3339, "Mon, 2 Jan 2006 15:04:05",
		"2006-01-02 15:04:05", "Mon, 2-Jan-2006 15:04:05 -0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
