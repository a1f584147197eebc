package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ndrscope/classify"
	"ndrscope/diagnose"
)

// probes writes the verdicts, each with the evidence that a reader can repeat. What has the same cause is told once.
func (p *page) probes(in Input) {
	if in.Probes == nil {
		return
	}
	overall := &in.Probes.Overall
	if overall.Rule != "" {
		p.diagnosis("All domains", overall)
	}
	var shared, settled []diagnose.Diagnosis
	var others [][]diagnose.Diagnosis
	for _, group := range alike(in.Probes.Diagnoses) {
		d := &group[0]
		switch {
		case sameCause(d, overall) && !p.verbose:
			shared = append(shared, group...)
		case d.Rule == "" && d.End == classify.Recipient && !p.verbose:
			settled = append(settled, group...)
		default:
			others = append(others, group)
		}
	}
	if len(shared) > 0 {
		p.heading("The same cause as above")
		p.text("  ", names(shared)+".")
	}
	for _, group := range others {
		p.diagnosis(names(group), &group[0])
	}
	p.settled(settled)
	p.open(in.Probes.Findings)
	if in.Probes.Incomplete != "" {
		p.line("")
		p.text("", "The probing is not complete: "+stop(in.Probes.Incomplete)+".")
	}
}

// sameCause reports whether a domain's verdict is the one over all domains.
func sameCause(d, overall *diagnose.Diagnosis) bool {
	return d.Rule != "" && d.Rule == overall.Rule && d.Cause == overall.Cause
}

// open says how much could not be told, with one example; all of it with --verbose.
func (p *page) open(findings []diagnose.Finding) {
	var open []string
	for i := range findings {
		if findings[i].Verdict == diagnose.Unclear {
			open = append(open, findingText(&findings[i]))
		}
	}
	if len(open) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Could not be told: %d of %s", len(open), count(len(findings), "finding", "findings")))
	if !p.verbose && len(open) > 3 {
		open = append(open[:3], fmt.Sprintf("... and %d more (--verbose)", len(open)-3))
	}
	for _, text := range open {
		p.text("  - ", text)
	}
}

// settled lists the domains at which the bounce itself says all there is to know.
func (p *page) settled(list []diagnose.Diagnosis) {
	if len(list) == 0 {
		return
	}
	p.heading("Nothing that probes could add")
	var texts []string
	domains := map[string][]string{}
	for i := range list {
		d := &list[i]
		text := fmt.Sprintf("%s. %s", stop(d.Summary), Printable(d.Remedy))
		if domains[text] == nil {
			texts = append(texts, text)
		}
		domains[text] = append(domains[text], Printable(d.Domain))
	}
	for _, text := range texts {
		p.text("  - ", strings.Join(domains[text], ", ")+": "+text)
	}
}

// alike puts diagnoses together that differ in the domain alone, in the order of the first of each.
func alike(all []diagnose.Diagnosis) [][]diagnose.Diagnosis {
	var groups [][]diagnose.Diagnosis
next:
	for _, d := range all {
		for i := range groups {
			if same(groups[i][0], d) {
				groups[i] = append(groups[i], d)
				continue next
			}
		}
		groups = append(groups, []diagnose.Diagnosis{d})
	}
	return groups
}

// same reports whether two diagnoses differ in the domain and in how sure they are alone.
func same(a, b diagnose.Diagnosis) bool {
	a.Domain, a.Confidence = b.Domain, b.Confidence
	return reflect.DeepEqual(a, b)
}

// names lists the domains of diagnoses.
func names(group []diagnose.Diagnosis) string {
	var list []string
	for _, d := range group {
		list = append(list, Printable(d.Domain))
	}
	return strings.Join(list, ", ")
}

func (p *page) diagnosis(title string, d *diagnose.Diagnosis) {
	p.heading(title)
	switch {
	case d.Rule != "":
		p.text("  ", fmt.Sprintf("%s (%s, %s sure, %s).", stop(d.Summary), EndInWords(d.End), percent(d.Confidence), Printable(d.Rule)))
	case d.Summary != "":
		p.text("  ", stop(d.Summary)+".")
	default:
		p.text("  ", "The probes found no cause.")
	}
	if d.Remedy != "" {
		p.text("  What to do: ", Printable(d.Remedy))
	}
	if d.Claim != "" && p.bounces {
		p.text("  What the bounces say is ", string(d.Claim)+".")
	}
	p.because(d)
	if len(d.RuledOut) > 0 {
		p.line("  Ruled out")
	}
	for i := range d.RuledOut {
		r := &d.RuledOut[i]
		if p.verbose {
			p.text("  - ", fmt.Sprintf("%s (%s). But: %s", stop(r.Summary), Printable(r.Rule), findingText(&r.By)))
			continue
		}
		p.line(cut(fmt.Sprintf("  - %s (%s): %s", Printable(r.Cause), Printable(r.Rule), findingText(&r.By)), p.width))
	}
}

