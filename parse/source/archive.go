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
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"ndrscope/parse"
)

// tar visits the files of a tar archive in their order.
func (w *walker) tar(it item) error {
	r := tar.NewReader(it.stream)
	told := it.root.errors
	for members := 0; ; {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		h, err := r.Next()
		switch {
		case it.root.errors > told && members > 0:
			return nil // said of the last file, which broke off
		case it.stream.err != nil:
			return w.warn(it.path, it.stream.err, members)
		case err == io.EOF && members == 0:
			return w.skip(it.path, errors.New("the archive is empty"))
		case err == io.EOF:
			return nil
		case err != nil:
			return w.warn(it.path, errors.New("the archive is damaged or ends too early; what comes before was used"), members)
		case h.Typeflag != tar.TypeReg:
			continue
		case members >= w.opt.Limits.Members:
			return w.warn(it.path, fmt.Errorf("more than %d files in the archive; the rest is left out", w.opt.Limits.Members), members)
		}
		members++
		told = it.root.errors
		m := it.member(h.Name)
		m.modTime, m.size = h.ModTime, h.Size
		m.r = it.root.limit(r, "tar", it.stream)
		if err := w.member(m, h.Name); err != nil {
			return err
		}
	}
}

// zip visits the files of a zip archive in the order of its directory.
func (w *walker) zip(it item) error {
	if it.at == nil {
		kept, err := w.keep(it)
		if err != nil {
			return err
		}
		defer kept.close()
		if kept.err != nil {
			return w.skip(it.path, kept.err)
		}
		it.at, it.size = kept.at, kept.size
	} else {
		it.root.in = it.size
	}
	r, err := zip.NewReader(it.at, it.size)
	if err != nil {
		return w.salvage(it)
	}
	r.RegisterDecompressor(12, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	r.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(128<<20)))
	r.RegisterDecompressor(95, openXZ)
	files, encrypted := 0, 0
	for i, f := range r.File {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if i >= w.opt.Limits.Members {
			return w.warn(it.path, fmt.Errorf("more than %d files in the archive; the rest is left out", w.opt.Limits.Members), i)
		}
		if f.FileInfo().IsDir() {
			continue
		}
		files++
		if f.Flags&1 != 0 {
			encrypted++
			continue
		}
		m := it.member(f.Name)
		m.modTime, m.size = f.Modified, int64(min(f.UncompressedSize64, peekSize+1))
		content, err := f.Open()
		if err != nil {
			if errors.Is(err, zip.ErrAlgorithm) {
				err = fmt.Errorf("compression method %d of zip is not known; unpack the archive first", f.Method)
			}
			if err := w.skip(m.path, err); err != nil {
				return err
			}
			continue
		}
		m.r = it.root.limit(content, "zip", it.stream)
		err = w.member(m, f.Name)
		content.Close()
		if err != nil {
			return err
		}
		if it.root.exhausted() {
			return w.warn(it.path, fmt.Errorf("%w; the rest of the archive is left out", errTooLarge), i+1)
		}
	}
	if files == 0 {
		return w.skip(it.path, errors.New("the archive is empty"))
	}
	if encrypted > 0 {
		return w.report(parse.Record{
			Origin: parse.Origin{Path: it.path}, Unit: parse.File, Skipped: encrypted,
			Err: fmt.Errorf("%d of its files are encrypted: unpack it with its password and name the folder", encrypted),
		})
	}
	return nil
}

func openXZ(r io.Reader) io.ReadCloser {
	x, err := xz.NewReader(r)
	if err != nil {
		return io.NopCloser(readFunc(func([]byte) (int, error) { return 0, err }))
	}
	return io.NopCloser(x)
}

// member is a file within the archive it.
func (it item) member(name string) item {
	return item{path: it.path + "!" + name, root: it.root, depth: it.depth, maildir: memberOfMaildir(name)}
}

// member opens one file of an archive, unless its name says that it holds no mail.
func (w *walker) member(m item, name string) error {
	if strings.HasPrefix(name, "__MACOSX/") || notMail(path.Base(name), false) {
		return w.ignore(m.path)
	}
	return w.open(m)
}

// warn reports what is wrong with an archive of which some files were read; with none, it was skipped as a whole.
func (w *walker) warn(name string, err error, members int) error {
	if members == 0 {
		return w.skip(name, err)
	}
	return w.report(parse.Record{Origin: parse.Origin{Path: name}, Unit: parse.File, Err: plainError(err)})
}

// kept is an archive that came through a pipe or another archive, kept to be read from its end.
type kept struct {
	at   io.ReaderAt
	size int64
	file *os.File
	err  error
}

// keptInMemory is the largest archive that is kept in memory and not in a file.
const keptInMemory = 16 << 20

func (w *walker) keep(it item) (kept, error) {
	var k kept
	var small bytes.Buffer
	n, err := io.CopyN(&small, it.r, keptInMemory)
	k.at, k.size = bytes.NewReader(small.Bytes()), n
	if err == nil {
		if k.file, k.err = os.CreateTemp(w.opt.TempDir, "ndrscope-*.zip"); k.err != nil {
			return k, nil
		}
		// Without a name it is gone with the program, however that ends.
		_, err = k.file.Write(small.Bytes())
		if err = errors.Join(os.Remove(k.file.Name()), err); err == nil {
			n, err = io.Copy(k.file, it.r)
		}
		k.at, k.size = k.file, keptInMemory+n
	}
	if err != nil && err != io.EOF {
		k.err = err
		if k.file != nil {
			k.err = fmt.Errorf("keeping the archive in a temporary file: %v", plainError(err))
		}
	}
	return k, w.ctx.Err()
}

func (k kept) close() {
	if k.file != nil {
		k.file.Close()
	}
}
