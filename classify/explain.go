package classify

import (
	"strings"

	"ndrscope/parse"
)

// Explain makes an event of one line that a person pastes: an SMTP reply, the diagnostic text of a DSN, or what an
// MTA logs about a try ("host mx.example.org[192.0.2.1] said: 550 ... (in reply to RCPT TO command)").
func Explain(line string) parse.Event {
	line = strings.Join(strings.Fields(line), " ")
	e := parse.Event{Origin: parse.Origin{Path: "-"}, Kind: parse.Failure, Diagnostic: line, StatusFrom: parse.FromNone}
	e.ReplyCode, e.Status = leadingCodes(line)
	if e.Status != "" {
		e.StatusFrom = parse.FromDiagnostic
	}
	return e
}
