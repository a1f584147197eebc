package bounce

import (
	"strings"

	"ndrscope/parse"
)

// gmail is what Gmail wrote before it wrote delivery-status fields (about 2016).
var gmail = dialect{
	name: "gmail",
	match: func(m *message) bool {
		return m.fromHas("@googlemail.com", "@google.com", "@gmail.com") && m.textHas("delivery to the following recipient")
	},
	decode: func(m *message) []parse.Event {
		events := m.blocks(after(m.text, "delivery to the following recipient"), func(line string) (string, string) {
			if !strings.HasPrefix(line, "  ") {
				return "", ""
			}
			return headBare(line)
		})
		for i := range events {
			e := &events[i]
			if said := between(e.Diagnostic+"\n", "The error that the other server returned was:", "\n"); said != "" {
				e.RemoteHost, e.RemoteIP = remoteInText(between(e.Diagnostic, "for the recipient domain ", "The error"))
				e.Command = gmailState(said)
				if host, ip := remoteInText("host " + after(e.Diagnostic, "recipient domain "+domainOf(e.Recipient)+" by ")); host != "" {
					e.RemoteHost, e.RemoteIP = host, ip
				}
				e.Diagnostic = oneLine(said)
			}
			if m.saysDelay() {
				e.Kind = parse.Delay
			}
		}
		return merged(events)
	},
}

// gmailState reads the state of the SMTP client, which says what command was answered.
func gmailState(said string) string {
	switch strings.TrimSpace(between(said, "(state ", ")")) {
	case "5", "6", "7", "8":
		return "EHLO"
	case "12":
		return "MAIL"
	case "13":
		return "MAIL"
	case "14":
		return "RCPT"
	case "15":
		return "DATA"
	case "16", "17", "18":
		return "EOD"
	}
	return ""
}

// googleWorkspace writes delivery-status fields beside HTML, "Address not found", "Message blocked" and the like.
var googleWorkspace = dialect{
	name:  "googleworkspace",
	match: func(m *message) bool { return m.fromHas("mailer-daemon@googlemail.com", "mailer-daemon@google.com") },
}
