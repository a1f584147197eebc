package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// tally counts deliveries at the first try by domain, server and hour.
type tally struct {
	index map[uint64]int
	rows  []parse.Deliveries
}

const maxTally = 1 << 12

func newTally() tally { return tally{index: make(map[uint64]int)} }

func (t *tally) full() bool { return len(t.rows) >= maxTally }

func (t *tally) add(f *fact) {
	key := tallyKey(f)
	i, ok := t.index[key]
	if !ok {
		i = len(t.rows)
		t.index[key] = i
		t.rows = append(t.rows, parse.Deliveries{
			Domain: domainOf(f.recipient), RemoteHost: string(bytes.ToLower(f.remote)), Subkind: f.subkind,
			First: f.time, Last: f.time,
		})
	}
	row := &t.rows[i]
	row.Count++
	if f.time.Before(row.First) {
		row.First = f.time
	}
	if f.time.After(row.Last) {
		row.Last = f.time
	}
}

func tallyKey(f *fact) uint64 {
	domain := f.recipient[bytes.LastIndexByte(f.recipient, '@')+1:]
	key := messageKey(domain, f.remote) ^ uint64(f.time.Unix()/3600)*0x9e3779b97f4a7c15
	if f.subkind != "" {
		key = ^key
	}
	return key
}

func (t *tally) flush(path, format string, yield func(parse.Record) error) error {
	if len(t.rows) == 0 {
		return nil
	}
	rec := parse.Record{Origin: parse.Origin{Path: path, Format: format}, Unit: parse.Line, Deliveries: t.rows}
	t.rows = nil
	clear(t.index)
	return yield(rec)
}
