// Package testdata embeds the scenarios, for the tests of several packages and for "ndrscope demo".
package testdata

import "embed"

// Scenarios holds the files scenario/*.txtar, described in docs/lab.md.
//
//go:embed scenario
var Scenarios embed.FS
