// Package source turns what the user names (a file, a folder, a glob or "-") into streams of text: every file once, in
// sorted order, taken out of archives and decompressed, whatever its name is.
//
// What is wrong with one file is said in a [parse.Record] of Unit File and never stops the others.
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

	"golang.org/x/text/encoding/unicode"

	"ndrscope/parse"
)

// peekSize is how much of a stream can be looked at before it is read.
const peekSize = 64 << 10

// Options of a walk.
type Options struct {
	// Stdin is read for the input "-".
	Stdin io.Reader
	// Limits on what compressed files may grow to. The zero value has the default of each.
	Limits Limits
	// TempDir is where an archive is kept that must be read from its end but comes through a pipe or another
	// archive. Empty is the system's.
	TempDir string
	// Progress, if set, is called with the number of bytes that were read just now, of files as they are on disk.
	Progress func(bytes int)
}

// Stream is one file, or one member of an archive: decompressed, and in UTF-8 if it was in UTF-16.
type Stream struct {
	// Path as given or found; members of archives follow after "!".
	Path string
	// ModTime is when it was last written to; zero is unknown.
	ModTime time.Time
	// Maildir says that this is one message of a Maildir.
	Maildir bool

	prefix []byte // read but not yet delivered
	r      io.Reader
	err    error
}

// Peek returns the begin of what was not read yet: up to 64 KiB, less only where the stream is shorter.
func (s *Stream) Peek() []byte { return s.prefix }

// Read delivers the content. It ends with [io.EOF] also where the content is damaged or too large, so that readers
// use what there is; see [Stream.Err].
func (s *Stream) Read(p []byte) (int, error) {
	if len(s.prefix) > 0 {
		n := copy(p, s.prefix)
		s.prefix = s.prefix[n:]
		return n, nil
	}
	if s.err != nil {
		return 0, io.EOF
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
		err = io.EOF
	}
	return n, err
}

// Err says why the stream ended before its time. It is nil at a proper end.
func (s *Stream) Err() error { return s.err }

// walker goes through the inputs.
type walker struct {
	ctx    context.Context
	opt    Options
	visit  func(*Stream) error
	report func(parse.Record) error

	dirs     map[string]bool // folders walked, by their real path
	files    map[string]bool // files outside of these that were read, by their real path
	maildirs map[string]bool // folders that are a Maildir, or not, by path
}

