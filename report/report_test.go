package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ndrscope/classify"
	"ndrscope/diagnose"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./report -update writes it anew); got:\n%s", path, got)
	}
}

func TestTable(t *testing.T) {
	for _, ex := range examples() {
		for _, width := range []int{40, 60, 80, 100, 140} {
			name := fmt.Sprintf("%s-%d.txt", ex.name, width)
			t.Run(name, func(t *testing.T) {
				var out bytes.Buffer
				if err := Table(&out, ex.in, TableOptions{Width: width}); err != nil {
					t.Fatal(err)
				}
				if width >= 80 {
					golden(t, name, out.Bytes())
				}
				for line := range strings.Lines(out.String()) {
					line = strings.TrimSuffix(line, "\n")
					if n := columns(line); n > width {
						t.Errorf("a line of %d columns, more than %d: %q", n, width, line)
					}
					if Printable(strings.TrimSpace(line)) != strings.Join(strings.Fields(line), " ") {
						t.Errorf("a line that is not safe to print: %q", line)
					}
				}
			})
		}
	}
}

// What a report says once, and how much of the evidence: all of it only with Verbose.
func TestVerbose(t *testing.T) {
	r := probes()
	evidence := func(asked ...string) (list []diagnose.Evidence) {
		for i, a := range asked {
			list = append(list, diagnose.Evidence{Asked: a, Answered: fmt.Sprintf("answer-%d", i), Server: "mx1.customer.example"})
		}
		return list
	}
	question := diagnose.Finding{Tag: "ptr.missing", Verdict: diagnose.Fault, Subject: "203.0.113.7", Evidence: evidence("1. PTR", "2. PTR", "3. PTR", "4. PTR")}
	talk := diagnose.Finding{Tag: "smtp.ok", Verdict: diagnose.OK, Subject: "mx1.customer.example",
		Evidence: evidence("connect to mx1", "EHLO us", "MAIL FROM:<>", "RCPT TO:<postmaster>", "QUIT")}
	r.Overall.Because = []diagnose.Finding{question, talk}
	r.Diagnoses[0].Because = r.Overall.Because
	for _, domain := range []string{"mistyped.example", "gone.example"} {
		r.Diagnoses = append(r.Diagnoses, diagnose.Diagnosis{
			Domain: domain, End: classify.Recipient, Summary: "The address does not exist.", Remedy: "Correct it.", RuledOut: r.Overall.RuledOut,
		})
	}
	in := Input{Analysis: customers().sum.Analysis(), Probes: r, Top: 10}
	for _, test := range []struct {
		verbose  bool
		has, not []string
	}{
		{false, []string{
			"The same cause as above\n  customer.example.\n",
			"  - mistyped.example, gone.example: The address does not exist. Correct it.\n",
			"1. PTR -> answer-0\n", "3. PTR -> answer-2\n      ... and 1 more answer (--verbose)\n",
			"MAIL FROM:<> -> answer-2\n", "RCPT TO:<postmaster> -> answer-3\n      ... and 3 more answers (--verbose)\n",
			"  - static-route (R3): The server that refused our mail is a mail server of",
		}, []string{"4. PTR", "EHLO us", "QUIT", "But: "}},
		{true, []string{
			"\ncustomer.example\n", "\nmistyped.example, gone.example\n", "4. PTR -> answer-3\n", "connect to mx1 -> answer-0\n", "QUIT -> answer-4\n",
			"(R3). But: The server that refused our",
		}, []string{"The same cause as above", "(--verbose)", "Nothing that probes could add"}},
	} {
		var out bytes.Buffer
		if err := Table(&out, in, TableOptions{Width: 100, Verbose: test.verbose}); err != nil {
			t.Fatal(err)
		}
		for _, s := range test.has {
			if !strings.Contains(out.String(), s) {
				t.Errorf("verbose %t: no %q in\n%s", test.verbose, s, out.String())
			}
		}
		for _, s := range test.not {
			if strings.Contains(out.String(), s) {
				t.Errorf("verbose %t: %q in\n%s", test.verbose, s, out.String())
			}
		}
	}
}

