package lab

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ndrscope/diagnose"
)

// play runs a scenario from its failures to its verdicts. No failure may be lost on the way.
func play(t testing.TB, s *Scenario) *diagnose.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	a, err := s.Analysis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Domains) == 0 || a.Unclassified > 0 || a.Books.Skipped > 0 {
		t.Errorf("%d domains, %d unclassified, %d skipped", len(a.Domains), a.Unclassified, a.Books.Skipped)
	}
	start := time.Now()
	r := diagnose.Run(ctx, a, s.Options.Top, s.Config())
	if took := time.Since(start); took > s.Options.Deadline+2*time.Second {
		t.Errorf("took %v, the deadline is %v", took, s.Options.Deadline)
	}
	return r
}

// TestScenarios plays every scenario: its faults and warnings must be found and no others, and its verdicts reached.
func TestScenarios(t *testing.T) { playAll(t, scenarios(t, ".txtar")) }

var todo = flag.Bool("todo", false, "play the scenarios that are not solved yet")

// TestTodo plays the files *.todo on request.
func TestTodo(t *testing.T) {
	if !*todo {
		t.Skip("only with -todo")
	}
	playAll(t, scenarios(t, ".todo"))
}

func playAll(t *testing.T, all map[string]*Scenario) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := all[name]
			if s.Title == "" || len(s.Failures) == 0 {
				t.Error("a scenario has a title and failures")
			}
			r := play(t, s)
			for _, wrong := range s.Check(r) {
				t.Error(wrong)
			}
			noMailSent(t, s)
			if t.Failed() {
				t.Log(report(r))
			}
		})
	}
}

// noMailSent looks at every conversation: DATA is never sent, and RCPT only with leave.
func noMailSent(t *testing.T, s *Scenario) {
	t.Helper()
	for _, session := range s.Net.Sessions() {
		for _, command := range session.Commands() {
			verb, _, _ := strings.Cut(strings.ToUpper(command), " ")
			ours := slices.Contains(s.Options.Egress, session.Server.Addr())
			if verb == "DATA" || verb == "RCPT" && !s.Options.SMTPRecipient && !ours {
				t.Errorf("sent to %s: %q", session.Server, command)
			}
		}
	}
}

// report renders what was found, for the log of a failed test.
func report(r *diagnose.Result) string {
	var sb strings.Builder
	for _, d := range append([]diagnose.Diagnosis{r.Overall}, r.Diagnoses...) {
		sb.WriteString(fmt.Sprintf("\n%.2f ", d.Confidence) + strings.Join([]string{d.Domain, d.Rule, d.Cause, string(d.End), string(d.Claim), d.Summary}, " | "))
	}
	for _, f := range r.Findings {
		if f.Severity() != diagnose.Good {
			sb.WriteString("\n  " + describe(f))
		}
	}
	return sb.String() + "\n" + r.Incomplete
}

// TestSameAgain runs the story twice: the findings are the same, to the byte.
func TestSameAgain(t *testing.T) {
	var runs []string
	for range 2 {
		s := scenarios(t, ".txtar")["story"]
		out, err := json.Marshal(play(t, s))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, string(out))
	}
	if runs[0] != runs[1] {
		t.Errorf("the same input gives another result:\n%s\n%s", runs[0], runs[1])
	}
}