// Walk calls visit for each stream that the inputs hold, and report for each file that gave none. The stream is gone
// when visit returns. An error is the context's, or that of visit or report.
func Walk(ctx context.Context, inputs []string, opt Options, visit func(*Stream) error, report func(parse.Record) error) error {
	opt.Limits.setDefaults()
	w := &walker{
		ctx: ctx, opt: opt, visit: visit, report: report,
		dirs: make(map[string]bool), files: make(map[string]bool), maildirs: make(map[string]bool),
	}
	for _, input := range inputs {
		if err := w.input(input); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) input(input string) error {
	switch input {
	case "-":
		return w.stdin()
	case "":
		return w.skip(`""`, errors.New("the name is empty"))
	}
	info, err := os.Stat(input)
	if err == nil {
		return w.named(input, info)
	}
	if matches, globErr := filepath.Glob(input); globErr == nil && len(matches) > 0 {
		for _, m := range matches {
			info, err := os.Stat(m)
			if err != nil {
				err = w.skip(m, err)
			} else {
				err = w.named(m, info)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	if strings.ContainsAny(input, "*?[") && errors.Is(err, fs.ErrNotExist) {
		err = errors.New("no file matches")
	}
	return w.skip(input, err)
}

func (w *walker) stdin() error {
	if w.files["-"] || w.opt.Stdin == nil {
		return nil
	}
	w.files["-"] = true
	root := w.root()
	return w.open(item{path: "-", root: root, r: root.count(w.opt.Stdin)})
}

func (w *walker) root() *root { return &root{limits: w.opt.Limits, progress: w.opt.Progress} }

// named reads a file or folder that the user named.
func (w *walker) named(path string, info fs.FileInfo) error {
	if info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0 {
		return w.once(path, path, info) // /dev/fd/63 of a shell's <(command) leads to no path
	}
	real, err := realPath(path)
	if err != nil {
		return w.skip(path, err)
	}
	if info.IsDir() {
		return w.folder(path, real)
	}
	if !info.Mode().IsRegular() {
		return w.skip(path, fmt.Errorf("is a %s, not a file", kindOf(info.Mode())))
	}
	return w.once(path, real, info)
}

// once reads a file unless that was done before.
func (w *walker) once(path, real string, info fs.FileInfo) error {
	if w.files[real] || w.dirs[filepath.Dir(real)] {
		return nil
	}
	w.files[real] = true
	return w.file(path, info)
}

// file reads one file of the file system.
func (w *walker) file(path string, info fs.FileInfo) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return w.skip(path, err)
	}
	defer f.Close()
	root := w.root()
	it := item{path: path, modTime: info.ModTime(), root: root, r: root.count(f), maildir: w.inMaildir(path)}
	if info.Mode().IsRegular() {
		it.at, it.size = f, info.Size()
	}
	return w.open(it)
}

// item is a file or a member of an archive, on its way to be a Stream.
type item struct {
	path    string
	modTime time.Time
	maildir bool
	root    *root
	r       io.Reader
	stream  *Stream     // r, once its begin was looked at
	at      io.ReaderAt // if not nil, the same content at random
	size    int64       // in bytes; 0 is unknown
	depth   int         // how many archives and compressions are around it
}

// open looks into an item and visits what is in it.
func (w *walker) open(it item) error {
	s := &Stream{Path: it.path, ModTime: it.modTime, Maildir: it.maildir, r: it.r}
	if err := s.fill(it.size); err != nil {
		return err
	}
	if len(s.prefix) == 0 {
		if s.err != nil {
			return w.skip(it.path, s.err)
		}
		return w.skip(it.path, errors.New("the file is empty"))
	}
	form := containerOf(s.prefix)
	if form == nil {
		return w.text(s)
	}
	if it.depth >= w.opt.Limits.Depth {
		return w.skip(it.path, fmt.Errorf("archives are nested more than %d deep", w.opt.Limits.Depth))
	}
	it.depth++
	it.r, it.stream = s, s
	return form.open(w, it)
}

// fill reads the prefix. Of a stream whose size is known, and there may be a million small ones, no more than that.
func (s *Stream) fill(size int64) error {
	if size <= 0 || size > peekSize {
		size = peekSize
	}
	buf := make([]byte, size)
	n, err := io.ReadFull(s.r, buf)
	s.prefix = buf[:n]
	if errors.Is(err, context.Canceled) {
		return err
	}
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		s.r = bytes.NewReader(nil) // a terminal would ask for more
	case err != nil:
		s.err = err
	}
	return nil
}

// text visits a stream that is no archive.
func (w *walker) text(s *Stream) error {
	var order unicode.Endianness
	switch {
	case bytes.HasPrefix(s.prefix, []byte("\xef\xbb\xbf")):
		s.prefix = s.prefix[3:]
		return w.visit(s)
	case bytes.HasPrefix(s.prefix, []byte("\xff\xfe")):
		order = unicode.LittleEndian
	case bytes.HasPrefix(s.prefix, []byte("\xfe\xff")):
		order = unicode.BigEndian
	default:
		if bytes.IndexByte(s.prefix, '\r') >= 0 && !bytes.ContainsAny(s.prefix, "\n\x00") {
			s.endLines()
		}
		return w.visit(s)
	}
	outer := &Stream{Path: s.Path, ModTime: s.ModTime, Maildir: s.Maildir}
	outer.r = unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(s)
	if err := outer.fill(0); err != nil {
		return err
	}
	if s.err != nil && outer.err == nil {
		outer.err = s.err
	}
	return w.visit(outer)
}

// endLines makes LF of CR, with which lines ended on a Macintosh of old. Some programs write so to this day.
func (s *Stream) endLines() {
	replace := func(p []byte) {
		for i, c := range p {
			if c == '\r' {
				p[i] = '\n'
			}
		}
	}
	replace(s.prefix)
	r := s.r
	s.r = readFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		replace(p[:n])
		return n, err
	})
}

// skip reports a file that could not be read.
func (w *walker) skip(path string, err error) error {
	return w.report(parse.Record{
		Origin: parse.Origin{Path: path}, Unit: parse.File, Skipped: 1, Err: plainError(err),
	})
}

// ignore reports a file that is known to hold no mail.
func (w *walker) ignore(path string) error {
	return w.report(parse.Record{Origin: parse.Origin{Path: path}, Unit: parse.File, Ignored: 1})
}

// plainError takes the name of the call and of the file off an error; the file is told in the Origin.
func plainError(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
