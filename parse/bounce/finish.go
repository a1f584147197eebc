package bounce

import (
	"strings"
	"unicode/utf8"

	"ndrscope/parse"
)

// finish adds to an event what does not depend on the dialect.
func (m *message) finish(e *parse.Event) {
	if e.Time.IsZero() {
		e.Time = parseDate(m.head.get("Date"))
	}
	if e.Kind == parse.Ignored && e.Subkind != parse.Inbound {
		e.Subject = m.subject
		return
	}
	if m.returned != nil {
		m.returned.fill(e)
	}
	if e.MessageID == "" {
		e.MessageID = messageID(m.head.get("In-Reply-To"))
	}
	if e.MessageID == "" && strings.Count(m.head.get("References"), "<") == 1 {
		e.MessageID = messageID(m.head.get("References"))
	}
	e.Recipient = trimAddress(e.Recipient)
	e.OriginalRecipient = trimAddress(e.OriginalRecipient)
	if strings.EqualFold(e.OriginalRecipient, e.Recipient) {
		e.OriginalRecipient = ""
	}
	e.Domain = firstNonEmpty(domainOf(e.OriginalRecipient), domainOf(e.Recipient))
	if e.Sender == "" && e.Kind != parse.Feedback && e.Kind != parse.AutoReply {
		if to := addressesIn(m.head.get("To"), 1); len(to) > 0 {
			e.Sender = to[0]
		}
	}
	withoutGloss(e)
	var low haystack
	low.fill(e.Diagnostic)
	if e.Kind != parse.Feedback && e.Kind != parse.AutoReply {
		gaveUp := isExpiry(e.Status) // before the last reply's own status takes its place
		finishReply(e)
		finishAction(e)
		findHosts(e, &low)
		if e.Kind == parse.Delay && e.Dialect == openSMTPD.name && low.hasAny("envelope expired") {
			// OpenSMTPD 6 reports the end of the queue lifetime as a delay. No more will follow.
			e.Kind, e.Action = parse.Failure, "failed"
		}
		if e.Kind == parse.Failure && e.Subkind == "" && (gaveUp || isExpired(e, &low)) {
			e.Subkind = parse.Expired
		}
	}
	m.findOurEnd(e, low.low)
	e.BlockList = blockListIn(&low)
	e.URL = urlIn(e.Diagnostic, &low)
	for _, s := range []*string{&e.Recipient, &e.OriginalRecipient, &e.Domain, &e.MessageID, &e.Sender, &e.From, &e.ListID, &e.QueueID,
		&e.ReportingMTA, &e.RemoteHost, &e.HELO, &e.DKIMDomain, &e.DKIMSelector, &e.Diagnostic} {
		*s = printable(*s)
	}
}

// withoutGloss leaves of "You do not have permission ... <mx.example.net #5.7.1 smtp;550 5.7.1 Unable to relay>" what the
// server said. The sentence before is what Exchange makes of the status alone, and the name is its own.
func withoutGloss(e *parse.Event) {
	gloss, said, ok := cutFold(e.Diagnostic, " smtp;")
	i := strings.LastIndexByte(gloss, '#')
	if !ok || i < 0 || !isStatus(gloss[i+1:]) || findReply(said).code == "" {
		return
	}
	e.Diagnostic = strings.TrimSuffix(strings.TrimSpace(before(said, "> #smtp")), ">")
	if e.Status == "" && findReply(said).status == "" {
		e.Status, e.StatusFrom = gloss[i+1:], parse.FromDiagnostic
	}
}

// finishReply settles Status and ReplyCode from the fields and the diagnostic.
func finishReply(e *parse.Event) {
	r := findReply(e.Diagnostic)
	if e.ReplyCode == "" {
		e.ReplyCode = r.code
	}
	if preferDiagnostic(e.Status, r) {
		if e.Status == "" && e.StatusFrom == "" && e.Action == "" {
			e.StatusFrom = parse.FromReply
		} else {
			e.StatusFrom = parse.FromDiagnostic
		}
		e.Status = r.status
	}
	if e.Status == "" {
		e.StatusFrom = parse.FromNone
	} else if e.StatusFrom == "" {
		e.StatusFrom = parse.FromDiagnostic
	}
}

// preferDiagnostic is whether the status found in the diagnostic says more than that of the Status field: many MTAs
// write 5.0.0 there, or what they make of the reply themselves, and keep the remote server's own word in
// Diagnostic-Code.
func preferDiagnostic(field string, r reply) bool {
	switch {
	case r.status == "" || field == r.status:
		return false
	case field == "":
		return true
	case strings.HasSuffix(r.status, ".0.0"):
		return false
	case strings.HasSuffix(field, ".0.0"), isExpiry(field):
		return true
	case strings.HasSuffix(r.status, ".0") && !strings.HasSuffix(field, ".0"):
		return false
	}
	return r.code != ""
}

// isExpiry is whether a status says no more than that the queue lifetime ended (X.4.7, RFC 3463 section 3.5).
func isExpiry(status string) bool { return status == "4.4.7" || status == "5.4.7" }

// finishAction sets the Action that the Kind implies.
func finishAction(e *parse.Event) {
	if e.Action == "" {
		switch e.Kind {
		case parse.Failure:
			e.Action = "failed"
		case parse.Delay:
			e.Action = "delayed"
		case parse.Delivery:
			e.Action = "delivered"
		case parse.Relay:
			e.Action = "relayed"
		case parse.Expansion:
			e.Action = "expanded"
		}
	}
}

func trimAddress(a string) string {
	return strings.TrimSpace(strings.Trim(a, "<> \t\r\n"))
}

// isExpired is whether a failure is the end of the queue lifetime after temporary errors. Postfix says so only by a
// Status of class 4 beside Action: failed.
func isExpired(e *parse.Event, low *haystack) bool {
	gaveUp := e.Dialect == "postfix" && e.StatusFrom == parse.FromStatusField && e.Action == "failed" && strings.HasPrefix(e.Status, "4.")
	return gaveUp || isExpiry(e.Status) || low.hasAny("message expired", "retry timeout exceeded", "in the queue too long", "delivery time expired",
		"queue.expired", "envelope expired", "could not deliver for the last", "failing for a long time", "retry time not reached",
		"maximum queue", "queue lifetime", "giving up after")
}

// printable makes text of whatever bytes a header had, on one line.
func printable(s string) string {
	if !utf8.ValidString(s) {
		s = toUTF8([]byte(s), "")
	}
	if strings.ContainsAny(s, "\r\n\x00") {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 }), " ")
	}
	return s
}
