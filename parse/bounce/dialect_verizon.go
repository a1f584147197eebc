package bounce

import "ndrscope/parse"

// verizon is the multimedia gateway of Verizon Wireless.
var verizon = dialect{
	name:  "verizon",
	match: func(m *message) bool { return m.textHas("message could not be delivered to mobile") },
	decode: func(m *message) []parse.Event {
		if a := m.soleRecipient(); a != "" {
			return []parse.Event{m.event(a, m.text)}
		}
		return nil
	},
}
