package lab

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/miekg/dns"
)

// dnsTree is all of the lab's DNS below one root.
type dnsTree struct {
	zones map[string]source
	// views are other contents of a zone, at single servers of it: apex, host -> content.
	views map[string]map[string]*zone
	// faults and lame zones of authoritative servers, by host.
	faults map[string]dnsFaults
	lame   map[string][]string

	addrs       map[string][]netip.Addr // of the name servers' hosts
	authorities map[netip.Addr]*authority
}

// rootServers are the lab's, at the addresses of two real ones.
var rootServers = []struct {
	host   string
	v4, v6 netip.Addr
}{
	{"a.root-servers.net.", netip.MustParseAddr("198.41.0.4"), netip.MustParseAddr("2001:503:ba3e::2:30")},
	{"b.root-servers.net.", netip.MustParseAddr("170.247.170.2"), netip.MustParseAddr("2801:1b8:10::b")},
}

// newTree puts zones and block lists below a root. Top-level domains and the roots of the reverse tree are added,
// zones are delegated from the closest zone above, and name servers without an address get one.
func newTree(zones []*zone, lists []*blockList) *dnsTree {
	t := &dnsTree{zones: map[string]source{}, views: map[string]map[string]*zone{}, faults: map[string]dnsFaults{},
		lame: map[string][]string{}, addrs: map[string][]netip.Addr{}, authorities: map[netip.Addr]*authority{}}
	for _, z := range zones {
		t.zones[z.apex] = z
	}
	for _, l := range lists {
		if l.state != listDead {
			t.zones[l.apex] = l
		}
	}
	t.addRoot()
	for _, apex := range append(slices.Collect(maps.Keys(t.zones)), "in-addr.arpa.", "ip6.arpa.") {
		labels := dns.SplitDomainName(apex)
		if len(labels) > 0 {
			t.ensure(labels[len(labels)-1] + ".")
		}
	}
	t.ensure("in-addr.arpa.")
	t.ensure("ip6.arpa.")
	t.findAddrs()
	t.delegate()
	return t
}

func (t *dnsTree) addRoot() {
	root := newZone(".")
	for _, s := range rootServers {
		root.add(nsRecord(".", s.host))
		root.add(addressRecord(s.host, s.v4))
		root.add(addressRecord(s.host, s.v6))
	}
	root.complete()
	root.secure = true
	t.zones["."] = root
}

func (t *dnsTree) ensure(apex string) {
	if t.zones[apex] == nil {
		z := newZone(apex)
		z.complete()
		z.secure = true
		t.zones[apex] = z
	}
}

// apexes lists the zones, parents before their children.
func (t *dnsTree) apexes() []string {
	all := slices.Collect(maps.Keys(t.zones))
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(dns.CountLabel(a)-dns.CountLabel(b), cmp.Compare(a, b))
	})
	return all
}

func hostsOf(s source) []string {
	if l, ok := s.(*blockList); ok {
		return l.hosts()
	}
	return s.(*zone).servers()
}

// findAddrs looks up the addresses of all name servers, and makes some up in 198.18.0.0/15 (RFC 2544) for those that
// have none.
func (t *dnsTree) findAddrs() {
	next := 0
	for _, apex := range t.apexes() {
		if l, ok := t.zones[apex].(*blockList); ok {
			for i, h := range l.hosts() {
				addrs := listServers
				if l.state == listSilent {
					addrs = silentServers
				}
				t.addrs[h] = []netip.Addr{addrs[i]}
			}
			continue
		}
		for _, h := range hostsOf(t.zones[apex]) {
			if t.addrs[h] != nil {
				continue
			}
			home, ok := t.zones[t.closest(h)].(*zone)
			if !ok {
				continue
			}
			if len(home.get(h, dns.TypeA))+len(home.get(h, dns.TypeAAAA)) == 0 {
				next++
				v4, v6 := netip.MustParseAddr("198.18.0.0").As4(), netip.MustParseAddr("2001:db8:53::").As16()
				v4[2], v4[3] = byte(next>>8), byte(next)
				v6[14], v6[15] = v4[2], v4[3]
				home.add(addressRecord(h, netip.AddrFrom4(v4)))
				home.add(addressRecord(h, netip.AddrFrom16(v6)))
			}
			t.addrs[h] = addressesOf(home, h)
		}
	}
}

