package bounce

import (
	"strings"

	"ndrscope/parse"
)

// dragonFly is the DragonFly Mail Agent, dma. (A file named after it in full would be built on DragonFly BSD only.)
var dragonFly = dialect{
	name:  "dragonfly",
	match: func(m *message) bool { return m.textHas("this is the dragonfly mail agent") },
	decode: func(m *message) []parse.Event {
		_, host, _ := strings.Cut(before(m.text, ".\n"), " at ") // "This is the DragonFly Mail Agent v0.13 at HOST."
		events := m.blocks(m.text, func(line string) (string, string) {
			if !containsFold(line, "there was an error delivering your mail to") {
				return "", ""
			}
			return firstAddress(line), ""
		})
		for i := range events {
			events[i].ReportingMTA = cleanHost(host)
		}
		return events
	},
}
