package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ndrscope/classify"
	"ndrscope/report"
)

// explanation is what is said of one reply; its JSON form is described in docs/json.md.
type explanation struct {
	Input    string                 `json:"input"`
	Class    classify.Class         `json:"class"`
	Sentence string                 `json:"sentence"`
	Remedy   string                 `json:"remedy"`
	Source   string                 `json:"source"`
	Checks   []string               `json:"checks"`
	Losing   []classify.Alternative `json:"-"`
}

func newExplain(sys *system) *cobra.Command {
	var (
		in      inputFlags
		format  string
		verbose bool
	)
	cmd := &cobra.Command{
		Use:   "explain TEXT... | -",
		Short: "Say what an SMTP reply or DSN diagnostic means, at whose end, and what to do",
		Example: `  ndrscope explain "554 5.7.1 <foo@otherdomain.com>: Relay access denied"
  grep -oP 'said: \K.*' /var/log/mail.log | sort -u | ndrscope explain -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("no TEXT: give a reply in quotation marks, or - to read one from each line of standard input")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format %q: want text or json", format)}
			}
			classifier, err := in.classifier()
			if err != nil {
				return err
			}
			lines := []string{strings.Join(args, " ")}
			if len(args) == 1 && args[0] == "-" {
				if lines, err = readLines(sys); err != nil {
					return err
				}
			}
			explanations := []explanation{}
			for _, line := range lines {
				explanations = append(explanations, explain(classifier, line))
			}
			if format == "json" {
				enc := json.NewEncoder(sys.stdout)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(explanations)
			}
			for i, e := range explanations {
				if i > 0 {
					fmt.Fprintln(sys.stdout)
				}
				e.print(sys, verbose)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().StringVar(&in.rules, "rules", "", "a TOML file of your own rules, asked before the built-in ones")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the rules that lost, too")
	return cmd
}

func explain(c *classify.Classifier, line string) explanation {
	event := classify.Explain(line)
	class, losing := c.ClassifyVerbose(&event)
	e := explanation{
		Input:    line,
		Class:    class,
		Sentence: class.Sentence(),
		Remedy:   class.Remedy(),
		Source:   c.Source(class.Rule),
		Checks:   class.Checks(),
		Losing:   losing,
	}
	if e.Checks == nil {
		e.Checks = []string{}
	}
	return e
}

func (e explanation) print(sys *system, verbose bool) {
	reason := string(e.Class.Reason)
	if e.Class.Detail != "" {
		reason += " (" + e.Class.Detail + ")"
	}
	permanence := "trying again may help"
	if e.Class.Permanent {
		permanence = "permanent"
	}
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(sys.stdout, "%-8s %s\n", label, report.Printable(text))
		}
	}
	row("reply", e.Input)
	row("reason", reason+", "+permanence)
	row("end", report.EndInWords(e.Class.End))
	row("means", e.Sentence)
	if e.Class.Guessed() && e.Class.Rule != "" {
		row("but", "no rule knows these words: this goes by the codes alone")
	}
	row("do", e.Remedy)
	if e.Class.Rule != "" {
		row("rule", fmt.Sprintf("%s (confidence %.2f)", e.Class.Rule, e.Class.Confidence))
	}
	row("source", e.Source)
	row("probes", strings.Join(e.Checks, ", "))
	if verbose {
		for _, l := range e.Losing {
			row("lost", l.String())
		}
	}
}

// readLines reads the replies of standard input, one a line, without the empty ones.
func readLines(sys *system) ([]string, error) {
	const longest = 1 << 20
	var lines []string
	scanner := bufio.NewScanner(sys.stdin)
	scanner.Buffer(nil, longest)
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			lines = append(lines, line)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("standard input, after %d lines: %w", len(lines), err)
	}
	return lines, nil
}
