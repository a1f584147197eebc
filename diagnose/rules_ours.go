package diagnose

import (
	"net/netip"
	"slices"

	"ndrscope/aggregate"
	"ndrscope/classify"
)

// Conditions of the rules that find the fault at our end.

// relay says whether mail was refused as not the server's business.
func (c *caseFile) relay() bool { return c.has(classify.RelayDenied) }

// blocked says whether our address or reputation was refused.
func (c *caseFile) blocked() bool { return c.has(classify.IPBlocked, classify.BadReputation) }

func ruleNoReverse(c *caseFile) match {
	if !c.relay() {
		return no
	}
	broken := c.first("resolver-reverse.broken")
	if broken == nil {
		return refuted(c.first("resolver-reverse.ok"))
	}
	if by := c.first("ptr.missing", "ptr.mismatch"); by != nil {
		return refuted(by)
	}
	m := match{score: 0.6, because: []Finding{*broken}, claim: NotCheckable}
	if ptr := c.first("ptr.ok"); ptr != nil {
		m.because = append(m.because, *ptr)
	} else {
		m.score = 0.5
	}
	if differs := c.about("resolver-compare.mx-differs"); differs != nil {
		m.score, m.claim = 0.95, Confirmed
		m.because = append(m.because, *differs)
		m.because = append(m.because, c.all("mx.bounced-by-ours", "smtp.rcpt-refused")...)
		if taken := c.taken(); taken != nil {
			m.because = append(m.because, *taken)
		}
	}
	if all := c.all("resolver-reverse.broken"); len(all) < len(c.run.ours) && m.score < 0.95 {
		m.score -= 0.1 // the others of our resolvers are sound
	}
	return m
}

// about is the first finding with a tag whose subject is the domain itself.
func (c *caseFile) about(tag Tag) *Finding {
	for i := range c.findings {
		if c.findings[i].Tag == tag && c.findings[i].Subject == c.group.Domain {
			return &c.findings[i]
		}
	}
	return nil
}

func ruleWrongMX(c *caseFile) match {
	if !c.has(classify.RelayDenied, classify.DomainUnknown, classify.NoMailService, classify.NetworkError, classify.ExpiredReason) {
		return no
	}
	differs := c.about("resolver-compare.mx-differs")
	ns := c.first("ns-consistency.differs")
	if stranger := c.first("mx.not-mx"); differs == nil && ns != nil && stranger != nil && ns.lists(stranger.Arg("host")) {
		return match{score: 0.9, because: []Finding{*ns, *stranger}, claim: Confirmed, as: &nameServersDiffer}
	}
	if stale := c.first("resolver-compare.address-differs"); differs == nil && stale != nil {
		return match{score: 0.85, because: []Finding{*stale}, claim: Confirmed}
	}
	if differs == nil {
		return refuted(c.first("resolver-compare.same"))
	}
	m := match{score: 0.95, because: append([]Finding{*differs}, c.all("resolver-compare.lies", "mx.bounced-by-ours")...), claim: Confirmed}
	if ns != nil {
		m.score, m.because, m.as = 0.9, append(m.because, *ns), &nameServersDiffer
	}
	return m
}

var nameServersDiffer = variant{"their-name-servers-differ", classify.Domain,
	"The name servers of {domain} give different mail servers, so that mail goes to the wrong one by chance.",
	"The recipients' domain gives different directions for its mail, depending on which of its name servers is asked. Their administrators have to correct that.",
	"Tell the owner of {domain} which name server gives which answer."}

// ruleDeadResolvers needs the reference: where that does not answer either, the network may be at fault, or we are.
func ruleDeadResolvers(c *caseFile) match {
	if !c.has(classify.NetworkError, classify.DomainUnknown, classify.ExpiredReason) || !c.run.referenceWorks {
		return no
	}
	silent := c.all("resolver-reverse.no-answer")
	if len(silent) == 0 || len(silent) < len(c.run.ours) {
		return no
	}
	return match{score: 0.75, because: append(silent, c.all("mx.ok")...), claim: NotCheckable}
}

