package diagnose

import (
	"fmt"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
)

// breadth is a row of what failures at many domains mean together that none of them means alone: receivers that know
// nothing of each other do not do the same by chance.
type breadth struct {
	id string
	// counts says whether a domain's failures are of the kind.
	counts func(c *caseFile, d *Diagnosis) bool
	// together: they have to begin within an hour, and outnumber what was delivered meanwhile.
	together   bool
	confidence float64
	variant
	because []Tag
}

// manyDomains of different owners, and most of those that were looked at, make a breadth.
const manyDomains = 4

// breadths in the order in which they are tried.
var breadths = []breadth{
	{"R24", func(c *caseFile, d *Diagnosis) bool { return d.Rule == "" && c.foundAgain() }, true, 0.6, variant{"our-network", classify.Sender,
		"Connections or name lookups for domains that have nothing to do with each other began to fail at one time: our own network or resolver failed, or still does.",
		"Mail to many unrelated recipients stopped at the same time. That happens when our own connection or name service is disturbed. The messages that still wait are sent as soon as it works.",
		"See what our resolvers and our line were doing then; when they work, flush the queue and send again what was given up."},
		[]Tag{"resolver-reverse.ok", "resolver-reverse.no-answer", "mx.ok", "mx.implicit", "mx.unknown", "port25.open", "smtp.accepted", "smtp.unreachable"}},
	{"R25", func(_ *caseFile, d *Diagnosis) bool { return d.Cause == "private-reputation" }, false, 0.7,
		variant{"our-reputation", classify.Sender,
			"Receivers that have nothing to do with each other refuse our address by lists of their own: its reputation is bad, although no public list has it.",
			"Several independent recipients refuse our mail server, each by its own judgement. That points to what our server has sent, and not to them.",
			"Look for what sent unwanted mail (stolen account, infected machine, bad mailing list); then ask each of them, with our address and the quoted reply."},
		[]Tag{"ptr.ok", "rbl-ip.clean", "smtp.banner-refused", "smtp.refused"}},
}

// widespread finds what the domains mean together; ok is false where that is nothing.
func widespread(cases []*caseFile, diagnoses []Diagnosis) (d Diagnosis, ok bool) {
	for i := range breadths {
		if d, ok = breadths[i].match(cases, diagnoses); ok {
			return d, true
		}
	}
	return Diagnosis{}, false
}

func (b *breadth) match(cases []*caseFile, diagnoses []Diagnosis) (d Diagnosis, ok bool) {
	owners := map[string]bool{}
	var begin, end time.Time
	n, failing := 0, 0
	claims := map[Claim]bool{}
	for i, c := range cases {
		main, known := c.group.Main()
		if !known || !b.counts(c, &diagnoses[i]) {
			continue
		}
		n++
		failing += c.group.Failing()
		owners[c.owner()] = true
		claims[diagnoses[i].Claim] = true
		if begin.IsZero() || main.First.Before(begin) {
			begin = main.First
		}
		if main.First.After(end) {
			end = main.First
		}
		d.Because = append(d.Because, c.all(b.because...)...)
		d.Claimed, d.Checked = diagnoses[i].Claimed, diagnoses[i].Checked
	}
	if len(owners) < manyDomains || 3*n < 2*len(cases) || b.together && (end.Sub(begin) > time.Hour || delivered(cases[0].run.analysis, begin, end) > failing) {
		return Diagnosis{}, false
	}
	d.Rule, d.Cause, d.End, d.Confidence, d.Because = b.id, b.cause, b.end, b.confidence, unique(d.Because)
	d.Summary, d.Plain, d.Remedy = fmt.Sprintf("%s So at %d of %d domains.", b.summary, n, len(cases)), b.plain, b.remedy
	d.Claim = NotCheckable
	if len(claims) == 1 {
		for claim := range claims {
			d.Claim = claim
		}
	}
	return d, true
}

// foundAgain says whether a domain that could not be found or reached can be now: the dead domains of every queue cannot.
func (c *caseFile) foundAgain() bool {
	main, _ := c.group.Main()
	lookup := main.Reason == classify.DomainUnknown || c.said("host not found", "name service error", "name resolution", "dns")
	switch {
	case main.Reason != classify.DomainUnknown && main.Reason != classify.NetworkError:
		return false
	case c.first("smtp.accepted", "smtp.refused", "smtp.rcpt-refused", "smtp.deferred") != nil:
		return true
	}
	return lookup && c.first("mx.ok", "mx.implicit") != nil && c.first("smtp.unreachable", "smtp.broken") == nil
}

// owner is who runs the domain's mail servers, as far as that is known.
func (c *caseFile) owner() string {
	if c.group.Provider != "" {
		return c.group.Provider
	}
	return c.group.Domain
}

// delivered is how much mail arrived in the spans of the timeline from one time to another.
func delivered(a *aggregate.Analysis, from, to time.Time) int {
	n := 0
	for _, b := range a.Timeline {
		if b.Start.Add(a.Step).After(from) && !b.Start.After(to) {
			n += b.Delivered
		}
	}
	return n
}
