package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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

var noText = usageError{errors.New("no TEXT: give a reply in quotation marks, or - to read one from each line of standard input")}

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
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return noText
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format %q: want text or json", format)}
			}
			text := strings.Join(args, " ")
			if strings.TrimSpace(text) == "" {
				return noText
			}
			classifier, err := in.classifier()
			if err != nil {
				return err
			}
			explanations := []explanation{}
			out := bufio.NewWriter(sys.stdout)
			first := true
			each := func(text string) error {
				e := explain(classifier, text)
				if format == "json" {
					explanations = append(explanations, e)
					return nil
				}
				if !first {
					fmt.Fprintln(out)
				}
				first = false
				e.print(out, verbose)
				return out.Flush() // what comes through a pipe is explained as it comes
			}
			if text == "-" {
				sys.invite()
				err = eachLine(sys.stdin, each)
			} else {
				err = each(text)
			}
			if format == "json" {
				enc := report.NewJSONEncoder(sys.stdout)
				enc.SetIndent("", "  ")
				err = errors.Join(err, enc.Encode(explanations))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	choices(cmd, "format", "text", "json")
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

func (e explanation) print(w io.Writer, verbose bool) {
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
			fmt.Fprintf(w, "%-8s %s\n", label, report.Printable(text))
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

// eachLine passes on the lines that are not empty.
func eachLine(r io.Reader, yield func(string) error) error {
	const longest = 1 << 20
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, longest)
	n := 0
	for ; scanner.Scan(); n++ {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			if err := yield(line); err != nil {
				return err
			}
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d bytes", n+1, longest)
	}
	return scanner.Err()
}
