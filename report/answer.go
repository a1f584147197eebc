package report

import (
	"fmt"
	"strings"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
)

// answer says in three sentences what fails, why and at whose end, and what to do; fewer where there is less to say.
// Only with codes does it name the reason in ndrscope's own word.
func answer(in Input, codes bool) []string {
	an := in.Analysis
	total := &an.Total
	switch {
	case in.probesOnly():
		return verdict(in)
	case an.Books.Read() == 0:
		return []string{"Nothing was read, so nothing can be said."}
	case total.Failing() > 0:
		return []string{whatFails(an), whyItFails(in, codes), whatToDo(in)}
	case total.Recipients > 0:
		return []string{fmt.Sprintf("Nothing failed: mail to %s was delivered.", count(total.Recipients, "recipient", "recipients"))}
	}
	if otherTime(an) > 0 {
		return []string{"Nothing failed in the time that was asked for."}
	}
	return []string{"Nothing failed: what was read tells of no mail that failed."}
}

// notAnswered is the cause of a diagnosis that found none because nobody answered.
const notAnswered = "not-answered"

// verdict is the answer where nothing but the probes can give one.
func verdict(in Input) []string {
	main := mainDiagnosis(in)
	all, open := in.Probes.Diagnoses, 0
	for i := range all {
		if main == nil && all[i].Rule != "" {
			main = &all[i]
		}
		if all[i].Cause == notAnswered {
			open++
		}
	}
	switch {
	case main != nil:
	case len(all) == 1:
		return []string{stop(in.Probes.Overall.Summary) + "."}
	case open > 0:
		return []string{fmt.Sprintf("Whether anything is wrong with mail to %d of %d domains could not be told: questions that matter were not answered.", open, len(all))}
	default:
		return []string{fmt.Sprintf("The probes of %d domains found no cause.", len(all))}
	}
	sentences := []string{conclusion(main)}
	if main.Remedy != "" {
		sentences = append(sentences, "What to do: "+stop(main.Remedy)+".")
	}
	return sentences
}

// mainDiagnosis is the verdict over all domains, else that for the most urgent one; nil where neither names a cause.
func mainDiagnosis(in Input) *diagnose.Diagnosis {
	p := in.Probes
	switch {
	case p == nil:
		return nil
	case p.Overall.Rule != "":
		return &p.Overall
	case len(p.Diagnoses) > 0 && p.Diagnoses[0].Rule != "":
		return &p.Diagnoses[0]
	}
	return nil
}

// conclusion says a verdict in one sentence.
func conclusion(d *diagnose.Diagnosis) string {
	return fmt.Sprintf("%s (%s, %s sure).", stop(d.Summary), EndInWords(d.End), percent(d.Confidence))
}

func whatFails(an *aggregate.Analysis) string {
	t := &an.Total
	var b strings.Builder
	fmt.Fprintf(&b, "Mail to %s at %s has not arrived", count(t.Failing(), "recipient", "recipients"), count(len(an.Domains), "domain", "domains"))
	if an.Books.Lines > 0 {
		fmt.Fprintf(&b, ", of %d that were tried", t.Recipients)
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.Bounced, "bounced"}, {t.Expired, "given up after too long"}, {t.Pending, "still being tried"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	fmt.Fprintf(&b, ": %s", strings.Join(parts, ", "))
	switch first, last := clock(t.First), clock(t.Last); {
	case first == "":
	case first == last:
		b.WriteString("; at " + first)
	default:
		fmt.Fprintf(&b, "; first %s, last %s", first, last)
	}
	return b.String() + "."
}

func whyItFails(in Input, codes bool) string {
	g := &in.Analysis.Domains[0]
	who := name(g)
	if !g.Onset.IsZero() {
		who += ", since " + clock(g.Onset)
	}
	main := mainDiagnosis(in)
	switch {
	case main != nil && main.Domain == "":
		return conclusion(main)
	case main != nil && main.Domain == g.Domain:
		return fmt.Sprintf("The most urgent is %s: %s", who, conclusion(main))
	}
	if s := burstAtProvider(in.Analysis, codes); s != "" {
		return s
	}
	if n, all := alikeFirst(in.Analysis), len(in.Analysis.Domains); n >= 3 && 2*n >= all {
		return fmt.Sprintf("The same at %d of %d domains, the most urgent of which is %s: %s", n, all, who, plain(g, codes))
	}
	r, _ := g.Main()
	return fmt.Sprintf("The most urgent is %s, %s: %s", who, share(r.Count, g.Failing()), plain(g, codes))
}

// alikeFirst counts the domains at which mail fails for the same reason as at the most urgent one, which is among them.
func alikeFirst(an *aggregate.Analysis) int {
	first, _ := an.Domains[0].Main()
	n := 0
	for i := range an.Domains {
		if r, _ := an.Domains[i].Main(); r.Reason == first.Reason && r.Detail == first.Detail && r.End == first.End {
			n++
		}
	}
	return n
}

// plain says a group's main reason as one would say it to a manager.
func plain(g *aggregate.Group, codes bool) string {
	r, _ := g.Main()
	end := EndInWords(r.End)
	if codes {
		end = string(r.Reason) + ", " + end
	}
	return fmt.Sprintf("%s (%s).", stop(r.Class().Sentence()), end)
}

// burstAtProvider says what many domains at one provider have in common, where these are most of those that fail.
func burstAtProvider(an *aggregate.Analysis, codes bool) string {
	for i := range an.Providers {
		p := &an.Providers[i]
		if p.Domains < 3 || 2*p.Domains < len(an.Domains) || p.Onset.IsZero() {
			continue
		}
		return fmt.Sprintf("Since %s, mail to %d domains fails, all of them at %s: %s", clock(p.Onset), p.Domains, Printable(p.Provider), plain(p, codes))
	}
	return ""
}

func whatToDo(in Input) string {
	r, _ := in.Analysis.Domains[0].Main()
	remedy := r.Class().Remedy()
	if patience(r.Reason) && r.Pending < r.Count {
		remedy = "Find out why no retry came through in time, then send these messages again."
	}
	if main := mainDiagnosis(in); main != nil && main.Remedy != "" {
		remedy = main.Remedy
	}
	remedy = stop(remedy)
	if strings.Contains(remedy[strings.LastIndexByte(remedy, ' ')+1:], "://") {
		return "What to do: " + remedy // a full stop would become a part of the link
	}
	return "What to do: " + remedy + "."
}

// patience reports whether the usual remedy of a reason is to wait.
func patience(r classify.Reason) bool {
	switch r {
	case classify.Greylisted, classify.RateLimited, classify.TooManyConnections, classify.ExpiredReason:
		return true
	}
	return false
}
