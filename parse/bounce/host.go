package bounce

import (
	"strings"

	"ndrscope/parse"
)

// findHosts finds the remote server, and the command it answered, in the diagnostic.
func findHosts(e *parse.Event) {
	if e.Command == "" {
		e.Command = commandIn(e.Diagnostic)
	}
	if e.RemoteHost != "" && e.RemoteIP != "" {
		return
	}
	host, ip := remoteIn(e.Diagnostic)
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
	"from server ", "by mail server ", "host: ", "server: ", "the server for the recipient domain ", "mta ", "[relay ",
	"delivery to ", "with ", "from ",
}

// remoteIn returns the remote server that text names: "host mx.example.net[192.0.2.1] said:".
func remoteIn(text string) (host, ip string) {
	for _, mark := range hostMarks {
		for at := 0; ; {
			i := indexFold(text[at:], mark)
			if i < 0 {
				break
			}
			i += at
			at = i + len(mark)
			if i > 0 && isDomainByte(text[i-1]) {
				continue
			}
			if host, ip = hostAt(text[at:]); host != "" || ip != "" {
				return host, ip
			}
		}
	}
	return "", ""
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

// commandIn finds the SMTP command that was answered.
func commandIn(text string) string {
	for _, c := range commandPhrases {
		if containsFold(text, c.phrase) {
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

// findOurEnd finds our own address and HELO name: as the reply quotes them, else from the hop of the returned message
// that handed it over.
func (m *message) findOurEnd(e *parse.Event) {
	if e.LocalIP == "" {
		e.LocalIP = ourIPIn(e.Diagnostic, e.RemoteIP)
	}
	if m.returned == nil {
		return
	}
	for _, hop := range m.returned.head.all("Received") {
		helo, ip := receivedFrom(hop)
		if ip == "" || ip == "127.0.0.1" || ip == "::1" {
			continue
		}
		if e.LocalIP == "" {
			e.LocalIP = ip
		}
		if e.HELO == "" && e.LocalIP == ip {
			e.HELO = helo
		}
		return
	}
}

// receivedFrom reads "from HELO (NAME [IP])" of a Received field (RFC 5321 section 4.4).
func receivedFrom(hop string) (helo, ip string) {
	hop = strings.TrimSpace(hop)
	if !hasPrefixFold(hop, "from ") {
		return "", ""
	}
	from := before(hop[5:], " by ")
	helo, _, _ = strings.Cut(strings.TrimSpace(from), " ")
	for _, word := range strings.FieldsFunc(from, func(r rune) bool { return strings.ContainsRune(" ()<>[],;", r) }) {
		if a := cleanIP(word); a != "" {
			ip = a
			break
		}
	}
	if i := indexFold(from, "helo="); i >= 0 {
		helo = from[i+5:]
		if j := strings.IndexAny(helo, " )];"); j >= 0 {
			helo = helo[:j]
		}
	}
	helo = strings.Trim(helo, "[]()")
	if cleanIP(helo) == ip && ip != "" || !strings.Contains(helo, ".") {
		return "", ip
	}
	return cleanHost(helo), ip
}

// ourIPIn finds the address in brackets that the reply calls the client's: "Client host [203.0.113.7] blocked".
func ourIPIn(text, remote string) string {
	for at := 0; at < len(text); {
		i := strings.IndexAny(text[at:], "[(")
		if i < 0 {
			return ""
		}
		i += at
		at = i + 1
		end := strings.IndexAny(text[at:], " ])")
		if end < 0 || end > 45 {
			continue
		}
		ip := cleanIP(text[at : at+end])
		if ip == "" || ip == remote || !strings.ContainsAny(ip, ".:") {
			continue
		}
		// "name[ip] said:" is the remote server's own address.
		if i > 0 && isDomainByte(text[i-1]) && text[i-1] != '.' {
			before := text[:i]
			if j := strings.LastIndexByte(before, ' '); j >= 0 && !hasAny(strings.ToLower(before[max(0, j-12):j]), "client", "from", "your") {
				continue
			}
		}
		return ip
	}
	return ""
}

// urlIn returns the first link in text.
func urlIn(text string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if i := indexFold(text, scheme); i >= 0 {
			u := text[i:]
			if end := strings.IndexAny(u, " \t\n<>\"'`"); end >= 0 {
				u = u[:end]
			}
			return strings.TrimRight(u, ".,;:)]}!")
		}
	}
	return ""
}