func addressesOf(z *zone, host string) []netip.Addr {
	var addrs []netip.Addr
	for _, rr := range append(z.get(host, dns.TypeA), z.get(host, dns.TypeAAAA)...) {
		if a, ok := addressIn(rr); ok {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// closest is the apex of the zone that a name is in.
func (t *dnsTree) closest(name string) string {
	for up := name; up != ""; up = parent(up) {
		if t.zones[up] != nil {
			return up
		}
	}
	return "."
}

// delegate writes NS and glue records into the parents, and gives every server its zones.
func (t *dnsTree) delegate() {
	for _, apex := range t.apexes() {
		hosts := hostsOf(t.zones[apex])
		if apex != "." {
			if up, ok := t.zones[t.closest(parent(apex))].(*zone); ok {
				t.cut(up, apex, hosts)
			}
		}
		if l, ok := t.zones[apex].(*blockList); ok && l.state == listSilent {
			continue // nobody is there
		}
		for _, h := range hosts {
			for _, a := range t.addrs[h] {
				t.serve(a, h, apex)
			}
		}
	}
}

// cut delegates apex in the zone above it.
func (t *dnsTree) cut(up *zone, apex string, hosts []string) {
	if len(up.get(apex, dns.TypeNS)) > 0 {
		return // the zone file says it, and may say it wrongly
	}
	for _, h := range hosts {
		up.add(nsRecord(apex, h))
		if up.glue[h] != nil || !dns.IsSubDomain(up.apex, h) {
			continue
		}
		for _, a := range t.addrs[h] {
			up.glue[h] = append(up.glue[h], addressRecord(h, a))
		}
	}
}

func (t *dnsTree) serve(at netip.Addr, host, apex string) {
	a := t.authorities[at]
	if a == nil {
		a = &authority{zones: map[string]source{}}
		t.authorities[at] = a
	}
	a.zones[apex] = t.zones[apex]
}

// refine applies what is set for single servers once all of a scenario is known.
func (t *dnsTree) refine() {
	for apex, hosts := range t.views {
		for host, view := range hosts {
			for _, a := range t.addrs[host] {
				t.serve(a, host, apex)
				t.authorities[a].zones[apex] = view
			}
		}
	}
	for host, apexes := range t.lame {
		for _, a := range t.addrs[host] {
			t.authorities[a].lame = append(t.authorities[a].lame, apexes...)
		}
	}
}

// resolve answers as a recursive resolver does, straight from the authoritative data: servers that fail are passed
// over, and where all of a zone's do, the answer is SERVFAIL.
func (t *dnsTree) resolve(query *dns.Msg, from netip.Addr) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(query)
	m.RecursionAvailable = true
	q := query.Question[0]
	name, secure := dns.CanonicalName(q.Name), true
	for range 9 { // a longer chain of aliases ends in SERVFAIL
		apex := t.closest(name)
		if q.Qtype == dns.TypeDS && apex == name && name != "." {
			apex = t.closest(parent(name))
		}
		s := t.working(apex, name)
		if s == nil {
			break
		}
		r := s.lookup(name, q.Qtype, from)
		m.Rcode, m.Ns = r.rcode, r.authority
		m.Answer = append(m.Answer, r.answer...)
		z, isZone := s.(*zone)
		secure = secure && isZone && z.secure
		if r.referral { // delegated to a zone that is not there
			break
		}
		next := aliasTarget(m.Answer, q.Qtype)
		if next == "" || len(r.answer) == 0 || r.rcode != dns.RcodeSuccess {
			opt := query.IsEdns0()
			m.AuthenticatedData = secure && (query.AuthenticatedData || opt != nil && opt.Do())
			return m
		}
		if t.closest(next) == apex && isZone { // followed already, and without records of the type
			return m
		}
		name = next
	}
	m.Answer, m.Ns, m.Rcode = nil, nil, dns.RcodeServerFailure
	return m
}

// working is a zone's content at the first of its servers that works.
func (t *dnsTree) working(apex, name string) source {
	never := func(string) float64 { return 1 }
	for _, h := range hostsOf(t.zones[apex]) {
		f := t.faults[h]
		if f.of(name, never) != "" || f.loss >= 1 || slices.Contains(t.lame[h], apex) {
			continue
		}
		if l, ok := t.zones[apex].(*blockList); ok && l.state == listSilent {
			continue
		}
		if v := t.views[apex][h]; v != nil {
			return v
		}
		return t.zones[apex]
	}
	return nil
}

// aliasTarget is the name that a chain of CNAMEs ends at, or "" when the last record is none.
func aliasTarget(chain []dns.RR, qtype uint16) string {
	if len(chain) == 0 || qtype == dns.TypeCNAME {
		return ""
	}
	if c, ok := chain[len(chain)-1].(*dns.CNAME); ok {
		return dns.CanonicalName(c.Target)
	}
	return ""
}
