package outlook

import (
	"fmt"
	"strings"
)

// report is what a message class says about reports, [MS-OXOMSG] section 2.2.2.
type report struct {
	kind   string // of the machine-readable part: delivery-status or disposition-notification
	action string // RFC 3464 section 2.3.3
}

func isReport(o *object) bool { return reportOf(o) != nil }

// reportOf tells by its class, such as REPORT.IPM.Note.NDR, what report a message is; nil if it is none.
func reportOf(o *object) *report {
	class := strings.ToUpper(o.text(propMessageClass))
	if !strings.HasPrefix(class, "REPORT.") {
		return nil
	}
	switch class[strings.LastIndexByte(class, '.')+1:] {
	case "NDR":
		return &report{"delivery-status", "failed"}
	case "DR":
		return &report{"delivery-status", "delivered"}
	case "DELAYED":
		return &report{"delivery-status", "delayed"}
	case "IPNRN":
		return &report{"disposition-notification", "displayed"}
	case "IPNNRN":
		return &report{"disposition-notification", "deleted"}
	}
	return nil
}

// status writes the fields of the machine-readable part: one group for the message, one for each recipient.
func (r *report) status(o *object) string {
	var s strings.Builder
	field := func(name, value string) {
		if value = oneLine(value); value != "" {
			fmt.Fprintf(&s, "%s: %s\n", name, value)
		}
	}
	if r.kind == "disposition-notification" {
		field("Original-Message-ID", o.text(propOriginalMessageID))
		field("Disposition", "manual-action/MDN-sent-manually; "+r.action)
		return s.String()
	}
	reporting := o.text(propReportingMTA)
	for _, recipient := range o.recipients {
		if reporting == "" {
			reporting = recipient.text(propReportingMTA)
		}
		if host, _, _ := splitInfo(recipient.text(propSupplementaryInfo)); reporting == "" {
			reporting = host
		}
	}
	field("Reporting-MTA", prefixed("dns; ", reporting))
	field("Arrival-Date", date(o.time(propOriginalSubmitTime)))
	for _, recipient := range o.recipients {
		info := recipient.text(propSupplementaryInfo)
		_, enhanced, reply := splitInfo(info)
		s.WriteString("\n")
		field("Final-Recipient", "rfc822; "+recipient.finalAddress())
		field("Action", r.action)
		field("Status", firstOf(statusOf(recipient, propNDRStatus), enhanced, x400Status(recipient), r.defaultStatus()))
		field("Remote-MTA", prefixed("dns; ", recipient.text(propRemoteMTA)))
		field("Diagnostic-Code", firstOf(prefixed("smtp; ", reply), x400Diagnostic(recipient)))
		field("X-Supplementary-Info", info)
		if name := recipient.text(propDisplayName); !strings.Contains(name, "@") {
			field("X-Display-Name", encoded(name))
		}
	}
	return s.String()
}

func (r *report) defaultStatus() string {
	switch r.action {
	case "failed":
		return "5.0.0"
	case "delayed":
		return "4.0.0"
	}
	return "2.0.0"
}

func prefixed(prefix, value string) string {
	if value = oneLine(value); value != "" {
		return prefix + value
	}
	return ""
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// finalAddress is the recipient's Internet address, or the best there is.
func (o *object) finalAddress() string {
	if a := o.address(propSMTPAddress, propAddress, propDisplayName); a != "" {
		return a
	}
	return firstOf(o.text(propAddress), o.text(propDisplayName), "unknown")
}

// statusOf reads PidTagNonDeliveryReportStatusCode: 511 is 5.1.1, 57134 is 5.7.134.
func statusOf(o *object, id uint16) string {
	n, ok := o.number(id)
	digits := fmt.Sprint(n)
	if !ok || len(digits) < 3 || len(digits) > 5 || !strings.Contains("245", digits[:1]) {
		return ""
	}
	return digits[:1] + "." + digits[1:2] + "." + digits[2:]
}

// splitInfo takes PidTagSupplementaryInfo apart, which Exchange writes as <host #5.1.1 smtp;550 5.1.1 text> or as
// <host #5.1.1> or, later, as "Remote Server returned '550 5.1.1 text'".
func splitInfo(info string) (host, status, reply string) {
	info = oneLine(info)
	if _, said, ok := strings.Cut(info, "eturned '"); ok {
		said = strings.TrimSuffix(strings.TrimSpace(said), "'")
		return "", "", strings.Trim(said, "<>")
	}
	inner, ok := strings.CutPrefix(info, "<")
	if !ok {
		return "", "", info
	}
	inner = strings.TrimSuffix(inner, ">")
	host, rest, ok := strings.Cut(inner, "#")
	if !ok {
		return "", "", inner
	}
	code, reply, _ := strings.Cut(rest, " ")
	if strings.Count(code, ".") == 2 {
		status = code
	} else {
		reply = rest
	}
	reply = strings.TrimSpace(reply)
	if len(reply) > 5 && strings.EqualFold(reply[:5], "smtp;") {
		reply = strings.TrimSpace(reply[5:])
	}
	return strings.TrimSpace(host), status, reply
}

// x400Status says in an enhanced code (RFC 3463) what X.411 says in a diagnostic code, where both have the same thing
// to say. MAPI calls these codes MAPI_DIAG_OR_NAME_UNRECOGNIZED and so on.
func x400Status(o *object) string {
	n, ok := o.number(propNDRDiagnostic)
	if !ok {
		return ""
	}
	return map[uint32]string{
		0: "5.1.1", // unrecognised O/R name
		1: "5.1.4", // ambiguous O/R name
		2: "5.3.2", // MTS congestion
		3: "5.4.6", // loop detected
		4: "5.2.1", // recipient unavailable
		5: "4.4.7", // maximum time expired
		7: "5.3.4", // content too long
	}[n]
}

// x400Diagnostic is what is left to say where no server was quoted.
func x400Diagnostic(o *object) string {
	reason, hasReason := o.number(propNDRReason)
	diagnostic, hasDiagnostic := o.number(propNDRDiagnostic)
	switch {
	case hasReason && hasDiagnostic && diagnostic != 0xFFFFFFFF:
		return fmt.Sprintf("x-mapi; reason %d, diagnostic %d", reason, diagnostic)
	case hasReason:
		return fmt.Sprintf("x-mapi; reason %d", reason)
	}
	return ""
}

// original writes what the report says about the message that it is about.
func (r *report) original(o *object) string {
	var s strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&s, "%s: %s\n", name, value)
		}
	}
	field("From", mailbox(o.text(propOriginalSenderName), o.address(propOriginalSender)))
	field("To", encoded(o.text(propOriginalDisplayTo)))
	field("Subject", encoded(o.text(propOriginalSubject)))
	field("Date", date(o.time(propOriginalSubmitTime)))
	field("Message-ID", oneLine(o.text(propOriginalMessageID)))
	return s.String()
}
