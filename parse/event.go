// Package parse holds what the readers of bounce messages and MTA logs say: bytes in, [Event]s out, lossless and
// without opinion. What an event means is the business of package classify.
package parse

import "time"

// Event is one recipient and one thing that happened to a message on its way there.
//
// The empty string, the zero time and the zero number mean "unknown". Origin is never empty. Names are those of
// RFC 3464 (delivery status notifications) and RFC 5321 (SMTP) wherever these have one.
type Event struct {
	Origin  Origin  `json:"source"`
	Kind    Kind    `json:"kind"`
	Subkind Subkind `json:"subkind,omitempty"`
	// Time is when it happened: the attempt where known (Last-Attempt-Date, the log's time stamp), else the Date of
	// the report.
	Time time.Time `json:"time,omitzero"`
	// Host is the machine that wrote the log line; queue ids are unique only on one host.
	Host    string `json:"host,omitempty"`
	QueueID string `json:"queue_id,omitempty"`
	// MessageID of the message that failed, with its angle brackets taken off.
	MessageID string `json:"message_id,omitempty"`
	Subject   string `json:"subject,omitempty"`
	// Sender is the envelope sender of the message that failed; its From address where only that is known.
	Sender string `json:"sender,omitempty"`
	// Recipient is Final-Recipient: the address at which it failed.
	Recipient string `json:"recipient,omitempty"`
	// OriginalRecipient is the address that the sender wrote, where it differs from Recipient.
	OriginalRecipient string `json:"original_recipient,omitempty"`
	// Domain of the address that the sender tried to reach: lower case, A-labels, no trailing dot.
	Domain string `json:"domain,omitempty"`
	// Action is the RFC 3464 section 2.3.3 word: failed, delayed, delivered, relayed or expanded.
	Action string `json:"action,omitempty"`
	// Status is the RFC 3463 enhanced status code, such as 5.7.1.
	Status     string     `json:"status,omitempty"`
	StatusFrom StatusFrom `json:"status_from,omitempty"`
	// ReplyCode is the three-digit SMTP reply of the remote server.
	ReplyCode string `json:"reply_code,omitempty"`
	// Command is the SMTP verb that was answered: CONN, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA or EOD (end of data).
	Command string `json:"command,omitempty"`
	// Diagnostic is what the failing server or our MTA said, as received, unfolded to one line.
	Diagnostic   string `json:"diagnostic,omitempty"`
	ReportingMTA string `json:"reporting_mta,omitempty"`
	// RemoteHost is the server that was spoken to; a host name, lower case.
	RemoteHost string `json:"remote_host,omitempty"`
	RemoteIP   string `json:"remote_ip,omitempty"`
	// LocalIP is our sending address as the other side saw it.
	LocalIP string `json:"local_ip,omitempty"`
	// HELO is the name that we gave in HELO or EHLO.
	HELO string `json:"helo,omitempty"`
	// Dialect names the software or service that wrote the report or the log line.
	Dialect string `json:"dialect,omitempty"`

	// The rest is of the message that failed, or is quoted by the reply.

	// From is the address in the From header.
	From        string    `json:"from,omitempty"`
	MessageDate time.Time `json:"message_date,omitzero"`
	// MessageSize in bytes.
	MessageSize int64  `json:"message_size,omitempty"`
	ListID      string `json:"list_id,omitempty"`
	// DKIMDomain and DKIMSelector are d= and s= of the message's own first DKIM-Signature.
	DKIMDomain   string `json:"dkim_domain,omitempty"`
	DKIMSelector string `json:"dkim_selector,omitempty"`
	// BlockList is the DNS zone, or else the name, of the block list that the reply names.
	BlockList string `json:"block_list,omitempty"`
	// URL is the first link of the reply: where to read more.
	URL string `json:"url,omitempty"`
}

// Kind says what an event is. Only a Failure counts against a domain.
type Kind string

const (
	Failure   Kind = "failure"    // given up
	Delay     Kind = "delay"      // a try failed, more will follow
	Delivery  Kind = "delivery"   // arrived
	Relay     Kind = "relay"      // handed on to a system that sends no notifications
	Expansion Kind = "expansion"  // went to a list, its members are on their own
	Feedback  Kind = "feedback"   // a complaint: Abuse Reporting Format, RFC 5965
	AutoReply Kind = "auto-reply" // RFC 3834
	Ignored   Kind = "ignored"    // a message that reports none of these
)

// Subkind tells apart what a Kind lumps together. It is empty where there is nothing to tell apart.
type Subkind string

const (
	Vacation          Subkind = "vacation"           // of AutoReply
	ChallengeResponse Subkind = "challenge-response" // of AutoReply
	Bulk              Subkind = "bulk"               // of Ignored: newsletters, lists
	MDN               Subkind = "mdn"                // of Ignored: read receipts, RFC 8098
	DMARCReport       Subkind = "dmarc-report"       // of Ignored: aggregate reports, RFC 7489
	TLSReport         Subkind = "tls-report"         // of Ignored: RFC 8460
	Ordinary          Subkind = "ordinary"           // of Ignored: other mail, also when it quotes a bounce
	Backscatter       Subkind = "backscatter"        // of Ignored: a bounce of a message that we never sent
	LocalDelivery     Subkind = "local"              // of any Kind: a mailbox on our own machine, nobody else's end
	Inbound           Subkind = "inbound"            // of Ignored: we refused somebody else's mail
	Notification      Subkind = "notification"       // of Ignored: a bounce that our own MTA sent; its cause is an event
	OtherTime         Subkind = "other-time"         // of Ignored: outside of the time that was asked for
	Expired           Subkind = "expired"            // of Failure: the queue lifetime ended
)

// StatusFrom says where Event.Status was found.
type StatusFrom string

const (
	FromStatusField StatusFrom = "status-field" // the Status field of a DSN, the dsn= of a log
	FromDiagnostic  StatusFrom = "diagnostic"   // the text of the diagnostic
	FromReply       StatusFrom = "reply"        // the SMTP reply in human-readable text
	FromNone        StatusFrom = "none"
)

// Origin says where an item was read, so that a reader can find it again.
type Origin struct {
	// Path as given or found; members of an archive follow after "!": mail.zip!new/1.eml. "-" is standard input.
	Path string `json:"path"`
	// Format is the container (mbox, eml, maildir, msg) or the log dialect (postfix, exim ...).
	Format string `json:"format,omitempty"`
	// Index is the 1-based number of the message, or of the line of a log. 0 is the file as a whole.
	Index int `json:"index,omitempty"`
}
