package diagnose

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"
	"github.com/miekg/dns"

	"ndrscope/classify"
	"ndrscope/diagnose/dkim"
	"ndrscope/diagnose/dmarc"
	"ndrscope/diagnose/dnsq"
	"ndrscope/diagnose/spfcheck"
)

// spfTags says what a result of check_host() is.
var spfTags = map[spf.Result]Tag{
	spf.Pass: "spf.pass", spf.Fail: "spf.fail", spf.SoftFail: "spf.softfail", spf.Neutral: "spf.neutral",
	spf.None: "spf.none", spf.PermError: "spf.permerror", spf.TempError: "spf.unknown",
}

func checkSPF(ctx context.Context, r *run, c *caseFile) []Finding {
	type identity struct{ domain, sender string }
	var who []identity
	for _, d := range c.senders {
		who = append(who, identity{d, c.localPart(d) + "@" + d})
	}
	helo := ""
	if len(c.helo) > 0 {
		helo = c.helo[0]
	}
	if len(who) == 0 && helo != "" { // the null sender
		who = append(who, identity{helo, ""})
	}
	type job struct {
		identity
		addr netip.Addr
	}
	var jobs []job
	for _, w := range who {
		for _, a := range c.egress {
			jobs = append(jobs, job{w, a})
		}
	}
	lists := parallel(jobs, func(j job) []Finding {
		return r.share("spf "+j.addr.String()+" "+j.sender+" "+helo, func() []Finding {
			result := spfcheck.Check(ctx, r.truth, j.addr, helo, j.sender)
			if j.sender == "" && result.Result == spf.None && len(c.group.Reasons) == 0 {
				return nil // few HELO names have a record, and nobody has missed it
			}
			return []Finding{finding(spfTags[result.Result], j.domain,
				args("address", j.addr.String(), "why", result.Why), seen(result.Answers...)...)}
		})
	})
	return slices.Concat(lists...)
}

// localPart is that of a sender of ours, where a bounce quotes one: SPF macros can depend on it.
func (c *caseFile) localPart(domain string) string {
	for _, s := range c.group.Samples {
		if i := strings.LastIndexByte(s.Event.Sender, '@'); i > 0 && domainOf(s.Event.Sender) == domain {
			return s.Event.Sender[:i]
		}
	}
	return "postmaster"
}

func checkSPFTree(ctx context.Context, r *run, c *caseFile) []Finding {
	lists := parallel(c.senders, func(d string) []Finding {
		return r.share("spf-lint "+d, func() []Finding { return lintSPF(ctx, r, d) })
	})
	return slices.Concat(lists...)
}

func lintSPF(ctx context.Context, r *run, domain string) []Finding {
	report := spfcheck.Lint(ctx, r.truth, domain)
	evidence := seen(report.Answers...)
	if report.None {
		return nil // spf says so
	}
	var list []Finding
	add := func(wrong bool, tag Tag, pairs ...string) {
		if wrong {
			list = append(list, finding(tag, domain, args(pairs...), evidence...))
		}
	}
	add(report.Multiple != "", "spf-lint.multiple", "at", report.Multiple)
	add(len(report.Syntax) > 0, "spf-lint.syntax", "term", strings.Join(report.Syntax, " "))
	add(report.Lookups > 10, "spf-lint.lookups", "lookups", count(report.Lookups))
	add(len(report.Void) > 2, "spf-lint.void", "void", count(len(report.Void)), "names", strings.Join(report.Void, ", "))
	add(report.Loop != nil, "spf-lint.loop", "path", strings.Join(report.Loop, " > "))
	add(report.Missing != nil, "spf-lint.no-record", "names", strings.Join(report.Missing, ", "))
	add(report.PlusAll, "spf-lint.plus-all")
	add(report.PTR, "spf-lint.ptr")
	add(report.NoAll, "spf-lint.no-all")
	add(report.Failure != "", "spf-lint.unknown", "why", report.Failure)
	if list == nil {
		add(true, "spf-lint.ok", "lookups", count(report.Lookups))
	}
	return list
}

func checkSenderDomain(ctx context.Context, r *run, c *caseFile) []Finding {
	domains := slices.Clone(c.senders)
	for _, s := range c.group.Samples {
		if d := domainOf(s.Event.From); d != "" && !slices.Contains(domains, d) && s.Class.Reason == classify.SenderRejected {
			domains = append(domains, d)
		}
	}
	lists := parallel(domains, func(d string) []Finding {
		return r.share("sender-domain "+d, func() []Finding {
			t := routeOf(ctx, r.truth, d)
			evidence := seen(t.answer)
			for _, h := range t.hosts {
				evidence = append(evidence, seen(h.answers...)...)
			}
			reachable := slices.ContainsFunc(t.hosts, func(h mailHost) bool { return len(h.addrs) > 0 })
			unclear := slices.IndexFunc(t.hosts, func(h mailHost) bool { return h.failure != "" })
			switch {
			case t.failure != "":
				return []Finding{finding("sender-domain.unknown", d, args("why", t.failure), evidence...)}
			case !t.exists():
				return []Finding{finding("sender-domain.missing", d, nil, evidence...)}
			case t.null:
				return []Finding{finding("sender-domain.null-mx", d, nil, evidence...)}
			case reachable:
				return []Finding{finding("sender-domain.ok", d, nil, evidence...)}
			case unclear >= 0:
				return []Finding{finding("sender-domain.unknown", d, args("why", t.hosts[unclear].failure), evidence...)}
			}
			return []Finding{finding("sender-domain.no-mail", d, nil, evidence...)}
		})
	})
	return slices.Concat(lists...)
}

