package bounce

import (
	"strings"

	"ndrscope/parse"
)

// dialect is the form in which one kind of software or service writes its reports. See the package comment.
type dialect struct {
	name   string
	match  func(*message) bool
	decode func(*message) []parse.Event
}

// dialects in the order in which they are asked; the first that matches wins. Those that know themselves by a header
// field of their own come before those that go by a phrase, and gateways before the systems whose words they quote.
var dialects = []dialect{}

// textHas is whether the human text contains phrase, which must be lower case.
func (m *message) textHas(phrase string) bool { return containsFold(m.text, phrase) }

// fromHas is whether the From field contains any of the words, which must be lower case.
func (m *message) fromHas(words ...string) bool { return hasAny(m.from, words...) }

// subjectHas is whether the subject contains any of the phrases, which must be lower case.
func (m *message) subjectHas(phrases ...string) bool { return hasAny(m.lower, phrases...) }

func hasAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}
