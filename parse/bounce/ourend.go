package bounce

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"ndrscope/parse"
)

// maxHops is how many Received fields are looked at: RFC 5321 section 6.3 has loops detected at 100.
const maxHops = 50

// findOurEnd finds our own address and HELO name as the other side saw them: quoted by the reply, else in the hop by
// which the returned message came to the system that reports.
//
// That hop is ours to that system only when the report is another site's. Our own server, which reports what a remote
// one answered, names the client of the message there.
func (m *message) findOurEnd(e *parse.Event, low string) {
	if e.LocalIP == "" {
		e.LocalIP = ourIPIn(low, e.RemoteIP)
	}
	if m.returned == nil {
		return
	}
	elsewhere := e.RemoteHost == "" && e.RemoteIP == "" && !sameSite(firstNonEmpty(e.ReportingMTA, domainOf(m.sender)), domainOf(e.Sender))
	hops := 0
	for _, f := range m.returned.head {
		if !strings.EqualFold(f.name, "Received") {
			continue
		}
		if hops++; hops > maxHops {
			return
		}
		helo, ip := receivedFrom(f.value)
		if ip == "" || !isPublic(ip) {
			continue
		}
		if e.LocalIP == "" && elsewhere {
			e.LocalIP = ip
		}
		if e.LocalIP == ip {
			e.HELO = firstNonEmpty(e.HELO, helo)
			return
		}
		if elsewhere {
			return
		}
	}
}

// sameSite is whether a host belongs to the organisation of a domain, by the public suffix list.
func sameSite(host, domain string) bool {
	if host == "" || domain == "" {
		return false
	}
	a, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return false
	}
	b, err := publicsuffix.EffectiveTLDPlusOne(domain)
	return err == nil && a == b
}

// isPublic is whether an address can be seen by another site at all.
func isPublic(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.IsGlobalUnicast() && !a.IsPrivate()
}

func isLoopback(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.IsLoopback()
}

// receivedFrom reads "from HELO (NAME [IP])" of a Received field (RFC 5321 section 4.4).
func receivedFrom(hop string) (helo, ip string) {
	hop = strings.TrimSpace(hop)
	if !hasPrefixFold(hop, "from ") {
		return "", ""
	}
	from := before(hop[5:], " by ")
	helo, _, _ = strings.Cut(strings.TrimSpace(from), " ")
	for word := range strings.FieldsFuncSeq(from, func(r rune) bool { return strings.ContainsRune(" ()<>[],;", r) }) {
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
	for _, mark := range []string{"(ehlo ", "(helo "} {
		if i := indexFold(from, mark); i >= 0 {
			helo, _, _ = strings.Cut(from[i+len(mark):], ")")
		}
	}
	helo = strings.Trim(helo, "[]()<>")
	if cleanIP(helo) != "" || !isDomain(helo) {
		return "", ip
	}
	return cleanHost(helo), ip
}

// ourIPBefore and ourIPAfter are words, lower case, next to an address that a reply calls the client's.
var ourIPBefore = []string{
	"client host", "client", "your ip", "sending ip", "ip address", "messages from", "mail from", "connecting ip", "ip=", "ip:",
	"reverse dns", "ptr", "sender ip", "source ip", "mail server", "your server", "your host", "connections from", "connection from",
	"reject", "address", "helo", "for ip", "your mta", "host=", "blocked", "listed", "relay", "name lookup failed", "access denied",
}

var ourIPAfter = []string{
	"blocked", "listed", "reject", "denied", "blacklist", "reputation", "not allowed", "temporarily", "deferred", "has been",
	"weren't", "not authorized", "not permitted", "is not", "does not", "block list", "spam", "no ptr", "has no", "our system",
	"messages", "out of", "unauthenticated",
}

// ourIPIn finds, in lower-case text, the address that the reply calls the client's: "Client host [203.0.113.7] blocked",
// "421-4.7.0 [203.0.113.7 15] Our system has detected", "Messages from 203.0.113.7 temporarily deferred".
func ourIPIn(text, remote string) string {
	if strings.Count(text, ".") < 3 && strings.Count(text, ":") < 2 {
		return ""
	}
	for at := 0; at < len(text); at++ {
		if text[at] < '0' || text[at] > '9' && text[at] != ':' {
			continue
		}
		if at > 0 && (isDomainByte(text[at-1]) || text[at-1] == ':' && strings.IndexByte(text[at:min(len(text), at+5)], ':') >= 0) {
			continue
		}
		end := at
		for end < len(text) && (unhex(text[end]) >= 0 || text[end] == '.' || text[end] == ':') {
			end++
		}
		word := strings.TrimRight(text[at:end], ".:")
		if len(word) < 7 {
			continue
		}
		ip := cleanIP(word)
		if ip == "" || ip == remote {
			at = end - 1
			continue
		}
		lead, tail := text[max(0, at-45):at], text[end:min(len(text), end+45)]
		bare := strings.TrimRight(lead, "[(<")
		switch {
		case namesRemote(bare, tail):
		case hasAny(bare, ourIPBefore...), hasAny(tail, ourIPAfter...):
			return ip
		}
		at = end - 1
	}
	return ""
}

// namesRemote is whether an address stands where MTAs name the server that they spoke to.
func namesRemote(lead, tail string) bool {
	tail = strings.TrimLeft(tail, "])>:0123456789 ")
	for _, verb := range hostVerbs {
		if strings.HasPrefix(tail, strings.TrimSpace(verb)) {
			return true
		}
	}
	for _, mark := range hostMarks {
		// "host NAME[ip]": the mark, and at most a name after it.
		if i := strings.LastIndex(lead, mark); i >= 0 && !strings.Contains(strings.TrimSpace(lead[i+len(mark):]), " ") &&
			!strings.HasSuffix(lead[:i], "client ") && !strings.HasSuffix(lead[:i], "your ") && !strings.HasSuffix(lead[:i], "mail ") {
			return true
		}
	}
	return false
}
