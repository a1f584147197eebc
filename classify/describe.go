package classify

import (
	"fmt"
	"net/netip"
	"strings"
)

// advice is what a detail changes about what is said and what is to be done.
type advice struct {
	reason   Reason
	detail   string
	sentence string // empty: that of the reason
	remedy   string
	checks   []string // empty: those of the reason
}

// advices lists the details that call for something else than their reason does.
var advices = []advice{
	{AuthFailed, "spf", "The SPF record of the envelope sender's domain does not permit our address.", "Add our sending address to the SPF record, and keep it within ten DNS lookups. Where the message was forwarded, the forwarder has to rewrite the sender (SRS).", []string{"spf", "spf-lint", "egress"}},
	{AuthFailed, "dkim", "The message carried no DKIM signature that holds.", "Check that the key is published under the selector, and that nothing changes the message after it was signed.", []string{"dkim"}},
	{AuthFailed, "dmarc", "The message failed the DMARC policy that our own domain publishes, or there is none where one is asked for.", "Let SPF or DKIM pass for the domain in From; publish a DMARC record.", []string{"dmarc", "spf", "dkim"}},
	{AuthFailed, "arc", "The chain of ARC seals of the forwarded message is broken.", "Correct the ARC signing of the forwarder.", []string{"dkim", "dmarc"}},
	{AuthFailed, "alignment", "SPF or DKIM passed, but for another domain than the one in From.", "Sign with d= of the domain in From, or use an envelope sender under it.", []string{"dmarc", "dkim", "spf"}},
	{IPBlocked, "dynamic-address", "Our address counts as residential or dynamic, and such addresses may not send mail there.", "Send through the provider's relay, or from an address with a static entry and a PTR of its own.", []string{"ptr", "ptr-generic", "rbl-ip", "egress"}},
	{IPBlocked, "not on their allow-list", "That provider does not know our address yet.", "Write to the provider's postmaster to be let in; give our host an imprint page under its name, as they ask.", []string{"ptr", "helo", "rbl-ip"}},
	{IPBlocked, "their network policy", "The recipient's organisation takes no mail from our network.", "Ask the recipient's administrator to permit our address.", []string{"egress", "rbl-ip"}},
	{IPBlocked, "open proxy", "Our address is taken for an open proxy or open relay.", "Look for an open relay or a compromised account or machine on our side, then ask for delisting.", []string{"open-relay", "rbl-ip", "egress"}},
	{RecipientRefused, unconfirmedDetail, "The server says that the user is unknown, but said so late or with a status that is not about the address: the recipient's filter may have refused the message.", "Do not remove the address on this word alone; ask the recipient.", nil},
	{RecipientRefused, "restricted", "That recipient takes mail only from senders that its owner or administrator permits.", "Ask the owner of the mailbox or group to permit us.", nil},
	{RelayDenied, "connector", "Exchange Online did not recognise our connection as coming from the tenant's own servers.", "Compare the inbound connector's address or certificate with the address that we send from.", []string{"egress", "tls"}},
	{RateLimited, "tenant", "Our Microsoft 365 tenant is blocked from sending.", "Open a ticket with Microsoft; look for compromised accounts first.", nil},
	{RateLimited, "ipv6", "We sent too much over IPv6.", "Slow down, or prefer IPv4 for that destination.", []string{"egress"}},
	{Policy, "ipv6", "The recipient's organisation takes no mail over IPv6.", "Send to it over IPv4.", []string{"egress", "mx"}},
	{NoReverseDNS, "ipv6", "Our IPv6 address has no matching PTR record, or the message was not authenticated.", "Publish a matching PTR and AAAA, and pass SPF or DKIM; or send over IPv4.", []string{"ptr", "spf", "dkim"}},
	{TLSFailed, "no-tls", "We delivered without TLS, which that provider no longer takes.", "Turn on opportunistic TLS for outgoing mail (in Postfix: smtp_tls_security_level = may).", []string{"tls"}},
	{TLSFailed, "mta-sts", "Their servers do not match the MTA-STS policy that they publish.", "Tell their postmaster: certificate or policy is wrong.", []string{"mta-sts", "tls"}},
	{TLSFailed, "tlsa-invalid", "Their certificate does not match the TLSA records (DANE) that they publish.", "Tell their postmaster: renew the TLSA records along with the certificate.", []string{"dane", "tls"}},
	{TLSFailed, "dnssec-invalid", "DNSSEC of their domain is broken.", "Tell their postmaster.", []string{"dane", "ns-consistency"}},
	{TLSFailed, "certificate-expired", "Their server's certificate has expired.", "Tell their postmaster.", []string{"tls"}},
	{TLSFailed, "certificate-host-mismatch", "Their server's certificate is for another name.", "Tell their postmaster.", []string{"tls", "dane"}},
	{TLSFailed, "starttls-not-supported", "Their server offers no TLS where TLS is required.", "Tell their postmaster, or lift the requirement for that domain.", []string{"tls", "mta-sts"}},
	{SenderRejected, "sender-domain", "The domain of the sender address does not resolve, or takes no mail.", "Publish MX or A records for the sender domain, or correct the address.", []string{"sender-domain", "resolver-compare"}},
	{SenderRejected, "account", "Our own provider has blocked the sending account.", "Secure the account, then have the provider unblock it.", nil},
	{SenderRejected, "group", "The group does not exist, or does not let us post to it.", "Ask the group's owner.", nil},
	{Policy, "our own block list", "Our own organisation's block list forbids that recipient.", "Remove the entry from the tenant's block list.", nil},
	{SystemError, "our own configuration", "Our own mail server could not route or hand over the message.", "Read the quoted text, and correct the configuration of our mail server.", nil},
	{NetworkError, "timeout", "Their server did not answer in time; more tries follow.", "Check port 25, routes and firewalls on both ends.", nil},
	{NetworkError, "no-records", "The domain exists in DNS, but names no server that would take its mail: it has no MX record and no address.", "Check the spelling; else tell the domain's owner to publish an MX record.", []string{"mx", "resolver-compare", "ns-consistency"}},
	{NetworkError, "after-data", "The connection broke after the whole message was sent and before it was accepted; it may arrive twice.", "Look for a firewall or mail filter that breaks or delays the end of long sessions, on both ends; ask the recipient before sending again.", nil},
	{NetworkError, "dns", "The DNS servers of the domain did not answer.", "Tell the domain's owner.", []string{"mx", "ns-consistency", "resolver-compare"}},
}

