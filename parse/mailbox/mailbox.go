// Package mailbox splits a stream into raw mail messages: a single message, or an mbox of any of the usual kinds.
package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"ndrscope/parse"
	"ndrscope/parse/outlook"
)

// Formats that Sniff tells apart and Read reads.
const (
	EML     = "eml"     // one message, RFC 5322
	Maildir = "maildir" // one message, a file of a Maildir
	Mbox    = "mbox"    // RFC 4155 and its relatives
	MMDF    = "mmdf"    // an mbox with other separators
	Emlx    = "emlx"    // one message of Apple Mail
	MSG     = "msg"     // one message of Outlook
	TNEF    = "tnef"    // one message of Outlook, the content of a winmail.dat
)

// MaxMessage is how many bytes of one message are kept. What a bounce has to say stands at its beginning; the rest
// is the returned message's attachments.
const MaxMessage = 16 << 20

// Message is one raw message.
type Message struct {
	Origin parse.Origin
	// Raw is the message as RFC 5322 has it; nil if the file holds none after all.
	Raw []byte
	// Err says what is wrong with the message though Raw can be used, or why there is no Raw.
	Err error
}

// ErrPST is what a .pst or .ost file comes to: readpst, of libpst, knows that format.
var ErrPST = errors.New("an Outlook data file: mkdir out, `readpst -o out -e FILE.pst`, then `ndrscope report out`")

var errBlank = errors.New("nothing but blanks")

// Sniff tells the format of a stream by its first bytes. The error says why they are no mail that Read can read.
func Sniff(head []byte) (format string, err error) {
	switch {
	case bytes.HasPrefix(head, []byte("!BDN")):
		return "", ErrPST
	case bytes.HasPrefix(head, []byte(outlook.Magic)):
		return MSG, nil
	case bytes.HasPrefix(head, []byte(outlook.TNEFMagic)):
		return TNEF, nil
	}
	if message, ok := bytes.CutPrefix(head, []byte(mmdfSeparator)); ok && (isFromLine(message) || looksLikeHeader(message)) {
		return MMDF, nil
	}
	text := trimLead(head)
	switch {
	case len(text) == 0:
		return "", errBlank
	case isFromLine(text) && (looksLikeHeader(afterLine(text)) || postmarked(text)):
		return Mbox, nil
	case looksLikeHeader(text):
		return EML, nil
	case isEmlx(text) && looksLikeHeader(afterLine(text)):
		return Emlx, nil
	case bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0:
		return "", errors.New("binary, neither mail nor log")
	}
	return "", errors.New("neither mail nor a log of a known kind")
}

// Read yields the messages of a stream in the given format, in order. The error is the reader's or yield's.
func Read(r io.Reader, path, format string, yield func(Message) error) error {
	if format == Mbox || format == MMDF {
		return readMbox(r, path, format, yield)
	}
	limit := MaxMessage
	if format == MSG || format == TNEF {
		limit = maxOutlook
	}
	raw, rest, err := readMost(r, limit)
	m := Message{Origin: parse.Origin{Path: path, Format: format, Index: 1}}
	switch format {
	case MSG:
		m.Raw, m.Err = outlook.MSG(raw)
	case TNEF:
		m.Raw, m.Err = outlook.TNEF(raw)
	case Emlx:
		m.Raw = emlx(raw)
	default:
		m.Raw = trimLead(raw)
		if isFromLine(m.Raw) {
			m.Raw = afterLine(m.Raw)
		}
	}
	if m.Raw == nil && m.Err == nil {
		m.Err = errBlank
	}
	if rest > 0 && m.Err == nil {
		m.Err = tooBig(int64(len(raw))+rest, limit)
	}
	if len(m.Raw) > MaxMessage {
		m.Raw = m.Raw[:MaxMessage]
	}
	return errors.Join(yield(m), err)
}

// maxOutlook is how many bytes of a file of Outlook's are read: its parts stand in no order.
const maxOutlook = 64 << 20

func tooBig(size int64, limit int) error {
	return fmt.Errorf("a message of %d bytes: only the first %d were used", size, limit)
}

// readMost reads up to limit bytes and counts the rest.
func readMost(r io.Reader, limit int) (raw []byte, rest int64, err error) {
	raw = make([]byte, 0, 16<<10)
	for err == nil && len(raw) < limit {
		if len(raw) == cap(raw) {
			raw = slices.Grow(raw, min(len(raw), limit-len(raw)))
		}
		var n int
		n, err = r.Read(raw[len(raw):min(cap(raw), limit)])
		raw = raw[:len(raw)+n]
	}
	if err == nil {
		rest, err = io.Copy(io.Discard, r)
	}
	return raw, rest, noEOF(err)
}

// isEmlx is whether text begins with a line that holds nothing but a number: the size of the message that follows.
func isEmlx(text []byte) bool {
	line, _, _ := bytes.Cut(text[:min(len(text), 32)], []byte("\n"))
	line = bytes.TrimSpace(line)
	return len(line) > 0 && len(bytes.Trim(line, "0123456789")) == 0
}

// emlx is the message without its size before it and Apple Mail's property list after it.
func emlx(raw []byte) []byte {
	raw = trimLead(raw)
	size, message, _ := bytes.Cut(raw, []byte("\n"))
	n, err := strconv.Atoi(string(bytes.TrimSpace(size)))
	if err != nil || n <= 0 || n > len(message) {
		return message
	}
	return message[:n]
}

func trimLead(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

func afterLine(b []byte) []byte {
	_, rest, _ := bytes.Cut(b, []byte("\n"))
	return rest
}

// mailFields are header fields of which real mail has at least one among its first.
var mailFields = []string{"received", "return-path", "from", "to", "subject", "date", "message-id", "mime-version",
	"delivered-to", "content-type", "x-original-to", "envelope-to", "authentication-results", "dkim-signature",
	"sender", "reply-to", "x-failed-recipients", "auto-submitted", "status", "x-mozilla-status", "x-uidl",
	"arc-seal", "x-envelope-from", "cc", "content-transfer-encoding"}

// looksLikeHeader is whether text begins as the header of a mail does: with a field, and with one among the fields
// that mail has. Lines that are no fields are forgiven where the rest leaves no doubt.
func looksLikeHeader(text []byte) bool {
	known, broken := 0, 0
	for n := 0; len(text) > 0; n++ {
		line, rest, complete := bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			break
		}
		name, _, colon := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		switch {
		case n > 0 && (line[0] == ' ' || line[0] == '\t'):
		case n == 0 && bytes.HasPrefix(line, []byte(">From ")):
		case n > 0 && !complete: // the head ends within this line
		case colon && isMailField(name):
			known++
		case colon && isFieldName(name):
		case n == 0:
			return false
		default:
			broken++
		}
		text = rest
	}
	return known > 2*broken
}

// isFieldName follows RFC 5322 section 3.6.8.
func isFieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c >= 127 {
			return false
		}
	}
	return len(name) > 0 && len(name) < 80
}

func isMailField(name []byte) bool {
	for _, field := range mailFields {
		if len(field) == len(name) && bytes.EqualFold([]byte(field), name) {
			return true
		}
	}
	return false
}

// newReader is a buffered reader that can show a whole From_ line and the field after it.
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 256<<10) }
