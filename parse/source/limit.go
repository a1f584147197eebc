package source

import (
	"errors"
	"fmt"
	"io"
)

// Limits on what compressed files and archives may grow to. They are wide enough for any real mailbox or log.
type Limits struct {
	// Size in bytes of all that comes out of one file.
	Size int64
	// Ratio of the bytes that come out of one file to those of the file itself, for what exceeds a first 64 MiB.
	Ratio int64
	// Members of one archive.
	Members int
	// Depth of archives and compressions within each other.
	Depth int
}

// freeSize may come out of any file, however small.
const freeSize = 64 << 20

func (l *Limits) setDefaults() {
	if l.Size == 0 {
		l.Size = 1 << 40
	}
	if l.Ratio == 0 {
		l.Ratio = 400
	}
	if l.Members == 0 {
		l.Members = 2_000_000
	}
	if l.Depth == 0 {
		l.Depth = 5
	}
}

// errTooLarge is what an exploding archive ends with.
var errTooLarge = errors.New("decompresses to far more than a mailbox or a log would")

// root is a file of the file system, or standard input: what its members and layers may grow to together.
type root struct {
	limits   Limits
	in       int64 // bytes of the file that were read, or all of them where it is read at random
	out      int64 // bytes that were decompressed
	progress func(bytes int)
	errors   int // how often a stream ended before its time: what follows from that need not be told again
}

// count counts what is read of the file itself.
func (r *root) count(in io.Reader) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		n, err := in.Read(p)
		r.in += int64(n)
		if r.progress != nil {
			r.progress(n)
		}
		return n, err
	})
}

// exhausted says that no more may come out of the file.
func (r *root) exhausted() bool {
	return r.out > r.limits.Size || r.out > freeSize && (r.out-freeSize)/r.limits.Ratio > r.in
}

// limit bounds what comes out of a decompressor or an archive that reads in. Whatever else it fails with is told as
// damage of the named kind, unless it follows from what is wrong with in.
func (r *root) limit(out io.Reader, kind string, in *Stream) io.Reader {
	return readFunc(func(p []byte) (int, error) {
		n, err := out.Read(p)
		r.out += int64(n)
		switch {
		case r.exhausted():
			err = errTooLarge
		case err == nil || err == io.EOF:
			return n, err
		case in.err != nil:
			err = in.err
		case errors.Is(err, errWindow):
		case errors.Is(err, io.ErrUnexpectedEOF):
			err = fmt.Errorf("the %s data ends too early; what comes before was used", kind)
		default:
			err = fmt.Errorf("the %s data is damaged (%w); what comes before was used", kind, err)
		}
		r.errors++
		return n, err
	})
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
