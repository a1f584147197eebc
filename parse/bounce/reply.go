package bounce

import "strings"

// reply is what an SMTP server answered, as found in text.
type reply struct {
	code   string // three digits, RFC 5321 section 4.2
	status string // enhanced status code, RFC 3463
}

// findReply finds the SMTP reply code and the enhanced status code in text such as "550 5.1.1 <a@b> unknown",
// "550-5.7.1 [192.0.2.1] blocked", "SMTP; 452 full (#4.2.2)" or "status=5.7.1". A code that stands directly before a
// status counts most, then one at the start of a line or behind "said:", then any other that is followed by a word.
func findReply(text string) reply {
	var best reply
	bestRank, bestAt := 0, 0
	for i := 0; i+3 <= len(text); i++ {
		c := text[i]
		if c < '2' || c > '5' || !startsNumber(text, i) {
			continue
		}
		if n := statusLen(text[i:]); n > 0 {
			if best.status == "" || worthMore(text[i:i+n], best.status) {
				best.status = text[i : i+n]
			}
			i += n - 1
			continue
		}
		rank := codeRank(text, i)
		if c == '2' && rank > 1 {
			rank = 1 // Of a transcript, the refusal counts.
		}
		if rank > bestRank {
			best.code, bestRank, bestAt = text[i:i+3], rank, i
		}
	}
	if best.code != "" && best.status != "" && best.code[0] != best.status[0] && bestRank < 4 && (bestRank < 3 || statusLen(strings.TrimLeft(text[bestAt+3:], " -#")) == 0) {
		// "This is a permanent error. 250 messages ..." beside 5.x.y: the two cannot be one reply; "550 4.4.7" and
		// "421 5.7.32" are, whatever the RFC says.
		best.code = ""
	}
	return best
}

// worthMore prefers a status with a detail to a bare class, 5.1.1 to 5.0.0, the last temporary error to the
// statement that time ran out on it, and a refusal to what was accepted before.
func worthMore(a, b string) bool {
	return strings.HasSuffix(b, ".0.0") && !strings.HasSuffix(a, ".0.0") || isExpiry(b) && a[0] == '4' || b[0] == '2' && a[0] != '2'
}

// startsNumber is whether a number may begin at i: not within a word, a version, an IP address or a longer number.
func startsNumber(text string, i int) bool {
	if i == 0 {
		return true
	}
	switch c := text[i-1]; {
	case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '@', c == '$', c == '/', c == '%':
		return false
	case c == '-' && i >= 4 && isDigits(text[i-4:i-1]) && statusLen(text[i:]) > 0:
		return i == 4 || text[i-5] < '0' || text[i-5] > '9' // "550-5.7.1"
	case c == '.' || c == '-' || c == '+':
		// A dot or dash within a token is a part of it; after a blank it is decoration.
		return i >= 2 && (text[i-2] == ' ' || text[i-2] == c)
	case c == ':' || c == ',':
		// 10:550 is a time, 1,550 a number.
		return i < 2 || text[i-2] < '0' || text[i-2] > '9'
	}
	return true
}

// statusLen returns the length of the enhanced status code that s begins with, or 0: class 2, 4 or 5, a subject of
// one digit that RFC 3463 knows, and a detail of one to three digits.
func statusLen(s string) int {
	if len(s) < 5 || (s[0] != '2' && s[0] != '4' && s[0] != '5') || s[1] != '.' || s[2] < '0' || s[2] > '7' || s[3] != '.' {
		return 0
	}
	n := 4
	for n < len(s) && n < 8 && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	if n == 4 || n == 8 {
		return 0
	}
	if n < len(s) {
		c := s[n]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '@' {
			return 0
		}
		if (c == '.' || c == '-') && n+1 < len(s) && '0' <= s[n+1] && s[n+1] <= '9' {
			return 0
		}
	}
	return n
}

// codeRank says how sure it is that the three digits at i are a reply code; 0 when they are not.
func codeRank(text string, i int) int {
	if text[i] == '3' || text[i+1] < '0' || text[i+1] > '7' || text[i+2] < '0' || text[i+2] > '9' {
		return 0
	}
	rest := text[i+3:]
	if rest == "" {
		return rankBefore(text, i)
	}
	switch c := rest[0]; {
	case c == ' ' || c == '-' || c == '\t':
		after := strings.TrimLeft(rest[1:], " (<[#")
		if statusLen(after) > 0 && after[0] == text[i] {
			return 4
		}
		if c == '-' && (after == "" || '0' <= after[0] && after[0] <= '9') {
			return 0
		}
		return rankBefore(text, i)
	case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == '@', c == '%', c == '/':
		return 0
	case c == '.' || c == ',':
		if len(rest) > 1 && rest[1] > ' ' {
			return 0
		}
	}
	return rankBefore(text, i)
}

// rankBefore judges a number by what stands before it.
func rankBefore(text string, i int) int {
	if text[i] != '4' && text[i] != '5' {
		if i == 0 || text[i-1] == '\n' {
			return 2
		}
		return 0
	}
	before := strings.TrimRight(text[:i], " \t\"'([<")
	if before == "" || before[len(before)-1] == '\n' {
		return 3
	}
	switch before[len(before)-1] {
	case ':', ';', '>':
		return 3
	case '#', '=':
		return 2
	}
	if i := len(before) - 12; i > 0 {
		before = before[i:]
	}
	for _, word := range []string{"error", "code", "said", "reply", "reason", "response", "smtp", "returned", "status"} {
		if containsFold(before, word) {
			return 3
		}
	}
	if isCounted(text[i+3:]) || !plausible(text[i:i+3]) {
		return 0
	}
	return 1
}

// isStatus is whether s is an enhanced status code and nothing else.
func isStatus(s string) bool { return s != "" && statusLen(s) == len(s) }

// plausible is whether three digits in the midst of prose are a code that SMTP servers send (RFC 5321 section 4.2.3,
// and what is seen besides), rather than a number of something.
func plausible(code string) bool {
	switch code[:2] {
	case "42", "43", "44", "45", "47", "50", "51", "52", "53", "54", "55", "57":
		return code != "420" && code != "430" && code != "500"
	}
	return false
}

// isCounted is whether a number is followed by what it counts.
func isCounted(rest string) bool {
	word := lower(strings.Trim(firstWord(rest), ".,;:()"))
	switch word {
	case "kb", "mb", "gb", "k", "m", "kib", "mib", "bytes", "byte", "messages", "message", "mails", "emails", "e-mails", "recipients", "seconds",
		"second", "minutes", "hours", "days", "users", "times", "items", "connections", "lines", "characters", "pieces", "percent", "sec", "secs",
		"and", "or", "of":
		return true
	}
	return word == "" || word[0] >= '0' && word[0] <= '9'
}
