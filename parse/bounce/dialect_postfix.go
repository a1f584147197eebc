package bounce

import (
	"strings"

	"ndrscope/parse"
)

// postfix is Postfix.
var postfix = dialect{
	name: "postfix",
	match: func(m *message) bool {
		return m.textHas("this is the mail system at host") || m.textHas("this is the postfix program") || m.textHas("the postfix program") ||
			m.statusField("X-Postfix-Queue-ID") != ""
	},
	decode: func(m *message) []parse.Event {
		if !m.textHas("--- delivery report unavailable ---") {
			return nil
		}
		// bounce(8) has lost its log file, and knows neither recipients nor reasons.
		if a := m.soleRecipient(); a != "" {
			return []parse.Event{m.event(a, "")}
		}
		return nil
	},
}

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
