// Package mtalog reads the delivery logs of mail transfer agents and mail services: log lines in, [parse.Record]s out.
//
// A line goes through three rooms. The envelope (syslog, RFC 3339, journal, container runtime ...) is taken off; the
// dialect of the program that wrote the rest turns it into one fact; and the joiner follows the facts of one message,
// so that an event carries the sender and the Message-ID that other lines told. The first two rooms work on all cores,
// the third keeps the order of the log. Each dialect is one file.
package mtalog

import (
	"context"
	"errors"
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
	// Location is the time zone of time stamps that name none. nil is that of Now.
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
		opt.Location = opt.Now.Location()
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
//
// When the context ends, Read returns at once, even while the log's own Read is waiting for input.
func (r *Reader) Read(ctx context.Context, log Log, yield func(parse.Record) error) error {
	cut := &cutter{r: utf8Reader(log.Reader)}
	first := newChunk()
	cut.fill(first)
	format := formatOf(first.data)
	workers := r.opt.Workers
	if format.stateful() {
		workers = 1
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pipe := newPipeline(2*workers + 2)
	go pipe.cut(ctx, cut, first)
	var parsing sync.WaitGroup
	defer parsing.Wait()
	defer cancel()
	var last *parser // a stateful format has no other
	for range workers {
		parser := format.parser(r.opt, log)
		last = parser
		parsing.Go(func() { pipe.parse(ctx, parser) })
	}

	r.joiner.begin(log.Path, format.name)
	for {
		c, err := pipe.next(ctx)
		if err != nil {
			return err
		}
		if c == nil {
			break
		}
		if err := r.joiner.join(c, yield); err != nil {
			return err
		}
		pipe.free <- c
	}
	if cut.err != io.EOF {
		r.joiner.damage.add(r.joiner.lines+1, unreadable, []byte(cut.err.Error()))
	}
	if format.stateful() && last.within() {
		rec := r.joiner.damage.record(r.joiner.lines, 0, errors.New("the log ends within an entry; its last lines were not used"))
		if err := yield(rec); err != nil {
			return err
		}
	}
	return r.joiner.end(yield)
}

// pipeline hands chunks round: from the cutter to a parser, in their order on to the joiner, and back. Each channel has
// room for all chunks, so that no sender waits.
type pipeline struct {
	free, work, order chan *chunk
}

func newPipeline(chunks int) *pipeline {
	return &pipeline{
		free: make(chan *chunk, chunks), work: make(chan *chunk, chunks), order: make(chan *chunk, chunks),
	}
}

// cut fills chunks to the end of the log, the first of which is full already.
func (p *pipeline) cut(ctx context.Context, cut *cutter, c *chunk) {
	defer close(p.order)
	defer close(p.work)
	for made := 1; ctx.Err() == nil; cut.fill(c) {
		p.order <- c
		p.work <- c
		if cut.err != nil {
			return
		}
		if made < cap(p.free) && len(p.free) == 0 {
			c = newChunk()
			made++
			continue
		}
		select {
		case c = <-p.free:
		case <-ctx.Done():
			return
		}
	}
}

func (p *pipeline) parse(ctx context.Context, parser *parser) {
	for {
		select {
		case c, ok := <-p.work:
			if !ok {
				return
			}
			c.parse(parser)
			c.parsed <- struct{}{}
		case <-ctx.Done():
			return
		}
	}
}

// next is the next chunk of the log, when it is parsed; nil at the end.
func (p *pipeline) next(ctx context.Context) (*chunk, error) {
	select {
	case c, ok := <-p.order:
		if !ok {
			return nil, ctx.Err()
		}
		select {
		case <-c.parsed:
			return c, nil
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	return nil, ctx.Err()
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
