package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// Exchange Server's message tracking log, and the extended message trace of Exchange Online, which has the same
// columns; see https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking.
const exchangeName = "exchange"

func exchangeClaims(columns map[string]int) bool {
	for _, name := range [...]string{"event-id", "recipient-address", "sender-address"} {
		if _, ok := columns[name]; !ok {
			return false
		}
	}
	return true
}

// exchangeEvents reads a row, which may be about several recipients; their statuses stand in the same order.
func exchangeEvents(c *clock, t *table) []parse.Event {
	e := parse.Event{
		Time: textTime(c, t.get("date-time", "date-time-utc", "origin-timestamp-utc")), Host: t.get("server-hostname"),
		QueueID: t.get("network-message-id", "internal-message-id"), MessageID: t.get("message-id"), Subject: t.get("message-subject"),
		Sender: t.get("return-path", "sender-address"), MessageSize: parseSize([]byte(t.get("total-bytes"))),
	}
	if e.Sender == "<>" {
		e.Sender = ""
	}
	source := t.get("source")
	switch t.get("event-id") {
	case "DELIVER":
		e.Kind, e.Subkind = parse.Delivery, parse.LocalDelivery
	case "SEND", "SENDEXTERNAL":
		if source != "SMTP" && source != "AGENT" {
			return nil
		}
		e.Kind = parse.Delivery
		// In a SEND the client is the server that sends, and the server the one that it speaks to.
		e.Host, e.RemoteHost = t.get("client-hostname"), t.get("server-hostname")
		e.LocalIP, e.RemoteIP = t.get("client-ip"), t.get("server-ip")
		if strings.Contains(strings.ToLower(t.get("connector-id")), "intra-organization") {
			e.Kind = parse.Relay
		}
	case "FAIL", "BADMAIL":
		e.Kind = parse.Failure
	case "DEFER":
		e.Kind = parse.Delay
	default: // RECEIVE, SUBMIT, TRANSFER, RESOLVE, EXPAND, DSN, HAREDIRECT ...
		return nil
	}
	recipients := strings.Split(t.get("recipient-address"), ";")
	statuses := exchangeStatuses(t.get("recipient-status"), len(recipients))
	var events []parse.Event
	for i, recipient := range recipients {
		one := e
		one.Recipient = strings.TrimSpace(recipient)
		one.Diagnostic = statuses[i]
		if one.Diagnostic == "" && one.Kind != parse.Delivery {
			one.Diagnostic = t.get("source-context")
		}
		events = append(events, one)
	}
	return events
}

// exchangeStatuses splits the statuses of n recipients. A status may itself have semicolons: it begins with "[" or
// with a reply code.
func exchangeStatuses(text string, n int) []string {
	statuses := make([]string, n)
	if n == 1 {
		statuses[0] = exchangeReply(text)
		return statuses
	}
	at := -1
	for part := range strings.SplitSeq(text, ";") {
		if begins := strings.HasPrefix(part, "[") || replyCode(strings.TrimSpace(part)) != "" || part == ""; (begins || at < 0) && at+1 < n {
			at++
			statuses[at] = part
		} else {
			statuses[at] += ";" + part
		}
	}
	for i := range statuses {
		statuses[i] = exchangeReply(statuses[i])
	}
	return statuses
}

// exchangeReply takes the reply out of "[{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found};{MSG=};{FQDN=x}]".
func exchangeReply(text string) string {
	if _, led, ok := strings.Cut(text, "{LED="); ok {
		text, _, _ = strings.Cut(led, "}")
	}
	return strings.TrimSpace(text)
}
