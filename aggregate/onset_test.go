package aggregate

import (
	"testing"
	"time"
)

func TestBurst(t *testing.T) {
	const day = 24 * 60
	// at adds n deliveries and failures each, at a minute after noon.
	type at struct{ minute, delivered, failed int }
	window := func(days int) span { return span{noon.Unix(), noon.Unix() + int64(days)*24*3600} }
	steady := func(from, to, delivered, failed int) (list []at) {
		for m := from; m < to; m += 60 {
			list = append(list, at{m, delivered, failed})
		}
		return list
	}
	join := func(lists ...[]at) (all []at) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	tests := []struct {
		name           string
		series         []at
		days           int
		deliveredKnown bool
		onset, ended   int // minutes after noon; -1 is none
	}{
		{"nothing fails", steady(0, day, 50, 0), 1, true, -1, -1},
		{"one failure", []at{{500, 0, 1}}, 7, false, -1, -1},
		{"a trickle all the time", steady(0, 3*day, 50, 1), 3, true, -1, -1},
		{"a trickle of bounces all the time", steady(0, 3*day, 0, 1), 3, false, -1, -1},
		{"all fails from the beginning", steady(0, day, 0, 10), 1, true, -1, -1},
		{"from 14:20 on, all fails", join(steady(0, 2*day, 20, 0), []at{{2*day + 140, 0, 12}}, steady(2*day+180, 3*day, 0, 20)), 3, true, 2*day + 140, -1},
		{"a share that rises", join(steady(0, 2*day, 50, 2), steady(2*day+20, 3*day, 30, 20)), 3, true, 2*day + 20, -1},
		{"more mail, the same share", join(steady(0, 2*day, 49, 1), steady(2*day, 3*day, 490, 10)), 3, true, -1, -1},
		{"three hours of trouble", join(steady(0, day, 50, 1), steady(day+7, day+180, 5, 40), steady(day+180, 3*day, 50, 1)), 3, true, day + 7, day + 127},
		{"bounces alone: many within an hour of a month", []at{{20*day + 5, 0, 4}, {20*day + 30, 0, 9}}, 30, false, 20*day + 5, 20*day + 30},
		{"bounces alone: here and there", []at{{day, 0, 1}, {9 * day, 0, 1}, {20 * day, 0, 1}, {27 * day, 0, 1}}, 30, false, -1, -1},
	}
	minute := func(at time.Time) int {
		if at.IsZero() {
			return -1
		}
		return int(at.Sub(noon).Minutes())
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s series
			for _, a := range test.series {
				s.add(noon.Unix()+int64(a.minute)*60, a.delivered, a.failed)
			}
			onset, ended := burst(s, window(test.days), test.deliveredKnown)
			if minute(onset) != test.onset || minute(ended) != test.ended {
				t.Errorf("onset %d, ended %d minutes after noon; want %d, %d", minute(onset), minute(ended), test.onset, test.ended)
			}
		})
	}
}
