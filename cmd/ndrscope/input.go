package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ndrscope/classify"
	"ndrscope/classify/unknown"
	"ndrscope/parse"
	"ndrscope/parse/bounce"
	"ndrscope/parse/ingest"
	"ndrscope/parse/source"
	"ndrscope/report"
)

// inputFlags say what is read and how it is understood; every command that reads INPUT has them.
type inputFlags struct {
	format     string
	ourDomains []string
	ourHosts   []string
	rules      string
	unknown    string
	quiet      bool
	since      string
	until      string
	window     window
	// countDeliveries is set by commands that need no event for each delivery.
	countDeliveries bool
}

func (f *inputFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "input-format", "", "do not sniff: read every INPUT as "+oneOf(ingest.Formats))
	flags.StringSliceVar(&f.ourDomains, "our-domain", nil, "a domain that we send for; bounces of other senders' mail are backscatter")
	flags.StringSliceVar(&f.ourHosts, "our-host", nil, "a host of ours, name or address, that sends mail")
	flags.StringVar(&f.rules, "rules", "", "a TOML file of your own rules, asked before the built-in ones")
	flags.StringVar(&f.unknown, "save-unknown", "", "a folder that gets one file for each wording that no rule knows, addresses redacted")
	flags.StringVar(&f.since, "since", "", "only what happened from then on: yesterday, 2h, 3d, 2026-11-20, RFC 3339")
	flags.StringVar(&f.until, "until", "", "only what happened before then")
	choices(cmd, "input-format", ingest.Formats...)
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no warnings about single items; the coverage line still counts them")
}

func atLeastOneInput(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("no INPUT: name a file, a folder, or - for standard input")}
	}
	return nil
}

// check parses the flags' values.
func (f *inputFlags) check(sys *system) error {
	if f.format != "" && !slices.Contains(ingest.Formats, f.format) {
		return fmt.Errorf("--input-format %q: want %s", f.format, oneOf(ingest.Formats))
	}
	var err, err2 error
	f.window.since, err = parseMoment(f.since, sys.now())
	f.window.until, err2 = parseMoment(f.until, sys.now())
	if w := f.window; err == nil && err2 == nil && !w.until.IsZero() && !w.since.Before(w.until) {
		return fmt.Errorf("--until %q is not after --since %q: there is no time between", f.until, f.since)
	}
	return errors.Join(wrapFlag("since", f.since, err), wrapFlag("until", f.until, err2))
}

func (f *inputFlags) classifier() (*classify.Classifier, error) {
	rules, err := f.ownRules()
	if err != nil {
		return nil, err
	}
	return classify.New(rules...)
}

// ownRules reads the file of --rules; without one there are none.
func (f *inputFlags) ownRules() ([]classify.Rule, error) {
	if f.rules == "" {
		return nil, nil
	}
	file, err := os.Open(f.rules)
	if err != nil {
		return nil, usageError{fmt.Errorf("rules: %w", err)}
	}
	defer file.Close()
	rules, err := classify.LoadTOML(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("rules: %s: %w", f.rules, err)}
	}
	return rules, nil
}

// unknownFolder is where --save-unknown keeps what no rule knows; nil without it.
func (f *inputFlags) unknownFolder() (*unknown.Folder, error) {
	if f.unknown == "" {
		return nil, nil
	}
	folder, err := unknown.Open(f.unknown)
	if err != nil {
		return nil, usageError{fmt.Errorf("save-unknown: %w", err)}
	}
	return folder, nil
}

// run reads all inputs, passes each record on and warns about what could not be read.
func (f *inputFlags) run(ctx context.Context, sys *system, inputs []string, yield func(parse.Record) error) error {
	opt := ingest.Options{
		Stdin:           sys.stdin,
		Format:          f.format,
		Now:             sys.now(),
		Bounce:          bounce.Options{OurDomains: f.ourDomains, OurHosts: f.ourHosts},
		CountDeliveries: f.countDeliveries && f.window.open(), // a count is of a whole hour
	}
	if slices.Contains(inputs, "-") {
		sys.invite()
	}
	bar := &progress{out: sys.stderr, now: sys.now}
	if sys.stderrTerminal && !f.quiet {
		bar.total = source.Size(inputs)
		opt.Progress = bar.add
		defer bar.clear()
	}
	return ingest.Run(ctx, inputs, opt, func(rec parse.Record) error {
		if rec.Err != nil && !f.quiet {
			bar.clear()
			wrong := strings.ReplaceAll(rec.Err.Error(), "\n", "; ")
			fmt.Fprintf(sys.stderr, "ndrscope: %s: %s\n", report.Printable(rec.Origin.String()), report.Printable(wrong))
		}
		return yield(f.window.cut(rec))
	})
}

// classifyAll classifies events and keeps those that no rule knows.
func classifyAll(c *classify.Classifier, unknown *unknown.Folder, events []parse.Event) ([]classify.Class, error) {
	classes := make([]classify.Class, len(events))
	for i := range events {
		classes[i] = c.Classify(&events[i])
		if err := unknown.Keep(&events[i], classes[i]); err != nil {
			return nil, fmt.Errorf("save-unknown: %w", err)
		}
	}
	return classes, nil
}

// oneOf lists the values that there are to choose from.
func oneOf(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

func nothingRead(inputs []string) error {
	if len(inputs) == 1 {
		return fmt.Errorf("nothing could be read of %s", report.Printable(inputs[0]))
	}
	return fmt.Errorf("nothing could be read of the %d inputs", len(inputs))
}
