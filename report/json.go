package report

import (
	"encoding/json"
	"io"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
	"ndrscope/parse"
)

// Event is an event and its meaning side by side: a line of `parse`, a sample of `report`.
type Event struct {
	*parse.Event
	Class *classify.Class `json:"class,omitempty"`
}

// JSON writes the report for programs: docs/json.md describes it, docs/report.schema.json is its schema.
func JSON(w io.Writer, in Input) error {
	enc := NewJSONEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(newDocument(in))
}

type document struct {
	Schema      int             `json:"schema"`
	Answer      []string        `json:"answer"`
	Coverage    coverageJSON    `json:"coverage"`
	Total       groupJSON       `json:"total"`
	Domains     []domainJSON    `json:"domains"`
	Providers   []providerJSON  `json:"providers"`
	Step        string          `json:"step"`
	Timeline    []bucketJSON    `json:"timeline"`
	Egress      []countJSON     `json:"egress"`
	HELO        []countJSON     `json:"helo"`
	Senders     []countJSON     `json:"senders"`
	NotFailures []countJSON     `json:"not_failures"`
	Unknown     []clusterJSON   `json:"unknown"`
	Probed      bool            `json:"probed"`
	Incomplete  string          `json:"incomplete"`
	Overall     *diagnosisJSON  `json:"overall"`
	Diagnoses   []diagnosisJSON `json:"diagnoses"`
	Findings    []findingJSON   `json:"findings"`
}

type coverageJSON struct {
	Read         int `json:"read"`
	Events       int `json:"events"`
	Ignored      int `json:"ignored"`
	Skipped      int `json:"skipped"`
	Unclassified int `json:"unclassified"`
	Messages     int `json:"messages"`
	Lines        int `json:"lines"`
	Files        int `json:"files"`
	FilesSkipped int `json:"files_skipped"`
	Damaged      int `json:"damaged"`
}

// groupJSON is what a domain, a provider and the total have in common.
type groupJSON struct {
	Recipients  int          `json:"recipients"`
	Delivered   *int         `json:"delivered"`
	Bounced     int          `json:"bounced"`
	Expired     int          `json:"expired"`
	Pending     int          `json:"pending"`
	Attempts    int          `json:"attempts"`
	FailureRate *float64     `json:"failure_rate"`
	First       timestamp    `json:"first"`
	Last        timestamp    `json:"last"`
	Onset       timestamp    `json:"onset"`
	Ended       timestamp    `json:"ended"`
	Reasons     []reasonJSON `json:"reasons"`
}

// detailJSON is what a domain and a provider have besides.
type detailJSON struct {
	Harm        harmJSON    `json:"harm"`
	RemoteHosts []countJSON `json:"remote_hosts"`
	RemoteIPs   []countJSON `json:"remote_ips"`
	LocalIPs    []countJSON `json:"local_ips"`
	HELO        []countJSON `json:"helo"`
	Senders     []countJSON `json:"senders"`
	BlockLists  []countJSON `json:"block_lists"`
	DKIM        []countJSON `json:"dkim"`
	Samples     []Event     `json:"samples"`
}

type domainJSON struct {
	Domain   string `json:"domain"`
	Provider string `json:"provider"`
	groupJSON
	detailJSON
}

type providerJSON struct {
	Provider string `json:"provider"`
	Domains  int    `json:"domains"`
	groupJSON
	detailJSON
}

type reasonJSON struct {
	Reason    classify.Reason `json:"reason"`
	Detail    string          `json:"detail"`
	End       classify.End    `json:"end"`
	Scope     classify.Scope  `json:"scope"`
	Permanent bool            `json:"permanent"`
	Count     int             `json:"count"`
	Pending   int             `json:"pending"`
	First     timestamp       `json:"first"`
	Last      timestamp       `json:"last"`
}

type harmJSON struct {
	Score float64 `json:"score"`
	Why   string  `json:"why"`
}

type bucketJSON struct {
	Start     timestamp `json:"start"`
	Delivered int       `json:"delivered"`
	Bounced   int       `json:"bounced"`
	Expired   int       `json:"expired"`
	Pending   int       `json:"pending"`
}

type countJSON struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type clusterJSON struct {
	Masked  string `json:"masked"`
	Count   int    `json:"count"`
	Example Event  `json:"example"`
}

type diagnosisJSON struct {
	Domain     string         `json:"domain"`
	Rule       string         `json:"rule"`
	Cause      string         `json:"cause"`
	End        classify.End   `json:"end"`
	Confidence float64        `json:"confidence"`
	Summary    string         `json:"summary"`
	Plain      string         `json:"plain"`
	Remedy     string         `json:"remedy"`
	Claim      diagnose.Claim `json:"claim"`
	Because    []findingJSON  `json:"because"`
	RuledOut   []ruledOutJSON `json:"ruled_out"`
}

type ruledOutJSON struct {
	Rule    string      `json:"rule"`
	Cause   string      `json:"cause"`
	Summary string      `json:"summary"`
	By      findingJSON `json:"by"`
}

type findingJSON struct {
	Tag      diagnose.Tag        `json:"tag"`
	Severity diagnose.Severity   `json:"severity"`
	Verdict  diagnose.Verdict    `json:"verdict"`
	Subject  string              `json:"subject"`
	Text     string              `json:"text"`
	Args     []argJSON           `json:"args"`
	Evidence []diagnose.Evidence `json:"evidence"`
}

type argJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// timestamp is RFC 3339 in UTC; the empty string is an unknown time.
type timestamp struct{ time.Time }

