package mtalog

import "ndrscope/parse"

// Twilio SendGrid's Event Webhook, see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event.
const sendgridName = "sendgrid"

func sendgridClaims(o object) bool {
	return o.has("event", "email") && (o.has("sg_event_id") || o.has("sg_message_id"))
}

func sendgridEvents(c *clock, o object) []parse.Event {
	e := parse.Event{
		Time: o.when(c, "timestamp"), QueueID: o.text("sg_message_id"), MessageID: o.text("smtp-id"), Recipient: o.text("email"),
		Status: o.text("status"), Diagnostic: o.first("reason", "response"), LocalIP: o.text("ip"), Subject: o.text("subject"),
	}
	event := o.text("event")
	if e.Diagnostic == "" || event == "dropped" {
		e.Diagnostic = typed(sendgridMeanings, o.first("reason", "bounce_classification", "type"))
	}
	switch event {
	case "delivered":
		e.Kind = parse.Delivery
	case "deferred":
		e.Kind = parse.Delay
	case "bounce", "blocked", "dropped":
		e.Kind = parse.Failure
	case "spamreport":
		e.Kind, e.LocalIP = parse.Feedback, ""
	default:
		return nil
	}
	return []parse.Event{e}
}
