package parse

import (
	"fmt"
	"time"
)

// Record says what became of one item that was read: a message or a log line; or of a run of log lines that say
// nothing about delivery. Records are what every reader yields, so that no item is ever lost uncounted:
// read = understood + ignored + skipped, see [Books].
type Record struct {
	// Origin of the item, or of the first of a run.
	Origin Origin
	// Unit says what is being counted.
	Unit Unit
	// Events that the item tells. An event of Kind Ignored stands for the item itself, which then counts as ignored.
	Events []Event
	// Deliveries counts log lines that tell of deliveries at the first try, in place of an Event each; only set
	// without Events, and only where the reader was asked to count.
	Deliveries []Deliveries
	// Ignored is the number of items in a run of items understood and of no interest; only set without Events.
	Ignored int
	// Subkind says what the Ignored items are, where that is worth telling: Inbound, Notification.
	Subkind Subkind
	// Skipped is the number of items that could not be read; only set without Events, and with Err.
	Skipped int
	// Err says what is wrong and what to do, without the origin. Beside Events it is a warning: a bound was
	// exceeded or a part was broken, and the rest was used. So it is in a record of Unit File that skips nothing:
	// the file was not read to its end, or not all that is in it.
	Err error
}

// Deliveries counts recipients who were reached at the first try, within one hour.
type Deliveries struct {
	Domain     string // as Event.Domain
	RemoteHost string // as Event.RemoteHost
	// Subkind is LocalDelivery for our own mailboxes, else empty.
	Subkind     Subkind
	Count       int
	First, Last time.Time // zero if unknown
}

// Unit is what a Record counts.
type Unit string

const (
	Message Unit = "message"
	Line    Unit = "line"
	File    Unit = "file" // a whole file that could not be read as mail or log
)

// Skip is an item that could not be read, or not completely.
type Skip struct {
	Origin Origin
	Err    error
}

func (s Skip) Error() string { return s.Origin.String() + ": " + s.Err.Error() }
func (s Skip) Unwrap() error { return s.Err }

// String is the origin as a person would write it: path, then message or line number.
func (o Origin) String() string {
	if o.Index == 0 {
		return o.Path
	}
	return fmt.Sprintf("%s:%d", o.Path, o.Index)
}

// Books counts records. They always balance: Read() = Understood + Ignored + Skipped.
type Books struct {
	Messages, Lines int // read, of either unit
	Understood      int // items that told at least one event
	Ignored         int // items that are no report of delivery
	Skipped         int // items that could not be read
	Files           int // that messages or lines came from; package aggregate counts them
	FilesSkipped    int // whole files that are neither mail nor log, or could not be opened
	FilesIgnored    int // files that mail programs and systems keep beside the mail
	Events          int
	Warnings        int // items used in spite of an error, and files of which not everything could be used
}

// Read is the number of messages and lines read.
func (b *Books) Read() int { return b.Messages + b.Lines }

// Add counts one record.
func (b *Books) Add(r Record) {
	if r.Unit == File {
		b.FilesSkipped += r.Skipped
		b.FilesIgnored += r.Ignored
		if r.Err != nil && r.Skipped == 0 {
			b.Warnings++
		}
		return
	}
	n := r.Ignored + r.Skipped
	for _, d := range r.Deliveries {
		n += d.Count
		b.Understood += d.Count
		b.Events += d.Count
	}
	b.Ignored += r.Ignored
	b.Skipped += r.Skipped
	if len(r.Events) > 0 {
		n++
		told := 0
		for _, e := range r.Events {
			if e.Kind != Ignored {
				told++
			}
		}
		b.Events += told
		if told > 0 {
			b.Understood++
		} else {
			b.Ignored++
		}
		if r.Err != nil {
			b.Warnings++
		}
	}
	if r.Unit == Line {
		b.Lines += n
	} else {
		b.Messages += n
	}
}
