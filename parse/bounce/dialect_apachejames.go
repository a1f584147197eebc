package bounce

import (
	"strings"

	"ndrscope/parse"
)

// apacheJames gives the envelope below the error.
var apacheJames = dialect{
	name:  "apachejames",
	alone: true,
	match: func(m *message) bool {
		return m.textHas("error message below:") && m.textHas("rcpt to:") || m.textHas("hi. this is the james mail server")
	},
	decode: func(m *message) []parse.Event {
		said := between(m.text, "Error message below:", "Message details:")
		if said == "" {
			return nil
		}
		return m.blocks(m.text, func(line string) (string, string) {
			if t := strings.TrimSpace(line); hasPrefixFold(t, "rcpt to:") {
				return firstAddress(t), said
			}
			return "", ""
		})
	},
}
