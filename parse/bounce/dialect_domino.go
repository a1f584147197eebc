package bounce

import "ndrscope/parse"

// domino writes "was not delivered to:", addresses, "because:" and the reasons in the same order.
var domino = dialect{
	name: "domino",
	match: func(m *message) bool {
		return m.subjectHas("delivery failure:", "delivery_failure:") && (m.textHas("was not delivered to") || m.textHas("because:"))
	},
	decode: func(m *message) []parse.Event {
		list, why, _ := cutFold(after(m.text, "was not delivered to:"), "because:")
		events := m.blocks(list, headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(why)
		}
		return merged(events)
	},
	refine: func(m *message, events []parse.Event) []parse.Event {
		// The Diagnostic-Code is folded in the midst of words; the text is whole.
		_, why, _ := cutFold(m.text, "because:")
		if why = oneLine(why); why != "" && len(events) == 1 {
			if r := findReply(events[0].Diagnostic); r.code == "" || findReply(why).code != "" {
				events[0].Diagnostic = why
			}
		}
		return events
	},
}
