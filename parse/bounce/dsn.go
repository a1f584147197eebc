package bounce

import (
	"strings"
	"time"

	"ndrscope/parse"
)

// recipientStatus is the per-recipient fields of a delivery status notification (RFC 3464 section 2.3).
type recipientStatus struct {
	final, original, actual string
	action, status          string
	diagnostic, supplement  string
	remoteMTA               string
	lastAttempt             time.Time
	seenAction, seenFinal   bool
	closed                  bool // an empty line followed
}

// delivery is the per-message fields (section 2.2) and those of each recipient.
type delivery struct {
	reportingMTA string
	queueID      string
	messageID    string
	sender       string
	recipients   []recipientStatus
}

// readDelivery groups the fields of a report by recipient.
//
// It goes by the names of the fields, not by empty lines: these are missing, or stand where they should not, in the
// reports of many systems. A group ends where a field comes again that can only be once in it.
func readDelivery(fs fields) delivery {
	var d delivery
	var r recipientStatus
	flush := func() {
		if r.final == "" && r.original == "" && r.actual == "" {
			r.closed = false
			return // The Action of a group whose recipient comes after it.
		}
		if len(d.recipients) < maxRecipients {
			d.recipients = append(d.recipients, r)
		}
		r = recipientStatus{}
	}
	for _, f := range fs {
		name := strings.ToLower(f.name)
		switch name {
		case "":
			r.closed = true
		case "final-recipient", "original-recipient", "x-actual-recipient", "action":
			if r.closed {
				flush()
			}
		}
		switch name {
		case "reporting-mta", "x-reporting-mta":
			if d.reportingMTA == "" {
				d.reportingMTA = cleanHost(firstWord(untyped(f.value)))
			}
		case "x-original-message-id", "original-message-id":
			d.messageID = messageID(f.value)
		case "x-postfix-queue-id", "x-queue-id", "x-exim-message-id":
			d.queueID = f.value
		case "x-postfix-sender", "x-sender":
			d.sender = cleanAddress(f.value)
		case "final-recipient":
			if r.seenFinal {
				flush()
			}
			r.final, r.seenFinal = cleanAddress(decodeXtext(f.value)), true
		case "original-recipient":
			if r.original != "" {
				flush()
			}
			r.original = cleanAddress(decodeXtext(f.value))
		case "x-actual-recipient":
			if r.actual != "" {
				flush()
			}
			r.actual = cleanAddress(decodeXtext(f.value))
		case "action":
			if r.seenAction {
				flush()
			}
			r.action, r.seenAction = action(f.value), true
		case "status":
			if n := statusIn(f.value); n != "" && r.status == "" {
				r.status = n
			}
		case "diagnostic-code":
			r.diagnostic = joinDiagnostic(r.diagnostic, f.value)
		case "x-supplementary-info":
			r.supplement = f.value
		case "remote-mta":
			r.remoteMTA = untyped(f.value)
		case "last-attempt-date":
			r.lastAttempt = parseDate(f.value)
		}
	}
	flush()
	return d
}

// joinDiagnostic joins the several Diagnostic-Code fields that some systems write for one recipient.
func joinDiagnostic(a, b string) string {
	if a == "" || a == b {
		return b
	}
	if len(a) > maxDiagnostic {
		return a
	}
	return a + " " + b
}

// action returns the RFC 3464 word; a comment may follow it: "failed (bad destination host)".
func action(value string) string {
	word := strings.ToLower(strings.TrimSpace(value))
	if i := strings.IndexAny(word, " (;,"); i >= 0 {
		word = word[:i]
	}
	switch word {
	case "failure", "error", "failed":
		return "failed"
	case "deliverable", "delivered", "success":
		return "delivered"
	case "delay", "delayed":
		return "delayed"
	case "relayed", "expanded":
		return word
	}
	return ""
}

// untyped takes "dns;" and its like off a typed value.
func untyped(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " .") {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(value)
}

// statusIn finds an enhanced status code in a Status field, which may have a comment: "5.1.1 (unknown user)".
func statusIn(value string) string {
	for i := range len(value) {
		if startsNumber(value, i) {
			if n := statusLen(value[i:]); n > 0 {
				return value[i : i+n]
			}
		}
	}
	return ""
}

// decodeXtext undoes the encoding of RFC 3461 section 4 ("+40" for "@") where an address has no "@" otherwise, and
// that of RFC 6533 section 3 ("\x{E9}").
func decodeXtext(value string) string {
	if !strings.Contains(value, "@") && strings.Contains(value, "+40") {
		value = strings.NewReplacer("+40", "@", "+2B", "+", "+2b", "+", "+3D", "=", "+3d", "=").Replace(value)
	}
	if !strings.Contains(value, `\x{`) {
		return value
	}
	var b strings.Builder
	for {
		i := strings.Index(value, `\x{`)
		if i < 0 {
			break
		}
		j := strings.IndexByte(value[i:], '}')
		if j < 0 || j > 9 {
			break
		}
		var r rune
		for _, c := range []byte(value[i+3 : i+j]) {
			r = r<<4 | rune(max(unhex(c), 0))
		}
		b.WriteString(value[:i])
		b.WriteRune(r)
		value = value[i+j+1:]
	}
	b.WriteString(value)
	return b.String()
}

