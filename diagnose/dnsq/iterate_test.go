package dnsq

import (
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// root answers for everything, as a server does that has all zones; own says whether it claims so (AA).
func root(own bool) handler {
	return func(q *dns.Msg, _ bool, _ int) [][]byte {
		return [][]byte{reply(q, func(m *dns.Msg) {
			m.Authoritative = own
			switch q.Question[0].Qtype {
			case dns.TypeA:
				m.Answer = []dns.RR{rr(q.Question[0].Name + " 60 A 192.0.2.1")}
			case dns.TypeNS:
				m.Answer = []dns.RR{rr(q.Question[0].Name + " 60 NS ns.test.")}
			default:
				m.Ns = []dns.RR{rr("a.example. 60 SOA ns.test. h.test. 1 2 3 4 5")}
			}
		})}
	}
}

func silence(*dns.Msg, bool, int) [][]byte { return nil }

// Root servers that do not answer cost the time of one question, whatever is looked up.
func TestPriming(t *testing.T) {
	t.Parallel()
	dead, alive := serve(t, silence), serve(t, root(true))
	nobody := netip.MustParseAddrPort("[100::1]:53") // RFC 6666: no way there
	for _, test := range []struct {
		name  string
		roots []netip.AddrPort
		text  string
	}{
		{"the fifth alone", []netip.AddrPort{dead, dead, dead, nobody, alive}, "NOERROR: 192.0.2.1"},
		{"nobody", []netip.AddrPort{dead, dead, dead, dead, dead, dead}, "timeout"},
	} {
		it := &Iterator{Client: client(800 * time.Millisecond), Roots: test.roots}
		start := time.Now()
		for _, name := range []string{"a.example", "b.example", "c.example"} {
			if a := it.Lookup(t.Context(), name, dns.TypeA); a.String() != test.text {
				t.Errorf("%s: %s, want %s", test.name, a.String(), test.text)
			}
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: took %v", test.name, took)
		}
	}
}

// Where one server has a zone and the one above, it does not refer: the zone's own NS records tell.
func TestServersOfZone(t *testing.T) {
	t.Parallel()
	at := serve(t, root(true))
	it := &Iterator{Client: client(2 * time.Second), Roots: []netip.AddrPort{at}}
	zone, hosts := it.Servers(t.Context(), "www.a.example")
	if zone != "a.example." || len(hosts) != 1 || hosts[0].Name != "ns.test." || len(hosts[0].Addrs) != 1 {
		t.Errorf("%s %v", zone, hosts)
	}
}

// Servers that forget to say that they are authoritative are believed where they have records, caches are not.
func TestNotAuthoritative(t *testing.T) {
	t.Parallel()
	forgetful := serve(t, root(false))
	cache := serve(t, func(q *dns.Msg, tcp bool, nth int) [][]byte {
		return [][]byte{reply(q, func(m *dns.Msg) {
			m.RecursionAvailable, m.Answer = true, []dns.RR{rr("a.example. 60 A 192.0.2.66")}
		})}
	})
	for at, want := range map[netip.AddrPort]string{forgetful: "NOERROR: 192.0.2.1", cache: "lame: the server is not authoritative"} {
		it := &Iterator{Client: client(2 * time.Second), Roots: []netip.AddrPort{at}}
		if a := it.Lookup(t.Context(), "a.example", dns.TypeA); a.String() != want {
			t.Errorf("%s, want %s", a.String(), want)
		}
	}
}
