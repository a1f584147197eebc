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
	// alone: a match is proof enough. The reports of all others must look like a bounce too, so that mail which merely
	// quotes one is not taken for it.
	alone bool
	// refine corrects what the delivery-status fields say by what the dialect is known to mean; nil for most.
	refine func(*message, []parse.Event) []parse.Event
}

// dialects in the order in which they are asked; the first that matches wins. Those that know themselves by a header
// field of their own come before those that go by a phrase, and gateways before the systems whose words they quote.
var dialects = []dialect{
	// A header field of their own.
	amazonWorkMail,
	receivingSES,
	amazonSNS,
	amazonSES,
	mFilter,
	surfControl,
	activeHunter,
	zoho,
	barracuda,
	mimecast,
	trendMicro,
	mailMarshal,
	powerMTA,
	zoneMTA,
	messageLabs,
	courier,
	amavis,
	mcAfee,
	messagingServer,
	sendGrid,
	facebook,
	bigfoot,
	aol,
	yandex,
	groupWise,

	// The sender of the report.
	googleGroups,
	gmail,
	googleWorkspace,
	mailRu,
	ezweb,
	kddi,
	biglobe,
	yahoo,
	einsUndEins,
	gmx,
	mxLogic,

	// A phrase in the text.
	postfixSession,
	dragonFly,
	openSMTPD,
	haraka,
	apacheJames,
	x6,
	x3,
	x2,
	x4,
	x1,
	qmail,
	verizon,
	fml,
	notes,
	domino,
	mailFoundry,
	iMailServer,
	exim,
	outlookCom,
	office365,
	exchange2003,
	exchange2007,
	sendmail,
	v5sendmail,
	postfix,
}

// textHas is whether the human text contains phrase, which must be lower case.
func (m *message) textHas(phrase string) bool { return m.low.has(phrase) }

// textHasAny is whether the human text contains any of the phrases, which must be lower case.
func (m *message) textHasAny(phrases ...string) bool { return m.low.hasAny(phrases...) }

// fromHas is whether the From field contains any of the words, which must be lower case.
func (m *message) fromHas(words ...string) bool { return hasAny(m.from, words...) }

// subjectHas is whether the subject contains any of the phrases, which must be lower case.
func (m *message) subjectHas(phrases ...string) bool { return hasAny(m.lowSubject, phrases...) }

// statusField returns a delivery-status field.
func (m *message) statusField(name string) string { return m.status.get(name) }

func hasAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}
