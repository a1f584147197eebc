package aggregate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"ndrscope/classify"
	"ndrscope/parse"
)

// domain is everything known of one recipient domain.
type domain struct {
	name  string
	index uint32 // in Aggregator.domains
	// deliveredKnown: a log, or a DSN of a delivery, tells of this domain.
	deliveredKnown bool
	settled        sum
	fails          *failures // nil while nothing fails
	providers      []Count   // how often a host of each provider was spoken to
	lastHost       uint64    // hash of the host that the last vote went to, and which vote that was
	lastVote       int
}

// deliver counts n deliveries at a time, and the tries that they took; n is negative to take them back.
func (d *domain) deliver(at int64, n, tries int) {
	d.settled.delivered += n
	d.settled.attempts += tries
	d.settled.series.add(at, n, 0)
}

// sees notes what any event tells of the domain.
func (d *domain) sees(e *parse.Event, fromLog bool) {
	if fromLog {
		d.deliveredKnown = true
	}
	d.spokeTo(e.RemoteHost, 1)
}

// spokeTo counts conversations with a host as votes for its provider.
func (d *domain) spokeTo(host string, times int) {
	if host == "" {
		return
	}
	if hash := xxhash.Sum64String(host); hash != d.lastHost {
		d.lastHost, d.lastVote = hash, d.vote(classify.OperatorOfHost(strings.ToLower(host)))
	}
	if d.lastVote >= 0 {
		d.providers[d.lastVote].Count += times
	}
}

// vote returns the index of a provider's votes, -1 for no provider.
func (d *domain) vote(provider string) int {
	if provider == "" {
		return -1
	}
	for i := range d.providers {
		if d.providers[i].Name == provider {
			return i
		}
	}
	d.providers = append(d.providers, Count{Name: provider})
	return len(d.providers) - 1
}

// provider is that of the domain itself, else the one whose hosts were spoken to most.
func (d *domain) provider() string {
	if p := classify.OperatorOfDomain(d.name); p != "" {
		return p
	}
	best := Count{}
	for _, c := range d.providers {
		if c.Count > best.Count || c.Count == best.Count && c.Name < best.Name {
			best = c
		}
	}
	return best.Name
}

func (d *domain) failures() *failures {
	if d.fails == nil {
		d.fails = &failures{samples: map[reasonKey]*slot{}}
	}
	return d.fails
}

// borrow takes the sample of a reason from a domain to which an outcome was counted before.
func (d *domain) borrow(from *domain, w *why) {
	if w == nil || from == d || from.fails == nil {
		return
	}
	if s := from.fails.samples[w.key()]; s != nil {
		d.failures().slot(w.key()).merge(s)
	}
}

// reasonKey is what reasons are counted by.
type reasonKey struct {
	Reason classify.Reason
	Detail string
	End    classify.End
}

func (w *why) key() reasonKey { return reasonKey{w.Reason, w.Detail, w.End} }

// failures is what failing tries of one domain name, and a sample of each reason.
type failures struct {
	samples                                                            map[reasonKey]*slot
	remoteHosts, remoteIPs, localIPs, helo, senders, blockLists, dkims tally
}

func (f *failures) names(e *parse.Event) {
	f.remoteHosts.count(e.RemoteHost)
	f.remoteIPs.count(e.RemoteIP)
	f.localIPs.count(e.LocalIP)
	f.helo.count(e.HELO)
	if at := strings.LastIndexByte(e.Sender, '@'); at >= 0 {
		f.senders.count(strings.ToLower(e.Sender[at+1:]))
	}
	f.blockLists.count(e.BlockList)
	if e.DKIMDomain != "" && e.DKIMSelector != "" {
		f.dkims.count(e.DKIMSelector + "._domainkey." + e.DKIMDomain)
	}
}

func (f *failures) sample(e *parse.Event, class *classify.Class, w *why, ordinal int) {
	f.slot(w.key()).offer(e, class, ordinal)
}

func (f *failures) slot(key reasonKey) *slot {
	s := f.samples[key]
	if s == nil {
		s = &slot{}
		f.samples[key] = s
	}
	return s
}

// tally counts names. It is a list since most hold one or two.
type tally []Count

func (t *tally) count(name string) {
	if name == "" {
		return
	}
	for i := range *t {
		if (*t)[i].Name == name {
			(*t)[i].Count++
			return
		}
	}
	if len(*t) < maxNames {
		*t = append(*t, Count{strings.Clone(name), 1})
	}
}

// addTo adds the counts to a sum.
func (t tally) addTo(sum map[string]int) {
	for _, c := range t {
		sum[c.Name] += c.Count
	}
}

// ranked lists counts, the most frequent first, ties by name; at most n of them, all with n = 0.
func ranked(counts map[string]int, n int) []Count {
	list := make([]Count, 0, len(counts))
	for name, count := range counts {
		list = append(list, Count{name, count})
	}
	slices.SortFunc(list, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	if n > 0 && len(list) > n {
		list = list[:n]
	}
	return list
}