func ruleStaticRoute(c *caseFile) match {
	if !c.relay() {
		return no
	}
	stranger := c.first("mx.not-mx")
	if stranger == nil {
		return refuted(c.first("mx.bounced-by-mx", "mx.bounced-by-ours"))
	}
	if ns := c.first("ns-consistency.differs"); ns != nil && ns.lists(stranger.Arg("host")) {
		return refuted(ns)
	}
	m := match{score: 0.9, because: []Finding{*stranger}, claim: Confirmed}
	if c.first("resolver-compare.unknown") != nil {
		m.score = 0.6 // our resolver may be what sends the mail there
	}
	return m
}

func rulePort25(c *caseFile) match {
	blocked := c.first("port25.blocked")
	if open := c.first("port25.open"); blocked == nil || open != nil { // over one family at least, mail goes out
		return refuted(open)
	}
	return match{score: 0.95, because: []Finding{*blocked}, claim: Confirmed}
}

func ruleEgress(c *caseFile) match {
	differs := c.first("egress.differs")
	if differs == nil || !c.oursIsJudged() {
		return refuted(c.first("egress.agree"))
	}
	m := match{score: 0.9, because: []Finding{*differs}, claim: Confirmed}
	for _, f := range c.all("ptr.missing", "ptr.mismatch", "spf.fail", "spf.softfail", "rbl-ip.listed") {
		if f.Subject == differs.Subject || f.Arg("address") == differs.Subject {
			m.because = append(m.because, f)
		}
	}
	return m
}

// oursIsJudged says whether the failures depend on who we are.
func (c *caseFile) oursIsJudged() bool {
	return c.has(classify.IPBlocked, classify.BadReputation, classify.NoReverseDNS, classify.AuthFailed, classify.BadHELO,
		classify.RelayDenied, classify.SenderRejected, classify.Policy, classify.Security, classify.RateLimited,
		classify.AuthRequired)
}

// strange says whether a finding is about an address that we should not be sending from: then that is the root of it.
func (c *caseFile) strange(f Finding) bool {
	return slices.ContainsFunc(c.all("egress.differs"), func(d Finding) bool {
		return d.Subject == f.Subject || d.Subject == f.Arg("address")
	})
}

func ruleOpenRelay(c *caseFile) match {
	open := c.first("open-relay.open")
	if open == nil {
		return refuted(c.first("open-relay.closed"))
	}
	listed := c.first("rbl-ip.listed", "rbl-ip.listed-minor")
	if listed == nil {
		return match{score: 0.6, because: []Finding{*open}, claim: NotCheckable}
	}
	return match{score: 0.96, because: []Finding{*open, *listed}, claim: Confirmed}
}

// ptrWording is how servers other than by code say that they miss a PTR record; sendmail ties it to relaying.
// https://github.com/sendmail, cf/m4/proto.m4: "Relaying denied. IP name lookup failed", "IP name possibly forged".
var ptrWording = []string{"ip name lookup failed", "possibly forged", "cannot resolve ptr", "reverse dns", "reverse hostname",
	"ptr record", "rdns", "reverse lookup"}

func (c *caseFile) missesPTR() bool { return c.has(classify.NoReverseDNS) || c.said(ptrWording...) }

func rulePTR(c *caseFile) match {
	wrong := c.first("ptr.missing", "ptr.mismatch")
	switch generic := c.first("ptr-generic.generic"); {
	case !c.missesPTR() && !c.blocked():
		return no
	case wrong == nil && generic != nil && c.missesPTR():
		return match{score: 0.8, because: []Finding{*generic}, claim: Confirmed, as: &variant{"generic-ptr", classify.Sender,
			"The name of our address {address} looks like that of a dial-up customer, and their servers refuse such names.",
			"Other mail servers judge ours by the name of its address. Our provider has given it one that looks like a private customer's line, so they refuse our mail. Our provider has to enter a better one.",
			"Have the owner of {address} publish a PTR record with the mail server's own name, the one of its HELO."}}
	case wrong == nil:
		return refuted(c.first("ptr.ok"))
	case !c.missesPTR(): // they do not say so, but many refuse for it
		return match{score: 0.55, because: []Finding{*wrong}, claim: NotCheckable}
	}
	m := match{score: 0.95, because: c.all("ptr.missing", "ptr.mismatch"), claim: Confirmed}
	if c.strange(*wrong) {
		m.score = 0.85
	}
	return m
}

