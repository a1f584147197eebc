package lab

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"ndrscope/classify"
)

// Scenario is a case to solve: a network with something wrong in it, the failures that follow from it, and what is to
// be found. docs/lab.md describes the file format.
type Scenario struct {
	// Title is the first line of the file, Story all that stands before the first section.
	Title, Story string
	Net          *Net
	Host         *Host // our mail server
	Options      Options
	// Failures are what our mail server has to report: messages (.eml), logs (.log) and events (.jsonl).
	Failures []File
	Expect   Expectation

	resolvers []netip.AddrPort
	reference netip.AddrPort
}

// File is a named piece of a scenario.
type File struct {
	Name string
	Data []byte
}

// Options are what the user of ndrscope would say, and what our mail server is like.
type Options struct {
	Now                 time.Time
	Egress              []netip.Addr
	HELO, From          string
	SMTP, SMTPRecipient bool
	Bind                netip.Addr
	OurHosts            []string
	Top                 int
	Timeout, Deadline   time.Duration
}

// Expectation is what a careful mail administrator would conclude.
type Expectation struct {
	// Tags are those of faults and warnings that must be found; all others of these severities must not be.
	Tags []string
	// Unknown are the tags of what cannot be told; others may be unknown, too.
	Unknown []string
	// Verdicts by domain; "" is the verdict over all.
	Verdicts []Verdict
}

// Verdict is what is expected of one diagnosis.
type Verdict struct {
	Domain     string
	Rule       string       // "none": no rule may win; "*" or empty: any
	End        classify.End // empty: any
	Confidence float64      // at least
	Claims     []string     // one of these; none: any
}

// Load reads a scenario file, a txtar archive. Errors name the section and line.
func Load(data []byte) (*Scenario, error) {
	a := txtar.Parse(data)
	title, _, _ := strings.Cut(strings.TrimSpace(string(a.Comment)), "\n")
	l := &loader{files: a.Files, scenario: &Scenario{Title: title, Story: strings.TrimSpace(string(a.Comment))}}
	if err := l.load(); err != nil {
		return nil, err
	}
	return l.scenario, nil
}

// loader turns sections into a network, in the order in which these need each other.
type loader struct {
	files    []txtar.File
	scenario *Scenario
	tree     *dnsTree
	secure   []string  // zones
	defaults dnsFaults // of every DNS server: latency and loss
}

func (l *loader) load() error {
	l.scenario.Net = &Net{nameservers: map[netip.AddrPort]*nameserver{}, services: map[netip.AddrPort]service{},
		index: map[questionKey]int{}}
	for _, load := range []func() error{l.options, l.zones, l.servers, l.resolvers, l.smtp, l.https, l.expect} {
		if err := load(); err != nil {
			return err
		}
	}
	for _, f := range l.files {
		if name, ok := strings.CutPrefix(f.Name, "failures/"); ok {
			l.scenario.Failures = append(l.scenario.Failures, File{name, f.Data})
		} else if !known(f.Name) {
			return fmt.Errorf("unknown section %q", f.Name)
		}
	}
	return nil
}

func known(section string) bool {
	kind, _, _ := strings.Cut(section, "/")
	switch kind {
	case "options", "hosts", "zone", "servers", "lists", "resolver", "smtp", "https", "expect":
		return true
	}
	return false
}

