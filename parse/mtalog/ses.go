package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// Amazon SES: notifications and event publishing, each also inside an SNS message; see "Contents of event data" in
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html.
const sesName = "ses"

func sesClaims(o object) bool {
	return (o.has("eventType") || o.has("notificationType")) && o.has("mail") || o.has("Type", "TopicArn", "Message") || o.has("detail", "detail-type")
}

func sesEvents(c *clock, o object) []parse.Event {
	if text := o.text("Message"); text != "" { // SNS
		inner, ok := decodeJSON([]byte(text))
		if !ok || len(inner) != 1 {
			return nil
		}
		o = inner[0]
	}
	if detail := o.object("detail"); detail != nil { // EventBridge
		o = detail
	}
	mail := o.object("mail")
	message := parse.Event{
		QueueID: mail.text("messageId"), Sender: mail.text("source"), Subject: mail.text("commonHeaders", "subject"),
		MessageID: mail.text("commonHeaders", "messageId"),
	}
	for _, h := range mail.objects("headers") {
		if strings.EqualFold(h.text("name"), "Message-ID") {
			message.MessageID = h.text("value")
		}
	}
	switch o.first("eventType", "notificationType") {
	case "Bounce":
		return sesRecipients(c, message, o.object("bounce"), "bouncedRecipients", parse.Failure)
	case "DeliveryDelay":
		return sesRecipients(c, message, o.object("deliveryDelay"), "delayedRecipients", parse.Delay)
	case "Complaint":
		return sesRecipients(c, message, o.object("complaint"), "complainedRecipients", parse.Feedback)
	case "Delivery":
		delivery := o.object("delivery")
		message.Kind, message.Time = parse.Delivery, delivery.when(c, "timestamp")
		message.Diagnostic, message.RemoteIP = delivery.text("smtpResponse"), delivery.text("remoteMtaIp")
		message.ReportingMTA = delivery.text("reportingMTA")
		return forEach(message, delivery.texts("recipients"))
	case "Reject":
		message.Kind, message.Time = parse.Failure, mail.when(c, "timestamp")
		message.Diagnostic = o.text("reject", "reason")
		return forEach(message, mail.texts("destination"))
	case "Rendering Failure":
		message.Kind, message.Time = parse.Failure, mail.when(c, "timestamp")
		message.Diagnostic = o.text("failure", "errorMessage")
		return forEach(message, mail.texts("destination"))
	}
	return nil // Send, Open, Click, Subscription
}

func sesRecipients(c *clock, message parse.Event, what object, key string, kind parse.Kind) []parse.Event {
	message.Kind, message.Time = kind, what.when(c, "timestamp")
	_, mta, _ := strings.Cut(what.text("reportingMTA"), "; ")
	message.ReportingMTA = mta
	message.RemoteIP = what.text("remoteMtaIp")
	var events []parse.Event
	for _, r := range what.objects(key) {
		e := message
		e.Recipient, e.Status = r.text("emailAddress"), r.text("status")
		e.Diagnostic = r.text("diagnosticCode")
		if e.Diagnostic == "" {
			e.Diagnostic = typed(sesMeanings, strings.TrimSpace(what.text("bounceType")+" "+what.text("bounceSubType")+what.text("delayType")))
		}
		events = append(events, e)
	}
	return events
}

// forEach copies an event for each recipient.
func forEach(e parse.Event, recipients []string) []parse.Event {
	var events []parse.Event
	for _, r := range recipients {
		e.Recipient = r
		events = append(events, e)
	}
	return events
}
