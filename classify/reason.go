package classify

// Reason is why a delivery failed, a word of docs/reasons.md.
type Reason string

const (
	UserUnknown        Reason = "user-unknown"
	MailboxFull        Reason = "mailbox-full"
	MailboxDisabled    Reason = "mailbox-disabled"
	MailboxMoved       Reason = "mailbox-moved"
	RecipientRefused   Reason = "recipient-refused"
	DomainUnknown      Reason = "domain-unknown"
	NoMailService      Reason = "no-mail-service"
	RelayDenied        Reason = "relay-denied"
	SenderRejected     Reason = "sender-rejected"
	AuthFailed         Reason = "auth-failed"
	AuthRequired       Reason = "auth-required"
	NoReverseDNS       Reason = "no-reverse-dns"
	BadHELO            Reason = "bad-helo"
	IPBlocked          Reason = "ip-blocked"
	BadReputation      Reason = "bad-reputation"
	RateLimited        Reason = "rate-limited"
	TooManyConnections Reason = "too-many-connections"
	Greylisted         Reason = "greylisted"
	TLSFailed          Reason = "tls-failed"
	Security           Reason = "security"
	Policy             Reason = "policy"
	Spam               Reason = "spam"
	Virus              Reason = "virus"
	ContentRejected    Reason = "content-rejected"
	NotRFCCompliant    Reason = "not-rfc-compliant"
	MessageTooBig      Reason = "message-too-big"
	SizeOverLimit      Reason = "size-over-limit"
	SyntaxError        Reason = "syntax-error"
	MailLoop           Reason = "mail-loop"
	NetworkError       Reason = "network-error"
	ExpiredReason      Reason = "expired"
	SystemFull         Reason = "system-full"
	SystemError        Reason = "system-error"
	MailerError        Reason = "mailer-error"
	Suppressed         Reason = "suppressed"
	OnHold             Reason = "on-hold"
	Unknown            Reason = "unknown"
	FeedbackReason     Reason = "feedback"
	AutoReplyReason    Reason = "auto-reply"
	DeliveredReason    Reason = "delivered"
)

// Meaning is what is true of every failure with one reason, unless a rule says otherwise.
type Meaning struct {
	Reason    Reason
	Sisimai   string // Sisimai's word for it
	End       End
	Scope     Scope
	Permanent bool
	Sentence  string // plain words for a client or a manager
	Remedy    string // what to do, for an administrator
}

