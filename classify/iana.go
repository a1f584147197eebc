package classify

// ianaDate is the state of the registry of SMTP enhanced status codes that the two tables follow.
const ianaDate = "2024-10-01"

const ianaSource = "IANA SMTP Enhanced Status Codes, " + ianaDate + ": "

// statusRules has the enhanced status codes that say why.
var statusRules = []Rule{
	iana("1.1", UserUnknown, "RFC 3463 3.2 bad destination mailbox address"),
	iana("1.2", DomainUnknown, "RFC 3463 3.2 bad destination system address"),
	iana("1.3", UserUnknown, "RFC 3463 3.2 bad destination mailbox address syntax"),
	iana("1.4", UserUnknown, "RFC 3463 3.2 destination mailbox address ambiguous"),
	iana("1.6", MailboxMoved, "RFC 3463 3.2 destination mailbox has moved, no forwarding address"),
	iana("1.7", SenderRejected, "RFC 3463 3.2 bad sender's mailbox address syntax"),
	iana("1.8", SenderRejected, "RFC 3463 3.2 bad sender's system address"),
	iana("1.10", NoMailService, "RFC 7505 recipient address has null MX"),
	iana("2.1", MailboxDisabled, "RFC 3463 3.3 mailbox disabled, not accepting messages"),
	iana("2.2", MailboxFull, "RFC 3463 3.3 mailbox full"),
	iana("2.3", SizeOverLimit, "RFC 3463 3.3 message length exceeds administrative limit"),
	iana("2.4", MailerError, "RFC 3463 3.3 mailing list expansion problem"),
	iana("3.1", SystemFull, "RFC 3463 3.4 mail system full"),
	{ID: "iana-5.3.2", Reason: NoMailService, Statuses: []string{"5.3.2"}, Source: ianaSource + "RFC 3463 3.4 system not accepting network messages", Samples: said("521 5.3.2 xyzzy")},
	{ID: "iana-4.3.2", Reason: SystemError, Statuses: []string{"4.3.2"}, Source: ianaSource + "RFC 3463 3.4 system not accepting network messages for now", Samples: said("421 4.3.2 xyzzy")},
	iana("3.3", SystemError, "RFC 3463 3.4 system not capable of selected features"),
	iana("3.4", MessageTooBig, "RFC 3463 3.4 message too big for system"),
	iana("3.5", SystemError, "RFC 3463 3.4 system incorrectly configured"),
	iana("4.1", NetworkError, "RFC 3463 3.5 no answer from host"),
	iana("4.2", NetworkError, "RFC 3463 3.5 bad connection"),
	iana("4.3", SystemError, "RFC 3463 3.5 directory server failure"),
	iana("4.4", DomainUnknown, "RFC 3463 3.5 unable to route"),
	iana("4.5", SystemFull, "RFC 3463 3.5 mail system congestion"),
	iana("4.6", MailLoop, "RFC 3463 3.5 routing loop detected"),
	iana("5.2", SyntaxError, "RFC 3463 3.6 syntax error"),
	iana("5.3", RateLimited, "RFC 3463 3.6 too many recipients"),
	iana("5.4", SyntaxError, "RFC 3463 3.6 invalid command arguments"),
	iana("5.5", SyntaxError, "RFC 3463 3.6 wrong protocol version"),
	iana("5.6", SyntaxError, "RFC 4954 authentication exchange line is too long"),
	iana("6.1", ContentRejected, "RFC 3463 3.7 media not supported"),
	iana("6.2", ContentRejected, "RFC 3463 3.7 conversion required and prohibited"),
	iana("6.3", ContentRejected, "RFC 3463 3.7 conversion required but not supported"),
	iana("6.4", ContentRejected, "RFC 3463 3.7 conversion with loss performed"),
	iana("6.5", ContentRejected, "RFC 3463 3.7 conversion failed"),
	iana("6.6", ContentRejected, "RFC 4468 message content not available"),
	iana("6.7", ContentRejected, "RFC 6531 non-ASCII addresses not permitted"),
	iana("6.8", ContentRejected, "RFC 6531 UTF-8 string reply is required"),
	iana("6.9", ContentRejected, "RFC 6531 UTF-8 header message cannot be transferred"),
	iana("7.2", Policy, "RFC 3463 3.8 mailing list expansion prohibited"),
	iana("7.3", Security, "RFC 3463 3.8 security conversion required but not possible"),
	iana("7.4", Security, "RFC 3463 3.8 security features not supported"),
	iana("7.5", Security, "RFC 3463 3.8 cryptographic failure"),
	iana("7.6", Security, "RFC 3463 3.8 cryptographic algorithm not supported"),
	iana("7.7", AuthFailed, "RFC 3463 3.8 message integrity failure"),
	iana("7.8", AuthRequired, "RFC 4954 authentication credentials invalid"),
	iana("7.9", Security, "RFC 4954 authentication mechanism is too weak"),
	iana("7.10", TLSFailed, "RFC 5248 encryption needed"),
	iana("7.11", TLSFailed, "RFC 4954 encryption required for requested authentication mechanism"),
	iana("7.12", AuthRequired, "RFC 4954 a password transition is needed"),
	iana("7.13", MailboxDisabled, "RFC 5248 user account disabled"),
	iana("7.14", AuthRequired, "RFC 5248 trust relationship required"),
	iana("7.15", Policy, "RFC 6710 priority level is too low"),
	iana("7.16", MessageTooBig, "RFC 6710 message is too big for the specified priority"),
	iana("7.17", MailboxMoved, "RFC 7293 mailbox owner has changed"),
	iana("7.18", MailboxMoved, "RFC 7293 domain owner has changed"),
	iana("7.19", Policy, "RFC 7293 RRVS test cannot be completed"),
	ianaAuth("7.20", "dkim", "RFC 7372 no passing DKIM signature found"),
	ianaAuth("7.21", "dkim", "RFC 7372 no acceptable DKIM signature found"),
	ianaAuth("7.22", "alignment", "RFC 7372 no valid author-matched DKIM signature found"),
	ianaAuth("7.23", "spf", "RFC 7372 SPF validation failed"),
	ianaAuth("7.24", "spf", "RFC 7372 SPF validation error"),
	iana("7.25", NoReverseDNS, "RFC 7372 reverse DNS validation failed"),
	ianaAuth("7.26", "", "RFC 7372 multiple authentication checks failed"),
	iana("7.27", SenderRejected, "RFC 7505 sender address has null MX"),
	iana("7.28", RateLimited, "RFC 7681 mail flood detected"),
	ianaAuth("7.29", "arc", "RFC 8617 ARC validation failure"),
	iana("7.30", TLSFailed, "RFC 8689 REQUIRETLS support required"),
}

