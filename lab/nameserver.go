package lab

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// dnsFault is a way for a DNS server to fail.
type dnsFault string

const (
	faultRefused       dnsFault = "refused"  // RCODE 5
	faultServFail      dnsFault = "servfail" // RCODE 2
	faultNXDomain      dnsFault = "nxdomain" // "no such name", wrongly
	faultEmpty         dnsFault = "empty"    // no error and no records, wrongly
	faultSilent        dnsFault = "silent"   // no answer: the client runs into its timeout
	faultGarbage       dnsFault = "garbage"  // bytes that are no DNS message
	faultOtherQuestion dnsFault = "other-question"
	faultWrongID       dnsFault = "wrong-id"
	faultBogus         dnsFault = "bogus"    // a validating resolver's SERVFAIL: with CD set, it answers
	faultReferral      dnsFault = "referral" // to the root, in place of recursion
	faultFormErr       dnsFault = "formerr"  // of EDNS: RCODE 1 to questions that have it
	faultStall         dnsFault = "stall"    // of TCP: accepts the connection and says nothing
	faultReset         dnsFault = "reset"    // of TCP
)

var knownFaults = []dnsFault{faultRefused, faultServFail, faultNXDomain, faultEmpty, faultSilent, faultGarbage,
	faultOtherQuestion, faultWrongID, faultBogus, faultReferral, faultStall, faultReset}

// dnsFaults are what is wrong with a DNS server. The zero value is a healthy one.
type dnsFaults struct {
	// all strikes every question, reverse those below in-addr.arpa and ip6.arpa, below those at or below a name.
	all, reverse dnsFault
	below        []nameFault
	// share of the questions that all and reverse strike, from 0 to 1; 0 means all of them.
	share float64
	// tcp is a fault of that transport alone: faultRefused, faultSilent, faultReset or faultStall.
	tcp dnsFault
	// edns is what comes of questions with EDNS (RFC 6891 section 7): faultFormErr or faultSilent.
	edns dnsFault
	// truncate makes every answer over UDP a truncated one.
	truncate bool
	// lie is the address given for names that do not exist, as some providers do for advertising.
	lie netip.Addr
	// latency of an answer, and the share of questions over UDP that get lost, from 0 to 1.
	latency time.Duration
	loss    float64
}

// nameFault is a fault with the names at or below one.
type nameFault struct {
	name  string
	fault dnsFault
}

// of says what strikes a question.
func (f *dnsFaults) of(name string, dice func(what string) float64) dnsFault {
	for _, b := range f.below {
		if dns.IsSubDomain(b.name, name) {
			return b.fault
		}
	}
	if f.share > 0 && dice("fault") >= f.share {
		return ""
	}
	if f.reverse != "" && isReverse(name) {
		return f.reverse
	}
	return f.all
}

func isReverse(name string) bool {
	return dns.IsSubDomain("in-addr.arpa.", name) || dns.IsSubDomain("ip6.arpa.", name)
}

// nameserver is a DNS server at an address. Its answer function says what is true; faults falsify it.
type nameserver struct {
	net    *Net
	at     netip.AddrPort
	answer func(query *dns.Msg, from netip.Addr) *dns.Msg
	faults dnsFaults
}

// handle answers one packet through reply, which is called at most once, later, and from another goroutine.
func (s *nameserver) handle(packet []byte, from netip.Addr, overTCP bool, reply func([]byte)) {
	query := new(dns.Msg)
	if err := query.Unpack(packet); err != nil || len(query.Question) != 1 || query.Response {
		return
	}
	name, nth := s.net.count(s.at, query, overTCP)
	dice := func(what string) float64 { return s.net.dice(what, s.at, name, query.Question[0].Qtype, nth) }
	if !overTCP && dice("loss") < s.faults.loss {
		return
	}
	fault := s.faults.of(name, dice)
	if s.faults.edns != "" && query.IsEdns0() != nil {
		fault = s.faults.edns
	}
	if fault == faultSilent {
		return
	}
	response := s.respond(query, from, fault)
	if response == nil {
		return
	}
	if !overTCP {
		size := dns.MinMsgSize
		if opt := query.IsEdns0(); opt != nil {
			size = max(size, int(opt.UDPSize()))
		}
		response.Truncate(size)
		if s.faults.truncate {
			response.Truncated, response.Answer = true, nil
		}
	}
	wire, err := response.Pack()
	if err != nil {
		return
	}
	if fault == faultGarbage {
		wire = append(wire[:2], strings.Repeat("\xc0\xff garbage ", 12)...)
	}
	s.net.answered(s.at, query, overTCP)
	time.Sleep(s.faults.latency)
	reply(wire)
}

