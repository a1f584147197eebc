package mtalog

import (
	"bytes"
	"strings"

	"ndrscope/parse"
)

// table is a comma-separated log whose columns a header names. Names are compared in lower case and with "-" for "_",
// since the same report comes with either.
type table struct {
	dialect *tableDialect
	columns map[string]int
	row     []string
}

// tableDialect is a program that writes tables.
type tableDialect struct {
	name string
	// claims tells the program by the columns.
	claims func(columns map[string]int) bool
	// events of one row; none if it tells of no delivery.
	events func(c *clock, t *table) []parse.Event
}

var tableDialects = [...]tableDialect{
	{powermtaName, powermtaClaims, powermtaEvents},
	{exchangeName, exchangeClaims, exchangeEvents},
	{traceName, traceClaims, traceEvents},
}

// header reads a line that names columns; ok is false for any other.
func (t *table) header(text []byte) (ok bool) {
	fields := text
	if rest, ok := bytes.CutPrefix(text, []byte("#Fields: ")); ok {
		fields = rest
	}
	row, ok := splitCSV(nil, fields)
	if !ok || len(row) < 3 {
		return false
	}
	columns := make(map[string]int, len(row))
	for i, name := range row {
		name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
		if _, twice := columns[name]; !twice {
			columns[name] = i
		}
	}
	for i := range tableDialects {
		if d := &tableDialects[i]; d.claims(columns) {
			t.dialect, t.columns = d, columns
			return true
		}
	}
	return false
}

// get is the value of the first of these columns that there is and that is not empty.
func (t *table) get(names ...string) string {
	for _, name := range names {
		if i, ok := t.columns[name]; ok && i < len(t.row) && t.row[i] != "" {
			return t.row[i]
		}
	}
	return ""
}

// parseRow reads one line of a table.
func (p *parser) parseRow(text []byte, f *fact) {
	if p.table.header(text) {
		return
	}
	if text[0] == '#' {
		return // #Software, #Version, #Log-type, #Date
	}
	row, ok := splitCSV(p.table.row[:0], text)
	p.table.row = row
	switch {
	case p.table.dialect == nil:
		f.verb, f.damage = damaged, noHeader
	case !ok:
		f.verb, f.damage = damaged, cutShort
	case len(row) != len(p.table.columns):
		f.verb, f.damage = damaged, noHeader
	default:
		for _, e := range p.table.dialect.events(&p.clock, p.table) {
			e.Dialect = p.table.dialect.name
			finish(&e)
			f.events = append(f.events, e)
		}
		if len(f.events) > 0 {
			f.verb = complete
		}
	}
}

// splitCSV appends the fields of a line (RFC 4180) to row; ok is false where a quote stays open.
func splitCSV(row []string, text []byte) (_ []string, ok bool) {
	for {
		if len(text) == 0 || text[0] != '"' {
			end := bytes.IndexByte(text, ',')
			if end < 0 {
				return append(row, string(text)), true
			}
			row, text = append(row, string(text[:end])), text[end+1:]
			continue
		}
		var field []byte
		for text = text[1:]; ; {
			end := bytes.IndexByte(text, '"')
			if end < 0 {
				return row, false
			}
			field, text = append(field, text[:end]...), text[end+1:]
			if len(text) == 0 || text[0] != '"' {
				break
			}
			field, text = append(field, '"'), text[1:]
		}
		row = append(row, string(field))
		if len(text) == 0 {
			return row, true
		}
		if text[0] != ',' {
			return row, false
		}
		text = text[1:]
	}
}
