package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"
)

// checkHELO judges the name that we give: RFC 5321 section 4.1.1.1 wants a fully qualified name that resolves.
func checkHELO(ctx context.Context, r *run, c *caseFile) []Finding {
	lists := parallel(c.helo, func(name string) []Finding {
		return r.share("helo "+name+" "+join(c.egress), func() []Finding {
			return []Finding{judgeHELO(ctx, r, name, c.egress)}
		})
	})
	return slices.Concat(lists...)
}

func judgeHELO(ctx context.Context, r *run, name string, egress []netip.Addr) Finding {
	bare := strings.Trim(name, "[]")
	if _, err := netip.ParseAddr(strings.TrimPrefix(bare, "ipv6:")); err == nil {
		return finding("helo.literal", name, nil)
	}
	if bare == "localhost" || strings.HasPrefix(bare, "localhost.") {
		return finding("helo.localhost", name, nil)
	}
	if last := bare[strings.LastIndexByte(bare, '.')+1:]; !strings.Contains(bare, ".") || last == "local" ||
		last == "lan" || last == "localdomain" || last == "internal" {
		return finding("helo.unqualified", name, nil)
	}
	h := hostOf(ctx, r.truth, bare)
	evidence := seen(h.answers...)
	switch {
	case h.failure != "":
		return finding("helo.unknown", name, args("why", h.failure), evidence...)
	case len(h.addrs) == 0:
		return finding("helo.no-address", name, nil, evidence...)
	case len(egress) == 0 || slices.ContainsFunc(h.addrs, func(a netip.Addr) bool { return slices.Contains(egress, a) }):
		return finding("helo.ok", name, nil, evidence...)
	}
	return finding("helo.mismatch", name, args("addresses", join(h.addrs)), evidence...)
}
