package bounce

import (
	"strings"

	"ndrscope/parse"
)

// Mail services and filters that write notices of their own, each known by one phrase. The general decoder finds the
// recipients where decode is nil.

// dragonFly is the DragonFly Mail Agent.
var dragonFly = dialect{
	name:  "dragonfly",
	match: func(m *message) bool { return m.textHas("this is the dragonfly mail agent") },
	decode: func(m *message) []parse.Event {
		return m.blocks(m.text, func(line string) (string, string) {
			if !containsFold(line, "there was an error delivering your mail to") {
				return "", ""
			}
			return firstAddress(line), ""
		})
	},
}

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

// apacheJames gives the envelope below the error.
var apacheJames = dialect{
	name: "apachejames",
	match: func(m *message) bool {
		return m.textHas("error message below:") && m.textHas("rcpt to:") || m.textHas("hi. this is the james mail server")
	},
	decode: func(m *message) []parse.Event {
		said := between(m.text, "Error message below:", "Message details:")
		if said == "" {
			return nil
		}
		return m.blocks(m.text, func(line string) (string, string) {
			if t := strings.TrimSpace(line); hasPrefixFold(t, "rcpt to:") {
				return firstAddress(t), said
			}
			return "", ""
		})
	},
}

// domino writes "was not delivered to:", addresses, "because:" and the reasons in the same order.
var domino = dialect{
	name: "domino",
	match: func(m *message) bool {
		return m.subjectHas("delivery failure:", "delivery_failure:") && (m.textHas("was not delivered to") || m.textHas("because:"))
	},
	decode: func(m *message) []parse.Event {
		list, why, _ := cutFold(after(m.text, "was not delivered to:"), "because:")
		events := m.blocks(list, headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(why)
		}
		return merged(events)
	},
	refine: func(m *message, events []parse.Event) []parse.Event {
		// The Diagnostic-Code is folded in the midst of words; the text is whole.
		_, why, _ := cutFold(m.text, "because:")
		if why = oneLine(why); why != "" && len(events) == 1 {
			if r := findReply(events[0].Diagnostic); r.code == "" || findReply(why).code != "" {
				events[0].Diagnostic = why
			}
		}
		return events
	},
}

// notes is older than Domino: a reason, and the address below it.
var notes = dialect{
	name: "notes",
	match: func(m *message) bool {
		return m.subjectHas("undeliverable message") && m.textHas("------- failure reasons")
	},
	decode: func(m *message) []parse.Event {
		why, _, _ := cutFold(after(m.text, "failure reasons"), "failure reasons")
		events := m.blocks(after(m.text, "failure reasons"), headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(strings.Trim(before(firstNonEmpty(why, m.text), events[i].Recipient), "- \n"))
		}
		return merged(events)
	},
}

// surfControl is SurfControl (Websense) E-mail Filter: "address: [ip], reply".
var surfControl = dialect{
	name:  "surfcontrol",
	match: func(m *message) bool { return m.head.get("X-Mailer") == "SurfControl E-mail Filter" },
}

// x1 writes "address [reason]".
var x1 = dialect{
	name:  "x1",
	match: func(m *message) bool { return m.fromHas("mail deliver system") && m.subjectHas("returned mail:") },
	decode: func(m *message) []parse.Event {
		events := m.blocks(after(m.text, "the original message was received at"), func(line string) (string, string) {
			if i := strings.IndexByte(line, '['); i > 0 && strings.HasSuffix(strings.TrimSpace(line), "]") {
				if a, _ := headBare(line[:i]); a != "" {
					return a, line[i:]
				}
			}
			return "", ""
		})
		for i := range events {
			events[i].Diagnostic = between(events[i].Diagnostic, "[", "]")
		}
		return events
	},
}

// x3 lists "* address" and then technical details.
var x3 = dialect{
	name: "x3",
	match: func(m *message) bool {
		return m.subjectHas("delivery status notification") && m.textHas("this is an automatically generated delivery status notification") &&
			(m.textHas("   * ") || m.textHas("  * ")) && (m.textHas("failed permanently") || m.textHas("was aborted after"))
	},
	decode: func(m *message) []parse.Event {
		list, details, _ := cutFold(m.text, "technical details:")
		events := m.blocks(list, func(line string) (string, string) {
			t, ok := strings.CutPrefix(strings.TrimSpace(line), "* ")
			if !ok {
				return "", ""
			}
			return headBare(t)
		})
		for i := range events {
			events[i].Diagnostic = oneLine(strings.Trim(strings.TrimSpace(details), "= \n"))
		}
		return merged(events)
	},
}

// x6 says it in sentences, one for each recipient.
var x6 = dialect{
	name:  "x6",
	match: func(m *message) bool { return m.textHas("we had trouble delivering your message. full details follow") },
	decode: func(m *message) []parse.Event {
		return merged(m.blocks(after(m.text, "error(s):"), func(line string) (string, string) {
			for _, mark := range []string{"rejected recipient ", "permanent errors: ", "temporary errors: ", "errors: "} {
				if i := indexFold(line, mark); i >= 0 {
					if a := addressesIn(line[i:], 1); len(a) > 0 {
						return a[0], line
					}
				}
			}
			return "", ""
		}))
	},
}

// zoho writes its codes as "ERROR_CODE :550" or "ResponseCode 421".
var zoho = dialect{
	name: "zoho",
	match: func(m *message) bool {
		return m.head.get("X-Mailer") == "Zoho Mail" || m.fromHas("mailer-daemon@mail.zoho", "mailer-daemon@zoho")
	},
}

// verizon is the multimedia gateway of Verizon Wireless.
var verizon = dialect{
	name:  "verizon",
	match: func(m *message) bool { return m.textHas("message could not be delivered to mobile") },
	decode: func(m *message) []parse.Event {
		if a := m.soleRecipient(); a != "" {
			return []parse.Event{m.event(a, m.text)}
		}
		return nil
	},
}

// postfixSession is what Postfix tells its postmaster of an SMTP session that went wrong: we refused somebody.
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
		return merged(events)
	},
}
