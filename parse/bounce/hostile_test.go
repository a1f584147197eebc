package bounce

import (
	"fmt"
	"strings"
	"testing"

	"ndrscope/parse"
)

const dsnHead = "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n" +
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"

// hostile are messages of some 10 MB that would show any effort that grows with the square of the input.
var hostile = []struct {
	name  string
	build func() string
}{
	{"one line", func() string { return "From: postmaster@example.org\n\n" + strings.Repeat("a", 10<<20) }},
	{"header without end", func() string { return "From: " + strings.Repeat("a", 10<<20) }},
	{"header of folded lines", func() string { return "Subject: x\n" + strings.Repeat(" y\n", 3<<20) }},
	{"header fields", func() string { return strings.Repeat("Received: from a by b\n", 500_000) + "\nx" }},
	{"at signs", func() string { return bounceHead + strings.Repeat("@", 10<<20) }},
	{"addresses", func() string { return bounceHead + strings.Repeat("<a@b.example>: 550 no\n", 450_000) }},
	{"distinct addresses", func() string { return bounceHead + numbered("<user%d@b.example>: 550 5.1.1 no\n", 250_000) }},
	{"local part without end", func() string { return bounceHead + strings.Repeat("a.", 5<<20) + "@b.example" }},
	{"quotes before at signs", func() string { return bounceHead + strings.Repeat("\"@a.example ", 800_000) }},
	{"open brackets", func() string { return bounceHead + strings.Repeat("<", 10<<20) }},
	{"reply codes", func() string { return bounceHead + "<a@b.example>:\n" + strings.Repeat("550 ", 2<<20) }},
	{"marks", func() string {
		return bounceHead + strings.Repeat("--- Below this line is a copy of the message.\n", 220_000)
	}},
	{"received lines in the text", func() string { return bounceHead + strings.Repeat("Received: x\n", 850_000) }},
	{"recipients", func() string {
		return dsnHead + "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n" +
			numbered("Final-Recipient: rfc822; user%d@example.com\nAction: failed\nStatus: 5.1.1\n\n", 100_000)
	}},
	{"recipients named in the text too", func() string {
		return dsnHead + "--b\n\n" + numbered("<user%d@example.com>: 550 no\n\n", 100_000) +
			"--b\nContent-Type: message/delivery-status\n\n" + numbered("Final-Recipient: rfc822; user%d@example.com\n\n", 100_000)
	}},
	{"one diagnostic in many fields", func() string {
		return dsnHead + "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.com\n" +
			numbered("Diagnostic-Code: smtp; 550 no %d\n", 330_000)
	}},
	{"parts", func() string { return dsnHead + strings.Repeat("--b\n\nx\n", 1<<20) }},
	{"boundaries that are none", func() string { return dsnHead + strings.Repeat("--bb\n", 2<<20) }},
	{"nested multiparts", func() string {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=b0\n\n")
		for i := range 100_000 {
			fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i+1)
		}
		return b.String()
	}},
	{"the same boundary nested", func() string {
		return dsnHead + strings.Repeat("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 200_000)
	}},
	{"returned messages within returned messages", func() string {
		return strings.Repeat("From: MAILER-DAEMON@example.org\nContent-Type: message/rfc822\n\n", 150_000)
	}},
	{"base64", func() string {
		return "From: postmaster@example.org\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUFB", 2<<20)
	}},
	{"quoted-printable", func() string {
		return "From: postmaster@example.org\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=", 10<<20)
	}},
	{"HTML", func() string {
		return "From: postmaster@example.org\nContent-Type: text/html\n\n" + strings.Repeat("<td>", 2<<20)
	}},
	{"encoded words", func() string { return "Subject: " + strings.Repeat("=?utf-8?q?=41?= ", 600_000) + "\n\n" }},
	{"failed recipients", func() string { return "X-Failed-Recipients: " + numbered("user%d@example.com, ", 300_000) + "\n\n" }},
	{"JSON", func() string { return "From: a@b.example\n\n{\"notificationType\": " + strings.Repeat("[", 10<<20) }},
	{"recipients and a large header that came back", func() string {
		return dsnHead + "--b\nContent-Type: message/delivery-status\n\n" +
			numbered("Final-Recipient: rfc822; user%d@example.com\nStatus: 5.1.1\n\n", 100_000) +
			"--b\nContent-Type: message/rfc822\n\n" + strings.Repeat("Received: from a (b [10.0.0.1]) by c\nX-Y: z\n", 100_000)
	}},
	{"complaints", func() string {
		return dsnHead + "--b\nContent-Type: message/feedback-report\n\n" + numbered("Original-Rcpt-To: user%d@example.com\n", 250_000)
	}},
	{"x-failed and dsn", func() string {
		return "X-Failed-Recipients: " + numbered("u%d@example.com, ", 20_000) + "\n" + dsnHead + "--b\nContent-Type: message/delivery-status\n\n" +
			numbered("Final-Recipient: rfc822; v%d@example.com\n\n", 100_000)
	}},
}

const bounceHead = "From: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.org.\n\n"

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHostile requires an answer within bounds, whatever the input. All of it takes seconds; what is quadratic takes
// hours, and fails by the time limit of the test run.
func TestHostile(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			raw := []byte(h.build())
			events, _ := Decode(raw, parse.Origin{Path: "x", Index: 1}, Options{})
			if len(events) == 0 || len(events) > maxRecipients {
				t.Errorf("%d events", len(events))
			}
			for _, e := range events {
				if len(e.Diagnostic) > maxDiagnostic {
					t.Fatalf("a diagnostic of %d bytes", len(e.Diagnostic))
				}
			}
		})
	}
}

// TestBounds requires that what exceeds a bound is said, and the rest used.
func TestBounds(t *testing.T) {
	raw := dsnHead + "--b\nContent-Type: message/delivery-status\n\n" +
		numbered("Final-Recipient: rfc822; user%d@example.com\nAction: failed\n\n", maxRecipients+1)
	events, err := Decode([]byte(raw), parse.Origin{Path: "x", Index: 1}, Options{})
	if len(events) != maxRecipients || err == nil {
		t.Errorf("%d events, error %v", len(events), err)
	}
	raw = dsnHead + strings.Repeat("--b\n\nx\n", maxParts+1)
	if _, err := Decode([]byte(raw), parse.Origin{Path: "x", Index: 1}, Options{}); err == nil {
		t.Error("no error for too many parts")
	}
	raw = strings.Repeat("X-A: b\n", maxFields+1) + "\n"
	if _, err := Decode([]byte(raw), parse.Origin{Path: "x", Index: 1}, Options{}); err == nil {
		t.Error("no error for too many header fields")
	}
}
