package mailbox

// An MMDF mailbox has a line of four times Control-A before and after each message, and may have a From_ line besides.
// See mmdf(5) of Mutt.

const mmdfSeparator = "\x01\x01\x01\x01\n"

// skipSeparators goes to the first line of a message.
func (m *mboxReader) skipSeparators() error {
	for m.atLine("\x01") || m.atLine("\n") {
		if _, err := m.line(nil); err != nil {
			return err
		}
	}
	_, err := m.in.Peek(1)
	return err
}
