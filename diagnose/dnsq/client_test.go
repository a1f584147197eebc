package dnsq

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"ndrscope/diagnose/tape"
)

// handler answers one packet; nil is silence.
type handler func(query *dns.Msg, tcp bool, nth int) [][]byte

// serve starts a DNS server on the loopback interface.
func serve(t *testing.T, h handler) netip.AddrPort {
	t.Helper()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback: ", err)
	}
	t.Cleanup(func() { udp.Close() })
	var nth atomic.Int32
	go func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := udp.ReadFrom(buf)
			if err != nil {
				return
			}
			q := new(dns.Msg)
			if q.Unpack(buf[:n]) == nil {
				for _, packet := range h(q, false, int(nth.Add(1))) {
					udp.WriteTo(packet, from)
				}
			}
		}
	}()
	at := netip.MustParseAddrPort(udp.LocalAddr().String())
	tcp, err := net.Listen("tcp", at.String())
	if err != nil {
		t.Skip("no TCP port: ", err)
	}
	t.Cleanup(func() { tcp.Close() })
	go func() {
		for {
			conn, err := tcp.Accept()
			if err != nil {
				return
			}
			c := &dns.Conn{Conn: conn}
			if q, err := c.ReadMsg(); err == nil {
				for _, packet := range h(q, true, int(nth.Add(1))) {
					c.Write(packet)
				}
			}
			c.Close()
		}
	}()
	return at
}

func reply(q *dns.Msg, change func(*dns.Msg)) []byte {
	m := new(dns.Msg).SetReply(q)
	change(m)
	wire, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return wire
}

