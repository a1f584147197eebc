package bounce

import (
	"strings"

	"ndrscope/parse"
)

// postfixSession is what Postfix tells its postmaster of an SMTP session that went wrong: we refused somebody, and no
// domain out there has failed.
var postfixSession = dialect{
	name:  "postfix",
	match: func(m *message) bool { return m.subjectHas("postfix smtp server: errors from") },
	decode: func(m *message) []parse.Event {
		transcript := after(m.text, "transcript of session follows")
		var events []parse.Event
		for line := range strings.SplitSeq(strings.ReplaceAll(transcript, "\n     ", " "), "\n") {
			side, said, _ := strings.Cut(strings.TrimSpace(line), ":")
			said = strings.TrimSpace(said)
			switch {
			case side == "In" && hasPrefixFold(said, "rcpt to:"):
				if a := addressesIn(said, 1); len(a) > 0 && len(events) < maxRecipients {
					events = append(events, m.event(a[0], ""))
				}
			case side == "Out" && len(said) > 3 && (said[0] == '4' || said[0] == '5'):
				for i := range events {
					if events[i].Diagnostic == "" {
						events[i].Diagnostic = oneLine(said)
					}
				}
			}
		}
		for i := range events {
			events[i].Kind, events[i].Subkind = parse.Ignored, parse.Inbound
		}
		return merged(events)
	},
}
