package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ndrscope/parse"
)

// An mbox is messages behind each other, each after a line "From sender date". The kinds differ in what they do with
// a line of the body that begins so: mboxo writes ">From ", mboxrd one more ">" before any number of them, mboxcl
// writes ">From " and Content-Length, mboxcl2 only Content-Length. See RFC 4155 and qmail's mbox(5).

// readMbox reads any kind. What stands before the first From_ line is ignored if it is blank.
func readMbox(r io.Reader, path, format string, yield func(Message) error) error {
	m := &mboxReader{in: newReader(r), mmdf: format == MMDF}
	for index := 1; ; index++ {
		raw, size, err := m.next()
		if raw == nil {
			return noEOF(err)
		}
		message := Message{Origin: parse.Origin{Path: path, Format: format, Index: index}, Raw: raw}
		switch {
		case size > MaxMessage:
			message.Err = tooBig(size, MaxMessage)
		case err != nil && err != io.EOF:
			message.Err = fmt.Errorf("cut short: %w", err)
		case err == io.EOF && cutShort(raw):
			message.Err = errors.New("the mailbox ends in the midst of this message; what there is was used")
		}
		if err := yield(message); err != nil {
			return err
		}
		if err != nil {
			return noEOF(err)
		}
	}
}

// cutShort is whether the last message of a mailbox ends in the midst of a line, or of a multipart body.
func cutShort(raw []byte) bool {
	if !bytes.HasSuffix(raw, []byte("\n")) && !bytes.HasSuffix(raw, []byte("--")) {
		return true
	}
	header, _, _ := bytes.Cut(raw, []byte("\n\n"))
	if end := bytes.Index(header, []byte("\n\r\n")); end >= 0 {
		header = header[:end]
	}
	boundary := boundaryParameter.FindSubmatch(header)
	return boundary != nil && !bytes.Contains(raw, slices.Concat([]byte("\n--"), boundary[1], []byte("--")))
}

// boundaryParameter finds the boundary of a multipart message in its header, RFC 2046 section 5.1.1.
var boundaryParameter = regexp.MustCompile(`(?is)^(?:.*\n)?Content-Type:\s*multipart/[^;\n]*;(?:[^\n]*|\n[ \t])*?boundary="?([^"\s;]+)`)

func noEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

type mboxReader struct {
	in      *bufio.Reader
	mmdf    bool
	started bool
	midLine bool // what comes next is the rest of an over-long line
}

// next returns the next message without its From_ line and with quoted ones undone, and its true size. At the end, or
// when the stream breaks off, err says so beside the last message.
func (m *mboxReader) next() (raw []byte, size int64, err error) {
	switch {
	case m.mmdf:
		if err := m.skipSeparators(); err != nil {
			return nil, 0, err
		}
	case !m.started:
		if err := m.skipToFromLine(); err != nil {
			return nil, 0, err
		}
		m.started = true
	}
	if m.atLine("From ") {
		if _, err := m.line(nil); err != nil {
			return []byte{}, 0, err
		}
	}
	b := &body{raw: make([]byte, 0, 8<<10), inHeader: true}
	for {
		if !m.midLine && m.atEnd(b) {
			break
		}
		start := len(b.raw)
		whole := !m.midLine
		b.raw, err = m.line(b.raw)
		b.add(start, whole && !m.midLine)
		if err != nil {
			break
		}
	}
	return trimSeparator(b.raw), b.size, err
}

// body is what is known of the message being read.
type body struct {
	raw      []byte // of which MaxMessage is kept
	size     int64  // of the message, in bytes read
	inHeader bool
	blank    bool // the last line was blank
	part     part // where in a MIME part the last line stood

	bodySize    int64 // bytes read since the header
	length      int64 // Content-Length
	lengthKnown bool
}

// part is the state of a look at the headers of MIME parts.
type part int

const (
	content    part = iota
	boundary        // a line that may be one
	partHeader      // between a boundary and a blank line
	partBegin       // behind that blank line
)

// add takes in the line that was appended at start; one that is not whole is content whatever it looks like.
func (b *body) add(start int, whole bool) {
	line := b.raw[start:]
	b.size += int64(len(line))
	b.blank = whole && (string(line) == "\n" || string(line) == "\r\n" || len(line) == 0)
	switch {
	case b.inHeader:
		b.header(line)
		b.inHeader = !b.blank
	case whole:
		b.bodySize += int64(len(line))
		b.part = b.part.after(line, b.blank)
		b.raw = unquote(b.raw, start)
	default:
		b.bodySize += int64(len(line))
	}
	if len(b.raw) > MaxMessage {
		b.raw = b.raw[:MaxMessage]
	}
}

func (p part) after(line []byte, blank bool) part {
	switch {
	case len(line) == 0:
	case line[0] == '-' && bytes.HasPrefix(line, []byte("--")) && !bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte("--")):
		return boundary
	case p == boundary && hasPrefixFold(line, "content-"): // else it was a line of dashes
		return partHeader
	case p == partHeader && blank:
		return partBegin
	case p == partHeader && (line[0] == ' ' || line[0] == '\t' || beginsField(line)):
		return partHeader
	}
	return content
}

