package mtalog

import (
	"bytes"
	"time"

	"ndrscope/parse"
)

// joiner follows messages through the facts of a log, in the order of its lines.
type joiner struct {
	opt    Options
	path   string
	format string
	lines  int // of the log, in the chunks before this one
	damage damageReport

	open map[uint64]*message
	// The messages of open in a ring around root, the one with the latest news first; and those to use again.
	root    message
	spare   []*message
	weight  int
	evicted int

	tally tally
}

// message is one that is in the queue.
type message struct {
	key        uint64
	prev, next *message
	// text holds sender and Message-ID.
	text             []byte
	senderLen        int
	hasSender, hasID bool
	size             int64
	subject          string
	notification     bool
	// delayed are recipients that were tried in vain, each with the last attempt.
	delayed []*parse.Event
}

func newJoiner(opt Options) *joiner {
	j := &joiner{opt: opt, open: make(map[uint64]*message), tally: newTally()}
	j.root.prev, j.root.next = &j.root, &j.root
	return j
}

func (j *joiner) begin(path, format string) {
	j.path, j.format, j.lines = path, format, 0
	j.damage = damageReport{path: path, format: format}
}

// end tells what was gathered over the whole log.
func (j *joiner) end(yield func(parse.Record) error) error {
	if err := j.tally.flush(j.path, j.format, yield); err != nil {
		return err
	}
	return j.damage.end(yield)
}

// join follows the facts of one chunk.
func (j *joiner) join(c *chunk, yield func(parse.Record) error) error {
	for i := range c.facts {
		f := &c.facts[i]
		events, told := j.follow(f, &c.ignored)
		if !told {
			continue
		}
		for n := range events {
			events[n].Origin = parse.Origin{Path: j.path, Format: events[n].Dialect, Index: j.lines + f.line}
		}
		if err := yield(parse.Record{Origin: events[0].Origin, Unit: parse.Line, Events: events}); err != nil {
			return err
		}
	}
	for _, d := range c.damage {
		j.damage.add(j.lines+d.line, d.kind, d.text)
	}
	if err := j.damage.tell(yield); err != nil {
		return err
	}
	if j.tally.full() {
		if err := j.tally.flush(j.path, j.format, yield); err != nil {
			return err
		}
	}
	origin := parse.Origin{Path: j.path, Format: j.format, Index: j.lines + 1}
	j.lines += c.lines
	for _, n := range [...]struct {
		what  parse.Subkind
		count int
	}{{"", c.ignored.ordinary}, {parse.Inbound, c.ignored.inbound}, {parse.Notification, c.ignored.notification}} {
		if n.count == 0 {
			continue
		}
		if err := yield(parse.Record{Origin: origin, Unit: parse.Line, Ignored: n.count, Subkind: n.what}); err != nil {
			return err
		}
	}
	return nil
}

// follow takes one fact in. told is false for a line without events, which is then counted as ignored or in the tally.
func (j *joiner) follow(f *fact, ignored *ignoredLines) (events []parse.Event, told bool) {
	switch f.verb {
	case opened:
		j.openMessage(f)
	case noticed:
		j.message(messageKey(f.host, f.other)).notification = true
	case closed:
		if m := j.open[f.key]; m != nil {
			j.free(m)
		}
	case expired:
		return j.expire(f, ignored)
	case attempt:
		return j.attempt(f, ignored)
	}
	ignored.add("")
	return nil, false
}

// openMessage keeps what a line says about a message as a whole.
func (j *joiner) openMessage(f *fact) {
	m := j.message(f.key)
	if f.messageID != nil {
		if m.hasID && !bytes.Equal(m.text[m.senderLen:], f.messageID) {
			// The id is in use again, and we did not see the old message leave.
			j.free(m)
			m = j.message(f.key)
		}
		m.text = append(m.text[:m.senderLen], f.messageID...)
		m.hasID = true
	}
	if f.sender != nil && !m.hasSender {
		id := m.text[m.senderLen:]
		m.text = append(append(make([]byte, 0, len(f.sender)+len(id)), f.sender...), id...)
		m.senderLen, m.hasSender = len(f.sender), true
	}
	if f.size > 0 {
		m.size = f.size
	}
	if len(f.subject) > 0 {
		m.subject = string(f.subject)
	}
	if len(f.other) > 0 {
		m.notification = true
	}
}