// section is the text of a section, "" when it is absent.
func (l *loader) section(name string) string {
	for _, f := range l.files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// each calls a function with the sections of one kind, such as zone/NAME.
func (l *loader) each(kind string, do func(name, text string) error) error {
	for _, f := range l.files {
		if name, ok := strings.CutPrefix(f.Name, kind+"/"); ok {
			if err := do(name, string(f.Data)); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	return nil
}

// setting is one "key: value" line.
type setting struct {
	key, value string
	line       int
}

// settings reads "key: value" lines up to the first empty one; body is what follows that. "#" starts a comment line.
func settings(text string) (list []setting, body string, err error) {
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSpace(line)
		if line == "" {
			return list, text, nil
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("line %d: want key: value, not %q", n, line)
		}
		list = append(list, setting{strings.TrimSpace(key), strings.TrimSpace(value), n})
	}
	return list, "", nil
}

func (l *loader) options() error {
	o := &l.scenario.Options
	*o = Options{Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Top: 10, Timeout: time.Second,
		Deadline: 15 * time.Second}
	h := &Host{Net: l.scenario.Net, NAT: map[netip.Addr]netip.Addr{}}
	l.scenario.Host = h
	list, _, err := settings(l.section("options"))
	if err != nil {
		return fmt.Errorf("options: %w", err)
	}
	for _, s := range list {
		if err := l.option(s, o, h); err != nil {
			return fmt.Errorf("options: line %d: %w", s.line, err)
		}
	}
	if h.Addrs == nil {
		h.Addrs = append(h.Addrs, o.Egress...)
	}
	if h.Addrs == nil {
		h.Addrs = []netip.Addr{netip.MustParseAddr("192.0.2.25")}
	}
	l.scenario.Net.ca = newCA(o.Now)
	return nil
}

func (l *loader) option(s setting, o *Options, h *Host) (err error) {
	switch s.key {
	case "now":
		o.Now, err = time.Parse(time.RFC3339, s.value)
	case "egress":
		o.Egress, err = parseAddrs(s.value)
	case "addresses":
		h.Addrs, err = parseAddrs(s.value)
	case "nat":
		inside, outside, _ := strings.Cut(s.value, "->")
		var pair []netip.Addr
		if pair, err = parseAddrs(inside + " " + outside); err == nil && len(pair) == 2 {
			h.NAT[pair[0]] = pair[1]
		}
	case "blocked":
		for _, p := range strings.Fields(s.value) {
			var port uint16
			if _, err = fmt.Sscan(p, &port); err != nil {
				return err
			}
			h.Blocked = append(h.Blocked, port)
		}
	case "helo":
		o.HELO = s.value
	case "from":
		o.From = s.value
	case "smtp":
		o.SMTP, err = yes(s.value)
	case "smtp-rcpt":
		o.SMTPRecipient, err = yes(s.value)
	case "bind":
		o.Bind, err = netip.ParseAddr(s.value)
	case "our-hosts":
		o.OurHosts = strings.Fields(s.value)
	case "top":
		_, err = fmt.Sscan(s.value, &o.Top)
	case "timeout":
		o.Timeout, err = time.ParseDuration(s.value)
	case "deadline":
		o.Deadline, err = time.ParseDuration(s.value)
	case "seed":
		_, err = fmt.Sscan(s.value, &l.scenario.Net.Seed)
	case "secure":
		l.secure = strings.Fields(s.value)
	case "latency":
		l.defaults.latency, err = time.ParseDuration(s.value)
	case "loss":
		l.defaults.loss, err = share(s.value)
	default:
		err = fmt.Errorf("unknown option %q", s.key)
	}
	return err
}

func parseAddrs(text string) ([]netip.Addr, error) {
	var list []netip.Addr
	for _, f := range strings.Fields(text) {
		a, err := netip.ParseAddr(f)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func yes(value string) (bool, error) {
	switch value {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	return false, fmt.Errorf("want yes or no, not %q", value)
}

// share reads "30%" as 0.3.
func share(value string) (float64, error) {
	var percent float64
	if _, err := fmt.Sscanf(value, "%f%%", &percent); err != nil || percent < 0 || percent > 100 {
		return 0, fmt.Errorf("want a share such as 30%%, not %q", value)
	}
	return percent / 100, nil
}

// expect reads "tags: a b", "unknown: a b", "verdict DOMAIN: R1 sender 0.95" and "claim DOMAIN: mended since".
func (l *loader) expect() error {
	list, _, err := settings(l.section("expect"))
	if err != nil {
		return fmt.Errorf("expect: %w", err)
	}
	e := &l.scenario.Expect
	for _, s := range list {
		switch kind, domain, _ := strings.Cut(s.key, " "); kind {
		case "tags":
			e.Tags = append(e.Tags, strings.Fields(s.value)...)
		case "unknown":
			e.Unknown = append(e.Unknown, strings.Fields(s.value)...)
		case "verdict":
			v := Verdict{Domain: strings.TrimSpace(domain)}
			for i, word := range strings.Fields(s.value) {
				switch i {
				case 0:
					v.Rule = word
				case 1:
					v.End = classify.End(word)
				default:
					if _, err := fmt.Sscan(word, &v.Confidence); err != nil {
						return fmt.Errorf("expect: line %d: %q is no confidence", s.line, word)
					}
				}
			}
			e.Verdicts = append(e.Verdicts, v)
		case "claim":
			v := Verdict{Domain: strings.TrimSpace(domain)}
			for claim := range strings.SplitSeq(s.value, ",") {
				v.Claims = append(v.Claims, strings.TrimSpace(claim))
			}
			e.Verdicts = append(e.Verdicts, v)
		default:
			return fmt.Errorf("expect: line %d: unknown key %q", s.line, s.key)
		}
	}
	return nil
}
