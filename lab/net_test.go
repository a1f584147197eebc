package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// world is a small network with one of everything.
const world = `A world to test the lab with.
-- options --
egress: 192.0.2.25 2001:db8:1::25
secure: example customer.example
-- hosts --
192.0.2.25 mail.ours.example
2001:db8:1::25 mail.ours.example
203.0.113.10 mx1.customer.example
-- zone/ours.example --
@ MX 10 mail
@ TXT "v=spf1 ip4:192.0.2.25 -all"
mail A 192.0.2.25
-- zone/customer.example --
@ MX 10 mx1
@ MX 20 mx2.elsewhere.example.
mx1 A 203.0.113.10
mx1 AAAA 2001:db8:2::10
www CNAME mx1
out CNAME mx2.elsewhere.example.
*.wild A 203.0.113.77
big TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
a.deep.name TXT "below an empty non-terminal"
_25._tcp.mx1 TLSA $TLSA(mx1.customer.example)
-- zone/elsewhere.example --
@ NS ns1
@ NS ns2
ns1 A 203.0.113.53
ns2 A 203.0.113.54
mx2 A 203.0.113.20
-- zone/elsewhere.example@ns2.elsewhere.example --
@ NS ns1
@ NS ns2
mx2 A 203.0.113.21
-- zone/lame.example --
mx A 203.0.113.30
-- servers --
ns1.lame.example lame=lame.example
ns2.lame.example lame=lame.example
-- lists --
zen.spamhaus.org lists 192.0.2.25 127.0.0.2
zen.spamhaus.org lists 2001:db8:1::25 127.0.0.3
bl.spamcop.net wildcard
psbl.surriel.com refusing
b.barracudacentral.org dead
truncate.gbudb.net silent
dbl.spamhaus.org lists bad.example 127.0.1.2
-- resolver/ours --
address: 198.51.100.53
reverse: refused
lie: 203.0.113.99

customer.example. MX 10 stale.customer.example.
-- resolver/reference --
address: 198.51.100.9
-- resolver/flaky --
address: 198.51.100.66
loss: 30%
-- resolver/tiny --
address: 198.51.100.67
truncate: yes
tcp: refused
-- resolver/junk --
address: 198.51.100.68
all: garbage
-- resolver/dead --
address: 198.51.100.69
all: silent
-- resolver/liar --
address: 198.51.100.70
all: other-question
-- smtp/203.0.113.10 --
name: mx1.customer.example
[from 192.0.2.99] CONNECT 554 5.7.1 blocked {client}
EHLO 250-{name}
     250-STARTTLS
     250 8BITMIME
[first] RCPT grey@* 450 4.2.0 Greylisted, come back
RCPT anna@customer.example 250 2.1.5 Ok
RCPT grey@* 250 2.1.5 Ok
RCPT 554 5.7.1 <{recipient}>: Relay access denied
-- smtp/203.0.113.20 --
resolver: ours
[no-ptr] CONNECT 554 5.7.1 no PTR for {client}
-- smtp/203.0.113.21 --
CONNECT stall
-- smtp/203.0.113.22 --
MAIL drop
-- smtp/203.0.113.23 --
EHLO endless
-- smtp/203.0.113.24 --
CONNECT refuse
-- smtp/203.0.113.25 --
CONNECT silent
-- smtp/203.0.113.26 --
EHLO reset
`

