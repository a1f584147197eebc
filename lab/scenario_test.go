package lab

import (
	"io/fs"
	"strings"
	"testing"

	"ndrscope/testdata"
)

// scenarios loads every file of testdata/scenario that ends in .txtar.
func scenarios(t *testing.T) map[string]*Scenario {
	t.Helper()
	all := map[string]*Scenario{}
	files, err := fs.Glob(testdata.Scenarios, "scenario/*.txtar")
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
		all[strings.TrimSuffix(strings.TrimPrefix(f, "scenario/"), ".txtar")] = s
	}
	return all
}

// TestScenariosAreRead follows every scenario's failures up to the groups: none may be lost on the way.
func TestScenariosAreRead(t *testing.T) {
	for name, s := range scenarios(t) {
		t.Run(name, func(t *testing.T) {
			a, err := s.Analysis(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if s.Title == "" || len(s.Failures) == 0 {
				t.Error("a scenario has a title and failures")
			}
			if len(a.Domains) == 0 || a.Unclassified > 0 || a.Books.Skipped > 0 {
				t.Errorf("%d domains, %d unclassified, %d skipped", len(a.Domains), a.Unclassified, a.Books.Skipped)
			}
			for _, d := range a.Domains {
				t.Log(d.Domain, d.Recipients, d.Reasons, d.RemoteHosts, d.LocalIPs, d.BlockLists, d.Senders)
			}
		})
	}
}
