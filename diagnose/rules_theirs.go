package diagnose

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"ndrscope/aggregate"
	"ndrscope/classify"
)

// Conditions of the rules that find the fault at their end.

func ruleNullMX(c *caseFile) match {
	null := c.first("null-mx.found")
	if null == nil {
		return refuted(c.first("null-mx.none"))
	}
	return match{score: 0.98, because: []Finding{*null}, claim: Confirmed}
}

func ruleAccessDenied(c *caseFile) match {
	// Postfix says it with 554 5.7.1, where its administrator has entered the recipient or us in a table.
	if !c.said("recipient address rejected: access denied") || !c.said("5.4.1") || c.said("relay access denied") {
		return no
	}
	return match{score: 0.9, because: c.all("mx.ok", "mx.bounced-by-mx"), claim: Confirmed}
}

func ruleTLS(c *caseFile) match {
	if !c.has(classify.TLSFailed) {
		return no
	}
	if f := c.all("mta-sts.mismatch", "mta-sts.certificate", "dane.mismatch"); f != nil {
		return match{score: 0.9, because: append(f, c.all("tls.expired", "tls.wrong-name", "tls.untrusted", "tls.handshake")...), claim: Confirmed}
	}
	if f := c.all("tls.handshake", "tls.expired", "tls.wrong-name", "tls.untrusted"); f != nil {
		return match{score: 0.8, because: f, claim: Confirmed, as: &variant{"their-tls", classify.Domain,
			"TLS of the mail servers of {domain} does not work, or their certificates do not pass.",
			"The recipients' server offers protected delivery, but its certificate or its protection is faulty. Their administrators have to correct that.",
			"Tell their postmaster; until then, TLS for {domain} may be made opportunistic if our policy allows."}}
	}
	if f := c.all("mta-sts.broken"); f != nil {
		return match{score: 0.6, because: f, claim: NotCheckable, as: &variant{"their-tls-policy", classify.Domain,
			"{domain} announces a TLS policy (MTA-STS) that cannot be fetched or read; an older copy of it may still bind our server.",
			"The recipients' domain asks for protected delivery by rules that it does not publish properly. Their administrators have to correct that.",
			"Tell their postmaster what is wrong with the policy; the messages may be retried."}}
	}
	if f := c.all("tls.none"); f != nil {
		return match{score: 0.7, because: f, claim: Confirmed, as: &variant{"no-starttls", classify.Domain,
			"The mail servers of {domain} offer no TLS, and our server insists on it.",
			"Our system only sends over a protected connection, and the recipients' system does not offer one. Either their administrators turn it on, or we make an exception.",
			"Ask their postmaster to offer STARTTLS, or allow clear text for {domain} in our TLS policy."}}
	}
	return refuted(c.first("tls.ok"))
}

func ruleTheirDNS(c *caseFile) match {
	unreached := c.has(classify.DomainUnknown, classify.NetworkError, classify.ExpiredReason, classify.NoMailService, classify.MailLoop,
		classify.RelayDenied, classify.SystemError)
	if bogus := c.all("resolver-compare.bogus"); unreached && bogus != nil {
		return match{score: 0.9, because: bogus, claim: Confirmed, as: &variant{"their-dnssec", classify.Domain,
			"DNSSEC of {domain} is broken: resolvers that check signatures, ours among them, get no answer about it.",
			"The recipients' domain signs its entries in the name service, and the signatures do not hold. Systems that check them cannot find its mail servers. The domain's owner has to correct that.",
			"Tell the owner of {domain}: expired signatures, or a DS record that does not fit the keys. Until then, a negative trust anchor in our resolver lets mail through."}}
	}
	if ours := c.first("mx.ours"); ours != nil && c.has(classify.MailLoop) {
		return match{score: 0.8, because: []Finding{*ours}, claim: Confirmed, as: &variant{"mx-is-ours", classify.Domain,
			"The MX record of {domain} names our own server, which does not host the domain.",
			"The recipients' domain gives our server as the one that takes its mail, and our server knows nothing of that domain. Either the domain's entry is wrong, or it was forgotten in our settings.",
			"Host {domain} on our server, or have its owner correct the MX record."}}
	}
	f := c.all("mx.no-domain", "mx.no-service", "mx.no-address", "mx.private", "mx.literal", "ns-consistency.lame")
	if f == nil {
		return refuted(c.first("mx.ok", "mx.implicit"))
	}
	if !unreached {
		return no
	}
	m := match{score: 0.9, because: f, claim: Confirmed}
	if c.first("mx.ok", "mx.implicit") != nil { // some of its servers are in order
		m.score = 0.6
	}
	return m
}

