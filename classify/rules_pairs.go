package classify

import "slices"

// pairedHints go by who is spoken of and what is said of it, a few words apart: "sender ... refused". They read the
// wordings that nobody has collected; whatever knows a whole phrase comes before them.
var pairedHints = []Rule{
	{ID: "pair-sender-refused", Weight: pairWeight + 1, Reason: SenderRejected, Source: "the sender and a refusal",
		Pairs:   []Pair{{theSender, refused}, {refuses, theSender}},
		Not:     []string{"sender ip", "sender's ip", "reputation", "mail from 0.0.0.0", "mail from your ip", "mail from your host", "mail from your server", "mail from your network", "mail from your mail", "mail from ip", "mail from host", "mail from this host"},
		Samples: said("553 the sender was not accepted", "550 host denies the sender")},
	{ID: "pair-sender-faulty", Weight: pairWeight + 1, Reason: SenderRejected, Source: "the sender and a fault",
		Pairs:   []Pair{{theSender, faulty}, {fault, theSender}},
		Not:     []string{"sender ip", "sender's ip"},
		Samples: said("552 mail from invalid", "553 Fake sender")},
	{ID: "pair-ip-refused", Weight: pairWeight, Reason: IPBlocked, DetailFrom: FromList, Source: "our address or server and a refusal",
		Pairs:   []Pair{{ourAddress, refused}, {refuses, ourAddress}, {[]string{"invalid", "bad"}, []string{"ip"}}, {[]string{"ip"}, []string{"suspended"}}},
		Not:     []string{"reputation"},
		Samples: said("554 remote IP is forbidden", "550 black ip", "550 IP is rejected")},
	{ID: "pair-recipient-refused", Weight: pairWeight, Reason: RecipientRefused, Source: "the recipient and a refusal",
		Pairs:   []Pair{{theRecipient, refused}, {refuses, theRecipient}},
		Not:     []string{"temporarily rejected", "recipient limit", "too many", "more than", "sender and recipient", "dynamic"},
		Samples: said("550 rcpt is rejected", "550 recipient doesn't want your mail")},
	{ID: "pair-recipient-unknown", Weight: pairWeight, Reason: UserUnknown, Source: "the recipient and its absence",
		Pairs:   []Pair{{slices.Concat(theRecipient, anAlias), absent}, {absence, slices.Concat(theRecipient, anAlias)}},
		Not:     []string{"ip address", "format"},
		Samples: said("550 the email address is not in our records", "550 local server don't exists that user", "559 Invalid rcptto")},
	{ID: "pair-mailbox-disabled", Weight: pairWeight, Reason: MailboxDisabled, Source: "the mailbox and its state",
		Pairs: []Pair{
			{theRecipient, []string{"disabled", "suspend", "inactive", "locked", "deactivat", "expired", "closed", "frozen", "not active", "isn't active",
				"not enabled", "hangup", "hang up", "terminated", "cancelled", "canceled", "on hold", "discontinued", "inactivity", "no longer active"}},
			{[]string{"disabled", "suspended", "inactive", "locked", "deactivated", "expired", "frozen", "not enabled"}, theRecipient}},
		Not:     []string{"sending for", "sender account", "sender's account", "your account", "ip address", "inactive domain"},
		Samples: said("550 Recipient's mailbox is not enabled", "550 User hangup")},
	{ID: "pair-mailbox-full", Weight: pairWeight, Reason: MailboxFull, Source: "the mailbox and its limits",
		Pairs: []Pair{
			{theRecipient, []string{"full", "quota", "no space", "out of space", "storage", "size limit reached", "limit has been reached",
				"limit reached", "is too large", "is too big", "overflow", "out of room", "exhausted", "size limit exceeded", "limit exeeded"}},
			{[]string{"no room in", "no space in", "full", "quota for"}, theRecipient}},
		Not: []string{"message too", "message is too", "message size", "mail size", "per hour", "per day", "daily", "rate", "fully", "full name",
			"sending quota", "messages"},
		Samples: said("452 Requested mail action aborted: mailbox size limit reached")},
	{ID: "pair-relay-refused", Weight: pairWeight + 4, Reason: RelayDenied, Source: "relaying and a refusal",
		Pairs:   []Pair{{[]string{"relay"}, slices.Concat([]string{"fail", "error", "not enabled"}, refused)}, {refuses, []string{"relay"}}},
		Samples: said("553 relay check domain fail", "553 unauthorized relay traffic prohibited", "553 host denies relay")},
	{ID: "pair-domain-unknown", Weight: pairWeight, Reason: DomainUnknown, Source: "the domain and its absence",
		Pairs: []Pair{
			{[]string{"dns", "mx", "domain", "hostname", "host name"}, []string{"not found", "unknown", "no such", "does not exist", "doesn't exist",
				"not exist", "no data", "resolve error", "query error", "lookup error", "failed to resolve", "unresolvable", "be resolved", "not resolve"}},
			{[]string{"can't find", "cannot find", "could not find", "couldn't find", "can't resolve", "cannot resolve", "unable to resolve",
				"no such", "unknown", "no data"}, []string{"dns", "mx", "domain"}}},
		Not:     []string{"helo", "client host", "your host", "your domain", "from domain", "reverse"},
		Samples: said("423 Dns resolve error", "511 can't find a valid MX")},
	{ID: "pair-message-too-big", Weight: pairWeight, Reason: MessageTooBig, Source: "the message and its size",
		Pairs: []Pair{
			{theMessage, []string{"too long", "too big", "too large", "too heavy", "exceeds size", "exceeds the size", "maximum threshold", "bigger than"}},
			{[]string{"exceed"}, []string{"mailsize", "message size", "mail size"}}},
		Not:     []string{"mailbox", "quota"},
		Samples: said("552 message is too long", "557 The length of DATA content is achieved the maximum threshold", "550 exceeded mailsize limit")},
	{ID: "pair-spam", Weight: pairWeight, Reason: Spam, Source: "the message and spam",
		Pairs: []Pair{
			{theMessage, []string{"to be spam", "is spam", "like spam", "as spam", "due to spam", "spam reject", "spam content", "anti-spam",
				"antispam", "be spam", "spam filter", "spam policy"}},
			{[]string{"content"}, refused}},
		Samples: said("550 The message was rejected as it appears to be SPAM", "554 Content reject")},
	{ID: "pair-rate-limited", Weight: pairWeight, Reason: RateLimited, DetailFrom: FromWindow, Source: "a number and its limit",
		Pairs: []Pair{
			{[]string{"rcpts", "recipients", "messages", "emails", "e-mails", "sending quota", "send quota", "sessions", "bounces"},
				[]string{"over size", "over limit", "limit exceeded", "exceeded", "over the limit", "too many", "per hour", "per day", "per minute",
					"per connection", "limit reached"}},
			{[]string{"more than"}, []string{"rcpts", "recipients", "messages", "emails", "e-mails"}},
			{[]string{"too many", "out of allow", "too much", "exceed", "max number of", "maximum number of", "not enough"},
				[]string{"rcpt", "recipients", "messages", "emails", "e-mails", "sending quota", "requests", "bounces", "deliveries", "mails in"}}},
		Not:     []string{"mailbox", "hops", "on the server", "quota exceeded for", "inbox"},
		Samples: said("451 out of allow RCPT numbers", "552 your e-mails of today are over the limit")},
	{ID: "pair-header-faulty", Weight: pairWeight + 1, Reason: NotRFCCompliant, Source: "a header field and its fault",
		Pairs: []Pair{
			{[]string{"no", "missing", "without", "lacks", "lacking", "required", "multiple", "more than one", "only one", "duplicate", "malformed", "invalid",
				"illegal", "bad", "unacceptable", "badly formed"}, []string{"header", "headers", "mime"}},
			{[]string{"header", "headers", "mime structure"}, []string{"missing", "malformed", "required", "not valid", "is invalid", "not present", "is empty", "fail", "syntax"}}},
		Not:     []string{"spam", "virus", "spf", "dkim", "dmarc"},
		Samples: said("550 message has no From header", "550 5.6.0 the Date header is required", "554 more than one To header")},
	{ID: "pair-content-refused", Weight: pairWeight, Reason: ContentRejected, Source: "an attachment and a refusal",
		Pairs: []Pair{
			{theAttachment, slices.Concat([]string{"too long", "too big", "too large", "quarantine", "not safe", "dangerous"}, refused)},
			{refuses, []string{"attachment", "file type", "file name"}},
			{[]string{"dangerous", "illegal", "restricted", "unsafe"}, []string{"attachment", "file type", "file name", "content"}}},
		Samples: said("554 5.7.1 The file report.exe has been blocked", "554 attachment is too long", "550 5.7.1 Message contained unsafe content")},
	{ID: "pair-auth-required", Weight: pairWeight, Reason: AuthRequired, Source: "authentication and its want",
		Pairs: []Pair{
			{[]string{"smtp auth", "authentication", "login", "log in", "password"}, []string{"first", "required", "needed", "necessary", "error", "fail",
				"incorrect", "invalid", "not match"}},
			{[]string{"must", "please", "need to", "only", "requires"}, []string{"authenticate", "log in", "login", "registered users", "password"}}},
		Text:    []string{"auth first", "auth error", "auth failed", "auth required"},
		Not:     []string{"sender authent", "domain authent", "spf", "dkim", "dmarc", "message authent"},
		Samples: said("503 AUTH first", "451 auth error", "550 only registered users may use this system")},
	{ID: "pair-no-reverse-dns", Weight: pairWeight, Reason: NoReverseDNS, Source: "the name of our address and its want",
		Pairs: []Pair{{[]string{"reverse", "ptr", "rdns", "resolve your"}, []string{"fail", "not match", "doesn't match", "missing", "not found",
			"no match", "mismatch", "not set", "invalid", "generic", "is required", "needed", "reject"}},
			{[]string{"no valid", "has no", "have no", "missing", "without", "wrong", "invalid", "fix your", "lack"}, []string{"ptr", "rdns", "reverse dns", "reverse name"}}},
		Not:     []string{"reverse path", "reverse-path", "helo", "ehlo"},
		Samples: said("550 the PTR is not set")},
	{ID: "pair-bad-helo", Weight: pairWeight, Reason: BadHELO, Source: "our greeting and its fault",
		Pairs: []Pair{
			{[]string{"helo", "ehlo"}, slices.Concat([]string{"error", "fail", "mismatch", "doesn't match", "not match", "impersonat"}, refused, faulty)},
			{slices.Concat([]string{"impersonat"}, refuses, fault), []string{"helo", "ehlo"}}},
		Samples: said("555 helohost error", "550 your EHLO is not accepted here")},
	{ID: "pair-network-error", Weight: pairWeight, Reason: NetworkError, Source: "a connection and its end",
		Pairs: []Pair{
			{[]string{"connect", "connection", "session"}, []string{"fail", "refused", "reset", "closed", "dropped", "lost", "broken", "aborted", "unreachable",
				"timed out", "timeout", "not possible", "interrupted", "unable"}},
			{[]string{"fail", "unable to", "could not", "couldn't", "can't", "cannot", "not able to", "error", "attempts to"},
				[]string{"connect", "establish", "reach the", "contact", "open a session"}}},
		Not:     []string{"please contact", "contact your", "contact the", "policy", "blacklist", "too many"},
		Samples: said("Failed four attempts to connect to the server")},
}

