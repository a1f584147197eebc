package bounce

import "ndrscope/parse"

// dragonFly is the DragonFly Mail Agent, dma. (A file named after it in full would be built on DragonFly BSD only.)
var dragonFly = dialect{
	name:  "dragonfly",
	match: func(m *message) bool { return m.textHas("this is the dragonfly mail agent") },
	decode: func(m *message) []parse.Event {
		return m.blocks(m.text, func(line string) (string, string) {
			if !containsFold(line, "there was an error delivering your mail to") {
				return "", ""
			}
			return firstAddress(line), ""
		})
	},
}
