package classify

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"ndrscope/parse"
)

func mustNew(t testing.TB, extra ...Rule) *Classifier {
	t.Helper()
	c, err := New(extra...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every built-in rule has a source and is proven by data: each of its samples is won by it, none of its phrases is
// shadowed.
func TestLintBuiltIn(t *testing.T) {
	for _, p := range Lint(Rules()) {
		t.Error(p)
	}
}

// The order of rules never matters.
func TestShuffled(t *testing.T) {
	rules := Rules()
	want := mustNew(t)
	for seed := range uint64(3) {
		shuffled := Rules()
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, err := compile(shuffled)
		if err != nil {
			t.Fatal(err)
		}
		check := func(e parse.Event) {
			if a, b := want.Classify(&e), got.Classify(&e); a != b {
				t.Errorf("%q: %+v in one order, %+v in another", e.Diagnostic, a, b)
			}
		}
		for _, r := range rules {
			for _, s := range r.Samples {
				check(s.Event())
			}
			for _, phrase := range r.Text {
				check(r.shortest(phrase))
				check(Explain("550 " + phrase))
			}
		}
	}
}

// Two rules of one layer that hold on the same ground are a mistake; only ids would tell them apart.
func TestNoTies(t *testing.T) {
	c := mustNew(t)
	for _, r := range Rules() {
		for _, s := range r.Samples {
			e := s.Event()
			subject := c.read(&e)
			var all []candidate
			floor := 0
			c.candidates(&subject, func(k candidate) { all = append(all, k) }, &floor)
			best := candidate{rule: -1}
			for _, k := range all {
				if c.better(k, best) {
					best = k
				}
			}
			for _, k := range all {
				if k.rule != best.rule && k.score == best.score && c.rules[k.rule].Reason != c.rules[best.rule].Reason {
					t.Errorf("%q: %s and %s score the same", s.Text, c.rules[best.rule].ID, c.rules[k.rule].ID)
				}
			}
			c.scratch.Put(subject.scratch)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	c := mustNew(b)
	var events []parse.Event
	for _, r := range Rules() {
		for _, s := range r.Samples {
			events = append(events, s.Event())
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Classify(&events[i%len(events)])
	}
}

func FuzzClassify(f *testing.F) {
	c := mustNew(f)
	for _, r := range Rules() {
		for _, s := range r.Samples {
			f.Add(s.Text, s.Host, s.Command)
		}
	}
	f.Fuzz(func(t *testing.T, text, host, command string) {
		e := Explain(text)
		e.RemoteHost, e.Command = host, command
		class := c.Classify(&e)
		if MeaningOf(class.Reason).Reason != class.Reason || class.End == "" || class.Scope == "" || class.Confidence < 0 || class.Confidence > 1 {
			t.Errorf("%q: %+v is no class", text, class)
		}
		if again := c.Classify(&e); again != class {
			t.Errorf("%q: %+v, then %+v", text, class, again)
		}
		raw := parse.Event{Kind: parse.Failure, Diagnostic: text, Status: host, ReplyCode: command}
		c.Classify(&raw)
		if verbose, _ := c.ClassifyVerbose(&e); verbose != class {
			t.Errorf("%q: verbose %+v, else %+v", text, verbose, class)
		}
		Mask(text)
	})
}

// One classifier serves many goroutines.
func TestConcurrent(t *testing.T) {
	c := mustNew(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, r := range Rules() {
				for _, s := range r.Samples {
					e := s.Event()
					if got := c.Classify(&e); got.Rule != r.ID {
						t.Errorf("%q is won by %s, want %s", s.Text, got.Rule, r.ID)
					}
				}
			}
		})
	}
	wg.Wait()
}

// A text of any size is read within bounds, and what its beginning says counts.
func TestLongText(t *testing.T) {
	c := mustNew(t)
	for _, filler := range []string{"x ", "mailbox ", "a@b.example ", "é", "550-5.1.1 ", "<", "@", "\xff"} {
		e := parse.Event{Kind: parse.Failure, ReplyCode: "550", Diagnostic: "550 5.2.2 over quota " + strings.Repeat(filler, 1<<18)}
		if got := c.Classify(&e); got.Reason != MailboxFull {
			t.Errorf("%q: %s by %s", filler, got.Reason, got.Rule)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		mustNew(b)
	}
}

func TestGeneralReadingIsTrustedLess(t *testing.T) {
	c := mustNew(t)
	known := parse.Event{Kind: parse.Failure, Diagnostic: "550 5.1.1 User unknown", Dialect: "postfix", Origin: parse.Origin{Path: "x", Format: "eml", Index: 1}}
	general := known
	general.Dialect = ""
	a, b := c.Classify(&known), c.Classify(&general)
	if a.Reason != UserUnknown || b.Reason != UserUnknown || b.Confidence >= a.Confidence {
		t.Errorf("got %s %.2f with a dialect, %s %.2f without; want the same reason, trusted less", a.Reason, a.Confidence, b.Reason, b.Confidence)
	}
}
