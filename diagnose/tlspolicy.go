package diagnose

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"ndrscope/diagnose/dnsq"
	"ndrscope/diagnose/mtasts"
	"ndrscope/diagnose/tape"
)

// checkMTASTS compares the domain's policy with its mail servers, as a sender that honours it does.
func checkMTASTS(ctx context.Context, r *run, c *caseFile) []Finding {
	domain := c.group.Domain
	record := r.truth.Lookup(ctx, "_mta-sts."+domain, dns.TypeTXT)
	one := func(tag Tag, evidence []Evidence, pairs ...string) []Finding {
		return []Finding{finding(tag, domain, args(pairs...), evidence...)}
	}
	evidence := seen(record)
	switch {
	case record.Kind() == dnsq.Failed:
		return one("mta-sts.unknown", evidence, "why", record.Failure())
	case announcements(record) == 0:
		return one("mta-sts.none", evidence)
	case announcements(record) > 1: // section 3.1: then there is none
		return one("mta-sts.broken", evidence, "why", "it is announced more than once")
	}
	web := hostOf(ctx, r.truth, "mta-sts."+domain)
	evidence = append(evidence, seen(web.answers...)...)
	if web.failure != "" {
		return one("mta-sts.unknown", evidence, "why", web.failure)
	}
	missing := mtasts.Fetched{Err: "not asked: the run had ended", Silent: true}
	file := tape.Do(ctx, r.cfg.Tape, mtasts.URL(domain), missing, func() mtasts.Fetched {
		return mtasts.Fetch(ctx, r.cfg.Dialer, domain, web.addrs, r.cfg.RootCAs, 3*r.cfg.Timeout, r.cfg.Now)
	})
	evidence = append(evidence, Evidence{Asked: "GET " + clean(mtasts.URL(domain)), Answered: clean(file.Body + file.Err),
		Server: join(web.addrs), At: file.At})
	if file.Silent {
		return one("mta-sts.unknown", evidence, "why", "the policy: "+file.Err)
	}
	if file.Err != "" {
		return one("mta-sts.broken", evidence, "why", file.Err)
	}
	policy, err := mtasts.Parse(file.Body)
	if err != nil {
		return one("mta-sts.broken", evidence, "why", err.Error())
	}
	t := routeOf(ctx, r.truth, domain)
	if t.failure != "" {
		return one("mta-sts.unknown", evidence, "why", t.failure)
	}
	var strangers []string
	for _, h := range t.hosts {
		if policy.Mode != "none" && !policy.Allows(h.name) {
			strangers = append(strangers, h.name)
		}
	}
	if strangers != nil {
		tag := Tag("mta-sts.mismatch")
		if policy.Mode == "testing" {
			tag = "mta-sts.testing"
		}
		return one(tag, append(evidence, seen(t.answer)...), "hosts", strings.Join(strangers, ", "))
	}
	if policy.Mode == "enforce" {
		if bad := c.badCertificate(ctx, r); bad != nil {
			return []Finding{*bad}
		}
	}
	return one("mta-sts.ok", evidence, "mode", policy.Mode)
}

func announcements(a dnsq.Answer) int {
	n := 0
	for _, rr := range a.Records() {
		if t, ok := rr.(*dns.TXT); ok && mtasts.Announced(strings.Join(t.Txt, "")) {
			n++
		}
	}
	return n
}

// badCertificate finds a mail server whose certificate an enforced policy does not let pass, RFC 8461 section 4.2.
func (c *caseFile) badCertificate(ctx context.Context, r *run) *Finding {
	for _, x := range r.exchanges(ctx, c) {
		t, why := x.chat.TLS, ""
		switch {
		case t == nil && x.chat.Err == "":
			why = "STARTTLS is not offered"
		case t == nil:
			continue
		case t.Err != "":
			why = t.Err
		case t.Expired:
			why = "it has expired"
		case t.NameErr != "":
			why = t.NameErr
		case t.ChainErr != "":
			why = t.ChainErr
		default:
			continue
		}
		f := finding("mta-sts.certificate", c.group.Domain, args("host", x.host, "why", why), transcript(&x)...)
		return &f
	}
	return nil
}