func (s *nameserver) respond(query *dns.Msg, from netip.Addr, fault dnsFault) *dns.Msg {
	failure := new(dns.Msg)
	failure.SetReply(query)
	switch fault {
	case faultRefused:
		failure.Rcode = dns.RcodeRefused
		return failure
	case faultServFail:
		failure.Rcode = dns.RcodeServerFailure
		return failure
	case faultFormErr:
		failure.Rcode = dns.RcodeFormatError
		return failure
	case faultNXDomain:
		failure.Rcode = dns.RcodeNameError
		return failure
	case faultBogus:
		if !query.CheckingDisabled {
			failure.Rcode = dns.RcodeServerFailure
			return failure
		}
	case faultReferral:
		failure.Ns = []dns.RR{nsRecord(".", "a.root-servers.net.")}
		return failure
	case faultEmpty, faultGarbage:
		return failure
	case faultOtherQuestion:
		failure.Question[0].Name = "elsewhere.example."
		failure.Answer = []dns.RR{addressRecord("elsewhere.example.", netip.AddrFrom4([4]byte{192, 0, 2, 254}))}
		return failure
	}
	response := s.answer(query, from)
	if response == nil {
		return nil
	}
	if q := query.Question[0]; response.Rcode == dns.RcodeNameError && s.faults.lie.IsValid() && !isReverse(q.Name) {
		response.Rcode, response.Ns, response.AuthenticatedData = dns.RcodeSuccess, nil, false
		if q.Qtype == dns.TypeA {
			response.Answer = []dns.RR{addressRecord(q.Name, s.faults.lie)}
		}
	}
	if opt := query.IsEdns0(); opt != nil {
		response.SetEdns0(1232, opt.Do())
	}
	if fault == faultWrongID {
		response.Id++
	}
	return response
}

// serveTCP answers the length-prefixed messages of one connection (RFC 1035 section 4.2.2).
func (s *nameserver) serveTCP(c net.Conn, from netip.Addr) {
	defer c.Close()
	for {
		var length uint16
		if binary.Read(c, binary.BigEndian, &length) != nil {
			return
		}
		packet := make([]byte, length)
		if _, err := io.ReadFull(c, packet); err != nil {
			return
		}
		if s.faults.tcp == faultStall {
			continue
		}
		s.handle(packet, from, true, func(wire []byte) {
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...))
		})
	}
}

// authority is what one authoritative server knows: its zones, and those that it should know and does not.
type authority struct {
	zones map[string]source
	lame  []string
}

// answer gives the answer of the closest zone, or REFUSED where the server has none.
func (a *authority) answer(query *dns.Msg, from netip.Addr) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(query)
	q := query.Question[0]
	name := dns.CanonicalName(q.Name)
	apex := a.closest(name, q.Qtype)
	if apex == "" {
		m.Rcode = dns.RcodeRefused
		return m
	}
	r := a.zones[apex].lookup(name, q.Qtype, from)
	m.Rcode, m.Answer, m.Ns, m.Extra = r.rcode, r.answer, r.authority, r.additional
	m.Authoritative = !r.referral
	return m
}

func (a *authority) closest(name string, qtype uint16) string {
	if slices.ContainsFunc(a.lame, func(apex string) bool { return dns.IsSubDomain(apex, name) }) {
		return ""
	}
	if qtype == dns.TypeDS && a.zones[name] != nil && name != "." {
		name = parent(name)
	}
	for up := name; up != ""; up = parent(up) {
		if a.zones[up] != nil {
			return up
		}
	}
	return ""
}

// dice gives a number from 0 to 1 for an event. It depends on nothing but the seed and what the event is, so that a
// run is the same however its goroutines are scheduled.
func (n *Net) dice(what string, server netip.AddrPort, name string, qtype uint16, nth int) float64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range []uint64{n.Seed, uint64(qtype), uint64(nth)} {
		binary.BigEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
	io.WriteString(h, what+"|"+server.String()+"|"+name)
	x := h.Sum64()
	x ^= x >> 33 // FNV mixes its last bytes badly; this is the finaliser of MurmurHash3
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
