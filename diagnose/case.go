package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"

	"ndrscope/aggregate"
	"ndrscope/classify"
	"ndrscope/diagnose/dnsq"
	"ndrscope/parse"
)

// caseFile is one domain with what its failures say and what the probes found.
type caseFile struct {
	run      *run
	group    *aggregate.Group
	findings []Finding

	// reasons of the failures. A refusal before the first command is one of our address, whatever its text says.
	reasons []classify.Reason

	egress  []netip.Addr // our public addresses as this domain's servers saw them
	between []netip.Addr // those among them of a server that is perhaps not ours
	senders []string     // our sender domains
	helo    []string
}

// cases are the domains to look at.
func (r *run) cases(top int) []*caseFile {
	var list []*caseFile
	for i := range r.analysis.Domains {
		g := &r.analysis.Domains[i]
		if _, ok := dns.IsDomainName(g.Domain); !ok || g.Domain == "" || strings.ContainsAny(g.Domain, " /\\[]:") {
			continue // also an address in place of a domain, RFC 5321 section 4.1.3: nothing to look up
		}
		if top > 0 && len(list) == top {
			break
		}
		list = append(list, r.open(g))
	}
	return list
}

func (r *run) open(g *aggregate.Group) *caseFile {
	c := &caseFile{run: r, group: g}
	for _, n := range g.Reasons {
		c.reasons = append(c.reasons, n.Reason)
	}
	if c.refusedAtOnce() {
		c.reasons = append(c.reasons, classify.IPBlocked)
	}
	c.egress = c.quoted()
	c.between = slices.DeleteFunc(slices.Clone(c.egress), func(a netip.Addr) bool { return !c.isBetween(a) })
	if len(c.egress) == len(c.between) {
		for _, a := range r.cfg.Egress {
			if isPublic(a) {
				c.egress = append(c.egress, a.Unmap())
			}
		}
	}
	if len(c.egress) == 0 {
		c.egress = publicAddrs(r.analysis.Egress)
	}
	from := []aggregate.Count{{Name: domainOf(r.cfg.From)}}
	c.senders = names(g.Senders, from, r.analysis.Senders)
	c.helo = names(g.HELO, []aggregate.Count{{Name: r.cfg.HELO}}, r.analysis.HELO)
	return c
}

// quoted are our addresses as the domain's servers saw them. After forwarding, what a server saw is the forwarder.
func (c *caseFile) quoted() []netip.Addr {
	return slices.DeleteFunc(publicAddrs(c.group.LocalIPs), func(a netip.Addr) bool {
		return slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool {
			return s.Event.LocalIP == a.String() && forwarded(&s.Event)
		})
	})
}

// isBetween says whether an address is that of a server between us and the one that refused the mail, where the report of
// neither says for whom it works: a smarthost of ours, or a forwarder of theirs. It is not among the addresses that the
// user told us, and has a name of neither our HELO nor the sender's organization.
func (c *caseFile) isBetween(a netip.Addr) bool {
	ours := append(slices.Clone(c.run.cfg.OurHosts), c.run.cfg.HELO, domainOf(c.run.cfg.From))
	foreign := func(e *parse.Event) bool {
		if e.LocalIP != a.String() || !strings.Contains(e.ReportingMTA, ".") || e.RemoteHost+e.RemoteIP == "" {
			return false
		}
		return !slices.ContainsFunc(append(ours, domainOf(e.Sender), domainOf(e.From)), func(name string) bool {
			return name != "" && sameOwner(strings.ToLower(name), strings.ToLower(e.ReportingMTA))
		})
	}
	return len(c.run.cfg.Egress) > 0 && !slices.Contains(c.run.cfg.Egress, a) &&
		slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool { return foreign(&s.Event) })
}

// forwarded says whether a message failed at another address than the one that it was sent to.
func forwarded(e *parse.Event) bool {
	return e.OriginalRecipient != "" && domainOf(e.OriginalRecipient) != domainOf(e.Recipient)
}

