package report

import (
	"fmt"
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
	for i := range in.Probes.Diagnoses {
		d := &in.Probes.Diagnoses[i]
		p.diagnosis(Printable(d.Domain), d)
	}
	if in.Probes.Incomplete != "" {
		p.line("")
		p.text("", "The probing is not complete: "+stop(in.Probes.Incomplete)+".")
	}
}

func (p *page) diagnosis(title string, d *diagnose.Diagnosis) {
	p.heading(title)
	if d.Rule == "" {
		p.text("  ", "No cause was found."+sentence(d.Summary))
	} else {
		p.text("  ", fmt.Sprintf("%s (%s, %s sure, %s).", stop(d.Summary), atEnd(d.End), percent(d.Confidence), Printable(d.Rule)))
	}
	if d.Remedy != "" {
		p.text("  Do: ", Printable(d.Remedy))
	}
	if d.Claim != "" {
		p.text("  ", "What the bounces say: "+Printable(string(d.Claim))+".")
	}
	for i := range d.Because {
		p.finding("  Because: ", &d.Because[i])
	}
	for i := range d.RuledOut {
		r := &d.RuledOut[i]
		p.text("  Not: ", fmt.Sprintf("%s (%s).", stop(r.Summary), Printable(r.Rule)))
		p.finding("    since ", &r.By)
	}
}

func (p *page) finding(first string, f *diagnose.Finding) {
	p.text(first, findingText(f))
	for _, e := range f.Evidence {
		answered := Printable(e.Answered)
		if answered == "" {
			answered = "no answer"
		}
		p.text("      ", fmt.Sprintf("asked %s: %s -> %s", Printable(e.Server), Printable(e.Asked), cut(answered, 400)))
	}
}

func findingText(f *diagnose.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s", Printable(f.Subject), Printable(string(f.Tag)), f.Verdict)
	for _, a := range f.Args {
		fmt.Fprintf(&b, ", %s %s", Printable(a.Name), Printable(a.Value))
	}
	return b.String() + "."
}

// sentence is text to go on with, after a space.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return " " + stop(s) + "."
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
