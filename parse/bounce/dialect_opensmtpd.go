package bounce

import "ndrscope/parse"

// openSMTPD lists "address: reply".
var openSMTPD = dialect{
	name:  "opensmtpd",
	match: func(m *message) bool { return m.textHas("this is the mailer-daemon, please do not reply to this e") },
	decode: func(m *message) []parse.Event {
		events := m.blocks(before(m.text, "below is a copy of the original", "please note that this is only a temporary"), headBare)
		for i := range events {
			if m.saysDelay() {
				events[i].Kind = parse.Delay
			}
		}
		return events
	},
}