func ruleNotHosted(c *caseFile) match {
	if !c.relay() {
		return no
	}
	if by := c.first("mx.not-mx"); by != nil {
		return refuted(by)
	}
	if by := c.about("resolver-compare.mx-differs"); by != nil {
		return refuted(by)
	}
	if by := cmp.Or(c.taken(), c.hosted()); by != nil {
		return refuted(by)
	}
	m := match{score: 0.85, because: c.all("mx.bounced-by-mx", "resolver-compare.same"), claim: Confirmed}
	refused := c.all("smtp.rcpt-refused")
	refusedNow := slices.DeleteFunc(slices.Clone(refused), func(f Finding) bool { return !aboutRelaying.MatchString(f.Arg("reply")) })
	m.because = append(m.because, refused...)
	switch {
	case len(refused) > 0 && len(refusedNow) == 0: // for another reason: what they said of relaying did not come up
		m.score, m.claim = 0.5, NotCheckable
	case c.refusedAgain() && c.accepted() != nil:
		m.score, m.because = 0.8, append(m.because, *c.accepted())
		m.as = &variant{"one-server-not-hosted", classify.Domain,
			"One of the mail servers of {domain} refuses its mail, and others take it: that one is not set up to host the domain.",
			"Our mail reaches the right servers for {domain}, and one of these says that it is not responsible, although others are. Only their administrators can correct that.",
			"Send their postmaster the quoted reply; messages that are sent again may reach the other servers."}
	case len(refusedNow) > 0:
	case len(m.because) == 0:
		return no
	case c.first("resolver-reverse.broken") != nil: // then what we know of their servers came from a sick resolver
		m.score = 0.5
	case c.first("mx.bounced-by-mx") == nil:
		m.score = 0.6
	}
	return m
}

// taken is a conversation in which a recipient was accepted, where that mends matters: not by another server of the
// domain, while the one that refused him still does.
func (c *caseFile) taken() *Finding {
	if c.refusedAgain() {
		return nil
	}
	return c.accepted()
}

// refusedAgain says whether the domain's server that refused our mail refuses the recipient again.
func (c *caseFile) refusedAgain() bool {
	if c.first("mx.bounced-by-mx") == nil {
		return false
	}
	return slices.ContainsFunc(c.all("smtp.rcpt-refused"), func(f Finding) bool {
		return aboutRelaying.MatchString(f.Arg("reply")) &&
			slices.ContainsFunc(c.group.RemoteIPs, func(n aggregate.Count) bool { return strings.HasSuffix(f.Subject, " ["+n.Name+"]") })
	})
}

func (c *caseFile) accepted() *Finding {
	for i, f := range c.findings {
		if f.Tag == "smtp.accepted" && f.Arg("stage") == "RCPT TO" {
			return &c.findings[i]
		}
	}
	return nil
}

// hosted is a conversation in which the recipient was refused as only a server does that hosts the domain: for the
// mailbox (RFC 3463 sections 3.2 and 3.3).
func (c *caseFile) hosted() *Finding {
	for i, f := range c.findings {
		if f.Tag == "smtp.rcpt-refused" && aboutMailbox.MatchString(f.Arg("reply")) {
			return &c.findings[i]
		}
	}
	return nil
}

