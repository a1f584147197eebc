package mtalog

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ndrscope/parse"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDialects reads one sample of each dialect and envelope, and compares what it tells with a golden file.
func TestDialects(t *testing.T) {
	paths, err := filepath.Glob("testdata/dialect/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".golden") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			log, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dialect, ok := Sniff(log)
			if !ok {
				t.Error("not sniffed")
			}
			records := read(t, Options{}, string(log))
			books := booksOf(records)
			if n := bytes.Count(log, []byte("\n")); books.Lines != n {
				t.Errorf("%d lines in the books, want %d", books.Lines, n)
			}
			got := golden(t, dialect, books, records)
			goldenPath := path + ".golden"
			if *update {
				if err := os.WriteFile(goldenPath, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(goldenPath)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// golden shows the books, then what was told apart, then each event as a JSON line.
func golden(t *testing.T, dialect string, books parse.Books, records []parse.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	fmt.Fprintf(&out, "sniffed %s: %d lines, %d understood, %d ignored, %d skipped, %d events\n",
		dialect, books.Lines, books.Understood, books.Ignored, books.Skipped, books.Events)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, rec := range records {
		if rec.Subkind != "" {
			fmt.Fprintf(&out, "%s: %d\n", rec.Subkind, rec.Ignored)
		}
		if rec.Err != nil {
			fmt.Fprintf(&out, "%s: %v\n", rec.Origin, rec.Err)
		}
		for _, e := range rec.Events {
			if err := enc.Encode(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out.Bytes()
}
