//go:build e2e

package dns

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestE2EDNS has the servers running once. Each cause is asked for in bounces that our Postfix wrote after one of the
// other servers refused its mail.
func TestE2EDNS(t *testing.T) {
	w := newWorld(t)
	t.Run("story", w.story)
	t.Run("healthy twin", w.healthyTwin)
	t.Run("stale MX", w.staleMX)
	t.Run("signatures", w.signatures)
	t.Run("resolver stops", w.resolverStops)
	t.Run("causes", w.causes)
}

// us is what an administrator tells about the sending server.
var us = []string{"--egress", ourAddress, "--helo", "mail.fabrik.example"}

func (w *world) story(t *testing.T) {
	startResolver(t, w.ours, noReverse+staleMX)
	box := w.bounced(t, "story@fabrik.example", 3, "anna@meridian-freight.example", "lena@meridian-freight.example",
		"desk@harbour-forwarding.example", "info@city-works.example")
	before := w.conversations(t)
	recording := filepath.Join(t.TempDir(), "answers")
	smtp := append([]string{"--smtp", "--smtp-rcpt", "--bind", ourAddress}, us...)

	r := ndrscope(t, box, append(smtp, "--record", recording)...)
	w.noData(t, before)
	for _, other := range []*result{r, ndrscope(t, box, append(smtp, "--reference-resolver", healthy)...)} {
		other.expect(t, "meridian-freight.example", "R1", "sender", 0.95)
		other.expect(t, "harbour-forwarding.example", "R1", "sender", 0.95)
		if o := other.Overall; o == nil || o.Rule != "R1" || o.Confidence < 0.95 {
			t.Errorf("overall %v, want R1 at 0.95", o)
		}
		other.expectTags(t, "resolver-reverse.broken", "resolver-compare.mx-differs")
	}
	played := ndrscope(t, box, append(smtp, "--replay", recording)...)
	if !bytes.Equal(played.raw, r.raw) {
		t.Errorf("the replay differs from the report that was recorded:\n%s\n%s", played.raw, r.raw)
	}
}

// The twin sends the story's mail through a sound resolver. Only what fails at the recipients' end fails, and the checks of
// the story find nothing.
func (w *world) healthyTwin(t *testing.T) {
	startResolver(t, w.ours, "")
	box := w.bounced(t, "twin@fabrik.example", 2, "anna@meridian-freight.example", "lena@meridian-freight.example",
		"desk@harbour-forwarding.example", "info@city-works.example", "nobody@city-works.example", "anna@moved-away.example")
	r := ndrscope(t, box, append([]string{"--smtp", "--smtp-rcpt", "--bind", ourAddress}, us...)...)
	r.expectTags(t)
	for _, tag := range []string{"resolver-reverse.ok", "resolver-compare.same", "ptr.ok", "rbl-ip.clean"} {
		if got := r.tags("ok"); !slices.Contains(got, tag) {
			t.Errorf("sound are %v, and not %s", got, tag)
		}
	}
	if len(r.Diagnoses) != 2 {
		t.Errorf("%d domains have failures, want 2", len(r.Diagnoses))
	}
	r.expect(t, "city-works.example", "", "recipient", 0.8)
	r.expect(t, "moved-away.example", "R4", "domain", 0.8)
}

func (w *world) staleMX(t *testing.T) {
	startResolver(t, w.ours, staleMX)
	box := w.bounced(t, "stale@fabrik.example", 1, "anna@meridian-freight.example")
	r := ndrscope(t, box, us...)
	r.expectTags(t, "resolver-compare.mx-differs")
	r.expect(t, "meridian-freight.example", "R2", "sender", 0.95)
}

// Our resolver expects the zone to be signed, and it is not: so it looks as if somebody had forged it.
func (w *world) signatures(t *testing.T) {
	startResolver(t, w.ours, wrongAnchor)
	r := asked(t, "diagnose", append([]string{"meridian-freight.example"}, us...)...)
	r.expectTags(t, "resolver-compare.bogus")
	r.expect(t, "meridian-freight.example", "R21", "domain", 0.9)
	r = asked(t, "diagnose", append([]string{"harbour-forwarding.example"}, us...)...)
	r.expectTags(t)
}

