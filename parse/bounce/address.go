package bounce

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// addressesIn returns the mail addresses in text, in order, each as written; at most limit.
//
// An address is a local part, quoted or not, "@" and a domain of at least two labels. Host names, IP addresses and
// Message-IDs in "<>" with an IP address for domain are none.
func addressesIn(text string, limit int) []string {
	var out []string
	for at := 0; len(out) < limit; {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 {
			break
		}
		i += at
		start, end, ok := addressAround(text, i, at)
		if ok {
			out = append(out, text[start:end])
		}
		at = max(end, i+1)
	}
	return out
}

// firstAddress returns the first address in text, or "". An address in angle brackets comes before all others.
func firstAddress(text string) string {
	if i := strings.LastIndexByte(text, '<'); i >= 0 {
		if a := addressesIn(text[i:], 1); len(a) > 0 {
			return a[0]
		}
	}
	if a := addressesIn(text, 1); len(a) > 0 {
		return a[0]
	}
	return ""
}

// addressAround finds the ends of the address whose "@" is at i; nothing before floor is looked at.
func addressAround(text string, i, floor int) (start, end int, ok bool) {
	end = i + 1
	for end < len(text) && isDomainByte(text[end]) {
		end++
	}
	for end > i+1 && strings.IndexByte(".-_", text[end-1]) >= 0 {
		end--
	}
	end = i + 1 + len(asciiDomain(text[i+1:end]))
	domain := text[i+1 : end]
	floor = max(floor, i-320) // RFC 5321 section 4.5.3.1 allows 64 octets; some senders' encoded addresses are longer.
	start = i
	if i > floor && text[i-1] == '"' {
		j := strings.LastIndexByte(text[floor:i-1], '"')
		if j < 0 || strings.IndexByte(text[floor+j:i], '\n') >= 0 {
			return start, end, false
		}
		return floor + j, end, isDomain(domain)
	}
	for start > floor && isLocalByte(text[start-1]) {
		start--
	}
	start = asciiTail(text, start, i)
	if start >= 1 && text[start-1] == ':' && strings.HasPrefix(text[start:i], "//") || hasPrefixFold(text[start:i], "www.") && strings.IndexByte(text[start:i], '/') > 0 {
		return start, end, false // "https://example.net/?u=a@b.example" is a link.
	}
	for start < i && (text[start] == '.' || text[start] == '\'' || text[start] == '/' || text[start] == '*') {
		start++
	}
	if start == i || !isDomain(domain) {
		return start, end, false
	}
	if k := strings.LastIndexByte(text[start:i], '='); k >= 0 && isAddressKey(text[start:start+k]) {
		start += k + 1
	}
	return start, end, start < i
}

// asciiDomain cuts a domain where words of a language that writes no blanks follow it directly. A domain in U-labels
// (RFC 5890) has its letters within a label, not behind a complete name.
func asciiDomain(domain string) string {
	for n := 0; n < len(domain); n++ {
		if domain[n] >= utf8.RuneSelf {
			if name := strings.TrimRight(domain[:n], ".-_"); name == domain[:n] && isDomain(name) {
				return name
			}
			return domain
		}
	}
	return domain
}

// isAddressKey sees "to=" and its like before an address, so that "to=a@b.example" is no local part "to=a".
func isAddressKey(s string) bool {
	switch strings.ToLower(s) {
	case "to", "rcpt", "recipient", "user", "address", "email", "orig_to", "smtp":
		return true
	}
	return false
}

// asciiTail keeps a UTF-8 local part (RFC 6531) only where a delimiter stands before it: in running text of languages
// that write no blanks, an address follows a word directly.
func asciiTail(text string, start, i int) int {
	if isASCII(text[start:i]) {
		return start
	}
	if start > 0 && strings.IndexByte("<\"'; \t\n(", text[start-1]) >= 0 && !strings.ContainsAny(text[start:i], "、。：；「」（）＜＞・！？【】") {
		return start
	}
	for j := i; j > start; {
		r, n := utf8.DecodeLastRuneInString(text[start:j])
		if r >= utf8.RuneSelf {
			return j
		}
		j -= n
	}
	return start
}

func isLocalByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c >= utf8.RuneSelf:
		return true
	}
	return strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

func isDomainByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c >= utf8.RuneSelf:
		return true
	}
	return false
}

// isDomain asks for two labels and a top one that is no number.
func isDomain(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i == len(s)-1 || strings.Contains(s, "..") || s[0] == '.' || s[0] == '-' {
		return false
	}
	return !isDigits(s[i+1:]) && len(s) <= 255
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// cleanAddress takes off what reports put around an address: a type ("rfc822;"), angle brackets, quotes, a comment.
// Where no mail address can be found, the bare name is kept: a local user such as "root" is a recipient too.
func cleanAddress(s string) string {
	if kind, rest, ok := strings.Cut(s, ";"); ok && !strings.ContainsAny(kind, "@<\"") {
		s = rest
	}
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '@'); i >= 0 {
		// A value that is one address and nothing else may begin with any letter (RFC 6531), unlike one in running text.
		if start, end, ok := addressAround("<"+s, i+1, 0); ok && start == 1 && end == len(s)+1 {
			return s
		}
		if a := firstAddress(s); a != "" {
			return a
		}
	}
	s, _, _ = strings.Cut(s, " ")
	return strings.Trim(s, "<>\"'(),;: \t")
}

// domainOf returns the domain of an address: lower case, A-labels (RFC 5890), no trailing dot; "" for none.
func domainOf(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return cleanHost(address[i+1:])
}

// localPart is what stands before the "@" of an address.
func localPart(address string) string { return address[:max(strings.LastIndexByte(address, '@'), 0)] }

// cleanHost is a host name in lower case and A-labels, no trailing dot.
func cleanHost(name string) string {
	name = strings.ToLower(strings.Trim(name, ". \t<>"))
	if !isASCII(name) {
		if a, err := idna.Lookup.ToASCII(name); err == nil {
			return a
		}
	}
	return name
}

// cleanIP returns an IP address in its canonical form, or "".
func cleanIP(s string) string {
	s = strings.TrimPrefix(strings.ToLower(strings.Trim(s, "[]() ")), "ipv6:")
	if a, err := netip.ParseAddr(s); err == nil && !a.IsUnspecified() {
		return a.Unmap().WithZone("").String()
	}
	return ""
}
