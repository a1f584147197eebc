package report

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/parse"
	"ndrscope/parse/ingest"
)

func schema(t *testing.T, of string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for _, name := range []string{"parse.schema.json", "report.schema.json"} {
		doc, err := jsonschema.FileLoader{}.Load("file://" + abs(t, filepath.Join("..", "docs", name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(of)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func abs(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// JSON is safe to show on a terminal, and means what was received.
func TestNewJSONEncoder(t *testing.T) {
	for _, text := range []string{"plain <a@b>", "é 例え 👍", "\x1b[2J \u009b31m \u202e \u200b \ufeff \U000e0041 \x7f", "\xff"} {
		var out bytes.Buffer
		if err := NewJSONEncoder(&out).Encode(text); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") {
			t.Errorf("%q: %s becomes %q, %v", text, out.Bytes(), back, err)
		}
		if line := strings.TrimSuffix(out.String(), "\n"); Printable(line) != line {
			t.Errorf("%q: not safe: %q", text, line)
		}
	}
	failing := NewJSONEncoder(fullDisk{})
	if failing.Encode("\u009b") == nil || failing.Encode("x") == nil {
		t.Error("an error of the writer is lost")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestJSON(t *testing.T) {
	schema := schema(t, "report.schema.json")
	for _, ex := range examples() {
		t.Run(ex.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := JSON(&out, ex.in); err != nil {
				t.Fatal(err)
			}
			golden(t, ex.name+".json", out.Bytes())
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("not by docs/report.schema.json: %v", err)
			}
			var got struct {
				Coverage struct{ Read, Events, Ignored, Skipped, Messages, Lines int }
				Total    struct {
					Recipients, Bounced, Expired, Pending int
					Delivered                             *int
				}
			}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if c := got.Coverage; c.Read != c.Events+c.Ignored+c.Skipped || c.Read != c.Messages+c.Lines {
				t.Errorf("coverage does not add up: %+v", c)
			}
			sum := got.Total.Bounced + got.Total.Expired + got.Total.Pending
			if got.Total.Delivered != nil {
				sum += *got.Total.Delivered
			}
			if sum != got.Total.Recipients {
				t.Errorf("outcomes do not add up: %+v", got.Total)
			}
		})
	}
}

// A schema that lets everything pass proves nothing.
func TestSchemaIsStrict(t *testing.T) {
	schema := schema(t, "report.schema.json")
	var out bytes.Buffer
	if err := JSON(&out, examples()[0].in); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(doc map[string]any){
		"unknown field":  func(doc map[string]any) { doc["more"] = 1 },
		"missing field":  func(doc map[string]any) { delete(doc, "findings") },
		"null list":      func(doc map[string]any) { doc["providers"] = nil },
		"negative count": func(doc map[string]any) { doc["coverage"].(map[string]any)["read"] = -1 },
		"unknown reason": func(doc map[string]any) {
			doc["domains"].([]any)[0].(map[string]any)["reasons"].([]any)[0].(map[string]any)["reason"] = "bad-luck"
		},
		"sample without source": func(doc map[string]any) {
			delete(doc["domains"].([]any)[0].(map[string]any)["samples"].([]any)[0].(map[string]any), "source")
		},
	} {
		var doc map[string]any
		if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Fatal(err)
		}
		spoil(doc)
		if schema.Validate(doc) == nil {
			t.Errorf("%s: passes the schema", name)
		}
	}
}

// Real messages and logs, read and classified, are as docs/parse.schema.json says: each event, and the report of all.
func TestCorpusBySchema(t *testing.T) {
	const corpus = "../../shared/corpus"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus beside the project")
	}
	classifier, err := classify.New()
	if err != nil {
		t.Fatal(err)
	}
	schema, whole := schema(t, "parse.schema.json"), schema(t, "report.schema.json")
	sum := aggregate.New()
	events := 0
	err = ingest.Run(t.Context(), []string{corpus}, ingest.Options{Now: start}, func(rec parse.Record) error {
		classes := make([]classify.Class, len(rec.Events))
		for i := range rec.Events {
			event := Event{Event: &rec.Events[i]}
			if event.Kind != parse.Ignored {
				classes[i] = classifier.Classify(event.Event)
				event.Class = &classes[i]
			}
			line, err := json.Marshal(event)
			if err != nil {
				return err
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				return err
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%v: %s", err, line)
			}
			events++
		}
		sum.Add(rec, classes)
		return nil
	})
	if err != nil || events == 0 {
		t.Fatalf("%d events, error %v", events, err)
	}
	var out bytes.Buffer
	if err := JSON(&out, Input{Analysis: sum.Analysis()}); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Validate(doc); err != nil {
		t.Error(err)
	}
	for _, width := range []int{80, 200} {
		var table bytes.Buffer
		if err := Table(&table, Input{Analysis: sum.Analysis()}, TableOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(table.String()) {
			if n := columns(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("a line of %d columns, more than %d: %q", n, width, line)
			}
		}
	}
}
