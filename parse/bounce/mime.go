package bounce

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds. What exceeds them is left out and reported; the rest is used.
const (
	maxHeader     = 1 << 20 // bytes of one header
	maxFields     = 2000    // fields of one header
	maxStatuses   = 200_000 // fields of delivery-status
	maxDepth      = 12      // multiparts within multiparts
	maxParts      = 1000    // parts of one message
	maxReturned   = 4 << 20 // bytes of a returned message that is decoded
	maxText       = 1 << 20 // bytes of human text that are read, decoded
	maxStatus     = 4 << 20 // bytes of delivery-status that are read, decoded
	maxRecipients = 20_000  // events of one message
	maxDiagnostic = 4096    // bytes of one diagnostic
)

// part is a body part that is no multipart. Its body is a slice of the raw message, still encoded.
type part struct {
	media
	head fields
	body []byte
}

// walker takes a message apart into its leaves, in order, without copying or decoding them.
//
// It reads what multipart readers that follow RFC 2046 strictly refuse: parts without an end, a boundary that is
// missing or wrong, headers with broken lines. A bounce that was cut off by a size limit is still a bounce.
type walker struct {
	parts    []part
	warnings []error
}

func (w *walker) warn(format string, args ...any) {
	if len(w.warnings) < 8 {
		w.warnings = append(w.warnings, fmt.Errorf(format, args...))
	}
}

// walk adds the leaves of an entity: a header that is parsed already, and the body.
func (w *walker) walk(head fields, body []byte, depth int) {
	if len(w.parts) >= maxParts {
		return
	}
	ctype := mediaOf(head.get("Content-Type"))
	kind := ctype.kind
	if strings.HasPrefix(kind, "multipart/") || (kind != "" && strings.HasPrefix(kind, "report/")) {
		if depth >= maxDepth {
			w.warn("multiparts are nested deeper than %d: the inner ones are left out", maxDepth)
			return
		}
		boundary := ctype.param("boundary")
		if w.split(body, boundary, depth) {
			return
		}
		if guess := guessBoundary(body, 200); guess != "" && guess != boundary && w.split(body, guess, depth) {
			return
		}
		kind = "text/plain"
	}
	if kind == "" {
		if guess := guessBoundary(body, 5); guess != "" && depth == 0 && w.split(body, guess, depth) {
			return // A gateway lost the Content-Type. The delimiter stands behind a short preamble, if any.
		}
		kind = "text/plain"
	}
	if strings.EqualFold(ctype.param("name"), "winmail.dat") {
		kind = "application/ms-tnef"
	}
	ctype.kind = kind
	w.parts = append(w.parts, part{media: ctype, head: head, body: body})
	if len(w.parts) == maxParts {
		w.warn("more than %d parts: the rest is left out", maxParts)
	}
}

// split walks the parts of a multipart; false when the boundary does not occur.
func (w *walker) split(body []byte, boundary string, depth int) bool {
	if boundary == "" {
		return false
	}
	delimiter := []byte("--" + boundary)
	start := -1
	for at := 0; ; {
		i := indexDelimiter(body, delimiter, at)
		if i < 0 {
			break
		}
		if start >= 0 {
			w.entity(body[start:i], depth)
		}
		line, next := lineAt(body, i)
		if bytes.HasPrefix(line[len(delimiter):], []byte("--")) {
			return true
		}
		start, at = next, next
		if len(w.parts) >= maxParts {
			return true
		}
	}
	if start >= 0 {
		w.entity(body[start:], depth)
	}
	return start >= 0
}

// indexDelimiter finds the delimiter at the start of a line, from at on.
func indexDelimiter(body, delimiter []byte, at int) int {
	for {
		i := bytes.Index(body[at:], delimiter)
		if i < 0 {
			return -1
		}
		i += at
		if i == 0 || body[i-1] == '\n' {
			rest := body[i+len(delimiter):]
			if len(rest) == 0 || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '-' || isBlank(rest[0]) {
				return i
			}
		}
		at = i + len(delimiter)
	}
}

func lineAt(b []byte, at int) (line []byte, next int) {
	if n := bytes.IndexByte(b[at:], '\n'); n >= 0 {
		return b[at : at+n], at + n + 1
	}
	return b[at:], len(b)
}

// entity walks one part: header, empty line, body.
func (w *walker) entity(b []byte, depth int) {
	head, body := w.header(b)
	w.walk(head, body, depth+1)
}

func (w *walker) header(b []byte) (fields, []byte) {
	head, body := cutHeader(b)
	if len(head) > maxHeader {
		w.warn("a header is larger than %d bytes: the rest of it is left out", maxHeader)
		head = head[:maxHeader]
	}
	f := parseFields(string(head), maxFields)
	if len(f) == maxFields {
		w.warn("a header has %d fields or more: the rest of it is left out", maxFields)
	}
	return f, body
}

// cutHeader splits at the first empty line. A first line that is no header field at all means that there is no header.
func cutHeader(b []byte) (head, body []byte) {
	if len(b) > 0 && (b[0] == '\n' || b[0] == '\r') {
		_, next := lineAt(b, 0)
		return nil, b[next:]
	}
	for at := 0; at < len(b); {
		line, next := lineAt(b, at)
		if len(line) == 0 || (len(line) == 1 && line[0] == '\r') {
			return b[:at], b[next:]
		}
		at = next
	}
	return b, nil
}

// guessBoundary finds the delimiter line of a multipart whose boundary parameter is missing or wrong: a line of "--"
// and text that is followed by a Content- field, within so many lines.
func guessBoundary(body []byte, within int) string {
	for at, lines := 0, 0; at < len(body) && lines < within; lines++ {
		line, next := lineAt(body, at)
		line = bytes.TrimRight(line, "\r \t")
		if len(line) > 4 && len(line) < 200 && bytes.HasPrefix(line, []byte("--")) && next < len(body) {
			following, _ := lineAt(body, next)
			if len(following) > 8 && strings.EqualFold(string(following[:8]), "content-") {
				return string(line[2:])
			}
		}
		at = next
	}
	return ""
}
