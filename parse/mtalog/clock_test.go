package mtalog

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, tt := range []struct {
		text, modified, want string
		zone                 *time.Location
	}{
		{"Feb  5 13:57:44 x", "2026-03-01T00:00:00Z", "2026-02-05T13:57:44Z", time.UTC},
		{"Feb  5 13:57:44 x", "2026-03-01T00:00:00Z", "2026-02-05T12:57:44Z", berlin},
		{"Dec 31 23:59:59 x", "2026-01-02T00:00:00Z", "2025-12-31T23:59:59Z", time.UTC},
		{"Jan  1 00:00:00 x", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", time.UTC},
		{"Mar  2 00:30:00 x", "2026-03-01T23:59:00Z", "2026-03-02T00:30:00Z", time.UTC}, // a clock ahead
		{"Feb 29 10:00:00 x", "2026-03-01T00:00:00Z", "2024-02-29T10:00:00Z", time.UTC},
		{"Feb  5 13:57:44.123 x", "2026-03-01T00:00:00Z", "2026-02-05T13:57:44Z", time.UTC},
		{"2024-02-05T13:57:44Z x", "", "2024-02-05T13:57:44Z", berlin},
		{"2024-02-05T13:57:44.5+01:00 x", "", "2024-02-05T12:57:44.5Z", time.UTC},
		{"2024-02-05T13:57:44-0330 x", "", "2024-02-05T17:27:44Z", time.UTC},
		{"2024-02-05 13:57:44.123 +0100 x", "", "2024-02-05T12:57:44.123Z", time.UTC},
		{"2024-02-05 13:57:44 x", "", "2024-02-05T12:57:44Z", berlin},
		{"2000-02-29T00:00:00Z x", "", "2000-02-29T00:00:00Z", time.UTC},
		{"1969-12-31T23:59:59Z x", "", "1969-12-31T23:59:59Z", time.UTC},
	} {
		var s stamp
		if n := stampLen([]byte(tt.text), &s); n != len(tt.text)-2 {
			t.Errorf("%q: stamp of %d bytes", tt.text, n)
			continue
		}
		log := Log{}
		if tt.modified != "" {
			log.ModTime = at(tt.modified)
		}
		c := newClock(Options{Location: tt.zone}, log)
		if got := c.time(s); !got.Equal(at(tt.want)) {
			t.Errorf("%q modified %s in %s: got %s, want %s", tt.text, tt.modified, tt.zone, got, tt.want)
		}
	}
}

// TestClockSummer crosses the hour that there is twice, and the one that there is not.
func TestClockSummer(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	c := newClock(Options{Location: zone, Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}, Log{})
	for text, want := range map[string]string{
		"Mar 29 01:59:59": "2026-03-29T00:59:59Z",
		"Mar 29 03:00:00": "2026-03-29T01:00:00Z",
		"Oct 25 03:00:00": "2026-10-25T02:00:00Z",
	} {
		got := c.time(stamp{[]byte(text), yearlessForm}).UTC().Format(time.RFC3339)
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestZoneOfNow has the zone of the clock for logs that name none.
func TestZoneOfNow(t *testing.T) {
	now := testNow.In(time.FixedZone("", 2*3600))
	events := eventsOf(read(t, Options{Now: now}, goodLine))
	if want := time.Date(2026, 2, 20, 6, 15, 2, 0, time.UTC); len(events) != 1 || events[0].Time != want {
		t.Errorf("got %+v, want %s", events, want)
	}
}
