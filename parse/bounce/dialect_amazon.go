package bounce

import (
	"encoding/json"
	"strings"

	"ndrscope/parse"
)

// amazonSNS is a notification of Amazon SES, mailed by SNS: JSON.
// Form: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
var amazonSNS = dialect{
	name:  "amazonses",
	alone: true,
	match: func(m *message) bool {
		return m.textHas(`"notificationtype"`) || m.textHas(`\"notificationtype\"`) || m.textHas(`"eventtype"`)
	},
	decode: (*message).decodeSNS,
}

// amazonSES is a delivery status notification by Amazon SES.
var amazonSES = dialect{
	name: "amazonses",
	match: func(m *message) bool {
		return m.fromHas("mailer-daemon@amazonses.com", "mailer-daemon@email-bounces.amazonses.com") || m.fromHas("amazonses.com") && m.fromHas("mailer-daemon") && !isWorkMail(m)
	},
}

var amazonWorkMail = dialect{name: "amazonworkmail", match: isWorkMail}

func isWorkMail(m *message) bool { return m.head.get("X-Mailer") == "Amazon WorkMail" }

// receivingSES is the inbound side of Amazon SES.
var receivingSES = dialect{
	name: "receivingses",
	match: func(m *message) bool {
		return m.head.has("X-SES-Outgoing") && strings.HasPrefix(m.statusField("Reporting-MTA"), "dns; inbound-smtp")
	},
}

// snsNotification is the part of an SES notification that is of use.
type snsNotification struct {
	Message          string
	NotificationType string
	EventType        string
	Bounce           struct {
		BounceType        string
		ReportingMTA      string
		BouncedRecipients []snsRecipient
	}
	Complaint struct {
		ComplainedRecipients  []snsRecipient
		ComplaintFeedbackType string
	}
	Delivery struct {
		Recipients   []string
		SMTPResponse string `json:"smtpResponse"`
		ReportingMTA string
		RemoteMTAIP  string `json:"remoteMtaIp"`
	}
	DeliveryDelay struct {
		DelayedRecipients []snsRecipient
		ReportingMTA      string
	}
	Mail struct {
		Source        string
		CommonHeaders struct {
			MessageID string `json:"messageId"`
			Subject   string
		}
	}
}

type snsRecipient struct {
	EmailAddress, Action, Status, DiagnosticCode string
}

// decodeSNS reads a notification, bare or as the Message of an SNS envelope. Mail software breaks its long lines by
// "!", a line end and a blank; without these it is JSON.
func (m *message) decodeSNS() []parse.Event {
	text := m.text
	if i := strings.IndexByte(text, '{'); i >= 0 {
		text = text[i:]
	}
	var n snsNotification
	if !decodeJSON(text, &n) {
		return nil
	}
	if n.Message != "" && n.NotificationType == "" {
		if !decodeJSON(n.Message, &n) {
			return nil
		}
	}
	var events []parse.Event
	add := func(kind parse.Kind, r snsRecipient, mta string) {
		if len(events) >= maxRecipients {
			return
		}
		e := parse.Event{Kind: kind, Recipient: r.EmailAddress, Action: action(r.Action), Status: statusIn(r.Status),
			Diagnostic: oneLine(untyped(r.DiagnosticCode)), ReportingMTA: cleanHost(untyped(mta)),
			Sender: cleanAddress(n.Mail.Source), Subject: n.Mail.CommonHeaders.Subject, MessageID: messageID(n.Mail.CommonHeaders.MessageID)}
		if e.Status != "" {
			e.StatusFrom = parse.FromStatusField
		}
		events = append(events, e)
	}
	switch firstNonEmpty(n.NotificationType, n.EventType) {
	case "Bounce":
		for _, r := range n.Bounce.BouncedRecipients {
			add(parse.Failure, r, n.Bounce.ReportingMTA)
		}
	case "Complaint":
		for _, r := range n.Complaint.ComplainedRecipients {
			r.DiagnosticCode = n.Complaint.ComplaintFeedbackType
			add(parse.Feedback, r, "")
		}
	case "Delivery":
		for _, a := range n.Delivery.Recipients {
			add(parse.Delivery, snsRecipient{EmailAddress: a, DiagnosticCode: n.Delivery.SMTPResponse}, n.Delivery.ReportingMTA)
			events[len(events)-1].RemoteIP = cleanIP(n.Delivery.RemoteMTAIP)
		}
	case "DeliveryDelay":
		for _, r := range n.DeliveryDelay.DelayedRecipients {
			add(parse.Delay, r, n.DeliveryDelay.ReportingMTA)
		}
	}
	return events
}

func decodeJSON(text string, into any) bool {
	if json.NewDecoder(strings.NewReader(text)).Decode(into) == nil {
		return true
	}
	unbroken := strings.ReplaceAll(strings.ReplaceAll(text, "!\n ", ""), "\n ", "")
	return json.NewDecoder(strings.NewReader(unbroken)).Decode(into) == nil
}
