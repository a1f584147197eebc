package main

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ndrscope/classify"
)

func newRules(sys *system) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List or check the rules that classify failures",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	list := &cobra.Command{
		Use:   "list",
		Short: "List every rule: id, layer, reason, source",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			out := bufio.NewWriter(sys.stdout)
			for _, r := range classify.Rules() {
				reason := string(r.Reason)
				if r.Detail != "" {
					reason += "/" + r.Detail
				}
				fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r.ID, r.Layer, reason, r.Source)
			}
			return out.Flush()
		},
	}
	lint := &cobra.Command{
		Use:   "lint [FILE]",
		Short: "Check the built-in rules, or a TOML file of your own beside them",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%q is too much: name one FILE", args[1])}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			in := inputFlags{}
			rules := classify.Rules()
			if len(args) == 1 {
				in.rules = args[0]
				own, err := in.ownRules()
				if err != nil {
					return err
				}
				rules = append(own, rules...)
			}
			problems := classify.Lint(rules)
			for _, p := range problems {
				fmt.Fprintln(sys.stdout, p)
			}
			if len(problems) > 0 {
				return errors.New("the rules have problems: see above")
			}
			_, err := fmt.Fprintf(sys.stdout, "%d rules, no problem\n", len(rules))
			return err
		},
	}
	cmd.AddCommand(list, lint)
	return cmd
}
