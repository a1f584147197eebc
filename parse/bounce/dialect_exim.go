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
}

// mailRu is an Exim that says everything in Russian first.
var mailRu = dialect{
	name: "mailru",
	match: func(m *message) bool {
		return m.fromHas("mail.ru") && m.fromHas("mailer-daemon") && m.textHas("mail.ru,")
	},
	decode: (*message).decodeExim,
}

func (m *message) decodeExim() []parse.Event {
	failed := map[string]bool{}
	for _, list := range m.head.all("X-Failed-Recipients") {
		for name := range strings.SplitSeq(list, ",") {
			failed[strings.ToLower(strings.TrimSpace(name))] = true
		}
	}
	events := m.blocks(m.text, func(line string) (string, string) {
		address, said := eximHead(line)
		if address == "" || len(failed) > 0 && strings.Contains(address, "@") && !failed[strings.ToLower(address)] {
			return "", ""
		}
		return address, said
	})
	for i := range events {
		e := &events[i]
		e.Diagnostic = oneLine(before(e.Diagnostic, "the following text was generated during the delivery attempt",
			"--- this is a copy", "no action is required on your part"))
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
