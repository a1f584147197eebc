package mtalog

import (
	"bytes"
	"strings"
)

// format is what the begin of a log says about all of it.
type format struct {
	name string
	kind formatKind
}

type formatKind uint8

const (
	lines   formatKind = iota // each line stands for itself
	tabular                   // a header names the columns
	spread                    // JSON objects over several lines
	export                    // entries of the journal, one field a line
)

// stateful formats have lines that mean nothing without those in front of them.
func (f format) stateful() bool { return f.kind != lines }

func (f format) parser(opt Options, log Log) *parser {
	p := &parser{clock: newClock(opt, log), count: opt.CountDeliveries, names: make(map[string]string)}
	switch f.kind {
	case tabular:
		p.table = new(table)
	case spread:
		p.document = new(document)
	case export:
		p.journal = make(map[string]string)
	}
	return p
}

// within says that the lines so far end in the midst of an entry of several lines.
func (p *parser) within() bool {
	return p.document != nil && p.document.depth > 0 || len(p.journal) > 0
}

func formatOf(prefix []byte) format {
	f, ok := sniff(prefix)
	if !ok {
		f.name = "log"
	}
	return f
}

// sniffed is how much of a log is looked at to find out what it is.
const sniffed = 64 << 10

// Sniff tells whether prefix is the begin of a log, and names the dialect of most of its lines: "syslog" if it is a
// system log in which no program that we know speaks.
func Sniff(prefix []byte) (dialect string, ok bool) {
	f, ok := sniff(prefix)
	return f.name, ok
}

func sniff(prefix []byte) (format, bool) {
	prefix = withoutMark(prefix[:min(len(prefix), sniffed)])
	if end := bytes.LastIndexByte(prefix, '\n'); end > 0 {
		prefix = prefix[:end]
	}
	var logs, others int
	votes := make(map[string]int)
	var p parser
	for text := range bytes.SplitSeq(prefix, []byte("\n")) {
		text = bytes.TrimRight(text, "\r")
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if logs+others == 0 {
			if f, ok := sniffFirst(text); ok {
				return f, true
			}
		}
		if logs+others == 0 {
			var t table
			if t.header(text) {
				return format{name: t.dialect.name, kind: tabular}, true
			}
		}
		name, ok := p.dialectOf(text)
		if !ok {
			others++
			continue
		}
		logs++
		if name != "" {
			votes[name]++
		}
	}
	if logs == 0 || others > logs {
		return sniffDocument(prefix)
	}
	best := format{name: "syslog"}
	for name, n := range votes {
		if m := votes[best.name]; n > m || n == m && name < best.name {
			best.name = name
		}
	}
	return best, true
}

// sniffDocument tells JSON over several lines by its first object.
func sniffDocument(prefix []byte) (format, bool) {
	if prefix = bytes.TrimSpace(prefix); len(prefix) == 0 || prefix[0] != '{' && prefix[0] != '[' {
		return format{}, false
	}
	var d document
	var name string
	for text := range bytes.SplitSeq(prefix, []byte("\n")) {
		ok := d.add(bytes.TrimRight(text, "\r"), func(whole []byte) {
			objects, ok := decodeJSON(whole)
			for i := 0; ok && name == "" && i < len(objects); i++ {
				name = serviceWithin(objects[i])
			}
		})
		if !ok || name != "" {
			break
		}
	}
	return format{name: name, kind: spread}, name != ""
}

// sniffFirst tells formats by their first line.
func sniffFirst(text []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(text, []byte("__CURSOR=")), bytes.HasPrefix(text, []byte("__REALTIME_TIMESTAMP=")):
		return format{name: "journal", kind: export}, true
	case bytes.HasPrefix(text, []byte("#Software: Microsoft Exchange")), bytes.HasPrefix(text, []byte("#Log-type: Message Tracking")):
		return format{name: exchangeName, kind: tabular}, true
	}
	return format{}, false
}

// dialectOf names the dialect that claims a line; "" is a line of a log that none does.
func (p *parser) dialectOf(text []byte) (name string, ok bool) {
	l := &p.line
	*l = line{}
	if opensJSON(text) {
		objects, ok := decodeJSON(text)
		if !ok || len(objects) == 0 {
			return "", false
		}
		if !openRecord(objects[0], l) {
			return serviceOf(objects[0])
		}
	} else if !openLine(text, l) {
		return "", false
	}
	for i := range dialects {
		if dialects[i].claims(l) {
			return dialects[i].name, true
		}
	}
	return "", true
}

// serviceWithin names the service that an object, or one in a list within it, comes from.
func serviceWithin(o object) string {
	name, ok := serviceOf(o)
	for _, inner := range o.listed() {
		if ok {
			break
		}
		name, ok = serviceOf(inner)
	}
	return name
}

// serviceOf names the service that an object comes from.
func serviceOf(o object) (name string, ok bool) {
	for i := range jsonDialects {
		if jsonDialects[i].claims(o) {
			return jsonDialects[i].name, true
		}
	}
	return "", false
}

// parseExport reads a line of what journalctl -o export prints: FIELD=value, and a blank line at the end of an entry.
// A field with a line end in it has its name alone on a line, and then its length in eight bytes and its value; the
// length is left out.
func (p *parser) parseExport(text []byte, f *fact) {
	if len(text) == 0 {
		p.journalEntry(f)
		return
	}
	if p.journalField != "" {
		if len(text) > 8 {
			p.journal[p.journalField] = string(text[8:])
		}
		p.journalField = ""
		return
	}
	name, value, ok := strings.Cut(string(text), "=")
	switch {
	case !ok && len(name) <= 64:
		p.journalField = name
	case !ok:
		f.verb, f.damage = damaged, notLog
	case len(p.journal) < 256:
		p.journal[name] = value
	}
}

func (p *parser) journalEntry(f *fact) {
	if len(p.journal) == 0 {
		return
	}
	l := &p.line
	*l = line{message: []byte(p.journal["MESSAGE"])}
	journalFields(l, func(keys ...string) string { return p.journal[keys[0]] })
	clear(p.journal)
	p.dispatch(l, f)
}
