package bounce

import (
	"strings"

	"ndrscope/parse"
)

// activeHunter is Active!hunter of TransWARE.
var activeHunter = dialect{
	name: "activehunter",
	match: func(m *message) bool {
		return m.head.has("X-AHMailID") || strings.Contains(m.head.get("Content-Type"), "Active!Hunter")
	},
	decode: func(m *message) []parse.Event {
		events := m.blocks(m.text, func(line string) (string, string) {
			t, ok := strings.CutPrefix(strings.TrimSpace(line), ">>> ")
			if !ok {
				return "", ""
			}
			return firstAddress(t), ""
		})
		for i := range events {
			events[i].Diagnostic = oneLine(after(events[i].Diagnostic, "transcript of session follows -----"))
		}
		return merged(events)
	},
}