// checkDANE compares certificates with TLSA records, RFC 7672. These count only when they are signed: then a
// validating resolver of ours sets AD.
func checkDANE(ctx context.Context, r *run, c *caseFile) []Finding {
	t := routeOf(ctx, r.truth, c.group.Domain)
	talks := r.exchanges(ctx, c)
	lists := parallel(t.hosts, func(h mailHost) []Finding {
		name := "_25._tcp." + h.name
		answer, secure := r.validated(ctx, name)
		evidence := seen(answer)
		one := func(tag Tag, pairs ...string) []Finding {
			return []Finding{finding(tag, h.name, args(pairs...), evidence...)}
		}
		switch {
		case answer.Kind() == dnsq.Failed:
			return one("dane.unknown", "why", answer.Failure())
		case answer.Denied():
			return one("dane.none")
		case !secure:
			return one("dane.insecure")
		case !usable(answer):
			return one("dane.unusable")
		}
		for _, x := range talks {
			if x.host != h.name || x.chat.TLS == nil || x.chat.TLS.Certificates == nil {
				continue
			}
			evidence = append(evidence, transcript(&x)...)
			if matchesTLSA(answer, x.chat.TLS.Certificates) {
				return one("dane.ok")
			}
			return one("dane.mismatch")
		}
		return one("dane.unchecked")
	})
	var list []Finding
	for _, l := range lists {
		list = append(list, l...)
	}
	return list
}

// validated asks for TLSA records; secure says that a resolver vouches for them.
func (r *run) validated(ctx context.Context, name string) (a dnsq.Answer, secure bool) {
	a = r.truth.Lookup(ctx, name, dns.TypeTLSA)
	if a.Kind() != dnsq.Answered {
		return a, false
	}
	if a.Msg.AuthenticatedData {
		return a, true
	}
	for _, own := range r.ours {
		if b := own.Lookup(ctx, name, dns.TypeTLSA); b.Kind() == dnsq.Answered && b.Msg.AuthenticatedData {
			return b, true
		}
	}
	return a, false
}

// usable says whether any of the TLSA records can be fulfilled at all, RFC 7672 section 3.1: mail knows DANE-TA(2) and
// DANE-EE(3), and nobody knows other selectors and matching types than those of RFC 6698.
func usable(a dnsq.Answer) bool {
	return slices.ContainsFunc(a.Records(), func(rr dns.RR) bool {
		t, ok := rr.(*dns.TLSA)
		return ok && (t.Usage == 2 || t.Usage == 3) && t.Selector <= 1 && t.MatchingType <= 2
	})
}

// matchesTLSA applies DANE-EE to the server's own certificate, DANE-TA to any of the chain.
func matchesTLSA(a dnsq.Answer, chain [][]byte) bool {
	for _, rr := range a.Records() {
		t, ok := rr.(*dns.TLSA)
		if !ok {
			continue
		}
		candidates := chain
		switch t.Usage {
		case 3:
			candidates = chain[:1]
		case 2:
		default:
			continue
		}
		for _, der := range candidates {
			if strings.EqualFold(t.Certificate, tlsaData(t, der)) {
				return true
			}
		}
	}
	return false
}

// tlsaData is what a TLSA record says of a certificate, RFC 6698 sections 2.1.2 and 2.1.3.
func tlsaData(t *dns.TLSA, der []byte) string {
	data := der
	if t.Selector == 1 {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return ""
		}
		data = cert.RawSubjectPublicKeyInfo
	}
	switch t.MatchingType {
	case 0:
		return hex.EncodeToString(data)
	case 1:
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	case 2:
		sum := sha512.Sum512(data)
		return hex.EncodeToString(sum[:])
	}
	return "no such type"
}
