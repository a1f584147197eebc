package bounce

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// toUTF8 decodes bytes that are labelled with a charset. A wrong or invented label never loses the text: bytes that
// are UTF-8 are taken as such, others by a guess, and what bears no sign as windows-1252, in which every byte has a
// meaning.
func toUTF8(b []byte, charset string) string {
	charset = strings.ToLower(strings.Trim(charset, " '\""))
	if strings.HasPrefix(charset, "iso-2022-jp") && !isASCII(string(b)) {
		charset = "euc-jp" // eight bits are not of that seven-bit code: somebody converted the text and kept the label
		if !validEUC(b) {
			charset = "shift_jis"
		}
	}
	switch charset {
	case "", "us-ascii", "ascii", "utf-8", "utf8":
	default:
		if utf8.Valid(b) && !isISO2022JP(b) && !strings.HasPrefix(charset, "iso-2022") && !strings.HasPrefix(charset, "hz") {
			break // Text that is valid UTF-8 is hardly ever anything else, whatever its label says.
		}
		if enc := encodingOf(charset); enc != nil {
			if s, err := enc.NewDecoder().Bytes(b); err == nil {
				return string(s)
			}
		}
	}
	if isISO2022JP(b) {
		if s, err := encodingOf("iso-2022-jp").NewDecoder().Bytes(b); err == nil {
			return string(s)
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	if name := guessCharset(b); name != "windows-1252" {
		if s, err := encodingOf(name).NewDecoder().Bytes(b); err == nil {
			return string(s)
		}
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// encodingOf finds the encoding for a label, as browsers do (WHATWG), or nil.
func encodingOf(charset string) encoding.Encoding {
	switch charset {
	case "x-sjis", "cp932", "ms932":
		charset = "shift_jis"
	case "ks_c_5601", "cp949":
		charset = "euc-kr"
	case "cp1252", "ansi_x3.4-1968":
		charset = "windows-1252"
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil
	}
	if name, _ := htmlindex.Name(enc); name == "replacement" {
		return nil
	}
	return enc
}

// isISO2022JP sees the escape sequence that changes to JIS X 0208; many Japanese systems leave the label away.
func isISO2022JP(b []byte) bool {
	b = b[:min(len(b), 4096)]
	return bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@"))
}

// validEUC is whether bytes beyond US-ASCII come in the pairs of EUC-JP.
func validEUC(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		if b[i] == 0x8f { // three bytes, JIS X 0212
			i++
		}
		i++
		if i >= len(b) || b[i] < 0xa1 || b[i] == 0xff {
			return false
		}
	}
	return true
}

// decodeHeader decodes the encoded-words of RFC 2047, and raw 8-bit text.
func decodeHeader(value string) string { return decodeHeaderIn(value, "") }

// decodeHeaderIn takes raw 8-bit text to be in charset, that of the body beside it.
func decodeHeaderIn(value, charset string) string {
	if strings.Contains(value, "=?") {
		d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
			b, err := io.ReadAll(r)
			return strings.NewReader(toUTF8(b, charset)), err
		}}
		if s, err := d.DecodeHeader(value); err == nil {
			value = s
		}
	}
	if isASCII(value) && !strings.Contains(value, "\x1b$") {
		return value
	}
	return toUTF8([]byte(value), charset)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// decodeQuotedPrintable keeps what is no valid encoding as it stands.
func decodeQuotedPrintable(b []byte, limit int) []byte {
	out := make([]byte, 0, min(len(b), limit))
	for i := 0; i < len(b) && len(out) < limit; i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i+2 < len(b) {
			hi, lo := unhex(b[i+1]), unhex(b[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		// A soft line break: "=" and blanks at the end of a line.
		j := i + 1
		for j < len(b) && (b[j] == ' ' || b[j] == '\t' || b[j] == '\r') {
			j++
		}
		if j == len(b) || b[j] == '\n' {
			i = j
			continue
		}
		out = append(out, '=')
	}
	return out
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// decodeBase64 passes over every byte that is not of the alphabet, as RFC 2045 section 6.8 asks. Padding ends one run
// of base64, and another may follow: some gateways join two.
func decodeBase64(b []byte, limit int) []byte {
	if need := limit/3*4 + 4; len(b) > need*2 {
		b = b[:need*2]
	}
	out := make([]byte, 0, len(b)/4*3+3)
	clean := make([]byte, 0, len(b))
	flush := func() {
		if len(clean)%4 == 1 {
			clean = clean[:len(clean)-1]
		}
		out, _ = base64.RawStdEncoding.AppendDecode(out, clean)
		clean = clean[:0]
	}
	for _, c := range b {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		case c == '=':
			flush()
		}
	}
	flush()
	return out[:min(len(out), limit)]
}
