// Package mtalog reads the delivery logs of mail transfer agents and mail services: log lines in, [parse.Record]s out.
//
// A line goes through three rooms. The envelope (syslog, RFC 3339, journal, container runtime ...) is taken off; the
// dialect of the program that wrote the rest turns it into one fact; and the joiner follows the facts of one message,
// so that an event carries the sender and the Message-ID that other lines told. The first two rooms work on all cores,
// the third keeps the order of the log. Each dialect is one file.
package mtalog

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"ndrscope/parse"
)

// Options of a Reader.
type Options struct {
	// Now bounds the year of time stamps that name none, in logs without a ModTime.
	Now time.Time
	// Location is the time zone of time stamps that name none. nil is UTC.
	Location *time.Location
	// Workers is the number of goroutines that parse. 0 is one for each core.
	Workers int
	// MaxOpen bounds the number of messages that are followed at one time; the one that was longest without news is
	// let go first. 0 is 100,000.
	MaxOpen int
	// CountDeliveries has recipients that were delivered at the first try counted in [parse.Record.Deliveries], in
	// place of an event for each.
	CountDeliveries bool
}

const defaultMaxOpen = 100_000

// Log is one log file or stream.
type Log struct {
	Path string
	// ModTime is when the log was last written to; zero is unknown. No line is from later.
	ModTime time.Time
	Reader  io.Reader
}

// Reader reads logs one after the other and follows messages from one log into the next. It is not safe for
// concurrent use.
type Reader struct {
	opt    Options
	joiner *joiner
}

// NewReader returns a Reader that knows all dialects.
func NewReader(opt Options) *Reader {
	if opt.Location == nil {
		opt.Location = time.UTC
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.MaxOpen <= 0 {
		opt.MaxOpen = defaultMaxOpen
	}
	return &Reader{opt: opt, joiner: newJoiner(opt)}
}

// Read reads one log to its end. Records come in the order of the log, on the caller's goroutine. An error is the
// context's or that of yield; whatever is wrong with the log itself is said in records.
func (r *Reader) Read(ctx context.Context, log Log, yield func(parse.Record) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()

	cut := &cutter{r: utf8Reader(log.Reader)}
	first := newChunk()
	cut.fill(first)
	format := formatOf(first.data)
	workers := r.opt.Workers
	if format.stateful() {
		workers = 1
	}

	free := make(chan *chunk, 2*workers+2)
	for range cap(free) - 1 {
		free <- newChunk()
	}
	work := make(chan *chunk, cap(free))
	order := make(chan *chunk, cap(free))

	wait.Go(func() {
		defer close(order)
		defer close(work)
		for c := first; ; {
			select {
			case order <- c:
				work <- c
			case <-ctx.Done():
				return
			}
			if cut.err != nil {
				return
			}
			select {
			case c = <-free:
			case <-ctx.Done():
				return
			}
			cut.fill(c)
		}
	})
	for range workers {
		parser := format.parser(r.opt, log)
		wait.Go(func() {
			for c := range work {
				c.parse(parser)
				c.parsed <- struct{}{}
			}
		})
	}

	r.joiner.begin(log.Path, format.name)
	for c := range order {
		select {
		case <-c.parsed:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := r.joiner.join(c, yield); err != nil {
			return err
		}
		free <- c
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if cut.err != io.EOF {
		r.joiner.damage.add(r.joiner.lines+1, unreadable, []byte(cut.err.Error()))
	}
	return r.joiner.end(yield)
}

// Close says what is only known when all logs are read.
func (r *Reader) Close(yield func(parse.Record) error) error {
	if n := r.joiner.queue.evicted; n > 0 {
		r.joiner.queue.evicted = 0
		return yield(parse.Record{
			Origin: parse.Origin{Path: r.joiner.path, Format: r.joiner.format},
			Unit:   parse.Line,
			Err: fmt.Errorf("%d messages were let go before their end, since more than %d were open; "+
				"their senders or expiry may be missing", n, r.opt.MaxOpen),
		})
	}
	return nil
}
