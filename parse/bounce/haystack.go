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
	low := []byte(text)
	for i, c := range low {
		if 'A' <= c && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		} else if c == '\n' {
			low[i] = ' '
		}
	}
	h.low = string(low)
	h.note()
}

// cut drops all behind the first n bytes.
func (h *haystack) cut(n int) {
	h.low = h.low[:n]
	h.note()
}

func (h *haystack) note() {
	h.seen = [256]uint64{}
	var gram uint32
	for i := 0; i < len(h.low); i++ {
		if gram = gram>>8 | uint32(h.low[i])<<24; i >= 3 {
			bit := gramHash(gram)
			h.seen[bit>>6] |= 1 << (bit & 63)
		}
	}
}

// gramHash hashes four bytes, the first of which is the lowest, to 14 bits.
func gramHash(gram uint32) uint32 { return gram * 2654435761 >> 18 }

// has is whether the text contains phrase, which must be lower case.
func (h *haystack) has(phrase string) bool { return h.index(phrase) >= 0 }

// index is strings.Index in the text.
func (h *haystack) index(phrase string) int {
	var gram uint32
	for i := 0; i < len(phrase); i++ {
		if gram = gram>>8 | uint32(phrase[i])<<24; i >= 3 {
			if bit := gramHash(gram); h.seen[bit>>6]&(1<<(bit&63)) == 0 {
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
