package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// packing is a way to compress one stream or to bundle many.
type packing struct {
	name  string
	match func(head []byte) bool
	open  func(w *walker, s *Stream, depth int) error
}

// packings in the order in which they are tried; their magic numbers exclude each other.
func packings() []packing {
	return []packing{
		{"gzip", magic("\x1f\x8b\x08"), decompress(func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })},
		{"bzip2", magic("BZh"), decompress(func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })},
		{"xz", magic("\xfd7zXZ\x00"), decompress(func(r io.Reader) (io.Reader, error) { return xz.NewReader(r) })},
		{"zstd", magic("\x28\xb5\x2f\xfd"), decompress(func(r io.Reader) (io.Reader, error) {
			return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		})},
		{"zip", magic("PK\x03\x04"), openZip},
		{"tar", isTar, openTar},
	}
}

func magic(prefix string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(prefix)) }
}

// isTar knows a POSIX or GNU tar by the magic in its first header, an old one by the header's checksum.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(head[:512])).Next()
	return err == nil && head[0] != 0 && head[156] <= '7' && bytes.IndexByte(head[:100], 0) > 0
}

// decompress makes an opener of a decompressor.
func decompress(reader func(io.Reader) (io.Reader, error)) func(*walker, *Stream, int) error {
	return func(w *walker, s *Stream, depth int) error {
		packed := &counted{r: s.Reader}
		r, err := reader(packed)
		if err != nil {
			return w.visit.Fail(s.Path, fmt.Errorf("damaged at its beginning: %w", err))
		}
		if d, ok := r.(*zstd.Decoder); ok {
			defer d.Close()
		}
		inner := *s
		inner.Reader = &limited{r: r, packed: packed, limits: w.opt.Limits}
		return w.member(&inner, depth)
	}
}

// openTar visits the regular files of a tar. A tar that breaks off is used up to there.
func openTar(w *walker, s *Stream, depth int) error {
	t := tar.NewReader(s.Reader)
	for n := 0; ; n++ {
		header, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil && n >= w.opt.Limits.Members {
			err = fmt.Errorf("more than %d members", w.opt.Limits.Members)
		}
		if err != nil {
			return w.visit.Fail(s.Path, fmt.Errorf("tar archive used up to member %d: %w", n, err))
		}
		if header.Typeflag != tar.TypeReg || header.Size == 0 || ignoredMember(header.Name) {
			continue
		}
		if err := w.member(memberOf(s, header.Name, header.ModTime, t), depth); err != nil {
			return err
		}
	}
}

// openZip visits the files of a zip. Its directory stands at the end, so what is no plain file is copied to one first.
func openZip(w *walker, s *Stream, depth int) error {
	file, ok := s.Reader.(*os.File)
	if !ok {
		var err error
		if file, err = spool(s.Reader, w.opt.Limits); err != nil {
			return w.visit.Fail(s.Path, fmt.Errorf("zip archive inside another stream: %w", err))
		}
		defer os.Remove(file.Name())
		defer file.Close()
	}
	info, err := file.Stat()
	if err != nil {
		return w.visit.Fail(s.Path, plain(err))
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return w.visit.Fail(s.Path, fmt.Errorf("damaged zip archive: %w (try: zip -FF %s --out repaired.zip)", err, s.Path))
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor())
	z.RegisterDecompressor(zstd.ZipMethodPKWare, zstd.ZipDecompressor())
	for n, f := range z.File {
		if n >= w.opt.Limits.Members {
			return w.visit.Fail(s.Path, fmt.Errorf("zip archive used up to member %d: more than that", n))
		}
		if !f.Mode().IsRegular() || f.UncompressedSize64 == 0 || ignoredMember(f.Name) {
			continue
		}
		if err := w.zipMember(s, f, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) zipMember(s *Stream, f *zip.File, depth int) error {
	const encrypted = 1
	path := s.Path + "!" + f.Name
	if f.Flags&encrypted != 0 {
		return w.visit.Fail(path, errors.New("encrypted: unpack it with its password first"))
	}
	r, err := f.Open()
	if err != nil {
		return w.visit.Fail(path, err)
	}
	defer r.Close()
	packed := &counted{n: int64(f.CompressedSize64)}
	return w.member(memberOf(s, f.Name, f.Modified, &limited{r: r, packed: packed, limits: w.opt.Limits}), depth)
}

// memberOf is a file inside of an archive.
func memberOf(archive *Stream, name string, modTime time.Time, r io.Reader) *Stream {
	dir := name[:strings.LastIndexByte(name, '/')+1]
	return &Stream{
		Path:      archive.Path + "!" + name,
		ModTime:   modTime,
		Reader:    r,
		InMaildir: strings.HasSuffix(dir, "/cur/") || strings.HasSuffix(dir, "/new/"),
	}
}

// ignoredMember is what archivers and desktops add beside the files that were meant.
func ignoredMember(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "._") || base == ".DS_Store"
}

// spool copies a stream to a temporary file.
func spool(r io.Reader, limits Limits) (*os.File, error) {
	file, err := os.CreateTemp("", "ndrscope-*.zip")
	if err != nil {
		return nil, err
	}
	const most = 4 << 30
	if _, err = io.Copy(file, io.LimitReader(r, min(most, limits.Bytes))); err != nil {
		file.Close()
		os.Remove(file.Name())
		return nil, err
	}
	return file, nil
}

// counted counts the compressed bytes that a decompressor consumed.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// limited ends a decompressed stream that grows beyond the limits.
type limited struct {
	r      io.Reader
	packed *counted
	n      int64
	limits Limits
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n += int64(n)
	switch {
	case l.n > l.limits.Bytes:
		return n, fmt.Errorf("decompresses to more than %d bytes", l.limits.Bytes)
	case l.n > l.limits.RatioFrom && l.n/l.limits.Ratio > l.packed.n:
		return n, fmt.Errorf("decompresses to more than %d times its size: taken for a bomb", l.limits.Ratio)
	}
	return n, err
}