// names are those of the first list that has any; at most three, so that one odd message leads nowhere far.
func names(lists ...[]aggregate.Count) []string {
	for _, list := range lists {
		var found []string
		for _, n := range list {
			if name := asciiName(n.Name); name != "" && len(found) < 3 {
				found = append(found, name)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func publicAddrs(counts []aggregate.Count) []netip.Addr {
	var list []netip.Addr
	for _, n := range counts {
		a, err := netip.ParseAddr(n.Name)
		if err == nil && isPublic(a) && !slices.Contains(list, a.Unmap()) && len(list) < 8 {
			list = append(list, a.Unmap())
		}
	}
	return list
}

// notPublic are the addresses that no server on the Internet can see or reach (RFC 6890), besides those that netip
// knows. The documentation networks are left out: they are as good as any others where they are in use.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // RFC 6598
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// has says whether failures of the domain have one of the reasons. Where no failure is known, any may be meant.
func (c *caseFile) has(reasons ...classify.Reason) bool {
	if len(c.group.Reasons) == 0 {
		return true
	}
	return slices.ContainsFunc(c.reasons, func(r classify.Reason) bool { return slices.Contains(reasons, r) })
}

// said says whether a reply of the domain's servers contains one of the texts, in any case.
func (c *caseFile) said(texts ...string) bool {
	return slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool {
		reply := strings.ToLower(s.Event.Diagnostic)
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(reply, t) })
	})
}

// refusedAtOnce says whether a server refused us with its banner, as a 554 (RFC 5321 section 3.1). Postfix logs that as
// "refused to talk to me", and does not say which command.
func (c *caseFile) refusedAtOnce() bool {
	return slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool {
		e := &s.Event
		return strings.HasPrefix(e.ReplyCode, "5") && (e.Command == "CONN" || strings.Contains(e.Diagnostic, "refused to talk to me"))
	})
}

// all are the findings with one of the tags.
func (c *caseFile) all(tags ...Tag) []Finding {
	var list []Finding
	for _, f := range c.findings {
		if slices.Contains(tags, f.Tag) {
			list = append(list, f)
		}
	}
	return list
}

// first is the first finding with one of the tags, nil if there is none.
func (c *caseFile) first(tags ...Tag) *Finding {
	for i := range c.findings {
		if slices.Contains(tags, c.findings[i].Tag) {
			return &c.findings[i]
		}
	}
	return nil
}

func domainOf(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		address = address[i+1:]
	}
	return asciiName(strings.Trim(address, "<> "))
}

// asciiName is a domain name as DNS has it: lower case, A-labels, no dot at the end. What is no such name stays as it is.
func asciiName(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return name
	}
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		return ascii
	}
	return name
}

// finding makes a finding; its verdict follows from the tag.
func finding(tag Tag, subject string, args []Arg, evidence ...Evidence) Finding {
	info, _ := Info(tag)
	for i := range args {
		args[i].Value = clean(args[i].Value)
	}
	return Finding{Tag: tag, Verdict: verdictOf(info.Severity), Subject: clean(subject), Args: args, Evidence: evidence}
}

// args makes a list of named values.
func args(pairs ...string) []Arg {
	var list []Arg
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, Arg{pairs[i], pairs[i+1]})
	}
	return list
}

// seen is an answer as evidence.
func seen(answers ...dnsq.Answer) []Evidence {
	var list []Evidence
	for _, a := range answers {
		e := Evidence{Asked: clean(a.Question()), Answered: clean(a.String()), At: a.At}
		if a.Server.IsValid() {
			e.Server = a.Server.String()
		}
		list = append(list, e)
	}
	return list
}

// maxText bounds what a stranger can put into a report with one answer.
const maxText = 600

// clean makes text from strangers harmless: no control characters, valid UTF-8, bounded length.
func clean(s string) string {
	ok := len(s) <= maxText
	for i := 0; i < len(s) && ok; i++ {
		ok = s[i] >= ' ' && s[i] < 0x7f
	}
	if ok {
		return s
	}
	return escape(s)
}
