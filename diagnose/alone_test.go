package diagnose_test

import (
	"testing"
	"time"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose"
)

// alone diagnoses a domain without any failure to go by, as in a call to the help desk.
func alone(t *testing.T, name, domain string) diagnose.Diagnosis {
	t.Helper()
	s, _ := scenario(t, name)
	r := run(t, &aggregate.Analysis{Domains: []aggregate.Group{{Domain: domain}}}, 0, s.Config())
	if len(r.Diagnoses) != 1 || r.Incomplete != "" {
		t.Fatalf("%d diagnoses, %s", len(r.Diagnoses), r.Incomplete)
	}
	return r.Diagnoses[0]
}

func TestWithoutFailures(t *testing.T) {
	for _, test := range []struct {
		scenario, domain, rule string
		end                    classify.End
		least                  float64
	}{
		{"story-healthy", "meridian-freight.example", "", classify.EndUnknown, 0},
		{"story", "meridian-freight.example", "R1", classify.Sender, 0.95},
		{"spf-upper-case", "customer.example", "", classify.EndUnknown, 0}, // whose HELO name has no SPF record
		{"null-mx", "customer.example", "R14", classify.Domain, 0.98},
		{"ptr-missing", "customer.example", "R5", classify.Sender, 0.9},
		{"no-such-domain", "customer.example", "R21", classify.Domain, 0.5},
	} {
		d := alone(t, test.scenario, test.domain)
		if d.Rule != test.rule || d.End != test.end || d.Confidence < test.least || d.Summary == "" || d.Remedy == "" {
			t.Errorf("%s: %s %s %.2f %s", test.scenario, d.Rule, d.End, d.Confidence, d.Summary)
		}
		if d.Claim != diagnose.NotCheckable {
			t.Errorf("%s: nothing is claimed, but %s", test.scenario, d.Claim)
		}
	}
}

// Both times are shown: that of the bounce, and that of the probes.
func TestTimes(t *testing.T) {
	s, a := scenario(t, "ptr-missing")
	d := run(t, a, 10, s.Config()).Diagnoses[0]
	if !d.Claimed.Equal(a.Domains[0].Last) || !d.Checked.Equal(s.Options.Now) || d.Checked.Sub(d.Claimed) > 30*24*time.Hour {
		t.Errorf("claimed %v, checked %v", d.Claimed, d.Checked)
	}
}
