package bounce

import (
	"strings"

	"ndrscope/parse"
)

// exim writes a notice and, since 4.85, delivery-status fields too. Failed addresses stand two blanks deep, local ones
// and pipes as well; what was said of them is two deeper. X-Failed-Recipients lists those that count.
// Form: https://www.exim.org/exim-html-current/doc/html/spec_html/ch-customizing_messages.html
var exim = dialect{
	name: "exim",
	match: func(m *message) bool {
		return m.head.has("X-Failed-Recipients") ||
			m.textHas("this message was created automatically by mail delivery software") &&
				(m.fromHas("mailer-daemon") || strings.Contains(m.head.get("Received"), "Exim"))
	},
	decode: (*message).decodeExim,
	refine: (*message).refineExim,
}

func (m *message) decodeExim() []parse.Event {
	failed := map[string]bool{}
	for _, list := range m.head.all("X-Failed-Recipients") {
		for name := range strings.SplitSeq(list, ",") {
			failed[strings.ToLower(strings.TrimSpace(name))] = true
		}
	}
	text := before(m.text, "the following text was generated during the delivery attempt")
	events := m.blocks(indented(text), func(line string) (string, string) {
		address, said := eximHead(line)
		if address == "" || len(failed) > 0 && strings.Contains(address, "@") && !failed[strings.ToLower(address)] {
			return "", ""
		}
		return address, said
	})
	for i := range events {
		e := &events[i]
		if parent := between(e.Diagnostic, "generated from ", ")"); parent != "" {
			e.OriginalRecipient = cleanAddress(parent)
		}
	}
	events = merged(events)
	if m.saysDelay() {
		for i := range events {
			events[i].Kind = parse.Delay
		}
	}
	return events
}

// indented leaves only the lines that begin with a blank, in which Exim lists addresses and what was said of them.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && isBlank(line[0]) {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// eximHead begins a block at an address that stands alone, two blanks deep; old versions end it with a colon.
func eximHead(line string) (address, said string) {
	if len(line) < 4 || line[:2] != "  " || isBlank(line[2]) {
		return "", ""
	}
	t := strings.TrimSuffix(strings.TrimRight(line[2:], " \t"), ":")
	if strings.ContainsAny(t, " \t") {
		if a, s := headBare(t); a != "" {
			return a, s
		}
		return "", ""
	}
	return strings.Trim(t, "<>"), ""
}

// refineExim goes by X-Failed-Recipients: after aliases and forwarding, the Final-Recipient that Exim writes is the
// address that it was given, and the one that failed is named in the text and the header only.
func (m *message) refineExim(fromFields []parse.Event) []parse.Event {
	var names []string
	for _, list := range m.head.all("X-Failed-Recipients") {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" && len(names) < maxRecipients {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return fromFields
	}
	fromText := byRecipient(m.decodeExim())
	byField := byRecipient(fromFields)
	var out []parse.Event
	for _, name := range names {
		said := fromText[strings.ToLower(name)]
		e, ok := byField[strings.ToLower(name)]
		if !ok {
			parent := said.OriginalRecipient
			if parent == "" && len(names) == 1 && len(fromFields) == 1 {
				parent = fromFields[0].Recipient
			}
			e = byField[strings.ToLower(parent)]
			e.Kind, e.Recipient, e.OriginalRecipient = parse.Failure, name, parent
		}
		if e.Diagnostic == "" {
			e.Diagnostic = said.Diagnostic
		}
		out = append(out, e)
	}
	for _, e := range fromFields {
		if e.Kind != parse.Failure {
			out = append(out, e)
		}
	}
	return merged(out)
}

func byRecipient(events []parse.Event) map[string]parse.Event {
	found := make(map[string]parse.Event, len(events))
	for _, e := range events {
		if key := strings.ToLower(e.Recipient); key != "" {
			if _, ok := found[key]; !ok {
				found[key] = e
			}
		}
	}
	return found
}
