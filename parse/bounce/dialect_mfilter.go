package bounce

import (
	"strings"

	"ndrscope/parse"
)

// mFilter is m-FILTER of Digital Arts: address, reply, and the SMTP command that was answered.
var mFilter = dialect{
	name:  "mfilter",
	match: func(m *message) bool { return m.head.get("X-Mailer") == "m-FILTER" },
	decode: func(m *message) []parse.Event {
		events := m.blocks(before(m.text, "-------original"), func(line string) (string, string) {
			if strings.ContainsAny(line, " \t") {
				return "", ""
			}
			return headBare(line)
		})
		for i := range events {
			e := &events[i]
			_, command, _ := cutFold(e.Diagnostic, "smtp command")
			e.Command = commandWord(command)
			e.Diagnostic = strings.Trim(before(after(e.Diagnostic, "server message"), "smtp command"), "- ")
		}
		return merged(events)
	},
}
