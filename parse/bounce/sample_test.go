package bounce

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ndrscope/parse"
)

var update = flag.Bool("update", false, "write the golden files anew")

func samples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	return files
}

// TestSamples compares what every sample of testdata decodes to with the JSON beside it.
func TestSamples(t *testing.T) {
	for _, name := range samples(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		events, err := Decode(raw, parse.Origin{Path: filepath.Base(name), Format: "eml", Index: 1}, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		for _, e := range events {
			if err := enc.Encode(e); err != nil {
				t.Fatal(err)
			}
		}
		golden := strings.TrimSuffix(name, ".eml") + ".json"
		if *update {
			if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s: have\n%s\nwant\n%s", name, out.Bytes(), want)
		}
	}
}

// TestEveryDialectIsProven requires of each dialect in the list a sample that it wins, named after it.
func TestEveryDialectIsProven(t *testing.T) {
	won := map[*dialect][]string{}
	for _, name := range samples(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d := read(raw, Options{}).dialect()
		won[d] = append(won[d], filepath.Base(name))
	}
	for i := range dialects {
		d := &dialects[i]
		proven := false
		for _, file := range won[d] {
			proven = proven || strings.HasPrefix(file, d.name)
		}
		if !proven {
			t.Errorf("number %d of the list, %s: no sample; it wins %v", i, d.name, won[d])
		}
	}
}

// TestSampleRecipients requires that nobody but addresses of these domains is blamed: the samples keep all innocent
// addresses (senders, postmasters, Cc) elsewhere.
func TestSampleRecipients(t *testing.T) {
	for _, name := range samples(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		events, _ := Decode(raw, parse.Origin{Path: name, Index: 1}, Options{})
		for _, e := range events {
			if e.Kind != parse.Failure && e.Kind != parse.Delay {
				continue
			}
			if strings.HasSuffix(e.Recipient, "sender.example") || e.Recipient == "" {
				t.Errorf("%s: blames %q", name, e.Recipient)
			}
		}
	}
}
