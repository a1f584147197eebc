package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// controls are well-known addresses that have names, and names that have addresses: who cannot answer these has no
// view of the Internet.
var (
	reverseControls = []netip.Addr{
		netip.MustParseAddr("8.8.8.8"),      // dns.google
		netip.MustParseAddr("1.1.1.1"),      // one.one.one.one
		netip.MustParseAddr("9.9.9.9"),      // dns9.quad9.net
		netip.MustParseAddr("193.0.14.129"), // k.root-servers.net
		netip.MustParseAddr("199.7.83.42"),  // l.root-servers.net
	}
	forwardControls = []question{
		{"dns.google.", dns.TypeA},
		{"www.iana.org.", dns.TypeA},
		{"k.root-servers.net.", dns.TypeA},
	}
)

// madeUp is a label that no zone has.
const madeUp = "no-such-host-5e1f0c."

// checkResolverReverse asks each of our resolvers for names of addresses that are known to have some.
func checkResolverReverse(ctx context.Context, r *run, c *caseFile) []Finding {
	return r.share("resolver-reverse", func() []Finding {
		questions := r.reverseQuestions(ctx)
		truth := parallel(questions, func(q question) dnsq.Answer { return r.reference.Lookup(ctx, q.Name, q.Type) })
		var controls []question
		var proofs []dnsq.Answer
		for i, a := range truth { // only what the reference can answer is fit to compare with
			if a.Kind() == dnsq.Answered {
				controls, proofs = append(controls, questions[i]), append(proofs, a)
			}
		}
		lists := parallel(r.ours, func(own *dnsq.Resolver) []Finding {
			f := r.testReverse(ctx, own, controls, proofs)
			return []Finding{f}
		})
		return slices.Concat(lists...)
	})
}

// reverseQuestions are for our own addresses, some of the mail servers' in question, and controls.
func (r *run) reverseQuestions(ctx context.Context) []question {
	var addrs []netip.Addr
	cases := r.opened[:min(len(r.opened), 3)]
	for _, c := range cases {
		addrs = append(addrs, c.egress...)
		addrs = append(addrs, publicAddrs(c.group.RemoteIPs[:min(len(c.group.RemoteIPs), 2)])...)
	}
	for _, a := range r.cfg.Egress {
		if isPublic(a) {
			addrs = append(addrs, a.Unmap())
		}
	}
	routes := parallel(cases, func(c *caseFile) *route { return routeOf(ctx, r.truth, c.group.Domain) })
	for _, t := range routes {
		for _, h := range t.hosts[:min(len(t.hosts), 2)] {
			addrs = append(addrs, h.addrs[:min(len(h.addrs), 1)]...)
		}
	}
	addrs = append(addrs, reverseControls...)
	var list []question
	for _, a := range addrs {
		name, err := dns.ReverseAddr(a.String())
		q := question{name, dns.TypePTR}
		if err == nil && !slices.Contains(list, q) {
			list = append(list, q)
		}
	}
	return list
}

