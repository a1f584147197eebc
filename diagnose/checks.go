package diagnose

import (
	"context"
	"slices"

	"ndrscope/classify"
	"ndrscope/diagnose/dnsbl"
)

// check is one row of the catalogue.
type check struct {
	id string
	// reasons call for it; nil means all of them.
	reasons []classify.Reason
	// not are reasons that do not call for it.
	not []classify.Reason
	// when is what else it needs; nil means nothing.
	when   func(r *run, c *caseFile) bool
	asks   string // for docs/checks.md
	source string
	probe  func(ctx context.Context, r *run, c *caseFile) []Finding
}

// applies says whether the domain's failures call for the check. Without failures to go by, all are called for.
func (k *check) applies(r *run, c *caseFile) bool {
	if k.when != nil && !k.when(r, c) {
		return false
	}
	if len(c.group.Reasons) == 0 {
		return true
	}
	return slices.ContainsFunc(c.reasons, func(reason classify.Reason) bool {
		return (k.reasons == nil || slices.Contains(k.reasons, reason)) && !slices.Contains(k.not, reason)
	})
}

// Groups of reasons that call for the same checks.
var (
	about  = []classify.Reason{classify.Spam, classify.Virus, classify.ContentRejected, classify.NotRFCCompliant, classify.MessageTooBig, classify.SizeOverLimit}
	unseen = []classify.Reason{classify.DomainUnknown, classify.NetworkError, classify.ExpiredReason}
	judged = []classify.Reason{classify.RelayDenied, classify.IPBlocked, classify.BadReputation, classify.Policy, classify.Security}
	routed = append([]classify.Reason{classify.RelayDenied, classify.NoMailService}, unseen...)
	told   = append([]classify.Reason{classify.NoReverseDNS, classify.BadHELO, classify.SenderRejected, classify.RecipientRefused,
		classify.TLSFailed, classify.AuthRequired, classify.SystemError, classify.Greylisted, classify.OnHold, classify.Unknown}, append(judged, unseen...)...)
)

