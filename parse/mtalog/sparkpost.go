package mtalog

import "ndrscope/parse"

// SparkPost's (Bird's) webhooks and Events API, see https://developers.sparkpost.com/api/webhooks/ and
// https://support.sparkpost.com/docs/tech-resources/webhook-event-reference.
const sparkpostName = "sparkpost"

func sparkpostClaims(o object) bool { return o.has("msys") || o.has("type", "rcpt_to", "message_id") }

func sparkpostEvents(c *clock, o object) []parse.Event {
	if msys := o.object("msys"); msys != nil {
		if o = msys.object("message_event"); o == nil {
			return nil // a click, an open, an unsubscribe; or the ping that tests a webhook
		}
	}
	e := parse.Event{
		Time: o.when(c, "timestamp"), QueueID: o.text("message_id"), Sender: o.text("msg_from"), From: o.text("friendly_from"),
		Recipient: o.first("rcpt_to", "raw_rcpt_to"), Subject: o.text("subject"), Diagnostic: o.first("raw_reason", "reason"),
		LocalIP: o.text("sending_ip"), RemoteIP: o.text("ip_address"), RemoteHost: o.text("mx_host"),
		MessageSize: parseSize([]byte(o.text("msg_size"))),
	}
	class := o.text("bounce_class")
	if e.Diagnostic == "" {
		e.Diagnostic = sparkpostMeanings[class]
	}
	switch o.text("type") {
	case "delivery":
		e.Kind = parse.Delivery
	case "delay":
		e.Kind = parse.Delay
	case "out_of_band":
		if e.Kind, e.Subkind = sparkpostOutOfBand(class); e.Kind == "" {
			return nil
		}
	case "bounce", "policy_rejection", "generation_failure", "generation_rejection":
		e.Kind = parse.Failure
	case "spam_complaint":
		e.Kind = parse.Feedback
	default:
		return nil
	}
	if replyCode(e.Diagnostic) == "" {
		e.ReplyCode = replyCode(o.text("error_code"))
	}
	return []parse.Event{e}
}

// sparkpostOutOfBand tells what came back later by its bounce class: not all of it is a bounce.
func sparkpostOutOfBand(class string) (parse.Kind, parse.Subkind) {
	switch class {
	case "60":
		return parse.AutoReply, ""
	case "100":
		return parse.AutoReply, parse.ChallengeResponse
	case "80", "90": // asks to be on a list, or off it
		return "", ""
	}
	return parse.Failure, ""
}
