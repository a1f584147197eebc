package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"ndrscope/diagnose/smtpchat"
	"ndrscope/diagnose/tape"
)

// checkOpenRelay tests our own hosts, and no others, with the forms of addresses that have fooled servers: also the
// one with the percent sign. Nothing is ever sent: a RCPT that is accepted is the proof.
func checkOpenRelay(ctx context.Context, r *run, c *caseFile) []Finding {
	lists := parallel(r.cfg.OurHosts, func(host string) []Finding {
		return r.share("open-relay "+host, func() []Finding { return r.testRelay(ctx, host) })
	})
	return slices.Concat(lists...)
}

// foreign is an address at which nobody gets mail: RFC 2606.
const foreign, foreignDomain = "relay-test", "example.com"

// relayForms are recipients that only an open relay accepts; host is the server's name, addr its address.
func relayForms(host string, addr netip.Addr) []string {
	outside := foreign + "@" + foreignDomain
	return []string{
		outside,
		foreign + "%" + foreignDomain + "@" + host,
		foreign + "%" + foreignDomain + "@[" + addr.String() + "]",
		`"` + outside + `"`,
		`"` + foreign + "%" + foreignDomain + `"`,
		outside + "@" + host,
		"@" + host + ":" + outside,
		foreignDomain + "!" + foreign,
	}
}

func (r *run) testRelay(ctx context.Context, host string) []Finding {
	h := hostOf(ctx, r.truth, host)
	if addr, err := netip.ParseAddr(host); err == nil {
		h.addrs = []netip.Addr{addr}
	}
	one := func(tag Tag, evidence []Evidence, pairs ...string) []Finding {
		return []Finding{finding(tag, host, args(pairs...), evidence...)}
	}
	if len(h.addrs) == 0 {
		return one("open-relay.unknown", seen(h.answers...), "why", "it has no address")
	}
	addr := h.addrs[0]
	at := netip.AddrPortFrom(addr, 25)
	p := smtpchat.Plan{Server: at, Host: host, Forms: relayForms(host, addr), NoTLS: true, RootCAs: r.cfg.RootCAs, Now: r.cfg.Now(),
		Wait: 4 * r.cfg.Timeout, Total: 15 * r.cfg.Timeout}
	missing := smtpchat.Conversation{Stage: smtpchat.Connect, Err: "not asked: the run had ended"}
	chat := tape.Do(ctx, r.cfg.Tape, "relay "+at.String(), missing, func() smtpchat.Conversation {
		return smtpchat.Talk(ctx, r.cfg.Dialer, p, r.cfg.Now)
	})
	x := exchange{host, addr, chat}
	evidence := transcript(&x)
	var accepted []string
	for i, reply := range chat.Rcpt {
		if reply.Code/100 == 2 {
			accepted = append(accepted, p.Forms[i])
		}
	}
	switch {
	case accepted != nil && r.outside(chat.Local, h.addrs):
		return one("open-relay.open", evidence, "how", "it accepts "+strings.Join(accepted, ", "))
	case accepted != nil:
		return one("open-relay.inside", evidence, "how", "it accepts "+strings.Join(accepted, ", "))
	case len(chat.Rcpt) == 0:
		return one("open-relay.unknown", evidence, "why", orNone(strings.TrimSpace(string(chat.Stage)+" "+chat.Err)))
	}
	return one("open-relay.closed", evidence)
}

// outside says whether we ask as a stranger would: from a public address that is none of ours, nor of the server's
// network.
func (r *run) outside(local netip.Addr, server []netip.Addr) bool {
	if !local.IsValid() || !isPublic(local) {
		return false
	}
	ours := func(a netip.Addr) bool { return near(a, local) }
	return !slices.ContainsFunc(server, ours) && !slices.ContainsFunc(r.cfg.Egress, ours)
}

// near says whether two addresses are in one network, such as one customer of a provider has.
func near(a, b netip.Addr) bool {
	bits := 24
	if a.Unmap().Is6() {
		bits = 48
	}
	prefix, err := a.Unmap().Prefix(bits)
	return err == nil && prefix.Contains(b.Unmap())
}
