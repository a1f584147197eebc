package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is the caller's mistake: exit status 2.
type usageError struct{ error }

// flagError says what is wrong with a flag in words for a person, and which one was perhaps meant.
func flagError(cmd *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		// Cobra knows which names resemble each other, but compares those of commands alone.
		names := &cobra.Command{}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		})
		err = fmt.Errorf("%w%s", err, perhaps("--", likely(names, unknown.GetSpecifiedName())))
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		want := map[string]string{
			"int":            "a whole number",
			"duration":       "a duration such as 30s or 2m",
			"bool":           "true or false",
			"stringToString": "zone=key",
		}[invalid.GetFlag().Value.Type()]
		if want != "" {
			err = fmt.Errorf("--%s %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
		}
	}
	return usageError{err}
}

// likely lists the commands below one whose names resemble a word.
func likely(cmd *cobra.Command, word string) []string {
	cmd.SuggestionsMinimumDistance = 2
	return cmd.SuggestionsFor(word)
}

// perhaps asks for the likeliest names; nothing where there is none.
func perhaps(before string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + before + strings.Join(names, " or "+before) + "?"
}

// choices completes a flag's value from those that there are.
func choices(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // no such flag
	}
}

// noArgs refuses arguments; where there are commands below, it says which was perhaps meant.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasAvailableSubCommands():
		return usageError{fmt.Errorf("%q is not a command of %s%s", args[0], cmd.CommandPath(), perhaps(cmd.CommandPath()+" ", likely(cmd, args[0])))}
	}
	return usageError{fmt.Errorf("%q is too much: %s takes no argument", args[0], cmd.CommandPath())}
}

// misspelt tells a command that does not exist from the INPUT that may stand in its place: a single word, and no file.
func misspelt(root *cobra.Command, args []string) error {
	word := args[0]
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return nil
	}
	if _, err := os.Lstat(word); err == nil {
		return nil
	}
	meant := likely(root, word)
	if len(meant) == 0 && len(args) > 1 {
		return nil // the other inputs are read
	}
	return usageError{fmt.Errorf("%q is neither a command nor a file%s", word, perhaps("ndrscope ", meant))}
}
