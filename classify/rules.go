package classify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tables lists the built-in rules.
var tables = []struct {
	layer Layer
	rules []Rule
}{
	{ProviderLayer, googleRules},
	{ProviderLayer, microsoftRules},
	{ProviderLayer, americaRules},
	{ProviderLayer, europeRules},
	{ProviderLayer, asiaRules},
	{ProviderLayer, gatewayRules},
	{WordingLayer, recipientWordings},
	{WordingLayer, senderWordings},
	{WordingLayer, contentWordings},
	{WordingLayer, systemWordings},
	{WordingLayer, localisedWordings},
	{WordingLayer, worldWordings},
	{HintLayer, hintRules},
	{HintLayer, localisedHints},
	{HintLayer, pairedHints},
	{HintLayer, pairedWorldHints},
	{StatusLayer, statusRules},
	{CodeLayer, vagueRules},
	{EmptyLayer, emptyRules},
}

// Rules lists the built-in rules.
func Rules() []Rule {
	var all []Rule
	for _, t := range tables {
		for _, r := range t.rules {
			r.Layer = t.layer
			all = append(all, r)
		}
	}
	return all
}

// MeaningOf is the entry of [Meanings] for a reason, that of [Unknown] if there is none.
func MeaningOf(reason Reason) *Meaning {
	unknown := 0
	for i := range Meanings {
		if Meanings[i].Reason == reason {
			return &Meanings[i]
		}
		if Meanings[i].Reason == Unknown {
			unknown = i
		}
	}
	return &Meanings[unknown]
}

// validate says what is wrong with a rule by itself.
func (r *Rule) validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if r.ID == "" || strings.ContainsAny(r.ID, " \t\n") {
		wrong("id must be one word")
	}
	if MeaningOf(r.Reason).Reason != r.Reason {
		wrong("there is no reason %q", r.Reason)
	}
	if r.Layer < EmptyLayer || r.Layer > UserLayer {
		wrong("there is no %v", r.Layer)
	}
	if r.End != "" && !slices.Contains([]End{Sender, Recipient, Domain, Route, Content, EndUnknown}, r.End) {
		wrong("there is no end %q", r.End)
	}
	if r.Scope != "" && !slices.Contains([]Scope{MailboxScope, DomainScope, SenderScope, IPScope, SessionScope, MessageScope, ScopeUnknown}, r.Scope) {
		wrong("there is no scope %q", r.Scope)
	}
	if r.Provider != "" && providerNamed(r.Provider) == 0 {
		wrong("there is no provider %q", r.Provider)
	}
	for _, s := range r.Statuses {
		if _, err := parseStatusRange(s); err != nil {
			errs = append(errs, err)
		}
	}
	for _, phrase := range slices.Concat(r.Text, r.All, r.Not) {
		for part := range strings.SplitSeq(phrase, " * ") {
			if len(normal(part)) < 2 {
				wrong("phrase %q has a part that is empty, or nothing but an address", phrase)
			}
		}
	}
	for _, pair := range r.Pairs {
		if len(pair.First) == 0 || len(pair.Second) == 0 {
			wrong("a pair has no words on one side")
		}
		for _, word := range slices.Concat(pair.First, pair.Second) {
			if n := len(normal(word)); n < 2 || n > maxWord {
				wrong("word %q of a pair is too short or too long", word)
			}
		}
	}
	for _, code := range r.Codes {
		if len(code) < 1 || len(code) > 3 || !strings.Contains("245", code[:1]) || strings.Trim(code, "0123456789") != "" {
			wrong("code %q is not an SMTP reply code or the beginning of one", code)
		}
	}
	if r.Confidence < 0 || r.Confidence > 1 {
		wrong("confidence %v is not between 0 and 1", r.Confidence)
	}
	if len(r.Text)+len(r.Pairs)+len(r.Codes)+len(r.Statuses)+len(r.Commands)+len(r.Hosts) == 0 && r.Provider == "" {
		wrong("it has no condition, so would match everything")
	}
	return errors.Join(errs...)
}

// said makes samples of replies of unknown servers.
func said(texts ...string) []Sample {
	samples := make([]Sample, len(texts))
	for i, text := range texts {
		samples[i] = Sample{Text: text}
	}
	return samples
}

// saidBy makes samples of replies of one server.
func saidBy(host string, texts ...string) []Sample {
	samples := said(texts...)
	for i := range samples {
		samples[i].Host = host
	}
	return samples
}
