package report

import (
	"fmt"
	"reflect"
	"strings"

	"ndrscope/diagnose"
)

// probes writes the verdicts, each with the evidence that a reader can repeat.
func (p *page) probes(in Input) {
	if in.Probes == nil {
		return
	}
	if d := &in.Probes.Overall; d.Rule != "" {
		p.diagnosis("All domains", d)
	}
	for _, group := range alike(in.Probes.Diagnoses) {
		d := &group[0]
		if d.Rule != "" && d.Rule == in.Probes.Overall.Rule && d.Cause == in.Probes.Overall.Cause {
			p.heading(names(group))
			p.text("  ", fmt.Sprintf("The same cause as above (%s sure).", percent(d.Confidence)))
			p.because(d)
			continue
		}
		p.diagnosis(names(group), d)
	}
	if in.Probes.Incomplete != "" {
		p.line("")
		p.text("", "The probing is not complete: "+stop(in.Probes.Incomplete)+".")
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
		p.text("  ", stop(d.Summary)+". The probes found no cause besides.")
	default:
		p.text("  ", "The probes found no cause.")
	}
	if d.Remedy != "" {
		p.text("  What to do: ", Printable(d.Remedy))
	}
	if d.Claim != "" {
		p.text("  What the bounces say is ", string(d.Claim)+".")
	}
	p.because(d)
	if len(d.RuledOut) > 0 {
		p.line("  Ruled out")
	}
	for i := range d.RuledOut {
		r := &d.RuledOut[i]
		p.text("  - ", fmt.Sprintf("%s (%s). But: %s", stop(r.Summary), Printable(r.Rule), findingText(&r.By)))
	}
}

// because writes the findings that a diagnosis rests on, each once in a report.
func (p *page) because(d *diagnose.Diagnosis) {
	title := "  Because"
	for i := range d.Because {
		text := findingText(&d.Because[i])
		if p.shown[text] {
			continue
		}
		p.shown[text] = true
		if title != "" {
			p.line(title)
			title = ""
		}
		p.text("  - ", text)
		p.evidence(d.Because[i].Evidence)
	}
}

// Bounds of what a table shows of the evidence for one finding; JSON has all of it.
const (
	maxQuestions = 4
	maxAnswer    = 300 // columns
)

// evidence writes questions and answers, for a reader to repeat.
func (p *page) evidence(list []diagnose.Evidence) {
	for i, e := range list {
		if i == maxQuestions && len(list) > maxQuestions+1 {
			p.line("      " + p.faint(fmt.Sprintf("and %d more questions: --format json", len(list)-i)))
			return
		}
		answered := Printable(e.Answered)
		if answered == "" {
			answered = "no answer"
		}
		text := fmt.Sprintf("%s: %s -> %s", Printable(e.Server), Printable(e.Asked), cut(answered, maxAnswer))
		for _, line := range wrap(text, p.width-6) {
			p.line("      " + p.faint(line))
		}
	}
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
