package mtalog

import "ndrscope/parse"

// Postmark's webhooks and Bounce API, see https://postmarkapp.com/developer/webhooks/bounce-webhook and, for the types
// of bounce, https://postmarkapp.com/developer/api/bounce-api#bounce-types.
const postmarkName = "postmark"

func postmarkClaims(o object) bool {
	return o.has("RecordType", "MessageID") || o.has("TypeCode", "BouncedAt")
}

func postmarkEvents(c *clock, o object) []parse.Event {
	e := parse.Event{
		QueueID: o.text("MessageID"), Recipient: o.first("Email", "Recipient"), Sender: o.text("From"), Subject: o.text("Subject"),
		Diagnostic: o.text("Details"),
	}
	if kind := o.text("Type"); e.Diagnostic == "" && postmarkMeanings[kind] != "" {
		e.Diagnostic = typed(postmarkMeanings, kind)
	} else if e.Diagnostic == "" {
		e.Diagnostic = o.first("Description", "Type")
	}
	switch o.text("RecordType") {
	case "Delivery":
		e.Kind, e.Time = parse.Delivery, o.when(c, "DeliveredAt")
	case "Bounce", "SpamComplaint", "":
		e.Time = o.when(c, "BouncedAt")
		if e.Kind, e.Subkind = postmarkBounce(o.text("Type")); e.Kind == "" {
			return nil
		}
	default: // Open, Click, SubscriptionChange
		return nil
	}
	return []parse.Event{e}
}

func postmarkBounce(kind string) (parse.Kind, parse.Subkind) {
	switch kind {
	case "Transient":
		return parse.Delay, ""
	case "AutoResponder":
		return parse.AutoReply, ""
	case "ChallengeVerification":
		return parse.AutoReply, parse.ChallengeResponse
	case "SpamComplaint":
		return parse.Feedback, ""
	case "Subscribe", "Unsubscribe", "AddressChange", "OpenRelayTest", "InboundError":
		return "", ""
	}
	return parse.Failure, ""
}
