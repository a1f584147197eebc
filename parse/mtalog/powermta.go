package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// PowerMTA's accounting files, see "Accounting" in its User's Guide: record types d, b, t, tq, r, rb, rs and f.
const powermtaName = "powermta"

func powermtaClaims(columns map[string]int) bool {
	for _, name := range [...]string{"type", "timelogged", "rcpt"} {
		if _, ok := columns[name]; !ok {
			return false
		}
	}
	return true
}

func powermtaEvents(c *clock, t *table) []parse.Event {
	e := parse.Event{
		Time: textTime(c, t.get("timelogged")), Sender: t.get("orig"), Recipient: t.get("rcpt"), Status: powermtaStatus(t.get("dsnstatus")),
		Diagnostic: t.get("dsndiag"), LocalIP: t.get("dlvsourceip"), RemoteIP: t.get("dlvdestinationip"),
		MessageID: t.get("header-message-id"), Subject: t.get("header-subject"), MessageSize: parseSize([]byte(t.get("dlvsize"))),
		QueueID: t.get("envid"), Host: t.get("host", "hostname"),
	}
	if original := t.get("orcpt"); original != e.Recipient {
		e.OriginalRecipient = original
	}
	e.RemoteHost, _, _ = strings.Cut(t.get("dsnmta"), " ")
	if e.Diagnostic == "" {
		e.Diagnostic = t.get("bouncecat")
	}
	switch t.get("type") {
	case "d", "delivery":
		e.Kind = parse.Delivery
	case "b", "bounce", "rb":
		e.Kind = parse.Failure
	case "t", "tq":
		e.Kind = parse.Delay
	case "f":
		e.Kind = parse.Feedback
	default: // r, rs
		return nil
	}
	return []parse.Event{e}
}

// powermtaStatus reads "5.1.1 (bad destination mailbox address)".
func powermtaStatus(text string) string {
	status, _, _ := strings.Cut(text, " ")
	return status
}
