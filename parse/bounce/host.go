package bounce

import (
	"strings"

	"ndrscope/parse"
)

// findHosts finds the remote server, and the command it answered, in the diagnostic.
func findHosts(e *parse.Event, low *haystack) {
	if e.Command == "" {
		e.Command = commandIn(low)
	}
	if e.RemoteHost != "" && e.RemoteIP != "" {
		return
	}
	host, ip := remoteIn(e.Diagnostic, low)
	if e.RemoteHost == "" {
		e.RemoteHost = host
	}
	if e.RemoteIP == "" && (host == "" || host == e.RemoteHost) {
		e.RemoteIP = ip
	}
}

// hostMarks are phrases, lower case, behind which the remote server is named.
var hostMarks = []string{
	"host ", "while talking to ", "remote server ", "remote host ", "server at ", "connected to ", "connect to ",
	"from server ", "by mail server ", "host: ", "server: ", "[relay ", "smtp server <", "receiving server ",
}

// hostVerbs follow the name of the remote server at the start of a sentence, lower case.
var hostVerbs = []string{" said", " responded", " did not like", " refused", " rejected", " returned", " does not like", " failed after"}

// remoteIn returns the remote server that text names: "host mx.example.net[192.0.2.1] said:". low is text in lower case.
func remoteIn(text string, low *haystack) (host, ip string) {
	for _, mark := range hostMarks {
		for at := low.index(mark); at >= 0; {
			i := strings.Index(low.low[at:], mark)
			if i < 0 {
				break
			}
			i += at
			at = i + len(mark)
			if i > 0 && isDomainByte(text[i-1]) || strings.HasSuffix(low.low[:i], "client ") || strings.HasSuffix(low.low[:i], "system at ") {
				continue
			}
			if host, ip = hostAt(text[at:]); host != "" || ip != "" {
				return host, ip
			}
		}
	}
	for _, verb := range hostVerbs {
		if i := low.index(verb); i > 0 {
			start := i
			for start > 0 && (isDomainByte(text[start-1]) || strings.IndexByte("[]():", text[start-1]) >= 0 ||
				text[start-1] == ' ' && (text[start] == '[' || text[start] == '(')) {
				start--
			}
			if host, ip = hostAt(strings.TrimLeft(text[start:i], "([")); host != "" || ip != "" {
				return host, ip
			}
		}
	}
	return "", ""
}

func remoteInText(text string) (host, ip string) {
	var low haystack
	low.fill(text)
	return remoteIn(text, &low)
}

// hostAt reads "name[ip]", "name (ip)", "name [ip]", "[ip]" or "name" at the start of text; a bare name only when
// it has at least three labels or an address follows, so that domains in prose are not taken for servers.
func hostAt(text string) (host, ip string) {
	n := 0
	for n < len(text) && isDomainByte(text[n]) && text[n] != '_' {
		n++
	}
	name := strings.TrimRight(text[:n], ".-")
	rest := strings.TrimLeft(text[n:], " .")
	if len(rest) > 0 && (rest[0] == '[' || rest[0] == '(') {
		if end := strings.IndexAny(rest, "])"); end > 0 {
			ip = cleanIP(rest[1:end])
		}
	}
	if a := cleanIP(name); a != "" {
		return "", a
	}
	if !isDomain(name) {
		if name == "" {
			return "", ip
		}
		return "", ""
	}
	if ip == "" && strings.Count(name, ".") < 2 {
		return "", ""
	}
	return cleanHost(name), ip
}

// commandWord is the verb that text is, as [parse.Event] writes it.
func commandWord(text string) string {
	switch word := strings.ToUpper(strings.Trim(firstWord(text), "-:.")); word {
	case "RCPT", "MAIL", "DATA", "EHLO", "STARTTLS", "AUTH":
		return word
	case "HELO":
		return "EHLO"
	case "EOB", "EOM", ".":
		return "EOD"
	case "CONNECT", "CONN":
		return "CONN"
	}
	return ""
}

// commandIn finds the SMTP command that was answered, in lower-case text.
func commandIn(low *haystack) string {
	for _, c := range commandPhrases {
		if low.has(c.phrase) {
			return c.command
		}
	}
	return ""
}

// commandPhrases are what MTAs write of the command that failed, lower case; the sure ones first.
var commandPhrases = []struct{ phrase, command string }{
	{"in reply to end of data", "EOD"},
	{"end of data command", "EOD"},
	{"after end of data", "EOD"},
	{"end-of-data", "EOD"},
	{"for text command", "EOD"},
	{"after pipelined end of data", "EOD"},
	{"in reply to rcpt to", "RCPT"},
	{"after rcpt to", "RCPT"},
	{"after pipelined rcpt", "RCPT"},
	{"our rcpt to", "RCPT"},
	{"our final data", "EOD"},
	{"after rcpt command", "RCPT"},
	{"following rcpt command", "RCPT"},
	{"after mail command", "MAIL"},
	{"following mail command", "MAIL"},
	{"after data command", "DATA"},
	{"to accept your message (data)", "EOD"},
	{"smtp:rcpt ", "RCPT"},
	{"smtp:mail ", "MAIL"},
	{"smtp:data ", "DATA"},
	{"for rcpt to command", "RCPT"},
	{"rcpt to:", "RCPT"},
	{"in reply to mail from", "MAIL"},
	{"after mail from", "MAIL"},
	{"after pipelined mail", "MAIL"},
	{"our mail from", "MAIL"},
	{"for mail from command", "MAIL"},
	{"mail from:", "MAIL"},
	{"in reply to data", "DATA"},
	{"after data", "DATA"},
	{"after pipelined data", "DATA"},
	{"our data", "DATA"},
	{"in reply to ehlo", "EHLO"},
	{"in reply to helo", "EHLO"},
	{"after ehlo", "EHLO"},
	{"after helo", "EHLO"},
	{"in reply to starttls", "STARTTLS"},
	{"after starttls", "STARTTLS"},
	{"in reply to auth", "AUTH"},
	{"while performing the ehlo", "EHLO"},
	{"while performing the helo", "EHLO"},
	{"while receiving the initial server greeting", "CONN"},
	{"refused to talk to me", "CONN"},
	{"after initial connection", "CONN"},
	{"connect to ", "CONN"},
	{"on initial connect", "CONN"},
	{"connection refused", "CONN"},
	{"connection timed out", "CONN"},
}

// urlIn returns the first link in text; low is text in lower case.
func urlIn(text string, low *haystack) string {
	if !strings.Contains(text, "://") {
		return ""
	}
	for _, scheme := range []string{"https://", "http://"} {
		if i := low.index(scheme); i >= 0 {
			u := text[i:]
			if end := strings.IndexAny(u, " \t\n<>\"'`"); end >= 0 {
				u = u[:end]
			}
			return strings.TrimRight(u, ".,;:)]}!")
		}
	}
	return ""
}
