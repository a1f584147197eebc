package bounce

import "ndrscope/parse"

// x6 says it in sentences, one for each recipient.
var x6 = dialect{
	name:  "x6",
	match: func(m *message) bool { return m.textHas("we had trouble delivering your message. full details follow") },
	decode: func(m *message) []parse.Event {
		return merged(m.blocks(after(m.text, "error(s):"), func(line string) (string, string) {
			for _, mark := range []string{"rejected recipient ", "permanent errors: ", "temporary errors: ", "errors: "} {
				if i := indexFold(line, mark); i >= 0 {
					if a := addressesIn(line[i:], 1); len(a) > 0 {
						return a[0], line
					}
				}
			}
			return "", ""
		}))
	},
}
