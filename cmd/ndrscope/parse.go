package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"ndrscope/parse"
	"ndrscope/report"
)

func newParse(sys *system) *cobra.Command {
	var (
		in  inputFlags
		all bool
	)
	cmd := &cobra.Command{
		Use:   "parse INPUT...",
		Short: "Print every event as a JSON line",
		Long: `Print every event as a JSON line: one recipient, and one thing that happened.

` + inputHelp,
		Example: `  ndrscope parse bounces.mbox | jq -r 'select(.kind=="failure") | [.recipient, .class.reason] | @tsv'
  ndrscope parse --all Maildir/`,
		Args: atLeastOneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := in.check(sys); err != nil {
				return usageError{err}
			}
			classifier, err := in.classifier()
			if err != nil {
				return err
			}
			folder, err := in.unknownFolder()
			if err != nil {
				return err
			}
			defer folder.Close()
			out := bufio.NewWriter(sys.stdout)
			enc := report.NewJSONEncoder(out)
			var books parse.Books
			err = in.run(cmd.Context(), sys, args, func(rec parse.Record) error {
				books.Add(rec)
				classes, err := classifyAll(classifier, folder, rec.Events)
				if err != nil {
					return err
				}
				for i := range rec.Events {
					if rec.Events[i].Kind == parse.Ignored && !all {
						continue
					}
					line := report.Event{Event: &rec.Events[i]}
					if classes[i].Reason != "" {
						line.Class = &classes[i]
					}
					if err := enc.Encode(line); err != nil {
						return err
					}
				}
				return nil
			})
			if flushed := out.Flush(); err == nil {
				err = flushed
			}
			if cmd.Context().Err() != nil {
				return interrupted(cmd.Context())
			}
			if err == nil && books.Understood+books.Ignored == 0 {
				return nothingRead(args)
			}
			return err
		},
	}
	in.register(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "print messages that report nothing, too")
	return cmd
}
