package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Printable makes text from strangers safe for a terminal: control characters, escape sequences, marks that change
// the direction of writing, invisible characters and invalid UTF-8 are shown as escapes, runs of white space as one
// space.
func Printable(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = ' ' <= s[i] && s[i] < 0x7f && !(s[i] == ' ' && (i == 0 || s[i-1] == ' ' || i == len(s)-1))
	}
	if clean {
		return s
	}
	var b strings.Builder
	space, marks := false, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			space = b.Len() > 0
			i += size
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x80 && unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) || marks > maxMarks:
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// maxMarks is how many combining marks may follow each other: no script needs more, and heaps of them paint over the
// neighbouring lines.
const maxMarks = 4

// widths measures text in terminal columns: East Asian wide characters take two, ambiguous ones one, whatever the
// locale, so that the same input gives the same table everywhere.
var widths = displaywidth.Options{}

func columns(s string) int { return widths.String(s) }

// cut shortens text to a number of columns; an ellipsis says so.
func cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	return strings.TrimRight(widths.TruncateString(s, width-1, ""), " ") + "…"
}

// cutHead shortens a name at its front, since the end of a host name tells more.
func cutHead(s string, width int) string {
	left := columns(s)
	if left <= width {
		return s
	}
	at := 0
	for g := widths.StringGraphemes(s); left >= width && g.Next(); {
		left -= g.Width()
		at += len(g.Value())
	}
	return "…" + s[at:]
}

// wrap breaks text into lines of at most width columns, at spaces where there are any.
func wrap(s string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(s) {
		for _, part := range chop(word, width) {
			n := columns(part)
			switch {
			case used == 0:
				line, used = part, n
			case used+1+n <= width:
				line, used = line+" "+part, used+1+n
			default:
				lines = append(lines, line)
				line, used = part, n
			}
		}
	}
	return append(lines, line)
}

// chop cuts a word that is too long for one line into parts that each fill one, and a rest.
func chop(word string, width int) []string {
	if len(word) <= width || columns(word) <= width {
		return []string{word}
	}
	var parts []string
	from, at, used := 0, 0, 0
	for g := widths.StringGraphemes(word); g.Next(); {
		if used+g.Width() > width && used > 0 {
			parts = append(parts, word[from:at])
			from, used = at, 0
		}
		used += g.Width()
		at += len(g.Value())
	}
	return append(parts, word[from:])
}

// jsonWriter escapes, in JSON that passes through it, the characters that Printable does not let through: the values
// are the same, and a terminal that shows them is safe. What is written is whole JSON texts.
type jsonWriter struct{ w io.Writer }

// NewJSONEncoder encodes values as lines of JSON that are safe to show on a terminal.
func NewJSONEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(jsonWriter{w})
	enc.SetEscapeHTML(false)
	return enc
}

func (j jsonWriter) Write(text []byte) (int, error) {
	suspect := func(r rune) bool { return r >= 0x7f && !unicode.IsPrint(r) }
	if bytes.IndexFunc(text, suspect) < 0 {
		return j.w.Write(text)
	}
	safe := make([]byte, 0, len(text)+64)
	for _, r := range string(text) {
		if !suspect(r) {
			safe = utf8.AppendRune(safe, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			safe = fmt.Appendf(safe, `\u%04x`, unit)
		}
	}
	if _, err := j.w.Write(safe); err != nil {
		return 0, err
	}
	return len(text), nil
}
