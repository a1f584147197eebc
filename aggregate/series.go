package aggregate

import (
	"cmp"
	"slices"
)

// hour counts what happened to one domain within one hour.
type hour struct {
	start                     uint32 // hours since 1970
	delivered, failed         int32
	firstFailure, lastFailure uint16 // seconds into the hour; only with failed > 0
}

// series is the hours of a domain in which something happened, in order of time.
type series []hour

// add counts deliveries and failures at a time in seconds since 1970; 0 is unknown and not counted.
func (s *series) add(at int64, delivered, failed int) {
	if at <= 0 {
		return
	}
	h := s.at(uint32(at / 3600))
	h.delivered += int32(delivered)
	if failed == 0 {
		return
	}
	second := uint16(at % 3600)
	if h.failed == 0 || second < h.firstFailure {
		h.firstFailure = second
	}
	if h.failed == 0 || second > h.lastFailure {
		h.lastFailure = second
	}
	h.failed += int32(failed)
}

// at returns the hour that starts at a time; logs come in order, so that it mostly is the last.
func (s *series) at(start uint32) *hour {
	if n := len(*s); n > 0 && (*s)[n-1].start == start {
		return &(*s)[n-1]
	}
	i, found := slices.BinarySearchFunc(*s, start, func(h hour, start uint32) int { return cmp.Compare(h.start, start) })
	if !found {
		*s = slices.Insert(*s, i, hour{start: start})
	}
	return &(*s)[i]
}

// merge takes over another series.
func (s *series) merge(t series) {
	for _, h := range t {
		to := s.at(h.start)
		to.delivered += h.delivered
		if h.failed == 0 {
			continue
		}
		if to.failed == 0 || h.firstFailure < to.firstFailure {
			to.firstFailure = h.firstFailure
		}
		if to.failed == 0 || h.lastFailure > to.lastFailure {
			to.lastFailure = h.lastFailure
		}
		to.failed += h.failed
	}
}
