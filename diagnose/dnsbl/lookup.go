package dnsbl

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
)

// State of a list, or of an address on it.
type State string

const (
	Listed  State = "listed"
	Clean   State = "clean"
	Allowed State = "allowed" // on an allow list, or with good reputation
	Healthy State = "healthy" // of a list
	// Untested is a list of which nothing is known and that has no test entry: it lists something, and not the
	// world, so a listing counts; that it is silent proves nothing.
	Untested State = "untested"
	Refused  State = "refused" // the operator does not serve us
	Broken   State = "broken"  // the list answers what cannot be
	Gone     State = "dead"    // the zone does not exist
	Unknown  State = "unknown"
)

// Result is what a list says, or why it says nothing.
type Result struct {
	State State
	// Meaning of a listing, or why there is no result.
	Meaning string
	Answers []dnsq.Answer
}

// Client asks lists.
type Client struct {
	// Keys of paid lists, by [Zone.Name].
	Keys map[string]string
}

// zone is the name to ask below.
func (c *Client) zone(z Zone) string {
	if key := c.Keys[z.Name]; key != "" && z.Keyed != "" {
		return key + "." + z.Keyed
	}
	return z.Name
}

// Health asks the test points of RFC 5782 section 5: a list may be believed only where what must be listed is, and
// what must not be is not.
func (c *Client) Health(ctx context.Context, a dnsq.Asker, z Zone, ipv6 bool) Result {
	listed, not := []string{"2.0.0.127"}, "1.0.0.127"
	switch {
	case z.Domains:
		listed, not = append([]string{"test"}, z.Test...), "invalid"
	case ipv6:
		listed, not = []string{testPoint6("2")}, testPoint6("1")
	}
	zone := c.zone(z)
	names := append([]string{not, random(z, ipv6)}, listed...)
	answers := ask(ctx, a, zone, names)
	soa := a.Lookup(ctx, zone, dns.TypeSOA)
	r := Result{State: Healthy, Answers: append([]dnsq.Answer{soa}, answers...)}
	for i, answer := range answers[:2] {
		switch state, meaning := z.judge(answer); state {
		case Refused:
			return Result{Refused, meaning, r.Answers}
		case Unknown:
			return Result{Unknown, meaning, r.Answers}
		case Clean:
		default:
			return Result{Broken, "it lists what must not be listed: " + names[i], r.Answers}
		}
	}
	if soa.Kind() == dnsq.NXDomain {
		return Result{Gone, "", r.Answers}
	}
	points := answers[2:]
	if slices.ContainsFunc(points, func(p dnsq.Answer) bool { return p.Kind() == dnsq.Answered && !z.refuses(p) }) {
		return r
	}
	for _, p := range points {
		if p.Kind() == dnsq.Failed {
			return Result{Unknown, p.Failure(), r.Answers}
		}
		if state, meaning := z.judge(p); state == Refused {
			return Result{Refused, meaning, r.Answers}
		}
	}
	if z.Unheard {
		return Result{Untested, "", r.Answers}
	}
	return Result{Broken, "it does not list its own test entry " + listed[0], r.Answers}
}

func ask(ctx context.Context, a dnsq.Asker, zone string, names []string) []dnsq.Answer {
	answers := make([]dnsq.Answer, len(names))
	done := make(chan struct{})
	for i, name := range names {
		go func() {
			answers[i] = a.Lookup(ctx, name+"."+zone, dns.TypeA)
			done <- struct{}{}
		}()
	}
	for range names {
		<-done
	}
	return answers
}

// random is a label that nobody lists; the same one in every run, so that runs can be compared.
func random(z Zone, ipv6 bool) string {
	h := fnv.New64a()
	h.Write([]byte("ndrscope " + z.Name + strconv.FormatBool(ipv6)))
	return "x" + hex.EncodeToString(h.Sum(nil))
}

// testPoint6 is ::FFFF:7F00:2 or :1 as it is asked, RFC 5782 section 5.
func testPoint6(last string) string {
	return last + ".0.0.0.0.0.f.7.f.f.f.f" + strings.Repeat(".0", 20)
}

// Address asks for an address, and where it is listed, why.
func (c *Client) Address(ctx context.Context, a dnsq.Asker, z Zone, addr netip.Addr) Result {
	return c.lookup(ctx, a, z, Reversed(addr))
}

