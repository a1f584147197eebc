package diagnose

import (
	"slices"

	"ndrscope/aggregate"
	"ndrscope/classify"
)

// claim is a row of what bounces say and what can be found out about it.
type claim struct {
	reasons []classify.Reason
	details []string // of auth-failed; nil means any
	// confirms are the tags that prove it, clears those that show the contrary, open those that leave it undecided.
	confirms, clears, open []Tag
	// fixed facts do not change with time: what is right now was right then.
	fixed bool
	// loose claims may stay without a finding: nobody who did not ask is in doubt for it.
	loose bool
}

// claims in the order in which they decide.
var claims = []claim{
	{reasons: []classify.Reason{classify.NoReverseDNS},
		confirms: []Tag{"ptr.missing", "ptr.mismatch", "ptr-generic.generic"}, clears: []Tag{"ptr.ok"}, open: []Tag{"ptr.unknown"}},
	{reasons: []classify.Reason{classify.AuthFailed}, details: []string{"spf", ""},
		confirms: []Tag{"spf.fail", "spf.permerror", "spf.softfail", "spf.none", "spf.neutral"}, clears: []Tag{"spf.pass"}, open: []Tag{"spf.unknown"}},
	{reasons: []classify.Reason{classify.AuthFailed}, details: []string{"dkim"},
		confirms: []Tag{"dkim.no-key", "dkim.revoked", "dkim.weak", "dkim.syntax"}, clears: []Tag{"dkim.ok"}, open: []Tag{"dkim.unknown"}},
	{reasons: []classify.Reason{classify.AuthFailed}, details: []string{"dmarc", "alignment"}, fixed: true,
		confirms: []Tag{"dmarc.misaligned", "dmarc.multiple", "dmarc.none", "spf.fail"}, clears: []Tag{"dmarc.ok"}, open: []Tag{"dmarc.unknown", "spf.unknown"}},
	{reasons: []classify.Reason{classify.TLSFailed},
		confirms: []Tag{"tls.handshake", "tls.expired", "tls.wrong-name", "tls.untrusted", "tls.none", "mta-sts.mismatch", "mta-sts.certificate", "dane.mismatch"},
		clears:   []Tag{"tls.ok"}, open: []Tag{"tls.unknown"}},
	{reasons: []classify.Reason{classify.BadHELO},
		confirms: []Tag{"helo.literal", "helo.localhost", "helo.unqualified", "helo.no-address", "helo.mismatch"}, clears: []Tag{"helo.ok"}, open: []Tag{"helo.unknown"}},
	{reasons: []classify.Reason{classify.NoMailService},
		confirms: []Tag{"null-mx.found"}, clears: []Tag{"null-mx.none"}, open: []Tag{"null-mx.unknown"}},
	{reasons: []classify.Reason{classify.DomainUnknown},
		confirms: []Tag{"mx.no-domain", "mx.no-service", "mx.no-address"}, clears: []Tag{"mx.ok", "mx.implicit"},
		open: []Tag{"mx.unknown", "resolver-compare.unknown", "resolver-compare.bogus"}},
	{reasons: []classify.Reason{classify.SenderRejected},
		confirms: []Tag{"sender-domain.missing", "sender-domain.null-mx", "sender-domain.no-mail", "rbl-domain.listed"}, clears: []Tag{"sender-domain.ok"},
		open: []Tag{"sender-domain.unknown"}},
	{reasons: []classify.Reason{classify.AuthRequired}, fixed: true,
		confirms: []Tag{"auth.required"}, clears: []Tag{"auth.not-offered"}, open: []Tag{"auth.unknown"}},
	{reasons: []classify.Reason{classify.NetworkError, classify.ExpiredReason}, loose: true,
		open:   []Tag{"smtp.unreachable", "smtp.broken"},
		clears: []Tag{"smtp.accepted", "smtp.refused", "smtp.banner-refused", "smtp.rcpt-refused", "smtp.deferred"}},
}

// judgeClaim says what the findings make of what the bounces claim. Undecided means that there was a way to check it,
// and that it failed: then nobody can be blamed.
func (c *caseFile) judgeClaim() (result Claim, undecided bool) {
	if len(c.group.Reasons) == 0 {
		return NotCheckable, false // nothing is claimed
	}
	if c.taken() != nil || c.relay() && c.hosted() != nil || c.refusedAtOnce() && c.first("smtp.accepted", "smtp.refused", "smtp.rcpt-refused", "smtp.deferred") != nil {
		return Mended, false
	}
	if zones, dead := c.namedZones(); len(zones)+len(dead) > 0 {
		return c.judgeListing(zones)
	}
	for _, k := range claims {
		if !c.has(k.reasons...) || k.details != nil && !c.authCode(k.details...) {
			continue
		}
		switch {
		case c.first(k.confirms...) != nil:
			return Confirmed, false
		case c.first(k.open...) != nil:
			return NotCheckable, true
		case c.first(k.clears...) != nil && k.fixed:
			return Contradicted, false
		case c.first(k.clears...) != nil:
			return Mended, false
		}
		return NotCheckable, !k.loose // it could not even be asked: our address is unknown, or SMTP not permitted
	}
	return NotCheckable, false
}

// aboutContent says whether lists of domains were named once the message had been seen: what they have may be a link in it
// as well as a domain of ours.
func (c *caseFile) aboutContent(zones []dnsblZone) bool {
	return len(zones) > 0 && !slices.ContainsFunc(zones, func(z dnsblZone) bool { return !z.Domains }) &&
		slices.ContainsFunc(c.group.Samples, func(s aggregate.Sample) bool { return s.Event.Command == "EOD" || s.Event.Command == "DATA" })
}

// judgeListing looks for us on the lists that the replies name.
func (c *caseFile) judgeListing(zones []dnsblZone) (result Claim, undecided bool) {
	at := func(tags ...Tag) bool {
		return slices.ContainsFunc(c.all(tags...), func(f Finding) bool { return c.names(f.Arg("zone")) || c.names(f.Subject) })
	}
	switch {
	case at("rbl-ip.listed", "rbl-ip.listed-minor", "rbl-domain.listed"):
		return Confirmed, false
	case slices.ContainsFunc(c.all("rbl-ip.refused", "rbl-ip.broken", "rbl-ip.unknown", "rbl-domain.refused", "rbl-domain.broken", "rbl-domain.unknown"),
		func(f Finding) bool { return c.names(f.Subject) && f.Arg("asked") != "" }):
		return NotCheckable, true // the list works, but gave no answer about us
	case c.aboutContent(zones):
		return NotCheckable, true
	case at("rbl-ip.clean", "rbl-domain.clean", "rbl-ip.allowed"):
		return Mended, false
	}
	return NotCheckable, len(zones) > 0
}
