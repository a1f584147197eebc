package classify

import (
	"net/netip"
	"strings"
)

// units are what a reply counts waiting in; single letters count only behind a word such as "after".
var units = []string{"second", "sec", "minute", "min", "hour", "day", "minuten", "sekunden", "stunde", "heure", "minuto",
	"segundo", "ora", "hora", "minuut", "uur", "минут", "час", "分", "時間", "秒", "小时", "s", "m", "h"}

// window is the time to wait that a reply tells, as it tells it: "15 minutes", "00:04:59". It is empty if it tells none.
func window(text string) string {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i > 0 && (isWord(text[i-1]) || text[i-1] == '.' || text[i-1] == ':') {
			continue
		}
		start := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		if n := clockLen(text[start:]); n > 0 && waits(text[:start]) {
			return text[start : start+n]
		}
		k := i
		for k < len(text) && text[k] == ' ' && k-i < 2 {
			k++
		}
		for _, unit := range units {
			if i-start > 6 || len(text)-k < len(unit) || !strings.EqualFold(text[k:k+len(unit)], unit) {
				continue
			}
			end := k + len(unit)
			if len(unit) == 1 && (end < len(text) && isWord(text[end]) || !waits(text[:start])) {
				continue
			}
			for end < len(text) && isWord(text[end]) {
				end++
			}
			return text[start:end]
		}
	}
	return ""
}

// clockLen is the length of the hours, minutes and seconds that s begins with, as milter-greylist tells what is left
// to wait ("00:04:59"); 0 if it does not.
func clockLen(s string) int {
	const form = "00:00:00"
	if len(s) < len(form) || len(s) > len(form) && (isWord(s[len(form)]) || s[len(form)] == ':') {
		return 0
	}
	for i := range len(form) {
		if form[i] == ':' && s[i] != ':' || form[i] != ':' && !isDigit(s[i]) {
			return 0
		}
	}
	return len(form)
}

// waits says whether a text ends in a word after which the time to wait comes: that a clock's time is none.
func waits(text string) bool {
	text = strings.TrimRight(text, " ")
	for _, word := range []string{"in", "for", "after", "within", "wait"} {
		if n := len(text) - len(word); n >= 0 && strings.EqualFold(text[n:], word) && (n == 0 || !isWord(text[n-1])) {
			return true
		}
	}
	return false
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
