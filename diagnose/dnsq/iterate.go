package dnsq

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"ndrscope/diagnose/tape"
)

// Asker answers questions about the DNS, by whatever means.
type Asker interface {
	Lookup(ctx context.Context, name string, qtype uint16) Answer
	// String names it in evidence.
	String() string
}

// Resolver asks one recursive resolver.
type Resolver struct {
	Client *Client
	Server netip.AddrPort
	TCP    bool
	// Unchecked: see [Query].
	Unchecked bool
}

func (r *Resolver) Lookup(ctx context.Context, name string, qtype uint16) Answer {
	return r.Client.Ask(ctx, Query{Server: r.Server, Name: name, Type: qtype, Recurse: true, TCP: r.TCP, Unchecked: r.Unchecked})
}

func (r *Resolver) String() string { return r.Server.String() }

// Iterator finds answers as a resolver does, from the root down, asking the authoritative servers themselves
// (RFC 1034 section 5.3.3): it trusts nobody's cache.
type Iterator struct {
	Client *Client
	Roots  []netip.AddrPort // nil means the Internet's

	priming tape.Once
	roots   []netip.AddrPort // those that answer come first
	lost    string           // why no root server can be asked

	mu    sync.Mutex
	zones map[string][]Host
}

// Host is a name server of a zone.
type Host struct {
	Name  string
	Addrs []netip.AddrPort // may be empty: then they are looked up
}

func (it *Iterator) String() string { return "authoritative servers" }

// Limits of one lookup: referrals and servers asked, aliases, and lookups of name servers within lookups.
const (
	maxSteps   = 40
	maxAliases = 8
	maxDepth   = 4
)

// Lookup follows referrals and aliases to the end.
func (it *Iterator) Lookup(ctx context.Context, name string, qtype uint16) Answer {
	name = dns.CanonicalName(name)
	if _, ok := dns.IsDomainName(name); !ok {
		return Answer{Name: name, Type: qtype, Err: "not a domain name"}
	}
	return it.lookup(ctx, name, qtype, 0)
}

func (it *Iterator) lookup(ctx context.Context, name string, qtype uint16, depth int) Answer {
	result := it.direct(ctx, name, qtype, depth)
	for range maxAliases {
		next := result.Canonical()
		if result.Msg == nil || next == name || len(result.Records()) > 0 || qtype == dns.TypeCNAME {
			return result
		}
		more := it.direct(ctx, next, qtype, depth)
		if more.Msg == nil {
			more.Name = result.Name
			return more
		}
		joined := more.Msg.Copy()
		joined.Answer = append(slices.Clone(result.Msg.Answer), joined.Answer...)
		more.Name, more.Msg = result.Name, joined
		name, result = next, more
		if result.Canonical() == next {
			return result
		}
	}
	result.Msg, result.Err = nil, "too many aliases"
	return result
}

// direct asks down to the zone that the name is in, without following aliases to other zones.
func (it *Iterator) direct(ctx context.Context, name string, qtype uint16, depth int) Answer {
	it.priming.Do(func() { it.prime(ctx) })
	if it.lost != "" {
		return Answer{Name: name, Type: qtype, Err: it.lost}
	}
	zone, hosts := it.start(ctx, name, qtype, depth)
	last := Answer{Name: name, Type: qtype, Err: "no name server of " + zone + " has an address"}
	steps, begun := 0, time.Now() // a stopwatch, not the time of day
next:
	for {
		for _, h := range hosts {
			for _, server := range it.addresses(ctx, h, zone, depth) {
				if steps++; steps > maxSteps {
					last.Msg, last.Err = nil, "too many steps"
					return last
				}
				if time.Since(begun) > 2*it.Client.Timeout {
					return last
				}
				a := it.Client.Ask(ctx, Query{Server: server, Name: name, Type: qtype})
				if a.Msg == nil {
					if a.Err != errNoRoute.Error() || !last.Server.IsValid() { // that says less than what the others did
						last = a
					}
					continue
				}
				if below, list := referral(a.Msg, zone, name); below != "" {
					zone, hosts = below, list
					it.keep(zone, hosts)
					continue next
				}
				if vouched(a.Msg) {
					return a
				}
				last = lame(a)
			}
		}
		return last
	}
}

// vouched says whether a server answers from data of its own. Some forget to say so (AA): records from a server that
// offers no recursion are its own, too.
func vouched(m *dns.Msg) bool {
	if m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		return false
	}
	return m.Authoritative || len(m.Answer) > 0 && !m.RecursionAvailable
}

// lame is the failure of a server that does not answer for a zone which is delegated to it.
func lame(a Answer) Answer {
	if a.Msg.Rcode == dns.RcodeSuccess || a.Msg.Rcode == dns.RcodeNameError {
		a.Msg, a.Err = nil, "lame: the server is not authoritative"
	}
	return a
}

// start finds the closest zone whose servers are known, or else those of the top-level domain.
func (it *Iterator) start(ctx context.Context, name string, qtype uint16, depth int) (string, []Host) {
	at := name
	if qtype == dns.TypeDS { // is the parent's, RFC 4034 section 5
		at = parent(name)
	}
	if zone, hosts := it.known(at); zone != "." || dns.CountLabel(at) < 2 {
		return zone, hosts
	}
	// Ask for the top level by itself first: many names share it, and the root needs to be asked but once.
	labels := dns.SplitDomainName(at)
	top := labels[len(labels)-1] + "."
	it.direct(ctx, top, dns.TypeNS, depth)
	return it.known(at)
}

