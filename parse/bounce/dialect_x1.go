package bounce

import (
	"strings"

	"ndrscope/parse"
)

// x1 writes "address [reason]".
var x1 = dialect{
	name:  "x1",
	match: func(m *message) bool { return m.fromHas("mail deliver system") && m.subjectHas("returned mail:") },
	decode: func(m *message) []parse.Event {
		events := m.blocks(after(m.text, "the original message was received at"), func(line string) (string, string) {
			if i := strings.IndexByte(line, '['); i > 0 && strings.HasSuffix(strings.TrimSpace(line), "]") {
				if a, _ := headBare(line[:i]); a != "" {
					return a, line[i:]
				}
			}
			return "", ""
		})
		for i := range events {
			events[i].Diagnostic = between(events[i].Diagnostic, "[", "]")
		}
		return events
	},
}
