package classify

const (
	yahooCodes    = "https://senders.yahooinc.com/smtp-error-codes/"
	yahooMX       = "mta5.am0.yahoodns.net"
	appleMX       = "mx01.mail.icloud.com"
	applePage     = "https://support.apple.com/102322 (iCloud postmaster)"
	comcastCodes  = "https://postmaster.comcast.net/smtp-error-codes.php"
	comcastMX     = "mx2h1.comcast.net"
	coxCodes      = "https://www.cox.com/residential/support/email-error-codes.html"
	coxMX         = "cxr.mx.a.cloudfilter.net"
	spectrumCodes = "https://www.spectrum.net/support/internet/understanding-email-error-codes"
	spectrumMX    = "mx0.charter.net"
)

// americaRules has the codes of providers of the Americas.
var americaRules = []Rule{
	{ID: "yahoo-deferred", Reason: BadReputation, Detail: "TSS04", Permanent: Temporary, Text: []string{"[tss04]", "[ts01]", "[ts02]", "[tss05]", "[tss06]"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes")},
	{ID: "yahoo-deferred-permanently", Reason: IPBlocked, Detail: "Yahoo", Text: []string{"[tss09]", "[tss11]", "[tss12]", "[ts03]", "all messages from * will be permanently deferred"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes", "553 5.7.2 [TSS11] deferred")},
	{ID: "yahoo-spamhaus", Reason: IPBlocked, Detail: "Spamhaus ZEN", Text: []string{"[bl21]", "[bl22]", "[bl23]"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html", "553 5.7.1 [BL23] Connections will not be accepted from 192.0.2.1")},
	{ID: "yahoo-content", Reason: Policy, End: Content, Text: []string{"[ph01]"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "554 Message not allowed - [PH01] Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes")},
	{ID: "yahoo-policy", Reason: Policy, Provider: "yahoo", Text: []string{"not accepted for policy reasons"}, Not: []string{"[ph01]"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes")},
	{ID: "yahoo-unauthenticated", Reason: AuthFailed, Provider: "yahoo", Codes: []string{"550"}, Statuses: []string{"5.7.9"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM.")},
	{ID: "yahoo-sender-domain", Reason: SenderRejected, Detail: "sender-domain", Source: yahooCodes,
		Text:    []string{"unresolvable rfc.5321", "unresolvable rfc.5322", "unresolvable rfc 5321 from", "unresolvable rfc 5322 from", "unresolvable rfc.5322 from domain", "unresolvable rfc.5321 from domain"},
		Samples: saidBy(yahooMX, "451 Message temporarily deferred due to unresolvable RFC.5321 from domain; see https://postmaster.yahooinc.com/error-codes", "554 Message not allowed - unresolvable RFC.5322 from domain")},
	{ID: "yahoo-dmarc", Reason: AuthFailed, Detail: "dmarc", Provider: "yahoo", Text: []string{"not accepted for policy reasons * due to domain owner policy", "due to domain owner policy", "domain's dmarc policy"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "554 5.7.9 Message not accepted for policy reasons - Message not accepted due to domain owner policy")},
	{ID: "yahoo-user-unknown", Reason: UserUnknown, Source: yahooCodes, Text: []string{"delivery error: dd this user doesn't have a", "delivery error: dd not a valid recipient", "delivery error: dd requested mail action aborted, mailbox not found", "user doesn't have a yahoo", "delivery error: dd sorry your message to @ cannot be delivered", "delivery error: dd this account", "dosn't exist"},
		Samples: said("554 delivery error: dd This user doesn't have a yahoo.com account (a@example.org) [0] - mta1061.mail.ne1.yahoo.com")},
	{ID: "yahoo-full", Reason: MailboxFull, Provider: "yahoo", Text: []string{"mailbox quota exceeded", "user * is over quota", "over quota"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "552 1 Requested mail action aborted, mailbox over quota")},
	{ID: "yahoo-too-many", Reason: TooManyConnections, Provider: "yahoo", Text: []string{"max message per connection reached", "too many connections", "ip temporarily blocked due to unexpected volume"}, Source: yahooCodes,
		Samples: saidBy(yahooMX, "421 Max message per connection reached, closing transmission channel")},
	{ID: "aol-rly", Reason: IPBlocked, Source: "https://postmaster.aol.com/error-codes (AOL, until 2018)", Text: []string{"(rly:bl)", "(rly:bd)", "(rly:b1)", "(rly:b2)", "(rly:b3)", "(rly:b4)", "(rly:ch)", "(dynip)", "dyn:t1", "(con:b1)", "rly:sn", "rly:nw"},
		Samples: said("554- (RLY:BL) The IP address you are sending from is listed. Refer to http://postmaster.info.aol.com/errors/554rlybl.html")},
	{ID: "aol-rtr", Reason: IPBlocked, Source: "https://postmaster.aol.com/error-codes", Text: []string{"(rtr:bl)", "(rtr:ge)", "(rtr:rd)", "(rtr:bg)", "(rtr:do)", "(rtr:sc)", "(hvu:b1)", "(hvu:b2)", "(rtr:de)"},
		Samples: said("554- (RTR:BL) https://postmaster.aol.com/error-codes#554rtrbl 554 Connecting IP: 192.0.2.1")},

	{ID: "apple-auth", Reason: AuthFailed, Text: []string{"[hme1]"}, Source: applePage, Samples: saidBy(appleMX, "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks. See https://support.apple.com/en-us/HT204137 for mailing best practices")},
	{ID: "apple-dmarc", Reason: AuthFailed, Detail: "dmarc", Provider: "apple", Text: []string{"dmarc policy"}, Source: applePage, Samples: saidBy(appleMX, "554 5.7.1 Your message was rejected due to example.org's DMARC policy. See https://support.apple.com/en-us/HT204137 for info")},
	{ID: "apple-listed", Reason: IPBlocked, DetailFrom: FromList, Provider: "apple", Text: []string{"listing in spamhaus", "support.proofpoint.com/dnsbl-lookup", "blocked - see"}, Source: applePage,
		Samples: saidBy(appleMX, "550 5.7.1 Mail from IP 192.0.2.1 was rejected due to listing in Spamhaus SBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.1", "550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1")},
	{ID: "apple-policy", Reason: Policy, End: Recipient, Text: []string{"[cs01]"}, Provider: "apple", Source: applePage, Samples: saidBy(appleMX, "550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137")},
	{ID: "apple-inactive", Reason: UserUnknown, Provider: "apple", Text: []string{"inactive email address"}, Source: applePage, Samples: saidBy(appleMX, "550 5.1.1 <a@example.org>: inactive email address")},
	{ID: "apple-not-accepting", Reason: IPBlocked, Provider: "apple", Text: []string{"not accepting connections"}, Codes: []string{"5"}, Source: applePage, Samples: saidBy(appleMX, "554 st11p00im-smtpin001.me.com ESMTP not accepting connections")},

	{ID: "comcast-spamhaus", Reason: IPBlocked, Detail: "Spamhaus ZEN", Text: []string{"bl000001", "bl000011", "bl000101", "bl000111"}, Source: comcastCodes + ": last bit is Spamhaus ZEN",
		Samples: saidBy(comcastMX, "550 5.1.0 192.0.2.1 BL000001. Your message was blocked. Comcast requires that all mail servers must have a clean record.")},
	{ID: "comcast-cloudmark", Reason: IPBlocked, Detail: "Cloudmark CSI", Text: []string{"bl000010", "bl000110"}, Source: comcastCodes + ": middle bit is Cloudmark CSI",
		Samples: saidBy(comcastMX, "554 resimta-a2p comcast 192.0.2.1 found on one or more DNSBLs BL000010")},
	{ID: "comcast-senderscore", Reason: IPBlocked, Detail: "Sender Score", Text: []string{"bl000100"}, Source: comcastCodes + ": third bit is Sender Score",
		Samples: saidBy(comcastMX, "554 comcast 192.0.2.1 found on one or more DNSBLs BL000100")},
	{ID: "comcast-own-list", Reason: IPBlocked, Detail: "Comcast", Text: []string{"bl000000", "bl00000"}, Source: comcastCodes, Samples: saidBy(comcastMX, "554 5.1.0 192.0.2.1 BL000000 blocked")},
	{ID: "comcast-dynamic", Reason: IPBlocked, Detail: "dynamic-address", Text: []string{"es000001", "es000010"}, Source: comcastCodes, Samples: saidBy(comcastMX, "550 [ES000001] Comcast does not support the direct connection to its mail servers from residential space", "550 ES000010")},
	{ID: "comcast-ptr", Reason: NoReverseDNS, Provider: "comcast", Text: []string{"ptr dns record", "ptr record", "no rdns", "reverse dns"}, Source: comcastCodes,
		Samples: saidBy(comcastMX, "554 comcast Access denied, No PTR record found for 192.0.2.1", "421 Reverse DNS failure: Try again later")},
	{ID: "comcast-rate", Reason: RateLimited, Text: []string{"rl000001", "rl000002", "rl000003", "rl000004", "rl000005"}, Source: comcastCodes, Samples: saidBy(comcastMX, "421 4.1.0 192.0.2.1 Throttled - try again later. RL000001")},
	{ID: "comcast-content", Reason: Spam, Text: []string{"ph000001", "cm000001", "prs0001", "prs00001"}, Source: comcastCodes, Samples: saidBy(comcastMX, "550 5.2.0 Message rejected due to unacceptable content PH000001")},

	{ID: "cox-blocked", Reason: IPBlocked, Detail: "Cox", Text: []string{"cxbl", "cdrbl", "aup#cdrbl", "aup#cxbl", "ipbl000", "ipbl00"}, Source: coxCodes,
		Samples: saidBy(coxMX, "554 cxr.mx.a.cloudfilter.net cmsmtp 192.0.2.1 blocked AUP#CXBL", "550 5.1.0 <a@example.org> sender rejected. AUP#CDRBL")},
	{ID: "cox-listed-spamhaus", Reason: IPBlocked, Detail: "Spamhaus ZEN", Text: []string{"ipbl0001", "ipbl0011", "ipbl0101", "ipbl1001", "ipbl0111", "ipbl1011", "ipbl1101", "ipbl1111"}, Source: coxCodes + ": last bit is Spamhaus ZEN",
		Samples: saidBy(coxMX, "554 192.0.2.1 found on one or more DNSBLs, see https://www.cox.com/residential/support/email-error-codes.html AUP#IPBL0001")},
	{ID: "cox-listed-returnpath", Reason: IPBlocked, Detail: "Sender Score", Text: []string{"ipbl0010", "ipbl0110", "ipbl1010", "ipbl1110"}, Source: coxCodes + ": second bit is Return Path",
		Samples: saidBy(coxMX, "554 192.0.2.1 found on one or more DNSBLs AUP#IPBL0010")},
	{ID: "cox-listed-ivmsip", Reason: IPBlocked, Detail: "Invaluement", Text: []string{"ipbl0100", "ipbl1100"}, Source: coxCodes + ": third bit is ivmSIP",
		Samples: saidBy(coxMX, "554 192.0.2.1 found on one or more DNSBLs AUP#IPBL0100")},
	{ID: "cox-listed-csi", Reason: IPBlocked, Detail: "Cloudmark CSI", Text: []string{"ipbl1000"}, Source: coxCodes + ": fourth bit is Cloudmark CSI",
		Samples: saidBy(coxMX, "554 192.0.2.1 found on one or more DNSBLs AUP#IPBL1000")},
	{ID: "cox-ptr", Reason: NoReverseDNS, Text: []string{"cxdns"}, Source: coxCodes, Samples: saidBy(coxMX, "554 cmsmtp 192.0.2.1 DNS rejected AUP#CXDNS")},
	{ID: "cox-auth", Reason: AuthFailed, Text: []string{"cxsndr", "cxmj"}, Source: coxCodes, Samples: saidBy(coxMX, "550 5.1.0 <a@example.org> sender rejected. AUP#CXSNDR")},
	{ID: "cox-rate", Reason: RateLimited, Text: []string{"cxcnct", "cxmxrt", "cxthrt"}, Source: coxCodes, Samples: saidBy(coxMX, "421 Too many sessions from 192.0.2.1 AUP#CXCNCT")},

	{ID: "spectrum-ptr", Reason: NoReverseDNS, Source: spectrumCodes,
		Text:    []string{"aup#1100", "aup#1105", "aup#1110", "aup#1115", "aup#1120", "aup#1125", "aup#1130", "aup#1135", "aup#1140", "aup#1145", "aup#1150"},
		Samples: saidBy(spectrumMX, "554 5.7.1 Connection refused: 192.0.2.1 has no reverse DNS. AUP#1130", "AUP#1100", "AUP#1150")},
	{ID: "spectrum-blocked", Reason: IPBlocked, Source: spectrumCodes, Text: []string{"aup#1000", "aup#1010", "aup#1020", "aup#1090", "aup#blk", "aup#dnsbl", "aup#in-"},
		Samples: saidBy(spectrumMX, "554 Connection refused. IP address is blocked. AUP#1000")},
	{ID: "spectrum-user-unknown", Reason: UserUnknown, Source: spectrumCodes, Text: []string{"aup#1300"}, Samples: saidBy(spectrumMX, "550 5.1.1 Not our Customer AUP#1300")},
	{ID: "spectrum-spam", Reason: Spam, Source: spectrumCodes, Text: []string{"aup#1250", "aup#1260", "aup#1270", "aup#1520"}, Samples: saidBy(spectrumMX, "550 5.7.1 Message blocked due to spam content AUP#1260")},
	{ID: "spectrum-rate", Reason: RateLimited, Source: spectrumCodes, Text: []string{"aup#1600", "aup#1310", "aup#1500", "aup#1440", "aup#1450"}, Samples: saidBy(spectrumMX, "421 Too many messages AUP#1310")},

	{ID: "att-blocked", Reason: IPBlocked, Detail: "AT&T", Text: []string{"dnsbl:rbl 521", "blocked by dnsbl:rbl", "att.net/blocks", "att.net/blocks * dnsbl:rbl"}, Source: "https://rbl.att.net/",
		Samples: said("521 5.2.1 Blocked for abuse. See http://att.net/blocks DNSBL:RBL 521< 192.0.2.1 >_is_blocked.")},
	{ID: "att-list", Reason: IPBlocked, Detail: "AT&T", Text: []string{"dnsbl:attrbl 521"}, Source: "https://rbl.att.net/", Samples: said("553 5.3.0 flph829 DNSBL:ATTRBL 521< 192.0.2.1 >_is_blocked.__For_information_see_http://att.net/blocks")},
	{ID: "godaddy-blocked", Reason: IPBlocked, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"ib101", "ib103", "ib104", "ib105", "ib106", "ib110", "ib111", "ib112", "ib212", "rbl restriction", "connection refused. * has a poor reputation on cloudmark"},
		Samples: said("554 p3plibsmtp01 bizsmtp Connection refused IB103")},
	{ID: "godaddy-ptr", Reason: NoReverseDNS, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"reverse dns for * failed. ib108", "reverse dns for * failed"},
		Samples: said("554 bizsmtp Temporarily rejected. Reverse DNS for 192.0.2.1 failed. IB106")},
	{ID: "godaddy-rate", Reason: RateLimited, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"ib007", "ib504", "ib605", "ib705", "ib607", "ib401"},
		Samples: said("452 Rate limit exceeded IB605")},
	{ID: "godaddy-sender", Reason: SenderRejected, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"ib501", "ib502", "ib506", "ib507", "ib508"},
		Samples: said("550 5.2.0 <a@example.org> From: Domain is invalid. Please provide a valid From: IB506")},
	{ID: "godaddy-spam", Reason: Spam, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"ib209", "ib210", "ib211", "ib702", "ib703", "ib704"},
		Samples: said("552 Message rejected for spam or virus content IB704")},
	{ID: "godaddy-size", Reason: MessageTooBig, Source: "https://www.godaddy.com/help/fix-rejected-email-with-a-bounce-error-40685", Text: []string{"ib402", "ib602"}, Samples: said("552 Message size exceeds fixed maximum IB602")},

	{ID: "facebook-recipient", Reason: UserUnknown, Source: "http://postmaster.facebook.com/response_codes", Text: []string{"rcp-p1", "rcp-p3", "int-p1", "int-p3", "int-p4"}, Samples: said("550 5.1.1 RCP-P1 http://postmaster.facebook.com/response_codes?ip=192.0.2.1#rcp")},
	{ID: "facebook-preferences", Reason: RecipientRefused, Source: "http://postmaster.facebook.com/response_codes", Text: []string{"rcp-p2", "rcp-p2 * refused due to recipient preferences"}, Samples: said("550 5.1.1 RCP-P2 http://postmaster.facebook.com/response_codes?ip=192.0.2.1#rcp Refused due to recipient preferences")},
	{ID: "facebook-policy", Reason: Policy, Source: "http://postmaster.facebook.com/response_codes", Text: []string{"pol-p1", "pol-p2", "pol-p3", "pol-p4", "pol-p5", "pol-p6", "pol-p7"}, Samples: said("554 5.7.1 POL-P4 http://postmaster.facebook.com/response_codes")},
	{ID: "facebook-connection", Reason: RateLimited, Source: "http://postmaster.facebook.com/response_codes", Text: []string{"con-t1", "con-t2", "con-t3", "con-t4", "dns-t1", "int-t1", "rcp-t4"}, Samples: said("421 CON-T1 http://postmaster.facebook.com/response_codes")},
	{ID: "facebook-dns", Reason: NoReverseDNS, Source: "http://postmaster.facebook.com/response_codes", Text: []string{"dns-p1", "dns-p2", "dns-p3"}, Samples: said("554 5.1.8 DNS-P3 http://postmaster.facebook.com/response_codes")},
}