// attempt follows one delivery attempt.
func (j *joiner) attempt(f *fact, ignored *ignoredLines) ([]parse.Event, bool) {
	m := j.open[f.key]
	before := -1
	if m != nil {
		j.touch(m)
		if m.notification {
			return j.ofNotification(f, m, ignored)
		}
		before = m.indexDelayed(f.recipient)
	}
	if len(f.other) > 0 {
		j.reinjected(f, m)
	}
	if f.idle && before >= 0 {
		ignored.add("")
		return nil, false
	}
	if f.event == nil {
		if before < 0 {
			j.tally.add(f)
			return nil, false
		}
		f.event = newEvent(f)
	}
	e := f.event
	if m != nil {
		m.fill(e)
	}
	if f.expires {
		e.Subkind = parse.Expired
		if before >= 0 && e.ReplyCode == "" {
			takeReason(e, m.delayed[before])
		}
	}
	switch {
	case f.kind == parse.Delay && len(f.id) > 0:
		if m == nil {
			m = j.message(f.key)
		}
		if before >= 0 {
			m.delayed[before] = e
		} else {
			m.delayed = append(m.delayed, e)
			j.grow(1)
		}
	case before >= 0:
		m.delayed = append(m.delayed[:before], m.delayed[before+1:]...)
		j.weight--
	}
	events := make([]parse.Event, 0, 1+len(f.events))
	events = append(events, *e)
	for i := range f.events {
		if m != nil {
			m.fill(&f.events[i])
		}
		events = append(events, f.events[i])
	}
	return events, true
}

// ofNotification is an attempt to deliver a bounce of our own: its cause is an event, it is none.
func (j *joiner) ofNotification(f *fact, m *message, ignored *ignoredLines) ([]parse.Event, bool) {
	if f.event == nil || j.opt.CountDeliveries {
		ignored.add(parse.Notification)
		return nil, false
	}
	e := *f.event
	m.fill(&e)
	e.Kind, e.Subkind = parse.Ignored, parse.Notification
	return []parse.Event{e}, true
}

// reinjected follows a message through a content filter that gave it back to us under another id.
func (j *joiner) reinjected(f *fact, m *message) {
	again := j.open[messageKey(f.host, f.other)]
	if again == nil {
		return
	}
	if m != nil {
		again.inherit(m)
	}
	f.kind = parse.Relay
	if f.event != nil {
		f.event.Kind, f.event.Action = parse.Relay, actionOf(parse.Relay)
	}
}

// takeReason gives a failure the reason of the last try.
func takeReason(e, last *parse.Event) {
	e.Diagnostic, e.Status, e.StatusFrom, e.ReplyCode, e.Command = last.Diagnostic, last.Status, last.StatusFrom, last.ReplyCode, last.Command
	e.RemoteHost, e.RemoteIP, e.LocalIP, e.HELO = last.RemoteHost, last.RemoteIP, last.LocalIP, last.HELO
}

// expire ends all recipients of a message that are still waiting.
func (j *joiner) expire(f *fact, ignored *ignoredLines) ([]parse.Event, bool) {
	m := j.open[f.key]
	if m != nil && m.notification {
		ignored.add(parse.Notification)
		return nil, false
	}
	if m == nil || len(m.delayed) == 0 {
		// The attempts were in a log that we did not read.
		f.kind, f.subkind = parse.Failure, parse.Expired
		e := newEvent(f)
		e.Sender = string(f.sender)
		e.Diagnostic = "expired, returned to sender"
		if m != nil {
			m.fill(e)
		}
		return []parse.Event{*e}, true
	}
	events := make([]parse.Event, len(m.delayed))
	for i, last := range m.delayed {
		events[i] = *last
		e := &events[i]
		e.Kind, e.Subkind, e.Action, e.Time = parse.Failure, parse.Expired, actionOf(parse.Failure), f.time
	}
	j.weight -= len(m.delayed)
	m.delayed = m.delayed[:0]
	return events, true
}

