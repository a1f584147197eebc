package bounce

import (
	"strings"

	"ndrscope/parse"
)

// googleGroups refuses posts to a group in the reader's language; the group is the only recipient.
var googleGroups = dialect{
	name: "googlegroups",
	match: func(m *message) bool {
		return m.fromHas("@googlemail.com", "@google.com") && m.textHas("groups.google.com")
	},
	decode: func(m *message) []parse.Event {
		if a := m.soleRecipient(); a != "" {
			return []parse.Event{m.event(a, oneLine(firstParagraphAfter(m.text)))}
		}
		return nil
	},
}

// firstParagraphAfter returns the second paragraph: the one behind the salutation.
func firstParagraphAfter(text string) string {
	if _, rest, ok := strings.Cut(strings.TrimSpace(text), "\n\n"); ok {
		return firstParagraph(rest)
	}
	return text
}
