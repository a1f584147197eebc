package aggregate

import (
	"math"
	"time"
)

// span is a time from and to, seconds since 1970.
type span struct{ from, to int64 }

// burst finds the stretch of time in which failing was out of the ordinary: the one segment of hours whose failures
// differ most from the rest by the likelihood ratio (a scan statistic), if that outweighs the number of segments that
// were tried. Where deliveries are known, it compares the share of mail that fails, else how many fail an hour.
// Onset is the first failure of the stretch, zero if it began before what was read; ended is the last, zero if it
// goes on to the end of what was read. Both are zero where there is no such stretch: nothing stands out, or it failed
// all the time.
func burst(s series, window span, deliveredKnown bool) (onset, ended time.Time) {
	n := newTrials(s, window, deliveredKnown)
	if n == nil {
		return
	}
	best, bestFrom, bestTo := 0.0, -1, -1
	for i := range n.hours {
		for j := i; j < len(n.hours); j++ {
			if r := n.ratio(i, j); r > best {
				best, bestFrom, bestTo = r, i, j
			}
		}
	}
	hours := float64(window.to/3600 - window.from/3600 + 1)
	if bestFrom < 0 || best < math.Log(hours*(hours+1)/2)+3 {
		return
	}
	from, to := n.hours[bestFrom], n.hours[bestTo]
	if int64(from.start) > window.from/3600 {
		onset = fromSeconds(int64(from.start)*3600 + int64(from.firstFailure))
	}
	if n.after(bestTo) >= 1 {
		ended = fromSeconds(int64(to.start)*3600 + int64(to.lastFailure))
	}
	return onset, ended
}

// maxTrials bounds the hours that burst looks at, which takes time by their square: of more, the most recent.
const maxTrials = 500

// trials are the hours with failures, and the sums up to each, so that any segment is looked at in constant time.
type trials struct {
	hours    []hour
	failed   []float64 // before hours[i]
	exposure []float64 // before hours[i]: messages where deliveries are known, else hours
	length   []float64 // exposure of hours[i] alone
	// over all hours
	allFailed, allExposure float64
	byShare                bool
}

func newTrials(s series, window span, deliveredKnown bool) *trials {
	var failed, delivered float64
	n := &trials{}
	for _, h := range s {
		failed += float64(h.failed)
		delivered += float64(h.delivered)
	}
	if failed < 2 || window.from == 0 {
		return nil
	}
	n.byShare = deliveredKnown && delivered > 0
	n.allFailed = failed
	n.allExposure = failed + delivered
	start := window.from / 3600
	if !n.byShare {
		n.allExposure = float64(window.to/3600 - start + 1)
	}
	var f, x float64
	for _, h := range s {
		length := float64(h.failed + h.delivered)
		if !n.byShare {
			x, length = float64(int64(h.start)-start), 1
		}
		if h.failed > 0 {
			n.hours = append(n.hours, h)
			n.failed = append(n.failed, f)
			n.exposure = append(n.exposure, x)
			n.length = append(n.length, length)
		}
		f += float64(h.failed)
		x += length
	}
	if skip := len(n.hours) - maxTrials; skip > 0 {
		n.hours, n.failed, n.exposure, n.length = n.hours[skip:], n.failed[skip:], n.exposure[skip:], n.length[skip:]
	}
	return n
}

// ratio is the logarithm of the likelihood ratio of "hours i to j fail at a rate of their own, above the rest" to
// "all fail alike".
func (n *trials) ratio(i, j int) float64 {
	f := n.failed[j] + float64(n.hours[j].failed) - n.failed[i]
	x := n.exposure[j] + n.length[j] - n.exposure[i]
	restF, restX := n.allFailed-f, n.allExposure-x
	if restX <= 0 || f/x <= restF/restX {
		return 0
	}
	fit := poisson
	if n.byShare {
		fit = bernoulli
	}
	return fit(f, x) + fit(restF, restX) - fit(n.allFailed, n.allExposure)
}

// after is the exposure after hours j: without deliveries, the last hour begun does not count.
func (n *trials) after(j int) float64 {
	x := n.allExposure - n.exposure[j] - n.length[j]
	if !n.byShare {
		x--
	}
	return x
}

// poisson is the greatest log-likelihood of f events in an exposure of x, without constant terms.
func poisson(f, x float64) float64 {
	if f == 0 {
		return 0
	}
	return f * math.Log(f/x)
}

// bernoulli is the greatest log-likelihood of f failures among x.
func bernoulli(f, x float64) float64 {
	if f == 0 || f == x {
		return 0
	}
	return f*math.Log(f/x) + (x-f)*math.Log(1-f/x)
}
