package main

import (
	"testing"
	"time"

	"ndrscope/parse"
)

func TestParseMoment(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database: ", err)
	}
	// In the night before, clocks went back from three to two.
	now := time.Date(2026, 10, 26, 6, 15, 0, 0, berlin)
	for text, want := range map[string]string{
		"today":                "2026-10-26T00:00:00+01:00",
		"yesterday":            "2026-10-25T00:00:00+02:00",
		"2h":                   "2026-10-26T04:15:00+01:00",
		"2d":                   "2026-10-24T06:15:00+02:00",
		"1w":                   "2026-10-19T06:15:00+02:00",
		"now":                  "2026-10-26T06:15:00+01:00",
		"2026-10-20":           "2026-10-20T00:00:00+02:00",
		"2026-10-20 14:20":     "2026-10-20T14:20:00+02:00",
		"2026-10-20T14:20":     "2026-10-20T14:20:00+02:00",
		"2026-10-20T14:20:00Z": "2026-10-20T14:20:00Z",
	} {
		got, err := parseMoment(text, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
	for _, text := range []string{"tomorrow?", "-2h", "-1d", "2026-13-01", "d", "99999999999999d"} {
		if got, err := parseMoment(text, now); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestWindow(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }
	w := window{since: at(2), until: at(4)}
	rec := parse.Record{Unit: parse.Line}
	for hour := range 6 {
		rec.Events = append(rec.Events, parse.Event{Kind: parse.Failure, Time: at(hour)})
	}
	rec.Events = append(rec.Events, parse.Event{Kind: parse.Failure})
	want := []parse.Kind{parse.Ignored, parse.Ignored, parse.Failure, parse.Failure, parse.Ignored, parse.Ignored, parse.Failure}
	for i, e := range w.cut(rec).Events {
		if e.Kind != want[i] {
			t.Errorf("event %d: got %s, want %s", i, e.Kind, want[i])
		}
	}
}
