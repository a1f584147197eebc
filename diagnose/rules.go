package diagnose

import (
	"slices"

	"ndrscope/aggregate"
	"ndrscope/classify"
)

// rule leads from findings to a cause. In its texts {domain} is the recipient's domain and {address} ours.
type rule struct {
	id, cause string
	// direct rules hold by their findings alone, also where no failure is known.
	direct  bool
	end     classify.End
	summary string // one sentence for an administrator
	plain   string // one paragraph for a customer or a manager
	remedy  string
	when    func(c *caseFile) match
}

// match is how well a rule fits a case. Without a score and without a refutation, the rule is not considered at all.
type match struct {
	score   float64
	because []Finding
	by      *Finding // what refutes the rule
	claim   Claim    // what becomes of the bounce's word
	as      *variant // another reading of the same rule
}

// variant replaces what a rule says.
type variant struct {
	cause                  string
	end                    classify.End
	summary, plain, remedy string
}

var no = match{}

func refuted(by *Finding) match { return match{by: by} }

// rules in the order in which equal scores win: causes nearer to us first, the general ones last. The numbers are
// those of docs/checks.md.
var rules = []rule{
	{"R1", "our-resolver-no-reverse", true, classify.Sender,
		"The DNS resolver that our mail server uses does not answer reverse lookups, so its answers about {domain} cannot be relied on.",
		"Mail to {domain} is refused because of a fault on our side. The name service that our mail server asks for directions does not work properly: it does not answer a whole class of questions, and other name services answer these without trouble. The recipients have done nothing wrong, and their address is right. Once our mail server uses a sound name service, the messages can be sent again.",
		"Point the mail server at a resolver that answers forward and reverse lookups (a local unbound or bind is best), flush its DNS cache and the queue, then send the failed messages again.",
		ruleNoReverse},
	{"R2", "wrong-mx-answer", true, classify.Sender,
		"Our resolver gives other mail servers for {domain} than its authoritative name servers do: a stale or forged answer.",
		"Mail to {domain} goes to the wrong server. The name service that we use still gives an old or false direction; the domain itself publishes another. The recipients' server never saw our messages.",
		"Flush the resolver's cache and forwarders; if the answer stays wrong, use another resolver. Then send the failed messages again.",
		ruleWrongMX},
	{"R3", "static-route", false, classify.Sender,
		"The server that refused the mail is not a mail server of {domain}: a static route, smarthost or old setting sends it there.",
		"Our mail for {domain} was delivered to a server that is not responsible for it. A setting on our side sends it there, past what the domain publishes.",
		"Look for transport maps, send connectors, smarthosts and hosts-file entries for {domain} and remove them.",
		ruleStaticRoute},
	{"R16", "port-25-blocked", true, classify.Sender,
		"We cannot reach port 25 of any mail server: a firewall or our provider blocks it.",
		"Our mail server cannot reach any other mail server at present. Something between us and the Internet, most often a firewall or our provider, blocks mail. This concerns all recipients.",
		"Open outgoing TCP port 25 in the firewall, or ask the provider to; else send through the provider's smarthost.",
		rulePort25},
	{"R9", "egress-changed", true, classify.Sender,
		"Their servers see us under another address than the configured one: our outgoing address has changed (NAT or routing).",
		"Our mail leaves through another Internet address than planned. Other servers do not know that address as ours and refuse it. This is for our network people to correct.",
		"Give the mail server its own outgoing address back (NAT rule, interface binding), or publish PTR, SPF and HELO for the new one.",
		ruleEgress},
	{"R11", "open-relay", true, classify.Sender,
		"Our own mail server relays for strangers, and our address is listed for it.",
		"Strangers can send mail through our server, and have done so. Others block us for it. The server has to be closed first, and then removed from the lists.",
		"Close the relay, clear the queue, change stolen passwords, then ask the lists for removal.",
		ruleOpenRelay},
	{"R23", "our-resolver-dead", true, classify.Sender,
		"None of the DNS resolvers that our mail server uses answers, while other servers do.",
		"Our mail server cannot ask for directions at present, because the name service that it uses is out of order. This concerns all recipients. The messages are sent as soon as it works again.",
		"Repair or replace the resolvers in the mail server's settings; the queue then empties by itself.",
		ruleDeadResolvers},
	{"R14", "null-mx", true, classify.Domain,
		"{domain} publishes a null MX: it takes no mail at all.",
		"The domain {domain} states officially that it takes no e-mail. Please ask the person for another address.",
		"Remove or correct the addresses at {domain}; do not retry.",
		ruleNullMX},
	{"R5", "missing-ptr", true, classify.Sender,
		"Our address {address} has no name in reverse DNS that leads back to it, and their servers ask for one.",
		"Other mail servers check whether our server's address has a proper name. Ours has none at present, so they refuse our mail. Our provider has to enter it.",
		"Have the owner of {address} publish a PTR record, and publish an A or AAAA record of that name with the same address.",
		rulePTR},
	{"R7", "listed", true, classify.Sender,
		"Our address or domain is on a block list that {domain} uses.",
		"Our mail server is on a list of senders that are not trusted, and the recipients' system uses this list. The cause of the listing has to be found and removed on our side, then the list takes us off.",
		"Find and stop the cause (stolen account, infected machine, bad mailing list), then ask for removal at the list's page.",
		ruleListed},
	{"R10", "no-smtp-auth", false, classify.Sender,
		"The server wants SMTP AUTH and we gave none: our mail goes to a submission server.",
		"Our mail server hands mail to a server that first asks for a user name and password. Either these are missing in our settings, or the mail should go elsewhere.",
		"Set user name and password for this smarthost, or deliver to the MX of {domain} on port 25 instead.",
		ruleAuth},
	{"R12", "spf", true, classify.Sender,
		"SPF of our sender domain does not allow our address {address}.",
		"Our domain publishes a list of the servers that may send its mail. The server that sent this message is not properly on it, so the recipients' system takes it for a forgery.",
		"Add {address} to the SPF record of the sender domain, and correct what spf-lint finds.",
		ruleSPF},
	{"R13", "dmarc-alignment", true, classify.Sender,
		"Our mail does not pass DMARC: neither SPF nor DKIM vouches for the domain in From.",
		"The recipients' system checks whether a message really comes from the domain in its sender line. Ours could not prove it. The settings for our domain need correcting.",
		"Sign with DKIM for the From domain, and use an envelope sender of the same organization.",
		ruleDMARC},
	{"R22", "dkim-key", true, classify.Sender,
		"The DKIM key of our signature is not published as it should be.",
		"Our messages carry a digital seal, but the key to check it is missing or unfit. The recipients' system therefore does not trust them.",
		"Publish the key of the selector that signs, at least 1024 and better 2048 bits.",
		ruleDKIM},
	{"R20", "sender-domain", true, classify.Sender,
		"Our sender domain does not exist or cannot take mail, so their servers refuse mail from it.",
		"The sender address that we use belongs to a domain that cannot receive answers. Other systems refuse such mail.",
		"Register or correct the sender domain: an MX or address record, no null MX; or send from another domain.",
		ruleSenderDomain},
	{"R19", "bad-helo", true, classify.Sender,
		"The name that our server gives in HELO is not fit.",
		"Our mail server introduces itself with a wrong name. Some systems refuse that. It is a setting on our server.",
		"Set the HELO name (myhostname, smtp_helo_name, FQDN of the send connector) to a full name that leads to {address}.",
		ruleHELO},
	{"R17", "unknown-user-not-relay", false, classify.Recipient,
		"The address does not exist at {domain}: Exchange Online words it as \"Access denied\".",
		"The recipient's address is not known at {domain}. Please check the spelling, or ask the person for the right address.",
		"Correct or remove the address. No relaying is involved, in spite of the wording.",
		ruleAccessDenied},
	{"R15", "their-tls-policy", true, classify.Domain,
		"{domain} demands verified TLS, and its own servers do not pass (MTA-STS or DANE).",
		"The recipients' domain asks for protected delivery, but its own servers do not meet what it asks for. Their administrators have to correct that; we hold the messages until then.",
		"Tell their postmaster which server and what does not fit; the messages may be retried.",
		ruleTLS},
	{"R21", "their-dns", true, classify.Domain,
		"DNS of {domain} does not lead to a mail server that can be reached.",
		"The domain {domain} is not set up to take mail at present: it does not exist, or its entries lead nowhere. If the spelling is right, its owner has to correct that.",
		"Check the spelling; else tell the owner of {domain} by another way.",
		ruleTheirDNS},
	{"R4", "not-hosted-there", false, classify.Domain,
		"The right mail servers of {domain} refuse its mail: they are not set up to host the domain.",
		"Our mail reaches the right servers for {domain}, and these say that they are not responsible for it. Only their administrators can correct that. Please tell the recipients by another way.",
		"Send their postmaster the quoted reply; nothing can be done at our end.",
		ruleNotHosted},
	{"R8", "private-reputation", false, classify.Domain,
		"{domain} refuses our address by a list or policy of its own; no public list has us.",
		"The recipients' system refuses our server by a decision of its own. Public records about us are in order. Their administrators have to be asked to let us in.",
		"Ask their postmaster, or use the provider's form, with our address and the quoted reply.",
		rulePrivate},
	{"R6", "ptr-mended", false, classify.Sender,
		"They missed a name for our address {address}, but it has one now: mended since, or a passing fault of their lookup.",
		"The recipients' server could not find our server's name when the message came. It can be found now. The messages can be sent again.",
		"Send again; if it recurs, ask their postmaster which resolver they use.",
		rulePTRMended},
	{"R18", "their-policy", false, classify.Domain,
		"Nothing is wrong that can be seen from here: the refusal is a decision of {domain}.",
		"We have checked everything on our side that could be the reason, and found nothing wrong. The refusal is a decision of the recipients' system, and only its administrators can say why.",
		"Hand the quoted reply and this report to their postmaster.",
		ruleTheirPolicy},
}

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
	if stale := c.first("resolver-compare.address-differs"); differs == nil && stale != nil {
		return match{score: 0.85, because: []Finding{*stale}, claim: Confirmed}
	}
	if differs == nil {
		return refuted(c.first("resolver-compare.same"))
	}
	m := match{score: 0.95, because: append([]Finding{*differs}, c.all("resolver-compare.lies", "mx.bounced-by-ours")...), claim: Confirmed}
	if ns := c.first("ns-consistency.differs"); ns != nil {
		m.score, m.because = 0.9, append(m.because, *ns)
		m.as = &variant{"their-name-servers-differ", classify.Domain,
			"The name servers of {domain} give different mail servers, so that mail goes to the wrong one by chance.",
			"The recipients' domain gives different directions for its mail, depending on which of its name servers is asked. Their administrators have to correct that.",
			"Tell the owner of {domain} which name server gives which answer."}
	}
	return m
}

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
	return match{score: 0.9, because: []Finding{*stranger}, claim: Confirmed}
}

