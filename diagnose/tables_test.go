package diagnose

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/diagnose/dnsbl"
)

var update = flag.Bool("update", false, "write docs/checks.md anew")

// docs/checks.md is written from the tables.
func TestDocs(t *testing.T) {
	path := filepath.Join("..", "docs", "checks.md")
	text := docs()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != text {
		t.Error("docs/checks.md is not that of the tables; run go test ./diagnose -run Docs -update")
	}
}

func docs() string {
	var b strings.Builder
	b.WriteString(`# Checks, findings and rules

This page is written from the tables of package diagnose; change these, then run
` + "`go test ./diagnose -run Docs -update`" + `.

DNS is asked always; mail servers are spoken to only with ` + "`--smtp`" + `, up to MAIL FROM, and with ` + "`--smtp-rcpt`" + ` up to one
RCPT TO an address that bounced. DATA is never sent, and a server has at most one conversation. A timeout, SERVFAIL or
REFUSED is never a fault and never in order: it is unknown.

## Checks

A check runs for a domain whose failures have one of the reasons that call for it. Without failures, as in
` + "`ndrscope diagnose DOMAIN`" + `, all are called for.

| check | called for by | asks | source |
|---|---|---|---|
`)
	for _, k := range checks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", k.id, calledFor(k), k.asks, k.source)
	}
	b.WriteString("\n## Findings\n\n| tag | severity | meaning |\n|---|---|---|\n")
	for _, i := range tags {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", i.Tag, i.Severity, i.Prose)
	}
	b.WriteString(`
## Rules

The rule with the highest score wins; of equals the first. The number is the confidence that it can reach. A rule that
was refuted is shown as ruled out, with the finding that did it.

| rule | cause | end | summary | remedy |
|---|---|---|---|---|
`)
	for _, r := range rules {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.id, r.cause, r.end, r.summary, r.remedy)
	}
	b.WriteString(`
These are of the verdict over all domains, where the failures of many with different owners mean what none of them means alone.

| rule | cause | end | summary | remedy |
|---|---|---|---|---|
`)
	for _, r := range breadths {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.id, r.cause, r.end, r.summary, r.remedy)
	}
	b.WriteString(`
## Block lists

Each list has to prove first that it works (RFC 5782 section 5): its test entry is listed, 127.0.0.1 and a made-up label
are not, and no answer is a refusal code. Only our own addresses and domains are asked for. A list that a bounce names
is asked also when it is not in this table.

| zone | lists | IPv6 | weight | answers | source |
|---|---|---|---|---|---|
`)
	for _, z := range dnsbl.Zones() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", z.Name, kindOf(z), yesNo(z.IPv6), weightOf(z), codesOf(z), z.Source)
	}
	return b.String()
}

func calledFor(k check) string {
	name := func(reasons []classify.Reason) string {
		var list []string
		for _, r := range reasons {
			list = append(list, string(r))
		}
		slices.Sort(list)
		return strings.Join(slices.Compact(list), ", ")
	}
	switch {
	case k.reasons == nil && k.not != nil:
		return "everything but " + name(k.not)
	case k.reasons == nil:
		return "everything"
	}
	return name(k.reasons)
}

func kindOf(z dnsbl.Zone) string {
	switch {
	case z.Allow:
		return "addresses, allowed"
	case z.Domains:
		return "domains"
	}
	return "addresses"
}

func weightOf(z dnsbl.Zone) string {
	if z.Minor {
		return "low"
	}
	return "full"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func codesOf(z dnsbl.Zone) string {
	var list []string
	for _, c := range z.Codes {
		span := c.Low
		if z.Bits {
			span = "bit " + c.Low
		} else if c.High != c.Low {
			span += " to " + c.High
		}
		list = append(list, span+" "+c.Meaning)
	}
	return strings.Join(list, "; ")
}

// Tags are unique, belong to a check, and every check has a way to say that all is well and one that it does not know.
func TestTags(t *testing.T) {
	seen := map[Tag]bool{}
	ids := map[string]bool{}
	for _, k := range checks {
		if ids[k.id] || k.asks == "" || k.source == "" || k.probe == nil {
			t.Errorf("check %s is doubled or incomplete", k.id)
		}
		ids[k.id] = true
	}
	form := regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)
	for _, i := range tags {
		f := Finding{Tag: i.Tag}
		if seen[i.Tag] || !form.MatchString(string(i.Tag)) || !ids[f.Check()] || i.Prose == "" {
			t.Errorf("tag %s is doubled, misspelt or belongs to no check", i.Tag)
		}
		seen[i.Tag] = true
	}
}

