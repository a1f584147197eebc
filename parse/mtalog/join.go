package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// joiner follows messages through the facts of a log, in the order of its lines.
type joiner struct {
	path   string
	format string
	lines  int // of the log, in the chunks before this one
	damage damageReport
	queue  queue
	tally  tally
	// count has what is no outcome of its own counted in place of an event for it.
	count bool
}

func newJoiner(opt Options) *joiner {
	return &joiner{queue: newQueue(opt.MaxOpen), tally: newTally(), count: opt.CountDeliveries}
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
		became := j.follow(f)
		switch {
		case len(became.events) > 0:
			for n := range became.events {
				e := &became.events[n]
				e.Origin = parse.Origin{Path: j.path, Format: e.Dialect, Index: j.lines + f.line}
			}
			if err := yield(parse.Record{Origin: became.events[0].Origin, Unit: parse.Line, Events: became.events}); err != nil {
				return err
			}
		case !became.counted:
			c.ignored.add(became.ignored)
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
	return c.ignored.tell(origin, yield)
}

// became is what became of a line: it told events, or was counted in the tally, or was ignored.
type became struct {
	events  []parse.Event
	counted bool
	ignored parse.Subkind
}

func (j *joiner) follow(f *fact) became {
	switch f.verb {
	case opened:
		j.open(f)
	case accepted:
		j.accept(f)
	case noticed:
		j.notice(f)
	case withdrawn:
		j.told(f.host, f.other)
	case moved:
		j.move(f)
	case closed:
		j.queue.remove(f.key)
	case returned:
		if m := j.queue.find(f.key); m != nil && len(m.delayed) > 0 {
			became := j.expire(f)
			j.queue.remove(f.key)
			return became
		}
		j.queue.remove(f.key)
	case started:
		d := j.queue.get(messageKey(f.host, f.delivery))
		if d.started == nil || len(f.id) > 0 {
			d.started, d.remark = new(delivery), ""
		}
		d.started.add(f)
	case remarked:
		key := f.key
		if len(f.delivery) > 0 {
			key = messageKey(f.host, f.delivery)
		}
		m := j.queue.get(key)
		if m.remarkTo == string(f.recipient) && continues(m.remark) {
			m.remark += "\n" + string(f.text)
		} else {
			m.remark, m.remarkTo = string(f.text), string(f.recipient)
		}
	case expired:
		if len(f.other) > 0 {
			j.notice(f)
		}
		return j.expire(f)
	case attempt:
		return j.attempts(f)
	case complete:
		return became{events: f.events}
	}
	return became{}
}

// continues says that a reply ends in a line that has another after it (RFC 5321 4.2.1), for programs that log each line
// of a reply by itself.
func continues(reply string) bool {
	last := reply[strings.LastIndexByte(reply, '\n')+1:]
	return len(reply) < 4<<10 && len(last) > 3 && last[3] == '-' && replyCode(last[:3]) != ""
}

// notice knows the other message for a notification.
func (j *joiner) notice(f *fact) {
	other := j.queue.get(messageKey(f.host, f.other))
	other.notification = true
	other.announced++
}

// told says whether a notification was announced under an alias, and takes the announcement for settled.
func (j *joiner) told(host, alias []byte) bool {
	other := j.queue.find(messageKey(host, alias))
	if other == nil {
		return false
	}
	if other.announced--; other.announced <= 0 {
		j.queue.remove(other.key)
	}
	return true
}

// move has a message known by another id. The lines that open it there may have come first.
func (j *joiner) move(f *fact) {
	m := j.queue.find(f.key)
	if m == nil || len(f.other) == 0 {
		return
	}
	again := j.queue.get(messageKey(f.host, f.other))
	if m == again || j.queue.open[f.key] != m {
		return // the same id; or there was no room for both
	}
	again.inherit(m)
	again.delayed = append(again.delayed, m.delayed...)
	j.queue.weight += len(m.delayed)
	j.queue.remove(f.key)
}

// open keeps what a line says about a message as a whole.
func (j *joiner) open(f *fact) {
	if f.anew {
		j.queue.remove(f.key)
	}
	m := j.queue.get(f.key)
	if f.messageID != nil {
		if m.hasID && !bytes.Equal(m.text[m.senderLen:], f.messageID) {
			// The id is in use again, and we did not see the old message leave.
			j.queue.remove(f.key)
			m = j.queue.get(f.key)
		}
		m.setMessageID(f.messageID)
	}
	if f.sender != nil && !m.hasSender {
		m.setSender(f.sender)
	}
	if f.size > 0 {
		m.size = f.size
	}
	if len(f.subject) > 0 {
		m.subject = string(f.subject)
	}
	if f.recipients > 0 {
		m.recipients = f.recipients
	}
	m.native = m.native || f.native
	if f.notification || len(f.other) > 0 || m.native && m.hasSender && m.senderLen == 0 {
		m.notification = true
	}
	if len(f.alias) > 0 && j.told(f.host, f.alias) {
		m.notification = true
	}
}

// attempts follows those for all recipients of a line.
func (j *joiner) attempts(f *fact) became {
	if len(f.delivery) > 0 {
		key := messageKey(f.host, f.delivery)
		if d := j.queue.find(key); d != nil && (d.started != nil || f.part > 0) {
			d.giveRemark(f) // before the recipients are known: it is for all of them
			if d.started != nil {
				f.resolve(d.started)
			}
			if d.started == nil || f.kind != parse.Delay {
				j.queue.remove(key)
			}
		}
	}
	m := j.queue.find(f.key)
	if f.part > 0 && len(f.recipient) == 0 && !m.call(f) {
		return became{}
	}
	all := j.attempt(m, f)
	for i := range f.also {
		more := j.attempt(j.queue.find(f.key), &f.also[i])
		all.events = append(all.events, more.events...)
	}
	return all
}

// attempt follows one delivery attempt of m, which is nil if no line told of it.
func (j *joiner) attempt(m *message, f *fact) became {
	switch {
	case len(f.other) == 0:
	case f.kind == parse.Failure:
		j.notice(f)
	default:
		j.reinjected(f, m)
	}
	before := -1
	if m != nil {
		before = m.indexDelayed(f.recipient)
		m.mark(f)
	}
	if f.notification || m != nil && m.notification {
		return j.ofNotification(f, m)
	}
	if f.idle && before >= 0 {
		return became{}
	}
	if f.event == nil && before < 0 && f.kind == parse.Delivery {
		j.tally.add(f)
		j.settle(m)
		return became{counted: true}
	}
	if f.event == nil {
		f.event = newEvent(f)
	}
	e := f.event
	if m != nil {
		m.fill(e)
		m.giveRemark(f)
	}
	if f.expires {
		expireEvent(e)
		if before >= 0 && e.ReplyCode == "" {
			takeReason(e, m.delayed[before])
		}
	}
	if f.lastTry && before >= 0 && (!strings.HasPrefix(e.ReplyCode, "5") || e.Diagnostic == m.delayed[before].Diagnostic) {
		expireEvent(e)
	}
	switch {
	case f.kind != parse.Delay:
		if before >= 0 {
			m.delayed = append(m.delayed[:before], m.delayed[before+1:]...)
			j.queue.weight--
		}
		j.settle(m)
	case before >= 0:
		m.delayed[before] = e
	case len(f.id) > 0:
		m = j.queue.get(f.key)
		m.delayed = append(m.delayed, e)
		j.queue.grow()
	}
	return became{events: []parse.Event{*e}}
}

// settle lets a message go of which all recipients have met their end, where no line will say so.
func (j *joiner) settle(m *message) {
	if m == nil {
		return
	}
	last := m.recipients == 1
	m.recipients = max(m.recipients-1, 0)
	if len(m.delayed) == 0 && (last && !m.notification || m.empty()) {
		j.queue.remove(m.key)
	}
}

// ofNotification is an attempt to deliver a bounce of our own: its cause is an event, it is none.
func (j *joiner) ofNotification(f *fact, m *message) became {
	told := became{ignored: parse.Notification}
	if f.event != nil && !j.count {
		told.events = []parse.Event{notificationEvent(f, m)}
	}
	switch {
	case f.kind == parse.Delay:
	case f.part > 0:
		j.queue.remove(f.key) // there is no more in it than one delivery
	default:
		j.settle(m)
	}
	return told
}

func notificationEvent(f *fact, m *message) parse.Event {
	e := *f.event
	if m != nil {
		m.fill(&e)
	}
	e.Kind, e.Subkind = parse.Ignored, parse.Notification
	return e
}

// reinjected follows a message through a content filter that gave it back to us under another id.
func (j *joiner) reinjected(f *fact, m *message) {
	again := j.queue.find(messageKey(f.host, f.other))
	if again == nil {
		return
	}
	if m != nil {
		again.inherit(m)
	}
	f.kind = parse.Relay
	if f.event == nil {
		f.event = newEvent(f)
	}
	e := f.event
	e.Kind, e.Action = parse.Relay, actionOf(parse.Relay)
	if m != nil {
		if i := m.indexDelayed(f.recipient); i >= 0 && m.delayed[i].Subkind != parse.LocalDelivery {
			return // a delay that was taken for somebody else's is settled by this
		}
	}
	e.Subkind = parse.LocalDelivery
}

// expireEvent tells a failure by the end of the queue lifetime, but for one on our own machine, which stays that.
func expireEvent(e *parse.Event) {
	if e.Subkind != parse.LocalDelivery {
		e.Subkind = parse.Expired
	}
}

// takeReason gives a failure the reason of the last try.
func takeReason(e, last *parse.Event) {
	e.Diagnostic, e.Status, e.StatusFrom, e.ReplyCode, e.Command = last.Diagnostic, last.Status, last.StatusFrom, last.ReplyCode, last.Command
	e.RemoteHost, e.RemoteIP, e.LocalIP, e.HELO = last.RemoteHost, last.RemoteIP, last.LocalIP, last.HELO
}

// expire ends all recipients of a message that are still waiting.
func (j *joiner) expire(f *fact) became {
	m := j.queue.find(f.key)
	if m != nil && m.notification {
		return became{ignored: parse.Notification}
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
		return became{events: []parse.Event{*e}}
	}
	events := make([]parse.Event, len(m.delayed))
	for i, last := range m.delayed {
		events[i] = *last
		e := &events[i]
		e.Kind, e.Action, e.Time = parse.Failure, actionOf(parse.Failure), f.time
		expireEvent(e)
		if e.Sender == "" {
			e.Sender = string(f.sender)
		}
	}
	j.queue.weight -= len(m.delayed)
	m.delayed = m.delayed[:0]
	return became{events: events}
}