func rulePort25(c *caseFile) match {
	blocked := c.first("port25.blocked")
	if blocked == nil {
		return refuted(c.first("port25.open"))
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

func ruleNullMX(c *caseFile) match {
	null := c.first("null-mx.found")
	if null == nil {
		return refuted(c.first("null-mx.none"))
	}
	return match{score: 0.98, because: []Finding{*null}, claim: Confirmed}
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
	if !c.blocked() && !c.has(classify.Spam, classify.SenderRejected) && len(c.listNames()) == 0 {
		return no
	}
	var named, other, minor []Finding
	for _, f := range c.all("rbl-ip.listed", "rbl-ip.listed-minor", "rbl-domain.listed") {
		switch {
		case c.names(f.Arg("zone")):
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
	if f := c.first("spf.fail"); f != nil {
		m := match{score: 0.95, because: append(c.all("spf.fail"), c.lint()...), claim: Confirmed}
		if c.strange(*f) {
			m.score = 0.85
		}
		return m
	}
	if f := append(c.all("spf.permerror"), c.lint()...); len(f) > 0 {
		return match{score: 0.9, because: f, claim: Confirmed}
	}
	if f := c.all("spf.softfail", "spf.none", "spf.neutral"); f != nil {
		return match{score: 0.75, because: f, claim: Confirmed}
	}
	pass := c.first("spf.pass")
	if pass != nil && c.forwarded() {
		return match{score: 0.8, because: []Finding{*pass}, claim: Contradicted, as: &variant{"forwarder-without-srs", classify.Recipient,
			"SPF allows our address; the mail was forwarded at their end, and the forwarder does not rewrite the sender (SRS).",
			"Our own settings are in order. The message was passed on automatically from the address that we wrote to, and the system that passed it on does so in a way which looks like forgery to the next one.",
			"Write to the final address, or ask the forwarder's administrator for SRS or DKIM-preserving forwarding."}}
	}
	return refuted(pass)
}

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

func ruleAccessDenied(c *caseFile) match {
	if !c.said("recipient address rejected: access denied") || c.said("relay access denied") {
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
	if f := c.all("tls.none"); f != nil {
		return match{score: 0.7, because: f, claim: Confirmed, as: &variant{"no-starttls", classify.Domain,
			"The mail servers of {domain} offer no TLS, and our server insists on it.",
			"Our system only sends over a protected connection, and the recipients' system does not offer one. Either their administrators turn it on, or we make an exception.",
			"Ask their postmaster to offer STARTTLS, or allow clear text for {domain} in our TLS policy."}}
	}
	return refuted(c.first("tls.ok"))
}

func ruleTheirDNS(c *caseFile) match {
	f := c.all("mx.no-domain", "mx.no-service", "mx.no-address", "mx.private", "mx.literal", "ns-consistency.lame")
	if f == nil {
		return refuted(c.first("mx.ok", "mx.implicit"))
	}
	if !c.has(classify.DomainUnknown, classify.NetworkError, classify.ExpiredReason, classify.NoMailService, classify.MailLoop,
		classify.RelayDenied, classify.SystemError) {
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
	if by := c.taken(); by != nil {
		return refuted(by)
	}
	m := match{score: 0.85, because: c.all("mx.bounced-by-mx", "resolver-compare.same"), claim: Confirmed}
	refusedNow := c.all("smtp.rcpt-refused")
	m.because = append(m.because, refusedNow...)
	switch {
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

// taken is a conversation in which a recipient was accepted.
func (c *caseFile) taken() *Finding {
	for i, f := range c.findings {
		if f.Tag == "smtp.accepted" && f.Arg("stage") == "RCPT TO" {
			return &c.findings[i]
		}
	}
	return nil
}

func rulePrivate(c *caseFile) match {
	if !c.blocked() {
		return no
	}
	if by := c.first("rbl-ip.listed", "ptr.missing", "ptr.mismatch"); by != nil {
		return refuted(by)
	}
	zones, _ := c.namedZones()
	clean := c.cleanAt(zones)
	if clean == nil {
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
	if _, undecided := c.judgeClaim(); undecided {
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
