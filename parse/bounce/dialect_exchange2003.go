package bounce

import (
	"strings"

	"ndrscope/parse"
)

// exchange2003 is Exchange 5.5 to 2003: "Your message ... did not reach the following recipient(s):", then
// "address on date" and what is wrong with it.
var exchange2003 = dialect{
	name: "exchange2003",
	match: func(m *message) bool {
		return m.textHas("did not reach the following recipient(s)") ||
			strings.HasPrefix(m.head.get("X-Mailer"), "Internet Mail Service") && m.fromHas("postmaster", "system administrator")
	},
	decode: func(m *message) []parse.Event {
		return merged(m.blocks(after(m.text, "following recipient(s):"), func(line string) (string, string) {
			name, date, ok := strings.Cut(line, " on ")
			if !ok || !strings.Contains(date, ":") || isBlank((line + " ")[0]) && !strings.Contains(name, "@") {
				return "", ""
			}
			if a := firstAddress(name); a != "" {
				return a, ""
			}
			return m.soleRecipient(), "" // "Smith, John on date": a display name.
		}))
	},
}