// testReverse is a fault only where forward lookups work and the reference proves that there is an answer.
func (r *run) testReverse(ctx context.Context, own *dnsq.Resolver, controls []question, proofs []dnsq.Answer) Finding {
	subject := own.String()
	forward := parallel(forwardQuestions(r), func(q question) dnsq.Answer { return own.Lookup(ctx, q.Name, q.Type) })
	working := slices.IndexFunc(forward, func(a dnsq.Answer) bool { return a.Kind() == dnsq.Answered })
	if working < 0 {
		return finding("resolver-reverse.no-answer", subject, args("how", failures(forward)), seen(forward...)...)
	}
	if !r.referenceWorks {
		return finding("resolver-reverse.unknown", subject, args("why", "there is no reference to compare it with"), seen(forward...)...)
	}
	if len(controls) < 2 {
		return finding("resolver-reverse.unknown", subject, args("why", "the reference knows fewer than two names to compare"), seen(forward...)...)
	}
	ask := func(list []question) []dnsq.Answer {
		return parallel(list, func(q question) dnsq.Answer { return own.Lookup(ctx, q.Name, q.Type) })
	}
	first := max(2, len(controls)-1) // one is kept for a second look
	answers := ask(controls[:first])
	again := []dnsq.Answer{}
	if len(unanswered(answers)) > 0 {
		again = ask(controls[first:])
		answers = append(answers, again...)
	}
	failed := unanswered(answers)
	if len(failed) > 0 && silent(pick(answers, failed)) {
		// It says something about reverse lookups only while the resolver is there at all, and, as that may have been
		// away for a moment, only if it goes on.
		alive := own.Lookup(ctx, forward[working].Name, dns.TypeSOA)
		why := ""
		switch {
		case alive.Msg == nil:
			why = "it no longer answers any question"
		case len(unanswered(again)) < len(again):
			why = "it did not answer for a while"
		}
		if why != "" {
			return finding("resolver-reverse.unknown", subject, args("why", why), seen(append(answers, forward[working], alive)...)...)
		}
	}
	tcp := &dnsq.Resolver{Client: own.Client, Server: own.Server, TCP: true}
	evidence := []Evidence{}
	for _, i := range failed {
		evidence = append(evidence, seen(answers[i], proofs[i])...)
	}
	evidence = append(evidence, seen(forward[working])...)
	broken := func(tag Tag, transport string, failed []dnsq.Answer, asked int) Finding {
		return finding(tag, subject, args("failed", count(len(failed)), "asked", count(asked), "transport", transport,
			"how", failures(failed)), evidence...)
	}
	switch n := len(failed); {
	case n >= 2 && 2*n > len(answers):
		return broken("resolver-reverse.broken", "UDP", pick(answers, failed), len(answers))
	case n > 0 && silent(pick(answers, failed)): // lost on the way, perhaps
		return finding("resolver-reverse.unknown", subject, args("why", count(n)+" of "+count(len(answers))+" got no answer ("+failures(pick(answers, failed))+")"), evidence...)
	case n > 0:
		return broken("resolver-reverse.partial", "UDP", pick(answers, failed), len(answers))
	}
	second := parallel(controls[:2], func(q question) dnsq.Answer { return tcp.Lookup(ctx, q.Name, q.Type) })
	if still := pick(second, unanswered(second)); len(still) == 2 && worksOver(ctx, tcp, r) {
		evidence = append(evidence, seen(second...)...)
		return broken("resolver-reverse.partial", "TCP", still, 2)
	}
	return finding("resolver-reverse.ok", subject, args("asked", count(len(answers))), seen(proofs[0], forward[working])...)
}

// unanswered are the indexes of answers that are none.
func unanswered(answers []dnsq.Answer) []int {
	var list []int
	for i, a := range answers {
		if a.Kind() != dnsq.Answered {
			list = append(list, i)
		}
	}
	return list
}

// silent says whether nothing came back in place of any of the answers.
func silent(answers []dnsq.Answer) bool {
	return !slices.ContainsFunc(answers, func(a dnsq.Answer) bool { return a.Msg != nil })
}

func pick(answers []dnsq.Answer, indexes []int) []dnsq.Answer {
	var list []dnsq.Answer
	for _, i := range indexes {
		list = append(list, answers[i])
	}
	return list
}

// worksOver says whether forward lookups work: that TCP does not work at all is common, and another matter.
func worksOver(ctx context.Context, a dnsq.Asker, r *run) bool {
	answers := parallel(forwardQuestions(r)[:2], func(q question) dnsq.Answer { return a.Lookup(ctx, q.Name, q.Type) })
	return len(unanswered(answers)) < len(answers)
}

// forwardQuestions are the controls, and the MX of the worst domains.
func forwardQuestions(r *run) []question {
	list := slices.Clone(forwardControls)
	for _, c := range r.opened[:min(len(r.opened), 3)] {
		list = append(list, question{dns.CanonicalName(c.group.Domain), dns.TypeMX})
	}
	return list
}

