package bounce

import (
	"strings"

	"ndrscope/parse"
)

// Carriers and gateways of Japan.

// biglobe names the mailbox below "had delivery problems".
var biglobe = dialect{
	name: "biglobe",
	match: func(m *message) bool {
		return m.fromHas("postmaster@biglobe.ne.jp", "@inacatv.ne.jp", "@tmtv.ne.jp", "@ttv.ne.jp")
	},
	decode: func(m *message) []parse.Event {
		events := m.blocks(after(m.text, "delivery problems -----"), headBare)
		for i := range events {
			events[i].Diagnostic = oneLine(after(events[i].Diagnostic, "non-delivered information -----"))
		}
		return events
	},
}

// ezweb is au of KDDI.
var ezweb = dialect{
	name:  "ezweb",
	match: func(m *message) bool { return m.fromHas("postmaster@ezweb.ne.jp", "postmaster@au.com") },
	decode: func(m *message) []parse.Event {
		events := m.blocks(m.text, func(line string) (string, string) {
			t := strings.TrimSpace(line)
			if a, s := headBracket(t); a != "" {
				return a, s
			}
			if hasPrefixFold(t, "recipient:") {
				return firstAddress(t), ""
			}
			return "", ""
		})
		for i := range events {
			if events[i].Diagnostic == "" {
				events[i].Diagnostic = oneLine(m.text)
			}
		}
		return merged(events)
	},
}

// kddi is au one net.
var kddi = dialect{
	name:  "kddi",
	match: func(m *message) bool { return m.textHas("could not be delivered to: <") },
	decode: func(m *message) []parse.Event {
		return m.blocks(m.text, func(line string) (string, string) {
			if !containsFold(line, "could not be delivered to:") {
				return "", ""
			}
			return firstAddress(line), ""
		})
	},
}

// mFilter is m-FILTER of Digital Arts: address, reply, and the SMTP command that was answered.
var mFilter = dialect{
	name:  "mfilter",
	match: func(m *message) bool { return m.head.get("X-Mailer") == "m-FILTER" },
	decode: func(m *message) []parse.Event {
		events := m.blocks(before(m.text, "-------original"), func(line string) (string, string) {
			if strings.ContainsAny(line, " \t") {
				return "", ""
			}
			return headBare(line)
		})
		for i := range events {
			e := &events[i]
			_, command, _ := cutFold(e.Diagnostic, "smtp command")
			e.Command = commandWord(command)
			e.Diagnostic = strings.Trim(before(after(e.Diagnostic, "server message"), "smtp command"), "- ")
		}
		return merged(events)
	},
}

// activeHunter is Active!hunter of TransWARE.
var activeHunter = dialect{
	name: "activehunter",
	match: func(m *message) bool {
		return m.head.has("X-AHMailID") || strings.Contains(m.head.get("Content-Type"), "Active!Hunter")
	},
	decode: func(m *message) []parse.Event {
		events := m.blocks(m.text, func(line string) (string, string) {
			t, ok := strings.CutPrefix(strings.TrimSpace(line), ">>> ")
			if !ok {
				return "", ""
			}
			return firstAddress(t), ""
		})
		for i := range events {
			events[i].Diagnostic = oneLine(after(events[i].Diagnostic, "transcript of session follows -----"))
		}
		return merged(events)
	},
}

// fml is a mailing list driver: the list itself is what refused.
var fml = dialect{
	name: "fml",
	match: func(m *message) bool {
		return m.head.has("X-MLServer") || m.textHas("you are not a member of this mailing list") || m.subjectHas("loop alert:") && m.textHas("duplicated message-id")
	},
	decode: func(m *message) []parse.Event {
		if a := addressesIn(before(m.text, "original mail"), 1); len(a) > 0 {
			return []parse.Event{m.event(a[0], firstParagraph(m.text))}
		}
		return nil
	},
}
