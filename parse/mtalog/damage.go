package mtalog

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"ndrscope/parse"
)

// damage says why a line could not be read.
type damage string

const (
	notLog     damage = "not a line of a log"
	binaryJunk damage = "binary data in a log"
	cutShort   damage = "the line is cut short"
	tooLong    damage = "a line of more than 1 MiB"
	unreadable damage = "the rest of the log cannot be read"
	noHeader   damage = "a row that the header of the table does not explain"
	badJSON    damage = "not a JSON object"
	// manyRecords is told rather than guessed at, as each line of a log is one.
	manyRecords damage = "a list of log records on one line: write one record a line (jq -c '.[]')"
)

type damagedLine struct {
	line int
	kind damage
	text []byte
}

// damageReport tells the first example of each kind with its text, and the number of the others at the end of a log.
type damageReport struct {
	path, format string
	kinds        []damageCount
}

type damageCount struct {
	kind    damage
	example parse.Record
	told    bool
	more    int
	first   int // line of the first of more
}

func (d *damageReport) add(line int, kind damage, text []byte) {
	for i := range d.kinds {
		if c := &d.kinds[i]; c.kind == kind {
			if c.more++; c.more == 1 {
				c.first = line
			}
			return
		}
	}
	err := errors.New(string(kind))
	if len(text) > 0 {
		err = fmt.Errorf("%s: %q", kind, excerpt(text))
	}
	d.kinds = append(d.kinds, damageCount{kind: kind, example: d.record(line, 1, err)})
}

func (d *damageReport) record(line, n int, err error) parse.Record {
	origin := parse.Origin{Path: d.path, Format: d.format, Index: line}
	return parse.Record{Origin: origin, Unit: parse.Line, Skipped: n, Err: err}
}

// tell yields the examples that are new.
func (d *damageReport) tell(yield func(parse.Record) error) error {
	for i := range d.kinds {
		if c := &d.kinds[i]; !c.told {
			c.told = true
			if err := yield(c.example); err != nil {
				return err
			}
		}
	}
	return nil
}

// end yields the number of all others.
func (d *damageReport) end(yield func(parse.Record) error) error {
	if err := d.tell(yield); err != nil {
		return err
	}
	for _, c := range d.kinds {
		if c.more == 0 {
			continue
		}
		if err := yield(d.record(c.first, c.more, fmt.Errorf("%s: %d more", c.kind, c.more))); err != nil {
			return err
		}
	}
	return nil
}

// excerpt is the begin of a line, fit to be shown.
func excerpt(text []byte) string {
	const most = 80
	shown := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '.'
		}
		return r
	}, string(text[:min(len(text), most)]))
	if len(text) > most {
		shown += "..."
	}
	return shown
}