// failures says how answers failed, the most frequent way first.
func failures(answers []dnsq.Answer) string {
	count := map[string]int{}
	var kinds []string
	for _, a := range answers {
		how := a.Failure()
		if how == "" {
			how = a.String()
		}
		if count[how]++; count[how] == 1 {
			kinds = append(kinds, how)
		}
	}
	slices.SortFunc(kinds, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	return strings.Join(kinds[:min(len(kinds), 3)], ", ")
}

// checkResolverCompare sets the answers of each of our resolvers against those of the reference.
func checkResolverCompare(ctx context.Context, r *run, c *caseFile) []Finding {
	lists := parallel(r.ours, func(own *dnsq.Resolver) []Finding {
		list := r.share("lies "+own.String(), func() []Finding { return testLies(ctx, r, own) })
		return append(slices.Clone(list), c.compare(ctx, own)...)
	})
	return slices.Concat(lists...)
}

// testLies asks for names that do not exist.
func testLies(ctx context.Context, r *run, own *dnsq.Resolver) []Finding {
	names := []string{madeUp + "iana.org"}
	for _, c := range r.opened[:min(len(r.opened), 2)] {
		names = append(names, madeUp+c.group.Domain)
	}
	for _, name := range names {
		made := own.Lookup(ctx, name, dns.TypeA)
		if made.Kind() != dnsq.Answered {
			continue
		}
		if proof := r.reference.Lookup(ctx, name, dns.TypeA); proof.Denied() {
			return []Finding{finding("resolver-compare.lies", own.String(), args("address", join(dnsq.Addrs(made))), seen(made, proof)...)}
		}
	}
	return nil
}

func (c *caseFile) compare(ctx context.Context, own *dnsq.Resolver) []Finding {
	domain, resolver := c.group.Domain, own.String()
	ours, truth := routeOf(ctx, own, domain), routeOf(ctx, c.run.reference, domain)
	evidence := seen(ours.answer, truth.answer)
	if bogus := c.bogus(ctx, own, ours.answer); bogus != nil {
		return []Finding{*bogus}
	}
	switch {
	case ours.failure != "":
		return []Finding{finding("resolver-compare.unknown", domain, args("resolver", resolver, "why", "our resolver: "+ours.failure), evidence...)}
	case truth.failure != "":
		return []Finding{finding("resolver-compare.unknown", domain, args("resolver", resolver, "why", "the reference: "+truth.failure), evidence...)}
	}
	if a, b := ours.describe(), truth.describe(); a != b {
		return []Finding{finding("resolver-compare.mx-differs", domain, args("resolver", resolver, "ours", a, "reference", b), evidence...)}
	}
	var list []Finding
	for i, h := range ours.hosts {
		theirs := truth.hosts[i]
		if h.failure != "" || theirs.failure != "" || h.name != theirs.name || !disjoint(h.addrs, theirs.addrs) {
			continue
		}
		tag := Tag("resolver-compare.address-differs")
		if !h.private() && (c.group.Provider != "" && len(h.addrs) > 0 || neighbours(h.addrs, theirs.addrs)) { // answers by place and load
			tag = "resolver-compare.address-varies"
		}
		list = append(list, finding(tag, h.name, args("resolver", resolver,
			"ours", orNone(join(h.addrs)), "reference", orNone(join(theirs.addrs))), seen(append(h.answers, theirs.answers...)...)...))
	}
	if txt := c.compareTXT(ctx, own); txt != nil {
		list = append(list, *txt)
	}
	if list == nil {
		list = []Finding{finding("resolver-compare.same", domain, args("resolver", resolver), evidence...)}
	}
	return list
}

// bogus finds out whether our resolver fails because it takes the answers for forged: twice it says SERVFAIL, and with
// checking disabled (RFC 4035 section 3.2.2) it has an answer. Other reasons to fail do not go away with the check.
func (c *caseFile) bogus(ctx context.Context, own *dnsq.Resolver, mx dnsq.Answer) *Finding {
	fails := func(a dnsq.Answer) bool { return a.Msg != nil && a.Msg.Rcode == dns.RcodeServerFailure }
	if !fails(mx) {
		return nil
	}
	domain := c.group.Domain
	txt := own.Lookup(ctx, domain, dns.TypeTXT)
	if !fails(txt) {
		return nil
	}
	unchecked := &dnsq.Resolver{Client: own.Client, Server: own.Server, Unchecked: true}
	anyway := unchecked.Lookup(ctx, domain, dns.TypeMX)
	if anyway.Kind() == dnsq.Failed {
		return nil
	}
	f := finding("resolver-compare.bogus", domain, args("resolver", own.String(), "answer", anyway.String()), seen(mx, txt, anyway)...)
	return &f
}

// compareTXT compares the text records of the domain: a forged or stale zone shows there, too.
func (c *caseFile) compareTXT(ctx context.Context, own *dnsq.Resolver) *Finding {
	ours, truth := own.Lookup(ctx, c.group.Domain, dns.TypeTXT), c.run.reference.Lookup(ctx, c.group.Domain, dns.TypeTXT)
	if ours.Kind() == dnsq.Failed || truth.Kind() == dnsq.Failed || ours.String() == truth.String() {
		return nil
	}
	f := finding("resolver-compare.txt-differs", c.group.Domain, args("resolver", own.String()), seen(ours, truth)...)
	return &f
}

// describe is the route in words that can be compared.
func (t *route) describe() string {
	switch {
	case !t.exists():
		return "no such domain"
	case t.null:
		return "null MX"
	case t.implicit:
		return "none (the domain itself)"
	}
	return strings.Join(t.names(), ", ")
}

// disjoint says that two lists of addresses have nothing in common; an empty list is one of its own.
func disjoint(a, b []netip.Addr) bool {
	return len(a)+len(b) > 0 && !slices.ContainsFunc(a, func(x netip.Addr) bool { return slices.Contains(b, x) })
}

// neighbours says whether all addresses of one list are in networks of the other: machines of one site.
func neighbours(a, b []netip.Addr) bool {
	near := func(x netip.Addr) bool { return slices.ContainsFunc(b, func(y netip.Addr) bool { return near(x, y) }) }
	return len(a) > 0 && !slices.ContainsFunc(a, func(x netip.Addr) bool { return !near(x) })
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
