package diagnose

import "ndrscope/classify"

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
