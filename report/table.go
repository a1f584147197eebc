package report

import (
	"fmt"
	"io"
)

// Table writes the report for people: the answer, the domains, the evidence, the coverage.
func Table(w io.Writer, in Input, opt TableOptions) error {
	b := in.Analysis.Books
	_, err := fmt.Fprintf(w, "Read %d: %d understood, %d ignored, %d skipped.\n", b.Read(), b.Understood, b.Ignored, b.Skipped)
	return err
}