func rulePTRMended(c *caseFile) match {
	if !c.missesPTR() {
		return no
	}
	if wrong := c.first("ptr.missing", "ptr.mismatch", "ptr-generic.generic"); wrong != nil {
		return refuted(wrong)
	}
	if good := c.first("ptr.ok"); good != nil {
		return match{score: 0.6, because: []Finding{*good}, claim: Mended}
	}
	return no
}

func ruleListed(c *caseFile) match {
	now := c.zonesNow()
	if !c.blocked() && !c.has(classify.Spam, classify.SenderRejected) && len(c.listNames())+len(now) == 0 {
		return no
	}
	var named, other, minor []Finding
	for _, f := range c.all("rbl-ip.listed", "rbl-ip.listed-minor", "rbl-domain.listed") {
		switch {
		case c.names(f.Arg("zone")) || contains(now, f.Arg("zone")):
			named = append(named, f)
		case f.Tag == "rbl-ip.listed-minor":
			minor = append(minor, f)
		default:
			other = append(other, f)
		}
	}
	zones, _ := c.namedZones()
	switch {
	case named != nil:
		m := match{score: 0.95, because: named, claim: Confirmed}
		if len(zones) == 0 { // only what they say now names it
			m.because, m.claim = append(named, c.all("smtp.banner-refused", "smtp.refused", "smtp.rcpt-refused")...), NotCheckable
		}
		if c.strange(named[0]) {
			m.score = 0.85
		}
		return m
	case len(zones) > 0 && (other != nil || minor != nil): // the list that they name has us no more; others have
		return match{score: 0.5, because: append(other, minor...), claim: Mended}
	case other != nil && c.blocked():
		return match{score: 0.6, because: append(other, minor...), claim: NotCheckable}
	case minor != nil && c.blocked():
		return match{score: 0.35, because: minor, claim: NotCheckable}
	}
	return refuted(c.cleanAt(zones))
}

func ruleAuth(c *caseFile) match {
	if !c.has(classify.AuthRequired) {
		return no
	}
	m := match{score: 0.95, claim: Confirmed, because: c.all("auth.required", "mx.not-mx")}
	if by := c.first("auth.not-offered"); by != nil {
		m.score, m.because = 0.6, append(m.because, *by)
	}
	if by := c.first("mx.bounced-by-mx"); by != nil {
		m.score, m.because = 0.7, append(m.because, *by)
		m.as = &variant{"their-mx-wants-auth", classify.Domain,
			"The mail server of {domain} itself wants SMTP AUTH from everybody: it does not take mail from outside.",
			"The recipients' mail server asks every sender for a user name and password, so that nobody outside can reach it. Its administrators have to correct that.",
			"Tell their postmaster: the host of the MX record must take mail without authentication (Exchange: allow anonymous users on the receive connector)."}
	}
	return m
}

// authCode says whether a failure is about a kind of authentication, or about authentication without saying which.
func (c *caseFile) authCode(details ...string) bool {
	if len(c.group.Reasons) == 0 {
		return true
	}
	for _, n := range c.group.Reasons {
		if n.Reason == classify.AuthFailed && slices.Contains(details, n.Detail) {
			return true
		}
	}
	return false
}

