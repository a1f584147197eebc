package bounce

import (
	"strings"
	"testing"

	"ndrscope/parse"
)

func TestRecipientForms(t *testing.T) {
	const rest = "\nAction: failed\nStatus: 5.1.1\n"
	status := func(value string) string {
		return dsnHead + "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: " + value + rest
	}
	text := func(footer string) string {
		return "From: MAILER-DAEMON@mx.example.org\nSubject: Undeliverable mail\n\nNot delivered.\n\n" +
			"joe@example.net: 550 5.1.1 user unknown\n\n" + footer
	}
	for _, c := range []struct{ name, raw, want string }{
		{"RFC 6533", status(`utf-8; j\x{F6}rg@b\x{FC}cher.example`), "jörg@bücher.example"},
		{"xtext", status("rfc822; a+2Bb+40example.net"), "a+b@example.net"},
		{"list footer", text(strings.Repeat("_", 47) + "\nTalk mailing list\ntalk@lists.example.org\n"), "joe@example.net"},
		{"signature", text("-- \nAsk ann@example.org\n"), "joe@example.net"},
		{"only CR", strings.ReplaceAll(status("rfc822; joe@example.net"), "\n", "\r"), "joe@example.net"},
	} {
		events, _ := Decode([]byte(c.raw), parse.Origin{Path: "x", Index: 1}, Options{})
		if len(events) != 1 || events[0].Kind != parse.Failure || events[0].Recipient != c.want {
			t.Errorf("%s: %+v, want one failure of %s", c.name, events, c.want)
		}
	}
}

func TestOnlyCRIsBounded(t *testing.T) {
	raw := dsnHead + "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; joe@example.net\nAction: failed\n\n--b\n\n"
	raw = strings.ReplaceAll(raw, "\n", "\r") + strings.Repeat("x\r", maxReturned)
	events, err := Decode([]byte(raw), parse.Origin{Path: "x", Index: 1}, Options{})
	if len(events) != 1 || events[0].Recipient != "joe@example.net" || err == nil {
		t.Errorf("%+v, %v: want one failure and a warning", events, err)
	}
}