func rr(s string) dns.RR {
	r, err := dns.NewRR(s)
	if err != nil {
		panic(err)
	}
	return r
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func client(timeout time.Duration) *Client {
	return &Client{Dialer: new(net.Dialer), Now: func() time.Time { return noon }, Tape: new(tape.Tape), Timeout: timeout}
}

func good(m *dns.Msg) { m.Answer = []dns.RR{rr("a.example. 60 A 192.0.2.1")} }

func TestAsk(t *testing.T) {
	other := func(m *dns.Msg) {
		m.Question[0].Name = "b.example."
		m.Answer = []dns.RR{rr("b.example. 60 A 192.0.2.66")}
	}
	for _, test := range []struct {
		name   string
		server handler
		kind   Kind
		text   string
	}{
		{"answer", func(q *dns.Msg, _ bool, _ int) [][]byte { return [][]byte{reply(q, good)} }, Answered, "NOERROR: 192.0.2.1"},
		{"lost twice", func(q *dns.Msg, _ bool, nth int) [][]byte {
			if nth < 3 {
				return nil
			}
			return [][]byte{reply(q, good)}
		}, Answered, "NOERROR: 192.0.2.1"},
		{"truncated", func(q *dns.Msg, tcp bool, _ int) [][]byte {
			if !tcp {
				return [][]byte{reply(q, func(m *dns.Msg) { m.Truncated = true })}
			}
			return [][]byte{reply(q, good)}
		}, Answered, "NOERROR: 192.0.2.1"},
		{"forged ones first", func(q *dns.Msg, _ bool, _ int) [][]byte {
			wrongID := reply(q, func(m *dns.Msg) { m.Id++; m.Answer = []dns.RR{rr("a.example. 60 A 192.0.2.66")} })
			return [][]byte{wrongID, []byte("garbage"), reply(q, other), reply(q, good)}
		}, Answered, "NOERROR: 192.0.2.1"},
		{"another question", func(q *dns.Msg, _ bool, _ int) [][]byte { return [][]byte{reply(q, other)} }, Failed, "the answer is to another question"},
		{"garbage", func(q *dns.Msg, _ bool, _ int) [][]byte { return [][]byte{[]byte("not DNS at all, but long enough")} }, Failed, "the answer is no DNS message"},
		{"silence", func(*dns.Msg, bool, int) [][]byte { return nil }, Failed, "timeout"},
		{"NXDOMAIN", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Rcode = dns.RcodeNameError })}
		}, NXDomain, "NXDOMAIN"},
		{"no EDNS", func(q *dns.Msg, _ bool, _ int) [][]byte {
			if q.IsEdns0() != nil {
				return [][]byte{reply(q, func(m *dns.Msg) { m.Rcode = dns.RcodeFormatError })}
			}
			return [][]byte{reply(q, good)}
		}, Answered, "NOERROR: 192.0.2.1"},
		{"EDNS dropped", func(q *dns.Msg, _ bool, _ int) [][]byte {
			if q.IsEdns0() != nil {
				return nil
			}
			return [][]byte{reply(q, good)}
		}, Answered, "NOERROR: 192.0.2.1"},
		{"FORMERR in earnest", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Rcode = dns.RcodeFormatError; m.SetEdns0(1232, false) })}
		}, Failed, "FORMERR"},
		{"a referral", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Ns = []dns.RR{rr(". 60 NS a.root-servers.net.")} })}
		}, Failed, "a referral and no answer: the server does not recurse"},
		{"NODATA with its SOA", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) {
				m.Ns = []dns.RR{rr("example. 60 SOA ns.example. h.example. 1 2 3 4 5"), rr("example. 60 NS ns.example.")}
			})}
		}, NoData, "NOERROR, no records of this type"},
		{"NODATA", func(q *dns.Msg, _ bool, _ int) [][]byte { return [][]byte{reply(q, func(*dns.Msg) {})} }, NoData, "NOERROR, no records of this type"},
		{"SERVFAIL", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure; m.Question = nil })}
		}, Failed, "SERVFAIL"},
		{"alias", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) {
				m.Answer = []dns.RR{rr("c.example. 60 A 192.0.2.9"), rr("a.example. 60 CNAME c.example."), rr("x.example. 60 A 192.0.2.66")}
			})}
		}, Answered, "NOERROR: CNAME c.example., 192.0.2.9"},
		{"records of other names only", func(q *dns.Msg, _ bool, _ int) [][]byte {
			return [][]byte{reply(q, func(m *dns.Msg) { m.Answer = []dns.RR{rr("x.example. 60 A 192.0.2.66")} })}
		}, NoData, "NOERROR, no records of this type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := client(time.Second).Ask(t.Context(), Query{Server: serve(t, test.server), Name: "A.Example", Type: dns.TypeA, Recurse: true})
			if a.Kind() != test.kind || a.String() != test.text {
				t.Errorf("%s %q, want %s %q", a.Kind(), a.String(), test.kind, test.text)
			}
			if a.Question() != "a.example. A" || !a.At.Equal(noon) {
				t.Errorf("%s at %v", a.Question(), a.At)
			}
			line, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			var back Answer
			if err := json.Unmarshal(line, &back); err != nil {
				t.Fatal(err)
			}
			if back.String() != a.String() || back.Kind() != a.Kind() || back.Server != a.Server || !reflect.DeepEqual(back.Canonical(), a.Canonical()) {
				t.Errorf("recorded as %v, read as %v", a, back)
			}
		})
	}
}

