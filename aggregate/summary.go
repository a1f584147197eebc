package aggregate

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// maxListed is the number of names that a group lists of each sort.
const maxListed = 16

// Analysis says what all records so far add up to. More can be added afterwards.
func (a *Aggregator) Analysis() *Analysis {
	sums := make([]sum, len(a.domains))
	for i, d := range a.domains {
		sums[i].add(&d.settled)
	}
	all := a.settledAll.clone()
	for _, o := range a.liveOutcomes() {
		o.addTo(&sums[o.domain.index], &all)
	}
	an := &Analysis{
		Books:        a.books,
		Unclassified: all.unclassified,
		First:        fromSeconds(a.first),
		Last:         fromSeconds(a.last),
		NotFailures:  a.toldApart(),
		Unknown:      wordings(all.clusters),
	}
	window := span{a.first, a.last}
	byProvider := map[string]*draft{}
	total := newDraft("", "")
	for i, d := range a.domains {
		g := newDraft(d.name, d.provider())
		g.add(&sums[i], d)
		total.add(&sums[i], d)
		if p := g.Provider; p != "" {
			if byProvider[p] == nil {
				byProvider[p] = newDraft(p, p)
			}
			byProvider[p].add(&sums[i], d)
		}
		if sums[i].failing() > 0 {
			an.Domains = append(an.Domains, g.finish(window))
		} else {
			an.Quiet = append(an.Quiet, g.finish(window))
		}
	}
	for _, g := range byProvider {
		if g.sum.failing() > 0 {
			an.Providers = append(an.Providers, g.finish(window))
		}
	}
	rank(an.Domains)
	rank(an.Providers)
	slices.SortFunc(an.Quiet, func(g, h Group) int { return cmp.Compare(g.Domain, h.Domain) })

	an.Egress = ranked(total.localIPs, 0)
	an.HELO = ranked(total.helo, 0)
	an.Senders = ranked(total.senders, 0)
	an.Timeline, an.Step = timeline(&all, total.sum.series)
	an.Total = total.finish(window)
	an.Total.Samples = nil
	return an
}

// draft is a group in the making.
type draft struct {
	Group
	sum                                                                sum
	samples                                                            map[reasonKey]*slot
	remoteHosts, remoteIPs, localIPs, helo, senders, blockLists, dkims map[string]int
}

func newDraft(name, provider string) *draft {
	return &draft{Group: Group{Domain: name, Provider: provider}}
}

// add takes over a domain and the sum of its outcomes.
func (g *draft) add(s *sum, d *domain) {
	g.sum.add(s)
	g.DeliveredKnown = g.DeliveredKnown || d.deliveredKnown
	if s.failing() > 0 {
		g.Domains++
	}
	if d.fails == nil {
		return
	}
	if g.samples == nil {
		g.samples = map[reasonKey]*slot{}
		g.remoteHosts, g.remoteIPs, g.localIPs = map[string]int{}, map[string]int{}, map[string]int{}
		g.helo, g.senders, g.blockLists, g.dkims = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	}
	for key, s := range d.fails.samples {
		if g.samples[key] == nil {
			g.samples[key] = &slot{}
		}
		g.samples[key].merge(s)
	}
	d.fails.remoteHosts.addTo(g.remoteHosts)
	d.fails.remoteIPs.addTo(g.remoteIPs)
	d.fails.localIPs.addTo(g.localIPs)
	d.fails.helo.addTo(g.helo)
	d.fails.senders.addTo(g.senders)
	d.fails.blockLists.addTo(g.blockLists)
	d.fails.dkims.addTo(g.dkims)
}

func (g *draft) finish(window span) Group {
	s := &g.sum
	g.Delivered, g.Bounced, g.Expired, g.Pending = s.delivered, s.bounced, s.expired, s.pending
	g.Recipients = s.delivered + s.failing()
	g.Attempts = s.attempts
	g.First, g.Last = fromSeconds(s.first), fromSeconds(s.last)
	g.Reasons = s.ranked()
	for _, r := range g.Reasons {
		g.Samples = append(g.Samples, g.samples[reasonKey{r.Reason, r.Detail, r.End}].Sample)
	}
	g.RemoteHosts = ranked(g.remoteHosts, maxListed)
	g.RemoteIPs = ranked(g.remoteIPs, maxListed)
	g.LocalIPs = ranked(g.localIPs, maxListed)
	g.HELO = ranked(g.helo, maxListed)
	g.Senders = ranked(g.senders, maxListed)
	g.BlockLists = ranked(g.blockLists, maxListed)
	g.DKIM = ranked(g.dkims, maxListed)
	g.Onset, g.Ended = burst(s.series, window, g.DeliveredKnown)
	g.Harm = harm(&g.Group)
	return g.Group
}

// rank sorts groups, the worst first; of equal harm the bigger one, then by name.
func rank(groups []Group) {
	slices.SortFunc(groups, func(g, h Group) int {
		return cmp.Or(cmp.Compare(h.Harm.Score, g.Harm.Score), cmp.Compare(h.Failing(), g.Failing()), cmp.Compare(g.Domain, h.Domain))
	})
}

func (a *Aggregator) toldApart() []Count {
	list := make([]Count, 0, len(a.notFailures))
	for n, count := range a.notFailures {
		name := strings.TrimSpace(string(n.kind) + " " + string(n.subkind))
		list = append(list, Count{name, count})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func wordings(clusters map[*cluster]int) []Cluster {
	list := make([]Cluster, 0, len(clusters))
	for c, n := range clusters {
		list = append(list, Cluster{Masked: c.masked, Count: n, Example: c.slot.Sample})
	}
	slices.SortFunc(list, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Masked, b.Masked))
	})
	return list
}

// timeline makes days of the hours where these would be too many.
func timeline(all *overall, deliveries series) ([]Bucket, time.Duration) {
	for _, h := range deliveries {
		if h.delivered > 0 {
			all.bucket(int64(h.start) * 3600).Delivered += int(h.delivered)
		}
	}
	hours := make([]Bucket, 0, len(all.timeline))
	for _, b := range all.timeline {
		hours = append(hours, *b)
	}
	slices.SortFunc(hours, func(a, b Bucket) int { return a.Start.Compare(b.Start) })
	const week = 7 * 24 * time.Hour
	if len(hours) == 0 || hours[len(hours)-1].Start.Sub(hours[0].Start) < week {
		return hours, time.Hour
	}
	var days []Bucket
	for _, h := range hours {
		day := h.Start.Truncate(24 * time.Hour)
		if n := len(days); n == 0 || !days[n-1].Start.Equal(day) {
			days = append(days, Bucket{Start: day})
		}
		d := &days[len(days)-1]
		d.Delivered += h.Delivered
		d.Bounced += h.Bounced
		d.Expired += h.Expired
		d.Pended += h.Pended
	}
	return days, 24 * time.Hour
}
