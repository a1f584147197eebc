package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"ndrscope/aggregate"
	"ndrscope/parse"
	"ndrscope/report"
)

func newReport(sys *system) *cobra.Command {
	var (
		in  inputFlags
		pr  probeFlags
		out reportFlags
	)
	cmd := &cobra.Command{
		Use:   "report INPUT...",
		Short: "Group failures by domain, probe the worst, give the verdict",
		Long: `Group failures by domain, probe the worst, give the verdict.

` + inputHelp + `

Probing sends DNS questions to your resolvers about the worst domains; --probe none sends nothing.`,
		Example: `  ndrscope report bounces.mbox
  ndrscope report --format json --top 0 export.tar.gz > report.json
  ndrscope report --resolver 192.0.2.53 --egress 203.0.113.7 /var/log/mail.log`,
		Args: atLeastOneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(in.check(sys), out.check(), pr.check()); err != nil {
				return usageError{err}
			}
			pr.ourHosts = in.ourHosts
			if pr.mode == "auto" {
				if err := pr.prepare(sys); err != nil {
					return err
				}
			}
			analysis, err := analyse(cmd.Context(), sys, &in, args)
			if err != nil {
				return err
			}
			result := report.Input{Analysis: analysis, Top: out.top, Interrupted: cmd.Context().Err() != nil}
			if pr.mode == "auto" && !result.Interrupted {
				result.Probes = pr.run(cmd.Context(), sys, analysis, out.top, in.quiet)
				err = pr.keep()
			}
			return errors.Join(out.write(sys, result), err, interrupted(cmd.Context()))
		},
	}
	in.countDeliveries = true
	in.register(cmd)
	pr.register(cmd.Flags())
	cmd.Flags().StringVar(&pr.mode, "probe", "auto", "auto: probe the worst domains; none: send nothing")
	choices(cmd, "probe", "auto", "none")
	out.register(cmd)
	return cmd
}

// analyse reads all input to the end, or to the interrupt: then it returns what is known so far.
func analyse(ctx context.Context, sys *system, in *inputFlags, args []string) (*aggregate.Analysis, error) {
	// The built-in rules take as long to compile as ten megabytes of log to read: both at once. The user's own can be
	// wrong, which is said before anything is read.
	classifier := sync.OnceValues(in.classifier)
	if in.rules == "" {
		go classifier()
	} else if _, err := classifier(); err != nil {
		return nil, err
	}
	// In path order, so that the same files give the same report however the shell lists them.
	args = slices.Sorted(slices.Values(args))
	folder, err := in.unknownFolder()
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	sum := aggregate.New()
	err = in.run(ctx, sys, args, func(rec parse.Record) error {
		c, err := classifier()
		if err != nil {
			return err
		}
		classes, err := classifyAll(c, folder, rec.Events)
		if err != nil {
			return err
		}
		sum.Add(rec, classes)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	analysis := sum.Analysis()
	if b := analysis.Books; b.Understood+b.Ignored == 0 && ctx.Err() == nil {
		return nil, nothingRead(args)
	}
	return analysis, nil
}

// interrupted is the error of a run that could not go to its end, after all that it knew was written.
func interrupted(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return errors.New("interrupted; this is what was known until then")
}

// reportFlags say how a report is written.
type reportFlags struct {
	format         string
	color          string
	top            int
	width          int
	plain, verbose bool
}

func (f *reportFlags) register(cmd *cobra.Command) {
	f.registerFormat(cmd)
	cmd.Flags().IntVar(&f.top, "top", 10, "how many domains to show and probe; 0 is all of them")
}

func (f *reportFlags) registerFormat(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "table", "table or json")
	flags.StringVar(&f.color, "color", "auto", "auto, always or never; NO_COLOR is respected")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show all evidence")
	flags.BoolVar(&f.plain, "plain", false, "only the verdicts, in words for a customer or a manager")
	flags.IntVar(&f.width, "width", 0, "columns of the table; 0 is the terminal's, or 80")
	choices(cmd, "format", "table", "json")
	choices(cmd, "color", "auto", "always", "never")
}

func (f *reportFlags) check() error {
	switch {
	case f.format != "table" && f.format != "json":
		return fmt.Errorf("--format %q: want table or json", f.format)
	case f.color != "auto" && f.color != "always" && f.color != "never":
		return fmt.Errorf("--color %q: want auto, always or never", f.color)
	case f.format == "json" && f.plain:
		return errors.New("--format json and --plain exclude each other")
	case f.top < 0:
		return fmt.Errorf("--top %d: want 0 or more", f.top)
	case f.width != 0 && (f.width < narrowest || f.width > widest):
		return fmt.Errorf("--width %d: want %d to %d", f.width, narrowest, widest)
	}
	return nil
}

func (f *reportFlags) write(sys *system, in report.Input) error {
	if f.format == "json" {
		return report.JSON(sys.stdout, in)
	}
	width := f.columns(sys)
	if f.plain {
		return report.Plain(sys.stdout, in, width)
	}
	_, terminal := sys.terminal()
	color := f.color == "always" || f.color == "auto" && terminal && sys.getenv("NO_COLOR") == "" && sys.getenv("TERM") != "dumb"
	return report.Table(sys.stdout, in, report.TableOptions{Width: width, Color: color, Verbose: f.verbose})
}

// Bounds of the columns that a report can have.
const (
	narrowest = 40
	widest    = 1000
)

// columns is how wide the report may be.
func (f *reportFlags) columns(sys *system) int {
	if f.width > 0 {
		return f.width
	}
	if width, terminal := sys.terminal(); terminal && width >= narrowest {
		return min(width, widest)
	}
	return 80
}
