package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ndrscope/parse"
)

// An mbox is messages behind each other, each after a line "From sender date". The kinds differ in what they do with
// a line of the body that begins so: mboxo writes ">From ", mboxrd one more ">" before any number of them, mboxcl
// writes ">From " and Content-Length, mboxcl2 only Content-Length. See RFC 4155 and qmail's mbox(5).

// readMbox reads any kind. What stands before the first From_ line is ignored if it is blank.
func readMbox(r io.Reader, path string, yield func(Message) error) error {
	m := &mboxReader{in: newReader(r)}
	for index := 1; ; index++ {
		raw, size, err := m.next()
		if raw == nil {
			return noEOF(err)
		}
		message := Message{Origin: parse.Origin{Path: path, Format: Mbox, Index: index}, Raw: raw}
		switch {
		case size > MaxMessage:
			message.Err = tooBig(size)
		case err != nil && err != io.EOF:
			message.Err = fmt.Errorf("cut short: %w", err)
		case err == io.EOF && !bytes.HasSuffix(raw, []byte("\n")):
			message.Err = errors.New("the mailbox ends within a line: its last message is cut short")
		}
		if err := yield(message); err != nil {
			return err
		}
		if err != nil {
			return noEOF(err)
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

type mboxReader struct {
	in      *bufio.Reader
	started bool
}

// next returns the next message without its From_ line and with quoted ones undone, and its true size. At the end, or
// when the stream breaks off, err says so beside the last message.
func (m *mboxReader) next() (raw []byte, size int64, err error) {
	if !m.started {
		if err := m.skipToFromLine(); err != nil {
			return nil, 0, err
		}
		m.started = true
	}
	if _, err := m.line(nil); err != nil { // the From_ line
		return []byte{}, 0, err
	}
	b := &body{raw: []byte{}}
	blank, inHeader := true, true
	for {
		if (blank || !inHeader) && m.atFromLine(blank) && !(b.lengthKnown && b.bodySize < b.length && m.fits(b.length-b.bodySize)) {
			break
		}
		start := len(b.raw)
		b.raw, err = m.line(b.raw)
		n := int64(len(b.raw) - start)
		line := b.raw[start:]
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
		b.size += n
		if inHeader {
			b.header(line)
			inHeader = !blank
		} else {
			b.bodySize += n
			b.raw = unquote(b.raw, start)
		}
		if len(b.raw) > MaxMessage {
			b.raw = b.raw[:MaxMessage]
		}
		if err != nil {
			break
		}
	}
	return trimSeparator(b.raw), b.size, err
}

// body is what is known of the message being read.
type body struct {
	raw         []byte
	size        int64
	bodySize    int64
	length      int64 // Content-Length
	lengthKnown bool
}

func (b *body) header(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	if !strings.EqualFold(string(name), "Content-Length") {
		return
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
	b.length, b.lengthKnown = n, err == nil && n >= 0
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

// atFromLine is whether the next line begins a message: a From_ line with a date after a blank line, or one with a
// header field below it; both, where no blank line stands before.
func (m *mboxReader) atFromLine(afterBlank bool) bool {
	if start, _ := m.in.Peek(5); string(start) != "From " {
		return false
	}
	ahead, _ := m.in.Peek(2048)
	if !isFromLine(ahead) {
		return false
	}
	line, rest, whole := bytes.Cut(ahead, []byte("\n"))
	header := beginsField(rest)
	if hasDate(line) {
		return header || afterBlank && (!whole || len(bytes.TrimSpace(rest)) == 0)
	}
	return afterBlank && header
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
	time, year := false, false
	for i := 5; i+4 < len(line); i++ {
		if !isDigit(line[i]) || isDigit(line[i-1]) {
			continue
		}
		switch {
		case isDigit(line[i+1]) && line[i+2] == ':' && isDigit(line[i+3]), line[i+1] == ':' && isDigit(line[i+2]):
			time = true
		case isDigit(line[i+1]) && isDigit(line[i+2]) && isDigit(line[i+3]):
			year = true
		}
	}
	return time && year
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// line appends the next line, with its end, to raw. Of a message beyond MaxMessage nothing more is kept, so a line
// without an end costs no memory either.
func (m *mboxReader) line(raw []byte) ([]byte, error) {
	for {
		part, err := m.in.ReadSlice('\n')
		raw = append(raw, part...)
		if err != bufio.ErrBufferFull {
			return raw, err
		}
		if len(raw) > MaxMessage {
			return raw, nil
		}
	}
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
