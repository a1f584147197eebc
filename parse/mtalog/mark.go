package mtalog

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	utf8Mark         = "\xef\xbb\xbf"
	littleEndianMark = "\xff\xfe"
	bigEndianMark    = "\xfe\xff"
)

// utf8Reader takes a byte order mark off, and decodes a stream that begins with that of UTF-16, as reports of
// Microsoft's portals do.
func utf8Reader(r io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(r, 64)
	mark, _ := buffered.Peek(len(utf8Mark))
	switch {
	case string(mark) == utf8Mark:
		_, _ = buffered.Discard(len(utf8Mark)) // cannot fail: it was peeked at
	case isUTF16(mark):
		return transform.NewReader(buffered, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	}
	return buffered
}

// withoutMark is utf8Reader for the begin of a stream.
func withoutMark(text []byte) []byte {
	if isUTF16(text) {
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(text[:len(text)&^1])
		if err == nil {
			return decoded
		}
	}
	return bytes.TrimPrefix(text, []byte(utf8Mark))
}

func isUTF16(text []byte) bool {
	return bytes.HasPrefix(text, []byte(littleEndianMark)) || bytes.HasPrefix(text, []byte(bigEndianMark))
}
