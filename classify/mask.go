package classify

import (
	"net/netip"
	"strings"
)

// Mask makes replies of one wording alike: addresses, hosts, IP addresses, numbers and ids become "<address>",
// "<host>", "<ip>", "#" and "<id>". What the wording is remains readable, and nobody's address remains in it.
func Mask(text string) string {
	var b strings.Builder
	for i, word := range strings.Fields(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		maskWord(&b, word)
	}
	return b.String()
}

// maskWord masks the parts of a word between punctuation marks.
func maskWord(b *strings.Builder, word string) {
	const marks = "<>()[]{}\"'`,;=|/?&!*"
	for word != "" {
		n := strings.IndexAny(word, marks)
		if n == 0 {
			b.WriteByte(word[0])
			word = word[1:]
			continue
		}
		if n < 0 {
			n = len(word)
		}
		core := strings.TrimRight(word[:n], ".:")
		b.WriteString(maskPart(core))
		b.WriteString(word[len(core):n])
		word = word[n:]
	}
}

func maskPart(s string) string {
	digits, letters := 0, 0
	for i := 0; i < len(s); i++ {
		switch {
		case isDigit(s[i]):
			digits++
		case isWord(s[i]):
			letters++
		}
	}
	switch {
	case strings.Contains(s, "@"):
		return "<address>"
	case isIP(s):
		return "<ip>"
	case digits == 3 && len(s) == 3 || statusLen(s) == len(s) && s != "":
		return s // reply and status codes are part of the wording
	case isHostName(s):
		return "<host>"
	case digits > 0 && letters > 0 && len(s) >= 6, len(s) > 24 && strings.Trim(s, "0123456789abcdefABCDEF-") == "":
		return "<id>"
	case digits > 0:
		return maskDigits(s)
	}
	return s
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// isHostName says whether s looks like the name of a host: labels joined by dots, the last of letters.
func isHostName(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 || len(s)-dot < 3 || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isWord(s[i]) && s[i] != '.' && s[i] != '-' && s[i] != '_' || i > dot && isDigit(s[i]) {
			return false
		}
	}
	return s[dot+1:] == strings.ToLower(s[dot+1:])
}

// maskDigits replaces each run of digits by "#".
func maskDigits(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			b.WriteByte(s[i])
		} else if i == 0 || !isDigit(s[i-1]) {
			b.WriteByte('#')
		}
	}
	return b.String()
}
