package lab

import (
	"fmt"
	"slices"
	"strings"

	"ndrscope/diagnose"
)

// Check compares what was found with what the scenario expects, and says every difference in one line.
func (s *Scenario) Check(r *diagnose.Result) []string {
	var wrong []string
	var grave, open []string
	for _, f := range r.Findings {
		switch f.Severity() {
		case diagnose.Error, diagnose.Warning:
			if grave = append(grave, string(f.Tag)); !slices.Contains(s.Expect.Tags, string(f.Tag)) {
				wrong = append(wrong, "not expected: "+describe(f))
			}
		case diagnose.Open:
			open = append(open, string(f.Tag))
		}
	}
	for _, tag := range s.Expect.Tags {
		if !slices.Contains(grave, tag) {
			wrong = append(wrong, "not found: "+tag)
		}
	}
	for _, tag := range s.Expect.Unknown {
		if !slices.Contains(open, tag) {
			wrong = append(wrong, "not unknown: "+tag)
		}
	}
	for _, v := range s.Expect.Verdicts {
		if text := v.check(r); text != "" {
			wrong = append(wrong, text)
		}
	}
	return wrong
}

func describe(f diagnose.Finding) string {
	var args []string
	for _, a := range f.Args {
		args = append(args, a.Name+"="+a.Value)
	}
	return fmt.Sprintf("%s %s (%s)", f.Tag, f.Subject, strings.Join(args, ", "))
}

func (v Verdict) check(r *diagnose.Result) string {
	about, d := "verdict over all", &r.Overall
	if v.Domain != "" {
		about = "verdict on " + v.Domain
		i := slices.IndexFunc(r.Diagnoses, func(d diagnose.Diagnosis) bool { return d.Domain == v.Domain })
		if i < 0 {
			return about + ": there is none"
		}
		d = &r.Diagnoses[i]
	}
	if v.Claims != nil && !slices.Contains(v.Claims, string(d.Claim)) {
		return fmt.Sprintf("%s: their claim is %s, want %s", about, d.Claim, strings.Join(v.Claims, " or "))
	}
	if !v.fits(d) {
		return fmt.Sprintf("%s: %s %s %.2f (%s), want %s %s %.2f", about, d.Rule, d.End, d.Confidence, d.Cause,
			v.Rule, v.End, v.Confidence)
	}
	return ""
}

func (v Verdict) fits(d *diagnose.Diagnosis) bool {
	switch v.Rule {
	case "", "*":
	case "none":
		if d.Rule != "" {
			return false
		}
	default:
		if d.Rule != v.Rule {
			return false
		}
	}
	return (v.End == "" || v.End == "*" || d.End == v.End) && d.Confidence >= v.Confidence-1e-9
}
