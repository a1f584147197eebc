package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose/dnsbl"
)

type dnsblZone = dnsbl.Zone

// mainLists are the zones whose word counts most when they do not list us.
func mainLists() []string {
	var list []string
	for _, z := range dnsbl.Zones() {
		if !z.Domains && !z.Allow && !z.Minor {
			list = append(list, z.Name)
		}
	}
	return list
}

// diagnose lets the rules compete: the highest score wins, the first of equals. Who was refuted is shown with the
// finding that did it.
func (c *caseFile) diagnose() Diagnosis {
	d := Diagnosis{Domain: c.group.Domain, Claimed: c.group.Last, Checked: c.run.cfg.Now()}
	var winner *rule
	var best match
	for i := range rules {
		if len(c.group.Reasons) == 0 && !rules[i].direct {
			continue
		}
		m := rules[i].when(c)
		if m.score > best.score {
			winner, best = &rules[i], m
		}
		if m.score == 0 && m.by != nil {
			d.RuledOut = append(d.RuledOut, RuledOut{rules[i].id, rules[i].cause, c.fill(rules[i].summary), *m.by})
		}
	}
	slices.SortFunc(d.RuledOut, func(a, b RuledOut) int {
		return cmp.Or(len(a.Rule)-len(b.Rule), strings.Compare(a.Rule, b.Rule))
	})
	if winner == nil {
		return c.withoutRule(d)
	}
	v := variant{winner.cause, winner.end, winner.summary, winner.plain, winner.remedy}
	if best.as != nil {
		v = *best.as
	}
	d.Rule, d.Cause, d.End, d.Confidence, d.Because, d.Claim = winner.id, v.cause, v.end, best.score, best.because, best.claim
	if d.Claim == NotCheckable || len(c.group.Reasons) == 0 {
		d.Claim, _ = c.judgeClaim()
	}
	d.Summary, d.Plain, d.Remedy = c.fill(v.summary), c.fill(v.plain), c.fill(v.remedy)
	return d
}

// withoutRule says what is left to say: the bounce's own reason, or the first fault where there is no bounce.
func (c *caseFile) withoutRule(d Diagnosis) Diagnosis {
	d.End = classify.EndUnknown
	d.Claim, _ = c.judgeClaim()
	if main, ok := c.group.Main(); ok {
		d.Cause, d.End, d.Confidence = string(main.Reason), main.End, c.confidence(main.Reason)
		sentence, remedy := clean(main.Class().Sentence()), clean(main.Class().Remedy())
		d.Summary, d.Remedy, d.Plain = sentence, remedy, sentence+" "+remedy
		return d
	}
	for _, f := range c.findings {
		if f.Severity() == Error {
			d.Because = append(d.Because, f)
		}
	}
	if open := c.unanswered(); len(d.Because) == 0 && len(open) > 0 {
		d.Cause, d.Because = "not-answered", open
		d.Summary = c.fill("Whether anything is wrong with mail from us to {domain} could not be told: questions that matter were not answered.")
		d.Plain = c.fill("We could not check the way of our mail to {domain}, because the name service did not answer.")
		d.Remedy = "See to it that the resolvers answer, or name others with --resolver and --reference-resolver; then run this again."
		return d
	}
	if len(d.Because) == 0 {
		d.Cause, d.Summary = "nothing-wrong", c.fill("The probes find nothing wrong with mail from us to {domain}.")
		d.Plain, d.Remedy = d.Summary, "If mail fails, feed the bounce or the log to ndrscope report."
		return d
	}
	first := d.Because[0]
	d.Cause, d.Summary, d.Plain, d.Confidence = string(first.Tag), first.Prose(), first.Prose(), 0.5
	d.Remedy = "Correct what the findings say."
	return d
}

// unanswered are the findings without which nobody can say that all is well: where their mail goes, and who we are.
func (c *caseFile) unanswered() []Finding {
	var open []Finding
	for _, f := range c.findings {
		switch f.Tag {
		case "mx.unknown", "ptr.unknown", "spf.unknown", "resolver-reverse.no-answer", "resolver-reverse.unknown":
			open = append(open, f)
		}
	}
	return open
}

func (c *caseFile) confidence(reason classify.Reason) float64 {
	for _, s := range c.group.Samples {
		if s.Class.Reason == reason {
			return s.Class.Confidence
		}
	}
	return 0
}