func hasPrefixFold(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && strings.EqualFold(string(line[:len(prefix)]), prefix)
}

func (b *body) header(line []byte) {
	if len(line) == 0 || line[0]|0x20 != 'c' {
		return
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	if !strings.EqualFold(string(name), "Content-Length") {
		return
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
	b.length, b.lengthKnown = n, err == nil && n >= 0
}

// within is whether Content-Length says that the message goes on, and can be believed.
func (m *mboxReader) within(b *body) bool {
	return b.lengthKnown && b.bodySize < b.length && m.fits(b.length-b.bodySize)
}

// fits is whether a From_ line, or the end, stands n bytes on: only then is Content-Length believed over a From_ line
// found on the way. It looks no further than the buffer reaches: a lie costs no more than that.
func (m *mboxReader) fits(n int64) bool {
	if n > int64(m.in.Size())-512 {
		return false
	}
	ahead, err := m.in.Peek(int(n) + 256)
	if int64(len(ahead)) < n {
		return false
	}
	after := bytes.TrimLeft(ahead[n:], "\r\n")
	return isFromLine(after) || len(after) == 0 && err == io.EOF
}

// skipToFromLine passes over blank lines and a byte order mark.
func (m *mboxReader) skipToFromLine() error {
	for {
		c, err := m.in.ReadByte()
		if err != nil {
			return err
		}
		if c == 'F' {
			return m.in.UnreadByte()
		}
	}
}

// atEnd is whether the message that is read has come to its end.
func (m *mboxReader) atEnd(b *body) bool {
	if m.mmdf {
		return m.atLine(mmdfSeparator)
	}
	return m.atFromLine(b) && !m.within(b)
}

// atLine is whether the next line begins with a text.
func (m *mboxReader) atLine(text string) bool {
	start, _ := m.in.Peek(len(text))
	return string(start) == text
}

// atFromLine is whether the next line begins a message: a From_ line with a date and with a header field below it; or
// one that lacks either, after a blank line; or, there, one that looks as programs write it, whatever is below it. The
// first line of a MIME part never does: it is of a returned message.
func (m *mboxReader) atFromLine(b *body) bool {
	if !m.atLine("From ") || b.part == partBegin {
		return false
	}
	ahead, _ := m.in.Peek(2048)
	line, rest, _ := bytes.Cut(ahead, []byte("\n"))
	header := beginsField(rest)
	if !b.blank {
		return header && hasDate(line) && !b.inHeader
	}
	below, _, _ := bytes.Cut(rest, []byte("\n"))
	return header || hasDate(line) && len(bytes.TrimSpace(below)) == 0 || postmarked(line)
}

// beginsField is whether text begins with a header field.
func beginsField(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte(">From "))
	line, _, _ := bytes.Cut(text, []byte("\n"))
	name, _, colon := bytes.Cut(line, []byte(":"))
	return colon && isFieldName(bytes.TrimRight(name, " \t"))
}

func isFromLine(b []byte) bool { return bytes.HasPrefix(b, []byte("From ")) }

// hasDate is whether a From_ line holds a time of day and a year, wherever: the forms of the date are many.
func hasDate(line []byte) bool {
	clock, year := false, false
	for i := 5; i < len(line); {
		n := 0
		for i+n < len(line) && isDigit(line[i+n]) {
			n++
		}
		switch {
		case n == 4:
			year = true
		case (n == 1 || n == 2) && i+n+1 < len(line) && line[i+n] == ':' && isDigit(line[i+n+1]):
			clock = true
		}
		i += n + 1
	}
	return clock && year
}

// postmarked is whether text begins with a From_ line as programs write it, with the day of the week besides: an mbox
// even where the first message is broken.
func postmarked(text []byte) bool {
	line, _, _ := bytes.Cut(text[:min(len(text), 2048)], []byte("\n"))
	return hasDate(line) && weekday.Match(line)
}

var weekday = regexp.MustCompile(` (Mon|Tue|Wed|Thu|Fri|Sat|Sun),? `)

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// line appends the next line, with its end, to raw. Of a line without an end, or one that is longer than any message
// needs, it appends a piece.
func (m *mboxReader) line(raw []byte) ([]byte, error) {
	part, err := m.in.ReadSlice('\n')
	m.midLine = err == bufio.ErrBufferFull
	if m.midLine {
		err = nil
	}
	if cap(raw)-len(raw) < len(part) {
		raw = slices.Grow(raw, max(len(raw), len(part))) // append grows a large slice in many small steps
	}
	return append(raw, part...), err
}

// unquote takes one ">" off a line that begins with ">From ", ">>From " and so on.
func unquote(raw []byte, start int) []byte {
	line := raw[start:]
	if len(line) == 0 || line[0] != '>' || !isFromLine(bytes.TrimLeft(line, ">")) {
		return raw
	}
	return append(raw[:start], line[1:]...)
}

// trimSeparator takes off the blank line that stands before the next From_ line.
func trimSeparator(raw []byte) []byte {
	if bytes.HasSuffix(raw, []byte("\r\n\r\n")) {
		return raw[:len(raw)-2]
	}
	if bytes.HasSuffix(raw, []byte("\n\n")) {
		return raw[:len(raw)-1]
	}
	return raw
}
