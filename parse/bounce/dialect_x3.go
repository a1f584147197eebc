package bounce

import (
	"strings"

	"ndrscope/parse"
)

// x3 lists "* address" and then technical details.
var x3 = dialect{
	name: "x3",
	match: func(m *message) bool {
		return m.subjectHas("delivery status notification") && m.textHas("this is an automatically generated delivery status notification") &&
			(m.textHas("   * ") || m.textHas("  * ")) && (m.textHas("failed permanently") || m.textHas("was aborted after"))
	},
	decode: func(m *message) []parse.Event {
		list, details, _ := cutFold(m.text, "technical details:")
		events := m.blocks(list, func(line string) (string, string) {
			t, ok := strings.CutPrefix(strings.TrimSpace(line), "* ")
			if !ok {
				return "", ""
			}
			return headBare(t)
		})
		for i := range events {
			events[i].Diagnostic = oneLine(strings.Trim(strings.TrimSpace(details), "= \n"))
			if m.textHas("was aborted after") { // "... 5.0 hour(s)"
				events[i].Subkind = parse.Expired
			}
		}
		return merged(events)
	},
}