// fill adds what is known of the message as a whole.
func (m *message) fill(e *parse.Event) {
	if m.hasSender && e.Sender == "" {
		e.Sender = string(m.text[:m.senderLen])
	}
	if m.hasID && e.MessageID == "" {
		e.MessageID = string(m.text[m.senderLen:])
	}
	if e.MessageSize == 0 {
		e.MessageSize = m.size
	}
	if e.Subject == "" {
		e.Subject = m.subject
	}
}

// inherit takes over what a content filter did not pass on.
func (m *message) inherit(from *message) {
	if !m.hasID && from.hasID {
		m.text = append(m.text, from.text[from.senderLen:]...)
		m.hasID = true
	}
	if m.subject == "" {
		m.subject = from.subject
	}
	m.notification = m.notification || from.notification
}

// indexDelayed finds a recipient among those who wait.
func (m *message) indexDelayed(recipient []byte) int {
	for i, e := range m.delayed {
		if e.Recipient == string(recipient) {
			return i
		}
	}
	return -1
}

// message finds or opens a message.
func (j *joiner) message(key uint64) *message {
	m := j.open[key]
	if m != nil {
		j.touch(m)
		return m
	}
	if n := len(j.spare); n > 0 {
		m, j.spare = j.spare[n-1], j.spare[:n-1]
	} else {
		m = new(message)
	}
	m.key = key
	j.open[key] = m
	j.link(m)
	j.grow(1)
	return m
}

// grow counts what is held, and lets go of the messages without news when that is too much.
func (j *joiner) grow(n int) {
	j.weight += n
	for j.weight > j.opt.MaxOpen && j.root.prev != j.root.next {
		j.evicted++
		j.free(j.root.prev)
	}
}

func (j *joiner) free(m *message) {
	m.prev.next, m.next.prev = m.next, m.prev
	delete(j.open, m.key)
	j.weight -= 1 + len(m.delayed)
	clear(m.delayed)
	*m = message{text: m.text[:0], delayed: m.delayed[:0]}
	if len(j.spare) < 1024 {
		j.spare = append(j.spare, m)
	}
}

func (j *joiner) link(m *message) {
	m.prev, m.next = &j.root, j.root.next
	m.prev.next, m.next.prev = m, m
}

func (j *joiner) touch(m *message) {
	m.prev.next, m.next.prev = m.next, m.prev
	j.link(m)
}

// tally counts deliveries at the first try.
type tally struct {
	index map[uint64]int
	rows  []parse.Deliveries
}

const maxTally = 1 << 12

func newTally() tally { return tally{index: make(map[uint64]int)} }

func (t *tally) full() bool { return len(t.rows) >= maxTally }

func (t *tally) add(f *fact) {
	hour := f.time.Unix() / 3600
	key := tallyKey(f, hour)
	i, ok := t.index[key]
	if !ok {
		i = len(t.rows)
		t.index[key] = i
		t.rows = append(t.rows, parse.Deliveries{
			Domain: domainOf(f.recipient), RemoteHost: string(bytes.ToLower(f.remote)), Subkind: f.subkind, First: f.time, Last: f.time,
		})
	}
	row := &t.rows[i]
	row.Count++
	row.First = earlier(row.First, f.time)
	if f.time.After(row.Last) {
		row.Last = f.time
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func tallyKey(f *fact, hour int64) uint64 {
	domain := f.recipient[bytes.LastIndexByte(f.recipient, '@')+1:]
	key := messageKey(domain, f.remote) ^ uint64(hour)*0x9e3779b97f4a7c15
	if f.subkind != "" {
		key = ^key
	}
	return key
}

func (t *tally) flush(path, format string, yield func(parse.Record) error) error {
	if len(t.rows) == 0 {
		return nil
	}
	rec := parse.Record{Origin: parse.Origin{Path: path, Format: format}, Unit: parse.Line, Deliveries: t.rows}
	t.rows = nil
	clear(t.index)
	return yield(rec)
}
