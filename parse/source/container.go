package source

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// container is a compression or an archive format.
type container struct {
	is   func(prefix []byte) bool
	open func(w *walker, it item) error
}

// containerOf is the format that a file begins with; nil is none.
func containerOf(prefix []byte) *container {
	for _, c := range containers() {
		if c.is(prefix) {
			return c
		}
	}
	return nil
}

func containers() [9]*container {
	return [...]*container{
		{magic("\x1f\x8b\x08"), decompress("gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })},
		{isBzip2, decompress("bzip2", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })},
		{magic("\xfd7zXZ\x00"), decompress("xz", func(r io.Reader) (io.Reader, error) { return xz.NewReader(r) })},
		{isZstd, openZstd},
		{magic("PK\x03\x04", "PK\x05\x06", "PK\x07\x08"), (*walker).zip},
		{isTar, (*walker).tar},
		{magic("7z\xbc\xaf\x27\x1c"), foreign("a 7z archive: unpack it first (7z x) and name the folder")},
		{magic("Rar!\x1a\x07"), foreign("a rar archive: unpack it first (unrar x) and name the folder")},
		{magic("\x1f\x9d"), foreign("compressed with compress: unpack it first (uncompress)")},
	}
}

func magic(begins ...string) func([]byte) bool {
	return func(prefix []byte) bool {
		for _, m := range begins {
			if bytes.HasPrefix(prefix, []byte(m)) {
				return true
			}
		}
		return false
	}
}

func isBzip2(p []byte) bool {
	return len(p) >= 10 && string(p[:3]) == "BZh" && p[3] >= '1' && p[3] <= '9' &&
		(string(p[4:10]) == "1AY&SY" || string(p[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isZstd knows frames and skippable frames, RFC 8878 section 3.1.
func isZstd(p []byte) bool {
	return bytes.HasPrefix(p, []byte("\x28\xb5\x2f\xfd")) ||
		len(p) >= 4 && p[0]&0xf0 == 0x50 && string(p[1:4]) == "\x2a\x4d\x18"
}

// isTar verifies the checksum of the first header: old archives have no magic number.
func isTar(p []byte) bool {
	if len(p) < 512 || p[0] == 0 {
		return false
	}
	field := strings.Trim(string(p[148:156]), " \x00")
	want, err := strconv.ParseUint(field, 8, 32)
	if err != nil {
		return false
	}
	var sum uint64
	for i, b := range p[:512] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += uint64(b)
	}
	return sum == want
}

func foreign(what string) func(*walker, item) error {
	return func(w *walker, it item) error { return w.skip(it.path, errors.New(what)) }
}

// decompress opens what is within a compressed file. It keeps the file's path: mail.log.gz is a log.
func decompress(kind string, open func(io.Reader) (io.Reader, error)) func(*walker, item) error {
	return func(w *walker, it item) error {
		r, err := open(it.r)
		if err != nil {
			return w.skip(it.path, fmt.Errorf("the %s data is damaged from its first bytes on", kind))
		}
		it.r, it.at, it.size = it.root.limit(r, kind, it.stream), nil, 0
		return w.open(it)
	}
}

var errWindow = errors.New("the zstd data needs a window of more than 128 MiB: unpack it first (zstd -d --long=31)")

func openZstd(w *walker, it item) error {
	// A window over 128 MiB is refused: memory is bounded.
	d, err := zstd.NewReader(it.r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return w.skip(it.path, errors.New("the zstd data is damaged from its first bytes on"))
	}
	defer d.Close()
	frames := readFunc(func(p []byte) (int, error) {
		n, err := d.Read(p)
		if errors.Is(err, zstd.ErrWindowSizeExceeded) {
			err = errWindow
		}
		return n, err
	})
	it.r, it.at, it.size = it.root.limit(frames, "zstd", it.stream), nil, 0
	return w.open(it)
}