// aboutRelaying is how servers say that they do not host a domain.
var aboutRelaying = regexp.MustCompile(`(?i)relay|\b5\.1\.2\b|\b5\.7\.(54|64)\b|rcpthosts|unrout|non-accepted|not (a )?local|no such domain|` +
	`(unknown|invalid|unaccepted) (recipient )?domain|domain (is )?(unknown|not (hosted|accepted|served))|not (hosted|served) here`)

var aboutMailbox = regexp.MustCompile(`(?i)\b5\.(1\.1|2\.[0-9])\b|user unknown|unknown user|no such user|mailbox (full|disabled)`)

func rulePrivate(c *caseFile) match {
	if !c.blocked() {
		return no
	}
	if by := c.first("rbl-ip.listed", "ptr.missing", "ptr.mismatch"); by != nil {
		return refuted(by)
	}
	zones, _ := c.namedZones()
	clean := c.cleanAt(zones)
	if clean == nil || c.aboutContent(zones) {
		return no
	}
	m := match{score: 0.7, because: append(c.all("ptr.ok"), *clean), claim: NotCheckable}
	m.because = append(m.because, c.all("smtp.banner-refused", "smtp.refused")...)
	if c.first("ptr.ok") == nil {
		m.score = 0.5
	}
	if len(zones) > 0 && c.names(clean.Arg("zone")) { // they name a list that does not have us
		m.claim = Mended
		m.as = &variant{"listing-ended", classify.Sender,
			"The block list that {domain} names does not have us any more.",
			"Our server was on a list of untrusted senders when the message was refused. It is not any more. The messages can be sent again.",
			"Send again; look for what caused the listing, so that it does not come back."}
	}
	return m
}

// cleanAt is the best proof that we are not listed: at a list that the replies name, else at any.
func (c *caseFile) cleanAt(named []dnsblZone) *Finding {
	for _, z := range named {
		for i, f := range c.findings {
			if (f.Tag == "rbl-ip.clean" || f.Tag == "rbl-domain.clean") && f.Arg("zone") == z.Name {
				return &c.findings[i]
			}
		}
	}
	if len(named) > 0 {
		return nil
	}
	for _, z := range mainLists() {
		for i, f := range c.findings {
			if f.Tag == "rbl-ip.clean" && f.Arg("zone") == z {
				return &c.findings[i]
			}
		}
	}
	return nil
}

func ruleTheirPolicy(c *caseFile) match {
	if len(c.group.Reasons) == 0 || !c.could() {
		return no
	}
	if _, undecided := c.judgeClaim(); undecided || c.relay() && c.first("mx.unknown") != nil {
		return no
	}
	for i, f := range c.findings {
		if f.Severity() == Error {
			return refuted(&c.findings[i])
		}
	}
	var because []Finding
	for _, f := range c.findings {
		if f.Severity() == Good && f.Check() != "rbl-ip" && f.Check() != "rbl-domain" {
			because = append(because, f)
		}
	}
	if by := c.taken(); by != nil {
		because = append([]Finding{*by}, because...)
	}
	if len(because) == 0 { // nothing was answered, so nobody can say that nothing is wrong
		return no
	}
	return match{score: 0.4, because: because, claim: NotCheckable}
}

// could says whether the failures are refusals that might have been our fault.
func (c *caseFile) could() bool {
	for _, n := range c.group.Reasons {
		switch n.Reason {
		case classify.NetworkError, classify.ExpiredReason, classify.DomainUnknown, classify.NoMailService, // nobody refused us
			classify.UserUnknown, classify.MailboxFull, classify.MailboxDisabled, classify.MailboxMoved, classify.MessageTooBig,
			classify.SizeOverLimit, classify.Virus, classify.NotRFCCompliant, classify.ContentRejected, classify.Suppressed,
			classify.AutoReplyReason, classify.FeedbackReason, classify.DeliveredReason, classify.MailerError, classify.Greylisted:
		default:
			return true
		}
	}
	return false
}
