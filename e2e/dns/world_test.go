//go:build e2e

package dns

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is the running Internet: our machine, and those of everybody else.
type world struct{ ours, theirs *jail }

func newWorld(t *testing.T) *world {
	if why := os.Getenv(isolated); why != yes {
		t.Skip("no network of its own: ", why)
	}
	unpacked := unpack(t)
	w := &world{newJail(t, unpacked, ourResolver), newJail(t, unpacked, healthy)}
	startNameServers(t, w.theirs)
	startLists(t, w.theirs)
	w.ours.write(t, "/srv/root.hints", w.theirs.read(t, "/srv/root.hints"))
	startTheirs(t, w.theirs)
	startOurs(t, w.ours)
	return w
}

// result is the part of a report that is compared.
type result struct {
	Incomplete string
	Overall    *diagnosis
	Diagnoses  []diagnosis
	Findings   []struct{ Tag, Verdict, Subject string }
	raw        []byte
}

type diagnosis struct {
	Domain, Rule, End string
	Confidence        float64
}

// ndrscope runs the program on a mailbox of bounces.
func ndrscope(t *testing.T, box string, flags ...string) *result {
	t.Helper()
	r := asked(t, "report", append(slices.Clone(flags), box)...)
	t.Cleanup(func() {
		if t.Failed() {
			table, _ := exec.Command(os.Getenv(program), "report", "--probe", "none", box).CombinedOutput()
			t.Logf("%s", table)
		}
	})
	return r
}

// asked runs a command of the program that asks our resolver.
func asked(t *testing.T, command string, args ...string) *result {
	t.Helper()
	cmd := exec.Command(os.Getenv(program), append([]string{command, "--format", "json", "--resolver", ourResolver}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.Bytes())
	}
	r := &result{raw: out}
	if err := json.Unmarshal(out, r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("findings %v\ndiagnoses %v\noverall %v", r.tags("fault", "warning", "ok", "unknown"), r.Diagnoses, r.Overall)
		}
	})
	return r
}

// tags of the findings with one of the verdicts.
func (r *result) tags(verdicts ...string) []string {
	var list []string
	for _, f := range r.Findings {
		if slices.Contains(verdicts, f.Verdict) && !slices.Contains(list, f.Tag) {
			list = append(list, f.Tag)
		}
	}
	slices.Sort(list)
	return list
}

func (r *result) expectTags(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := r.tags("fault", "warning"); !slices.Equal(got, want) {
		t.Errorf("faults and warnings %v, want %v", got, want)
	}
}

// expect checks the verdict about a domain; rule "" says that none may win.
func (r *result) expect(t *testing.T, domain, rule, end string, least float64) {
	t.Helper()
	for _, d := range r.Diagnoses {
		if d.Domain != domain {
			continue
		}
		if d.Rule != rule || d.End != end || d.Confidence < least {
			t.Errorf("%s: %s at the %s's end, %.2f; want %s, %s, %.2f", domain, d.Rule, d.End, d.Confidence, rule, end, least)
		}
		return
	}
	t.Errorf("no diagnosis of %s", domain)
}

// conversations are the lines in which Postfix counts the commands of each connection, of all its instances.
func (w *world) conversations(t *testing.T) []string {
	time.Sleep(200 * time.Millisecond) // the log service is another process
	var list []string
	for _, name := range []string{"theirs", "former"} {
		for line := range strings.Lines(w.theirs.read(t, "/var/log/"+name+".log")) {
			if strings.Contains(line, ": disconnect from ") {
				list = append(list, line)
			}
		}
	}
	slices.Sort(list)
	return list
}

// noData checks that no mail server saw a DATA command, but MAIL FROM and RCPT TO, since it had those conversations.
func (w *world) noData(t *testing.T, before []string) {
	t.Helper()
	recipients := 0
	for _, line := range w.conversations(t) {
		if slices.Contains(before, line) {
			continue
		}
		if strings.Contains(line, " mail=1 rcpt=") {
			recipients++
		}
		if strings.Contains(line, " data=") || strings.Contains(line, " bdat=") {
			t.Errorf("DATA: %s", line)
		}
	}
	if recipients == 0 {
		t.Error("no conversation got as far as RCPT TO")
	}
}
