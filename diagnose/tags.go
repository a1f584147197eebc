package diagnose

import "strings"

// Severity says how much a finding matters.
type Severity string

const (
	Error   Severity = "error"   // makes mail fail
	Warning Severity = "warning" // can make mail fail
	Notice  Severity = "notice"  // worth knowing, no fault
	Good    Severity = "good"    // as it should be
	Open    Severity = "open"    // could not be established
)

// TagInfo is what is true of every finding with one tag.
type TagInfo struct {
	Tag      Tag
	Severity Severity
	// Prose is one sentence. {subject} and {name of an argument} are filled in from the finding.
	Prose string
}

// Tags lists every tag, by check.
func Tags() []TagInfo { return tags }

var tags = []TagInfo{
	{"egress.agree", Good, "Their servers see our configured address {subject}."},
	{"egress.differs", Error, "Their servers see us as {subject}, which is not a configured sending address ({configured})."},
	{"egress.several", Notice, "Their servers see us under several addresses: {addresses}."},
	{"egress.between", Notice, "{subject}, which their servers saw, is of a server that passed our mail on: a smarthost of ours, or a forwarder of theirs ({configured} is ours)."},
	{"egress.private", Warning, "{subject} is a private address: no server on the Internet can see it as ours."},
	{"egress.unknown", Open, "Our sending address is unknown: name it with --egress."},

	{"resolver-reverse.ok", Good, "Our resolver {subject} answers reverse lookups."},
	{"resolver-reverse.broken", Error, "Our resolver {subject} does not answer reverse lookups: {failed} of {asked} that have an answer failed over {transport} ({how}), while forward lookups work."},
	{"resolver-reverse.partial", Warning, "Our resolver {subject} fails {failed} of {asked} reverse lookups that have an answer, over {transport}."},
	{"resolver-reverse.no-answer", Open, "Our resolver {subject} does not answer forward lookups either ({how})."},
	{"resolver-reverse.unknown", Open, "Whether our resolver {subject} answers reverse lookups could not be told: {why}."},

	{"resolver-compare.same", Good, "Our resolver {resolver} gives the same answers for {subject} as the reference."},
	{"resolver-compare.mx-differs", Error, "For {subject}, our resolver {resolver} gives the mail servers {ours}, the reference {reference}."},
	{"resolver-compare.address-differs", Warning, "For the mail server {subject}, our resolver {resolver} gives the addresses {ours}, the reference {reference}."},
	{"resolver-compare.address-varies", Notice, "For the mail server {subject}, our resolver {resolver} gives the addresses {ours}, the reference {reference}, as is common for big providers."},
	{"resolver-compare.txt-differs", Warning, "For {subject}, our resolver {resolver} gives other TXT records than the reference."},
	{"resolver-compare.lies", Error, "Our resolver {subject} makes up answers: a name that does not exist has the address {address}."},
	{"resolver-compare.bogus", Error, "DNSSEC of {subject} is broken: our resolver {resolver} finds its signatures wrong, and has answers only without checking them ({answer})."},
	{"resolver-compare.unknown", Open, "The answers of our resolver {resolver} for {subject} could not be compared: {why}."},

	{"mx.ok", Good, "{subject} takes mail at {hosts}."},
	{"mx.implicit", Good, "{subject} has no MX record; its own address takes the mail (RFC 5321 section 5.1)."},
	{"mx.no-domain", Error, "The domain {subject} does not exist."},
	{"mx.no-service", Error, "{subject} has neither an MX record nor an address."},
	{"mx.no-address", Error, "No mail server of {subject} has an address ({hosts})."},
	{"mx.part-no-address", Warning, "Some mail servers of {subject} have no address: {hosts}."},
	{"mx.literal", Error, "An MX record of {subject} names an address instead of a host: {hosts}."},
	{"mx.private", Error, "A mail server of {subject} has an address that the Internet cannot reach: {hosts}."},
	{"mx.cname", Warning, "A mail server of {subject} is an alias, which RFC 5321 section 5.1 forbids: {hosts}."},
	{"mx.not-mx", Error, "{host}, which refused our mail, is not a mail server of {subject} ({hosts})."},
	{"mx.smarthost", Notice, "Mail for {subject} goes through {host}, which is not one of its mail servers ({hosts})."},
	{"mx.bounced-by-mx", Good, "The server that refused our mail is a mail server of {subject}: {host}."},
	{"mx.bounced-by-ours", Notice, "{host}, which refused our mail, is a mail server of {subject} only by the answer of our resolver."},
	{"mx.ours", Notice, "A mail server of {subject} is our own: {hosts}."},
	{"mx.unknown", Open, "The mail servers of {subject} could not be looked up: {why}."},

	{"null-mx.found", Error, "{subject} publishes a null MX: it takes no mail (RFC 7505)."},
	{"null-mx.none", Good, "{subject} publishes no null MX."},
	{"null-mx.unknown", Open, "Whether {subject} publishes a null MX could not be looked up: {why}."},

	{"ns-consistency.same", Good, "All name servers of {subject} give the same mail servers."},
	{"ns-consistency.differs", Error, "The name servers of {subject} give different mail servers: {answers}."},
	{"ns-consistency.lame", Warning, "Name servers of {subject} do not answer for it: {hosts}."},
	{"ns-consistency.unknown", Open, "The name servers of {subject} could not be asked: {why}."},

	{"ptr.ok", Good, "Our address {subject} has a name that leads back to it: {names}."},
	{"ptr.missing", Error, "Our address {subject} has no name in reverse DNS."},
	{"ptr.mismatch", Error, "The name of our address {subject} does not lead back to it: {names}."},
	{"ptr.unknown", Open, "The name of our address {subject} could not be looked up: {why}."},

	{"ptr-generic.ok", Good, "The name of our address {subject} looks like that of a server."},
	{"ptr-generic.generic", Warning, "The name of our address {subject} looks like that of a dial-up customer: {name}."},

	{"helo.ok", Good, "The name that we give in HELO, {subject}, leads to our address."},
	{"helo.literal", Error, "We give an address in HELO, {subject}, and no name."},
	{"helo.localhost", Error, "We call ourselves {subject} in HELO."},
	{"helo.unqualified", Error, "The name that we give in HELO, {subject}, is not fully qualified."},
	{"helo.no-address", Error, "The name that we give in HELO, {subject}, does not exist or has no address."},
	{"helo.mismatch", Warning, "The name that we give in HELO, {subject}, does not lead to our address but to {addresses}."},
	{"helo.unknown", Open, "The name that we give in HELO, {subject}, could not be looked up: {why}."},

	{"rbl-ip.listed", Error, "Our address {subject} is listed at {zone}: {meaning}."},
	{"rbl-ip.listed-minor", Warning, "Our address {subject} is listed at {zone}, which few receivers use: {meaning}."},
	{"rbl-ip.clean", Good, "Our address {subject} is not listed at {zone}."},
	{"rbl-ip.allowed", Good, "Our address {subject} is on the allow list {zone}: {meaning}."},
	{"rbl-ip.refused", Open, "The block list {subject} refuses to answer {resolver}: {why}."},
	{"rbl-ip.broken", Open, "The block list {subject} cannot be believed through {resolver}: {why}."},
	{"rbl-ip.dead", Open, "The block list {subject} does not exist any more."},
	{"rbl-ip.unknown", Open, "The block list {subject} could not be asked through {resolver}: {why}."},

	{"rbl-domain.listed", Error, "Our domain {subject} is listed at {zone}: {meaning}."},
	{"rbl-domain.clean", Good, "Our domain {subject} is not listed at {zone}."},
	{"rbl-domain.refused", Open, "The block list {subject} refuses to answer {resolver}: {why}."},
	{"rbl-domain.broken", Open, "The block list {subject} cannot be believed through {resolver}: {why}."},
	{"rbl-domain.dead", Open, "The block list {subject} does not exist any more."},
	{"rbl-domain.unknown", Open, "The block list {subject} could not be asked through {resolver}: {why}."},

	{"spf.pass", Good, "SPF of {subject} allows our address {address}."},
	{"spf.fail", Error, "SPF of {subject} forbids our address {address}."},
	{"spf.permerror", Error, "SPF of {subject} cannot be evaluated: {why}."},
	{"spf.softfail", Warning, "SPF of {subject} does not list our address {address} (softfail)."},
	{"spf.neutral", Warning, "SPF of {subject} says nothing about our address {address} (neutral)."},
	{"spf.none", Warning, "{subject} has no SPF record."},
	{"spf.unknown", Open, "SPF of {subject} could not be looked up: {why}."},

	{"spf-lint.ok", Good, "The SPF record of {subject} is in order: {lookups} lookups of 10."},
	{"spf-lint.multiple", Error, "{subject} has more than one SPF record."},
	{"spf-lint.syntax", Error, "The SPF record of {subject} has an error: {term}."},
	{"spf-lint.lookups", Error, "The SPF record of {subject} needs {lookups} DNS lookups; 10 are allowed."},
	{"spf-lint.void", Error, "The SPF record of {subject} leads to {void} names without records; 2 are allowed: {names}."},
	{"spf-lint.loop", Error, "The SPF record of {subject} includes itself: {path}."},
	{"spf-lint.no-record", Error, "The SPF record of {subject} includes {names}, which has no SPF record."},
	{"spf-lint.plus-all", Warning, "The SPF record of {subject} allows the whole Internet (+all)."},
	{"spf-lint.ptr", Warning, "The SPF record of {subject} uses ptr, which RFC 7208 section 5.5 advises against."},
	{"spf-lint.no-all", Warning, "The SPF record of {subject} has no end (all or redirect)."},
	{"spf-lint.unknown", Open, "The SPF record of {subject} could not be read in full: {why}."},

	{"sender-domain.ok", Good, "Our sender domain {subject} exists and takes mail."},
	{"sender-domain.missing", Error, "Our sender domain {subject} does not exist."},
	{"sender-domain.null-mx", Error, "Our sender domain {subject} publishes a null MX, so that bounces and answers cannot reach it."},
	{"sender-domain.no-mail", Error, "Our sender domain {subject} has neither an MX record nor an address."},
	{"sender-domain.unknown", Open, "Our sender domain {subject} could not be looked up: {why}."},

	{"dmarc.ok", Good, "{subject} publishes DMARC with policy {policy}, and our mail is aligned as far as can be told."},
	{"dmarc.none", Warning, "{subject} publishes no DMARC record."},
	{"dmarc.multiple", Error, "{subject} publishes more than one DMARC record, so that none counts."},
	{"dmarc.syntax", Error, "The DMARC record of {subject} has an error: {why}."},
	{"dmarc.misaligned", Error, "Mail from {subject} is not aligned for DMARC: {why}."},
	{"dmarc.unknown", Open, "The DMARC record of {subject} could not be looked up: {why}."},

	{"dkim.ok", Good, "The DKIM key {subject} is published: {bits}."},
	{"dkim.no-key", Error, "The DKIM key {subject} does not exist."},
	{"dkim.revoked", Error, "The DKIM key {subject} is revoked (empty p=)."},
	{"dkim.weak", Error, "The DKIM key {subject} has only {bits}."},
	{"dkim.syntax", Error, "The DKIM key {subject} cannot be read: {why}."},
	{"dkim.unknown", Open, "The DKIM key {subject} could not be looked up: {why}."},

	{"smtp.accepted", Good, "{subject} takes our commands up to {stage}."},
	{"smtp.banner-refused", Error, "{subject} refuses us at the first word: {reply}."},
	{"smtp.refused", Error, "{subject} refuses us at {stage}: {reply}."},
	{"smtp.rcpt-refused", Notice, "{subject} refuses the recipient: {reply}."},
	{"smtp.deferred", Open, "{subject} puts us off at {stage}: {reply}."},
	{"smtp.unreachable", Open, "{subject} could not be reached: {why}."},
	{"smtp.broken", Open, "The conversation with {subject} broke off at {stage}: {why}."},

	{"tls.ok", Good, "{subject} has a valid certificate."},
	{"tls.none", Notice, "{subject} offers no STARTTLS."},
	{"tls.handshake", Error, "{subject} offers STARTTLS, but TLS fails: {why}."},
	{"tls.expired", Warning, "The certificate of {subject} expired on {until}."},
	{"tls.wrong-name", Warning, "The certificate of {subject} is for other names: {names}."},
	{"tls.untrusted", Warning, "The certificate of {subject} is not signed by a known authority: {why}."},
	{"tls.unknown", Open, "The certificate of {subject} could not be seen: {why}."},

	{"mta-sts.none", Good, "{subject} has no MTA-STS policy."},
	{"mta-sts.ok", Good, "The MTA-STS policy of {subject} ({mode}) fits its mail servers."},
	{"mta-sts.mismatch", Error, "The MTA-STS policy of {subject} is enforced and does not allow its mail servers {hosts}."},
	{"mta-sts.testing", Warning, "The MTA-STS policy of {subject} does not allow its mail servers {hosts}, but is not enforced."},
	{"mta-sts.certificate", Error, "The MTA-STS policy of {subject} is enforced, and the certificate of {host} does not pass: {why}."},
	{"mta-sts.broken", Warning, "{subject} announces an MTA-STS policy that cannot be used: {why}."},
	{"mta-sts.unknown", Open, "The MTA-STS policy of {subject} could not be looked up: {why}."},

	{"dane.none", Good, "{subject} publishes no TLSA records."},
	{"dane.ok", Good, "The certificate of {subject} fits its TLSA records."},
	{"dane.unchecked", Open, "{subject} publishes TLSA records; its certificate was not seen."},
	{"dane.mismatch", Error, "The certificate of {subject} fits none of its TLSA records."},
	{"dane.unusable", Notice, "{subject} publishes only TLSA records that do not apply to mail (RFC 7672 section 3.1.3): TLS is required, but no certain certificate."},
	{"dane.insecure", Notice, "{subject} publishes TLSA records without DNSSEC; they do not count."},
	{"dane.unknown", Open, "The TLSA records of {subject} could not be looked up: {why}."},

	{"open-relay.closed", Good, "Our host {subject} does not relay for strangers."},
	{"open-relay.open", Error, "Our host {subject} relays for strangers: {how}."},
	{"open-relay.inside", Open, "Our host {subject} relays for this machine ({how}), which may be allowed to; ask again from outside."},
	{"open-relay.unknown", Open, "Our host {subject} could not be tested: {why}."},

	{"auth.required", Error, "{subject} is a submission server: it wants SMTP AUTH, and we gave none."},
	{"auth.not-offered", Good, "{subject} does not ask for SMTP AUTH."},
	{"auth.unknown", Open, "Whether {subject} wants SMTP AUTH could not be told: {why}."},

	{"port25.open", Good, "We reach {subject} of well-known mail servers: {hosts}."},
	{"port25.blocked", Error, "We reach {subject} of no server, not of {hosts} either: something on our side blocks it."},
	{"port25.unknown", Open, "Whether we reach {subject} of well-known mail servers could not be told: {why}."},
}

// Info finds what is true of a tag; ok is false for a tag that does not exist.
func Info(t Tag) (info TagInfo, ok bool) {
	for _, i := range tags {
		if i.Tag == t {
			return i, true
		}
	}
	return TagInfo{}, false
}

// Severity of the finding.
func (f *Finding) Severity() Severity {
	info, _ := Info(f.Tag)
	return info.Severity
}

// Prose is the finding in one sentence.
func (f *Finding) Prose() string {
	info, _ := Info(f.Tag)
	pairs := []string{"{subject}", f.Subject}
	for _, a := range f.Args {
		pairs = append(pairs, "{"+a.Name+"}", a.Value)
	}
	return strings.NewReplacer(pairs...).Replace(info.Prose)
}

// Arg is the value of a named argument, "" if there is none.
func (f *Finding) Arg(name string) string {
	for _, a := range f.Args {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Check is the id of the check that made the finding.
func (f *Finding) Check() string {
	check, _, _ := strings.Cut(string(f.Tag), ".")
	return check
}

// verdictOf follows from a tag's severity.
func verdictOf(s Severity) Verdict {
	switch s {
	case Error, Warning:
		return Fault
	case Open:
		return Unclear
	}
	return OK
}
