package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// Exchange Online's message trace, as Get-MessageTrace exports it and as the summary report of the portal has it; see
// https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac.
const traceName = "messagetrace"

func traceClaims(columns map[string]int) bool {
	_, status := columns["status"]
	_, recipient := columns["recipientaddress"]
	_, sender := columns["senderaddress"]
	_, summary := columns["recipient-status"]
	_, origin := columns["origin-timestamp-utc"]
	return status && recipient && sender || summary && origin
}

func traceEvents(c *clock, t *table) []parse.Event {
	e := parse.Event{
		Time: textTime(c, t.get("received", "origin-timestamp-utc", "date")), MessageID: t.get("messageid", "message-id"),
		QueueID: t.get("messagetraceid", "network-message-id"), Sender: t.get("senderaddress", "sender-address"),
		Subject: t.get("subject", "message-subject"), MessageSize: parseSize([]byte(t.get("size", "total-bytes"))),
		RemoteIP: t.get("toip"), Diagnostic: t.get("detail"),
	}
	if e.Sender == "<>" {
		e.Sender = ""
	}
	if list := t.get("recipient-status"); list != "" && t.get("status") == "" {
		return traceSummary(e, list)
	}
	e.Recipient = t.get("recipientaddress")
	return traceOutcome(e, t.get("status"))
}

// traceSummary reads "a@b.example##Receive, Deliver;c@d.example##Receive, Send, Fail".
func traceSummary(e parse.Event, list string) []parse.Event {
	var events []parse.Event
	for part := range strings.SplitSeq(list, ";") {
		recipient, steps, ok := strings.Cut(part, "##")
		if !ok {
			continue
		}
		e.Recipient = strings.TrimSpace(recipient)
		events = append(events, traceOutcome(e, steps[strings.LastIndexByte(steps, ',')+1:])...)
	}
	return events
}

func traceOutcome(e parse.Event, status string) []parse.Event {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "delivered", "deliver", "send", "sendexternal":
		e.Kind = parse.Delivery
	case "failed", "fail":
		e.Kind = parse.Failure
	case "pending", "defer", "gettingstatus":
		e.Kind = parse.Delay
	case "expanded", "expand":
		e.Kind = parse.Expansion
	case "quarantined", "filteredasspam":
		e.Kind, e.Diagnostic = parse.Failure, "message trace: "+status
	default:
		return nil
	}
	return []parse.Event{e}
}
