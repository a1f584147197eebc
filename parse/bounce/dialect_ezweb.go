package bounce

import (
	"strings"

	"ndrscope/parse"
)

// ezweb is au of KDDI.
var ezweb = dialect{
	name:  "ezweb",
	match: func(m *message) bool { return m.fromHas("postmaster@ezweb.ne.jp", "postmaster@au.com") },
	decode: func(m *message) []parse.Event {
		events := m.blocks(m.text, func(line string) (string, string) {
			t := strings.TrimSpace(line)
			if a, s := headBracket(t); a != "" {
				return a, s
			}
			if hasPrefixFold(t, "recipient:") {
				return firstAddress(t), ""
			}
			return "", ""
		})
		for i := range events {
			if events[i].Diagnostic == "" {
				events[i].Diagnostic = oneLine(m.text)
			}
		}
		return merged(events)
	},
	refine: func(m *message, events []parse.Event) []parse.Event {
		// What au says of the account stands in the human text only, above a reply of few words.
		if m.textHas("the user(s) account is ") && len(events) == 1 && events[0].Diagnostic == "" {
			said := after(m.text, "the user(s) account is ")
			events[0].Diagnostic = oneLine("The user(s) account is " + said)
		}
		return events
	},
}