// Domain asks for a domain.
func (c *Client) Domain(ctx context.Context, a dnsq.Asker, z Zone, domain string) Result {
	return c.lookup(ctx, a, z, strings.TrimSuffix(domain, "."))
}

func (c *Client) lookup(ctx context.Context, a dnsq.Asker, z Zone, key string) Result {
	name := key + "." + c.zone(z)
	answer := a.Lookup(ctx, name, dns.TypeA)
	r := Result{Answers: []dnsq.Answer{answer}}
	r.State, r.Meaning = z.judge(answer)
	if r.State == Listed {
		r.Answers = append(r.Answers, a.Lookup(ctx, name, dns.TypeTXT))
	}
	return r
}

// Reversed is an address as lists are asked for it, RFC 5782 sections 2.1 and 2.4.
func Reversed(addr netip.Addr) string {
	addr = addr.Unmap()
	if addr.Is4() {
		b := addr.As4()
		return fmt.Sprintf("%d.%d.%d.%d", b[3], b[2], b[1], b[0])
	}
	b := addr.As16()
	digits := hex.EncodeToString(b[:])
	labels := strings.Split(digits, "")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

func (z Zone) refuses(a dnsq.Answer) bool {
	state, _ := z.judge(a)
	return state == Refused || state == Broken
}

// judge says what an answer means on this list.
func (z Zone) judge(a dnsq.Answer) (State, string) {
	switch a.Kind() {
	case dnsq.Failed:
		return Unknown, a.Failure()
	case dnsq.NXDomain, dnsq.NoData:
		return Clean, ""
	}
	worst, meanings := State(""), []string{}
	for _, addr := range dnsq.Addrs(a) {
		state, meaning := z.code(addr)
		switch {
		case state == Refused || state == Broken:
			return state, meaning
		case state == Listed && worst != Listed:
			worst, meanings = Listed, nil
		case worst == "":
			worst = state
		}
		if state == worst && meaning != "" && !slices.Contains(meanings, meaning) {
			meanings = append(meanings, meaning)
		}
	}
	return worst, strings.Join(meanings, "; ")
}

var (
	loopback = netip.MustParsePrefix("127.0.0.0/8")
	// refusals is where operators put their error codes, following Spamhaus.
	refusals = netip.MustParsePrefix("127.255.255.0/24")
)

func (z Zone) code(addr netip.Addr) (State, string) {
	if !loopback.Contains(addr) {
		return Broken, "it answers with an address outside of 127.0.0.0/8"
	}
	if addr == netip.AddrFrom4([4]byte{127, 0, 0, 1}) && !z.Bits {
		return Broken, "it answers 127.0.0.1, which RFC 5782 section 2.1 advises against and parked domains give"
	}
	kind, meaning, known := z.find(addr)
	switch {
	case known && kind == Refusal:
		return Refused, meaning + " (" + addr.String() + ")"
	case refusals.Contains(addr):
		return Refused, "it answers with the error code " + addr.String()
	case !known && z.Allow:
		return Clean, ""
	case !known:
		return Listed, "an answer that is not documented, " + addr.String()
	case kind == Neutral:
		return Clean, ""
	case kind == Good:
		return Allowed, meaning + " (" + addr.String() + ")"
	}
	return Listed, meaning + " (" + addr.String() + ")"
}

func (z Zone) find(addr netip.Addr) (Kind, string, bool) {
	if z.Bits {
		mask := int(addr.As4()[3])
		kind, meanings := Neutral, []string{}
		for _, c := range z.Codes {
			bit, err := strconv.Atoi(c.Low)
			if err != nil || mask&bit == 0 {
				continue
			}
			// The refusal bit counts when it stands alone: the test entries have all bits set.
			if c.Kind == Refusal && mask == bit {
				return Refusal, c.Meaning, true
			}
			if c.Kind == Bad {
				kind, meanings = Bad, append(meanings, c.Meaning)
			}
		}
		return kind, strings.Join(meanings, ", "), true
	}
	for _, c := range z.Codes {
		low, high := netip.MustParseAddr(c.Low), netip.MustParseAddr(c.High)
		if low.Compare(addr) <= 0 && addr.Compare(high) <= 0 {
			return c.Kind, c.Meaning, true
		}
	}
	return Bad, "", false
}
