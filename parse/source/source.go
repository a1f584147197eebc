// Package source turns what a user names (files, folders, globs, standard input) into streams of bytes: decompressed,
// taken out of archives, each with a path by which a reader finds it again. What the bytes are is told by content.
package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// HeadSize is how much of a stream Stream.Head shows, if there is as much.
const HeadSize = 64 << 10

// Stream is one file, or one member of an archive, with compression undone.
type Stream struct {
	// Path as given or found; members of an archive follow after "!".
	Path string
	// ModTime is the file's, zero if unknown.
	ModTime time.Time
	// Head is the beginning of the content; it is also the beginning of Reader.
	Head []byte
	// Reader yields the content. For a plain file it is the *os.File, so that parts of it can be read at once.
	Reader io.Reader
	// InMaildir is set for the messages of a Maildir: one message a file, whatever it begins with.
	InMaildir bool
}

// Options of Each.
type Options struct {
	// Stdin is read for the input "-".
	Stdin io.Reader
	// Limits bound what archives and compression may blow up to; the zero value means DefaultLimits.
	Limits Limits
}

// Limits keep hostile archives from filling memory, disk or a day.
type Limits struct {
	Depth   int   // archives and compression inside each other
	Members int   // of one archive
	Bytes   int64 // decompressed, of one stream
	Ratio   int64 // decompressed to compressed size, once a stream is larger than RatioFrom
	// RatioFrom is the size in bytes up to which any ratio is fine.
	RatioFrom int64
}

// DefaultLimits let any real log or mailbox through: text compresses to a tenth, a log of one repeated line to a
// few hundredths; gzip reaches a thousandth at most, and only with nothing in it.
func DefaultLimits() Limits {
	return Limits{Depth: 5, Members: 2_000_000, Bytes: 256 << 30, Ratio: 900, RatioFrom: 256 << 20}
}

// Visitor receives what Each finds, in order, on the caller's goroutine.
type Visitor struct {
	// Stream is called for each stream; its Reader is valid during the call. An error ends Each.
	Stream func(*Stream) error
	// Fail is called for what could not be opened or not be read to its end, with the path and what is wrong.
	Fail func(path string, err error) error
}

// Each visits all inputs in the order given, folders in the order of their paths, each file once however often and by
// whatever path it is named. It returns the error of the visitor, or of ctx.
func Each(ctx context.Context, inputs []string, opt Options, v Visitor) error {
	if opt.Limits == (Limits{}) {
		opt.Limits = DefaultLimits()
	}
	w := &walker{ctx: ctx, opt: opt, visit: v, seen: map[string]bool{}}
	for _, input := range inputs {
		if err := w.input(input); err != nil {
			return err
		}
	}
	return ctx.Err()
}

type walker struct {
	ctx   context.Context
	opt   Options
	visit Visitor
	seen  map[string]bool // files, by path without symbolic links
}

func (w *walker) input(input string) error {
	if input == "-" {
		return w.open(&Stream{Path: "-", Reader: w.opt.Stdin}, 0)
	}
	if _, err := os.Lstat(input); errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(input, "*?[") {
		matches, err := filepath.Glob(input)
		if err != nil {
			return w.visit.Fail(input, fmt.Errorf("not a file, and not a pattern either: %w", err))
		}
		if len(matches) == 0 {
			return w.visit.Fail(input, errors.New("no file matches this pattern"))
		}
		for _, match := range matches {
			if err := w.path(match); err != nil {
				return err
			}
		}
		return nil
	}
	return w.path(input)
}

// path visits a file or folder that the user named.
func (w *walker) path(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return w.visit.Fail(path, plain(err))
	}
	if info.IsDir() {
		return w.folder(path)
	}
	return w.file(path, info)
}

func (w *walker) folder(dir string) error {
	if w.again(dir) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		if err := w.visit.Fail(dir, plain(err)); err != nil {
			return err
		}
	}
	maildir := isMaildir(entries)
	for _, entry := range entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		name := entry.Name()
		path := filepath.Join(dir, name)
		if maildir && !entry.IsDir() || maildir && name == "tmp" {
			continue // an index or state file of the IMAP server; a message still being written
		}
		info, err := os.Stat(path)
		if err != nil {
			err = w.visit.Fail(path, plain(err))
		} else if info.IsDir() {
			err = w.folder(path)
		} else if info.Mode().IsRegular() {
			err = w.file(path, info)
		} else {
			err = w.visit.Fail(path, fmt.Errorf("a %s, which is not read in a folder", kindOf(info.Mode())))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isMaildir is whether a folder has the three subfolders of a Maildir (http://cr.yp.to/proto/maildir.html).
func isMaildir(entries []fs.DirEntry) bool {
	n := 0
	for _, e := range entries {
		if e.IsDir() && (e.Name() == "cur" || e.Name() == "new" || e.Name() == "tmp") {
			n++
		}
	}
	return n >= 2
}

// inMaildir is whether a file lies in cur or new of a Maildir.
func inMaildir(path string) bool {
	dir := filepath.Dir(path)
	if base := filepath.Base(dir); base != "cur" && base != "new" {
		return false
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	return err == nil && isMaildir(entries)
}

func (w *walker) file(path string, info fs.FileInfo) error {
	if w.again(path) {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return w.visit.Fail(path, plain(err))
	}
	defer f.Close()
	if info.Mode().IsRegular() && info.Size() == 0 {
		return w.visit.Fail(path, errors.New("an empty file"))
	}
	return w.open(&Stream{Path: path, ModTime: info.ModTime(), Reader: f, InMaildir: inMaildir(path)}, 0)
}

// again is whether the file or folder was visited before, by this path or another.
func (w *walker) again(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	seen := w.seen[path]
	w.seen[path] = true
	return seen
}

// open looks at the first bytes: an archive or compressed stream is opened further, anything else is visited.
func (w *walker) open(s *Stream, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	head := make([]byte, HeadSize)
	n, err := io.ReadFull(s.Reader, head)
	s.Head = head[:n]
	if n == 0 {
		if err == io.EOF {
			err = errors.New("empty")
		}
		return w.visit.Fail(s.Path, plain(err))
	}
	if f, ok := s.Reader.(*os.File); ok {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			s.Reader = io.MultiReader(bytes.NewReader(s.Head), f) // a pipe
		}
	} else {
		s.Reader = io.MultiReader(bytes.NewReader(s.Head), s.Reader)
	}
	for _, p := range packings() {
		if !p.match(s.Head) {
			continue
		}
		if depth >= w.opt.Limits.Depth {
			return w.visit.Fail(s.Path, fmt.Errorf("%s inside more than %d others: not opened", p.name, depth))
		}
		return p.open(w, s, depth+1)
	}
	return w.visit.Stream(s)
}

// member visits what was inside another stream; a failure to read it to the end is reported after it was visited.
func (w *walker) member(s *Stream, depth int) error {
	counted := &watched{r: s.Reader}
	s.Reader = counted
	if err := w.open(s, depth); err != nil {
		return err
	}
	if counted.err != nil && counted.n > 0 { // with nothing read at all, open has said so
		return w.visit.Fail(s.Path, fmt.Errorf("cut short after %d bytes: %w", counted.n, counted.err))
	}
	return nil
}

// watched remembers the error, other than the end, that stopped a reader.
type watched struct {
	r   io.Reader
	n   int64
	err error
}

func (r *watched) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// plain takes the operation and path out of a file system's error: the path is said anyway.
func plain(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}