// Meanings lists every reason once, in the order of docs/reasons.md.
var Meanings = []Meaning{
	{UserUnknown, "userunknown", Recipient, MailboxScope, true, "The address does not exist at that domain.", "Correct or remove the address."},
	{MailboxFull, "mailboxfull", Recipient, MailboxScope, false, "The recipient's mailbox is full.", "Try again later, or reach the person another way."},
	{MailboxDisabled, "suspend", Recipient, MailboxScope, true, "The account exists but is disabled or suspended.", "Ask the recipient; do not keep sending."},
	{MailboxMoved, "hasmoved", Recipient, MailboxScope, true, "The recipient has moved to another address.", "Use the new address."},
	{RecipientRefused, "filtered", Recipient, MailboxScope, true, "The recipient's system refused this recipient after accepting the conversation.", "Ask the recipient's administrator, with the quoted reply."},
	{DomainUnknown, "hostunknown", Domain, DomainScope, true, "The domain, or the host that should take its mail, does not exist in DNS.", "Check the spelling; check our resolver; ask the domain's owner."},
	{NoMailService, "notaccept", Domain, DomainScope, true, "The domain says that it takes no mail (null MX, 521 or 556).", "Do not send to it."},
	{RelayDenied, "norelaying", Route, DomainScope, true, "The server we reached does not regard itself as responsible for that domain, or does not trust us to relay.", "Compare the MX with the host we reached; check our DNS, our static routes and SMTP AUTH."},
	{SenderRejected, "rejected", Sender, SenderScope, true, "The sender address or its domain was refused.", "Check that the sender domain resolves and is not blocked."},
	{AuthFailed, "authfailure", Sender, SenderScope, true, "The message failed SPF, DKIM or DMARC (detail says which).", "Correct SPF, DKIM signing or DMARC alignment."},
	{AuthRequired, "securityerror", Sender, SessionScope, true, "The server wants SMTP authentication first.", "Set up SMTP AUTH, or deliver to the MX instead of a submission server."},
	{NoReverseDNS, "requireptr", Sender, IPScope, true, "Our address has no PTR record, or it does not resolve back to the address.", "Have the address owner publish a matching PTR and A/AAAA."},
	{BadHELO, "blocked", Sender, IPScope, true, "Our HELO/EHLO name was refused.", "Use a fully qualified name that resolves to our address."},
	{IPBlocked, "blocked", Sender, IPScope, true, "Our address is on a block list or refused by local policy.", "Find which list, clean up the cause, then ask for delisting."},
	{BadReputation, "badreputation", Sender, IPScope, true, "Our address or domain has a poor reputation there.", "Reduce complaints and volume; use the provider's postmaster tools."},
	{RateLimited, "speeding", Sender, IPScope, false, "We sent too fast for that server.", "Slow down; it clears by itself."},
	{TooManyConnections, "toomanyconn", Sender, IPScope, false, "We opened too many connections.", "Lower the concurrency for that destination."},
	{Greylisted, "greylisted", Domain, SessionScope, false, "Greylisting: the server wants us to retry.", "Nothing; the next retry is accepted."},
	{TLSFailed, "failedstarttls", Route, SessionScope, false, "TLS could not be agreed or verified.", "Check certificates, MTA-STS and DANE at whichever end failed."},
	{Security, "securityerror", Sender, SessionScope, true, "Refused for a security reason.", "Read the quoted reply."},
	{Policy, "policyviolation", Sender, MessageScope, true, "The message violates a policy there.", "Read the quoted reply; ask their postmaster."},
	{Spam, "spamdetected", Content, MessageScope, true, "The message was judged to be spam.", "Look at the content, links and authentication."},
	{Virus, "virusdetected", Content, MessageScope, true, "The message was judged to carry malware.", "Scan the sender's machine and the attachment."},
	{ContentRejected, "contenterror", Content, MessageScope, true, "The content or its form was refused.", "Change the format or attachment."},
	{NotRFCCompliant, "notcompliantrfc", Content, MessageScope, true, "The message breaks a mail standard.", "Correct the program that made it."},
	{MessageTooBig, "mesgtoobig", Content, MessageScope, true, "The message is larger than that server takes.", "Send a link."},
	{SizeOverLimit, "exceedlimit", Content, MailboxScope, true, "The message is larger than that mailbox takes.", "Send a link."},
	{SyntaxError, "syntaxerror", Sender, SessionScope, true, "The server did not understand our commands.", "Look at middleboxes and our MTA."},
	{MailLoop, "networkerror", Domain, DomainScope, true, "The message went round in a circle.", "Correct the forwarding or MX loop."},
	{NetworkError, "networkerror", Route, DomainScope, false, "No connection, or it broke.", "Check port 25, routes and firewalls on both ends."},
	{ExpiredReason, "expired", Route, DomainScope, true, "It could not be delivered before the queue lifetime ended.", "See the last temporary error."},
	{SystemFull, "systemfull", Domain, DomainScope, false, "Their disk or queue is full.", "Try later."},
	{SystemError, "systemerror", Domain, DomainScope, false, "Their mail system failed.", "Try later; tell their postmaster."},
	{MailerError, "mailererror", Domain, MailboxScope, true, "A program at their end (filter, forwarder) failed.", "Tell the recipient."},
	{Suppressed, "suppressed", Sender, MailboxScope, true, "Our own mail service refused to send: the address is on its suppression list.", "Remove it from the list if it is right."},
	{OnHold, "onhold", EndUnknown, ScopeUnknown, false, "A failure with no reason given.", "Read the quoted text."},
	{Unknown, "undefined", EndUnknown, ScopeUnknown, false, "A failure that no rule knows.", "Read the quoted text; report the wording."},
	{FeedbackReason, "feedback", Recipient, MessageScope, false, "A complaint (ARF), not a failure.", "Unsubscribe the recipient."},
	{AutoReplyReason, "vacation", Recipient, MailboxScope, false, "An automatic reply, not a failure.", "Nothing."},
	{DeliveredReason, "delivered", EndUnknown, ScopeUnknown, false, "Delivered.", "Nothing."},
}
