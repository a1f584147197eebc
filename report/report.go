// Package report writes an analysis for people (a table) and for programs (JSON).
package report

import (
	"ndrscope/aggregate"
	"ndrscope/diagnose"
)

// Input is what is reported.
type Input struct {
	Analysis *aggregate.Analysis
	// Probes is nil where nothing was probed.
	Probes *diagnose.Result
	// Top is the number of domains to list; 0 is all of them.
	Top int
	// Interrupted says that there was more to read.
	Interrupted bool
}

// TableOptions say how a table is drawn.
type TableOptions struct {
	Width int  // columns of the terminal
	Color bool // with ANSI escapes; nothing is told by colour alone
	// Verbose shows all evidence, and all findings of one kind.
	Verbose bool
}
