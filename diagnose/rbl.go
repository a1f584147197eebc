package diagnose

import (
	"context"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ndrscope/classify"
	"ndrscope/diagnose/dnsbl"
	"ndrscope/diagnose/dnsq"
)

// namedZones are the lists that the domain's replies name, as far as these can be asked.
func (c *caseFile) namedZones() (zones []dnsbl.Zone, deadOnes []string) {
	return zonesOf(c.listNames())
}

// zonesNow are the lists that the domain's servers name when we speak to them.
func (c *caseFile) zonesNow() []dnsbl.Zone {
	var list []string
	for _, f := range c.all("smtp.banner-refused", "smtp.refused", "smtp.rcpt-refused") {
		reply := f.Arg("reply")
		list = append(list, zonesIn(reply)...)
		if known, ok := classify.BlockListNamed(reply); ok {
			list = append(list, known.Name)
		}
	}
	zones, _ := zonesOf(list)
	return zones
}

// zonesOf finds lists by the names or zones that replies have.
func zonesOf(names []string) (zones []dnsbl.Zone, deadOnes []string) {
	for _, given := range names {
		name := strings.ToLower(given)
		z, ok := dnsbl.Named(name)
		if known, isKnown := classify.BlockListNamed(given); isKnown && known.Zone != "" && (!ok || strings.HasSuffix(known.Zone, "."+z.Name)) {
			name = known.Zone // by the list's or its operator's name
			z, ok = dnsbl.Named(name)
		}
		if dnsbl.Dead(name) {
			deadOnes = append(deadOnes, name)
			continue
		}
		if ok && !contains(zones, z.Name) {
			zones = append(zones, z)
		}
	}
	return zones, deadOnes
}

// listNames are the block lists that the replies name, by zone or by name, those seen most first.
func (c *caseFile) listNames() []string {
	var list []string
	for _, n := range c.group.BlockLists {
		list = append(list, n.Name)
	}
	for _, n := range c.group.Reasons {
		if (n.Reason == classify.IPBlocked || n.Reason == classify.BadReputation) && n.Detail != "" {
			list = append(list, n.Detail)
		}
	}
	for _, s := range c.group.Samples {
		if s.Event.BlockList != "" {
			list = append(list, s.Event.BlockList)
		}
		if !slices.Contains(listReasons, s.Class.Reason) {
			continue
		}
		for _, zone := range zonesIn(s.Event.Diagnostic) {
			if zone != s.Event.RemoteHost && zone != c.group.Domain {
				list = append(list, zone)
			}
		}
	}
	return list
}

// zonesIn are the zones that a reply names, lower case.
func zonesIn(reply string) []string {
	var list []string
	for _, m := range zoneWording.FindAllStringSubmatch(reply, 3) {
		list = append(list, strings.ToLower(m[1]))
	}
	return list
}

// listReasons are those of refusals that may rest on a list.
var listReasons = []classify.Reason{classify.IPBlocked, classify.BadReputation, classify.SenderRejected, classify.Policy,
	classify.Security, classify.Spam, classify.ContentRejected}

// zoneWording is how servers name the zone that they asked: Postfix says "blocked using ZONE", Exim and Exchange are
// usually set to "listed at ZONE" and the like.
var zoneWording = regexp.MustCompile(`(?i)\b(?:blocked (?:using|by)|(?:black|block|deny)?-?listed (?:at|by|in|on)|found (?:in|on|at)|dnsbl|rbl)[: ]+<?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z]{2,})`)

// names says whether the domain's replies name a list.
func (c *caseFile) names(zone string) bool {
	zones, _ := c.namedZones()
	return contains(zones, zone)
}

func contains(zones []dnsbl.Zone, name string) bool {
	return slices.ContainsFunc(zones, func(z dnsbl.Zone) bool { return z.Name == name })
}

// askers are whom to ask about block lists: our resolvers, as our mail server's own filters do, then the reference.
func (r *run) askers() []dnsq.Asker {
	var list []dnsq.Asker
	for _, own := range r.ours {
		list = append(list, own)
	}
	if r.referenceWorks {
		list = append(list, r.reference)
	}
	return list
}

// healthy finds somebody through whom a list works. Who does not get that far has a finding, shared by all.
func (r *run) healthy(ctx context.Context, check string, z dnsbl.Zone, ipv6 bool) (via dnsq.Asker, state dnsbl.State, problems []Finding) {
	for _, a := range r.askers() {
		health := r.lists.Health(ctx, a, z, ipv6)
		tag := Tag(check + ".unknown")
		switch health.State {
		case dnsbl.Healthy, dnsbl.Untested:
			return a, health.State, problems
		case dnsbl.Refused:
			tag = Tag(check + ".refused")
		case dnsbl.Broken:
			tag = Tag(check + ".broken")
		case dnsbl.Gone:
			tag = Tag(check + ".dead")
		}
		problems = append(problems, finding(tag, z.Name, args("resolver", a.String(), "why", health.Meaning), seen(health.Answers...)...))
	}
	return nil, dnsbl.Unknown, problems
}

