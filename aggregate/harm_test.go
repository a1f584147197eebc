package aggregate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ndrscope/classify"
)

// fails is a group in which n recipients fail for each reason.
func fails(name string, delivered int, counts map[classify.Reason]int) Group {
	g := Group{Domain: name, Delivered: delivered, DeliveredKnown: delivered >= 0}
	g.Delivered = max(delivered, 0)
	for _, m := range classify.Meanings {
		n := counts[m.Reason]
		if n == 0 {
			continue
		}
		r := ReasonCount{Reason: m.Reason, End: m.End, Scope: m.Scope, Permanent: m.Permanent, Count: n}
		if m.Permanent || m.Reason == classify.Unknown {
			g.Bounced += n
		} else {
			g.Pending += n
			r.Pending = n
		}
		g.Reasons = append(g.Reasons, r)
	}
	g.Harm = harm(&g)
	return g
}

// Each group is more urgent than the next.
func TestHarmRanks(t *testing.T) {
	type m = map[classify.Reason]int
	groups := []Group{
		fails("many we can mend", -1, m{classify.NoReverseDNS: 50}),
		fails("customer", 0, m{classify.RelayDenied: 3}),
		fails("customer, delivered in part", 10, m{classify.RelayDenied: 3}),
		fails("one we can mend", -1, m{classify.AuthFailed: 1}),
		fails("single messages at our end", -1, m{classify.Policy: 2}),
		fails("their system is full", -1, m{classify.SystemFull: 9, classify.UserUnknown: 1}),
		fails("no rule knows", -1, m{classify.Unknown: 2}),
		fails("a hundred typos", -1, m{classify.UserUnknown: 100}),
		fails("two typos", -1, m{classify.UserUnknown: 2}),
		fails("a domain misspelt", -1, m{classify.DomainUnknown: 1}),
		fails("delivered", 7, nil),
	}
	for i := 1; i < len(groups); i++ {
		a, b := groups[i-1], groups[i]
		if a.Harm.Score <= b.Harm.Score {
			t.Errorf("%s (%v) does not come before %s (%v)", a.Domain, a.Harm.Score, b.Domain, b.Harm.Score)
		}
	}
	shuffled := slices.Clone(groups)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	rank(shuffled)
	for i := range groups {
		if shuffled[i].Domain != groups[i].Domain {
			t.Errorf("rank %d is %s, want %s", i, shuffled[i].Domain, groups[i].Domain)
		}
	}
}

func TestHarmWhy(t *testing.T) {
	g := fails("customer.example", 0, map[classify.Reason]int{classify.RelayDenied: 3, classify.UserUnknown: 5})
	want := "3 of 8 recipients: relay-denied, on the way to them, so that we can look into it; another reason adds to it; " +
		"no mail there was delivered"
	if g.Harm.Why != want {
		t.Errorf("why %q, want %q", g.Harm.Why, want)
	}
	g.Delivered, g.Ended = 20, noon
	if over := harm(&g); over.Score >= g.Harm.Score || !strings.HasSuffix(over.Why, "; delivered again since") {
		t.Errorf("when it is over: %+v, before %+v", over, g.Harm)
	}
	for _, m := range classify.Meanings {
		g := fails("x.example", -1, map[classify.Reason]int{m.Reason: 1})
		if !strings.HasPrefix(g.Harm.Why, "1 recipient: "+string(m.Reason)+", ") || g.Harm.Score <= 0 {
			t.Errorf("%s: %+v", m.Reason, g.Harm)
		}
	}
}

func TestTiesAreBrokenByName(t *testing.T) {
	var groups []Group
	for _, name := range []string{"c", "a", "b"} {
		groups = append(groups, fails(name, -1, map[classify.Reason]int{classify.Policy: 1}))
	}
	rank(groups)
	if groups[0].Domain != "a" || groups[1].Domain != "b" || groups[2].Domain != "c" {
		t.Errorf("order %v", groups)
	}
}
