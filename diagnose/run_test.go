package diagnose_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"path"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ndrscope/aggregate"
	"ndrscope/diagnose"
	"ndrscope/diagnose/tape"
	"ndrscope/lab"
	"ndrscope/testdata"
)

// scenario loads one of testdata/scenario with its failures.
func scenario(t testing.TB, name string) (*lab.Scenario, *aggregate.Analysis) {
	t.Helper()
	data, err := fs.ReadFile(testdata.Scenarios, path.Join("scenario", name+".txtar"))
	if err != nil {
		t.Skip(err)
	}
	s, err := lab.Load(data)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Analysis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// run diagnoses by a clock that stands still while anything is being done, so that a busy machine changes nothing.
func run(t *testing.T, a *aggregate.Analysis, top int, cfg diagnose.Config) (r *diagnose.Result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r = diagnose.Run(t.Context(), a, top, cfg)
		time.Sleep(time.Minute) // what was cut off ends by itself
	})
	return r
}

func encode(t testing.TB, r *diagnose.Result) []byte {
	t.Helper()
	out, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// noNetwork fails the test on every attempt to reach anything.
type noNetwork struct{ t testing.TB }

func (n noNetwork) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	n.t.Errorf("dialled %s %s during a playback", network, address)
	return nil, errors.New("no network")
}

// A recording gives the same result to the byte, without a network, without the settings of the first run, and at
// another time.
func TestPlayback(t *testing.T) {
	for _, name := range []string{"story", "resolver-lies", "mta-sts-mismatch", "dane-mismatch", "tls-broken", "open-relay",
		"port25-blocked", "spf-too-many-lookups", "listed", "resolver-dead", "lossy"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := scenario(t, name)
			cfg := s.Config()
			cfg.Tape = new(tape.Tape)
			first := encode(t, run(t, a, 10, cfg))
			var file bytes.Buffer
			if err := cfg.Tape.Write(&file); err != nil {
				t.Fatal(err)
			}
			recording, err := tape.Read(&file)
			if err != nil {
				t.Fatal(err)
			}
			again := encode(t, run(t, a, 10, diagnose.Config{
				Dialer: noNetwork{t}, Now: time.Now, Tape: recording,
			}))
			if !bytes.Equal(first, again) {
				t.Errorf("the playback differs:\n%s", firstDifference(first, again))
			}
		})
	}
}

func firstDifference(a, b []byte) string {
	la, lb := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(la), len(lb)) {
		if !bytes.Equal(la[i], lb[i]) {
			from := max(0, i-12)
			return string(bytes.Join(la[from:i+1], []byte("\n"))) + "\n--- played back:\n" + string(lb[i])
		}
	}
	return "one is longer"
}

// The same answers give the same result, however the questions are scheduled.
func TestDeterministic(t *testing.T) {
	for _, name := range []string{"story", "two-causes", "list-silent"} {
		s, a := scenario(t, name)
		first := encode(t, run(t, a, 10, s.Config()))
		for range 5 {
			s, a := scenario(t, name)
			if again := encode(t, run(t, a, 10, s.Config())); !bytes.Equal(first, again) {
				t.Fatalf("%s: a second run differs:\n%s", name, firstDifference(first, again))
			}
		}
	}
}

// Without a network and with an expired context the result is complete and says that nothing is known.
func TestCancelled(t *testing.T) {
	s, a := scenario(t, "story")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := diagnose.Run(ctx, a, 0, s.Config())
	if r.Incomplete == "" {
		t.Error("a cancelled run says so")
	}
	if len(r.Diagnoses) != len(a.Domains) {
		t.Errorf("%d diagnoses for %d domains", len(r.Diagnoses), len(a.Domains))
	}
	for _, f := range r.Findings {
		if f.Verdict == diagnose.Fault {
			t.Errorf("found %s %s although nothing was asked", f.Tag, f.Subject)
		}
	}
}

// Every finding has a tag of the table, and its prose is filled in completely.
func TestProse(t *testing.T) {
	for _, name := range []string{"story", "listed", "list-wildcard", "list-refuses-us", "dmarc-not-aligned", "dkim-no-key", "dkim-revoked",
		"spf-too-many-lookups", "spf-two-records", "tls-expired", "tls-wrong-name", "mta-sts-mismatch", "dane-mismatch", "mx-literal",
		"mx-alias", "mx-private", "name-servers-differ", "half-lame", "helo-literal", "helo-unknown", "nat-changed", "resolver-lies",
		"sender-domain-gone", "null-mx", "ptr-generic", "ptr-mismatch", "auth-required", "domain-listed", "open-relay", "smarthost"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := scenario(t, name)
			for _, f := range run(t, a, 10, s.Config()).Findings {
				info, ok := diagnose.Info(f.Tag)
				if !ok {
					t.Errorf("%s is not in the table", f.Tag)
				}
				if text := f.Prose(); strings.ContainsAny(text, "{}") {
					t.Errorf("%s: %s", f.Tag, text)
				}
				if info.Severity == diagnose.Open != (f.Verdict == diagnose.Unclear) {
					t.Errorf("%s has the verdict %s", f.Tag, f.Verdict)
				}
			}
		})
	}
}
