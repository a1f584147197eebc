package mtalog

// Mail services sort failures into types of their own, which is all there is to know where no server's reply came with it.
// These tables say what a type means, by the service's own description, in words that can be read like a reply.

// typed is a type with what it means, for an event without a text.
func typed(meanings map[string]string, kind string) string {
	if meaning := meanings[kind]; meaning != "" {
		return kind + ": " + meaning
	}
	return kind
}

// sesMeanings has the subtypes of bounces and the types of delays.
var sesMeanings = map[string]string{
	"Permanent General":                  "the recipient was refused",
	"Permanent NoEmail":                  "the address does not exist",
	"Permanent Suppressed":               "on the suppression list",
	"Permanent UnsubscribedRecipient":    "on the suppression list",
	"Permanent OnAccountSuppressionList": "on the suppression list",
	"Transient MailboxFull":              "the mailbox is full",
	"Transient MessageTooLarge":          "the message is too large",
	"Transient ContentRejected":          "unacceptable content",
	"Transient AttachmentRejected":       "the attachment type is not allowed",
	"Transient CustomTimeoutExceeded":    "message expired",
	"InternalFailure":                    "internal error of the sending service",
	"MailboxFull":                        "the mailbox is full",
	"SpamDetected":                       "detected as spam",
	"RecipientServerError":               "the recipient's server has a temporary system problem",
	"IPFailure":                          "the sending IP address is blocked or throttled",
	"TransientCommunicationFailure":      "connection to the recipient's server failed",
	"BYOIPHostNameLookupUnavailable":     "reverse DNS lookup of the sending IP address failed",
}

// sendgridMeanings has the classes of bounces and the reasons for dropping.
var sendgridMeanings = map[string]string{
	"Invalid Address":                   "the address does not exist",
	"Mailbox Unavailable":               "the mailbox is unavailable",
	"Content":                           "unacceptable content",
	"Reputation":                        "poor reputation of the sending IP address or domain",
	"Frequency/Volume Too High":         "rate limited, too many messages",
	"Technical":                         "a technical failure, such as of DNS or of the connection",
	"Bounced Address":                   "on the suppression list",
	"Spam Reporting Address":            "on the suppression list",
	"Unsubscribed Address":              "on the suppression list",
	"Invalid":                           "the address is not valid",
	"Recipient List over Package Quota": "the sending limit of the account is exceeded",
}

// mailgunMeanings has the reasons of failures.
var mailgunMeanings = map[string]string{
	"suppress-bounce":      "on the suppression list",
	"suppress-complaint":   "on the suppression list",
	"suppress-unsubscribe": "on the suppression list",
	"old":                  "message expired",
	"bounce":               "the recipient was refused",
	"hardfail":             "the recipient was refused",
	"blacklisted":          "the sending IP address is on a block list",
	"espblock":             "the sending IP address or domain is blocked",
	"greylisted":           "greylisted",
}

// postmarkMeanings has the types of bounces whose own description says too little, or too much.
var postmarkMeanings = map[string]string{
	"HardBounce":              "the recipient was refused",
	"SoftBounce":              "undeliverable for now",
	"Transient":               "network error",
	"DnsError":                "temporary DNS error",
	"SpamNotification":        "blocked by the user, or classified as spam",
	"VirusNotification":       "virus detected",
	"BadEmailAddress":         "the address is not valid",
	"ManuallyDeactivated":     "on the suppression list",
	"Unconfirmed":             "on the suppression list",
	"Blocked":                 "blocked by the provider for content or a block list",
	"SMTPApiError":            "internal error of the sending service",
	"DMARCPolicy":             "rejected due to DMARC policy",
	"TemplateRenderingFailed": "the message could not be generated",
}

// sparkpostMeanings has the names of the bounce classes by their numbers, and what they mean.
var sparkpostMeanings = map[string]string{
	"1":  "Undetermined: no reason is known",
	"10": "Invalid Recipient: the address does not exist",
	"20": "Soft Bounce: undeliverable for now",
	"21": "DNS Failure: temporary DNS error",
	"22": "Mailbox Full: the mailbox is full",
	"23": "Too Large: the message is too large",
	"24": "Timeout: message expired",
	"25": "Admin Failure: policy violation, by the rules of the sending account",
	"26": "Smart Send Suppression: on the suppression list",
	"30": "Generic Bounce, No RCPT: no recipient could be determined",
	"40": "Generic Bounce: no specific reason",
	"50": "Mail Block: the sending IP address or domain is blocked",
	"51": "Spam Block: blocked as a source of spam",
	"52": "Spam Content: the message was classified as spam",
	"53": "Prohibited Attachment: the attachment type is not allowed",
	"54": "Relaying Denied: relaying denied",
	"70": "Transient Failure: undeliverable for now",
}

// mailjetMeanings has the errors whose words alone say too little; and, last, what they are related to where there are none.
var mailjetMeanings = map[string]string{
	"mailbox inactive": "the mailbox is disabled",
	"invalid domain":   "the domain does not exist",
	"no mail host":     "no MX for the domain",
	"sender blocked":   "the sending IP address or domain is blocked",
	"system issue":     "the recipient's server has a temporary system problem",
	"protocol issue":   "connection to the recipient's server failed",
	"connection issue": "connection to the recipient's server failed",
	"preblocked":       "on the suppression list",
	"recipient":        "the recipient was refused",
	"domain":           "temporary DNS error, or no MX for the domain",
	"spam":             "the message was classified as spam",
	"content":          "unacceptable content",
	"mailjet":          "on the suppression list",
	"system":           "the recipient's server has a temporary system problem",
}

// brevoMeanings has the kinds of events.
var brevoMeanings = map[string]string{
	"hard_bounce":   "the recipient was refused",
	"soft_bounce":   "undeliverable for now",
	"blocked":       "on the suppression list",
	"invalid_email": "the address is not valid",
	"error":         "internal error of the sending service",
	"deferred":      "undeliverable for now",
}