func (it *Iterator) known(name string) (string, []Host) {
	it.mu.Lock()
	defer it.mu.Unlock()
	for up := name; up != "." && up != ""; up = parent(up) {
		if hosts := it.zones[up]; hosts != nil {
			return up, hosts
		}
	}
	return ".", []Host{{Name: ".", Addrs: it.roots}}
}

func (it *Iterator) keep(zone string, hosts []Host) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.zones == nil {
		it.zones = map[string][]Host{}
	}
	if it.zones[zone] == nil {
		it.zones[zone] = hosts
	}
}

// addresses of a name server: those of the referral, or else looked up.
func (it *Iterator) addresses(ctx context.Context, h Host, zone string, depth int) []netip.AddrPort {
	if len(h.Addrs) > 0 || depth >= maxDepth || dns.IsSubDomain(zone, h.Name) {
		return h.Addrs // a server within its own zone, without glue, cannot be found
	}
	return it.find(ctx, h.Name, depth)
}

// find looks a name server up.
func (it *Iterator) find(ctx context.Context, host string, depth int) []netip.AddrPort {
	var addrs []netip.AddrPort
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		a := it.lookup(ctx, host, qtype, depth+1)
		for _, addr := range Addrs(a) {
			addrs = append(addrs, netip.AddrPortFrom(addr, 53))
		}
		if len(addrs) > 0 {
			break
		}
	}
	return addrs
}

// Addrs are the addresses of an A or AAAA answer.
func Addrs(a Answer) []netip.Addr {
	var addrs []netip.Addr
	for _, rr := range a.Records() {
		if addr, ok := addrOf(rr); ok {
			addrs = append(addrs, addr)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

func addrOf(rr dns.RR) (addr netip.Addr, ok bool) {
	switch rr := rr.(type) {
	case *dns.A:
		addr, ok = netip.AddrFromSlice(rr.A.To4())
	case *dns.AAAA:
		addr, ok = netip.AddrFromSlice(rr.AAAA.To16())
	}
	return addr, ok
}

// referral finds the servers that a message refers to: those of a zone below this one, on the way to the name. A
// referral to anywhere else is none.
func referral(m *dns.Msg, zone, name string) (below string, hosts []Host) {
	if m.Rcode != dns.RcodeSuccess || m.Authoritative && len(m.Answer) > 0 {
		return "", nil
	}
	for _, rr := range m.Ns {
		ns, ok := rr.(*dns.NS)
		owner := dns.CanonicalName(rr.Header().Name)
		if !ok || owner == zone || !dns.IsSubDomain(zone, owner) || !dns.IsSubDomain(owner, name) {
			continue
		}
		if below == "" {
			below = owner
		}
		if owner == below {
			hosts = append(hosts, Host{Name: dns.CanonicalName(ns.Ns)})
		}
	}
	return below, withGlue(hosts, m, zone)
}

// withGlue adds the addresses that came along, as far as the zone can vouch for them; hosts that have some come first.
func withGlue(hosts []Host, m *dns.Msg, zone string) []Host {
	for i := range hosts {
		for _, rr := range m.Extra {
			if dns.CanonicalName(rr.Header().Name) != hosts[i].Name || !dns.IsSubDomain(zone, hosts[i].Name) {
				continue
			}
			if addr, ok := addrOf(rr); ok {
				hosts[i].Addrs = append(hosts[i].Addrs, netip.AddrPortFrom(addr, 53))
			}
		}
		slices.SortFunc(hosts[i].Addrs, netip.AddrPort.Compare) // IPv4 first
	}
	slices.SortFunc(hosts, func(a, b Host) int {
		return cmp.Or(cmp.Compare(min(1, len(b.Addrs)), min(1, len(a.Addrs))), strings.Compare(a.Name, b.Name))
	})
	return hosts
}

// Servers finds the name servers of the zone that a name is in, as the zone's parent and the zone itself list them.
// Where one server has both, nobody refers to the lower one: only that lists them. Hosts without an address are kept,
// so that a reader sees them.
func (it *Iterator) Servers(ctx context.Context, name string) (zone string, hosts []Host) {
	name = dns.CanonicalName(name)
	soa := it.direct(ctx, name, dns.TypeSOA, 0)
	zone, hosts = it.known(name)
	var list []Host
	for _, h := range hosts {
		list = append(list, Host{h.Name, it.addresses(ctx, h, zone, 0)})
	}
	if apex := apexOf(soa); apex != "" && dns.IsSubDomain(zone, apex) && dns.IsSubDomain(apex, name) {
		if apex != zone {
			zone, list = apex, nil
		}
		own := it.direct(ctx, apex, dns.TypeNS, 0)
		for _, rr := range own.Records() {
			ns, ok := rr.(*dns.NS)
			if !ok {
				continue
			}
			host := dns.CanonicalName(ns.Ns)
			if !slices.ContainsFunc(list, func(h Host) bool { return h.Name == host }) {
				list = append(list, Host{host, it.find(ctx, host, 0)})
			}
		}
	}
	slices.SortFunc(list, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
	return zone, list
}

// apexOf is the zone that an answer to a question for SOA is from, RFC 2308 section 2; empty where that is not said.
func apexOf(a Answer) string {
	if a.Msg == nil {
		return ""
	}
	for _, rr := range slices.Concat(a.Msg.Answer, a.Msg.Ns) {
		if rr.Header().Rrtype == dns.TypeSOA {
			return dns.CanonicalName(rr.Header().Name)
		}
	}
	return ""
}

func parent(name string) string {
	if name == "." || name == "" {
		return ""
	}
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}
