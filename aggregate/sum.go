package aggregate

import (
	"cmp"
	"maps"
	"slices"
)

// sum is what the outcomes of a domain add up to.
type sum struct {
	delivered, bounced, expired, pending, attempts int
	first, last                                    int64
	reasons                                        map[reasonKey]*reasonSum
	series                                         series
}

type reasonSum struct {
	count, pending int
	first, last    int64
	why            *why // of those with this key the one that sorts first: tells scope and permanence
}

// overall is what outcomes add up to regardless of the domain.
type overall struct {
	unclassified int
	timeline     map[int64]*Bucket // by the second at which the hour starts
	clusters     map[*cluster]int
}

func newOverall() overall {
	return overall{timeline: map[int64]*Bucket{}, clusters: map[*cluster]int{}}
}

func (o overall) clone() overall {
	c := overall{unclassified: o.unclassified, timeline: make(map[int64]*Bucket, len(o.timeline)), clusters: maps.Clone(o.clusters)}
	for hour, b := range o.timeline {
		copied := *b
		c.timeline[hour] = &copied
	}
	return c
}

// bucket returns the hour of the timeline in which a time lies, nil for an unknown time.
func (o overall) bucket(at int64) *Bucket {
	if at <= 0 {
		return nil
	}
	hour := at - at%3600
	b := o.timeline[hour]
	if b == nil {
		b = &Bucket{Start: fromSeconds(hour)}
		o.timeline[hour] = b
	}
	return b
}

// addTo counts the outcome in the sum of its domain and over all.
func (o *outcome) addTo(s *sum, all *overall) {
	s.attempts += o.attempts()
	if o.claimed {
		return
	}
	st := o.state()
	if st == stateDelivered {
		s.delivered++
		s.series.add(o.delivered, 1, 0)
		return // the timeline of deliveries comes out of the series
	}
	b := all.bucket(o.closed())
	if b == nil {
		b = &Bucket{}
	}
	switch st {
	case stateBounced:
		s.bounced++
		b.Bounced++
	case stateExpired:
		s.expired++
		b.Expired++
	default:
		s.pending++
		b.Pended++
	}
	s.series.add(o.first, 0, 1)
	s.first = earlier(s.first, o.first)
	s.last = max(s.last, o.last)

	r := s.reason(o.told.why.key())
	r.count++
	if st == statePending {
		r.pending++
	}
	r.first = earlier(r.first, o.first)
	r.last = max(r.last, o.last)
	r.explain(o.told.why)
	if c := o.told.cluster; c != nil {
		all.unclassified++
		all.clusters[c]++
	}
}

func (s *sum) reason(key reasonKey) *reasonSum {
	if s.reasons == nil {
		s.reasons = map[reasonKey]*reasonSum{}
	}
	r := s.reasons[key]
	if r == nil {
		r = &reasonSum{}
		s.reasons[key] = r
	}
	return r
}

func (r *reasonSum) explain(w *why) {
	if r.why == nil || w.compare(*r.why) < 0 {
		r.why = w
	}
}

// add takes over another sum.
func (s *sum) add(t *sum) {
	s.delivered += t.delivered
	s.bounced += t.bounced
	s.expired += t.expired
	s.pending += t.pending
	s.attempts += t.attempts
	s.first = earlier(s.first, t.first)
	s.last = max(s.last, t.last)
	for key, u := range t.reasons {
		r := s.reason(key)
		r.count += u.count
		r.pending += u.pending
		r.first = earlier(r.first, u.first)
		r.last = max(r.last, u.last)
		r.explain(u.why)
	}
	s.series.merge(t.series)
}

// failing is the number of outcomes that failed or hang.
func (s *sum) failing() int { return s.bounced + s.expired + s.pending }

// ranked lists the reasons, the most frequent first.
func (s *sum) ranked() []ReasonCount {
	list := make([]ReasonCount, 0, len(s.reasons))
	for key, r := range s.reasons {
		list = append(list, ReasonCount{
			Reason: key.Reason, Detail: key.Detail, End: key.End, Scope: r.why.Scope, Permanent: r.why.Permanent,
			Count: r.count, Pending: r.pending, First: fromSeconds(r.first), Last: fromSeconds(r.last),
		})
	}
	slices.SortFunc(list, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail), cmp.Compare(a.End, b.End))
	})
	return list
}
