package lab

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// source answers for one zone of the lab's DNS: a [zone] from a zone file, or a [blockList].
type source interface {
	// lookup answers a question about a name at or below the apex; from is the client that asks.
	lookup(name string, qtype uint16, from netip.Addr) result
}

// result is what an authoritative server says about a question.
type result struct {
	rcode    int
	referral bool // answer is empty, authority names the servers of a zone further down
	answer   []dns.RR
	// authority is the SOA of a negative answer or the NS records of a referral, additional the addresses of these.
	authority, additional []dns.RR
}

// zone is an authoritative zone, RFC 1034 section 4.2.
type zone struct {
	apex    string // canonical: lower case, fully qualified
	records map[string]map[uint16][]dns.RR
	glue    map[string][]dns.RR // addresses of name servers below delegations, by host
	secure  bool                // a validating resolver sets AD on answers from here
}

// parseZone reads a zone file (RFC 1035 section 5). What a scenario has no interest in may be left out: without a SOA
// or NS records the zone gets ordinary ones.
func parseZone(apex, text string) (*zone, error) {
	z, err := readZone(apex, text)
	if err == nil {
		z.complete()
	}
	return z, err
}

// readZone takes the records as they are.
func readZone(apex, text string) (*zone, error) {
	z := newZone(apex)
	zp := dns.NewZoneParser(strings.NewReader(text), z.apex, "")
	zp.SetDefaultTTL(3600)
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		if !dns.IsSubDomain(z.apex, rr.Header().Name) {
			return nil, fmt.Errorf("%s is outside of the zone %s", rr.Header().Name, z.apex)
		}
		z.add(rr)
	}
	if err := zp.Err(); err != nil {
		return nil, err
	}
	return z, nil
}

func newZone(apex string) *zone {
	return &zone{apex: dns.CanonicalName(apex), records: map[string]map[uint16][]dns.RR{}, glue: map[string][]dns.RR{}}
}

// complete adds the SOA and NS records that every zone has.
func (z *zone) complete() {
	if len(z.get(z.apex, dns.TypeSOA)) == 0 {
		z.add(soaRecord(z.apex))
	}
	if len(z.get(z.apex, dns.TypeNS)) == 0 {
		z.add(nsRecord(z.apex, "ns1."+z.apex))
		z.add(nsRecord(z.apex, "ns2."+z.apex))
	}
}

func (z *zone) add(rr dns.RR) {
	name := dns.CanonicalName(rr.Header().Name)
	if z.records[name] == nil {
		z.records[name] = map[uint16][]dns.RR{}
	}
	t := rr.Header().Rrtype
	z.records[name][t] = append(z.records[name][t], rr)
	// Names between this one and the apex exist, too, without records (RFC 4592 section 2.2.2).
	for up := parent(name); up != "" && up != z.apex && dns.IsSubDomain(z.apex, up); up = parent(up) {
		if z.records[up] == nil {
			z.records[up] = map[uint16][]dns.RR{}
		}
	}
}

func (z *zone) get(name string, t uint16) []dns.RR { return z.records[name][t] }

// servers lists the hosts of the zone's NS records.
func (z *zone) servers() []string {
	var hosts []string
	for _, rr := range z.get(z.apex, dns.TypeNS) {
		hosts = append(hosts, dns.CanonicalName(rr.(*dns.NS).Ns))
	}
	return hosts
}

// lookup is the algorithm of RFC 1034 section 4.3.2 within one zone.
func (z *zone) lookup(name string, qtype uint16, _ netip.Addr) result {
	name = dns.CanonicalName(name)
	var r result
	for range 9 { // CNAME chains are followed within the zone
		if cut := z.delegation(name, qtype); cut != "" {
			r.authority = z.get(cut, dns.TypeNS)
			for _, rr := range r.authority {
				r.additional = append(r.additional, z.glue[dns.CanonicalName(rr.(*dns.NS).Ns)]...)
			}
			r.referral = len(r.answer) == 0
			return r
		}
		types, exists := z.records[name]
		if !exists {
			types, exists = z.wildcard(name)
		}
		if !exists {
			r.rcode = dns.RcodeNameError
			r.authority = z.get(z.apex, dns.TypeSOA)
			return r
		}
		if found := match(types, qtype, name); len(found) > 0 {
			r.answer = append(r.answer, found...)
			return r
		}
		alias := match(types, dns.TypeCNAME, name)
		if len(alias) == 0 {
			r.authority = z.get(z.apex, dns.TypeSOA)
			return r
		}
		r.answer = append(r.answer, alias...)
		name = dns.CanonicalName(alias[0].(*dns.CNAME).Target)
		if !dns.IsSubDomain(z.apex, name) {
			return r
		}
	}
	return r
}

// delegation finds the highest cut between the apex and a name.
func (z *zone) delegation(name string, qtype uint16) string {
	cut := ""
	for up := name; up != "" && up != z.apex; up = parent(up) {
		if up == name && qtype == dns.TypeDS { // DS belongs to the parent, RFC 4034 section 5
			continue
		}
		if len(z.get(up, dns.TypeNS)) > 0 {
			cut = up
		}
	}
	return cut
}

// wildcard finds the records that a name gets from the closest "*", RFC 4592 section 3.3.1.
func (z *zone) wildcard(name string) (map[uint16][]dns.RR, bool) {
	for up := parent(name); up != "" && dns.IsSubDomain(z.apex, up); up = parent(up) {
		if types, ok := z.records[joinLabel("*", up)]; ok {
			return types, true
		}
		if _, exists := z.records[up]; exists {
			break
		}
	}
	return nil, false
}

// match copies the records of a type, owned by name: an answer from a wildcard bears the name that was asked for.
func match(types map[uint16][]dns.RR, qtype uint16, name string) []dns.RR {
	var found []dns.RR
	for _, rr := range types[qtype] {
		c := dns.Copy(rr)
		c.Header().Name = name
		found = append(found, c)
	}
	return found
}

func joinLabel(label, name string) string {
	if name == "." {
		return label + "."
	}
	return label + "." + name
}

// parent takes the first label off; the parent of the root is "".
func parent(name string) string {
	if name == "." || name == "" {
		return ""
	}
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}
