package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// Mailjet's Event API, see https://dev.mailjet.com/email/guides/webhooks/.
const mailjetName = "mailjet"

func mailjetClaims(o object) bool {
	return o.has("event", "email") && (o.has("MessageID") || o.has("Message_GUID") || o.has("mj_message_id") || o.has("mj_campaign_id"))
}

func mailjetEvents(c *clock, o object) []parse.Event {
	e := parse.Event{
		Time: o.when(c, "time"), QueueID: o.first("Message_GUID", "MessageID", "mj_message_id"), Recipient: o.text("email"),
		Diagnostic: o.first("comment", "smtp_reply"),
	}
	switch o.text("event") {
	case "sent":
		e.Kind = parse.Delivery
		reply, ok := strings.CutPrefix(e.Diagnostic, "sent (")
		if ok {
			e.Diagnostic = strings.TrimSuffix(reply, ")")
		}
	case "bounce", "blocked":
		e.Kind = parse.Failure
	case "spam":
		e.Kind = parse.Feedback
	default:
		return nil
	}
	if e.Diagnostic == "" {
		e.Diagnostic = typed(mailjetMeanings, o.text("error"))
	}
	if related := o.text("error_related_to"); e.Diagnostic == "" && related != "" {
		e.Diagnostic = typed(mailjetMeanings, related)
	}
	return []parse.Event{e}
}
