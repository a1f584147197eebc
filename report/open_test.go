package report

import (
	"fmt"
	"strings"
	"testing"

	"ndrscope/aggregate"
	"ndrscope/diagnose"
)

// TestCouldNotBeTold holds the table to saying what was not answered.
func TestCouldNotBeTold(t *testing.T) {
	probes := &diagnose.Result{Diagnoses: []diagnose.Diagnosis{{Domain: "customer.example"}}}
	for n := range 5 {
		probes.Findings = append(probes.Findings, diagnose.Finding{Tag: "mx.unknown", Verdict: diagnose.Unclear,
			Subject: fmt.Sprintf("d%d.example", n), Args: []diagnose.Arg{{Name: "why", Value: "timeout"}}})
	}
	probes.Findings = append(probes.Findings, diagnose.Finding{Tag: "mx.ok", Verdict: diagnose.OK, Subject: "ok.example"})
	in := Input{Analysis: &aggregate.Analysis{}, Probes: probes}
	var short, long strings.Builder
	if err := Table(&short, in, TableOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := Table(&long, in, TableOptions{Width: 80, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Could not be told: 5 of 6 findings", "d0.example could not be looked up: timeout", "... and 2 more (--verbose)"} {
		if !strings.Contains(short.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, short.String())
		}
	}
	if !strings.Contains(long.String(), "d4.example could not be looked up") || strings.Contains(long.String(), "more (--verbose)") {
		t.Errorf("the verbose table hides some:\n%s", long.String())
	}
}
