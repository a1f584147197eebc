// Command ndrscope reads bounce messages and MTA logs, says what went wrong, at whose end, and what to do.
//
// Output rules: data goes to stdout, progress and warnings to stderr. Exit status: 0 done, 1 could not do the job,
// 2 wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"ndrscope/diagnose"
	"ndrscope/report"
)

func main() {
	fillHeap()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:], hostSystem()))
}

// system is all of the outside world that the commands touch.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	getenv         func(string) string
	dialer         diagnose.Dialer
	// resolvConf is the file that names the machine's own resolvers.
	resolvConf string
	// width of stdout in columns, and whether it is a terminal.
	terminal func() (width int, ok bool)
	// stdinTerminal is whether a person is to type what is read from stdin.
	stdinTerminal bool
	// stderrTerminal is whether a person sees what is written to stderr.
	stderrTerminal bool
}

func hostSystem() *system {
	return &system{
		stdin:      os.Stdin,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
		now:        time.Now,
		getenv:     os.Getenv,
		dialer:     &net.Dialer{},
		resolvConf: "/etc/resolv.conf",
		terminal: func() (int, bool) {
			width, _, err := term.GetSize(int(os.Stdout.Fd()))
			return width, err == nil
		},
		stdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
}

// invite says that something is to be typed, where nobody would know it.
func (sys *system) invite() {
	if sys.stdinTerminal {
		fmt.Fprintln(sys.stderr, "ndrscope: reading what you type or paste; end it with Ctrl-D on a line of its own")
	}
}

func run(ctx context.Context, args []string, sys *system) int {
	root := newRoot(sys)
	root.SetArgs(args)
	root.SetIn(sys.stdin)
	root.SetOut(sys.stdout)
	root.SetErr(sys.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(sys.stderr, "ndrscope: "+report.Printable(line))
	}
	if usage := (usageError{}); errors.As(err, &usage) {
		fmt.Fprintf(sys.stderr, "Try: %s --help\n", cmd.CommandPath())
		return 2
	}
	return 1
}
