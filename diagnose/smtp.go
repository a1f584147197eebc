package diagnose

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ndrscope/diagnose/dnsq"
	"ndrscope/diagnose/smtpchat"
	"ndrscope/diagnose/tape"
)

// exchange is a conversation with one address of a mail server.
type exchange struct {
	host string
	addr netip.Addr
	chat smtpchat.Conversation
}

func (x *exchange) subject() string { return x.host + " [" + x.addr.String() + "]" }

// target is one address to speak to.
type target struct {
	host string
	addr netip.Addr
}

const (
	maxHosts       = 3 // mail servers of one domain to speak to
	maxPerProvider = 6 // conversations with servers of one provider
)

// plan decides once, for the whole run and in the order of the domains, whom to speak to on whose behalf, so that no
// server has more than one conversation.
func (r *run) plan(ctx context.Context) map[netip.Addr]*planned {
	r.planOnce.Do(func() {
		r.planned = map[netip.Addr]*planned{}
		targets := parallel(r.opened, func(c *caseFile) []target {
			if !wantsSMTP(r, c) {
				return nil
			}
			return c.targets(ctx)
		})
		perProvider := map[string]int{}
		for i, list := range targets {
			c := r.opened[i]
			for _, t := range list {
				if r.planned[t.addr] == nil {
					if perProvider[c.group.Provider]++; c.group.Provider != "" && perProvider[c.group.Provider] > maxPerProvider {
						continue
					}
					r.planned[t.addr] = &planned{target: t, first: c}
				}
			}
		}
	})
	return r.planned
}

// planned is a conversation to have, and the domain whose bounced address it may ask for.
type planned struct {
	target
	first *caseFile
}

// targets are the first addresses of the domain's mail servers, those that our own resolver gives among them: the
// reply of each decides whether a differing answer is the cause.
func (c *caseFile) targets(ctx context.Context) []target {
	askers := []dnsq.Asker{c.run.truth}
	for _, own := range c.run.ours {
		askers = append(askers, own)
	}
	var list []target
	for _, a := range askers {
		t := routeOf(ctx, a, c.group.Domain)
		for _, h := range t.hosts[:min(len(t.hosts), maxHosts)] {
			for _, addr := range firstOfEach(h.addrs) {
				if isPublic(addr) && !slices.Contains(list, target{h.name, addr}) {
					list = append(list, target{h.name, addr})
				}
			}
		}
	}
	return list
}

// firstOfEach is one address a family.
func firstOfEach(addrs []netip.Addr) []netip.Addr {
	var list []netip.Addr
	for _, a := range addrs {
		if !slices.ContainsFunc(list, func(b netip.Addr) bool { return a.Is4() == b.Is4() }) {
			list = append(list, a)
		}
	}
	return list
}

// exchanges has the conversations with the domain's servers.
func (r *run) exchanges(ctx context.Context, c *caseFile) []exchange {
	planned := r.plan(ctx)
	var mine []target
	for _, t := range c.targets(ctx) {
		if planned[t.addr] != nil {
			mine = append(mine, t)
		}
	}
	return parallel(mine, func(t target) exchange {
		p := planned[t.addr]
		return exchange{t.host, t.addr, r.talk(ctx, p.host, netip.AddrPortFrom(t.addr, 25), p.first)}
	})
}

// talk has one conversation, once.
func (r *run) talk(ctx context.Context, host string, at netip.AddrPort, c *caseFile) smtpchat.Conversation {
	p := smtpchat.Plan{Server: at, Host: host, RootCAs: r.cfg.RootCAs, Now: r.cfg.Now(), From: c.sender(),
		Wait: 4 * r.cfg.Timeout, Total: 10 * r.cfg.Timeout}
	if len(c.helo) > 0 {
		p.HELO = c.helo[0]
	}
	if to := c.bounced(); r.cfg.SMTPRecipient && to != "" {
		p.To = []string{to}
	}
	missing := smtpchat.Conversation{Stage: smtpchat.Connect, Err: "not asked: the run had ended"}
	return tape.Do(ctx, r.cfg.Tape, "smtp "+at.String(), missing, func() smtpchat.Conversation {
		return smtpchat.Talk(ctx, r.smtpDialer(), p, r.cfg.Now)
	})
}

// binder is a dialer that can speak from another of its addresses.
type binder interface {
	Bind(local netip.Addr) Dialer
}

// smtpDialer speaks from Config.Bind where that is set.
func (r *run) smtpDialer() Dialer {
	if !r.cfg.Bind.IsValid() {
		return r.cfg.Dialer
	}
	switch d := r.cfg.Dialer.(type) {
	case binder:
		return d.Bind(r.cfg.Bind)
	case *net.Dialer:
		bound := *d
		bound.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(r.cfg.Bind, 0))
		return &bound
	}
	return r.cfg.Dialer
}