// because writes the findings that a diagnosis rests on, faults first, each once in a report. Of those of one kind,
// the first stands for the others.
func (p *page) because(d *diagnose.Diagnosis) {
	var list []*diagnose.Finding
	alike := map[diagnose.Tag][]string{}
	for i := range d.Because {
		f := &d.Because[i]
		text := findingText(f)
		if p.shown[text] {
			continue
		}
		p.shown[text] = true
		alike[f.Tag] = append(alike[f.Tag], Printable(f.Subject))
		if p.verbose || len(alike[f.Tag]) == 1 {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *diagnose.Finding) int { return severity(a) - severity(b) })
	if len(list) > 0 {
		p.line("  Because")
	}
	for _, f := range list {
		p.text("  - ", findingText(f))
		p.evidence(f.Evidence)
		if more := alike[f.Tag][1:]; len(more) > 0 && !p.verbose {
			p.text("    ", "Likewise: "+strings.Join(more, ", ")+".")
		}
	}
}

// severity orders findings: faults, warnings, the rest.
func severity(f *diagnose.Finding) int {
	switch f.Severity() {
	case diagnose.Error:
		return 0
	case diagnose.Warning:
		return 1
	}
	return 2
}

// Bounds of what a table shows of the evidence for one finding; --verbose and JSON have more.
const (
	maxQuestions = 3
	maxAnswer    = 300 // columns
)

// evidence writes questions and answers, for a reader to repeat. Of a conversation its end tells most.
func (p *page) evidence(list []diagnose.Evidence) {
	all := len(list)
	if all > maxQuestions && !p.verbose {
		list = telling(list)
	}
	for _, e := range list {
		answered := Printable(e.Answered)
		if answered == "" {
			answered = "no answer"
		}
		text := fmt.Sprintf("%s: %s -> %s", Printable(e.Server), Printable(e.Asked), cut(answered, maxAnswer))
		for _, line := range wrap(text, p.width-6) {
			p.line("      " + p.faint(line))
		}
	}
	if left := all - len(list); left > 0 {
		p.line("      " + p.faint(fmt.Sprintf("... and %s (--verbose)", count(left, "more answer", "more answers"))))
	}
}

// telling picks the evidence to show where there is too much: the first answers, but of a conversation the last two
// commands before QUIT.
func telling(list []diagnose.Evidence) []diagnose.Evidence {
	if !strings.HasPrefix(list[0].Asked, "connect to ") {
		return list[:maxQuestions]
	}
	end := len(list)
	if list[end-1].Asked == "QUIT" {
		end--
	}
	return list[end-2 : end]
}

// findingText is the finding in a sentence; one whose tag has no prose shows what it holds.
func findingText(f *diagnose.Finding) string {
	if prose := f.Prose(); prose != "" {
		return Printable(prose)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s", Printable(f.Subject), Printable(string(f.Tag)), f.Verdict)
	for _, a := range f.Args {
		fmt.Fprintf(&b, ", %s %s", Printable(a.Name), Printable(a.Value))
	}
	return b.String() + "."
}

// unknown lists the wordings that no rule knows.
func (p *page) unknown(in Input) {
	clusters := in.Analysis.Unknown
	if len(clusters) == 0 {
		return
	}
	if in.Top > 0 {
		clusters = clusters[:min(in.Top, len(clusters))]
	}
	p.heading("Wordings that no rule knows")
	cols := []column{{title: "Count", width: 5, right: true}, {title: "Wording", width: p.width - 5 - gap}}
	var rows [][]string
	for _, c := range clusters {
		rows = append(rows, []string{fmt.Sprint(c.Count), cut(Printable(c.Masked), cols[1].width)})
	}
	p.table(cols, rows)
	if left := len(in.Analysis.Unknown) - len(clusters); left > 0 {
		p.text("", fmt.Sprintf("%d more: --top 0.", left))
	}
}
