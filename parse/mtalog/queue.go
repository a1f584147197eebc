package mtalog

import "ndrscope/parse"

// queue holds the messages that are open, as many as its bound allows.
type queue struct {
	open map[uint64]*message
	// The messages in a ring around root, the one with the latest news first; and those to use again.
	root  *message
	spare []*message
	// weight counts messages and the recipients who wait.
	weight, bound int
	// evicted counts messages that were let go before their end.
	evicted int
}

// message is what is known of one that is in the queue.
type message struct {
	key        uint64
	prev, next *message
	// text holds sender and Message-ID.
	text             []byte
	senderLen        int
	hasSender, hasID bool
	size             int64
	subject          string
	// notification is a bounce of our own; announced is how many more will bear this alias.
	notification bool
	announced    int
	// native is as in fact.
	native bool
	// recipients still to meet their end; 0 is unknown.
	recipients int
	// roster is who they are, where a line said so; delays counts how often one of them was told to wait.
	roster []addressee
	delays int
	// delayed are recipients that were tried in vain, each with the last attempt.
	delayed []*parse.Event
	// remark is the reason of the attempt whose end comes next, for remarkTo or, if that is empty, for anybody.
	remark, remarkTo string
	// started is set in the entry of a delivery number, which is no message.
	started *delivery
}

// delivery is what a program said when it began an attempt.
type delivery struct {
	id, sender string
	recipient  string // or several, each in angle brackets
	messageID  string
	remote     string // host name
	subkind    parse.Subkind
	// notification is a bounce of our own.
	notification bool
}

// add takes over what one more line says of the attempt.
func (d *delivery) add(f *fact) {
	for _, field := range [...]struct {
		known *string
		said  []byte
	}{{&d.id, f.id}, {&d.sender, f.sender}, {&d.recipient, f.recipient}, {&d.messageID, f.messageID}, {&d.remote, f.remote}} {
		if len(field.said) > 0 {
			*field.known = string(field.said)
		}
	}
	if f.subkind != "" {
		d.subkind = f.subkind
	}
	d.notification = d.notification || f.notification
}

func newQueue(bound int) queue {
	root := new(message)
	root.prev, root.next = root, root
	return queue{open: make(map[uint64]*message), root: root, bound: bound}
}

// find returns nil for a message that is not open.
func (q *queue) find(key uint64) *message {
	m := q.open[key]
	if m != nil {
		m.unlink()
		q.link(m)
	}
	return m
}

// get opens a message that is not open.
func (q *queue) get(key uint64) *message {
	if m := q.find(key); m != nil {
		return m
	}
	m := new(message)
	if n := len(q.spare); n > 0 {
		m, q.spare = q.spare[n-1], q.spare[:n-1]
	}
	m.key = key
	q.open[key] = m
	q.link(m)
	q.grow()
	return m
}

// grow counts one more thing that is held, and lets go of the messages that were longest without news if that is too
// much; never of the last one, which is in use.
func (q *queue) grow() {
	q.weight++
	for q.weight > q.bound && q.root.prev != q.root.next {
		if last := q.root.prev; !last.notification {
			q.evicted++
		}
		q.free(q.root.prev)
	}
}

func (q *queue) remove(key uint64) {
	if m := q.open[key]; m != nil {
		q.free(m)
	}
}

func (q *queue) free(m *message) {
	m.unlink()
	delete(q.open, m.key)
	q.weight -= 1 + len(m.delayed) + len(m.roster)
	clear(m.delayed)
	clear(m.roster)
	*m = message{text: m.text[:0], delayed: m.delayed[:0], roster: m.roster[:0]}
	if len(q.spare) < 1024 {
		q.spare = append(q.spare, m)
	}
}

func (q *queue) link(m *message) {
	m.prev, m.next = q.root, q.root.next
	m.prev.next, m.next.prev = m, m
}

func (m *message) unlink() { m.prev.next, m.next.prev = m.next, m.prev }

func (m *message) setMessageID(id []byte) {
	m.text = append(m.text[:m.senderLen], id...)
	m.hasID = true
}

func (m *message) setSender(sender []byte) {
	id := append([]byte(nil), m.text[m.senderLen:]...)
	m.text = append(append(m.text[:0], sender...), id...)
	m.senderLen, m.hasSender = len(sender), true
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
	if !m.hasSender && from.hasSender {
		m.setSender(from.text[:from.senderLen])
	}
	if !m.hasID && from.hasID {
		m.setMessageID(from.text[from.senderLen:])
	}
	if m.subject == "" {
		m.subject = from.subject
	}
	m.notification = m.notification || from.notification
}

// giveRemark lets an attempt that says no reason have the one that was remarked before.
func (m *message) giveRemark(f *fact) {
	if m.remark == "" || m.remarkTo != "" && m.remarkTo != string(f.recipient) {
		return
	}
	if f.event.ReplyCode == "" && f.readRemark != nil {
		f.readRemark(f.event, m.remark)
		f.expires = false // it has a reason of its own
	}
	m.remark, m.remarkTo = "", ""
}

// empty says that nothing is known that an event could be told from.
func (m *message) empty() bool {
	return !m.hasSender && !m.hasID && m.size == 0 && m.recipients == 0 && len(m.roster) == 0 && m.remark == "" && !m.notification
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
