package bounce

import (
	"strings"

	"ndrscope/parse"
)

// notes is older than Domino: a reason, and the address below it.
var notes = dialect{
	name: "notes",
	match: func(m *message) bool {
		return m.subjectHas("undeliverable message") && m.textHas("------- failure reasons")
	},
	decode: func(m *message) []parse.Event {
		text := after(m.text, "failure reasons")
		events := m.blocks(text, headBare)
		for i := range events {
			why, _, _ := strings.Cut(text, events[i].Recipient)
			events[i].Diagnostic = oneLine(strings.Trim(why, "- \n"))
		}
		return merged(events)
	},
}