// checks is the catalogue, in the order of docs/checks.md.
var checks = []check{
	{id: "egress", asks: "our addresses as quoted by the bounces, against the configured ones", source: "-", probe: checkEgress},
	{id: "resolver-reverse", reasons: append([]classify.Reason{classify.RelayDenied, classify.NoReverseDNS}, unseen...),
		asks:   "each of our resolvers, over UDP and TCP: PTR of our address, of the mail servers' and of well-known controls; forward controls; the same of the reference",
		source: "RFC 1035", probe: checkResolverReverse},
	{id: "resolver-compare", reasons: routed, asks: "MX, addresses, TXT and a made-up name, against the reference", source: "RFC 1034", probe: checkResolverCompare},
	{id: "mx", not: about, asks: "MX, then A and AAAA of each server; is the host that bounced one of them?", source: "RFC 5321 section 5.1", probe: checkMX},
	{id: "null-mx", not: about, asks: "MX", source: "RFC 7505", probe: checkNullMX},
	{id: "ns-consistency", reasons: routed, asks: "MX of each authoritative server, where our resolver and the reference differ or fail",
		source: "RFC 1912 section 2.8", probe: checkNameServers},
	{id: "ptr", reasons: append([]classify.Reason{classify.NoReverseDNS, classify.BadHELO, classify.AuthFailed, classify.RateLimited}, judged...),
		asks: "PTR of the address they saw, then A or AAAA of every name", source: "RFC 8601 section 3", probe: checkPTR},
	{id: "ptr-generic", reasons: []classify.Reason{classify.NoReverseDNS, classify.IPBlocked, classify.BadReputation},
		asks: "does the name contain the address, dyn, dsl, pool?", source: "M3AWG naming recommendations", probe: checkPTRGeneric},
	{id: "helo", reasons: []classify.Reason{classify.BadHELO, classify.SyntaxError}, asks: "A and AAAA of our HELO name", source: "RFC 5321 section 4.1.1.1", probe: checkHELO},
	{id: "rbl-ip", reasons: judged, asks: "the zones below, about our addresses, each zone's health first", source: "RFC 5782", probe: checkBlockLists},
	{id: "rbl-domain", reasons: []classify.Reason{classify.Spam, classify.BadReputation, classify.SenderRejected, classify.ContentRejected, classify.IPBlocked, classify.Policy, classify.Security},
		when: aboutDomains, asks: "the zones of domains, about our sender, HELO and DKIM domains", source: "RFC 5782", probe: checkDomainLists},
	{id: "spf", reasons: []classify.Reason{classify.AuthFailed}, when: anyAuth("spf", "dmarc", "alignment"), asks: "check_host(our address, MAIL FROM); HELO for the null sender", source: "RFC 7208", probe: checkSPF},
	{id: "spf-lint", reasons: []classify.Reason{classify.AuthFailed}, when: anyAuth("spf", "dmarc", "alignment"), asks: "the whole tree of SPF records", source: "RFC 7208 section 4.6.4", probe: checkSPFTree},
	{id: "sender-domain", reasons: []classify.Reason{classify.SenderRejected}, asks: "MX, A and AAAA of our sender domains", source: "RFC 7505", probe: checkSenderDomain},
	{id: "dmarc", reasons: []classify.Reason{classify.AuthFailed}, when: anyAuth("dmarc", "alignment"), asks: "_dmarc of the From domain, up the tree", source: "RFC 9989", probe: checkDMARC},
	{id: "dkim", reasons: []classify.Reason{classify.AuthFailed}, when: anyAuth("dkim", "dmarc", "alignment"), asks: "the key of the returned message's own signature", source: "RFC 6376, 8301", probe: checkDKIM},
	{id: "smtp", reasons: told, when: withSMTP, asks: "the conversation by hand: banner, EHLO, STARTTLS, EHLO, MAIL FROM, [RCPT TO], QUIT", source: "RFC 5321", probe: checkSMTP},
	{id: "tls", reasons: []classify.Reason{classify.TLSFailed, classify.Security}, when: withSMTP, asks: "the certificate: chain, name, expiry", source: "RFC 3207", probe: checkTLS},
	{id: "mta-sts", reasons: []classify.Reason{classify.TLSFailed, classify.Security}, asks: "the domain's policy, against its mail servers and their certificates", source: "RFC 8461", probe: checkMTASTS},
	{id: "dane", reasons: []classify.Reason{classify.TLSFailed, classify.Security}, asks: "TLSA of each mail server, against its certificate", source: "RFC 7672", probe: checkDANE},
	{id: "open-relay", reasons: []classify.Reason{classify.RelayDenied, classify.IPBlocked, classify.BadReputation}, when: withSMTP,
		asks:   "our own hosts: null sender, user%dom@self, user%dom@[ip], \"user@dom\", \"user%dom\", user@dom@self, @self:user@dom, dom!user",
		source: "RFC 5321 section 7.9", probe: checkOpenRelay},
	{id: "auth", reasons: []classify.Reason{classify.AuthRequired}, asks: "does the server that refused us offer AUTH?", source: "RFC 4954", probe: checkAuth},
	{id: "port25", reasons: unseen, when: withSMTP, asks: "TCP port 25 of well-known mail servers, where the domain's cannot be reached", source: "-", probe: checkPort25},
}

// withSMTP is for checks that speak to mail servers.
func withSMTP(r *run, _ *caseFile) bool { return r.cfg.SMTP }

// aboutDomains keeps a refusal of our address, or one that says nothing of domains, from raising questions about our
// domains, unless it names such a list.
func aboutDomains(_ *run, c *caseFile) bool {
	zones, _ := c.namedZones()
	return len(c.reasons) == 0 || slices.ContainsFunc(zones, func(z dnsbl.Zone) bool { return z.Domains }) ||
		slices.ContainsFunc(c.reasons, func(r classify.Reason) bool {
			return slices.Contains([]classify.Reason{classify.Spam, classify.BadReputation, classify.SenderRejected, classify.ContentRejected}, r)
		})
}

// anyAuth is for checks of one kind of authentication: where the failures say which kind they mean, the others are
// left alone.
func anyAuth(details ...string) func(*run, *caseFile) bool {
	return func(_ *run, c *caseFile) bool {
		return len(c.group.Reasons) == 0 || c.authCode(append(details, "")...)
	}
}
