package mtalog

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzReader has the samples of all dialects as seeds. Whatever the bytes: no panic, the books balance, every event
// says what it is and where it comes from, and no other number of workers, nor counting, changes the sums.
func FuzzReader(f *testing.F) {
	paths, err := filepath.Glob("testdata/dialect/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".golden") {
			continue
		}
		log, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(log)
		for line := range bytes.Lines(log) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		Sniff(log)
		records := read(t, Options{Workers: 2}, string(log))
		for _, e := range allEvents(records) {
			if e.Kind == "" || e.Dialect == "" || e.Origin.Path == "" || e.Origin.Index < 1 || e.Origin.Format != e.Dialect {
				t.Fatalf("incomplete: %+v", e)
			}
			if e.Status != "" && e.StatusFrom == "" {
				t.Fatalf("status from nowhere: %+v", e)
			}
		}
		books := booksOf(records)
		counted := booksOf(read(t, Options{Workers: 1, CountDeliveries: true}, string(log)))
		if books != counted {
			t.Fatalf("books %+v, counted %+v", books, counted)
		}
	})
}
