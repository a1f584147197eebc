package lab

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
)

var classifier = sync.OnceValue(func() *classify.Classifier {
	c, err := classify.New()
	if err != nil {
		panic(err)
	}
	return c
})

// played is a scenario with what came of it.
type played struct {
	*Scenario
	analysis *aggregate.Analysis
	result   *diagnose.Result
	took     time.Duration
	err      error
}

// perform plays a scenario from its failures to its verdicts.
func perform(ctx context.Context, s *Scenario) played {
	p := played{Scenario: s}
	if p.analysis, p.err = s.analysis(ctx, classifier()); p.err == nil {
		start := time.Now()
		p.result = diagnose.Run(ctx, p.analysis, s.Options.Top, s.Config())
		p.took = time.Since(start)
	}
	return p
}

// playAt plays a scenario by a clock that stands still while anything is being done: time-outs are those of the
// scenario, and never those of a busy machine.
func playAt(t *testing.T, s *Scenario) (p played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p = perform(t.Context(), s)
		time.Sleep(time.Minute) // what was cut off ends by itself
	})
	return p
}

// sound checks what must hold of every scenario: no failure is lost, time is kept, nothing is sent that must not be.
func (p *played) sound(t testing.TB) {
	t.Helper()
	if p.err != nil {
		t.Fatal(p.err)
	}
	if a := p.analysis; len(a.Domains) == 0 || a.Unclassified > 0 || a.Books.Skipped > 0 {
		t.Errorf("%d domains, %d unclassified, %d skipped", len(a.Domains), a.Unclassified, a.Books.Skipped)
	}
	if late := p.took - p.Options.Deadline; late > time.Second {
		t.Errorf("%v over the deadline", late)
	}
	talks := map[netip.AddrPort]int{}
	for _, session := range p.Net.Sessions() {
		if talks[session.Server]++; talks[session.Server] == 2 && !slices.Contains(p.Options.Egress, session.Server.Addr()) {
			t.Errorf("more than one conversation with %s", session.Server)
		}
		ours := slices.Contains(p.Options.Egress, session.Server.Addr())
		for _, command := range session.Commands() {
			verb, _, _ := strings.Cut(strings.ToUpper(command), " ")
			if verb == "DATA" || verb == "RCPT" && !p.Options.SMTPRecipient && !ours {
				t.Errorf("sent to %s: %q", session.Server, command)
			}
		}
	}
}

// play runs one scenario.
func play(t *testing.T, s *Scenario) *diagnose.Result {
	t.Helper()
	p := playAt(t, s)
	p.sound(t)
	return p.result
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
			p := playAt(t, all[name])
			if p.Title == "" || len(p.Failures) == 0 {
				t.Error("a scenario has a title and failures")
			}
			p.sound(t)
			for _, wrong := range p.Check(p.result) {
				t.Error(wrong)
			}
			if t.Failed() {
				t.Log(report(p.result))
			}
		})
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
		out, err := json.Marshal(play(t, story(t)))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, string(out))
	}
	if runs[0] != runs[1] {
		t.Errorf("the same input gives another result:\n%s\n%s", runs[0], runs[1])
	}
}

// TestDocsExample plays the scenario that docs/lab.md explains the format with.
func TestDocsExample(t *testing.T) {
	page, err := os.ReadFile("../docs/lab.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```\n")
	example, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("no example in docs/lab.md")
	}
	s := load(t, example)
	for _, wrong := range s.Check(play(t, s)) {
		t.Error(wrong)
	}
}