// Words for a manager: each verdict once, no evidence.
func TestPlain(t *testing.T) {
	r := probes()
	r.Diagnoses[1].Plain = "We do not know why they refuse our mail."
	also := r.Diagnoses[1]
	also.Domain = "strange.example"
	r.Diagnoses = append(r.Diagnoses, also)
	var out bytes.Buffer
	if err := Plain(&out, Input{Analysis: customers().sum.Analysis(), Probes: r, Top: 10}, 80); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	if strings.Contains(text, "relay-denied") || !strings.Contains(text, "At whose end, by the replies alone: 41 at the recipient, 4 on the way") {
		t.Errorf("no plain words, or not at whose end:\n%s", out.String())
	}
	if strings.Count(text, r.Overall.Plain) != 1 || !strings.HasSuffix(text, "odd.example, strange.example "+r.Diagnoses[1].Plain) {
		t.Errorf("got\n%s", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if columns(line) > 80 || strings.Contains(line, "PTR ->") || strings.Contains(line, "Because") {
			t.Errorf("a line of %d columns, or evidence: %q", columns(line), line)
		}
	}
}

// Colour adds escapes and changes nothing else.
func TestColor(t *testing.T) {
	for _, ex := range examples() {
		var plain, color bytes.Buffer
		if err := Table(&plain, ex.in, TableOptions{Width: 80}); err != nil {
			t.Fatal(err)
		}
		if err := Table(&color, ex.in, TableOptions{Width: 80, Color: true}); err != nil {
			t.Fatal(err)
		}
		stripped := color.String()
		for _, code := range []string{"\x1b[1m", "\x1b[2m", "\x1b[0m"} {
			stripped = strings.ReplaceAll(stripped, code, "")
		}
		if stripped != plain.String() {
			t.Errorf("%s: colour changes the text:\n%q\n%q", ex.name, stripped, plain.String())
		}
		if ex.name == "probed" && color.Len() == plain.Len() {
			t.Error("no colour at all")
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                           "plain",
		"":                                "",
		" two  words\r\n\tmore ":          "two words more",
		"\x1b[31mred\x1b[0m":              `\x1b[31mred\x1b[0m`,
		"bell\a del\x7f":                  `bell\x07 del\x7f`,
		"c1 \u009b31m":                    `c1 \u009b31m`,
		"bidi \u202egnp.exe":              `bidi \u202egnp.exe`,
		"isolate \u2066x\u2069":           `isolate \u2066x\u2069`,
		"zero\u200bwidth":                 `zero\u200bwidth`,
		"tag \U000e0041":                  `tag \U000e0041`,
		"bad \xff\xfe":                    `bad \xff\xfe`,
		"e" + strings.Repeat("\u0301", 6): "e\u0301\u0301\u0301\u0301" + `\u0301\u0301`,
		"Grüße 例え":                        "Grüße 例え",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("550 \x1b[2J\u202e \xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Printable(s)
		for _, r := range out {
			if r != ' ' && !unicode.IsPrint(r) {
				t.Fatalf("%q becomes %q with %U", s, out, r)
			}
		}
		if !utf8.ValidString(out) {
			t.Fatalf("%q becomes invalid %q", s, out)
		}
		for _, line := range wrap(out, 20) {
			if columns(line) > 20 {
				t.Fatalf("a line of %d columns: %q", columns(line), line)
			}
		}
		if c := cut(out, 10); columns(c) > 10 {
			t.Fatalf("cut to %d columns: %q", columns(c), c)
		}
		if c := cutHead(out, 10); columns(c) > 10 {
			t.Fatalf("cut to %d columns: %q", columns(c), c)
		}
	})
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		cut, want string
	}{
		{cut("mail.example.com", 16), "mail.example.com"},
		{cut("mail.example.com", 10), "mail.exam…"},
		{cutHead("mail.example.com", 10), "…ample.com"},
		{cut("例えば例えば", 6), "例え…"},
		{cutHead("例えば例えば", 6), "…えば"},
		{cut("ab cd", 4), "ab…"},
	} {
		if test.cut != test.want {
			t.Errorf("got %q, want %q", test.cut, test.want)
		}
	}
}
