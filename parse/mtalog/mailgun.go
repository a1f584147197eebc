package mtalog

import "ndrscope/parse"

// Mailgun's webhooks and Events API, see https://documentation.mailgun.com/docs/mailgun/user-manual/events/.
const mailgunName = "mailgun"

func mailgunClaims(o object) bool {
	return o.has("event-data") || o.has("event", "recipient", "timestamp") && (o.has("delivery-status") || o.has("envelope"))
}

func mailgunEvents(c *clock, o object) []parse.Event {
	if data := o.object("event-data"); data != nil {
		o = data
	}
	status := o.object("delivery-status")
	e := parse.Event{
		Time: o.when(c, "timestamp"), QueueID: o.text("id"), Sender: o.text("envelope", "sender"), Recipient: o.text("recipient"),
		Status: status.first("enhanced-code", "bounce-code"), Diagnostic: status.first("message", "description"),
		RemoteHost: status.text("mx-host"), LocalIP: o.text("envelope", "sending-ip"),
		MessageID: o.text("message", "headers", "message-id"), Subject: o.text("message", "headers", "subject"),
		MessageSize: parseSize([]byte(o.text("message", "size"))),
	}
	if e.Diagnostic == "" {
		e.Diagnostic = o.text("reject", "reason")
	}
	if e.Diagnostic == "" {
		e.Diagnostic = typed(mailgunMeanings, o.text("reason"))
	}
	if code := status.text("code"); len(code) == 3 && replyCode(e.Diagnostic) == "" {
		e.ReplyCode = replyCode(code)
	}
	switch event := o.text("event"); {
	case event == "delivered":
		e.Kind = parse.Delivery
	case event == "failed" && o.text("severity") == "temporary":
		e.Kind = parse.Delay
	case event == "failed", event == "rejected":
		e.Kind = parse.Failure
	case event == "complained":
		e.Kind = parse.Feedback
	default:
		return nil
	}
	return []parse.Event{e}
}