// decodeStatus turns the delivery-status fields into events; none when they name no recipient.
func (m *message) decodeStatus() []parse.Event {
	d := readDelivery(m.status)
	if len(d.recipients) == maxRecipients {
		m.warnings = append(m.warnings, errRecipients)
	}
	events := make([]parse.Event, 0, len(d.recipients))
	for i := range d.recipients {
		r := &d.recipients[i]
		e := parse.Event{
			Recipient: r.final, OriginalRecipient: r.original,
			Action: r.action, Status: r.status,
			Diagnostic:   diagnosticText(r.diagnostic),
			ReportingMTA: d.reportingMTA, QueueID: d.queueID, MessageID: d.messageID, Sender: d.sender,
			Time: r.lastAttempt,
		}
		if e.Recipient == "" || !strings.Contains(e.Recipient, "@") && strings.Contains(r.actual, "@") {
			e.Recipient = firstNonEmpty(r.actual, e.Recipient, r.original)
		}
		if !strings.Contains(e.Recipient, "@") && strings.Contains(r.original, "@") {
			e.Recipient = r.original
		}
		if !strings.Contains(e.Recipient, "@") {
			if a := m.soleRecipient(); a != "" && strings.EqualFold(localPart(a), e.Recipient) {
				e.Recipient = a // "LOCAL; bob"
			}
		}
		if e.Diagnostic == "" {
			e.Diagnostic = oneLine(r.supplement)
		}
		if e.Action == "failed" && strings.HasPrefix(e.Status, "2.") {
			// AOL wrote so for years: the fields tell of the connection, the text of the failure.
			e.Status, r.status = "", ""
			if c := findReply(e.Diagnostic).code; c != "" && c[0] == '2' {
				e.Diagnostic = ""
			}
		}
		if r.status != "" {
			e.StatusFrom = parse.FromStatusField
		}
		setRemote(&e, r.remoteMTA)
		e.Kind = kindOf(e.Action, e.Status)
		if e.Action == "" && strings.HasPrefix(e.Status, "4.") && m.saysDelay() {
			e.Kind = parse.Delay
		}
		events = append(events, e)
	}
	return events
}

// addMessageFields adds the per-message fields of a report whose fields name no recipient.
func (m *message) addMessageFields(events []parse.Event) {
	if len(m.status) == 0 {
		return
	}
	d := readDelivery(m.status)
	for i := range events {
		e := &events[i]
		e.ReportingMTA = firstNonEmpty(e.ReportingMTA, d.reportingMTA)
		e.QueueID = firstNonEmpty(e.QueueID, d.queueID)
		e.MessageID = firstNonEmpty(e.MessageID, d.messageID)
		e.Sender = firstNonEmpty(e.Sender, d.sender)
	}
}

// setRemote reads a Remote-MTA: a host, an address, or both: "mx.example.net (192.0.2.1)".
func setRemote(e *parse.Event, mta string) {
	for i, word := range strings.FieldsFunc(mta, func(r rune) bool { return strings.ContainsRune(" ()<>[],", r) }) {
		if i > 6 {
			return
		}
		if ip := cleanIP(word); ip != "" {
			if e.RemoteIP == "" && !isLoopback(ip) {
				e.RemoteIP = ip
			}
		} else if e.RemoteHost == "" && isDomain(strings.TrimSuffix(word, ".")) {
			e.RemoteHost = cleanHost(word)
		}
	}
}

// kindOf is the kind of an Action; without one the class of the status tells.
func kindOf(action, status string) parse.Kind {
	switch action {
	case "delayed":
		return parse.Delay
	case "delivered":
		return parse.Delivery
	case "relayed":
		return parse.Relay
	case "expanded":
		return parse.Expansion
	case "":
		if strings.HasPrefix(status, "2.") {
			return parse.Delivery
		}
	}
	return parse.Failure
}

func firstNonEmpty(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// diagnosticText takes the type off a Diagnostic-Code, but for x-unix, whose number is the exit status of a program
// and no reply.
func diagnosticText(value string) string {
	if hasPrefixFold(value, "x-unix") {
		return oneLine(value)
	}
	if strings.Contains(value, "=?") {
		value = decodeHeader(value) // words beyond US-ASCII, written as in a header of RFC 2047
	}
	return oneLine(untyped(value))
}
