package aggregate

import (
	"fmt"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
)

// What 31 domains have in common is seen at their provider.
func TestProviderGroup(t *testing.T) {
	var items []item
	for i := range 31 * 4 {
		domain := fmt.Sprintf("firm%d.example", i%31)
		for hour := range 48 {
			if i >= 31 && hour != 30 {
				continue
			}
			kind, reason := parse.Delivery, classify.Reason("")
			if hour >= 30 {
				kind, reason = parse.Failure, classify.IPBlocked
			}
			e := event(kind, fmt.Sprintf("m%d-%d", i, hour), "", "a@"+domain)
			e.RemoteHost = fmt.Sprintf("mx%d.pphosted.com", i%3)
			items = append(items, line(hour*60+20, e, reason))
		}
	}
	an := analyse(items)
	if len(an.Providers) != 1 {
		t.Fatalf("%d providers, want 1", len(an.Providers))
	}
	g := an.Providers[0]
	onset := noon.Add(30*60*60e9 + 20*60e9)
	if g.Domain != "Proofpoint" || g.Domains != 31 || !g.Onset.Equal(onset) || !g.First.Equal(onset) {
		t.Errorf("%s: %d domains since %v, first %v; want Proofpoint, 31, since %v", g.Domain, g.Domains, g.Onset, g.First, onset)
	}
	if an.Domains[0].Provider != "Proofpoint" {
		t.Errorf("provider of a domain is %q", an.Domains[0].Provider)
	}
	if len(an.Timeline) != 48 || an.Timeline[29].Delivered != 31 || an.Timeline[30].Bounced != 31*4 {
		t.Errorf("timeline %+v", an.Timeline)
	}
}
