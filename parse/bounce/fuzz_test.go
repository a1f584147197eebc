package bounce

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"ndrscope/parse"
)

// FuzzDecode requires of any bytes: no panic, at least one event, fields that can be written as JSON, the same answer
// again.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		opt := Options{OurDomains: []string{"example.com"}, OurHosts: []string{"192.0.2.1"}}
		events, _ := Decode(raw, parse.Origin{Path: "x", Index: 1}, opt)
		if len(events) == 0 {
			t.Fatal("no event")
		}
		again, _ := Decode(raw, parse.Origin{Path: "x", Index: 1}, opt)
		for i, e := range events {
			if e != again[i] {
				t.Fatalf("not the same again: %+v, %+v", e, again[i])
			}
			checkEvent(t, e)
		}
	})
}

// FuzzDSN requires the same of any delivery-status fields.
func FuzzDSN(f *testing.F) {
	f.Add("Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n" +
		"Diagnostic-Code: smtp; 550 5.1.1\n  no such user\nRemote-MTA: dns; mx.example.com (192.0.2.1)\n")
	f.Add("Original-Recipient: utf-8; \\x{E9}t\\x{E9}@example.com\nFinal-Recipient: rfc822;a+40example.com\nAction: delayed (retry)\n")
	f.Fuzz(func(t *testing.T, fields string) {
		raw := dsnHead + "--b\nContent-Type: message/delivery-status\n\n" + fields
		events, _ := Decode([]byte(raw), parse.Origin{Path: "x", Index: 1}, Options{})
		if len(events) == 0 {
			t.Fatal("no event")
		}
		for _, e := range events {
			checkEvent(t, e)
		}
	})
}

func checkEvent(t *testing.T, e parse.Event) {
	t.Helper()
	if e.Kind == "" || e.Origin.Path == "" {
		t.Fatalf("without kind or origin: %+v", e)
	}
	if e.Status != "" && !isStatus(e.Status) {
		t.Fatalf("status %q", e.Status)
	}
	if e.ReplyCode != "" && (len(e.ReplyCode) != 3 || !isDigits(e.ReplyCode)) {
		t.Fatalf("reply code %q", e.ReplyCode)
	}
	if e.Domain != strings.ToLower(e.Domain) {
		t.Fatalf("domain %q", e.Domain)
	}
	for name, s := range map[string]string{
		"recipient": e.Recipient, "original recipient": e.OriginalRecipient, "domain": e.Domain, "diagnostic": e.Diagnostic, "subject": e.Subject,
		"sender": e.Sender, "from": e.From, "message id": e.MessageID, "remote host": e.RemoteHost, "helo": e.HELO, "list": e.ListID, "queue": e.QueueID,
		"url": e.URL, "block list": e.BlockList, "reporting": e.ReportingMTA, "dkim": e.DKIMDomain + e.DKIMSelector,
	} {
		if !utf8.ValidString(s) {
			t.Fatalf("%s is no UTF-8: %q", name, s)
		}
		if strings.ContainsAny(s, "\n\r") {
			t.Fatalf("%s has line ends: %q", name, s)
		}
	}
}
