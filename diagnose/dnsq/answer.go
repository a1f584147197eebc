// Package dnsq asks DNS servers: every question once, with retries, over TCP where the answer does not fit UDP, and
// with an honest result: an answer, a denial, or a failure that says nothing.
package dnsq

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Kind is what an answer means.
type Kind string

const (
	Answered Kind = "answered"
	NXDomain Kind = "NXDOMAIN" // the name does not exist
	NoData   Kind = "NODATA"   // the name exists without records of that type
	Failed   Kind = "failed"   // nothing is known: SERVFAIL, REFUSED, a timeout or garbage
)

// Answer is what a server said to one question, or why it did not.
type Answer struct {
	Name   string // canonical
	Type   uint16
	Server netip.AddrPort
	At     time.Time
	// Err says why there is no answer; else Msg is the answer.
	Err string
	Msg *dns.Msg
}

// Kind says what the answer means. Anything but NOERROR and NXDOMAIN is a failure (RFC 1035 section 4.1.1).
func (a *Answer) Kind() Kind {
	switch {
	case a.Msg == nil:
		return Failed
	case a.Msg.Rcode == dns.RcodeNameError:
		return NXDomain
	case a.Msg.Rcode != dns.RcodeSuccess:
		return Failed
	case len(a.Records()) > 0:
		return Answered
	case a.refers():
		return Failed
	}
	return NoData
}

// refers says whether the server sends the client on to others, although it was asked to do that itself: an answer
// without records that says nothing about the name.
func (a *Answer) refers() bool {
	m := a.Msg
	if !m.RecursionDesired || m.RecursionAvailable || m.Authoritative || len(m.Answer) > 0 {
		return false
	}
	return slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS }) &&
		!slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSOA })
}

// Denied says whether the server said that there is no such record.
func (a *Answer) Denied() bool { k := a.Kind(); return k == NXDomain || k == NoData }

// Records are those of the type that was asked for, at the end of the chain of aliases that begins at the name; in
// a stable order.
func (a *Answer) Records() []dns.RR {
	if a.Msg == nil {
		return nil
	}
	owner := a.Canonical()
	var found []dns.RR
	for _, rr := range a.Msg.Answer {
		if rr.Header().Rrtype == a.Type && dns.CanonicalName(rr.Header().Name) == owner {
			found = append(found, rr)
		}
	}
	slices.SortStableFunc(found, func(x, y dns.RR) int { return strings.Compare(Text(x), Text(y)) })
	return found
}

// Canonical is the name at the end of the chain of aliases that begins at the name asked for.
func (a *Answer) Canonical() string {
	owner := a.Name
	if a.Msg == nil || a.Type == dns.TypeCNAME {
		return owner
	}
	for range a.Msg.Answer { // each alias is followed once at most
		next := aliasOf(a.Msg.Answer, owner)
		if next == "" {
			break
		}
		owner = next
	}
	return owner
}

func aliasOf(records []dns.RR, owner string) string {
	for _, rr := range records {
		if c, ok := rr.(*dns.CNAME); ok && dns.CanonicalName(c.Hdr.Name) == owner {
			return dns.CanonicalName(c.Target)
		}
	}
	return ""
}

// Failure says why the answer says nothing; empty unless its Kind is Failed.
func (a *Answer) Failure() string {
	if a.Msg == nil {
		return a.Err
	}
	switch {
	case a.Kind() != Failed:
		return ""
	case a.Msg.Rcode == dns.RcodeSuccess:
		return "a referral and no answer: the server does not recurse"
	}
	return rcode(a.Msg.Rcode)
}

func rcode(code int) string {
	if s, ok := dns.RcodeToString[code]; ok {
		return s
	}
	return fmt.Sprintf("RCODE %d", code)
}

// Question is "example.com. MX".
func (a *Answer) Question() string { return a.Name + " " + typeName(a.Type) }

func typeName(t uint16) string {
	if s, ok := dns.TypeToString[t]; ok {
		return s
	}
	return fmt.Sprintf("TYPE%d", t)
}

// String is the answer in one line: the RCODE and the records without their times to live, sorted.
func (a *Answer) String() string {
	switch kind := a.Kind(); kind {
	case Answered:
		var parts []string
		if c := a.Canonical(); c != a.Name {
			parts = append(parts, "CNAME "+c)
		}
		for _, rr := range a.Records() {
			parts = append(parts, Text(rr))
		}
		return "NOERROR: " + strings.Join(parts, ", ")
	case NXDomain:
		return "NXDOMAIN"
	case NoData:
		return "NOERROR, no records of this type"
	}
	return a.Failure()
}

// Text is the data of a record as in a zone file, all of it printable ASCII: the library escapes names and strings, but
// not what pseudo-records (OPT, TSIG, NULL) hold.
func Text(rr dns.RR) string {
	// Name, TTL, class and type come first. Header().String() cannot be cut off: types that the library does not know
	// (RFC 3597) are written under another header.
	fields := strings.SplitN(rr.String(), "\t", 5)
	var b strings.Builder
	for _, c := range []byte(fields[len(fields)-1]) {
		if c < ' ' || c > '~' {
			fmt.Fprintf(&b, `\%03d`, c) // RFC 1035 section 5.1
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// wire is an answer in a recording.
type wire struct {
	Name   string    `json:"name"`
	Type   uint16    `json:"type"`
	Server string    `json:"server"`
	At     time.Time `json:"at"`
	Err    string    `json:"err,omitempty"`
	Msg    string    `json:"msg,omitempty"`
	Text   string    `json:"text"` // for readers only
}

func (a Answer) MarshalJSON() ([]byte, error) {
	w := wire{Name: a.Name, Type: a.Type, At: a.At, Err: a.Err, Text: a.String()}
	if a.Server.IsValid() {
		w.Server = a.Server.String()
	}
	if a.Msg != nil {
		raw, err := a.Msg.Pack()
		if err != nil {
			return nil, err
		}
		w.Msg = base64.StdEncoding.EncodeToString(raw)
	}
	return json.Marshal(w)
}

func (a *Answer) UnmarshalJSON(line []byte) error {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil {
		return err
	}
	*a = Answer{Name: w.Name, Type: w.Type, At: w.At, Err: w.Err}
	if w.Server != "" {
		server, err := netip.ParseAddrPort(w.Server)
		if err != nil {
			return err
		}
		a.Server = server
	}
	if w.Msg == "" {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(w.Msg)
	if err != nil {
		return err
	}
	a.Msg = new(dns.Msg)
	return a.Msg.Unpack(raw)
}
