package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ndrscope/parse"
)

// window is the span of time that is looked at; a zero end is open.
type window struct{ since, until time.Time }

func (w window) open() bool { return w.since.IsZero() && w.until.IsZero() }

// has is whether a moment lies within. What has no time is looked at: it cannot be told to be outside.
func (w window) has(t time.Time) bool {
	return t.IsZero() || !t.Before(w.since) && (w.until.IsZero() || t.Before(w.until))
}

// cut makes events outside of the window ignored ones, so that they stay counted.
func (w window) cut(rec parse.Record) parse.Record {
	if w.open() {
		return rec
	}
	for i := range rec.Events {
		if e := &rec.Events[i]; !w.has(e.Time) {
			*e = parse.Event{Origin: e.Origin, Kind: parse.Ignored, Subkind: parse.OtherTime}
		}
	}
	return rec
}

// parseMoment reads a point in time: RFC 3339, a date with or without a time of day, "today", "yesterday", or how long
// ago: "90m", "2h", "3d", "1w". Days begin at midnight in the zone of now, also where the clock was changed between.
func parseMoment(text string, now time.Time) (time.Time, error) {
	day := func(back int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, now.Location())
	}
	switch text {
	case "":
		return time.Time{}, nil
	case "now":
		return now, nil
	case "today":
		return day(0), nil
	case "yesterday":
		return day(1), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, unit := range []struct {
		suffix string
		days   int
	}{{"d", 1}, {"w", 7}} {
		number, ok := strings.CutSuffix(text, unit.suffix)
		if n, err := strconv.Atoi(number); ok && err == nil && n >= 0 && n < 100_000 {
			return now.AddDate(0, 0, -n*unit.days), nil
		}
	}
	return time.Time{}, fmt.Errorf("want a time such as yesterday, 2h, 3d, 2026-11-20 or 2026-11-20T14:00:00Z")
}
