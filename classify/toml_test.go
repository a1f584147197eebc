package classify

import (
	"strings"
	"testing"
)

func TestLoadTOML(t *testing.T) {
	rules, err := LoadTOML(strings.NewReader(`# ours
[[rule]]
id = "partner-closed"
reason = "policy"
end = "domain"
permanent = false
hosts = ["partner.example"]
text = ["gateway closed * office hours"]
samples = ["550 gateway closed outside of office hours"]

[[rule]]
id = "unknown-here"
reason = "user-unknown"
codes = ["550"]
statuses = ["5.7.900-909"]
`))
	if err != nil {
		t.Fatal(err)
	}
	c := mustNew(t, rules...)
	e := Explain("550 5.1.1 User unknown: gateway closed outside of office hours")
	e.RemoteHost = "mx.partner.example"
	if got := c.Classify(&e); got.Rule != "partner-closed" || got.End != Domain || got.Permanent || got.Confidence != 1 {
		t.Errorf("%+v", got)
	}
	e.RemoteHost = "mx.notpartner.example"
	if got := c.Classify(&e); got.Rule == "partner-closed" {
		t.Error("the host of the rule is not at a label boundary")
	}
	e = Explain("550 5.7.905 x")
	if got := c.Classify(&e); got.Rule != "unknown-here" {
		t.Errorf("%+v", got)
	}
}

// A wrong file is refused as a whole, with line and reason.
func TestLoadTOMLErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"[[rule]]\nid = \"a\"\nreason = \"no-such\"\ntext = [\"x y\"]", `line 1: rule "a": there is no reason "no-such"`},
		{"\n[[rule]]\nid = \"a\"\nreason = \"spam\"\nphrase = [\"x\"]\ncodes = [\"5\"]", `line 5: "phrase" is no key of a rule`},
		{"[[rule]]\nid = a", "line 2:"},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"", "it has no condition"},
		{"[[rule]]\nreason = \"spam\"\ncodes = [\"5\"]", "id must be one word"},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\ncodes = [\"7\"]", `code "7"`},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\nstatuses = [\"5.7\"]", `status "5.7"`},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\nstatuses = [\"5.7.9-3\"]", `status "5.7.9-3"`},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\nend = \"us\"\ncodes = [\"5\"]", `there is no end "us"`},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\nprovider = \"nobody\"", `there is no provider "nobody"`},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\ntext = [\"a@b.example\"]", "nothing but an address"},
		{"[[rule]]\nid = \"a\"\nreason = \"spam\"\ncodes = [\"5\"]\n[[rule]]\nid = \"a\"\nreason = \"spam\"\ncodes = [\"4\"]", "line 5: rule \"a\": the rule at line 1 has the same id"},
		{"[[rules]]\nid = \"a\"", `line 1: "rules" is no key`},
	} {
		rules, err := LoadTOML(strings.NewReader(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
		if rules != nil {
			t.Errorf("%q: rules beside an error", tt.text)
		}
	}
}

// Lint says what is wrong with rules that load.
func TestLint(t *testing.T) {
	ok := Rule{ID: "a", Layer: UserLayer, Reason: Spam, Text: []string{"frobnicate"}, Source: "x", Samples: said("550 frobnicate")}
	for _, tt := range []struct {
		name  string
		rules []Rule
		want  string
	}{
		{"fine", []Rule{ok}, ""},
		{"same id", []Rule{ok, ok}, "another rule of that id"},
		{"invalid", []Rule{{ID: "b", Layer: UserLayer, Reason: "x", Text: []string{"y y"}}}, "no reason"},
		{"no source", []Rule{{ID: "b", Layer: UserLayer, Reason: Spam, Text: []string{"y y"}, Samples: said("y y")}}, "no source"},
		{"no sample", []Rule{{ID: "b", Layer: UserLayer, Reason: Spam, Text: []string{"y y"}, Source: "x"}}, "no sample"},
		{"sample lost", []Rule{ok, {ID: "b", Layer: HintLayer, Reason: Virus, Text: []string{"plugh"}, Source: "x", Samples: said("frobnicate plugh")}}, `is won by "a"`},
		{"shadowed", []Rule{ok, {ID: "b", Layer: HintLayer, Reason: Virus, Text: []string{"frobnicate", "plugh"}, Source: "x", Samples: said("plugh")}}, `always won by "a"`},
	} {
		problems := Lint(tt.rules)
		if tt.want == "" && len(problems) > 0 {
			t.Errorf("%s: %v", tt.name, problems)
		}
		if tt.want != "" && (len(problems) == 0 || !strings.Contains(problems[0].String(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, problems, tt.want)
		}
	}
}

func TestVerbose(t *testing.T) {
	c := mustNew(t)
	e := Explain("550 5.1.1 User unknown; spam")
	class, losers := c.ClassifyVerbose(&e)
	if class != c.Classify(&e) {
		t.Errorf("%+v is not what Classify says", class)
	}
	if len(losers) < 3 {
		t.Fatalf("only %d losing rules", len(losers))
	}
	for i, l := range losers {
		if l.Rule.ID == class.Rule || l.Class.Rule != l.Rule.ID || l.String() == "" {
			t.Errorf("loser %d: %+v", i, l.Class)
		}
		if i > 0 && l.Rule.Layer > losers[i-1].Rule.Layer {
			t.Errorf("loser %d is of a higher layer than the one before", i)
		}
	}
}
