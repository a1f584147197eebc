package dnsq

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"
)

// InternetRoots are the root servers. https://www.internic.net/domain/named.root
var InternetRoots = []netip.AddrPort{
	netip.MustParseAddrPort("198.41.0.4:53"),     // a
	netip.MustParseAddrPort("170.247.170.2:53"),  // b
	netip.MustParseAddrPort("192.33.4.12:53"),    // c
	netip.MustParseAddrPort("199.7.91.13:53"),    // d
	netip.MustParseAddrPort("192.203.230.10:53"), // e
	netip.MustParseAddrPort("192.5.5.241:53"),    // f
	netip.MustParseAddrPort("192.112.36.4:53"),   // g
	netip.MustParseAddrPort("198.97.190.53:53"),  // h
	netip.MustParseAddrPort("192.36.148.17:53"),  // i
	netip.MustParseAddrPort("192.58.128.30:53"),  // j
	netip.MustParseAddrPort("193.0.14.129:53"),   // k
	netip.MustParseAddrPort("199.7.83.42:53"),    // l
	netip.MustParseAddrPort("202.12.27.33:53"),   // m
	netip.MustParseAddrPort("[2001:503:ba3e::2:30]:53"),
	netip.MustParseAddrPort("[2801:1b8:10::b]:53"),
	netip.MustParseAddrPort("[2001:500:2::c]:53"),
	netip.MustParseAddrPort("[2001:7fd::1]:53"),
}

// prime asks root servers for the root's servers (RFC 8109), a few at once, then all others: those that answer are asked
// first from then on. Where none does, no lookup waits for that again.
func (it *Iterator) prime(ctx context.Context) {
	it.roots = it.Roots
	if it.roots == nil {
		it.roots = InternetRoots
	}
	few := func(at netip.AddrPort) bool { return slices.Index(it.family(at), at) < 3 }
	rest := slices.DeleteFunc(slices.Clone(it.roots), few)
	for _, wave := range [][]netip.AddrPort{without(it.roots, rest), rest} {
		answers := make([]Answer, len(wave))
		var wg sync.WaitGroup
		for i, at := range wave {
			wg.Go(func() { answers[i] = it.Client.Ask(ctx, Query{Server: at, Name: ".", Type: dns.TypeNS}) })
		}
		wg.Wait()
		var alive []netip.AddrPort
		for i, a := range answers {
			if a.Msg != nil {
				alive = append(alive, wave[i])
			} else if it.lost == "" || it.lost == errNoRoute.Error() { // that says less than what others come to
				it.lost = a.Err
			}
		}
		if alive != nil {
			it.roots, it.lost = append(alive, without(it.roots, alive)...), ""
			return
		}
	}
}

// family lists the roots of an address's family.
func (it *Iterator) family(like netip.AddrPort) []netip.AddrPort {
	return slices.DeleteFunc(slices.Clone(it.roots), func(at netip.AddrPort) bool { return at.Addr().Is4() != like.Addr().Is4() })
}

func without(list, some []netip.AddrPort) []netip.AddrPort {
	return slices.DeleteFunc(slices.Clone(list), func(at netip.AddrPort) bool { return slices.Contains(some, at) })
}
