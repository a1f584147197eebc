package bounce

import (
	"strings"

	"ndrscope/parse"
)

// yahoo writes QSBMF with the command in brackets behind the reply.
var yahoo = dialect{
	name: "yahoo",
	match: func(m *message) bool {
		return m.textHas("sorry, we were unable to deliver your message to the following address") ||
			m.head.has("X-YMailISG") && m.fromHas("mailer-daemon")
	},
	decode: func(m *message) []parse.Event {
		events := m.qsbmf("following address")
		for i := range events {
			for _, command := range []string{"RCPT", "MAIL", "DATA", "EOB"} {
				if strings.Contains(events[i].Diagnostic, "["+command) {
					events[i].Command = strings.Replace(command, "EOB", "EOD", 1)
				}
			}
		}
		return events
	},
}
