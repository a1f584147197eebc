package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRecorded reads what the servers of TestE2E wrote when they last ran with -update.
func TestRecorded(t *testing.T) {
	folders, err := filepath.Glob("testdata/*/truth.tsv")
	if err != nil || len(folders) == 0 {
		t.Fatal("no recordings: ", err)
	}
	for _, path := range folders {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, recorded := readTruth(t, string(text))
			r := recording{at: recorded}
			if r.log, err = os.ReadFile(filepath.Join(dir, "mail.log")); err != nil {
				t.Fatal(err)
			}
			if r.bounces, err = os.ReadFile(filepath.Join(dir, "bounces.mbox")); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			check(t, want, r)
		})
	}
}
