package lab

import (
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// The records that the lab itself writes. They are put together from parts and not parsed: names come from questions
// and may hold anything.

func header(name string, t uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: t, Class: dns.ClassINET, Ttl: ttl}
}

// addressRecord is an A or AAAA record.
func addressRecord(name string, a netip.Addr) dns.RR {
	if a.Is4() {
		return &dns.A{Hdr: header(name, dns.TypeA, 60), A: net.IP(a.AsSlice())}
	}
	raw := a.As16()
	return &dns.AAAA{Hdr: header(name, dns.TypeAAAA, 60), AAAA: net.IP(raw[:])}
}

func nsRecord(zone, host string) dns.RR {
	return &dns.NS{Hdr: header(zone, dns.TypeNS, 3600), Ns: host}
}

func ptrRecord(name, host string) dns.RR {
	return &dns.PTR{Hdr: header(name, dns.TypePTR, 3600), Ptr: host}
}

func textRecord(name, text string) dns.RR {
	return &dns.TXT{Hdr: header(name, dns.TypeTXT, 60), Txt: []string{text}}
}

// soaRecord of a zone; a negative answer may be kept for a minute (RFC 2308 section 5).
func soaRecord(zone string) dns.RR {
	below := zone
	if zone == "." {
		below = "lab-root."
	}
	return &dns.SOA{Hdr: header(zone, dns.TypeSOA, 300), Ns: "ns1." + below, Mbox: "hostmaster." + below,
		Serial: 2026112001, Refresh: 7200, Retry: 3600, Expire: 1209600, Minttl: 60}
}

// addressIn is the address in an A or AAAA record.
func addressIn(rr dns.RR) (netip.Addr, bool) {
	var ip net.IP
	switch rr := rr.(type) {
	case *dns.A:
		ip = rr.A
	case *dns.AAAA:
		ip = rr.AAAA
	}
	a, ok := netip.AddrFromSlice(ip)
	if _, v4 := rr.(*dns.A); v4 {
		a = a.Unmap()
	}
	return a, ok
}