// Every tag in the code stands in the table, and every tag of the table is used.
func TestTagsInCode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, i := range tags {
		known[string(i.Tag)] = false
	}
	var prefixes []string
	for _, k := range checks {
		prefixes = append(prefixes, k.id)
	}
	literal := regexp.MustCompile(`"((?:` + strings.Join(prefixes, "|") + `)\.[a-z0-9-]+)"`)
	for _, file := range files {
		if file == "tags.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(code), -1) {
			if _, ok := known[m[1]]; !ok {
				t.Errorf("%s: %s is not in the table", file, m[1])
			}
			known[m[1]] = true
		}
	}
	for tag, used := range known {
		check, what, _ := strings.Cut(tag, ".")
		built := strings.HasPrefix(check, "rbl-") && slices.Contains([]string{"refused", "broken", "dead", "unknown"}, what)
		if !used && !built {
			t.Errorf("%s is never used", tag)
		}
	}
}

func TestRules(t *testing.T) {
	ids, causes := map[string]bool{}, map[string]bool{}
	list := slices.Clone(rules)
	for _, b := range breadths {
		list = append(list, rule{id: b.id, cause: b.cause, end: b.end, summary: b.summary, plain: b.plain, remedy: b.remedy})
	}
	for _, r := range list {
		if ids[r.id] || causes[r.cause] || r.summary == "" || r.plain == "" || r.remedy == "" || r.end == "" {
			t.Errorf("rule %s is doubled or incomplete", r.id)
		}
		ids[r.id], causes[r.cause] = true, true
		for _, jargon := range []string{"DNS", "MX", "PTR", "SPF", "HELO", "SMTP", "TLS", "RCPT"} {
			if strings.Contains(r.plain, jargon) {
				t.Errorf("rule %s is not plain: %s", r.id, jargon)
			}
		}
	}
	for n := 1; n <= 18; n++ {
		if !ids[fmt.Sprintf("R%d", n)] {
			t.Errorf("R%d is missing", n)
		}
	}
}

func TestGeneric(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.25"), netip.MustParseAddr("2001:db8:1::beef")
	for _, test := range []struct {
		name string
		addr netip.Addr
		want bool
	}{
		{"mail.ours.example", v4, false},
		{"mx25.ours.example", v4, false},
		{"host-192-0-2-25.isp.example", v4, true},
		{"25.2.0.192.isp.example", v4, true},
		{"192000002025.isp.example", v4, true},
		{"c0000219.isp.example", v4, true},
		{"mail.dyn.isp.example", v4, true},
		{"p5.dsl.isp.example", v4, true},
		{"pool-3.isp.example", v4, true},
		{"client.isp.example", v4, true},
		{"dynamics.example", v4, false},
		{"mail.poolservice.example", v4, false},
		{"server2.ours.example", v4, false},
		{"mail.ours.example", v6, false},
		{"2001-db8-1-0-0-0-0-beef.isp.example", v6, true},
	} {
		if got := generic(test.name, test.addr); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{"192.0.2.25": true, "2001:db8::1": true, "10.1.2.3": false, "172.20.0.1": false,
		"192.168.1.1": false, "127.0.0.1": false, "100.64.0.1": false, "169.254.1.1": false, "0.0.0.0": false, "::1": false,
		"fe80::1": false, "fd00::1": false, "224.0.0.1": false, "255.255.255.255": false, "::ffff:10.0.0.1": false} {
		if isPublic(netip.MustParseAddr(addr)) != want {
			t.Errorf("%s: %v", addr, !want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":          "plain text",
		"\x1b[2Jboo\x07":      `\u001b[2Jboo\u0007`,
		"a\r\nb":              "a  b",
		"bad \xff byte":       `bad \xff byte`,
		"grüße":               "grüße",
		"\u202eright to left": `\u202eright to left`,
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := clean(strings.Repeat("é", 10000)); len(got) > maxText+10 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestNamedInText(t *testing.T) {
	for text, want := range map[string]string{
		"554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using bl.neighbours.example; see": "bl.neighbours.example",
		"550 192.0.2.25 is listed at zen.spamhaus.org (127.0.0.2)":                                         "zen.spamhaus.org",
		"550 found in dnsbl.a-list.example.":                                                               "dnsbl.a-list.example",
		"550 5.7.1 blocked by our policy":                                                                  "",
		"550 blocked by administrator. See www.there.example":                                              "",
	} {
		got := ""
		if m := zoneWording.FindStringSubmatch(text); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
