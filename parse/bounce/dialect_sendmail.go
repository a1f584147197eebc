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
			if said := lastReplyTo(transcript, e.Recipient, len(events) == 1); said != "" {
				e.Diagnostic = said
			}
			e.RemoteHost = cleanHost(between(transcript, "while talking to ", ":"))
		}
		return merged(events)
	},
}

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
					e.Diagnostic = remote + " (" + line + ")"
				}
				e.RemoteHost = cleanHost(host)
				events = append(events, e)
			}
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

// lastReplyTo finds in a transcript the reply to a recipient: the remote server's "<<<", else sendmail's own line.
func lastReplyTo(transcript, address string, only bool) string {
	found, sure := "", false
	for line := range strings.SplitSeq(transcript, "\n") {
		line = strings.TrimSpace(line)
		names := strings.Contains(line, address)
		text := strings.TrimSpace(strings.TrimPrefix(line, "<<<"))
		if len(text) < 4 || codeRank(text, 0) == 0 || text[0] == '2' || !names && (!only || sure) {
			continue
		}
		if names && !sure || found == "" {
			found, sure = text, names
		}
	}
	return found
}
