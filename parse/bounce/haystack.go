package bounce

import "strings"

// haystack is lower-case text that is searched for a hundred phrases, of which it has hardly any. A line end is a blank
// in it, as phrases are wrapped anywhere.
//
// One pass notes which runs of four bytes occur, by a hash. A phrase whose runs do not all occur cannot be there, and
// that is known without looking at the text again; so dozens of dialects cost no more than reading the text once.
type haystack struct {
	low  string
	seen [256]uint64
}

// fill makes h search text.
func (h *haystack) fill(text string) {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		} else if c == '\n' {
			c = ' '
		}
		b.WriteByte(c)
	}
	h.low = b.String()
	h.note()
}

// cut drops all behind the first n bytes.
func (h *haystack) cut(n int) {
	h.low = h.low[:n]
	h.note()
}

func (h *haystack) note() {
	h.seen = [256]uint64{}
	for i := 0; i+4 <= len(h.low); i++ {
		bit := gramHash(h.low, i)
		h.seen[bit>>6] |= 1 << (bit & 63)
	}
}

func gramHash(s string, i int) uint32 {
	gram := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
	return gram * 2654435761 >> 18
}

// has is whether the text contains phrase, which must be lower case.
func (h *haystack) has(phrase string) bool { return h.index(phrase) >= 0 }

// index is strings.Index in the text.
func (h *haystack) index(phrase string) int {
	if len(phrase) >= 4 {
		for _, at := range [...]int{0, len(phrase) - 4, len(phrase)/2 - 2} {
			if bit := gramHash(phrase, at); h.seen[bit>>6]&(1<<(bit&63)) == 0 {
				return -1
			}
		}
	}
	return strings.Index(h.low, phrase)
}

func (h *haystack) hasAny(phrases ...string) bool {
	for _, p := range phrases {
		if h.has(p) {
			return true
		}
	}
	return false
}
