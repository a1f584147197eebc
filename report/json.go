package report

import (
	"encoding/json"
	"io"
)

// JSON writes the report for programs; docs/json.md describes it, docs/report.schema.json is its schema.
func JSON(w io.Writer, in Input) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(in.Analysis.Books)
}
