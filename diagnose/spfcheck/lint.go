package spfcheck

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// Report is what is wrong with a domain's SPF records, all of them taken together.
type Report struct {
	None     bool   // no record at all
	Multiple string // a domain with more than one record
	// Lookups of the whole tree; 10 are allowed. Void are names without records; 2 are allowed (section 4.6.4).
	Lookups int
	Void    []string
	Loop    []string // a path that leads back to its beginning
	Missing []string // domains that are included and have no record: a permerror
	Syntax  []string // terms that cannot be read
	PlusAll bool     // at the top
	PTR     bool
	NoAll   bool // at the top, without a redirect either
	Failure string
	Answers []dnsq.Answer
}

// maxRecords bounds the tree.
const maxRecords = 40

// Lint reads the record of a domain and all that it includes.
func Lint(ctx context.Context, a dnsq.Asker, domain string) Report {
	l := &linter{ctx: ctx, asker: a}
	l.visit(strings.TrimSuffix(domain, "."), nil, true)
	slices.Sort(l.report.Void)
	l.report.Void = slices.Compact(l.report.Void)
	return l.report
}

type linter struct {
	ctx    context.Context // of the one call of Lint
	asker  dnsq.Asker
	report Report
	count  int
}

func (l *linter) ask(name string, qtype uint16) dnsq.Answer {
	a := l.asker.Lookup(l.ctx, name, qtype)
	l.report.Answers = append(l.report.Answers, a)
	if a.Kind() == dnsq.Failed && l.report.Failure == "" {
		l.report.Failure = a.Question() + ": " + a.Failure()
	}
	return a
}

// Records are the SPF records of a TXT answer.
func Records(a dnsq.Answer) []string {
	var list []string
	for _, t := range texts(a) {
		if lower := strings.ToLower(t); lower == "v=spf1" || strings.HasPrefix(lower, "v=spf1 ") {
			list = append(list, t)
		}
	}
	return list
}

func (l *linter) visit(domain string, path []string, top bool) {
	if l.count++; l.count > maxRecords {
		return
	}
	if slices.Contains(path, domain) {
		if l.report.Loop == nil {
			l.report.Loop = append(slices.Clone(path), domain)
		}
		return
	}
	path = append(slices.Clone(path), domain)
	answer := l.ask(domain, dns.TypeTXT)
	records := Records(answer)
	switch {
	case answer.Kind() == dnsq.Failed:
		return
	case len(records) == 0 && top:
		l.report.None = true
		return
	case len(records) == 0:
		l.report.Missing = append(l.report.Missing, domain)
		if answer.Denied() {
			l.report.Void = append(l.report.Void, domain)
		}
		return
	case len(records) > 1:
		l.report.Multiple = domain
		return
	}
	all, redirect := false, ""
	for _, term := range strings.Fields(records[0])[1:] {
		t := parseTerm(term)
		switch {
		case !t.valid():
			l.report.Syntax = append(l.report.Syntax, term)
		case t.name == "all":
			all = true
			l.report.PlusAll = l.report.PlusAll || top && t.qualifier == '+'
		case t.name == "redirect":
			redirect = t.value
		default:
			l.mechanism(t, domain, path)
		}
		if all {
			break // what follows is never read, section 5.1
		}
	}
	if redirect != "" && !all {
		l.report.Lookups++
		l.follow(redirect, path)
	}
	l.report.NoAll = l.report.NoAll || top && !all && redirect == ""
}

func (l *linter) follow(domain string, path []string) {
	if !strings.Contains(domain, "%") { // a macro says something else for every message
		l.visit(strings.ToLower(strings.TrimSuffix(domain, ".")), path, false)
	}
}

func (l *linter) mechanism(t term, domain string, path []string) {
	host := t.host
	if host == "" {
		host = domain
	}
	switch t.name {
	case "include":
		l.report.Lookups++
		l.follow(t.value, path)
	case "exists", "ptr":
		l.report.Lookups++
		l.report.PTR = l.report.PTR || t.name == "ptr"
	case "a", "mx":
		l.report.Lookups++
		if strings.Contains(host, "%") {
			return
		}
		var answers []dnsq.Answer
		if t.name == "mx" {
			answers = append(answers, l.ask(host, dns.TypeMX))
		} else {
			answers = append(answers, l.ask(host, dns.TypeA), l.ask(host, dns.TypeAAAA))
		}
		if !slices.ContainsFunc(answers, func(a dnsq.Answer) bool { return !a.Denied() }) {
			l.report.Void = append(l.report.Void, host)
		}
	}
}

// term is one mechanism or modifier, section 4.6.1.
type term struct {
	qualifier byte
	name      string
	value     string // after ":" or "="
	host      string // value without a prefix length
	modifier  bool
	mask      string
}

func parseTerm(s string) term {
	t := term{qualifier: '+'}
	if i := strings.IndexAny(s, ":=/"); i > 0 && s[i] == '=' {
		t.modifier, t.name, t.value = true, strings.ToLower(s[:i]), s[i+1:]
		return t
	}
	if s != "" && strings.IndexByte("+-~?", s[0]) >= 0 {
		t.qualifier, s = s[0], s[1:]
	}
	t.name, t.value, _ = strings.Cut(s, ":")
	if name, mask, ok := strings.Cut(t.name, "/"); ok {
		t.name, t.mask = name, mask
	}
	t.host = t.value
	if i := strings.LastIndexByte(strings.ReplaceAll(t.value, "//", "/"), '/'); i >= 0 && !strings.HasPrefix(t.name, "ip") {
		t.host = t.value[:strings.IndexByte(t.value, '/')]
	}
	t.name = strings.ToLower(t.name)
	return t
}

func (t term) valid() bool {
	if t.modifier {
		return t.value != "" || t.name != "redirect" && t.name != "exp"
	}
	switch t.name {
	case "all":
		return t.value == ""
	case "include", "exists":
		return t.value != ""
	case "a", "mx", "ptr":
		return true
	case "ip4":
		return validNet(t.value, 32, true)
	case "ip6":
		return validNet(t.value, 128, false)
	}
	return false
}

func validNet(s string, most int, v4 bool) bool {
	addr, bits, hasBits := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Is4() != v4 {
		return false
	}
	n, err := strconv.Atoi(bits)
	return !hasBits || err == nil && n >= 0 && n <= most
}
