package lab

import (
	"net/netip"

	"github.com/miekg/dns"
)

// resolver is a recursive resolver: what the tree says, but for the records that it holds itself: stale or forged
// ones.
type resolver struct {
	tree     *dnsTree
	at       netip.Addr
	override *zone // apex "."; nil without overrides
}

func (r *resolver) answer(query *dns.Msg, _ netip.Addr) *dns.Msg {
	q := query.Question[0]
	if r.override != nil {
		name := dns.CanonicalName(q.Name)
		if found := match(r.override.records[name], q.Qtype, name); len(found) > 0 {
			m := new(dns.Msg)
			m.SetReply(query)
			m.RecursionAvailable, m.Answer = true, found
			return m
		}
	}
	return r.tree.resolve(query, r.at) // authoritative servers see the resolver, not its client
}
