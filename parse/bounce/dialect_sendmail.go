package bounce

import (
	"strings"

	"ndrscope/parse"
)

// sendmail writes a transcript of the session, and since 8.8 delivery-status fields. What comes without fields is read
// here: old ones, and those that a list or a gateway took the fields from.
var sendmail = dialect{
	name: "sendmail",
	match: func(m *message) bool {
		return m.textHas("the following addresses had ") && m.textHas("transcript of session follows") ||
			m.fromHas("mail delivery subsystem") && !m.fromHas("google") && m.textHas("the original message was received at")
	},
	decode: func(m *message) []parse.Event {
		list, transcript, _ := cutFold(m.text, "transcript of session follows")
		events := m.blocks(after(list, "errors -----", "problems -----", "had "), headSendmail)
		for i := range events {
			e := &events[i]
			if said := replyTo(transcript, e.Recipient, len(events) == 1); said != "" {
				e.Diagnostic = said
			}
			e.RemoteHost = cleanHost(between(transcript, "while talking to ", ":"))
		}
		return merged(events)
	},
}

// headSendmail begins a block at "<address>" or "address" that stands alone on a line, or after ">>> ".
func headSendmail(line string) (address, said string) {
	if isBlank((line + " ")[0]) && !strings.Contains(line, "<") {
		return "", ""
	}
	return headBare(strings.TrimPrefix(strings.TrimSpace(line), ">>> "))
}

// replyTo finds in a transcript what was said of a recipient: the remote server's "<<<" that names it, or any of its
// refusals when there is no other recipient, else sendmail's own line.
func replyTo(transcript, address string, only bool) string {
	best, bestRank := "", 0
	for line := range strings.SplitSeq(transcript, "\n") {
		said, remote := strings.CutPrefix(strings.TrimSpace(line), "<<<")
		said = strings.TrimSpace(said)
		if len(said) < 4 || codeRank(said, 0) == 0 || said[0] < '4' {
			continue
		}
		rank := 0
		switch names := strings.Contains(said, address); {
		case remote && names:
			rank = 4
		case remote && only:
			rank = 3
		case names:
			rank = 2
		case only:
			rank = 1
		}
		if rank > bestRank {
			best, bestRank = said, rank
		}
	}
	return best
}
