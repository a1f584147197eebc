package bounce

import (
	"strings"

	"ndrscope/parse"
)

// enrich adds to the events of a delivery status notification what only its human text tells: the reply where the
// fields have none, the command that was answered, the server and its address.
func (m *message) enrich(events []parse.Event) {
	if len(events) > 50 || len(m.text) > 100_000 {
		return
	}
	if r := events[0].Recipient; len(events) == 1 && (r == "" || strings.HasPrefix(r, "@")) {
		if found := m.general(); len(found) == 1 {
			events[0].Recipient = found[0].Recipient
		}
	}
	for i := range events {
		e := &events[i]
		inFields := findReply(e.Diagnostic)
		if inFields.code != "" && e.Command != "" && e.RemoteHost != "" && e.RemoteIP != "" {
			continue
		}
		if isExpiry(e.Status) && (inFields.status == e.Status || e.Diagnostic == "") {
			e.Diagnostic = oneLine(e.Diagnostic + " " + m.lastTemporaryError())
		}
		said := m.saidOf(e.Recipient, len(events) == 1 && inFields.code == "")
		if said == "" {
			continue
		}
		if inFields.code == "" {
			m.useReply(e, said, inFields)
		}
		var low haystack
		low.fill(said)
		if e.Command == "" {
			e.Command = commandIn(&low)
		}
		host, ip := remoteIn(said, &low)
		if e.RemoteHost == "" {
			e.RemoteHost = host
		}
		if e.RemoteIP == "" && host == e.RemoteHost {
			e.RemoteIP = ip
		}
	}
}

// useReply takes from the human text what the Diagnostic-Code does not say.
func (m *message) useReply(e *parse.Event, said string, inFields reply) {
	r := findReply(said)
	switch {
	case r.code == "" && r.status == "":
		words := strings.Trim(strings.ReplaceAll(said, e.Recipient, ""), "<>*:;., ")
		if e.Diagnostic == "" && len(words) > 8 {
			e.Diagnostic = said
		}
	case e.Diagnostic == "" || inFields.status == "" && hasPrefixFold(e.Diagnostic, "x-unix"):
		e.Diagnostic = said
	case inFields.status == "" || inFields.status == r.status:
		e.ReplyCode = r.code
	}
}

// saidOf returns what the human text says of an address: the paragraphs, or within them the lines, that name it. For
// the only recipient of a report, a paragraph with a reply that names nobody will do too.
func (m *message) saidOf(address string, only bool) string {
	var said, any string
	for paragraph := range strings.SplitSeq(m.text, "\n\n") {
		if address != "" && strings.Contains(paragraph, address) {
			s := linesOf(paragraph, address)
			if s != "" && (findReply(s).code != "" || findReply(said).code == "") {
				said = s
			}
		} else if only && any == "" {
			if r := findReply(paragraph); r.code != "" && r.code[0] != '2' {
				any = paragraph
			}
		}
	}
	if any != "" && findReply(said).code == "" {
		said = after(any, "transcript of session follows -----")
	}
	return oneLine(said)
}

// linesOf returns the paragraph from the line that names the address, up to a line that begins with another one.
func linesOf(paragraph, address string) string {
	var out []string
	on := false
	for line := range strings.SplitSeq(paragraph, "\n") {
		if a, _ := headBare(line); a != "" {
			on = a == address
		}
		if strings.Contains(line, address) && !isAddressField(line) {
			on = true
		}
		if on {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// isAddressField is whether a line of the text is a field that holds the recipient, of the message or of the report,
// and says nothing of it.
func isAddressField(line string) bool {
	return hasPrefixFold(line, "to:") || hasPrefixFold(line, "final-recipient:") || hasPrefixFold(line, "original-recipient:")
}

// lastTemporaryError returns the line of the human text that says what the server answered before time ran out.
func (m *message) lastTemporaryError() string {
	for line := range strings.SplitSeq(m.text, "\n") {
		if r := findReply(line); r.code != "" && r.code[0] == '4' && r.status != "" && !isExpiry(r.status) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
