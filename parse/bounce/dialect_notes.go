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
		why, _, _ := cutFold(after(m.text, "failure reasons"), "failure reasons")
		events := m.blocks(after(m.text, "failure reasons"), headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(strings.Trim(before(firstNonEmpty(why, m.text), events[i].Recipient), "- \n"))
		}
		return merged(events)
	},
}