func TestAskedOnce(t *testing.T) {
	var asked atomic.Int32
	at := serve(t, func(q *dns.Msg, _ bool, _ int) [][]byte {
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		return [][]byte{reply(q, good)}
	})
	c := client(2 * time.Second)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			a := c.Ask(t.Context(), Query{Server: at, Name: "a.example", Type: dns.TypeA, Recurse: true})
			if a.Kind() != Answered {
				t.Error(a.String())
			}
		})
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// A server that never answers must not cost a timeout for every question.
func TestDeadServer(t *testing.T) {
	at := serve(t, func(*dns.Msg, bool, int) [][]byte { return nil })
	c := client(60 * time.Millisecond)
	start := time.Now()
	for i := range 40 {
		a := c.Ask(t.Context(), Query{Server: at, Name: fmt.Sprintf("n%d.example", i), Type: dns.TypeA, Recurse: true})
		if a.String() != "timeout" {
			t.Fatal(a.String())
		}
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCancelledAsk(t *testing.T) {
	at := serve(t, func(*dns.Msg, bool, int) [][]byte { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	a := client(10*time.Second).Ask(ctx, Query{Server: at, Name: "a.example", Type: dns.TypeA})
	if a.Kind() != Failed || time.Since(start) > 2*time.Second {
		t.Errorf("%s after %v", a.String(), time.Since(start))
	}
}

func TestBadNames(t *testing.T) {
	c := client(50 * time.Millisecond)
	it := &Iterator{Client: c, Roots: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}}
	for _, name := range []string{"a..example", string(make([]byte, 300)) + ".example", "x" + string(make([]byte, 80))} {
		if a := c.Ask(t.Context(), Query{Name: name, Type: dns.TypeA}); a.Kind() != Failed {
			t.Errorf("%q: %s", name, a.String())
		}
		if a := it.Lookup(t.Context(), name, dns.TypeA); a.Kind() != Failed {
			t.Errorf("%q: %s", name, a.String())
		}
	}
}

func TestReferral(t *testing.T) {
	message := func(auth bool, ns ...string) *dns.Msg {
		m := new(dns.Msg)
		m.Authoritative = auth
		for _, s := range ns {
			r := rr(s)
			if r.Header().Rrtype == dns.TypeNS {
				m.Ns = append(m.Ns, r)
			} else {
				m.Extra = append(m.Extra, r)
			}
		}
		return m
	}
	for _, test := range []struct {
		name, zone, asked string
		m                 *dns.Msg
		below             string
		addrs             int
	}{
		{"down", "example.", "www.a.example.", message(false, "a.example. 60 NS ns.a.example.", "ns.a.example. 60 A 192.0.2.1"), "a.example.", 1},
		{"up", "example.", "www.a.example.", message(false, ". 60 NS ns.a.example."), "", 0},
		{"to itself", "example.", "www.a.example.", message(false, "example. 60 NS ns.a.example."), "", 0},
		{"aside", "example.", "www.a.example.", message(false, "b.example. 60 NS ns.b.example."), "", 0},
		{"foreign glue", "example.", "www.a.example.", message(false, "a.example. 60 NS ns.b.test.", "ns.b.test. 60 A 192.0.2.66"), "a.example.", 0},
		{"an error", "example.", "www.a.example.", func() *dns.Msg {
			m := message(false, "a.example. 60 NS ns.a.example.")
			m.Rcode = dns.RcodeServerFailure
			return m
		}(), "", 0},
	} {
		below, hosts := referral(test.m, test.zone, test.asked)
		addrs := 0
		for _, h := range hosts {
			addrs += len(h.Addrs)
		}
		if below != test.below || addrs != test.addrs {
			t.Errorf("%s: %q with %d addresses, want %q with %d", test.name, below, addrs, test.below, test.addrs)
		}
	}
}

// Whatever arrives as a message, looking at it does not panic, and its text is printable.
func FuzzAnswer(f *testing.F) {
	q := new(dns.Msg).SetQuestion("a.example.", dns.TypeA)
	f.Add(reply(q, good), uint16(dns.TypeA))
	f.Add(reply(q, func(m *dns.Msg) {
		m.Answer = []dns.RR{rr("a.example. 60 CNAME b.example."), rr("b.example. 60 CNAME a.example."), rr(`a.example. 60 TXT "\027[2J"`)}
	}), uint16(dns.TypeTXT))
	for _, odd := range []dns.RR{
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "a.example.", Rrtype: dns.TypeNone, Class: 12336}, Rdata: "30303030"},
		&dns.NULL{Hdr: dns.RR_Header{Name: "a.example.", Rrtype: dns.TypeNULL, Class: dns.ClassINET}, Data: "\x1b[2J\xff"},
		&dns.OPT{Hdr: dns.RR_Header{Name: "a.example.", Rrtype: dns.TypeOPT, Class: 1232}, Option: []dns.EDNS0{&dns.EDNS0_NSID{Code: dns.EDNS0NSID, Nsid: "1b5b324a"}}},
	} {
		f.Add(reply(q, func(m *dns.Msg) { m.Answer = []dns.RR{odd} }), odd.Header().Rrtype)
	}
	f.Fuzz(func(t *testing.T, wire []byte, qtype uint16) {
		m := new(dns.Msg)
		if m.Unpack(wire) != nil {
			return
		}
		a := Answer{Name: "a.example.", Type: qtype, Msg: m}
		for _, c := range []byte(a.String()) {
			if c < ' ' || c >= 0x7f {
				t.Errorf("not printable: %q", a.String())
			}
		}
		Addrs(a)
		referral(m, ".", "a.example.")
	})
}
