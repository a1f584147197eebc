package mtalog

import (
	"slices"
	"strings"

	"ndrscope/parse"
)

// addressee is a recipient who was named when a message was accepted, by a program that makes a delivery for each domain
// and does not repeat the names.
type addressee struct {
	name, domain string
	part         int // the number of its domain among those of the message, from 1
	ended        bool
	delayed      int // when it was last told to wait: a number that grows within the message
}

// maxRoster is how many recipients of one message are known by name, or told of by one line.
const maxRoster = 1000

// accept adds a recipient to a message.
func (j *joiner) accept(f *fact) {
	m := j.queue.get(f.key)
	if len(m.roster) >= maxRoster {
		return
	}
	a := addressee{name: string(f.recipient), domain: domainOf(f.recipient), part: 1}
	for i := range m.roster {
		if m.roster[i].domain == a.domain {
			a.part = m.roster[i].part
			break
		}
		a.part = max(a.part, m.roster[i].part+1)
	}
	m.roster = append(m.roster, a)
	m.recipients++
	j.queue.grow()
}

// call gives an attempt for all recipients of a delivery their names. It is false if the line can be no news.
func (m *message) call(f *fact) bool {
	if m == nil || len(m.roster) == 0 {
		f.spread(make([][]byte, min(max(f.taken, 1), maxRoster)))
		return f.kind != parse.Delay || m != nil && m.notification
	}
	var waiting []*addressee
	for i := range m.roster {
		if a := &m.roster[i]; a.part == f.part && !a.ended {
			waiting = append(waiting, a)
		}
	}
	if f.kind == parse.Delivery {
		// Who was told to wait within this same try comes last.
		slices.SortStableFunc(waiting, func(a, b *addressee) int { return a.delayed - b.delayed })
		waiting = waiting[:max(len(waiting)-f.deferred, 0)]
		if len(waiting) != f.taken { // one of several deliveries to the same domain: who it is for is not told
			f.spread(make([][]byte, min(f.taken, maxRoster)))
			return true
		}
	}
	if len(waiting) == 0 {
		return false
	}
	names := make([][]byte, len(waiting))
	for i, a := range waiting {
		names[i] = []byte(a.name)
	}
	f.spread(names)
	return true
}

// mark notes in the roster what became of a recipient.
func (m *message) mark(f *fact) {
	for i := range m.roster {
		if a := &m.roster[i]; !a.ended && strings.EqualFold(a.name, string(f.recipient)) {
			if a.ended = f.kind != parse.Delay; !a.ended {
				m.delays++
				a.delayed = m.delays
			}
			return
		}
	}
}