func ruleSPF(c *caseFile) match {
	if !c.authCode("spf", "") {
		return no
	}
	pass := c.first("spf.pass")
	if f := c.first("spf.fail"); f != nil {
		others := slices.ContainsFunc(c.all("spf.fail"), func(f Finding) bool {
			return !slices.ContainsFunc(c.between, func(a netip.Addr) bool { return a.String() == f.Arg("address") })
		})
		if pass != nil && !others {
			return match{score: 0.7, because: append(c.all("spf.fail", "egress.between"), *pass), claim: Contradicted, as: &forwarder}
		}
		m := match{score: 0.95, because: append(c.all("spf.fail"), c.lint()...), claim: Confirmed}
		if c.strange(*f) {
			m.score = 0.85
		}
		return m
	}
	if f := append(c.all("spf.permerror"), c.lint()...); len(f) > 0 {
		if pass != nil && c.first("spf.permerror") == nil { // the error is behind what allows us
			return match{score: 0.5, because: append([]Finding{*pass}, f...), claim: NotCheckable}
		}
		return match{score: 0.9, because: f, claim: Confirmed}
	}
	if f := c.all("spf.softfail", "spf.none", "spf.neutral"); f != nil {
		return match{score: 0.75, because: f, claim: Confirmed}
	}
	if pass != nil && c.forwarded() {
		return match{score: 0.8, because: []Finding{*pass}, claim: Contradicted, as: &forwarder}
	}
	return refuted(pass)
}

var forwarder = variant{"forwarder-without-srs", classify.Recipient,
	"SPF allows our address; the mail was forwarded at their end, and the forwarder does not rewrite the sender (SRS).",
	"Our own settings are in order. The message was passed on automatically from the address that we wrote to, and the system that passed it on does so in a way which looks like forgery to the next one.",
	"Write to the final address, or ask the forwarder's administrator for SRS or DKIM-preserving forwarding."}

// lint are the errors, not the warnings, in our SPF records.
func (c *caseFile) lint() []Finding {
	return c.all("spf-lint.multiple", "spf-lint.syntax", "spf-lint.lookups", "spf-lint.void", "spf-lint.loop", "spf-lint.no-record")
}

func (c *caseFile) forwarded() bool {
	return slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool { return forwarded(&s.Event) })
}

func ruleDMARC(c *caseFile) match {
	if !c.authCode("dmarc", "alignment", "") {
		return no
	}
	if f := c.all("dmarc.misaligned"); f != nil {
		return match{score: 0.9, because: append(f, c.all("spf.fail", "dkim.no-key", "dkim.revoked")...), claim: Confirmed}
	}
	if f := c.all("dmarc.multiple", "dmarc.syntax"); f != nil {
		return match{score: 0.8, because: f, claim: Confirmed}
	}
	if len(c.group.Reasons) == 0 { // nobody says that our mail fails, and how it is signed is not known
		return no
	}
	if f := c.all("spf.fail", "spf.softfail", "spf.neutral", "spf.none", "spf.permerror"); f != nil && c.authCode("dmarc", "alignment") && c.first("dkim.ok") == nil {
		return match{score: 0.9, because: append(f, c.all("dmarc.ok")...), claim: Confirmed}
	}
	if f := c.all("dmarc.none"); f != nil {
		return match{score: 0.6, because: f, claim: Confirmed}
	}
	return refuted(c.first("dmarc.ok"))
}

func ruleDKIM(c *caseFile) match {
	if !c.authCode("dkim", "dmarc", "alignment", "") {
		return no
	}
	if f := c.all("dkim.no-key", "dkim.revoked", "dkim.weak", "dkim.syntax"); f != nil {
		return match{score: 0.9, because: f, claim: Confirmed}
	}
	return refuted(c.first("dkim.ok"))
}

func ruleSenderDomain(c *caseFile) match {
	if !c.has(classify.SenderRejected) {
		return no
	}
	if f := c.all("sender-domain.missing", "sender-domain.null-mx", "sender-domain.no-mail"); f != nil {
		return match{score: 0.9, because: f, claim: Confirmed}
	}
	return refuted(c.first("sender-domain.ok"))
}

func ruleHELO(c *caseFile) match {
	if !c.has(classify.BadHELO) {
		return no
	}
	if f := c.all("helo.literal", "helo.localhost", "helo.unqualified", "helo.no-address"); f != nil {
		return match{score: 0.95, because: f, claim: Confirmed}
	}
	if f := c.all("helo.mismatch"); f != nil {
		return match{score: 0.7, because: f, claim: Confirmed}
	}
	return refuted(c.first("helo.ok"))
}
