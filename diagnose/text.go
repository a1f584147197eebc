package diagnose

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape writes what does not print as escapes, and cuts what is too long.
func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if b.Len() > maxText {
			b.WriteString("...")
			break
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return strings.TrimSpace(b.String())
}
