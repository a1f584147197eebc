package bounce

import (
	"strings"

	"ndrscope/parse"
)

// v5sendmail is sendmail 5 and its heirs: the transcript is all there is.
var v5sendmail = dialect{
	name: "v5sendmail",
	match: func(m *message) bool {
		return m.textHas("transcript of session follows") && !m.textHas("the following addresses had")
	},
	decode: func(m *message) []parse.Event {
		transcript := after(m.text, "transcript of session follows")
		var events []parse.Event
		remote, host := "", "" // what the remote server said last, and which it was
		for line := range strings.SplitSeq(transcript, "\n") {
			line = strings.TrimSpace(line)
			switch {
			case hasPrefixFold(strings.TrimLeft(line, ". "), "while talking to "):
				host, remote = strings.Trim(line[strings.LastIndexByte(line, ' ')+1:], ":."), ""
			case strings.HasPrefix(line, "<<<"):
				remote = strings.TrimSpace(line[3:])
			case len(line) > 4 && codeRank(line, 0) > 0 && strings.Contains(line, "..."):
				a := firstAddress(line[:strings.Index(line, "...")])
				if a == "" {
					continue
				}
				if len(events) >= maxRecipients {
					return events
				}
				e := m.event(a, line)
				if inner := line[strings.Index(line, "...")+3:]; findReply(inner).code != "" {
					e.Diagnostic = strings.TrimSpace(inner)
				} else if remote != "" {
					e.Diagnostic = remote
				}
				e.RemoteHost = cleanHost(host)
				events = append(events, e)
			}
		}
		return merged(events)
	},
}
