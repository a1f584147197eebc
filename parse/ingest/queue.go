package ingest

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"ndrscope/parse"
	"ndrscope/parse/bounce"
	"ndrscope/parse/mailbox"
)

const (
	// memory bounds the raw messages that wait or are decoded at one time, in bytes.
	memory = 2 * mailbox.MaxMessage
	// batchSize is how many records of a log travel together.
	batchSize = 256
)

// queue keeps the order of the input while messages are decoded on several goroutines: what is put in waits in line
// for its turn, and a message waits there until it is decoded.
type queue struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	opt    bounce.Options
	line   chan *batch // in input order
	work   chan *batch // messages to be decoded
	memory *semaphore.Weighted
	open   []parse.Record // records not yet in line
}

// batch is some records, or one message that becomes a record.
type batch struct {
	records []parse.Record
	message mailbox.Message
	done    chan struct{} // closed when records are there
}

func newQueue(ctx context.Context, jobs int, opt bounce.Options) *queue {
	ctx, cancel := context.WithCancelCause(ctx)
	return &queue{
		ctx:    ctx,
		cancel: cancel,
		opt:    opt,
		line:   make(chan *batch, 64*jobs),
		work:   make(chan *batch, 64*jobs),
		memory: semaphore.NewWeighted(memory),
	}
}

// put sends a finished record; records travel in batches.
func (q *queue) put(r parse.Record) error {
	q.open = append(q.open, r)
	if len(q.open) < batchSize {
		return nil
	}
	return q.flush()
}

func (q *queue) flush() error {
	if len(q.open) == 0 {
		return nil
	}
	b := &batch{records: q.open, done: make(chan struct{})}
	close(b.done)
	q.open = nil
	return q.send(q.line, b)
}

// message sends a message to be decoded.
func (q *queue) message(m mailbox.Message) error {
	if err := q.flush(); err != nil {
		return err
	}
	if err := q.memory.Acquire(q.ctx, int64(len(m.Raw))); err != nil {
		return context.Cause(q.ctx)
	}
	b := &batch{message: m, done: make(chan struct{})}
	if err := q.send(q.work, b); err != nil {
		return err
	}
	return q.send(q.line, b)
}

func (q *queue) send(to chan<- *batch, b *batch) error {
	select {
	case to <- b:
		return nil
	case <-q.ctx.Done():
		return context.Cause(q.ctx)
	}
}

// close says that nothing more will be put.
func (q *queue) close() {
	close(q.work)
	close(q.line)
}

// stop ends all waiting with the given error.
func (q *queue) stop(err error) { q.cancel(err) }

// decode turns messages into records until there are none left.
func (q *queue) decode() error {
	for b := range q.work {
		b.records = []parse.Record{decode(b.message, q.opt)}
		q.memory.Release(int64(len(b.message.Raw)))
		b.message.Raw = nil
		close(b.done)
	}
	return nil
}

// decode reads one message. Should the decoder fail on it, that message is skipped and nothing else.
func decode(m mailbox.Message, opt bounce.Options) (r parse.Record) {
	if m.Raw == nil {
		return parse.Record{Origin: parse.Origin{Path: m.Origin.Path, Format: m.Origin.Format}, Unit: parse.File, Skipped: 1, Err: m.Err}
	}
	r = parse.Record{Origin: m.Origin, Unit: parse.Message}
	defer func() {
		if p := recover(); p != nil {
			r.Events = nil
			r.Skipped = 1
			r.Err = fmt.Errorf("the decoder failed: %v; please report this message", p)
		}
	}()
	r.Events, r.Err = bounce.Decode(m.Raw, m.Origin, opt)
	if m.Err != nil {
		r.Err = m.Err
	}
	return r
}

// drain passes the records on in order, until the end, an error of yield, or the cancellation.
func (q *queue) drain(yield func(parse.Record) error) error {
	for {
		select {
		case b, ok := <-q.line:
			if !ok {
				return nil
			}
			<-b.done
			for _, r := range b.records {
				if err := yield(r); err != nil {
					return err
				}
			}
		case <-q.ctx.Done():
			return context.Cause(q.ctx)
		}
	}
}
