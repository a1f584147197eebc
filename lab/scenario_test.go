package lab

import (
	"io/fs"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/testdata"
)

// scenarios loads every file of testdata/scenario with an extension.
func scenarios(t testing.TB, extension string) map[string]*Scenario {
	t.Helper()
	all := map[string]*Scenario{}
	files, err := fs.Glob(testdata.Scenarios, "scenario/*"+extension)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := fs.ReadFile(testdata.Scenarios, f)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Load(data)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		all[strings.TrimSuffix(strings.TrimPrefix(f, "scenario/"), extension)] = s
	}
	return all
}

// story is the scenario that "ndrscope demo" plays.
func story(t testing.TB) *Scenario {
	t.Helper()
	data, err := testdata.Scenarios.ReadFile("scenario/story.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStoryIsTold counts the story's recipients, so that its text and its messages agree.
func TestStoryIsTold(t *testing.T) {
	a, err := story(t).Analysis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refused, refusing, delivered := 0, 0, 0
	for _, d := range a.Domains {
		delivered += d.Delivered
		if d.Reasons[0].Reason == classify.RelayDenied {
			refused += d.Reasons[0].Count
			refusing++
		}
	}
	if a.Domains[0].Domain != "meridian-freight.example" || a.Domains[0].Bounced != 12 {
		t.Errorf("the largest customer comes first: %s with %d", a.Domains[0].Domain, a.Domains[0].Bounced)
	}
	if refusing != 4 || refused != 21 || delivered < 6 {
		t.Errorf("%d domains refuse %d recipients, %d are delivered", refusing, refused, delivered)
	}
}
