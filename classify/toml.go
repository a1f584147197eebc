package classify

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/BurntSushi/toml"
)

// tomlRule is a rule as users write it:
//
//	[[rule]]
//	id = "partner-gateway-closed"
//	reason = "policy"
//	end = "domain"
//	hosts = ["partner.example"]
//	text = ["gateway closed * office hours"]
type tomlRule struct {
	ID         string   `toml:"id"`
	Reason     Reason   `toml:"reason"`
	Detail     string   `toml:"detail"`
	End        End      `toml:"end"`
	Scope      Scope    `toml:"scope"`
	Permanent  *bool    `toml:"permanent"`
	Codes      []string `toml:"codes"`
	Statuses   []string `toml:"statuses"`
	Commands   []string `toml:"commands"`
	Provider   string   `toml:"provider"`
	Hosts      []string `toml:"hosts"`
	Text       []string `toml:"text"`
	All        []string `toml:"all"`
	Not        []string `toml:"not"`
	Confidence float64  `toml:"confidence"`
	Source     string   `toml:"source"`
	Samples    []string `toml:"samples"`
}

// LoadTOML reads a user's own rules, for [New]. An error tells the line and what is wrong there; no rule is skipped.
func LoadTOML(r io.Reader) ([]Rule, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var file struct {
		Rule []tomlRule `toml:"rule"`
	}
	meta, err := toml.Decode(string(text), &file)
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
	}
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	var errs []error
	for _, key := range meta.Undecoded() {
		name := key[len(key)-1]
		errs = append(errs, fmt.Errorf("line %d: %q is no key of a rule", lineOfKey(lines, name), name))
	}
	var rules []Rule
	seen := map[string]int{}
	starts := ruleLines(lines)
	for i, t := range file.Rule {
		line := 0
		if i < len(starts) {
			line = starts[i]
		}
		rule := t.rule()
		if err := rule.validate(); err != nil {
			errs = append(errs, fmt.Errorf("line %d: rule %q: %w", line, t.ID, err))
		}
		if before, ok := seen[t.ID]; ok {
			errs = append(errs, fmt.Errorf("line %d: rule %q: the rule at line %d has the same id", line, t.ID, before))
		}
		seen[t.ID] = line
		rules = append(rules, rule)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return rules, nil
}

func (t *tomlRule) rule() Rule {
	r := Rule{ID: t.ID, Reason: t.Reason, Layer: UserLayer, Detail: t.Detail, End: t.End, Scope: t.Scope, Codes: t.Codes,
		Statuses: t.Statuses, Commands: t.Commands, Provider: t.Provider, Hosts: t.Hosts, Text: t.Text, All: t.All, Not: t.Not,
		Confidence: t.Confidence, Source: t.Source, Samples: said(t.Samples...)}
	if r.Source == "" {
		r.Source = "user"
	}
	if t.Permanent != nil {
		r.Permanent = Temporary
		if *t.Permanent {
			r.Permanent = Always
		}
	}
	return r
}

// ruleLines are the 1-based lines at which the rules begin.
func ruleLines(lines []string) []int {
	var starts []int
	for i, line := range lines {
		line = strings.ReplaceAll(line, " ", "")
		if strings.HasPrefix(strings.TrimSpace(line), "[[rule]]") {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// lineOfKey is the 1-based line that sets or opens the key, 0 if none does.
func lineOfKey(lines []string, key string) int {
	for i, line := range lines {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t[\"'"), key)
		if ok && strings.HasPrefix(strings.TrimLeft(rest, " \t\"']"), "=") || ok && strings.HasPrefix(rest, "]") {
			return i + 1
		}
	}
	return 0
}