// checkDMARC looks for the record of the From domain and compares the domains that SPF and DKIM vouch for with it.
func checkDMARC(ctx context.Context, r *run, c *caseFile) []Finding {
	var list []Finding
	done := map[string]bool{}
	for _, m := range c.messages() {
		if done[m.from] || m.from == "" {
			continue
		}
		done[m.from] = true
		list = append(list, judgeDMARC(ctx, r, m))
	}
	return list
}

// message is what authentication of one message rests on.
type message struct{ from, envelope, dkim string }

// messages are those of the failures, or what is known of our mail in general.
func (c *caseFile) messages() []message {
	var list []message
	for _, s := range c.group.Samples {
		if s.Class.Reason != classify.AuthFailed && len(c.group.Reasons) > 0 || s.Event.From == "" {
			continue
		}
		list = append(list, message{domainOf(s.Event.From), domainOf(s.Event.Sender), asciiName(s.Event.DKIMDomain)})
	}
	if list == nil && len(c.senders) > 0 { // From is not known: taken to be the envelope sender
		list = []message{{from: c.senders[0], envelope: c.senders[0]}}
	}
	return list
}

func judgeDMARC(ctx context.Context, r *run, m message) Finding {
	found := dmarc.Discover(ctx, r.truth, m.from)
	evidence := seen(found.Answers...)
	switch {
	case found.Failure != "":
		return finding("dmarc.unknown", m.from, args("why", found.Failure), evidence...)
	case found.Multiple:
		return finding("dmarc.multiple", m.from, nil, evidence...)
	case found.At == "":
		return finding("dmarc.none", m.from, nil, evidence...)
	case found.Err != nil:
		return finding("dmarc.syntax", m.from, args("why", found.Err.Error()), evidence...)
	}
	var why []string
	bySPF := dmarc.Aligned(m.envelope, m.from, found.Record.StrictSPF)
	byDKIM := dmarc.Aligned(m.dkim, m.from, found.Record.StrictDKIM)
	switch {
	case m.envelope == "":
		why = append(why, "there is no envelope sender")
	case !bySPF:
		why = append(why, "the envelope sender is of "+m.envelope)
	}
	switch {
	case m.dkim == "":
		why = append(why, "there is no DKIM signature")
	case !byDKIM:
		why = append(why, "the DKIM signature is of "+m.dkim)
	}
	if !bySPF && !byDKIM {
		return finding("dmarc.misaligned", m.from, args("why", strings.Join(why, ", "), "policy", found.Policy), evidence...)
	}
	return finding("dmarc.ok", m.from, args("policy", found.Policy), evidence...)
}

func checkDKIM(ctx context.Context, r *run, c *caseFile) []Finding {
	names := c.group.DKIM[:min(len(c.group.DKIM), 4)]
	var list []Finding
	for _, n := range names {
		name := asciiName(n.Name)
		if _, ok := dns.IsDomainName(name); !ok || !strings.Contains(name, "._domainkey.") {
			continue
		}
		list = append(list, r.share("dkim "+name, func() []Finding { return []Finding{judgeDKIM(ctx, r, name)} })...)
	}
	return list
}

func judgeDKIM(ctx context.Context, r *run, name string) Finding {
	answer := r.truth.Lookup(ctx, name, dns.TypeTXT)
	evidence := seen(answer)
	switch answer.Kind() {
	case dnsq.Failed:
		return finding("dkim.unknown", name, args("why", answer.Failure()), evidence...)
	case dnsq.NXDomain, dnsq.NoData:
		return finding("dkim.no-key", name, nil, evidence...)
	}
	var key dkim.Key
	var err error
	for i, rr := range answer.Records() { // verifiers pass over what is no key, RFC 6376 section 6.1.2
		t, ok := rr.(*dns.TXT)
		if !ok {
			continue
		}
		k, e := dkim.ParseKey(strings.Join(t.Txt, ""))
		if i == 0 || err != nil && e == nil {
			key, err = k, e
		}
	}
	switch {
	case err != nil:
		return finding("dkim.syntax", name, args("why", err.Error()), evidence...)
	case key.Revoked:
		return finding("dkim.revoked", name, nil, evidence...)
	case key.Type == "rsa" && key.Bits < 1024: // RFC 8301 section 3.2
		return finding("dkim.weak", name, args("bits", count(key.Bits)+" bits"), evidence...)
	}
	return finding("dkim.ok", name, args("bits", key.Type+", "+count(key.Bits)+" bits"), evidence...)
}
