package diagnose

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/classify"
	"ndrscope/diagnose/dmarc"
	"ndrscope/diagnose/dnsq"
)

// route is where mail for a domain goes, according to one asker (RFC 5321 section 5.1).
type route struct {
	answer   dnsq.Answer // to the MX question
	null     bool        // RFC 7505
	implicit bool        // no MX record: the domain itself
	hosts    []mailHost  // by preference, then by name
	failure  string      // why nothing is known
}

// mailHost is one server of a domain.
type mailHost struct {
	name    string // without the last dot
	alias   bool
	addrs   []netip.Addr
	answers []dnsq.Answer
	failure string
}

// denied says that the domain has no way to take mail, and why.
func (t *route) exists() bool { return t.answer.Kind() != dnsq.NXDomain }

func (t *route) names() []string {
	var list []string
	for _, h := range t.hosts {
		list = append(list, h.name)
	}
	slices.Sort(list)
	return list
}

// routeOf asks for the mail servers of a domain and their addresses.
func routeOf(ctx context.Context, a dnsq.Asker, domain string) *route {
	t := &route{answer: a.Lookup(ctx, domain, dns.TypeMX)}
	var names []string
	switch t.answer.Kind() {
	case dnsq.Failed:
		t.failure = t.answer.Failure()
	case dnsq.NoData:
		t.implicit, names = true, []string{domain}
	case dnsq.Answered:
		names = exchangers(t.answer)
		if len(names) == 1 && names[0] == "." {
			t.null, names = true, nil
		}
	}
	const most = 12 // more servers than that say nothing more
	t.hosts = parallel(names[:min(len(names), most)], func(name string) mailHost { return hostOf(ctx, a, name) })
	return t
}

// exchangers lists the hosts of an MX answer by preference, then by name. A null MX that is not alone does not count
// (RFC 7505 section 3).
func exchangers(a dnsq.Answer) []string {
	var list []*dns.MX
	for _, rr := range a.Records() {
		if mx, ok := rr.(*dns.MX); ok {
			list = append(list, mx)
		}
	}
	slices.SortStableFunc(list, func(a, b *dns.MX) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference), strings.Compare(dns.CanonicalName(a.Mx), dns.CanonicalName(b.Mx)))
	})
	var names []string
	for _, mx := range list {
		names = append(names, dns.CanonicalName(mx.Mx))
	}
	names = slices.Compact(names)
	if len(names) > 1 {
		names = slices.DeleteFunc(names, func(n string) bool { return n == "." })
	}
	return names
}

// hostOf asks for both kinds of addresses.
func hostOf(ctx context.Context, a dnsq.Asker, name string) mailHost {
	h := mailHost{name: strings.TrimSuffix(dns.CanonicalName(name), ".")}
	h.answers = parallel([]uint16{dns.TypeA, dns.TypeAAAA}, func(t uint16) dnsq.Answer { return a.Lookup(ctx, name, t) })
	for _, answer := range h.answers {
		h.addrs = append(h.addrs, dnsq.Addrs(answer)...)
		h.alias = h.alias || answer.Canonical() != answer.Name
		if answer.Kind() == dnsq.Failed {
			h.failure = answer.Failure()
		}
	}
	if len(h.addrs) > 0 {
		h.failure = ""
	}
	return h
}

// literal says whether the name is an address: "MX 10 192.0.2.1".
func (h *mailHost) literal() bool {
	_, err := netip.ParseAddr(h.name)
	return err == nil
}

func (h *mailHost) private() bool {
	return len(h.addrs) > 0 && !slices.ContainsFunc(h.addrs, isPublic)
}

func checkMX(ctx context.Context, r *run, c *caseFile) []Finding {
	domain := c.group.Domain
	t := routeOf(ctx, r.truth, domain)
	evidence := seen(t.answer)
	switch {
	case t.failure != "":
		return []Finding{finding("mx.unknown", domain, args("why", t.failure), evidence...)}
	case !t.exists():
		return []Finding{finding("mx.no-domain", domain, nil, evidence...)}
	case t.null:
		return nil // is the business of null-mx
	}
	list := append(t.judge(domain, evidence), c.ourHosts(t, evidence)...)
	return append(list, c.bouncingHosts(ctx, r, t)...)
}

// ourHosts are those of the domain's servers that are ours: as it should be where we host the domain.
func (c *caseFile) ourHosts(t *route, evidence []Evidence) []Finding {
	var ours []string
	for _, h := range t.hosts {
		if slices.ContainsFunc(h.addrs, func(a netip.Addr) bool { return slices.Contains(c.egress, a) }) ||
			slices.Contains(c.helo, h.name) || slices.Contains(c.run.cfg.OurHosts, h.name) {
			ours = append(ours, h.name)
		}
	}
	if ours == nil {
		return nil
	}
	return []Finding{finding("mx.ours", c.group.Domain, args("hosts", strings.Join(ours, ", ")), evidence...)}
}

