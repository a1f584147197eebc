package lab

import (
	_ "embed"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/tools/txtar"
)

// commonInternet holds what exists whether or not a scenario speaks of it: zones and servers that everybody knows.
//
//go:embed internet.txtar
var commonInternet []byte

func (l *loader) common() *loader {
	return &loader{files: txtar.Parse(commonInternet).Files, scenario: l.scenario, tree: l.tree}
}

// zones builds the DNS from the sections zone/NAME, zone/NAME@SERVER, hosts and lists.
func (l *loader) zones() error {
	var zones []*zone
	views := map[string]map[string]*zone{}
	reverse := map[string]*zone{}
	for _, from := range []*loader{l, l.common()} {
		err := from.each("zone", func(name, text string) error {
			apex, server, isView := strings.Cut(name, "@")
			z, err := parseZone(apex, l.expand(text))
			if err != nil {
				return err
			}
			switch {
			case isView:
				if views[z.apex] == nil {
					views[z.apex] = map[string]*zone{}
				}
				views[z.apex][dns.CanonicalName(server)] = z
			case !slices.ContainsFunc(zones, func(have *zone) bool { return have.apex == z.apex }):
				zones = append(zones, z)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := addHosts(reverse, from.section("hosts")); err != nil {
			return fmt.Errorf("hosts: %w", err)
		}
	}
	for _, z := range reverse {
		if !slices.ContainsFunc(zones, func(have *zone) bool { return have.apex == z.apex }) {
			zones = append(zones, z)
		}
	}
	for _, z := range zones {
		z.secure = slices.Contains(l.secure, strings.TrimSuffix(z.apex, "."))
	}
	lists, err := blockLists(l.section("lists"))
	if err != nil {
		return fmt.Errorf("lists: %w", err)
	}
	l.tree = newTree(zones, lists)
	l.tree.views = views
	l.scenario.Net.tree = l.tree
	return nil
}

// placeholder is $TLSA(host): the data of a TLSA record for the certificate that the lab makes for a host.
var placeholder = regexp.MustCompile(`\$TLSA\(([^)]+)\)`)

func (l *loader) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		host := placeholder.FindStringSubmatch(p)[1]
		return tlsa(l.scenario.Net.ca.certificate(certValid, host))
	})
}

// addHosts writes PTR records for lines "ADDRESS NAME...", into one reverse zone for a /24 or a /64.
func addHosts(zones map[string]*zone, text string) error {
	for n, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		a, err := netip.ParseAddr(fields[0])
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		name, err := dns.ReverseAddr(a.String())
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		labels := 1
		if a.Is6() {
			labels = 16
		}
		apex := strings.Join(strings.Split(name, ".")[labels:], ".")
		if zones[apex] == nil {
			zones[apex] = newZone(apex)
			zones[apex].complete()
		}
		for _, host := range fields[1:] { // an address without a name gives an existing, empty zone
			zones[apex].add(ptrRecord(name, dns.Fqdn(host)))
		}
	}
	return nil
}

// blockLists reads lines "ZONE STATE", "ZONE lists WHAT ANSWER..." and "ZONE refuses CLIENT..."; lists that are not
// mentioned are healthy. A zone that is not among the common ones springs into being.
func blockLists(text string) ([]*blockList, error) {
	var lists []*blockList
	for _, c := range commonLists {
		lists = append(lists, newBlockList(c.zone, c.domains, c.answer))
	}
	for n, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		i := slices.IndexFunc(lists, func(b *blockList) bool { return b.apex == dns.CanonicalName(fields[0]) })
		if i < 0 {
			i = len(lists)
			lists = append(lists, newBlockList(fields[0], false, "127.0.0.2"))
		}
		switch {
		case len(fields) == 2 && slices.Contains(listStates, listState(fields[1])):
			lists[i].state = listState(fields[1])
		case len(fields) > 3 && fields[1] == "lists":
			answers, err := parseAddrs(strings.Join(fields[3:], " "))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			lists[i].list(fields[2], answers)
		case len(fields) > 2 && fields[1] == "refuses":
			clients, err := parseAddrs(strings.Join(fields[2:], " "))
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			lists[i].refuse = clients
		default:
			return nil, fmt.Errorf("line %d: cannot read %q", n+1, line)
		}
	}
	return lists, nil
}