func load(t testing.TB, text string) *Scenario {
	t.Helper()
	s, err := Load([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask puts one question to a server of the lab with miekg/dns.
func ask(s *Scenario, network, server, name string, qtype uint16) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	c, err := s.Host.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	q := new(dns.Msg).SetQuestion(name, qtype)
	q.SetEdns0(1232, true)
	r, _, err := new(dns.Client).ExchangeWithConnContext(ctx, q, &dns.Conn{Conn: c})
	return r, err
}

// brief renders an answer: RCODE, flags, and the data of the records.
func brief(r *dns.Msg) string {
	s := dns.RcodeToString[r.Rcode]
	if r.Truncated {
		s += " TC"
	}
	if r.AuthenticatedData {
		s += " AD"
	}
	for _, rr := range r.Answer {
		s += " " + strings.Join(strings.Fields(rr.String())[3:], " ")
	}
	return s
}

const (
	ours      = "198.51.100.53:53"
	reference = "198.51.100.9:53"
)

func TestResolvers(t *testing.T) {
	s := load(t, world)
	tests := []struct {
		server, name string
		qtype        uint16
		want         string
	}{
		{reference, "customer.example.", dns.TypeMX, "NOERROR AD MX 10 mx1.customer.example. MX 20 mx2.elsewhere.example."},
		{reference, "Customer.EXAMPLE.", dns.TypeSOA, "NOERROR AD SOA ns1.customer.example. hostmaster.customer.example. 2026112001 7200 3600 1209600 60"},
		{reference, "mx1.customer.example.", dns.TypeAAAA, "NOERROR AD AAAA 2001:db8:2::10"},
		{reference, "www.customer.example.", dns.TypeA, "NOERROR AD CNAME mx1.customer.example. A 203.0.113.10"},
		{reference, "out.customer.example.", dns.TypeA, "NOERROR CNAME mx2.elsewhere.example. A 203.0.113.20"},
		{reference, "x.wild.customer.example.", dns.TypeA, "NOERROR AD A 203.0.113.77"},
		{reference, "deep.name.customer.example.", dns.TypeTXT, "NOERROR AD"},
		{reference, "no.customer.example.", dns.TypeA, "NXDOMAIN AD"},
		{reference, "no-such-domain.example.", dns.TypeA, "NXDOMAIN AD"},
		{reference, "no.such.tld.", dns.TypeA, "NXDOMAIN AD"},
		{reference, "mx.lame.example.", dns.TypeA, "SERVFAIL"},
		{reference, "25.2.0.192.in-addr.arpa.", dns.TypePTR, "NOERROR PTR mail.ours.example."},
		{reference, "26.2.0.192.in-addr.arpa.", dns.TypePTR, "NXDOMAIN"},
		{reference, "8.8.8.8.in-addr.arpa.", dns.TypePTR, "NOERROR PTR dns.google."},
		{reference, "1.1.1.1.in-addr.arpa.", dns.TypePTR, "NOERROR PTR one.one.one.one."},
		{reference, "one.one.one.one.", dns.TypeA, "NOERROR A 1.1.1.1 A 1.0.0.1"},
		{ours, "25.2.0.192.in-addr.arpa.", dns.TypePTR, "REFUSED"},
		{ours, "customer.example.", dns.TypeMX, "NOERROR MX 10 stale.customer.example."},
		{ours, "customer.example.", dns.TypeNS, "NOERROR AD NS ns1.customer.example. NS ns2.customer.example."},
		{ours, "made-up.example.", dns.TypeA, "NOERROR A 203.0.113.99"},
		{ours, "made-up.example.", dns.TypeMX, "NOERROR"},
		{reference, "25.2.0.192.zen.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.0.2"},
		{reference, "2.0.0.127.zen.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.0.2 A 127.0.0.4 A 127.0.0.10"},
		{reference, "1.0.0.127.zen.spamhaus.org.", dns.TypeA, "NXDOMAIN"},
		{reference, "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.zen.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.0.2 A 127.0.0.4 A 127.0.0.10"},
		{reference, "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.0.3"},
		{reference, "zen.spamhaus.org.", dns.TypeSOA, "NOERROR SOA ns1.zen.spamhaus.org. hostmaster.zen.spamhaus.org. 2026112001 7200 3600 1209600 60"},
		{reference, "25.2.0.192.bl.spamcop.net.", dns.TypeA, "NOERROR A 127.0.0.2"},
		{reference, "1.0.0.127.bl.spamcop.net.", dns.TypeA, "NOERROR A 127.0.0.2"},
		{reference, "25.2.0.192.psbl.surriel.com.", dns.TypeA, "NOERROR A 127.255.255.254"},
		{reference, "b.barracudacentral.org.", dns.TypeSOA, "NXDOMAIN AD"},
		{reference, "25.2.0.192.truncate.gbudb.net.", dns.TypeA, "SERVFAIL"},
		{reference, "test.dbl.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.1.2"},
		{reference, "bad.example.dbl.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.1.2"},
		{reference, "192.0.2.25.dbl.spamhaus.org.", dns.TypeA, "NOERROR A 127.0.1.255"},
	}
	for _, test := range tests {
		for _, network := range []string{"udp", "tcp"} {
			r, err := ask(s, network, test.server, test.name, test.qtype)
			if err != nil {
				t.Errorf("%s %s: %v", test.name, network, err)
			} else if got := brief(r); got != test.want {
				t.Errorf("%s %s %s:\ngot  %s\nwant %s", test.name, dns.TypeToString[test.qtype], network, got, test.want)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	s := load(t, world)
	const name, a = "mx1.customer.example.", dns.TypeA
	if r, err := ask(s, "udp", reference, "big.customer.example.", dns.TypeTXT); err != nil || r.Truncated {
		t.Errorf("600 bytes fit into 1232: %v %v", r, err)
	}
	if r, err := ask(s, "udp", "198.51.100.67:53", name, a); err != nil || brief(r) != "NOERROR TC AD" {
		t.Errorf("truncation: %v %v", r, err)
	}
	if _, err := ask(s, "tcp", "198.51.100.67:53", name, a); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dead TCP: %v", err)
	}
	if _, err := ask(s, "udp", "198.51.100.68:53", name, a); err == nil {
		t.Error("garbage was understood")
	}
	if r, err := ask(s, "udp", "198.51.100.70:53", name, a); err != nil || r.Question[0].Name != "elsewhere.example." {
		t.Errorf("other question: %v %v", r, err)
	}
	if _, err := ask(s, "udp", "198.51.100.69:53", name, a); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silence: %v", err)
	}
	if _, err := ask(s, "udp", silentServers[0].String()+":53", "truncate.gbudb.net.", dns.TypeSOA); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a silent block list: %v", err)
	}
	if _, err := ask(s, "udp", "198.51.100.200:53", name, a); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nobody there: %v", err)
	}
}

// TestLoss has a share of packets lost that is the same in every run.
func TestLoss(t *testing.T) {
	lost := func(seed uint64) (names []string) {
		s := load(t, world)
		s.Net.Seed = seed
		server := s.Net.nameservers[netip.MustParseAddrPort("198.51.100.66:53")]
		for i := range 1000 {
			query := new(dns.Msg).SetQuestion(string(rune('a'+i%26))+strings.Repeat("x", i/26)+".example.", dns.TypeA)
			if server.dice2(query) {
				names = append(names, query.Question[0].Name)
			}
		}
		return names
	}
	first := lost(1)
	if len(first) < 250 || len(first) > 350 {
		t.Errorf("%d of 1000 packets lost, want about 300", len(first))
	}
	if !slices.Equal(first, lost(1)) {
		t.Error("the same seed loses other packets")
	}
	if slices.Equal(first, lost(2)) {
		t.Error("another seed loses the same packets")
	}
}

// dice2 says whether the next packet of a question gets lost.
func (s *nameserver) dice2(query *dns.Msg) bool {
	name, nth := s.net.count(s.at, query, false)
	return s.net.dice("loss", s.at, name, query.Question[0].Qtype, nth) < s.faults.loss
}

// TestIterate walks from the root as an iterating resolver does.
func TestIterate(t *testing.T) {
	s := load(t, world)
	server := "198.41.0.4:53"
	for range 5 {
		r, err := ask(s, "udp", server, "mx1.customer.example.", dns.TypeA)
		if err != nil {
			t.Fatal(err)
		}
		if r.Authoritative {
			if got := brief(r); got != "NOERROR A 203.0.113.10" {
				t.Errorf("got %s", got)
			}
			return
		}
		if len(r.Ns) == 0 || len(r.Extra) < 2 {
			t.Fatalf("no referral with glue from %s: %v", server, r)
		}
		server = r.Extra[0].(*dns.A).A.String() + ":53"
	}
	t.Error("no authoritative answer")
}

func TestAuthorities(t *testing.T) {
	s := load(t, world)
	for server, want := range map[string]string{"203.0.113.53:53": "NOERROR A 203.0.113.20", "203.0.113.54:53": "NOERROR A 203.0.113.21"} {
		if r, err := ask(s, "udp", server, "mx2.elsewhere.example.", dns.TypeA); err != nil || brief(r) != want {
			t.Errorf("%s: %v %v, want %s", server, r, err, want)
		}
	}
	lame := netip.AddrPortFrom(s.Net.tree.addrs["ns1.lame.example."][0], 53).String()
	if r, err := ask(s, "udp", lame, "mx.lame.example.", dns.TypeA); err != nil || brief(r) != "REFUSED" {
		t.Errorf("lame server: %v %v", r, err)
	}
}

func TestQuestionsAreCounted(t *testing.T) {
	s := load(t, world)
	for range 2 {
		ask(s, "udp", reference, "customer.example.", dns.TypeMX)
	}
	ask(s, "udp", "198.51.100.69:53", "customer.example.", dns.TypeMX)
	var got []string
	for _, q := range s.Net.Questions() {
		got = append(got, q.String())
	}
	want := []string{"customer.example. MX @198.51.100.9:53 udp asked 2 answered 2",
		"customer.example. MX @198.51.100.69:53 udp asked 1 answered 0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestSMTP(t *testing.T) {
	s := load(t, world)
	c := s.smtp(t, "203.0.113.10:25")
	if err := c.Hello("mail.ours.example"); err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{ServerName: "mx1.customer.example", RootCAs: s.Net.ca.pool()}
	if err := c.StartTLS(conf); err != nil {
		t.Fatal(err)
	}
	if err := c.Mail("it@ours.example"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		rcpt string
		code int
		text string
	}{
		{"anna@customer.example", 0, ""},
		{"bob@customer.example", 554, "5.7.1 <bob@customer.example>: Relay access denied"},
		{"grey@customer.example", 450, "4.2.0 Greylisted, come back"},
		{"grey@customer.example", 0, ""},
	} {
		err := c.Rcpt(test.rcpt)
		var reply *textproto.Error
		if test.code == 0 && err != nil || test.code != 0 && (!errors.As(err, &reply) || reply.Code != test.code || reply.Msg != test.text) {
			t.Errorf("RCPT %s: %v", test.rcpt, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "Subject: hello\r\n\r\nQUIT\r\n")
	if err := errors.Join(w.Close(), c.Quit()); err != nil {
		t.Error(err)
	}
	sessions := s.Net.Sessions()
	if len(sessions) != 1 || sessions[0].Client.String() != "192.0.2.25" {
		t.Fatalf("sessions: %v", sessions)
	}
	var got []string
	for _, command := range sessions[0].Commands() {
		verb, _, _ := strings.Cut(command, " ")
		got = append(got, verb)
	}
	if strings.Join(got, " ") != "EHLO STARTTLS EHLO MAIL RCPT RCPT RCPT RCPT DATA QUIT" {
		t.Errorf("commands: %v", got)
	}
}

// smtp connects with net/smtp.
func (s *Scenario) smtp(t *testing.T, server string) *smtp.Client {
	t.Helper()
	conn, err := s.Host.DialContext(t.Context(), "tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(2 * time.Second))
	c, err := smtp.NewClient(conn, "mx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestSMTPByClient has servers that look at who comes.
func TestSMTPByClient(t *testing.T) {
	s := load(t, world)
	for _, test := range []struct{ server, from, want string }{
		{"203.0.113.10:25", "192.0.2.99", "554 5.7.1 blocked 192.0.2.99"},
		{"203.0.113.10:25", "192.0.2.25", "220 mx1.customer.example ESMTP"},
		{"203.0.113.20:25", "192.0.2.25", "554 5.7.1 no PTR for 192.0.2.25"}, // its resolver refuses reverse lookups
	} {
		c, err := s.Host.Bind(netip.MustParseAddr(test.from)).DialContext(t.Context(), "tcp", test.server)
		if err != nil {
			t.Fatal(err)
		}
		line, _ := textproto.NewConn(c).ReadLine()
		if line != test.want {
			t.Errorf("%s from %s: %q, want %q", test.server, test.from, line, test.want)
		}
		c.Close()
	}
}

func TestBadServers(t *testing.T) {
	s := load(t, world)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for server, want := range map[string]error{"203.0.113.24:25": syscall.ECONNREFUSED, "203.0.113.10:587": syscall.ECONNREFUSED,
		"203.0.113.25:25": os.ErrDeadlineExceeded, "203.0.113.250:25": os.ErrDeadlineExceeded} {
		_, err := s.Host.DialContext(ctx, "tcp", server)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", server, err, want)
		}
	}
	stalled, err := s.Host.DialContext(t.Context(), "tcp", "203.0.113.21:25")
	if err != nil {
		t.Fatal(err)
	}
	stalled.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	var timeout net.Error
	if _, err := stalled.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("stalled server: %v", err)
	}
	if err := s.smtp(t, "203.0.113.22:25").Mail("a@ours.example"); !errors.Is(err, io.EOF) {
		t.Errorf("dropped at MAIL: %v", err)
	}
	if err := s.smtp(t, "203.0.113.26:25").Hello("x"); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("reset at EHLO: %v", err)
	}
	endless, _ := s.Host.DialContext(t.Context(), "tcp", "203.0.113.23:25")
	io.WriteString(endless, "EHLO x\r\n")
	if n, _ := io.CopyN(io.Discard, endless, 1<<20); n != 1<<20 {
		t.Errorf("endless lines ended after %d bytes", n)
	}
	endless.Close()
}

func TestUnreachableFamily(t *testing.T) {
	s := load(t, strings.Replace(world, "egress: 192.0.2.25 2001:db8:1::25", "egress: 192.0.2.25", 1))
	if _, err := s.Host.DialContext(t.Context(), "tcp", "[2001:db8:2::10]:25"); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("IPv6 without an address: %v", err)
	}
}

// TestExpose asks the lab over real sockets.
func TestExpose(t *testing.T) {
	s := load(t, world)
	at, err := s.Host.Expose(t.Context(), netip.MustParseAddrPort(reference))
	if err != nil {
		t.Skip("no loopback sockets:", err)
	}
	for _, network := range []string{"udp", "tcp"} {
		c := &dns.Client{Net: network, Timeout: 2 * time.Second}
		r, _, err := c.Exchange(new(dns.Msg).SetQuestion("mx1.customer.example.", dns.TypeA), at.String())
		if err != nil || brief(r) != "NOERROR A 203.0.113.10" {
			t.Errorf("%s: %v %v", network, r, err)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"-- nonsense --\n":                                    `unknown section "nonsense"`,
		"-- options --\negres: 1\n":                           `options: line 1: unknown option "egres"`,
		"-- options --\negress: here\n":                       `options: line 1: ParseAddr`,
		"-- zone/a.example --\n@ MX ten mx\n":                 `zone/a.example: dns: bad MX Pref: "ten"`,
		"-- zone/a.example --\nb.example. A 1.2.3.4\n":        `outside of the zone`,
		"-- resolver/ours --\nreverse: sometimes\n":           `unknown fault "sometimes"`,
		"-- resolver/ours --\nreverse: refused\n":             `needs an address`,
		"-- smtp/203.0.113.1 --\nRCTP 250 Ok\n":               `line 1: unknown verb "RCTP"`,
		"-- smtp/203.0.113.1 --\nRCPT anna@a.example\n":       `RCPT has no reply`,
		"-- smtp/203.0.113.1 --\n[form 1.2.3.4] RCPT 250 x\n": `unknown condition "form 1.2.3.4"`,
		"-- lists --\nzen.spamhaus.org sick\n":                `lists: line 1: cannot read`,
		"-- servers --\nns1.no.example lame=no.example\n":     `is the name server of no zone`,
		"-- expect --\ntag: x\n":                              `expect: line 1: unknown key "tag"`,
	} {
		_, err := Load([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
