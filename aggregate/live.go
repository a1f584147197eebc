package aggregate

import (
	"cmp"
	"slices"
)

// find returns the live outcome that the keys name.
func (a *Aggregator) find(k keys) *outcome {
	if k.message != 0 {
		if o := a.live[k.message]; o != nil {
			return o
		}
	}
	if k.queue != 0 {
		// A queue id is used again by and by; a Message-ID tells the uses apart.
		if o := a.live[k.queue]; o != nil && (k.message == 0 || o.keys.message == 0 || o.keys.message == k.message) {
			return o
		}
	}
	return nil
}

// open returns the live outcome that the keys name, and makes it one if need be: a new one, or one that was already
// counted as delivered.
func (a *Aggregator) open(k keys, d *domain) *outcome {
	o := a.find(k)
	if o == nil {
		o = newOutcome()
		if k != (keys{}) {
			a.nlive++
		}
	}
	o.goesTo(d)
	if o.keys.message == 0 {
		o.keys.message = k.message
	}
	if o.keys.queue == 0 {
		o.keys.queue = k.queue
	}
	a.file(o, k.message)
	a.file(o, k.queue)
	if k.parent != 0 {
		o.keys.parent = k.parent
		a.claim(o, k.parent)
	}
	if s := a.settled.get(k.message); s != nil && s.fate == claimed {
		o.claimed = true
		a.domains[s.domain].settled.attempts -= s.tries()
		o.takeOver(s)
	}
	if a.nlive > a.foldAt {
		a.fold()
	}
	return o
}

// file makes an outcome known under a key, and joins to it what was known under that key already.
func (a *Aggregator) file(o *outcome, key uint64) {
	if key == 0 {
		return
	}
	switch p := a.live[key]; {
	case p == nil:
		a.live[key] = o
	case p != o && (p.keys.message == 0 || o.keys.message == 0 || p.keys.message == o.keys.message):
		a.join(o, p)
	case p != o:
		a.live[key] = o
	}
	if s := a.settled.get(key); s != nil && s.fate == delivered {
		a.reopen(o, s)
	}
}

// reopen takes a delivery back that was counted already: there is news of it.
func (a *Aggregator) reopen(o *outcome, s *settledEntry) {
	d := a.domains[s.domain]
	d.deliver(int64(s.at), -1, -s.tries())
	o.goesTo(d)
	o.delivered = max(o.delivered, int64(s.at))
	o.takeOver(s)
	s.fate = reopened
}

// takeOver makes the tries of a settled entry the outcome's.
func (o *outcome) takeOver(s *settledEntry) {
	o.tries += uint32(s.attempts)
	o.deliveryReported = o.deliveryReported || s.reported
	s.attempts, s.reported = 0, false
}

// claim makes the address that was expanded or forwarded to o's (nil where that is not live) no outcome of its own,
// so that "sent to the list" and "refused to a member of it" are not two. Only its attempts count.
func (a *Aggregator) claim(o *outcome, parent uint64) {
	if p := a.live[parent]; p != nil && p.keys.message == parent {
		switch {
		case p == o:
		case o != nil && p.keys.parent == o.keys.message:
			a.join(o, p) // each claims to come of the other: they are one
			o.claimed = false
			for _, key := range [...]uint64{o.keys.message, parent} {
				if s := a.settled.get(key); s != nil {
					s.fate = reopened
				}
			}
		default:
			p.claimed = true
		}
		return
	}
	switch s := a.settled.get(parent); {
	case s == nil:
		a.settled.put(settledEntry{key: parent, fate: claimed})
	case s.fate == delivered:
		a.domains[s.domain].deliver(int64(s.at), -1, 0)
		s.fate = claimed
	}
}

// join makes p part of o.
func (a *Aggregator) join(o, p *outcome) {
	o.absorb(p)
	for _, key := range append(p.also, p.keys.message, p.keys.queue) {
		if key != 0 && a.live[key] == p {
			a.live[key] = o
			o.also = append(o.also, key)
		}
	}
	a.nlive--
}

// fold settles the older half of the live outcomes that are decided, so that memory stays bounded.
func (a *Aggregator) fold() {
	decided := slices.DeleteFunc(a.liveOutcomes(), func(o *outcome) bool { return o.state() == statePending })
	slices.SortFunc(decided, func(o, p *outcome) int {
		return cmp.Or(cmp.Compare(o.closed(), p.closed()), cmp.Compare(o.keys.primary(), p.keys.primary()))
	})
	for _, o := range decided[:(len(decided)+1)/2] {
		a.settle(o)
	}
	// Where most are undecided, the next look at them waits until there are many more.
	a.foldAt = max(maxLive, a.nlive+a.nlive/2)
}

// liveOutcomes lists each live outcome once, in no order.
func (a *Aggregator) liveOutcomes() []*outcome {
	all := make([]*outcome, 0, a.nlive)
	for key, o := range a.live {
		if key == o.keys.primary() {
			all = append(all, o)
		}
	}
	return all
}

// settle counts an outcome for good, and remembers no more of it than that.
func (a *Aggregator) settle(o *outcome) {
	o.addTo(&o.domain.settled, &a.settledAll)
	if o.keys == (keys{}) {
		return
	}
	for _, key := range append(o.also, o.keys.message, o.keys.queue) {
		if key == 0 || a.live[key] != o {
			continue
		}
		delete(a.live, key)
		entry := o.entry(key)
		if s := a.settled.get(key); s != nil {
			*s = entry
		} else {
			a.settled.put(entry)
		}
	}
	a.nlive--
}

// entry is what is remembered of the settled outcome under one of its keys. A delivery can be taken back, under the
// primary key alone, lest it be taken back twice.
func (o *outcome) entry(key uint64) settledEntry {
	switch {
	case o.claimed:
		return settledEntry{key: key, fate: claimed}
	case o.state() != stateDelivered:
		return settledEntry{key: key, fate: failed}
	case key != o.keys.primary():
		return settledEntry{key: key, fate: reopened}
	}
	return settledEntry{
		key: key, fate: delivered, at: uint32(o.delivered), domain: o.domain.index,
		attempts: uint16(min(o.tries, 1<<16-1)), reported: o.deliveryReported,
	}
}