// servers reads lines "HOST FAULT..." about authoritative servers, and starts all of these. "lame ZONE" makes a
// server refuse a zone that is delegated to it.
func (l *loader) servers() error {
	for n, line := range strings.Split(l.section("servers"), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		host := dns.CanonicalName(fields[0])
		if l.tree.addrs[host] == nil {
			return fmt.Errorf("servers: line %d: %s is the name server of no zone", n+1, fields[0])
		}
		f := l.defaults
		for _, word := range fields[1:] {
			key, value, _ := strings.Cut(word, "=")
			if key == "lame" {
				l.tree.lame[host] = append(l.tree.lame[host], dns.CanonicalName(value))
				continue
			}
			if err := f.set(key, value); err != nil {
				return fmt.Errorf("servers: line %d: %w", n+1, err)
			}
		}
		l.tree.faults[host] = f
	}
	l.tree.refine()
	for addr, a := range l.tree.authorities {
		l.listen(netip.AddrPortFrom(addr, 53), a.answer, l.defaults)
	}
	for host, f := range l.tree.faults {
		for _, a := range l.tree.addrs[host] {
			l.scenario.Net.nameservers[netip.AddrPortFrom(a, 53)].faults = f
		}
	}
	return nil
}

func (l *loader) listen(at netip.AddrPort, answer func(*dns.Msg, netip.Addr) *dns.Msg, f dnsFaults) {
	l.scenario.Net.nameservers[at] = &nameserver{net: l.scenario.Net, at: at, answer: answer, faults: f}
}

// set is one fault as scenarios write it: a key and a value.
func (f *dnsFaults) set(key, value string) (err error) {
	fault := dnsFault(value)
	switch key {
	case "all", "reverse", "tcp":
		if !slices.Contains(knownFaults, fault) {
			return fmt.Errorf("unknown fault %q", value)
		}
	}
	switch key {
	case "edns":
		if fault != faultFormErr && fault != faultSilent {
			return fmt.Errorf("unknown fault %q", value)
		}
		f.edns = fault
	case "all":
		f.all = fault
	case "reverse":
		f.reverse = fault
	case "tcp":
		f.tcp = fault
	case "below": // NAME FAULT
		name, what, _ := strings.Cut(value, " ")
		if !slices.Contains(knownFaults, dnsFault(what)) {
			return fmt.Errorf("unknown fault %q", what)
		}
		f.below = append(f.below, nameFault{dns.CanonicalName(name), dnsFault(what)})
	case "share":
		f.share, err = share(value)
	case "truncate":
		f.truncate, err = yes(value)
	case "lie":
		f.lie, err = netip.ParseAddr(value)
	case "latency":
		f.latency, err = time.ParseDuration(value)
	case "loss":
		f.loss, err = share(value)
	default:
		err = fmt.Errorf("unknown fault %q", key)
	}
	return err
}

// resolvers starts those of the sections resolver/NAME. Names that begin with "ours" are those of our mail server,
// "reference" is the one that is trusted; others are there for SMTP servers to use. Without one of ours there is a
// healthy one at 198.51.100.53.
func (l *loader) resolvers() error {
	err := l.each("resolver", func(name, text string) error {
		list, records, err := settings(text)
		if err != nil {
			return err
		}
		f, at := l.defaults, netip.AddrPort{}
		for _, s := range list {
			if s.key == "address" {
				at, err = parseAddrPort(s.value, 53)
			} else {
				err = f.set(s.key, s.value)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", s.line, err)
			}
		}
		if !at.IsValid() {
			return fmt.Errorf("a resolver needs an address")
		}
		r := &resolver{tree: l.tree, at: at.Addr()}
		if strings.TrimSpace(records) != "" {
			if r.override, err = readZone(".", records); err != nil {
				return err
			}
		}
		if l.scenario.Net.nameservers[at] == nil {
			l.listen(at, r.answer, f)
			l.scenario.name(name, at)
		}
		return nil
	})
	if ours := netip.MustParseAddrPort("198.51.100.53:53"); err == nil && l.scenario.resolvers == nil {
		l.listen(ours, (&resolver{tree: l.tree, at: ours.Addr()}).answer, l.defaults)
		l.scenario.name("ours", ours)
	}
	return err
}

func (s *Scenario) name(resolver string, at netip.AddrPort) {
	switch {
	case strings.HasPrefix(resolver, "ours"):
		s.resolvers = append(s.resolvers, at)
	case resolver == "reference":
		s.reference = at
	}
}

// parseAddrPort reads "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT".
func parseAddrPort(value string, port uint16) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(value); err == nil {
		return netip.AddrPortFrom(a, port), nil
	}
	return netip.ParseAddrPort(value)
}
