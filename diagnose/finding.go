// Package diagnose asks DNS (and, on request, SMTP servers) about the domains whose mail fails, and draws a verdict
// from the answers: what is wrong, at whose end, and what to do.
package diagnose

import (
	"slices"
	"strings"
	"time"

	"ndrscope/classify"
)

// Finding is one fact that a probe established, or could not. Severity and prose of its Tag stand in one table.
type Finding struct {
	Tag     Tag
	Verdict Verdict
	// Subject is what was looked at: a domain, a host, an address, a zone.
	Subject string
	// Args fill the prose of the tag, in an order fixed by the probe.
	Args     []Arg
	Evidence []Evidence
}

// lists says whether the finding's answers contain a host.
func (f *Finding) lists(host string) bool {
	return slices.Contains(strings.FieldsFunc(f.Arg("answers"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }), host+".")
}

// Tag names a finding: the id of its check, a dot and what was found: "ptr.missing", "mx.ok", "rbl-ip.listed".
type Tag string

// Verdict of a finding. A timeout, SERVFAIL or REFUSED is Unclear, never OK and never Fault.
type Verdict string

const (
	Fault   Verdict = "fault"
	OK      Verdict = "ok"
	Unclear Verdict = "unknown"
)

// Arg is one named value of a finding.
type Arg struct{ Name, Value string }

// Evidence is one question and its raw answer, so that a reader can repeat it.
type Evidence struct {
	Asked    string    `json:"asked"`    // "example.com. MX" or an SMTP command
	Answered string    `json:"answered"` // the RCODE and records, or the reply, or the error
	Server   string    `json:"server"`   // who answered, or should have
	At       time.Time `json:"at,omitzero"`
}

// Diagnosis is the verdict for one domain; Domain is empty in the verdict over all domains.
type Diagnosis struct {
	Domain string
	// Rule is the id of the winning rule, such as R1; empty when nothing could be concluded.
	Rule string
	// Cause is a short stable word: "our-resolver-no-reverse".
	Cause string
	// Summary says the cause in one sentence, Plain in one paragraph for a customer or manager.
	Summary, Plain string
	End            classify.End
	Confidence     float64
	Because        []Finding
	RuledOut       []RuledOut
	Remedy         string
	// Claim says what became of what the bounces say.
	Claim Claim
	// Claimed is when the last of the bounces came, Checked when the probes ran.
	Claimed, Checked time.Time
}

// RuledOut is a cause that lost, and the finding that refutes it.
type RuledOut struct {
	Rule, Cause, Summary string
	By                   Finding
}

// Claim is what live evidence makes of what a bounce says.
type Claim string

const (
	Confirmed    Claim = "confirmed"
	Contradicted Claim = "contradicted"
	Mended       Claim = "mended since"
	NotCheckable Claim = "not checkable"
)