// sender is an envelope sender of ours, as the failed mail had it.
func (c *caseFile) sender() string {
	if c.run.cfg.From != "" {
		return c.run.cfg.From
	}
	for _, s := range c.group.Samples {
		if strings.Contains(s.Event.Sender, "@") {
			return s.Event.Sender
		}
	}
	return ""
}

// bounced is the one address that is asked for: one that bounced.
func (c *caseFile) bounced() string {
	for _, s := range c.group.Samples {
		for _, a := range []string{s.Event.OriginalRecipient, s.Event.Recipient} {
			if domainOf(a) == c.group.Domain {
				return a
			}
		}
	}
	return ""
}

func wantsSMTP(r *run, c *caseFile) bool {
	if !r.cfg.SMTP {
		return false
	}
	k := check{reasons: told}
	return k.applies(r, c)
}

// transcript is a conversation as evidence.
func transcript(x *exchange) []Evidence {
	var list []Evidence
	e := Evidence{Asked: "connect to " + x.addr.String() + " port 25", Server: x.subject(), At: x.chat.At}
	for _, l := range x.chat.Lines {
		if l.From == "C" {
			list = append(list, e)
			e = Evidence{Asked: clean(l.Text), Server: x.subject(), At: x.chat.At}
			continue
		}
		if e.Answered != "" {
			e.Answered += " / "
		}
		e.Answered = clean(e.Answered + l.Text)
	}
	if x.chat.Err != "" {
		e.Answered = clean(strings.TrimSpace(e.Answered + " (" + x.chat.Err + ")"))
	}
	return append(list, e)
}

func checkSMTP(ctx context.Context, r *run, c *caseFile) []Finding {
	var list []Finding
	for _, x := range r.exchanges(ctx, c) {
		list = append(list, judgeSMTP(&x, r.plan(ctx)[x.addr].first == c))
	}
	return list
}

// judgeSMTP says how far the server let us come. A recipient that was asked for on behalf of another domain says
// nothing about this one.
func judgeSMTP(x *exchange, asked bool) Finding {
	chat, evidence := &x.chat, transcript(x)
	if !asked {
		evidence = slices.DeleteFunc(evidence, func(e Evidence) bool { return strings.HasPrefix(e.Asked, string(smtpchat.RcptTo)) })
	}
	stage := string(chat.Stage)
	reply := strings.ReplaceAll(chat.Reply.String(), "\n", " / ")
	if chat.Stage == smtpchat.RcptTo && !asked {
		return finding("smtp.accepted", x.subject(), args("stage", string(smtpchat.MailFrom)), evidence...)
	}
	switch {
	case chat.Stage == smtpchat.Connect:
		return finding("smtp.unreachable", x.subject(), args("why", chat.Err), evidence...)
	case chat.Err != "":
		return finding("smtp.broken", x.subject(), args("stage", stage, "why", chat.Err), evidence...)
	case chat.Reply.Deferred():
		return finding("smtp.deferred", x.subject(), args("stage", stage, "reply", reply), evidence...)
	case chat.Reply.Refused() && chat.Stage == smtpchat.Banner:
		return finding("smtp.banner-refused", x.subject(), args("reply", reply), evidence...)
	case chat.Reply.Refused() && chat.Stage == smtpchat.RcptTo:
		return finding("smtp.rcpt-refused", x.subject(), args("reply", reply), evidence...)
	case chat.Reply.Refused():
		return finding("smtp.refused", x.subject(), args("stage", stage, "reply", reply), evidence...)
	}
	return finding("smtp.accepted", x.subject(), args("stage", stage), evidence...)
}

func checkTLS(ctx context.Context, r *run, c *caseFile) []Finding {
	var list []Finding
	for _, x := range r.exchanges(ctx, c) {
		evidence := transcript(&x)
		t := x.chat.TLS
		add := func(tag Tag, pairs ...string) {
			list = append(list, finding(tag, x.subject(), args(pairs...), evidence...))
		}
		switch {
		case t == nil && x.chat.Err == "" && x.chat.Stage != smtpchat.Banner:
			add("tls.none")
		case t == nil:
			add("tls.unknown", "why", orNone(x.chat.Err))
		case t.Err != "" && t.Err != "timeout":
			add("tls.handshake", "why", t.Err)
		case t.Err != "":
			add("tls.unknown", "why", t.Err)
		default:
			if t.Expired {
				add("tls.expired", "until", t.Until.Format(time.DateOnly))
			}
			if t.NameErr != "" {
				add("tls.wrong-name", "names", orNone(strings.Join(t.Names, ", ")))
			}
			if t.ChainErr != "" {
				add("tls.untrusted", "why", t.ChainErr)
			}
			if !t.Expired && t.NameErr == "" && t.ChainErr == "" {
				add("tls.ok")
			}
		}
	}
	return list
}

