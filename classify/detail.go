package classify

import (
	"net/netip"
	"strings"
)

// units are what a reply counts waiting in.
var units = []string{"second", "sec", "minute", "min", "hour", "day", "minuten", "sekunden", "stunde", "heure", "minuto", "segundo"}

// window is the time to wait that a reply tells, as it tells it: "15 minutes". It is empty if it tells none.
func window(text string) string {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i > 0 && (isWord(text[i-1]) || text[i-1] == '.') {
			continue
		}
		start := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		k := i
		for k < len(text) && text[k] == ' ' && k-i < 2 {
			k++
		}
		for _, unit := range units {
			if i-start <= 6 && len(text)-k >= len(unit) && strings.EqualFold(text[k:k+len(unit)], unit) {
				for k < len(text) && isWord(text[k]) {
					k++
				}
				return text[start:k]
			}
		}
	}
	return ""
}

// QuotedAddr is the first IP address in a reply: as a rule ours, as the other side saw it. Loopback, unspecified and
// private addresses are passed over.
func QuotedAddr(text string) (netip.Addr, bool) {
	for i := 0; i < len(text); i++ {
		if !isHex(text[i]) && text[i] != ':' || i > 0 && (isWord(text[i-1]) || text[i-1] == '.' || text[i-1] == ':') {
			continue
		}
		k := i
		for k < len(text) && (isHex(text[k]) || text[k] == '.' || text[k] == ':') {
			k++
		}
		word := strings.TrimRight(text[i:k], ".:")
		if k > i+2 && text[k-1] == ':' && text[k-2] == ':' {
			word = text[i:k]
		}
		i = k
		if !strings.Contains(word, ".") && strings.Count(word, ":") < 2 {
			continue
		}
		addr, err := netip.ParseAddr(word)
		if err == nil && addr.IsGlobalUnicast() && !addr.IsPrivate() {
			return addr.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
