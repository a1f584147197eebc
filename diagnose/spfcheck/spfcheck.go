// Package spfcheck evaluates SPF (RFC 7208) through blitiri.com.ar/go/spf, and reads the whole tree of records for
// faults that a single evaluation does not show.
package spfcheck

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"

	"blitiri.com.ar/go/spf"
	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// Result of check_host().
type Result struct {
	Result  spf.Result
	Why     string // of an error
	Answers []dnsq.Answer
}

// Check evaluates whether an address may send mail for a sender; for the null sender "", helo stands in
// (RFC 7208 section 2.4).
func Check(ctx context.Context, a dnsq.Asker, addr netip.Addr, helo, sender string) Result {
	r := &resolver{asker: a}
	result, err := spf.CheckHostWithSender(net.IP(addr.AsSlice()), helo, sender, spf.WithContext(ctx), spf.WithResolver(r))
	out := Result{Result: result, Answers: r.answers}
	if term := r.invalidTerm(); term != "" && result != spf.TempError {
		return Result{Result: spf.PermError, Why: "the term " + term + " is not valid", Answers: r.answers}
	}
	if err != nil && (result == spf.TempError || result == spf.PermError) {
		out.Why = err.Error()
		if r.failure != "" && result == spf.TempError {
			out.Why = r.failure
		}
	}
	return out
}

// invalidTerm finds a term that cannot be read in the records that were evaluated. RFC 7208 section 4.6: one anywhere
// in the record makes the result permerror, also behind the term that matches, where go/spf does not look.
func (r *resolver) invalidTerm() string {
	for _, a := range r.answers {
		if a.Type != dns.TypeTXT {
			continue
		}
		for _, record := range Records(a) {
			for _, term := range strings.Fields(record)[1:] {
				if !parseTerm(term).valid() {
					return term
				}
			}
		}
	}
	return ""
}

// resolver is what go/spf asks. Its errors tell a denial from a failure, which net.Resolver cannot.
type resolver struct {
	asker dnsq.Asker

	mu      sync.Mutex
	answers []dnsq.Answer
	failure string
}

func (r *resolver) ask(ctx context.Context, name string, qtype uint16) (dnsq.Answer, error) {
	a := r.asker.Lookup(ctx, name, qtype)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = append(r.answers, a)
	switch a.Kind() {
	case dnsq.NXDomain, dnsq.NoData:
		return a, &net.DNSError{Err: "no such record", Name: name, IsNotFound: true}
	case dnsq.Failed:
		r.failure = a.Question() + ": " + a.Failure()
		return a, &net.DNSError{Err: a.Failure(), Name: name, IsTemporary: true}
	}
	return a, nil
}

func (r *resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	a, err := r.ask(ctx, name, dns.TypeTXT)
	return texts(a), err
}

// texts joins the strings of each record, RFC 7208 section 3.3.
func texts(a dnsq.Answer) []string {
	var list []string
	for _, rr := range a.Records() {
		if t, ok := rr.(*dns.TXT); ok {
			list = append(list, strings.Join(t.Txt, ""))
		}
	}
	return list
}

func (r *resolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	a, err := r.ask(ctx, name, dns.TypeMX)
	var list []*net.MX
	for _, rr := range a.Records() {
		if mx, ok := rr.(*dns.MX); ok {
			list = append(list, &net.MX{Host: mx.Mx, Pref: mx.Preference})
		}
	}
	return list, err
}

func (r *resolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	var list []net.IPAddr
	var failed error
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		a, err := r.ask(ctx, host, qtype)
		if e, ok := err.(*net.DNSError); ok && e.IsTemporary {
			failed = err
		}
		for _, addr := range dnsq.Addrs(a) {
			list = append(list, net.IPAddr{IP: net.IP(addr.AsSlice())})
		}
	}
	if failed != nil {
		return nil, failed
	}
	if len(list) == 0 {
		return nil, &net.DNSError{Err: "no such record", Name: host, IsNotFound: true}
	}
	return list, nil
}

func (r *resolver) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	name, err := dns.ReverseAddr(addr)
	if err != nil {
		return nil, err
	}
	a, err := r.ask(ctx, name, dns.TypePTR)
	var list []string
	for _, rr := range a.Records() {
		if p, ok := rr.(*dns.PTR); ok {
			list = append(list, p.Ptr)
		}
	}
	return list, err
}
