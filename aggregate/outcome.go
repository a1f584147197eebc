package aggregate

import (
	"cmp"
	"time"

	"ndrscope/classify"
)

// handover is how much later than a failure a delivery of the same message to the same recipient must be to be
// believed instead. Within it, the two are one passage through several servers whose clocks differ: the first handed
// the message on, a later one failed. After it, somebody sent the message again.
const handover = 10 * 60

// why is the meaning of a failed try, as far as outcomes tell it apart.
type why struct {
	Reason    classify.Reason
	Detail    string
	End       classify.End
	Scope     classify.Scope
	Permanent bool
}

func (w why) compare(v why) int {
	return cmp.Or(cmp.Compare(w.Reason, v.Reason), cmp.Compare(w.Detail, v.Detail), cmp.Compare(w.End, v.End),
		cmp.Compare(w.Scope, v.Scope), compareBool(w.Permanent, v.Permanent))
}

// vague reasons say that a message failed but not why: any earlier try that says more is better.
func (w why) vague() bool {
	switch w.Reason {
	case "", classify.Unknown, classify.OnHold, classify.ExpiredReason:
		return true
	}
	return false
}

// told is the word of one failed try, ordered by how much it says about the outcome.
type told struct {
	why     *why
	failure bool  // not merely a delay
	at      int64 // seconds since 1970
	sure    float32
	cluster *cluster // its wording, where no rule knows it
}

// compare orders words by weight; equal ones say the same.
func (t told) compare(u told) int {
	if t.why == nil || u.why == nil {
		return compareBool(t.why != nil, u.why != nil)
	}
	return cmp.Or(compareBool(!t.why.vague(), !u.why.vague()), compareBool(t.failure, u.failure), cmp.Compare(t.at, u.at),
		cmp.Compare(t.sure, u.sure), t.why.compare(*u.why), compareCluster(t.cluster, u.cluster))
}

// outcome is what became of one message for one recipient. Its fields only ever grow (by maximum, minimum or sum), so
// that the order in which events come does not matter.
type outcome struct {
	keys   keys
	also   []uint64 // further keys that it is live under
	domain *domain
	told   told
	// Seconds since 1970 of the first and last failed try; 0 is unknown.
	first, last int64
	// Seconds since 1970 of the last delay, failure and delivery; -1 is "never", 0 an unknown time.
	delayed, failed, delivered int64
	expired                    bool
	// claimed: the address was expanded or forwarded, and its members are outcomes of their own.
	claimed bool
	// tries that the logs tell of; a DSN of the same try does not count again.
	tries uint32
	// delayReported and so on say that a DSN told of it.
	delayReported, failureReported, deliveryReported bool
}

func newOutcome() *outcome { return &outcome{delayed: -1, failed: -1, delivered: -1} }

type state uint8

const (
	statePending state = iota
	stateDelivered
	stateBounced
	stateExpired
)

func (o *outcome) state() state {
	known := o.delivered >= 0
	switch {
	case o.failed >= 0 && !(known && o.failed > 0 && o.delivered > o.failed+handover):
		if o.expired {
			return stateExpired
		}
		return stateBounced
	case known && o.delivered >= o.delayed:
		return stateDelivered
	}
	return statePending
}

func (o *outcome) attempts() int {
	reported := 0
	for _, r := range [...]bool{o.delayReported, o.failureReported, o.deliveryReported} {
		if r {
			reported++
		}
	}
	return max(int(o.tries), reported)
}

// closed is when the outcome became what it is.
func (o *outcome) closed() int64 {
	switch o.state() {
	case stateDelivered:
		return o.delivered
	case statePending:
		return o.first
	}
	return o.failed
}

// absorb takes over what another outcome knows, which turned out to be the same.
func (o *outcome) absorb(p *outcome) {
	o.goesTo(p.domain)
	if p.told.compare(o.told) > 0 {
		o.told = p.told
		o.domain.borrow(p.domain, o.told.why)
	}
	o.first = earlier(o.first, p.first)
	o.last = max(o.last, p.last)
	o.delayed = max(o.delayed, p.delayed)
	o.failed = max(o.failed, p.failed)
	o.delivered = max(o.delivered, p.delivered)
	o.expired = o.expired || p.expired
	o.claimed = o.claimed || p.claimed
	o.tries += p.tries
	o.delayReported = o.delayReported || p.delayReported
	o.failureReported = o.failureReported || p.failureReported
	o.deliveryReported = o.deliveryReported || p.deliveryReported
}

// goesTo settles the outcome's domain. Of two that its events name (that of a forwarded address, say), the one whose
// name sorts first wins, whichever came first.
func (o *outcome) goesTo(d *domain) {
	if o.domain == nil {
		o.domain = d
	}
	if d.name < o.domain.name {
		d.borrow(o.domain, o.told.why)
		o.domain = d
	}
}

// earlier is the smaller of two times that are known.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(0, t.Unix())
}

func fromSeconds(s int64) time.Time {
	if s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
