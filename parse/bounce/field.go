package bounce

import "strings"

// field is one "Name: value" of a header or of a delivery-status body, unfolded.
type field struct {
	name, value string
}

// fields is a header. Names compare without regard to case, order is kept.
//
// Bounces carry broken headers more often than any other mail: an mbox "From " line in the midst, a field cut off by a
// size limit, a header copied into text. A line that is no field is left out and the rest is used, which a strict
// reader of RFC 5322 does not offer.
type fields []field

// get returns the first value of that name, or "".
func (f fields) get(name string) string {
	for i := range f {
		if len(f[i].name) == len(name) && strings.EqualFold(f[i].name, name) {
			return f[i].value
		}
	}
	return ""
}

// all returns every value of that name.
func (f fields) all(name string) []string {
	var values []string
	for i := range f {
		if len(f[i].name) == len(name) && strings.EqualFold(f[i].name, name) {
			values = append(values, f[i].value)
		}
	}
	return values
}

func (f fields) has(name string) bool {
	for i := range f {
		if len(f[i].name) == len(name) && strings.EqualFold(f[i].name, name) {
			return true
		}
	}
	return false
}

func trimLine(line string) string {
	for len(line) > 0 {
		switch line[len(line)-1] {
		case '\n', '\r', ' ', '\t':
			line = line[:len(line)-1]
		default:
			return line
		}
	}
	return line
}

// parseFields reads every field of text, up to its end. Text may hold several groups: an empty line between two fields
// becomes a field without a name. At most limit are read.
func parseFields(text string, limit int) fields {
	out := make(fields, 0, min(strings.Count(text, "\n")+1, limit))
	for at := 0; at < len(text) && len(out) < limit; {
		line := text[at:]
		if n := strings.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
			at += n + 1
		} else {
			at = len(text)
		}
		line = trimLine(line)
		if line == "" && len(out) > 0 && out[len(out)-1].name != "" {
			out = append(out, field{})
		}
		name, value, ok := cutField(line)
		if !ok {
			continue
		}
		if at < len(text) && isBlank(text[at]) {
			value, at = unfold(text, value, at)
		}
		out = append(out, field{name, value})
	}
	return out
}

// unfold joins to value the continuation lines that start at (RFC 5322 section 2.2.3).
func unfold(text, value string, at int) (string, int) {
	var b strings.Builder
	b.WriteString(value)
	for at < len(text) && isBlank(text[at]) {
		line := text[at:]
		next := len(text)
		if n := strings.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
			next = at + n + 1
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		at = next
	}
	return b.String(), at
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// cutField splits "Name: value". A name is printable US-ASCII without space (RFC 5322 section 2.2); blanks before the
// colon are obsolete syntax that is still met.
func cutField(line string) (name, value string, ok bool) {
	i := strings.IndexByte(line, ':')
	if i <= 0 || i > 76 {
		return "", "", false
	}
	name = strings.TrimRight(line[:i], " \t")
	for j := 0; j < len(name); j++ {
		if name[j] <= ' ' || name[j] > '~' {
			return "", "", false
		}
	}
	return name, strings.TrimSpace(line[i+1:]), name != ""
}

// param returns a parameter of a Content-Type or Content-Disposition value.
func param(value, name string) string {
	for {
		i := strings.IndexByte(value, ';')
		if i < 0 {
			return ""
		}
		value = strings.TrimLeft(value[i+1:], " \t;")
		key, rest, ok := strings.Cut(value, "=")
		if !ok {
			return ""
		}
		rest = strings.TrimLeft(rest, " \t")
		var v string
		if strings.HasPrefix(rest, `"`) {
			v, value, _ = strings.Cut(rest[1:], `"`)
		} else {
			n := strings.IndexAny(rest, "; \t")
			if n < 0 {
				n = len(rest)
			}
			v, value = rest[:n], rest[n:]
		}
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return v
		}
	}
}

// mediaType returns the lower-case type of a Content-Type value, without parameters.
func mediaType(value string) string {
	t, _, _ := strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(t))
}