// pairWeight is what two words near each other are worth more than one word of their length.
const pairWeight = 6

// Who or what is spoken of.
var (
	theSender = []string{"sender", "sender address", "mail from", "from address", "return path", "return-path", "envelope from", "mailfrom", "your domain",
		"from domain", "originator"}
	ourAddress = []string{"ip", "ip address", "0.0.0.0", "client", "your host", "your server", "your mail server", "your network",
		"your machine", "sending host", "sending server", "remote ip", "source address", "network", "connection from"}
	theRecipient  = []string{"recipient", "receiver", "rcpt", "user", "mailbox", "mail box", "account", "address", "inbox"}
	anAlias       = []string{"alias", "addressee", "adressee", "local part", "localpart"}
	theMessage    = []string{"message", "mail", "e-mail", "email", "data", "content"}
	theAttachment = []string{"attachment", "attached file", "file", "file type", "file extension"}
)

// What is said of it.
var (
	refused = []string{"reject", "denied", "denies", "refuse", "blocked", "blocks", "banned", "forbidden", "prohibit", "not allow", "not accept", "not permit",
		"in prison", "in jail", "isn't allowed", "isn't accepted", "isn't permitted", "not authori", "unauthori", "disallow", "blacklist", "black list", "not welcome",
		"unwelcome", "doesn't want", "does not want", "restricted"}
	refuses = []string{"reject", "denies", "denied", "deny", "refuse", "block", "banned", "ban", "forbid", "prohibit", "not accept", "don't accept", "not allow",
		"not authori", "disallow", "blacklisted", "black", "no access for", "no access from", "unauthorized", "unauthorised", "unwanted"}
	faulty = []string{"invalid", "illegal", "unvalidated", "not valid", "fake", "forged", "forgery", "spoof", "unknown", "does not exist", "doesn't exist",
		"not exist", "not found", "not verified", "be verified", "unresolvable", "not resolve", "be resolved", "malformed", "syntax",
		"not fully qualified", "mismatch", "not same as", "not the same as", "has no", "must resolve", "no mx", "no dns", "required", "missing"}
	fault = []string{"invalid", "illegal", "bad", "fake", "forged", "spoofed", "unknown", "unvalidated", "unverified", "unresolvable", "malformed", "wrong",
		"no valid mx for", "find a valid mx for", "no mx for", "required for"}
	absent = []string{"unknown", "not found", "not exist", "n't exist", "no exist", "don't exist", "no longer exist", "invalid", "not known", "isn't known", "non-existent",
		"nonexistent", "not valid", "isn't valid", "not recogni", "unrecogni", "be found", "not on this", "not listed", "not in our", "not in my",
		"not here", "not local", "isn't local", "does not have", "doesn't have", "has no mailbox", "not associated", "no such", "incorrect", "wrong",
		"not registered", "isn't registered", "not our", "no longer with", "no longer at", "no longer here", "no longer works", "not available here",
		"undefined", "deleted", "removed", "not correct", "not configured"}
	absence = []string{"unknown", "no such", "no valid", "not a valid", "invalid", "non-existent", "nonexistent", "no active", "no such active",
		"not a user", "unrecogni", "can't find", "cannot find", "couldn't find", "could not find", "not find", "don't exist", "doesn't exist", "not exist",
		"not recogni", "don't know", "do not know", "not know", "wrong", "undefined", "there is no", "not have a", "not have an", "no record of", "have no",
		"has no"}
)
