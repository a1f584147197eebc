package report

import (
	"fmt"
	"strings"
	"unicode"
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
	space := false
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
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x80 && unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r != '\u3000' || unicode.Is(unicode.Bidi_Control, r):
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
	if columns(s) <= width {
		return s
	}
	for i := range s {
		if i > 0 && columns(s[i:]) < width {
			return "…" + s[i:]
		}
	}
	return "…"
}

// wrap breaks text into lines of at most width columns, at spaces where there are any.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for columns(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			head := widths.TruncateString(word, width, "")
			if head == "" {
				break
			}
			lines, word = append(lines, head), word[len(head):]
		}
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}
