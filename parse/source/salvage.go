package source

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
)

// salvage reads a zip archive without a directory, such as one that was cut short: the files one after the other by
// their local headers (APPNOTE.TXT section 4.3.7).
func (w *walker) salvage(it item) error {
	damaged := errors.New("the zip archive is damaged or ends too early; what could be found was used")
	r := bufio.NewReader(io.NewSectionReader(it.at, 0, it.size))
	members, told := 0, it.root.errors
	for ; members < w.opt.Limits.Members; members++ {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		var h [30]byte
		if _, err := io.ReadFull(r, h[:]); err != nil || string(h[:4]) != "PK\x03\x04" {
			break
		}
		name := make([]byte, binary.LittleEndian.Uint16(h[26:]))
		if _, err := io.ReadFull(r, name); err != nil {
			break
		}
		if _, err := r.Discard(int(binary.LittleEndian.Uint16(h[28:]))); err != nil {
			break
		}
		flags, method := binary.LittleEndian.Uint16(h[6:]), binary.LittleEndian.Uint16(h[8:])
		size := binary.LittleEndian.Uint32(h[18:])
		if flags&1 != 0 {
			damaged = errors.New("the zip archive is damaged, and encrypted")
			break
		}
		m := it.member(string(name))
		var content io.Reader
		switch {
		case method == 8:
			content = flate.NewReader(r) // reads no byte too much: r is a ByteReader
		case method == 0 && flags&8 == 0:
			content = io.LimitReader(r, int64(size))
		default:
			return w.warn(it.path, damaged, members)
		}
		content = it.root.limit(content, "zip", it.stream)
		if method == 0 && size == 0 {
			continue
		}
		m.r = content
		if err := w.member(m, string(name)); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			break
		}
		if flags&8 != 0 && !skipDescriptor(r) {
			break
		}
	}
	if members > 0 && it.root.errors > told {
		return nil
	}
	return w.warn(it.path, damaged, members)
}

// skipDescriptor reads over the data descriptor after a file (section 4.3.9), whose signature is optional.
func skipDescriptor(r *bufio.Reader) bool {
	size := 12
	if p, err := r.Peek(4); err == nil && string(p) == "PK\x07\x08" {
		size = 16
	}
	_, err := r.Discard(size)
	return err == nil
}