// judge finds what is wrong with the servers themselves.
func (t *route) judge(domain string, evidence []Evidence) []Finding {
	var literal, private, none, alias, unclear, good []string
	for _, h := range t.hosts {
		evidence = append(evidence, seen(h.answers...)...)
		switch {
		case h.literal():
			literal = append(literal, h.name)
			continue
		case h.failure != "":
			unclear = append(unclear, h.name+": "+h.failure)
			continue
		case len(h.addrs) == 0:
			none = append(none, h.name)
			continue
		case h.private():
			private = append(private, h.name+" "+join(h.addrs))
			continue
		case h.alias && !t.implicit:
			alias = append(alias, h.name)
		}
		good = append(good, h.name)
	}
	var list []Finding
	add := func(tag Tag, hosts []string) {
		if len(hosts) > 0 {
			list = append(list, finding(tag, domain, args("hosts", strings.Join(hosts, ", ")), evidence...))
		}
	}
	add("mx.literal", literal)
	add("mx.private", private)
	add("mx.cname", alias)
	switch {
	case len(none) == 0:
	case t.implicit:
		list = append(list, finding("mx.no-service", domain, nil, evidence...))
	case len(good) == 0 && len(unclear) == 0:
		add("mx.no-address", none)
	default:
		add("mx.part-no-address", none)
	}
	if len(good) == 0 && len(unclear) > 0 {
		list = append(list, finding("mx.unknown", domain, args("why", strings.Join(unclear, ", ")), evidence...))
	}
	switch {
	case len(good) == 0:
	case t.implicit:
		list = append(list, finding("mx.implicit", domain, nil, evidence...))
	default:
		add("mx.ok", good)
	}
	return list
}

// bouncingHosts compares the servers that refused us with those that take the domain's mail.
func (c *caseFile) bouncingHosts(ctx context.Context, r *run, t *route) []Finding {
	if len(c.group.RemoteHosts)+len(c.group.RemoteIPs) == 0 || len(t.hosts) == 0 {
		return nil
	}
	known := map[string]Tag{} // by host name and by address
	unclear := false
	learn := func(t *route, tag Tag) {
		for _, h := range t.hosts {
			unclear = unclear || h.failure != ""
			for _, name := range append(strings.Split(join(h.addrs), ", "), h.name) {
				if known[name] == "" {
					known[name] = tag
				}
			}
		}
	}
	learn(t, "mx.bounced-by-mx")
	for _, own := range r.ours {
		learn(routeOf(ctx, own, c.group.Domain), "mx.bounced-by-ours")
	}
	found := func(tag Tag, host string, more ...dnsq.Answer) []Finding {
		return []Finding{finding(tag, c.group.Domain, args("host", host), seen(append(more, t.answer)...)...)}
	}
	for _, n := range c.group.RemoteIPs {
		a, err := netip.ParseAddr(n.Name)
		for _, same := range []netip.Addr{translated(a), a.Unmap()} {
			if tag := known[same.String()]; err == nil && tag != "" {
				return found(tag, a.String())
			}
		}
	}
	var strangers []string
	for _, n := range c.group.RemoteHosts {
		host := strings.ToLower(strings.TrimSuffix(n.Name, "."))
		if !strings.Contains(host, ".") { // a filter on our own machine
			continue
		}
		if known[host] != "" {
			return found(known[host], host)
		}
		if c.group.Provider != "" && slices.ContainsFunc(t.hosts, func(h mailHost) bool { return sameOwner(h.name, host) }) {
			return found("mx.bounced-by-mx", host)
		}
		h := hostOf(ctx, r.truth, host) // another name of the same machine
		for _, a := range h.addrs {
			if tag := known[a.String()]; tag != "" {
				return found(tag, host, h.answers...)
			}
		}
		if len(c.group.RemoteIPs) > 0 || len(h.addrs) > 0 {
			strangers = append(strangers, host)
		} // else the name says nothing: many servers call themselves what DNS does not know
	}
	if len(strangers) == 0 {
		for _, a := range publicAddrs(c.group.RemoteIPs) {
			strangers = append(strangers, a.String())
		}
	}
	if len(strangers) == 0 || unclear {
		return nil
	}
	tag := Tag("mx.smarthost")
	if c.has(classify.RelayDenied, classify.AuthRequired, classify.MailLoop) { // it does not want to be one
		tag = "mx.not-mx"
	}
	return []Finding{finding(tag, c.group.Domain,
		args("host", strings.Join(strangers, ", "), "hosts", strings.Join(t.names(), ", ")), seen(t.answer)...)}
}

// nat64 is where a machine without IPv4 sees the IPv4 Internet, RFC 6052 section 2.1.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// translated is the IPv4 address behind one of NAT64, the zero Addr for any other.
func translated(a netip.Addr) netip.Addr {
	if !nat64.Contains(a) {
		return netip.Addr{}
	}
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

// sameOwner says whether two hosts are below one registered domain: providers announce other names than they answer by.
func sameOwner(a, b string) bool { return dmarc.Organization(a) == dmarc.Organization(b) }

func checkNullMX(ctx context.Context, r *run, c *caseFile) []Finding {
	answer := r.truth.Lookup(ctx, c.group.Domain, dns.TypeMX)
	names := exchangers(answer)
	switch {
	case answer.Kind() == dnsq.Failed:
		return []Finding{finding("null-mx.unknown", c.group.Domain, args("why", answer.Failure()), seen(answer)...)}
	case len(names) == 1 && names[0] == ".":
		return []Finding{finding("null-mx.found", c.group.Domain, nil, seen(answer)...)}
	}
	return []Finding{finding("null-mx.none", c.group.Domain, nil, seen(answer)...)}
}

func join(addrs []netip.Addr) string {
	var list []string
	for _, a := range addrs {
		list = append(list, a.String())
	}
	return strings.Join(list, ", ")
}
