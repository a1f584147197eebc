package outlook

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// rtfDictionary is what the compression of RTF begins with, [MS-OXRTFCP] section 2.1.2.1.
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}" +
	"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier" +
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// decompressRTF undoes [MS-OXRTFCP]. Of damaged data it returns what comes before the damage.
func decompressRTF(data []byte) []byte {
	if len(data) < 16 {
		return nil
	}
	kind, in := string(data[8:12]), data[16:]
	if kind == "MELA" {
		return in
	}
	if kind != "LZFu" {
		return nil
	}
	var ring [4096]byte
	at := copy(ring[:], rtfDictionary)
	size := min(int(binary.LittleEndian.Uint32(data[4:])), maxText)
	out := make([]byte, 0, min(size, 64<<10))
	put := func(b byte) {
		out = append(out, b)
		ring[at] = b
		at = (at + 1) % len(ring)
	}
	for len(in) > 0 && len(out) < size {
		control := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(out) < size; bit++ {
			if control>>bit&1 == 0 {
				if len(in) < 1 {
					return out
				}
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return out
			}
			ref := int(in[0])<<8 | int(in[1])
			in = in[2:]
			from, n := ref>>4, ref&15+2
			if from == at {
				return out
			}
			for ; n > 0; n-- {
				put(ring[from])
				from = (from + 1) % len(ring)
			}
		}
	}
	return out
}

// rtfText is the text of an RTF document, without its layout; of HTML that was wrapped in RTF ([MS-OXRTFEX]), the
// text without the tags.
func (o *object) rtfText(rtf []byte) string {
	var (
		text   strings.Builder
		bytes8 []byte // text in the code page, not yet decoded
		hidden []bool // for each open group: is not text
		hide   bool
		skip   int // characters that stand for a \u before them
	)
	flush := func() {
		text.WriteString(o.decode(bytes8))
		bytes8 = bytes8[:0]
	}
	char := func(b byte) {
		switch {
		case skip > 0:
			skip--
		case !hide:
			bytes8 = append(bytes8, b)
		}
	}
	for i := 0; i < len(rtf); i++ {
		switch c := rtf[i]; c {
		case '{':
			if len(hidden) > 1000 {
				flush()
				return text.String()
			}
			hidden = append(hidden, hide)
		case '}':
			if n := len(hidden); n > 0 {
				hide, hidden = hidden[n-1], hidden[:n-1]
			}
		case '\r', '\n', 0:
		case '\\':
			word, number, end := controlWord(rtf, i+1)
			i = end - 1
			switch word {
			case "\\", "{", "}":
				char(word[0])
			case "'":
				char(byte(number))
			case "*", "fonttbl", "colortbl", "stylesheet", "info", "pict", "htmltag":
				hide = true
			case "htmlrtf":
				hide = number != 0
			case "par", "line":
				char('\n')
			case "tab":
				char('\t')
			case "u":
				if !hide {
					flush()
					text.WriteRune(rune(uint16(number)))
				}
				skip = 1
			}
		default:
			char(c)
		}
	}
	flush()
	return text.String()
}

// controlWord reads what follows a backslash: a word and its number (1 if it has none), or one character.
func controlWord(rtf []byte, at int) (word string, number, end int) {
	if at >= len(rtf) {
		return "", 0, at
	}
	end = at
	for end < len(rtf) && end-at < 32 && rtf[end]|0x20 >= 'a' && rtf[end]|0x20 <= 'z' {
		end++
	}
	if end == at {
		if rtf[at] == '\'' && at+3 <= len(rtf) {
			n, _ := strconv.ParseUint(string(rtf[at+1:at+3]), 16, 8)
			return "'", int(n), at + 3
		}
		return string(rtf[at : at+1]), 0, at + 1
	}
	word = string(rtf[at:end])
	digits := end
	for end < len(rtf) && end-digits < 10 && (rtf[end] == '-' || rtf[end] >= '0' && rtf[end] <= '9') {
		end++
	}
	number = 1
	if end > digits {
		number, _ = strconv.Atoi(string(rtf[digits:end]))
	}
	if end < len(rtf) && rtf[end] == ' ' {
		end++
	}
	return word, number, end
}
