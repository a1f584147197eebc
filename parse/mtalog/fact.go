package mtalog

import (
	"strings"
	"time"

	"ndrscope/parse"
)

// fact is what one line says, in the line's own words: its slices point into the chunk and are valid until the chunk
// is used again.
type fact struct {
	verb verb
	// line in the chunk, from 1.
	line int
	time time.Time

	dialect string
	host    []byte
	// id of the message in the queue of host.
	id []byte
	// key stands for host and id, see messageKey.
	key uint64
	// subkind of a line of nothing, or of an attempt.
	subkind parse.Subkind
	damage  damage

	// of opened
	sender    []byte
	messageID []byte
	size      int64
	subject   []byte
	// native says that our own MTA made the Message-ID: without a sender, the message is a notification.
	native bool

	// anew says that an id begins to be used, whoever had it before.
	anew bool

	// other is the id of another message: the notification for noticed; the one that a content filter sent back to us
	// for an attempt of kind Relay; the cause for an opened that is a notification; the new id for moved.
	other []byte

	// of attempt
	kind      parse.Kind
	recipient []byte
	original  []byte
	status    []byte // RFC 3463
	remote    []byte // host name
	remoteIP  []byte
	// notification says that the attempt, or what was started or opened, is about a bounce of our own.
	notification bool
	// idle is a delay without a try: its time had not come.
	idle bool
	// expires says that a failure ends a time of waiting.
	expires bool
	// lastTry says that a failure ends a time of waiting if it tells no permanent error, or the same as the delay before.
	lastTry bool
	// event is the attempt with all that the line says; nil for a delivery that may be counted without one.
	event *parse.Event
	// also are attempts for further recipients that the same line tells of.
	also []fact

	// delivery is the number that links an attempt, or a remark, to the started that names message and recipient; for
	// programs that do not repeat these.
	delivery []byte
	// text of a remark: why the attempt that the next line tells of ended as it did; and how an attempt reads that.
	text       []byte
	readRemark func(e *parse.Event, text string)
	// alias is a second name of an opened message, by which a notification is announced.
	alias []byte
	// part is the delivery that an attempt belongs to, for programs that make one for each domain of a message: the
	// number of the domain, from 1. An attempt without a recipient is then for all who wait in that part; a delivery
	// says of how many, and how many were told to wait instead.
	part            int
	taken, deferred int
	// recipients is how many attempts with an end a message will see, where no line tells that it left the queue.
	recipients int

	// events of a line that needs no joining.
	events []parse.Event
}

// wipe makes the fact of a line of no interest blank again. Most such lines leave no trace but the subkind, and dialects
// set id or dialect before anything else.
func (f *fact) wipe() {
	if f.id != nil || f.dialect != "" {
		*f = fact{}
	}
	f.subkind = ""
}

// verb is the sort of a fact.
type verb uint8

const (
	nothing   verb = iota // of no interest, see fact.subkind
	damaged               // see fact.damage
	opened                // a message with its sender or Message-ID
	attempt               // for one recipient
	expired               // the queue lifetime of a message ended
	accepted              // a recipient of a message was named
	noticed               // a notification about a message was made
	withdrawn             // one that was announced will not be made
	moved                 // the message is in the queue under another id from now on
	closed                // the message left the queue
	returned              // the message left the queue, and whoever still waited for it will not get it
	started               // an attempt began: id and recipient of delivery; without id, more is said of it
	remarked              // what will be the reason of an attempt, in text
	complete              // all is in events
)

// resolve gives an attempt the message and the recipients that its number stands for.
func (f *fact) resolve(d *delivery) {
	f.id, f.key = []byte(d.id), messageKey(f.host, []byte(d.id))
	if f.subkind == "" {
		f.subkind = d.subkind
	}
	f.notification = f.notification || d.notification
	e := f.event
	e.Sender, e.Subkind, e.MessageID = d.sender, f.subkind, d.messageID
	if e.RemoteHost == "" {
		e.RemoteHost = strings.ToLower(d.remote)
	}
	if e.QueueID == "" {
		e.QueueID = d.id
	}
	f.spread(splitRecipients([]byte(d.recipient)))
}

// spread makes an attempt one of each of several recipients, of whom there is at least one.
func (f *fact) spread(recipients [][]byte) {
	for _, recipient := range recipients[1:] {
		more, event := *f, *f.event
		more.event, more.also, more.other = &event, nil, nil
		more.name(recipient)
		f.also = append(f.also, more)
	}
	f.name(recipients[0])
}

func (f *fact) name(recipient []byte) {
	f.recipient, f.event.Recipient = recipient, string(recipient)
	if len(recipient) > 0 {
		f.event.Domain = domainOf(recipient)
	}
}

// cutShort marks a line whose end is missing.
func (f *fact) cutShort() { *f = fact{line: f.line, verb: damaged, damage: cutShort} }
