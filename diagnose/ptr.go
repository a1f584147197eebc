package diagnose

import (
	"context"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// fcrdns is a round trip from an address over all of its names back to addresses, RFC 8601 section 3 ("iprev").
type fcrdns struct {
	names, confirmed []string
	failure          string
	answers          []dnsq.Answer
}

func roundTrip(ctx context.Context, a dnsq.Asker, addr netip.Addr) fcrdns {
	name, err := dns.ReverseAddr(addr.String())
	if err != nil {
		return fcrdns{failure: "not an address"}
	}
	answer := a.Lookup(ctx, name, dns.TypePTR)
	f := fcrdns{failure: answer.Failure(), answers: []dnsq.Answer{answer}, names: pointers(answer)}
	qtype := dns.TypeA
	if addr.Is6() {
		qtype = dns.TypeAAAA
	}
	const most = 10 // RFC 8601 section 3 lets receivers look at some only
	back := parallel(f.names[:min(len(f.names), most)], func(n string) dnsq.Answer {
		return a.Lookup(ctx, n, qtype)
	})
	for i, b := range back {
		f.answers = append(f.answers, b)
		if slices.Contains(dnsq.Addrs(b), addr) {
			f.confirmed = append(f.confirmed, f.names[i])
		} else if b.Kind() == dnsq.Failed && f.failure == "" {
			f.failure = b.Failure()
		}
	}
	return f
}

// pointers lists the names of a PTR answer without their last dot, sorted.
func pointers(a dnsq.Answer) []string {
	var list []string
	for _, rr := range a.Records() {
		if p, ok := rr.(*dns.PTR); ok {
			list = append(list, strings.TrimSuffix(dns.CanonicalName(p.Ptr), "."))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func checkPTR(ctx context.Context, r *run, c *caseFile) []Finding {
	return r.forEgress(c, "ptr", func(addr netip.Addr) []Finding {
		f := roundTrip(ctx, r.truth, addr)
		subject, evidence := addr.String(), seen(f.answers...)
		switch {
		case len(f.confirmed) > 0:
			return []Finding{finding("ptr.ok", subject, args("names", strings.Join(f.confirmed, ", ")), evidence...)}
		case f.failure != "":
			return []Finding{finding("ptr.unknown", subject, args("why", f.failure), evidence...)}
		case len(f.names) == 0:
			return []Finding{finding("ptr.missing", subject, nil, evidence...)}
		}
		return []Finding{finding("ptr.mismatch", subject, args("names", strings.Join(f.names, ", ")), evidence...)}
	})
}

// forEgress makes findings for each of our addresses that the case is about, each address once in a run.
func (r *run) forEgress(c *caseFile, check string, probe func(netip.Addr) []Finding) []Finding {
	lists := parallel(c.egress, func(addr netip.Addr) []Finding {
		return r.share(check+" "+addr.String(), func() []Finding { return probe(addr) })
	})
	return slices.Concat(lists...)
}

func checkPTRGeneric(ctx context.Context, r *run, c *caseFile) []Finding {
	return r.forEgress(c, "ptr-generic", func(addr netip.Addr) []Finding {
		f := roundTrip(ctx, r.truth, addr)
		for _, name := range f.names {
			if generic(name, addr) {
				return []Finding{finding("ptr-generic.generic", addr.String(), args("name", name), seen(f.answers[0])...)}
			}
		}
		if len(f.names) == 0 {
			return nil // ptr says so
		}
		return []Finding{finding("ptr-generic.ok", addr.String(), nil, seen(f.answers[0])...)}
	})
}

// dialUp are words in the names that providers give to customers' lines.
var dialUp = regexp.MustCompile(`(^|[.-])(dyn|dynamic|dynip|dhcp|dsl|adsl|vdsl|xdsl|ppp|pppoe|pool|dialup|dial|cable|cpe|customer|broadband|ftth|fiber|client|unassigned)[0-9]*([.-]|$)`)

// generic says whether a name looks made from the address or for a customer's line. Receivers judge alike:
// https://support.google.com/a/answer/81126 and the M3AWG and SpamRATS pages on naming.
func generic(name string, addr netip.Addr) bool {
	if dialUp.MatchString(name) {
		return true
	}
	if !addr.Is4() {
		b := addr.As16()
		tail := strconv.FormatUint(uint64(b[14])<<8|uint64(b[15]), 16)
		return len(tail) == 4 && strings.Count(name, "-")+strings.Count(name, "x") >= 4 && strings.Contains(name, tail)
	}
	b := addr.As4()
	octet := func(i int) string { return strconv.Itoa(int(b[i])) }
	fields := regexp.MustCompile(`[0-9]+`).FindAllString(name, -1)
	found := 0
	for i := range 4 {
		if slices.Contains(fields, octet(i)) {
			found++
		}
	}
	padded := ""
	for i := range 4 {
		padded += ("00" + octet(i))[len(octet(i))-1:]
	}
	return found == 4 || found >= 3 && len(fields) >= 3 || strings.Contains(name, padded) ||
		strings.Contains(name, strings.ToLower(hexOf(b)))
}

func hexOf(b [4]byte) string {
	s := ""
	for _, x := range b {
		s += string("0123456789abcdef"[x>>4]) + string("0123456789abcdef"[x&15])
	}
	return s
}
