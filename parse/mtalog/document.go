package mtalog

import "bytes"

// document gathers JSON objects that spread over several lines, as webhooks and interfaces give them to people. Lists
// around the objects are looked through.
type document struct {
	text    []byte // of the object that is not complete yet
	depth   int    // of braces and brackets within it
	quoted  bool   // within a string
	escaped bool   // behind a backslash
}

// maxObject is the longest object that is gathered, in bytes.
const maxObject = 1 << 20

// add takes one line; whole is called for each object that ends on it. ok is false for a line that can be no part of a
// document, or an object that is too long.
func (d *document) add(line []byte, whole func(text []byte)) (ok bool) {
	for i, c := range line {
		switch {
		case d.quoted:
			switch {
			case d.escaped:
				d.escaped = false
			case c == '\\':
				d.escaped = true
			case c == '"':
				d.quoted = false
			}
		case d.depth == 0:
			if c != '{' {
				if bytes.IndexByte([]byte(" \t[],"), c) < 0 {
					return false
				}
				continue
			}
			d.depth = 1
		case c == '"':
			d.quoted = true
		case c == '{', c == '[':
			d.depth++
		case c == '}', c == ']':
			d.depth--
		}
		if d.text = append(d.text, c); d.depth == 0 {
			whole(d.text)
			d.text = d.text[:0]
		} else if i+1 == len(line) && !d.quoted {
			d.text = append(d.text, '\n')
		}
	}
	if len(d.text) > maxObject {
		*d = document{}
		return false
	}
	return true
}

// parseDocument reads one line of a document.
func (p *parser) parseDocument(text []byte, f *fact) {
	broken := false
	ok := p.document.add(text, func(whole []byte) {
		objects, ok := decodeJSON(whole)
		if !ok {
			broken = true
			return
		}
		for _, o := range objects {
			p.service(o, f)
		}
	})
	switch {
	case len(f.events) > 0:
		f.verb = complete
	case broken || !ok:
		f.verb, f.damage = damaged, badJSON
	}
}
