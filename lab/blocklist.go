package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// blockList is a DNS block or allow list with the test points of RFC 5782 section 5.
type blockList struct {
	apex   string
	state  listState
	listed map[string][]netip.Addr // reversed address, or domain -> answers such as 127.0.0.2
	tests  map[string][]netip.Addr // the same for the test points
	refuse []netip.Addr            // clients that get the refusal code: public resolvers
	wrong  netip.Addr              // the answer to an address, on a list of domains
}

// listState is how well a list works.
type listState string

const (
	listHealthy  listState = "healthy"
	listWildcard listState = "wildcard" // lists the world, as abandoned zones do
	listEmpty    listState = "empty"    // answers NXDOMAIN to everything, its test points too
	listRefusing listState = "refusing" // answers 127.255.255.254 to everybody
	listSilent   listState = "silent"   // its servers do not answer
	listDead     listState = "dead"     // not delegated any more
)

var listStates = []listState{listHealthy, listWildcard, listEmpty, listRefusing, listSilent, listDead}

// refusal is what Spamhaus answers to clients that it does not serve: public resolvers and unknown ones.
// https://www.spamhaus.org/faqs/domain-name-system-blocklists/
var refusal = netip.MustParseAddr("127.255.255.254")

// commonLists are the lists that exist in the lab whether or not a scenario speaks of them: zone, what is listed
// there, and the answer for a listed test point.
var commonLists = []struct {
	zone    string
	domains bool
	answer  string
}{
	{"zen.spamhaus.org", false, "127.0.0.2 127.0.0.4 127.0.0.10"},
	{"bl.spamcop.net", false, "127.0.0.2"},
	{"b.barracudacentral.org", false, "127.0.0.2"},
	{"psbl.surriel.com", false, "127.0.0.2"},
	{"rep.mailspike.net", false, "127.0.0.10"},
	{"dnsbl.dronebl.org", false, "127.0.0.3"},
	{"noptr.spamrats.com", false, "127.0.0.37"},
	{"dyna.spamrats.com", false, "127.0.0.36"},
	{"dnsbl-1.uceprotect.net", false, "127.0.0.2"},
	{"bl.blocklist.de", false, "127.0.0.2"},
	{"truncate.gbudb.net", false, "127.0.0.2"},
	{"bl.spameatingmonkey.net", false, "127.0.0.2"},
	{"bl.0spam.org", false, "127.0.0.2"},
	{"dnsrbl.swinog.ch", false, "127.0.0.2"},
	{"list.dnswl.org", false, "127.0.2.0"},
	{"dbl.spamhaus.org", true, "127.0.1.2"},
	{"multi.surbl.org", true, "127.0.0.254"},
	{"multi.uribl.com", true, "127.0.0.14"},
}

func newBlockList(apex string, domains bool, answer string) *blockList {
	b := &blockList{apex: dns.CanonicalName(apex), state: listHealthy, listed: map[string][]netip.Addr{}}
	answers, _ := parseAddrs(answer)
	if domains {
		b.tests = map[string][]netip.Addr{"test": answers}
		b.wrong = netip.AddrFrom4([4]byte{127, 0, 1, 255})
	} else {
		b.tests = map[string][]netip.Addr{
			"2.0.0.127": answers,
			strings.TrimSuffix(reversed(netip.MustParseAddr("::ffff:7f00:2")), "."): answers,
		}
	}
	return b
}

// list enters an address or a domain with its answers.
func (b *blockList) list(what string, answers []netip.Addr) {
	key := strings.ToLower(strings.TrimSuffix(what, "."))
	if a, err := netip.ParseAddr(what); err == nil {
		key = strings.TrimSuffix(reversed(a), ".")
	}
	b.listed[key] = answers
}

func (b *blockList) lookup(name string, qtype uint16, from netip.Addr) result {
	name = dns.CanonicalName(name)
	soa := soaRecord(b.apex)
	none := result{rcode: dns.RcodeNameError, authority: []dns.RR{soa}}
	if name == b.apex {
		return b.atApex(qtype, soa)
	}
	if i := slices.Index(b.hosts(), name); i >= 0 {
		return b.address(name, qtype, i, soa)
	}
	answers := b.answers(strings.TrimSuffix(name, "."+b.apex), from)
	if len(answers) == 0 {
		return none
	}
	r := result{}
	switch qtype {
	case dns.TypeA:
		for _, a := range answers {
			r.answer = append(r.answer, addressRecord(name, a))
		}
	case dns.TypeTXT:
		r.answer = append(r.answer, textRecord(name, "https://"+strings.TrimSuffix(b.apex, ".")+"/why"))
	default:
		r.authority = []dns.RR{soa}
	}
	return r
}

// answers are the addresses for what stands before the zone's name.
func (b *blockList) answers(key string, from netip.Addr) []netip.Addr {
	if b.state == listRefusing || slices.Contains(b.refuse, from) {
		return []netip.Addr{refusal}
	}
	switch b.state {
	case listEmpty:
		return nil
	case listWildcard:
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 2})}
	}
	if found, ok := b.tests[key]; ok {
		return found
	}
	if found, ok := b.listed[key]; ok {
		return found
	}
	if _, err := netip.ParseAddr(key); err == nil && b.wrong.IsValid() {
		return []netip.Addr{b.wrong}
	}
	return nil
}

func (b *blockList) hosts() []string { return []string{"ns1." + b.apex, "ns2." + b.apex} }

func (b *blockList) atApex(qtype uint16, soa dns.RR) result {
	switch qtype {
	case dns.TypeSOA:
		return result{answer: []dns.RR{soa}}
	case dns.TypeNS:
		var r result
		for _, h := range b.hosts() {
			r.answer = append(r.answer, nsRecord(b.apex, h))
		}
		return r
	}
	return result{authority: []dns.RR{soa}}
}

func (b *blockList) address(name string, qtype uint16, i int, soa dns.RR) result {
	if qtype == dns.TypeA {
		return result{answer: []dns.RR{addressRecord(name, listServers[i])}}
	}
	return result{authority: []dns.RR{soa}}
}

// listServers answer for every block list of the lab, silentServers for those that are silent: nobody is there.
var (
	listServers   = []netip.Addr{netip.MustParseAddr("198.18.5.1"), netip.MustParseAddr("198.18.5.2")}
	silentServers = []netip.Addr{netip.MustParseAddr("198.18.6.1"), netip.MustParseAddr("198.18.6.2")}
)

// reversed is the name under which an address is looked up, without the zone: "25.2.0.192.".
func reversed(a netip.Addr) string {
	name, _ := dns.ReverseAddr(a.WithZone("").String())
	if a.Is4In6() { // dns.ReverseAddr takes it for IPv4, a block list's IPv6 test point does not
		var sb strings.Builder
		raw := a.As16()
		for i := len(raw) - 1; i >= 0; i-- {
			fmt.Fprintf(&sb, "%x.%x.", raw[i]&0xf, raw[i]>>4)
		}
		return sb.String()
	}
	return strings.TrimSuffix(strings.TrimSuffix(name, "in-addr.arpa."), "ip6.arpa.")
}