// A resolver that says nothing any more is no reason to find faults in it, or to wait for long.
func (w *world) resolverStops(t *testing.T) {
	resolver := startResolver(t, w.ours, staleMX)
	box := w.bounced(t, "stopped@fabrik.example", 1, "anna@meridian-freight.example")
	run := func(t *testing.T) *result {
		began := time.Now()
		r := ndrscope(t, box, append([]string{"--timeout", "1s", "--deadline", "10s"}, us...)...)
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("it took %v", took)
		}
		if len(r.Diagnoses) != 1 || len(r.Findings) == 0 {
			t.Errorf("%d diagnoses, %d findings", len(r.Diagnoses), len(r.Findings))
		}
		return r
	}
	for _, after := range []time.Duration{20 * time.Millisecond, 35 * time.Millisecond, 60 * time.Millisecond} {
		t.Run("midway, after "+after.String(), func(t *testing.T) {
			timer := time.AfterFunc(after, func() { resolver.signal(syscall.SIGSTOP) })
			r := run(t)
			if timer.Stop() {
				t.Logf("the run was over within %v", after)
			}
			resolver.signal(syscall.SIGCONT)
			if got := r.tags("fault"); slices.Contains(got, "resolver-reverse.broken") {
				t.Errorf("a resolver that does not answer at all is taken for one that answers no reverse lookups: %v", got)
			}
		})
	}
	t.Run("before", func(t *testing.T) {
		resolver.signal(syscall.SIGSTOP)
		r := run(t)
		r.expectTags(t, "mx.not-mx") // by the reference, the server that refused the mail is a stranger
		if d := r.Diagnoses[0]; d.Confidence > 0.6 {
			t.Errorf("%+v is too sure: the stale answer of our resolver cannot be seen", d)
		}
		for _, tag := range []string{"resolver-reverse.no-answer", "resolver-compare.unknown"} {
			if got := r.tags("unknown"); !slices.Contains(got, tag) {
				t.Errorf("unknown are %v, and not %s", got, tag)
			}
		}
	})
}

// causes has one real refusal in each row.
func (w *world) causes(t *testing.T) {
	startResolver(t, w.ours, "")
	tests := []struct {
		name, sender, recipient, egress string
		rule, end                       string
		least                           float64
		tags                            []string
	}{
		{"no PTR record", "nameless@fabrik.example", "anna@name-asker.example", nameless, "R5", "sender", 0.8, []string{"ptr.missing"}},
		{"on a block list", "listed@fabrik.example", "anna@list-asker.example", listed, "R7", "sender", 0.8, []string{"rbl-ip.listed"}},
		{"null MX", "nullmx@fabrik.example", "anna@web-only.example", ourAddress, "R14", "domain", 0.95, []string{"null-mx.found"}},
		{"SPF", "spf@fabrik-shop.example", "anna@spf-asker.example", ourAddress, "R12", "sender", 0.9, []string{"spf.fail"}},
		{"sender's domain", "nosender@gone.example", "anna@sender-asker.example", ourAddress, "R20", "sender", 0.9, []string{"sender-domain.missing"}},
		{"not hosted any more", "moved@fabrik.example", "anna@moved-away.example", ourAddress, "R4", "domain", 0.8, nil},
		{"user unknown", "unknown@fabrik.example", "nobody@city-works.example", ourAddress, "", "recipient", 0.8, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			box := w.bounced(t, tt.sender, 1, tt.recipient)
			r := ndrscope(t, box, "--egress", tt.egress)
			_, domain, _ := strings.Cut(tt.recipient, "@")
			r.expect(t, domain, tt.rule, tt.end, tt.least)
			r.expectTags(t, tt.tags...)
		})
	}
}