// checkAuth asks whether the server that refused us is one to which users submit mail, RFC 6409.
func checkAuth(ctx context.Context, r *run, c *caseFile) []Finding {
	for _, s := range c.group.Samples {
		e := &s.Event
		if e.ReplyCode != "530" && e.Status != "5.7.57" && !strings.Contains(e.Diagnostic, "5.7.57") {
			continue
		}
		subject := e.RemoteHost
		if subject == "" {
			subject = e.RemoteIP
		}
		said := Evidence{Asked: "bounce " + clean(e.Origin.String()), Answered: clean(e.Diagnostic), Server: clean(subject), At: e.Time}
		addr, err := netip.ParseAddr(e.RemoteIP)
		if !r.cfg.SMTP || err != nil || !isPublic(addr) {
			return []Finding{finding("auth.required", orNone(subject), nil, said)}
		}
		p := r.plan(ctx)[addr]
		if p == nil {
			p = &planned{target{e.RemoteHost, addr}, r.opened[0]}
		}
		x := exchange{e.RemoteHost, addr, r.talk(ctx, p.host, netip.AddrPortFrom(addr, 25), p.first)}
		evidence := append([]Evidence{said}, transcript(&x)...)
		switch {
		case x.chat.Reply.Code == 530 || smtpchat.Offers(x.chat.Extensions, "AUTH"):
			return []Finding{finding("auth.required", x.subject(), nil, evidence...)}
		case x.chat.Err != "":
			return []Finding{finding("auth.unknown", x.subject(), args("why", x.chat.Err), evidence...)}
		}
		return []Finding{finding("auth.not-offered", x.subject(), nil, evidence...)}
	}
	return nil
}

// port25Controls are mail servers that answer everybody.
var port25Controls = []string{"gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com", "pechora1.icann.org"}

// checkPort25 connects to well-known servers where those of the domain could not be reached: over the families that
// these have, each by itself, as a firewall may block one alone.
func checkPort25(ctx context.Context, r *run, c *caseFile) []Finding {
	var families []string
	for _, x := range r.exchanges(ctx, c) {
		if x.chat.Stage != smtpchat.Connect {
			return nil
		}
		if f := familyOf(x.addr); x.chat.Err != smtpchat.NoRoute && !slices.Contains(families, f) {
			families = append(families, f)
		}
	}
	if families == nil {
		families = []string{familyOf(netip.IPv4Unspecified()), familyOf(netip.IPv6Unspecified())}
	}
	lists := parallel(families, func(family string) []Finding {
		return r.share("port25 "+family, func() []Finding { return r.testPort25(ctx, family) })
	})
	if list := slices.Concat(lists...); list != nil {
		return list
	}
	return []Finding{finding("port25.unknown", "port 25", args("why", "too few of them have an address that this machine can send to"))}
}

func familyOf(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// testPort25 finds nothing where this machine does not have the family at all: that is no firewall.
func (r *run) testPort25(ctx context.Context, family string) []Finding {
	results := parallel(port25Controls, func(host string) exchange {
		h := hostOf(ctx, r.truth, host)
		i := slices.IndexFunc(h.addrs, func(a netip.Addr) bool { return familyOf(a) == family })
		if i < 0 {
			return exchange{host: host, chat: smtpchat.Conversation{Err: smtpchat.NoRoute}}
		}
		return exchange{host, h.addrs[i], r.knock(ctx, netip.AddrPortFrom(h.addrs[i], 25))}
	})
	var open, shut []string
	var evidence []Evidence
	for _, x := range results {
		if x.chat.Err == smtpchat.NoRoute {
			continue
		}
		evidence = append(evidence, Evidence{Asked: "connect to " + x.addr.String() + " port 25", Server: x.subject(),
			Answered: orConnected(x.chat.Err), At: x.chat.At})
		if x.chat.Err == "" {
			open = append(open, x.host)
		} else {
			shut = append(shut, x.host)
		}
	}
	subject := "port 25 over " + family
	switch {
	case len(open) > 0:
		return []Finding{finding("port25.open", subject, args("hosts", strings.Join(open, ", ")), evidence...)}
	case len(shut) >= 2:
		return []Finding{finding("port25.blocked", subject, args("hosts", strings.Join(shut, ", ")), evidence...)}
	}
	return nil
}

func orConnected(err string) string {
	if err == "" {
		return "connected"
	}
	return err
}

// knock only connects.
func (r *run) knock(ctx context.Context, at netip.AddrPort) smtpchat.Conversation {
	missing := smtpchat.Conversation{Err: "not asked: the run had ended"}
	return tape.Do(ctx, r.cfg.Tape, "connect "+at.String(), missing, func() smtpchat.Conversation {
		return smtpchat.Knock(ctx, r.smtpDialer(), at, 4*r.cfg.Timeout, r.cfg.Now)
	})
}
