// Package dnsqtest has an asker for tests: a few records, and names that fail.
package dnsqtest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// Zone answers from records; names that are not in it do not exist.
type Zone struct {
	records []dns.RR
	fail    map[string]int // names below which the answer is an RCODE

	mu    sync.Mutex
	Asked []string
}

// New reads one record a line, in the form of a zone file; "name SERVFAIL" makes a name fail.
func New(text string) *Zone {
	z := &Zone{fail: map[string]int{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if code, ok := dns.StringToRcode[fields[len(fields)-1]]; ok && len(fields) == 2 {
			z.fail[dns.CanonicalName(fields[0])] = code
			continue
		}
		rr, err := dns.NewRR(line)
		if err != nil {
			panic(fmt.Sprintf("dnsqtest: %q: %v", line, err))
		}
		z.records = append(z.records, rr)
	}
	return z
}

func (z *Zone) String() string { return "test" }

// Lookup implements dnsq.Asker.
func (z *Zone) Lookup(_ context.Context, name string, qtype uint16) dnsq.Answer {
	name = dns.CanonicalName(name)
	z.mu.Lock()
	z.Asked = append(z.Asked, name+" "+dns.TypeToString[qtype])
	z.mu.Unlock()
	m := new(dns.Msg)
	m.SetQuestion(name, qtype)
	m.Response = true
	m.Rcode = dns.RcodeNameError
	for below, code := range z.fail {
		if dns.IsSubDomain(below, name) {
			m.Rcode = code
		}
	}
	for _, rr := range z.records {
		owner := dns.CanonicalName(rr.Header().Name)
		if owner == name && m.Rcode == dns.RcodeNameError {
			m.Rcode = dns.RcodeSuccess
		}
		if owner == name && rr.Header().Rrtype == qtype {
			m.Answer = append(m.Answer, rr)
		}
	}
	return dnsq.Answer{Name: name, Type: qtype, Msg: m, At: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
}
