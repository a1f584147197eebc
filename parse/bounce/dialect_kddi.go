package bounce

import "ndrscope/parse"

// kddi is au one net.
var kddi = dialect{
	name:  "kddi",
	alone: true,
	match: func(m *message) bool { return m.textHas("could not be delivered to: <") },
	decode: func(m *message) []parse.Event {
		return m.blocks(m.text, func(line string) (string, string) {
			if !containsFold(line, "could not be delivered to:") {
				return "", ""
			}
			return firstAddress(line), ""
		})
	},
}
