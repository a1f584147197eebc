package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// checkNameServers asks every authoritative server for the MX, where somebody's answer gave cause for doubt.
func checkNameServers(ctx context.Context, r *run, c *caseFile) []Finding {
	domain := c.group.Domain
	if !c.doubtful(ctx) {
		return nil
	}
	zone, hosts := r.iterator.Servers(ctx, domain)
	if dns.CountLabel(zone) < 2 && zone != dns.CanonicalName(domain) { // a registry's servers say nothing about a customer's zone
		return nil
	}
	type server struct {
		host string
		addr netip.AddrPort
	}
	var servers []server
	for _, h := range hosts {
		for _, a := range h.Addrs {
			if a.Addr().Is4() || len(h.Addrs) == 1 {
				servers = append(servers, server{strings.TrimSuffix(h.Name, "."), a})
			}
		}
	}
	answers := parallel(servers, func(s server) dnsq.Answer {
		return r.client.Ask(ctx, dnsq.Query{Server: s.addr, Name: domain, Type: dns.TypeMX})
	})
	var lame, views []string
	unclear := ""
	for i, a := range answers {
		switch {
		case a.Msg == nil, a.Msg.Rcode == dns.RcodeServerFailure:
			unclear = servers[i].host + ": " + a.Failure()
		case a.Kind() == dnsq.Failed || !a.Msg.Authoritative:
			lame = append(lame, servers[i].host)
		default:
			if view := strings.Join(exchangers(a), ", "); !slices.Contains(views, view) {
				views = append(views, view)
			}
		}
	}
	slices.Sort(views)
	slices.Sort(lame)
	evidence := seen(answers...)
	var list []Finding
	if len(views) > 1 {
		list = append(list, finding("ns-consistency.differs", domain, args("answers", strings.Join(views, "; ")), evidence...))
	}
	if len(lame) > 0 {
		list = append(list, finding("ns-consistency.lame", domain, args("hosts", strings.Join(slices.Compact(lame), ", ")), evidence...))
	}
	if list == nil && (unclear != "" || len(views) == 0) {
		return []Finding{finding("ns-consistency.unknown", domain, args("why", orNone(unclear)), evidence...)}
	}
	if list == nil {
		list = append(list, finding("ns-consistency.same", domain, nil, evidence...))
	}
	return list
}

// doubtful says whether a resolver's answer differs from the reference's, or either fails; or mail went to a server that
// is none of the domain's by what they say now.
func (c *caseFile) doubtful(ctx context.Context) bool {
	truth := c.run.reference.Lookup(ctx, c.group.Domain, dns.TypeMX)
	if truth.Kind() == dnsq.Failed {
		return true
	}
	if slices.ContainsFunc(c.run.ours, func(own *dnsq.Resolver) bool {
		a := own.Lookup(ctx, c.group.Domain, dns.TypeMX)
		return a.Kind() == dnsq.Failed || a.String() != truth.String()
	}) {
		return true
	}
	by := c.bouncingHosts(ctx, c.run, routeOf(ctx, c.run.truth, c.group.Domain))
	return slices.ContainsFunc(by, func(f Finding) bool { return f.Tag == "mx.not-mx" })
}
