package bounce

import "ndrscope/parse"

// fml is a mailing list driver: the list itself is what refused.
var fml = dialect{
	name:  "fml",
	alone: true,
	match: func(m *message) bool {
		return m.head.has("X-MLServer") || m.textHas("you are not a member of this mailing list") || m.subjectHas("loop alert:") && m.textHas("duplicated message-id")
	},
	decode: func(m *message) []parse.Event {
		if a := addressesIn(before(m.text, "original mail"), 1); len(a) > 0 {
			return []parse.Event{m.event(a[0], firstParagraph(m.text))}
		}
		return nil
	},
}