func checkBlockLists(ctx context.Context, r *run, c *caseFile) []Finding {
	zones, deadOnes := c.namedZones()
	for _, z := range dnsbl.Zones() {
		if !contains(zones, z.Name) {
			zones = append(zones, z)
		}
	}
	type job struct {
		zone dnsbl.Zone
		addr netip.Addr
	}
	var jobs []job
	for _, z := range zones {
		for _, a := range c.egress {
			if !z.Domains && (a.Is4() || z.IPv6) {
				jobs = append(jobs, job{z, a})
			}
		}
	}
	lists := parallel(jobs, func(j job) []Finding {
		return r.share("rbl-ip "+j.zone.Name+" "+j.addr.String(), func() []Finding {
			return r.listing(ctx, j.zone, j.addr)
		})
	})
	found := slices.Concat(lists...)
	for _, zone := range deadOnes {
		found = append(found, finding("rbl-ip.dead", zone, nil))
	}
	return found
}

// listing asks one list for one of our addresses.
func (r *run) listing(ctx context.Context, z dnsbl.Zone, addr netip.Addr) []Finding {
	via, health, list := r.healthy(ctx, "rbl-ip", z, addr.Is6())
	if via == nil {
		return list
	}
	result := r.lists.Address(ctx, via, z, addr)
	subject, evidence := addr.String(), seen(result.Answers...)
	a := args("zone", z.Name, "meaning", result.Meaning)
	switch result.State {
	case dnsbl.Listed:
		tag := Tag("rbl-ip.listed")
		if z.Minor {
			tag = "rbl-ip.listed-minor"
		}
		if z.Note != "" {
			a = append(a, Arg{"note", z.Note})
		}
		return append(list, finding(tag, subject, a, evidence...))
	case dnsbl.Allowed:
		return append(list, finding("rbl-ip.allowed", subject, a, evidence...))
	case dnsbl.Clean:
		if health == dnsbl.Untested {
			return append(list, finding("rbl-ip.unknown", z.Name, args("resolver", via.String(),
				"why", "it has no test entry, so that its silence proves nothing", "asked", subject), evidence...))
		}
		if z.Allow { // not to be on an allow list means nothing
			return list
		}
		return append(list, finding("rbl-ip.clean", subject, args("zone", z.Name), evidence...))
	case dnsbl.Refused:
		return append(list, finding("rbl-ip.refused", z.Name, args("resolver", via.String(), "why", result.Meaning, "asked", subject), evidence...))
	case dnsbl.Broken:
		return append(list, finding("rbl-ip.broken", z.Name, args("resolver", via.String(), "why", result.Meaning, "asked", subject), evidence...))
	}
	return append(list, finding("rbl-ip.unknown", z.Name, args("resolver", via.String(), "why", result.Meaning, "asked", subject), evidence...))
}

// checkDomainLists asks for our own domains only: sender, HELO and DKIM d=.
func checkDomainLists(ctx context.Context, r *run, c *caseFile) []Finding {
	domains := slices.Concat(c.senders, c.helo)
	for _, n := range c.group.DKIM {
		if _, d, ok := strings.Cut(n.Name, "._domainkey."); ok {
			domains = append(domains, strings.ToLower(d))
		}
	}
	slices.Sort(domains)
	domains = slices.DeleteFunc(slices.Compact(domains), func(d string) bool {
		_, err := netip.ParseAddr(strings.Trim(d, "[]"))
		return err == nil || !strings.Contains(d, ".") // a list of domains must never be asked for an address
	})
	var lists [][]Finding
	for _, z := range dnsbl.Zones() {
		if !z.Domains {
			continue
		}
		lists = append(lists, parallel(domains[:min(len(domains), 6)], func(d string) []Finding {
			return r.share("rbl-domain "+z.Name+" "+d, func() []Finding { return r.domainListing(ctx, z, d) })
		})...)
	}
	return slices.Concat(lists...)
}

func (r *run) domainListing(ctx context.Context, z dnsbl.Zone, domain string) []Finding {
	via, _, list := r.healthy(ctx, "rbl-domain", z, false)
	if via == nil {
		return list
	}
	result := r.lists.Domain(ctx, via, z, domain)
	evidence := seen(result.Answers...)
	switch result.State {
	case dnsbl.Listed:
		return append(list, finding("rbl-domain.listed", domain, args("zone", z.Name, "meaning", result.Meaning), evidence...))
	case dnsbl.Clean, dnsbl.Allowed:
		return append(list, finding("rbl-domain.clean", domain, args("zone", z.Name), evidence...))
	}
	tag := map[dnsbl.State]Tag{dnsbl.Refused: "rbl-domain.refused", dnsbl.Broken: "rbl-domain.broken"}[result.State]
	if tag == "" {
		tag = "rbl-domain.unknown"
	}
	return append(list, finding(tag, z.Name, args("resolver", via.String(), "why", result.Meaning, "asked", domain), evidence...))
}

func count(n int) string { return strconv.Itoa(n) }
