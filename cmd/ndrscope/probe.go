package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/spf13/pflag"

	"ndrscope/aggregate"
	"ndrscope/diagnose"
	"ndrscope/diagnose/tape"
)

// probeFlags say what may be asked, of whom, and from where.
type probeFlags struct {
	mode          string
	resolvers     []string
	reference     string
	egress        []string
	helo          string
	from          string
	ourHosts      []string
	smtp          bool
	smtpRecipient bool
	bind          string
	timeout       time.Duration
	deadline      time.Duration
	record        string
	replay        string
	keys          map[string]string

	config    diagnose.Config
	recording *os.File
}

func (f *probeFlags) register(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.resolvers, "resolver", nil, "our resolver, IP or IP:port; default: those of /etc/resolv.conf")
	flags.StringVar(&f.reference, "reference-resolver", "", "a resolver to compare ours with; default: ask the authoritative servers")
	flags.StringSliceVar(&f.egress, "egress", nil, "our sending address; default: as quoted by the bounces")
	flags.StringVar(&f.helo, "helo", "", "the name that we give in HELO; default: as quoted by the bounces")
	flags.StringVar(&f.from, "from", "", "the envelope sender to evaluate SPF with; default: as in the bounces")
	flags.BoolVar(&f.smtp, "smtp", false, "speak SMTP to the recipients' servers, up to MAIL FROM")
	flags.BoolVar(&f.smtpRecipient, "smtp-rcpt", false, "with --smtp: also ask one RCPT TO for each server; never DATA")
	flags.StringVar(&f.bind, "bind", "", "our address to speak SMTP from")
	flags.StringToStringVar(&f.keys, "list-key", nil, "zone=key of a block list that you pay for, such as zen.spamhaus.org=abc")
	flags.Lookup("list-key").DefValue = "" // help needs no "(default [])"
	flags.StringVar(&f.record, "record", "", "write every answer to this file")
	flags.StringVar(&f.replay, "replay", "", "take the answers from a file of --record and send nothing")
	flags.DurationVar(&f.timeout, "timeout", 3*time.Second, "how long one question may take")
	flags.DurationVar(&f.deadline, "deadline", time.Minute, "how long all probes together may take")
}

// check parses the flags' values into the probes' configuration.
func (f *probeFlags) check() error {
	if f.mode != "auto" && f.mode != "none" {
		return fmt.Errorf("--probe %q: want auto or none", f.mode)
	}
	var errs []error
	for _, text := range f.resolvers {
		addr, err := parseResolver(text)
		errs = append(errs, wrapFlag("resolver", text, err))
		f.config.Resolvers = append(f.config.Resolvers, addr)
	}
	if f.reference != "" {
		addr, err := parseResolver(f.reference)
		errs = append(errs, wrapFlag("reference-resolver", f.reference, err))
		f.config.Reference = addr
	}
	for _, text := range f.egress {
		addr, err := parseAddr(text)
		errs = append(errs, wrapFlag("egress", text, err))
		f.config.Egress = append(f.config.Egress, addr)
	}
	if f.bind != "" {
		addr, err := parseAddr(f.bind)
		errs = append(errs, wrapFlag("bind", f.bind, err))
		f.config.Bind = addr
	}
	if f.smtpRecipient && !f.smtp {
		errs = append(errs, errors.New("--smtp-rcpt needs --smtp"))
	}
	if f.record != "" && f.replay != "" {
		errs = append(errs, errors.New("--record and --replay exclude each other"))
	}
	if f.mode == "none" && (f.smtp || f.record != "" || f.replay != "") {
		errs = append(errs, errors.New("--probe none excludes --smtp, --record and --replay"))
	}
	if f.timeout <= 0 || f.deadline <= 0 {
		errs = append(errs, errors.New("--timeout and --deadline must be more than zero"))
	}
	return errors.Join(errs...)
}

func wrapFlag(name, value string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--%s %q: %w", name, value, err)
}

func parseAddr(text string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, errors.New("want an IP address")
	}
	return addr, nil
}

// parseResolver reads an IP address with an optional port.
func parseResolver(text string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddrPort(text); err == nil {
		return addr, nil
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.AddrPort{}, errors.New("want an IP address, with or without a port")
	}
	return netip.AddrPortFrom(addr, 53), nil
}

// prepare opens what the probes need, so that what is wrong with it is told before the input is read.
func (f *probeFlags) prepare(sys *system) error {
	cfg := &f.config
	cfg.Dialer = sys.dialer
	cfg.Now = sys.now
	cfg.HELO = f.helo
	cfg.From = f.from
	cfg.OurHosts = f.ourHosts
	cfg.SMTP, cfg.SMTPRecipient = f.smtp, f.smtpRecipient
	cfg.Keys = f.keys
	cfg.Timeout, cfg.Deadline = f.timeout, f.deadline
	var err error
	if cfg.Tape, err = f.tape(); err != nil {
		return err
	}
	if len(cfg.Resolvers) == 0 && f.replay == "" {
		if cfg.Resolvers, err = systemResolvers(sys.resolvConf); err != nil {
			return err
		}
	}
	if f.record != "" {
		// What an earlier run recorded is kept until there is something in its place.
		if f.recording, err = os.OpenFile(f.record, os.O_WRONLY|os.O_CREATE, 0o666); err != nil {
			return usageError{fmt.Errorf("--record: %w", err)}
		}
	}
	return nil
}

// tape is an empty one, or that of --replay.
func (f *probeFlags) tape() (*tape.Tape, error) {
	if f.replay == "" {
		return new(tape.Tape), nil
	}
	file, err := os.Open(f.replay)
	if err != nil {
		return nil, usageError{fmt.Errorf("--replay: %w", err)}
	}
	defer file.Close()
	t, err := tape.Read(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("--replay: %s: %w", f.replay, err)}
	}
	return t, nil
}

// run asks about the worst domains, and says on a terminal that this takes its time.
func (f *probeFlags) run(ctx context.Context, sys *system, analysis *aggregate.Analysis, top int, quiet bool) *diagnose.Result {
	if sys.stderrTerminal && !quiet {
		fmt.Fprintf(sys.stderr, "probing the worst domains, for %v at most ...", f.deadline)
		defer fmt.Fprint(sys.stderr, "\r\x1b[K")
	}
	return diagnose.Run(ctx, analysis, top, f.config)
}

// keep writes the answers to the file of --record.
func (f *probeFlags) keep() error {
	if f.recording == nil {
		return nil
	}
	_ = f.recording.Truncate(0) // a device has no size
	if err := errors.Join(f.config.Tape.Write(f.recording), f.recording.Close()); err != nil {
		return fmt.Errorf("--record: %w", err)
	}
	return nil
}

// systemResolvers are those that the machine itself uses: of more than three, resolv.conf(5) has the C library take the
// first three.
func systemResolvers(path string) ([]netip.AddrPort, error) {
	conf, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("no resolver: %w; name one with --resolver, or use --probe none", err)
	}
	var resolvers []netip.AddrPort
	const most = 3
	for _, server := range conf.Servers[:min(len(conf.Servers), most)] {
		addr, err := netip.ParseAddrPort(net.JoinHostPort(server, conf.Port))
		if err != nil {
			continue // a resolv.conf line that the system's own resolver ignores, too
		}
		resolvers = append(resolvers, addr)
	}
	if len(resolvers) == 0 {
		return nil, fmt.Errorf("no resolver: %s names none; name one with --resolver, or use --probe none", path)
	}
	return resolvers, nil
}
