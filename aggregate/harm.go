package aggregate

import (
	"fmt"
	"math"

	"ndrscope/classify"
)

// harm ranks a group by the harm that someone can mend. The kind of failure counts most, so that one customer whose
// server refuses us comes before a hundred mistyped addresses; the number of recipients counts by its logarithm, and
// the share of the group's mail that fails raises or lowers the whole. What is over counts half.
func harm(g *Group) Harm {
	if g.Failing() == 0 {
		return Harm{Why: "nothing fails"}
	}
	var (
		score, worst float64
		main         int
		mainConcern  concern
	)
	for i, r := range g.Reasons {
		c := concernOf(r, g)
		// What still waits may get there yet.
		recipients := float64(r.Count) - float64(r.Pending)/2
		s := c.weight * math.Log2(1+recipients)
		if r.Pending == r.Count && !r.Permanent {
			s /= 2
		}
		score += s
		if s > worst {
			worst, main, mainConcern = s, i, c
		}
	}
	rate, known := g.FailureRate()
	if known {
		score *= 0.75 + rate/2
	}
	r := g.Reasons[main]
	why := fmt.Sprintf("%s: %s, %s", recipients(r.Count, g.Failing()), reasonName(r.Reason, r.Detail), mainConcern.words)
	if more := len(g.Reasons) - 1; more > 0 {
		why += "; " + addedReasons(more)
	}
	switch {
	case known && rate == 1 && g.Delivered == 0:
		why += "; no mail there was delivered"
	case known && rate >= 0.5:
		why += "; most mail there fails"
	}
	if known && g.Delivered > 0 && !g.Ended.IsZero() {
		score /= 2
		why += "; delivered again since"
	}
	// Rounded, so that the order does not hang on the last bits of a sum.
	return Harm{Score: math.Round(score*1000) / 1000, Main: main, Why: why}
}

// concern is how much a kind of failure weighs for one recipient, and why in words.
type concern struct {
	weight float64
	words  string
}

var (
	ours     = concern{10, "at our end, so that we can mend it"}
	between  = concern{8, "on the way to them, so that we can look into it"}
	someMail = concern{5, "at our end, about single messages"}
	overdue  = concern{4, "not reached in time: see what the last tries say"}
	theirs   = concern{4, "at their mail system, for all mail to them: their postmaster can mend it"}
	unread   = concern{3, "a wording that no rule knows: read it"}
	contents = concern{1.5, "because of the content of single messages"}
	passing  = concern{1, "which mostly passes by itself"}
	single   = concern{0.3, "about single addresses"}
	noDomain = concern{0.3, "a name that takes no mail, probably misspelt"}
)

func concernOf(r ReasonCount, g *Group) concern {
	switch r.Reason {
	case classify.Unknown, classify.OnHold:
		return unread
	case classify.Greylisted, classify.RateLimited, classify.TooManyConnections:
		if r.Pending < r.Count {
			return overdue
		}
		return passing
	case classify.ExpiredReason:
		return overdue
	case classify.DomainUnknown, classify.NoMailService:
		if g.Delivered == 0 {
			return noDomain
		}
		return theirs
	}
	switch {
	case r.Scope == classify.MailboxScope:
		return single
	case r.End == classify.Content:
		return contents
	case r.End == classify.Sender && r.Scope == classify.MessageScope:
		return someMail
	case r.End == classify.Sender:
		return ours
	case r.End == classify.Route:
		return between
	case r.End == classify.Domain:
		return theirs
	case r.End == classify.Recipient:
		return single
	}
	return unread
}

// recipients are n out of all.
func recipients(n, all int) string {
	of := ""
	if n < all {
		of = fmt.Sprintf("%d of ", n)
	}
	if all == 1 {
		return of + "1 recipient"
	}
	return of + fmt.Sprintf("%d recipients", all)
}

func addedReasons(n int) string {
	if n == 1 {
		return "another reason adds to it"
	}
	return fmt.Sprintf("%d other reasons add to it", n)
}

func reasonName(r classify.Reason, detail string) string {
	if detail == "" {
		return string(r)
	}
	return fmt.Sprintf("%s (%s)", r, detail)
}
