package mtalog

import "ndrscope/parse"

// Brevo's (Sendinblue's) transactional webhooks, see https://developers.brevo.com/docs/transactional-webhooks.
const brevoName = "brevo"

func brevoClaims(o object) bool {
	return o.has("event", "email", "message-id") || o.has("event", "email", "messageId")
}

func brevoEvents(c *clock, o object) []parse.Event {
	e := parse.Event{
		Time: o.when(c, "ts_event"), MessageID: o.first("message-id", "messageId"), Recipient: o.text("email"), Sender: o.text("from"),
		Subject: o.text("subject"), Diagnostic: o.text("reason"), LocalIP: ipIn(o.first("sending_ip", "ip")),
	}
	if e.Time.IsZero() {
		e.Time = o.when(c, "date")
	}
	event := o.text("event")
	if name, ok := brevoNames[event]; ok {
		event = name
	}
	if e.Diagnostic == "" && brevoMeanings[event] != "" {
		e.Diagnostic = typed(brevoMeanings, event)
	}
	switch event {
	case "delivered":
		e.Kind = parse.Delivery
	case "deferred":
		e.Kind = parse.Delay
	case "hard_bounce", "soft_bounce", "blocked", "invalid_email", "error":
		e.Kind = parse.Failure
	case "spam", "complaint":
		e.Kind = parse.Feedback
	default:
		return nil
	}
	return []parse.Event{e}
}

// brevoNames has the names of events in the answers of the API, and those of webhooks.
var brevoNames = map[string]string{"hardBounces": "hard_bounce", "softBounces": "soft_bounce", "invalid": "invalid_email"}
