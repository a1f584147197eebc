package classify

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reasons.md from the tables")

const reasonsPage = "../docs/reasons.md"

// docs/reasons.md is what the tables say: go test ./classify -run ReasonsPage -update
func TestReasonsPage(t *testing.T) {
	got := writeReasonsPage()
	if *update {
		if err := os.WriteFile(reasonsPage, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(reasonsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the tables say; run go test ./classify -run ReasonsPage -update", reasonsPage)
	}
}

func writeReasonsPage() []byte {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	rules := Rules()
	p("# Reasons\n\n")
	p("This page is written by the tests of package classify from its tables; change those instead.\n\n")
	p("A *reason* is why a delivery failed. *End* says at whose end the failure is: sender (us), recipient (the mailbox or\n")
	p("its owner), domain (their mail system), route (DNS or routing between us), message (this content). *Scope* says what\n")
	p("else fails alike: everything of that mailbox, domain, sender, address (ip), session or message. A rule may know better\n")
	p("than its reason. *Permanent* failures do not go away by trying again; a 4xx reply makes a failure at our end or on the\n")
	p("way temporary, but never revives a mailbox.\n\n")
	p("| reason | Sisimai | end | scope | permanent | what it means | what to do |\n|---|---|---|---|---|---|---|\n")
	for _, m := range Meanings {
		p("| [%s](#%s) | %s | %s | %s | %s | %s | %s |\n", m.Reason, m.Reason, m.Sisimai, m.End, m.Scope, yesNo(m.Permanent), m.Sentence, m.Remedy)
	}
	p("\n## How a reason is found\n\n")
	p("%d rules stand in layers. The highest layer that has something to say wins; within a layer the rule that says most:\n", len(rules))
	p("the longest phrase and the most conditions. The order of the rules never matters.\n\n")
	p("| layer | rules | what it knows | confidence |\n|---|---|---|---|\n")
	for _, l := range []struct {
		layer Layer
		knows string
	}{
		{UserLayer, "your own rules, `--rules FILE`"}, {ProviderLayer, "codes and words as one provider means them"},
		{WordingLayer, "what MTAs, filters and providers write, in any language"}, {StatusLayer, "the IANA registry of enhanced status codes, as of " + ianaDate},
		{HintLayer, "vague wordings; who is spoken of and what is said of it, a few words apart"}, {CodeLayer, "SMTP reply codes and status codes that say little"},
		{EmptyLayer, "texts that tell of a failure and no reason"},
	} {
		n := 0
		for _, r := range rules {
			if r.Layer == l.layer {
				n++
			}
		}
		p("| %s | %d | %s | %.2f |\n", l.layer, n, l.knows, l.layer.confidence())
	}
	p("\nPhrases are looked for in a normal form: lower case, accents off, one space for any white space, no quotation marks or\n")
	p("angle brackets, mail and IP addresses masked, codes that a multi-line reply repeats left out. A provider's rules hold\n")
	p("where the server spoken to, the text, or (where the server is not known) the reporting server or the recipient's domain\n")
	p("is the provider's.\n\n")
	p("## Your own rules\n\n")
	p("```toml\n[[rule]]\nid = \"partner-closed\"              # one word, unique\nreason = \"policy\"                  # a word of the table above\ntext = [\"gateway closed * hours\"]  # one of these; * is a gap\n```\n\n")
	p("Further conditions: `all`, `not` (phrases), `codes` (reply codes or their beginnings), `statuses` (`5.7.1`, `x.7.1`,\n")
	p("`5.7.606-649`), `commands` (`CONN`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `EOD`), `hosts` (suffixes of the server's name), `provider`.\n")
	p("Further results: `detail`, `end`, `scope`, `permanent`, `confidence`. `source` and `samples` are for `ndrscope rules lint FILE`.\n")
	for _, m := range Meanings {
		p("\n## %s\n\n%s %s\n", m.Reason, m.Sentence, m.Remedy)
		if checks := checksByReason[m.Reason]; len(checks) > 0 {
			p("\nChecks: %s.\n", strings.Join(checks, ", "))
		}
		var details []string
		for _, a := range advices {
			if a.reason == m.Reason {
				details = append(details, fmt.Sprintf("- **%s**: %s %s\n", a.detail, a.sentence, a.remedy))
			}
		}
		if len(details) > 0 {
			p("\n%s", strings.Join(details, ""))
		}
		mine := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.Reason != m.Reason })
		if len(mine) == 0 {
			continue
		}
		p("\n| rule | layer | for example |\n|---|---|---|\n")
		for _, r := range mine {
			p("| %s | %s | %s |\n", r.ID, r.Layer, cell(r.Samples[0].Text))
		}
	}
	p("\n## Block lists\n\nThe lists that replies name, and where an operator lets one look up an address.\n\n| list | zone | lookup |\n|---|---|---|\n")
	for _, l := range blockLists {
		p("| %s | %s | %s |\n", l.Name, l.Zone, strings.ReplaceAll(l.Lookup, "%s", "ADDRESS"))
	}
	return b.Bytes()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// cell is text as code in a table's cell.
func cell(text string) string {
	return "`" + strings.NewReplacer("|", "\\|", "`", "'").Replace(text) + "`"
}
