package bounce

import (
	"bytes"
	"io"
	"strings"

	gomessage "github.com/emersion/go-message"
)

// media is what a Content-Type says.
type media struct {
	kind   string // lower case; "" where there is no Content-Type
	value  string
	params map[string]string // nil where go-message cannot read the value
}

// mediaOf reads a Content-Type with go-message, which knows parameters that are encoded or in pieces (RFC 2231). One
// that it refuses is read by what can still be made out in it.
func mediaOf(value string) media {
	if value == "" {
		return media{}
	}
	var h gomessage.Header
	h.Set("Content-Type", value)
	kind, params, err := h.ContentType()
	if err != nil {
		return media{kind: mediaType(value), value: value}
	}
	return media{kind: kind, value: value, params: params}
}

// param returns a parameter, or "".
func (m media) param(name string) string {
	if m.params != nil {
		return m.params[name]
	}
	return param(m.value, name)
}

// decodeTransfer undoes a Content-Transfer-Encoding (RFC 2045 section 6), at most limit bytes.
//
// go-message decodes. It stops at the first byte that is wrong; such a body is decoded again by the tolerant readers
// below, so that a damaged line costs that line alone. Nothing that needs no decoding is copied.
func decodeTransfer(b []byte, encoding string, limit int) []byte {
	encoding = strings.ToLower(strings.TrimSpace(encoding))
	tolerant := decodeQuotedPrintable
	switch encoding {
	case "quoted-printable":
	case "base64":
		tolerant = decodeBase64
	default:
		return b[:min(len(b), limit)]
	}
	var h gomessage.Header
	h.Set("Content-Transfer-Encoding", encoding)
	entity, err := gomessage.New(h, bytes.NewReader(b))
	if err != nil {
		return tolerant(b, limit)
	}
	var out bytes.Buffer
	out.Grow(min(len(b), limit) + bytes.MinRead)
	if _, err := out.ReadFrom(io.LimitReader(entity.Body, int64(limit))); err != nil {
		return tolerant(b, limit)
	}
	return out.Bytes()
}
