package bounce

import "unicode/utf8"

// guessCharset names the likely charset of text that bears no label, or that of US-ASCII, and is no UTF-8: mail systems
// in East Asia and Russia wrote so for years. It goes by the structure of the bytes beyond US-ASCII, and by which of
// them a language uses most; what has no clear sign is windows-1252.
func guessCharset(b []byte) string {
	if len(b) > 1<<14 {
		b = b[:1<<14]
	}
	var high, joined, c1 int // bytes beyond US-ASCII; those next to another one; those of 0x80 to 0x9F
	var lower, upper, change, tail, last int
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		high++
		after := i > 0 && b[i-1] >= utf8.RuneSelf
		if after || i+1 < len(b) && b[i+1] >= utf8.RuneSelf {
			joined++
		}
		switch {
		case c < 0xA0:
			c1++
		case c >= 0xE0:
			lower++
		case c >= 0xC0:
			if upper++; after && b[i-1] >= 0xE0 {
				change++
			}
		}
		if c >= 0xF0 {
			last++
		}
		if c >= 0xFB {
			tail++
		}
	}
	if high < 6 || joined*10 < high*7 {
		return "windows-1252" // single letters among those of US-ASCII
	}
	if name := guessPairs(b, high, c1); name != "" {
		return name
	}
	switch letters := lower + upper; {
	case letters*10 < high*6:
		return "windows-1252"
	case upper == 0 && tail == 0:
		return "windows-1255" // Hebrew has 27 letters, from 0xE0 on
	case lower*5 > upper && last*20 < letters:
		return "iso-8859-5" // its small letters end at 0xEF
	case upper > lower:
		return "koi8-r" // its small letters come first
	case change*16 > letters:
		return "iso-8859-7" // Greek vowels with an accent stand before the other small letters
	}
	return "windows-1251"
}

// guessPairs names the charset of text whose characters have two bytes, or "".
func guessPairs(b []byte, high, c1 int) string {
	if c1*8 > high {
		if kana, pairs := countSJIS(b); pairs > 2 && kana*5 > pairs {
			return "shift_jis"
		}
		return ""
	}
	var pairs, broken, ascii, kana, hangul, words int
	for i := 0; i < len(b); i++ {
		if b[i] < utf8.RuneSelf {
			continue
		}
		if i+1 == len(b) {
			break
		}
		lead, trail := b[i], b[i+1]
		i++
		switch {
		case lead < 0xA1 || trail < 0x40 || trail == 0x7F || trail > 0x7F && trail < 0xA1:
			broken++
			i--
			continue
		case trail < utf8.RuneSelf:
			ascii++
		}
		pairs++
		switch {
		case lead == 0xA4 || lead == 0xA5:
			kana++
		case lead >= 0xB0 && lead <= 0xC8:
			hangul++
		}
		if lead >= 0xA4 {
			words++
		}
	}
	switch {
	case pairs < 3 || broken*40 > pairs:
		return ""
	case ascii*8 > pairs:
		return "big5" // half of its second bytes are US-ASCII
	case kana*5 > pairs:
		return "euc-jp"
	case hangul*10 >= words*9 && words > 5:
		return "euc-kr" // Chinese has a third of its characters behind 0xC8
	}
	return "gb18030"
}

// countSJIS counts the characters of two bytes in Shift_JIS, and the kana among them.
func countSJIS(b []byte) (kana, pairs int) {
	for i := 0; i+1 < len(b); i++ {
		switch lead := b[i]; {
		case lead >= 0x81 && lead <= 0x9F || lead >= 0xE0 && lead <= 0xEF:
			pairs++
			if lead == 0x82 && b[i+1] >= 0x9F || lead == 0x83 {
				kana++
			}
			i++
		}
	}
	return kana, pairs
}

// mostlyUTF8 is whether text that is not valid UTF-8 is so for a few bytes only: it was cut within a character, or the
// message that came back is in another charset than the report around it.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > bad
}
