package mtalog

import (
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

	// other is the id of another message: the notification for noticed; the one that a content filter sent back to us
	// for an attempt of kind Relay; the cause for an opened that is a notification.
	other []byte

	// of attempt
	kind      parse.Kind
	recipient []byte
	original  []byte
	status    []byte // RFC 3463
	remote    []byte // host name
	remoteIP  []byte
	// idle is a delay without a try: its time had not come.
	idle bool
	// expires says that a failure ends a time of waiting.
	expires bool
	// event is the attempt with all that the line says; nil for a delivery that may be counted without one.
	event *parse.Event
	// events are further attempts that the same line tells of.
	events []parse.Event
}

// verb is the sort of a fact.
type verb uint8

const (
	nothing verb = iota // of no interest, see fact.subkind
	damaged             // see fact.damage
	opened              // a message with its sender or Message-ID
	attempt             // for one recipient
	expired             // the queue lifetime of a message ended
	noticed             // a notification about a message was made
	closed              // the message left the queue
)
