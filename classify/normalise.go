package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds how much of a reply is read, in bytes of its normalised form.
const maxText = 4096

// appendNormal appends to dst the form of text in which phrases are looked for: lower case, accents off, one space
// for any run of white space, no quotation marks or angle brackets, "@" for a mail address, "0.0.0.0" for an IP
// address. The reply code and status of the reply, which a multi-line reply repeats in its midst, are left out.
func appendNormal(dst []byte, text, code, status string) []byte {
	space, wide := false, false // a space is due; the last rune was East Asian
	put := func(s string) {
		if space && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		space, wide = false, false
		dst = append(dst, s...)
	}
	for i := 0; i < len(text) && len(dst) < maxText; {
		c := text[i]
		tokenStart := space || len(dst) == 0
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			space = true
			i++
		case c < 0x20 || c == '"' || c == '<' || c == '>' || c == 0x7f:
			i++
		case c == '@':
			if !space {
				dst = dst[:addressStart(dst)]
			}
			put("@")
			for i++; i < len(text) && (isWord(text[i]) || text[i] == '.' || text[i] == '-' || text[i] == '_'); i++ {
			}
		case tokenStart && isDigit(c):
			if n := codeLen(text[i:], code, status); n > 0 {
				i += n
				space = true
				continue
			}
			fallthrough
		case isDigit(c) && (len(dst) == 0 || space || !isWord(dst[len(dst)-1])):
			if n := ipv4Len(text[i:]); n > 0 {
				put("0.0.0.0")
				i += n
				continue
			}
			put(text[i : i+1])
			i++
		case 'A' <= c && c <= 'Z':
			if space && len(dst) > 0 {
				dst = append(dst, ' ')
			}
			space, wide = false, false
			dst = append(dst, c+'a'-'A')
			i++
		case c < utf8.RuneSelf:
			put(text[i : i+1])
			i++
		default:
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && n == 1 {
				r = rune(c) // not UTF-8: Latin-1 is the likeliest
			}
			i += n
			switch folded := foldRune(r); {
			case folded == " ":
				space = true
			case folded == "":
				// quotation marks and the like
			case folded != "?":
				put(folded)
			default:
				isWide := r >= 0x3000
				if space && len(dst) > 0 && !(wide && isWide) {
					dst = append(dst, ' ')
				}
				space, wide = false, isWide
				if 0xff01 <= r && r <= 0xff5e {
					r -= 0xff01 - '!' // full-width ASCII
				}
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
		}
	}
	return dst
}

// addressStart is where the local part that dst ends with begins.
func addressStart(dst []byte) int {
	i := len(dst)
	for i > 0 && !strings.ContainsRune(" ()[],;:'", rune(dst[i-1])) {
		i--
	}
	return i
}

// codeLen is the length of the repeated reply code and status that s begins with, 0 if it does not.
func codeLen(s, code, status string) int {
	n := 0
	if code != "" && strings.HasPrefix(s, code) && replyLen(s) == 3 {
		n = 3
		for n < len(s) && (s[n] == '-' || s[n] == ' ') {
			n++
		}
	}
	if k := statusLen(s[n:]); k > 0 && (n > 0 || s[n:n+k] == status) {
		return n + k
	}
	return n
}

// ipv4Len is the length of the dotted quad that s begins with, 0 if it does not.
func ipv4Len(s string) int {
	i := 0
	for part := 0; part < 4; part++ {
		if part > 0 {
			if i >= len(s) || s[i] != '.' {
				return 0
			}
			i++
		}
		start := i
		for i < len(s) && i-start < 3 && isDigit(s[i]) {
			i++
		}
		if i == start {
			return 0
		}
	}
	if i < len(s) && isWord(s[i]) {
		return 0
	}
	return i
}

// foldRune is what a rune outside of ASCII becomes; "?" where it only loses its case.
func foldRune(r rune) string {
	switch r {
	case 0xa0, 0x2002, 0x2003, 0x2009, 0x202f, 0x3000:
		return " "
	case '‘', '’', '´', '‚':
		return "'"
	case '“', '”', '„', '«', '»', 0xad, 0x200b, 0x200e, 0x200f, 0xfeff:
		return ""
	case '–', '—', '‐', '‑':
		return "-"
	case '…':
		return "..."
	}
	if r < 0xc0 || r > 0x17f {
		return "?"
	}
	const size = 2 // of an entry of latin
	k := int(r-0xc0) * size
	return strings.TrimRight(latin[k:k+size], " ")
}

// latin has the ASCII of U+00C0 to U+017F, two bytes each.
const latin = "a a a a a a aec e e e e i i i i d n o o o o o x o u u u u y thss" +
	"a a a a a a aec e e e e i i i i d n o o o o o / o u u u u y thy " +
	"a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g " +
	"g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l " +
	"l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s " +
	"s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s "

// insideHostName says whether text[start:end] is a part of a host's name: "mx1.spam-filter.example.org" is not about
// spam. Names that are a part of a link are not meant.
func insideHostName(text []byte, start, end int) bool {
	const longestTop = 8 // letters of a top-level domain; longer last labels are codes such as RESOLVER.ADR.RecipNotFound
	for _, c := range text[start:end] {
		if !isHostByte(c) || c == '.' {
			return false
		}
	}
	for start > 0 && isHostByte(text[start-1]) {
		start--
	}
	dot := -1
	for i := start; i < len(text) && isHostByte(text[i]); i++ {
		if text[i] == '.' && i+1 < len(text) && isWord(text[i+1]) {
			dot = i
		}
		end = i + 1
	}
	if dot < 0 || end < len(text) && text[end] == '/' || start > 0 && (text[start-1] == '/' || text[start-1] == '=') {
		return false
	}
	top := text[dot+1 : end]
	for len(top) > 0 && (top[len(top)-1] == '.' || top[len(top)-1] == '-') {
		top = top[:len(top)-1]
	}
	if len(top) < 2 || len(top) > longestTop {
		return false
	}
	for _, c := range top {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

func isHostByte(c byte) bool { return isWord(c) || c == '.' || c == '-' || c == '_' }

// normal is the normal form of a phrase of a rule.
func normal(phrase string) string { return string(appendNormal(nil, phrase, "", "")) }
