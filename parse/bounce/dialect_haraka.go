package bounce

import (
	"strings"

	"ndrscope/parse"
)

// haraka is Haraka. What it has to say itself it puts behind Status, with a code that no server has said:
//
//	Status: 5.1.2 (550 Tried all MXs example.net)
//
// When it gives up what was deferred, it makes the class of Status a 5 and leaves Diagnostic-Code as it was.
var haraka = dialect{
	name: "haraka",
	match: func(m *message) bool {
		// Without the file outbound.bounce_message, which its installation leaves out, there is no text.
		return m.textHas("this is the haraka mailer program at") ||
			strings.Contains(m.head.get("Content-Type"), `boundary="boundary_`) && hasAny(strings.Join(m.head.all("Received"), "\n"), "(Haraka outbound)")
	},
	refine: func(m *message, events []parse.Event) []parse.Event {
		gaveUp := m.textHas("failure reason: error: too many failures")
		said := harakaComments(m.status)
		for i := range events {
			e := &events[i]
			code, words, _ := strings.Cut(said[e.Recipient], " ")
			if e.Diagnostic == "" {
				e.Diagnostic = words
			}
			deferred := strings.HasPrefix(code, "4") || strings.HasPrefix(words, "Tried all MXs") || strings.HasPrefix(e.Diagnostic, "4")
			if e.Action == "failed" && (gaveUp || deferred) {
				e.Subkind = parse.Expired
			}
		}
		return events
	},
}

// harakaComments returns what stands in parentheses behind the Status of each recipient.
func harakaComments(fs fields) map[string]string {
	said := map[string]string{}
	recipient := ""
	for _, f := range fs {
		switch strings.ToLower(f.name) {
		case "final-recipient":
			recipient = cleanAddress(f.value)
		case "status":
			if _, comment, ok := strings.Cut(f.value, "("); ok {
				said[recipient] = strings.TrimSuffix(comment, ")")
			}
		}
	}
	return said
}