// fill puts the case's names into a text.
func (c *caseFile) fill(text string) string {
	address := "of our server"
	if len(c.egress) > 0 {
		address = join(c.egress)
	}
	return strings.NewReplacer("{domain}", clean(c.group.Domain), "{address}", address).Replace(text)
}

// overall is what the domains have in common: a cause at our end, else what only their number says, else a cause at
// theirs.
func overall(cases []*caseFile, diagnoses []Diagnosis) Diagnosis {
	d := shared(cases, diagnoses)
	if d.End == classify.Sender {
		return d
	}
	if wide, ok := widespread(cases, diagnoses); ok {
		return wide
	}
	return d
}

// shared finds the cause that most domains share. It counts by its confidence at each domain and by how many recipients
// it hits; one that explains but a single domain of several is that domain's own.
func shared(cases []*caseFile, diagnoses []Diagnosis) Diagnosis {
	type cause struct {
		first    int // in diagnoses, the most confident
		domains  []string
		weight   float64
		provider map[string]bool
	}
	causes := map[string]*cause{}
	var order []string
	for i, d := range diagnoses {
		if d.Rule == "" || d.Rule == "R18" {
			continue
		}
		s := causes[d.Cause]
		if s == nil {
			s = &cause{first: i, provider: map[string]bool{}}
			causes[d.Cause] = s
			order = append(order, d.Cause)
		}
		if d.Confidence > diagnoses[s.first].Confidence {
			s.first = i
		}
		s.domains = append(s.domains, d.Domain)
		s.weight += d.Confidence * weight(cases[i].group)
		s.provider[cases[i].group.Provider] = true
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(causes[b].weight, causes[a].weight) })
	for _, name := range order {
		s := causes[name]
		first := diagnoses[s.first]
		if len(s.domains) == 1 && len(diagnoses) > 1 && first.End != classify.Sender {
			continue
		}
		if len(s.domains) == 1 && len(diagnoses) > 1 && first.Confidence < 0.9 {
			continue
		}
		for _, d := range diagnoses {
			if d.Cause == name {
				first.Because = append(first.Because, d.Because...)
			}
		}
		first.Because = unique(first.Because)
		return common(first, s.domains, len(diagnoses), len(s.provider))
	}
	if len(diagnoses) == 1 {
		d := diagnoses[0]
		d.Domain = ""
		return d
	}
	return Diagnosis{End: classify.EndUnknown, Claim: NotCheckable,
		Summary: "The failures have no common cause: look at each domain.",
		Plain:   "The messages failed for different reasons. No fault on our side explains them together.",
		Remedy:  "See the domains one by one."}
}

// common is a diagnosis that several domains share. Breadth adds to its confidence, up to what direct proof gives.
func common(d Diagnosis, domains []string, of, providers int) Diagnosis {
	d.Domain = ""
	if n := len(domains); n > 1 {
		doubt := 1 - d.Confidence
		for range min(n, 5) - 1 {
			doubt *= 0.85
		}
		if providers > 1 {
			doubt *= 0.9
		}
		d.Confidence = max(d.Confidence, min(0.95, float64(int((1-doubt)*100))/100))
	}
	if of > 1 {
		d.Summary = fmt.Sprintf("%s The same cause at %d of %d domains.", generalise(d.Summary, domains), len(domains), of)
		d.Plain, d.Remedy = generalise(d.Plain, domains), generalise(d.Remedy, domains)
	}
	return d
}

// generalise puts all the domains in the place of the one that a text was written for.
func generalise(text string, domains []string) string {
	all := domains[0]
	switch n := len(domains); {
	case n == 2:
		all += " and " + domains[1]
	case n == 3:
		all += ", " + domains[1] + " and " + domains[2]
	case n > 3:
		all = fmt.Sprintf("%s, %s and %d more domains", domains[0], domains[1], n-2)
	}
	for _, d := range domains {
		if strings.Contains(text, d) {
			return strings.ReplaceAll(text, d, all)
		}
	}
	return text
}

// weight of a domain grows slowly with the number of recipients that fail, so that one big domain does not drown
// what many have in common.
func weight(g *aggregate.Group) float64 {
	w := 1.0
	for n := g.Failing(); n > 1; n /= 2 {
		w += 0.5
	}
	return w
}
