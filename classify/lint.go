package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ndrscope/parse"
)

// Problem is what is wrong with one rule.
type Problem struct {
	Rule string
	What string
}

func (p Problem) String() string { return fmt.Sprintf("rule %q: %s", p.Rule, p.What) }

// Lint checks rules as one set: every rule is valid, has an id of its own, a source and a sample; wins its samples;
// and no phrase of it is shadowed, that is, always won by a rule that means something else. Problems come in the
// order of the rules.
func Lint(rules []Rule) []Problem {
	var problems []Problem
	report := func(r *Rule, format string, args ...any) {
		problems = append(problems, Problem{r.ID, fmt.Sprintf(format, args...)})
	}
	seen := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		if seen[r.ID] {
			report(r, "there is another rule of that id")
		}
		seen[r.ID] = true
		if err := r.validate(); err != nil {
			report(r, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	c, err := compile(rules)
	if err != nil {
		return []Problem{{"", err.Error()}}
	}
	for i := range rules {
		r := &rules[i]
		if r.Source == "" {
			report(r, "it has no source")
		}
		if len(r.Samples) == 0 {
			report(r, "it has no sample")
		}
		for _, s := range r.Samples {
			e := s.Event()
			if won := c.Classify(&e); won.Rule != r.ID {
				report(r, "its sample %q is won by %q", s.Text, won.Rule)
			}
		}
		for _, phrase := range r.Text {
			e := r.shortest(phrase)
			if won := c.Classify(&e); won.Rule != r.ID && won.Reason != r.Reason {
				report(r, "its phrase %q is always won by %q (%s)", phrase, won.Rule, won.Reason)
			}
		}
	}
	return problems
}

// Event is the failure that a sample stands for.
func (s Sample) Event() parse.Event {
	e := Explain(s.Text)
	if s.Host != "" {
		e.RemoteHost = s.Host
	}
	if s.Command != "" {
		e.Command = s.Command
	}
	e.Kind = cmp.Or(s.Kind, parse.Failure)
	return e
}

// shortest is the event that has what the rule asks for, with this phrase, and nothing else.
func (r *Rule) shortest(phrase string) parse.Event {
	text := strings.ReplaceAll(phrase, " * ", " x ")
	for _, also := range r.All {
		text += " / " + strings.ReplaceAll(also, " * ", " x ")
	}
	e := parse.Event{Origin: parse.Origin{Path: "-"}, Kind: parse.Failure, Diagnostic: text}
	if len(r.Codes) > 0 {
		e.ReplyCode = (r.Codes[0] + "45")[:3]
	}
	if len(r.Statuses) > 0 {
		status, _, _ := strings.Cut(r.Statuses[0], "-")
		e.Status = strings.Replace(status, "x", "5", 1)
	}
	if len(r.Commands) > 0 {
		e.Command = r.Commands[0]
	}
	if len(r.Kinds) > 0 {
		e.Kind = r.Kinds[0]
	}
	if len(r.Hosts) > 0 {
		e.RemoteHost = r.Hosts[0]
	}
	if r.Provider != "" {
		for i := range Operators {
			if o := &Operators[i]; o.Provider == r.Provider {
				e.RemoteHost = slices.Concat(o.Hosts, o.Relays)[0]
			}
		}
	}
	return e
}
