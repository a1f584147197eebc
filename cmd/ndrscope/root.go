package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

const inputHelp = `INPUT is a message (.eml, .msg), an mbox, a Maildir, a log, an archive or compressed file of these, a folder of any of
them, or - for standard input. What it is, is told from its content.`

func newRoot(sys *system) *cobra.Command {
	report := newReport(sys)
	root := &cobra.Command{
		Use:   "ndrscope [command] INPUT...",
		Short: "Say why mail bounced, at whose end, and what to do",
		Long: `ndrscope reads bounce messages and mail logs, groups the failures by recipient domain, probes MX, PTR, block lists
and SPF for the worst domains, and says what is wrong, at whose end, and what to do.

` + inputHelp + ` "ndrscope INPUT..." is short for
"ndrscope report INPUT...".

Probing sends DNS questions to your resolvers about the worst domains; --probe none sends nothing.`,
		Example: `  ndrscope demo
  ndrscope bounces.mbox
  ndrscope report --probe none --top 20 ~/Maildir/.Bounces /var/log/mail.log*
  ndrscope parse export.zip | jq -r 'select(.kind=="failure") | .recipient'`,
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			if err := misspelt(cmd, args); err != nil {
				return err
			}
			return report.RunE(cmd, args)
		},
	}
	root.Flags().AddFlagSet(report.Flags())
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(report, newParse(sys), newExplain(sys), newDiagnose(sys), newRules(sys), newDemo(sys))
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = func(_ *cobra.Command, args []string) error {
			if cmd, _, _ := root.Find(args); cmd == root {
				return noArgs(root, args)
			}
			return nil
		}
	}
	return root
}

// version is the module's version as built, or the commit of a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (version == "" || version == "(devel)") {
			return "devel " + s.Value
		}
	}
	return version
}
