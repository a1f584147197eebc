package bounce

import (
	"strings"

	"ndrscope/parse"
)

// qmail writes QSBMF: paragraphs, of which those that begin with "<address>:" tell of a recipient.
// Form: https://cr.yp.to/proto/qsbmf.txt
var qmail = dialect{
	name: "qmail",
	match: func(m *message) bool {
		return hasPrefixFold(strings.TrimSpace(m.text), "hi. this is the") ||
			m.textHas("this is the qmail-send program") || m.textHas("i'm not going to try again; this message has been in the queue too long") &&
			!m.textHas("message from ")
	},
	decode: func(m *message) []parse.Event { return m.qsbmf("hi. this is") },
}

// gaveUp is what qmail-send adds to the last temporary error when the queue lifetime ends.
const gaveUp = "I'm not going to try again; this message has been in the queue too long."

func (m *message) qsbmf(intro string) []parse.Event {
	events := m.blocks(after(m.text, intro), headBracket)
	for i := range events {
		e := &events[i]
		e.Diagnostic = oneLine(before(e.Diagnostic, "--- below this line"))
		if why, ok := strings.CutSuffix(e.Diagnostic, gaveUp); ok && strings.TrimSpace(why) != "" {
			e.Diagnostic, e.Subkind = strings.TrimSpace(why), parse.Expired
		}
		if strings.HasPrefix(e.Diagnostic, "Connected to ") && containsFold(e.Diagnostic, "my name was rejected") {
			e.Command = "EHLO"
		} else if containsFold(e.Diagnostic, "sender was rejected") {
			e.Command = "MAIL"
		} else if containsFold(e.Diagnostic, "does not like recipient") {
			e.Command = "RCPT"
		} else if containsFold(e.Diagnostic, "failed after i sent the message") {
			e.Command = "EOD"
		} else if containsFold(e.Diagnostic, "failed on data command") {
			e.Command = "DATA"
		}
		if e.RemoteIP == "" {
			if ip, _, ok := strings.Cut(e.Diagnostic, " does not like"); ok {
				e.RemoteIP = cleanIP(ip)
			}
			for _, mark := range []string{"Connected to ", "Giving up on ", "remote host "} {
				if e.RemoteIP == "" {
					e.RemoteIP = cleanIP(strings.TrimRight(firstWord(between(e.Diagnostic+" ", mark, " ")), "."))
				}
			}
		}
	}
	return merged(events)
}
