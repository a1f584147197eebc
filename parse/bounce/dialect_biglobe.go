package bounce

import "ndrscope/parse"

// biglobe names the mailbox below "had delivery problems".
var biglobe = dialect{
	name: "biglobe",
	match: func(m *message) bool {
		return m.fromHas("postmaster@biglobe.ne.jp", "@inacatv.ne.jp", "@tmtv.ne.jp", "@ttv.ne.jp")
	},
	decode: func(m *message) []parse.Event {
		events := m.blocks(after(m.text, "delivery problems -----"), headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(after(events[i].Diagnostic, "non-delivered information -----"))
		}
		return events
	},
}