func (t timestamp) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339))
}

func newDocument(in Input) document {
	an := in.Analysis
	b := an.Books
	doc := document{
		Schema: 1,
		Answer: answer(in, true),
		Coverage: coverageJSON{
			Read: b.Read(), Events: b.Understood, Ignored: b.Ignored, Skipped: b.Skipped, Unclassified: an.Unclassified,
			Messages: b.Messages, Lines: b.Lines, Files: b.Files, FilesSkipped: b.FilesSkipped, Damaged: b.Warnings,
		},
		Total: newGroup(&an.Total),
		Domains: list(in.domains(), func(g *aggregate.Group) domainJSON {
			return domainJSON{g.Domain, g.Provider, newGroup(g), newDetail(g)}
		}),
		Providers: list(an.Providers, func(g *aggregate.Group) providerJSON {
			return providerJSON{g.Provider, g.Domains, newGroup(g), newDetail(g)}
		}),
		Step: "hour",
		Timeline: list(an.Timeline, func(b *aggregate.Bucket) bucketJSON {
			return bucketJSON{timestamp{b.Start}, b.Delivered, b.Bounced, b.Expired, b.Pended}
		}),
		Egress:      newCounts(an.Egress),
		HELO:        newCounts(an.HELO),
		Senders:     newCounts(an.Senders),
		NotFailures: newCounts(an.NotFailures),
		Unknown: list(an.Unknown, func(c *aggregate.Cluster) clusterJSON {
			return clusterJSON{c.Masked, c.Count, newEvent(&c.Example)}
		}),
		Diagnoses: []diagnosisJSON{},
		Findings:  []findingJSON{},
	}
	if an.Step > time.Hour {
		doc.Step = "day"
	}
	if in.Interrupted {
		doc.Incomplete = "the reading was interrupted"
	}
	if p := in.Probes; p != nil {
		doc.Probed = true
		doc.Incomplete = p.Incomplete
		overall := newDiagnosis(&p.Overall)
		doc.Overall = &overall
		doc.Diagnoses = list(p.Diagnoses, newDiagnosis)
		doc.Findings = list(p.Findings, newFinding)
	}
	return doc
}

// list converts a list; the result is never nil, so that JSON says [] and not null.
func list[T, U any](items []T, convert func(*T) U) []U {
	converted := make([]U, len(items))
	for i := range items {
		converted[i] = convert(&items[i])
	}
	return converted
}

func newGroup(g *aggregate.Group) groupJSON {
	j := groupJSON{
		Recipients: g.Recipients, Bounced: g.Bounced, Expired: g.Expired, Pending: g.Pending, Attempts: g.Attempts,
		First: timestamp{g.First}, Last: timestamp{g.Last}, Onset: timestamp{g.Onset}, Ended: timestamp{g.Ended},
		Reasons: list(g.Reasons, func(r *aggregate.ReasonCount) reasonJSON {
			return reasonJSON{
				r.Reason, r.Detail, r.End, r.Scope, r.Permanent, r.Count, r.Pending, timestamp{r.First}, timestamp{r.Last},
			}
		}),
	}
	if g.DeliveredKnown {
		j.Delivered = &g.Delivered
	}
	if rate, ok := g.FailureRate(); ok {
		j.FailureRate = &rate
	}
	return j
}

func newDetail(g *aggregate.Group) detailJSON {
	return detailJSON{
		Harm:        harmJSON{g.Harm.Score, g.Harm.Why},
		RemoteHosts: newCounts(g.RemoteHosts),
		RemoteIPs:   newCounts(g.RemoteIPs),
		LocalIPs:    newCounts(g.LocalIPs),
		HELO:        newCounts(g.HELO),
		Senders:     newCounts(g.Senders),
		BlockLists:  newCounts(g.BlockLists),
		DKIM:        newCounts(g.DKIM),
		Samples:     list(g.Samples, newEvent),
	}
}

func newCounts(counts []aggregate.Count) []countJSON {
	return list(counts, func(c *aggregate.Count) countJSON { return countJSON{c.Name, c.Count} })
}

func newEvent(s *aggregate.Sample) Event { return Event{&s.Event, &s.Class} }

func newDiagnosis(d *diagnose.Diagnosis) diagnosisJSON {
	return diagnosisJSON{
		Domain: d.Domain, Rule: d.Rule, Cause: d.Cause, End: endOf(d), Confidence: d.Confidence, Summary: d.Summary,
		Plain: d.Plain, Remedy: d.Remedy, Claim: d.Claim,
		Because: list(d.Because, newFinding),
		RuledOut: list(d.RuledOut, func(r *diagnose.RuledOut) ruledOutJSON {
			return ruledOutJSON{r.Rule, r.Cause, r.Summary, newFinding(&r.By)}
		}),
	}
}

// endOf is unknown where the diagnosis names none.
func endOf(d *diagnose.Diagnosis) classify.End {
	if d.End == "" {
		return classify.EndUnknown
	}
	return d.End
}

func newFinding(f *diagnose.Finding) findingJSON {
	return findingJSON{
		Tag: f.Tag, Severity: f.Severity(), Verdict: f.Verdict, Subject: f.Subject, Text: f.Prose(),
		Args:     list(f.Args, func(a *diagnose.Arg) argJSON { return argJSON{a.Name, a.Value} }),
		Evidence: list(f.Evidence, func(e *diagnose.Evidence) diagnose.Evidence { return *e }),
	}
}
