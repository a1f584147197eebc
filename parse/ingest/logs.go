package ingest

import (
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"ndrscope/parse"
	"ndrscope/parse/mtalog"
	"ndrscope/parse/source"
)

// Rotated logs are one log in pieces: a message that is deferred in one is delivered in the next. So logs wait until
// all of them are known, and are read in the order of their first lines, whatever the files are called and however
// the shell lists them.

// waiting is a log that was found.
type waiting struct {
	log   mtalog.Log
	first time.Time
	// copy is the file that holds what cannot be opened again: a member of an archive, standard input. It is
	// removed already; closing it frees its space.
	copy *os.File
	// damage is what was wrong with the stream that was copied.
	damage error
}

// wait keeps a log for later.
func (r *reader) wait(s *source.Stream) error {
	w := waiting{log: mtalog.Log{Path: s.Path, ModTime: s.ModTime}}
	w.first = mtalog.FirstTime(s.Peek(), w.log, r.logOptions())
	if !opensAgain(s.Path) {
		var err error
		if w.copy, err = copyOf(s); err != nil {
			return r.skip(s.Path, err)
		}
		w.damage = s.Err()
	}
	r.waiting = append(r.waiting, w)
	return nil
}

// opensAgain is whether a path is a file of its own, and not standard input, a pipe or a member of an archive.
func opensAgain(path string) bool {
	info, err := os.Stat(path)
	return path != "-" && err == nil && info.Mode().IsRegular()
}

// copyOf is what is left of a stream, in a file without a name.
func copyOf(s io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "ndrscope-*.log")
	if err != nil {
		return nil, err
	}
	_, copying := io.Copy(file, s)
	_, seeking := file.Seek(0, io.SeekStart)
	if err := errors.Join(os.Remove(file.Name()), copying, seeking); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// readWaiting reads the logs that were found, the oldest first; those without a time stamp come behind.
func (r *reader) readWaiting() error {
	slices.SortStableFunc(r.waiting, func(a, b waiting) int {
		switch {
		case a.first.IsZero() && b.first.IsZero():
			return 0
		case a.first.IsZero():
			return 1
		case b.first.IsZero():
			return -1
		}
		return a.first.Compare(b.first)
	})
	for _, w := range r.waiting {
		if err := r.readLog(w); err != nil {
			return err
		}
	}
	return r.logs.Close(r.q.put)
}

func (r *reader) readLog(w waiting) error {
	if w.copy != nil {
		defer w.copy.Close()
		w.log.Reader = w.copy
		return errors.Join(r.logs.Read(r.ctx, w.log, r.q.put), r.damaged(w.log.Path, "log", w.damage))
	}
	visit := func(s *source.Stream) error { return r.log(s) }
	return source.Walk(r.ctx, []string{w.log.Path}, source.Options{Progress: r.opt.Progress}, visit, r.q.put)
}

// log reads one log at once.
func (r *reader) log(s *source.Stream) error {
	err := r.logs.Read(r.ctx, mtalog.Log{Path: s.Path, ModTime: s.ModTime, Reader: s}, r.q.put)
	return errors.Join(err, r.damaged(s.Path, "log", s.Err()))
}

// damaged warns about a stream that was used as far as it went.
func (r *reader) damaged(path, format string, err error) error {
	if err == nil {
		return nil
	}
	return r.q.put(parse.Record{Origin: parse.Origin{Path: path, Format: format}, Unit: parse.File, Err: err})
}