// vagueRules has what is left when neither text nor status says why: the kind of status, the reply code, the verb
// that was answered.
var vagueRules = []Rule{
	vagueStatus("1.0", RecipientRefused, "RFC 3463 3.2 other address status"),
	vagueStatus("1.9", OnHold, "RFC 5248 message relayed to non-compliant mailer: no further information"),
	vagueStatus("2.0", RecipientRefused, "RFC 3463 3.3 other or undefined mailbox status"),
	vagueStatus("3.0", SystemError, "RFC 3463 3.4 other or undefined mail system status"),
	vagueStatus("4.0", NetworkError, "RFC 3463 3.5 other or undefined network or routing status"),
	vagueStatus("4.7", ExpiredReason, "RFC 3463 3.5 delivery time expired; tells nothing of the last error"),
	vagueStatus("5.0", SyntaxError, "RFC 3463 3.6 other or undefined protocol status"),
	vagueStatus("5.1", SyntaxError, "RFC 3463 3.6 invalid command"),
	vagueStatus("6.0", ContentRejected, "RFC 3463 3.7 other or undefined media error"),
	vagueStatus("7.0", Policy, "RFC 3463 3.8 other or undefined security status"),
	vagueStatus("7.1", Policy, "RFC 3463 3.8 delivery not authorized, message refused"),

	{ID: "reply-at-connect", Reason: IPBlocked, Commands: []string{"CONN"}, Codes: []string{"5"}, Confidence: 0.4,
		Source:  "RFC 5321 3.1: 554 instead of the greeting",
		Samples: []Sample{{Text: "554 no", Command: "CONN"}}},
	{ID: "reply-at-connect-temporary", Reason: TooManyConnections, Commands: []string{"CONN"}, Codes: []string{"4"}, Confidence: 0.2,
		Source:  "RFC 5321 3.8: 421 at the greeting",
		Samples: []Sample{{Text: "421 not now", Command: "CONN"}}},
	{ID: "reply-at-helo", Reason: BadHELO, Commands: []string{"EHLO"}, Codes: []string{"5"}, Source: "RFC 5321 4.1.1.1",
		Samples: []Sample{{Text: "550 nonsense", Command: "EHLO"}}},
	{ID: "reply-at-mail", Reason: SenderRejected, Commands: []string{"MAIL"}, Codes: []string{"5"}, Source: "RFC 5321 3.3",
		Samples: []Sample{{Text: "550 not today", Command: "MAIL"}}},
	{ID: "reply-at-rcpt", Reason: RecipientRefused, Commands: []string{"RCPT"}, Codes: []string{"55"}, Source: "RFC 5321 3.3",
		Samples: []Sample{{Text: "550 not today", Command: "RCPT"}}},
	{ID: "reply-at-data", Reason: Policy, Commands: []string{"DATA", "EOD"}, Codes: []string{"55"}, Source: "RFC 5321 3.3",
		Samples: []Sample{{Text: "554 not today", Command: "EOD"}}},

	reply("421", SystemError, "service not available, closing transmission channel"),
	reply("431", SystemFull, "not enough space"),
	reply("432", SystemError, "password transition or stopped queue, RFC 4954"),
	reply("441", NetworkError, "no answer from host"),
	reply("442", NetworkError, "bad connection"),
	reply("446", MailLoop, "too many hops"),
	reply("447", ExpiredReason, "delivery time expired"),
	reply("450", OnHold, "mailbox unavailable for now"),
	reply("451", SystemError, "local error in processing"),
	reply("452", SystemFull, "insufficient system storage"),
	reply("454", TLSFailed, "TLS not available, RFC 3207"),
	reply("500", SyntaxError, "command unrecognized"),
	reply("501", SyntaxError, "syntax error in parameters"),
	reply("502", SyntaxError, "command not implemented"),
	reply("503", SyntaxError, "bad sequence of commands"),
	reply("504", SyntaxError, "parameter not implemented"),
	reply("521", NoMailService, "host does not accept mail, RFC 7504"),
	reply("523", SizeOverLimit, "message length exceeds limit"),
	reply("525", MailboxDisabled, "user account disabled, RFC 5248"),
	reply("530", AuthRequired, "authentication required, RFC 4954"),
	reply("534", AuthRequired, "authentication mechanism is too weak, RFC 4954"),
	reply("535", AuthRequired, "authentication credentials invalid, RFC 4954"),
	reply("538", AuthRequired, "encryption required for authentication, RFC 4954"),
	reply("550", RecipientRefused, "mailbox unavailable"),
	reply("551", MailboxMoved, "user not local"),
	reply("552", MailboxFull, "exceeded storage allocation"),
	reply("553", UserUnknown, "mailbox name not allowed"),
	reply("554", Policy, "transaction failed"),
	reply("555", SyntaxError, "parameters not recognized"),
	reply("556", NoMailService, "domain does not accept mail, RFC 7504"),
	reply("571", Policy, "blocked, of old drafts"),
	reply("4", OnHold, "a transient failure"),
	reply("5", OnHold, "a permanent failure"),
}

// iana is the rule for a status code of any class.
func iana(code string, reason Reason, source string) Rule {
	return Rule{ID: "iana-" + code, Reason: reason, Statuses: []string{"x." + code}, Source: ianaSource + source,
		Samples: []Sample{{Text: "550 5." + code + " xyzzy"}}}
}

func ianaAuth(code, detail, source string) Rule {
	r := iana(code, AuthFailed, source)
	r.Detail = detail
	return r
}

func vagueStatus(code string, reason Reason, source string) Rule {
	r := iana(code, reason, source)
	r.Confidence = 0.35
	return r
}

func reply(code string, reason Reason, source string) Rule {
	text := (code + "45")[:3]
	return Rule{ID: "reply-" + code, Reason: reason, Codes: []string{code}, Source: "RFC 5321 4.2: " + source,
		Samples: []Sample{{Text: text + " xyzzy"}}}
}
