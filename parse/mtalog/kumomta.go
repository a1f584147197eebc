package mtalog

import (
	"net/netip"
	"strings"

	"ndrscope/parse"
)

// KumoMTA's JSON log records, see https://docs.kumomta.com/reference/log_record/.
const kumoName = "kumomta"

func kumoClaims(o object) bool {
	return o.has("type", "id", "recipient", "queue") || o.has("type", "id", "sender", "site", "response")
}

func kumoEvents(c *clock, o object) []parse.Event {
	var kind parse.Kind
	var subkind parse.Subkind
	switch o.text("type") {
	case "Delivery":
		kind = parse.Delivery
	case "Bounce", "AdminBounce", "OOB":
		kind = parse.Failure
	case "TransientFailure":
		kind = parse.Delay
	case "Expiration":
		kind, subkind = parse.Failure, parse.Expired
	case "Feedback":
		kind = parse.Feedback
	default: // Reception, Rejection and what is to come
		return nil
	}
	response := o.object("response")
	status := strings.Join([]string{
		response.text("enhanced_code", "class"), response.text("enhanced_code", "subject"), response.text("enhanced_code", "detail"),
	}, ".")
	diagnostic := response.text("content")
	if code := response.text("code"); len(code) == 3 {
		text := code + " " + diagnostic
		if isStatus(status) {
			text = code + " " + status + " " + diagnostic
		}
		diagnostic = text
	}
	var events []parse.Event
	for _, recipient := range o.texts("recipient") {
		events = append(events, parse.Event{
			Kind: kind, Subkind: subkind, Time: o.when(c, "timestamp"), QueueID: o.text("id"),
			Sender: o.text("sender"), Recipient: recipient, Status: status, Diagnostic: diagnostic,
			Command:    commandOf(response.text("command")),
			RemoteHost: o.text("peer_address", "name"), RemoteIP: o.text("peer_address", "addr"),
			LocalIP:   hostOf(o.text("source_address", "address")),
			MessageID: o.text("headers", "Message-ID"), Subject: o.text("headers", "Subject"),
		})
	}
	return events
}

// hostOf is the address of "192.0.2.9:54321".
func hostOf(address string) string {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		return ap.Addr().String()
	}
	return ipIn(address)
}
