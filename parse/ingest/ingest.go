// Package ingest reads all that a user names: it finds the files, tells mail from logs by their content, decodes mail
// on all cores and yields one record for everything it read, in the order of the input.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ndrscope/parse"
	"ndrscope/parse/bounce"
	"ndrscope/parse/mailbox"
	"ndrscope/parse/mtalog"
	"ndrscope/parse/source"
)

// Options of Run.
type Options struct {
	// Stdin is read for the input "-".
	Stdin io.Reader
	// Format overrides sniffing: one of Formats.
	Format string
	// Jobs is the number of messages decoded at one time; 0 is one for each core.
	Jobs int
	// Now bounds the year of time stamps that have none.
	Now time.Time
	// CountDeliveries has plain deliveries of logs counted, not told one by one; see parse.Record.
	CountDeliveries bool
	// Progress, if set, is called with the number of bytes that were read just now, on another goroutine.
	Progress func(bytes int)
	// Bounce says whose mail is ours.
	Bounce bounce.Options
}

// Formats that Options.Format can name.
var Formats = []string{mailbox.EML, mailbox.Mbox, mailbox.MMDF, mailbox.Emlx, mailbox.MSG, mailbox.TNEF, "log"}

// Run yields a record for every message, log line or run of them, and for every file that is neither. It yields on the
// caller's goroutine. The error is ctx's, yield's, or a usage error; what is wrong with the input is said in records.
func Run(ctx context.Context, inputs []string, opt Options, yield func(parse.Record) error) error {
	if opt.Format != "" && !slices.Contains(Formats, opt.Format) {
		return fmt.Errorf("input format %q: want one of %v", opt.Format, Formats)
	}
	if opt.Jobs <= 0 {
		opt.Jobs = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	q := newQueue(ctx, opt.Jobs, opt.Bounce)
	for range opt.Jobs {
		group.Go(q.decode)
	}
	group.Go(func() error {
		defer q.close()
		r := &reader{ctx: ctx, opt: opt, q: q, single: len(inputs) == 1 && inputs[0] == "-"}
		r.logs = mtalog.NewReader(r.logOptions())
		err := source.Walk(ctx, inputs, source.Options{Stdin: opt.Stdin, Progress: opt.Progress}, r.stream, q.put)
		return errors.Join(err, r.readWaiting(), q.flush())
	})
	if err := q.drain(yield); err != nil {
		// Nobody waits for the readers here: one may hang in standard input for ever. They end by themselves.
		q.stop(err)
		return err
	}
	return group.Wait()
}

// reader sends what it finds in the streams into the queue.
type reader struct {
	ctx  context.Context
	opt  Options
	q    *queue
	logs *mtalog.Reader
	// single is set where standard input is all there is: a log there is read as it comes.
	single  bool
	waiting []waiting
}

func (r *reader) logOptions() mtalog.Options {
	return mtalog.Options{Now: r.opt.Now, Workers: r.opt.Jobs, CountDeliveries: r.opt.CountDeliveries}
}

// stream reads one stream as what it is. What is wrong with it is said after what could be read.
func (r *reader) stream(s *source.Stream) error {
	format, err := r.format(s)
	if err != nil {
		if s.Err() != nil {
			err = s.Err()
		}
		return r.skip(s.Path, err)
	}
	if format == "log" {
		if r.single {
			return r.log(s)
		}
		return r.wait(s)
	}
	err = mailbox.Read(s, s.Path, format, r.q.message)
	return errors.Join(err, r.damaged(s.Path, format, s.Err()))
}

func (r *reader) format(s *source.Stream) (string, error) {
	if r.opt.Format != "" {
		return r.opt.Format, nil
	}
	if s.Maildir {
		return mailbox.Maildir, nil
	}
	format, notMail := mailbox.Sniff(s.Peek())
	if notMail == nil {
		return format, nil
	}
	if _, ok := mtalog.Sniff(s.Peek()); ok {
		return "log", nil
	}
	return "", notMail
}

// skip records a file that is neither mail nor log.
func (r *reader) skip(path string, err error) error {
	return r.q.put(parse.Record{Origin: parse.Origin{Path: path}, Unit: parse.File, Skipped: 1, Err: err})
}