// checksByReason are the checks, by the ids of the catalogue of checks, that a reason calls for; the most telling first.
var checksByReason = map[Reason][]string{
	RelayDenied:        {"resolver-reverse", "resolver-compare", "mx", "ptr", "egress", "auth"},
	NoReverseDNS:       {"ptr", "resolver-reverse", "ptr-generic", "egress"},
	BadHELO:            {"helo", "ptr"},
	IPBlocked:          {"rbl-ip", "ptr", "ptr-generic", "egress"},
	BadReputation:      {"rbl-ip", "rbl-domain", "ptr", "spf", "dkim", "dmarc"},
	AuthFailed:         {"spf", "dkim", "dmarc"},
	AuthRequired:       {"auth", "mx"},
	SenderRejected:     {"sender-domain", "rbl-domain", "spf"},
	DomainUnknown:      {"mx", "resolver-compare", "ns-consistency"},
	NoMailService:      {"null-mx", "mx"},
	NetworkError:       {"port25", "mx", "resolver-reverse", "resolver-compare"},
	ExpiredReason:      {"port25", "mx", "resolver-reverse", "resolver-compare"},
	MailLoop:           {"mx", "resolver-compare"},
	TLSFailed:          {"tls", "mta-sts", "dane"},
	TooManyConnections: {"egress"},
	RateLimited:        {"egress", "rbl-ip"},
	Spam:               {"rbl-domain", "rbl-ip", "spf", "dkim", "dmarc"},
	Policy:             {"rbl-ip", "ptr", "spf", "dmarc"},
	Security:           {"rbl-ip", "ptr", "spf", "dmarc"},
	SyntaxError:        {"smtp"},
	SystemError:        {"mx"},
	RecipientRefused:   {"mx"},
}

// advice for the class; ok is false where its detail changes nothing.
func (c Class) advice() (advice, bool) {
	for _, a := range advices {
		if a.reason == c.Reason && a.detail == c.Detail {
			return a, true
		}
	}
	return advice{}, false
}

// Sentence says in plain words what happened.
func (c Class) Sentence() string {
	if a, ok := c.advice(); ok {
		return a.sentence
	}
	sentence := MeaningOf(c.Reason).Sentence
	switch {
	case c.Detail == "":
		sentence = strings.Replace(sentence, " (detail says which)", "", 1)
	case c.Reason == IPBlocked:
		sentence = fmt.Sprintf("Our address is on a block list: %s.", c.Detail)
	case c.Reason == BadReputation:
		sentence = strings.TrimSuffix(sentence, ".") + fmt.Sprintf(" (%s).", c.Detail)
	case c.Reason == RateLimited || c.Reason == TooManyConnections || c.Reason == Greylisted:
		sentence = strings.TrimSuffix(sentence, ".") + fmt.Sprintf("; it names %s.", c.Detail)
	}
	return sentence
}

// Remedy says what to do.
func (c Class) Remedy() string {
	if a, ok := c.advice(); ok {
		return a.remedy
	}
	remedy := MeaningOf(c.Reason).Remedy
	if list, ok := BlockListNamed(c.Detail); ok && c.Reason == IPBlocked && list.Lookup != "" {
		remedy = "Clean up the cause, then look our address up and ask for delisting: " + list.LookupURL(netip.Addr{})
	}
	return remedy
}

// Checks are the ids of the checks that the class calls for, the most telling first.
func (c Class) Checks() []string {
	if a, ok := c.advice(); ok && len(a.checks) > 0 {
		return a.checks
	}
	return checksByReason[c.Reason]
}

// String is an alternative in one line: rule, reason and the phrase or code that matched.
func (a Alternative) String() string {
	return fmt.Sprintf("%s: %s, by %q (confidence %.2f)", a.Rule.ID, a.Class.Reason, a.Class.Matched, a.Class.Confidence)
}

// Source tells where the wording or code of the rule of that id is documented; empty for a class that no rule made.
func (c *Classifier) Source(id string) string {
	for i := range c.rules {
		if c.rules[i].ID == id {
			return c.rules[i].Source
		}
	}
	return ""
}
