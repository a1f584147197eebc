package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"
)

// checkEgress compares the address under which their servers saw us with the configured ones. Nothing is asked.
func checkEgress(_ context.Context, r *run, c *caseFile) []Finding {
	var list []Finding
	configured := make([]netip.Addr, len(r.cfg.Egress))
	for i, a := range r.cfg.Egress {
		configured[i] = a.Unmap()
		if !isPublic(a) {
			list = append(list, finding("egress.private", a.String(), nil))
		}
	}
	quoted := c.quoted()
	for _, a := range quoted {
		e := c.quoting(a)
		switch {
		case !slices.ContainsFunc(configured, func(k netip.Addr) bool { return k.Is4() == a.Is4() && isPublic(k) }):
			// of this family nothing is configured to compare with
		case slices.Contains(c.between, a):
			list = append(list, finding("egress.between", a.String(), args("configured", join(configured)), e...))
		case slices.Contains(configured, a):
			list = append(list, finding("egress.agree", a.String(), nil, e...))
		default:
			list = append(list, finding("egress.differs", a.String(), args("configured", join(configured)), e...))
		}
	}
	if len(configured) == 0 && len(quoted) > 1 {
		list = append(list, finding("egress.several", c.group.Domain, args("addresses", join(quoted))))
	}
	if len(c.egress) == 0 {
		list = append(list, finding("egress.unknown", c.group.Domain, nil))
	}
	return list
}

// quoting finds the bounce that quotes an address.
func (c *caseFile) quoting(a netip.Addr) []Evidence {
	for _, s := range c.group.Samples {
		if s.Event.LocalIP == a.String() || strings.Contains(s.Event.Diagnostic, a.String()) {
			return []Evidence{{Asked: "bounce " + clean(s.Event.Origin.String()), Answered: clean(s.Event.Diagnostic),
				Server: clean(s.Event.RemoteHost), At: s.Event.Time}}
		}
	}
	return nil
}
