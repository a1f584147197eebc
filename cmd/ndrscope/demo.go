package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ndrscope/diagnose"
	"ndrscope/lab"
	"ndrscope/report"
	"ndrscope/testdata"
)

func newDemo(sys *system) *cobra.Command {
	var out reportFlags
	cmd := &cobra.Command{
		Use:               "demo",
		Short:             "Play a real case in a small Internet inside the program: no network, no set-up",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return usageError{err}
			}
			story, err := testdata.Scenarios.ReadFile("scenario/story.txtar")
			if err != nil {
				return err
			}
			scenario, err := lab.Load(story)
			if err != nil {
				return err
			}
			analysis, err := scenario.Analysis(cmd.Context())
			if err != nil {
				return err
			}
			probes := diagnose.Run(cmd.Context(), analysis, out.top, scenario.Config())
			if out.format == "table" {
				fmt.Fprintln(sys.stdout, scenario.Story)
				fmt.Fprintln(sys.stdout)
			}
			in := report.Input{Analysis: analysis, Probes: probes, Top: out.top}
			if err := out.write(sys, in); err != nil || out.format == "json" || out.plain {
				return err
			}
			return report.Verdict(sys.stdout, in, out.columns(sys))
		},
	}
	out.register(cmd)
	return cmd
}
