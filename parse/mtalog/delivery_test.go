package mtalog

import (
	"fmt"
	"strings"
	"testing"
)

// TestDeliveries has programs that say over several lines what one attempt was, and what became of it.
func TestDeliveries(t *testing.T) {
	nullmailer := func(lines ...string) string { return syslogLines("nullmailer[9]: ", lines...) }
	attempt := func(file string) string {
		return nullmailer("Starting delivery: host: mx.example.net protocol: smtp file: "+file,
			"From: <web@example.org> to: <ann@example.net>, <bob@example.net>", "Message-ID: <"+file+"@example.org>")
	}
	dma := func(id string, lines ...string) string { return syslogLines("dma["+id+"]: ", lines...) }
	for _, tt := range []struct {
		name, log string
		want      []string // kind, subkind, recipient, queue id, Message-ID, reply code, diagnostic
	}{
		{"nullmailer, one reply for all recipients", attempt("1.2") +
			nullmailer("smtp: Failed: 550 5.7.1 no", "Sending failed: Permanent error in sending the message", "Moving message 1.2 into failed"),
			[]string{"failure//ann@example.net/1.2/1.2@example.org/550/550 5.7.1 no", "failure//bob@example.net/1.2/1.2@example.org/550/550 5.7.1 no"}},
		{"nullmailer, two messages by turns until their lifetime ends", attempt("1.2") +
			nullmailer("smtp: Failed: 451 busy", "Sending failed: Temporary error in sending the message") +
			attempt("1.3") + nullmailer("smtp: Succeeded: 250 ok", "Sent file.") + attempt("1.2") +
			nullmailer("smtp: Failed: 452 full", "Sending failed: Temporary error in sending the message", "Moving message 1.2 into failed"),
			[]string{
				"delay//ann@example.net/1.2/1.2@example.org/451/451 busy", "delay//bob@example.net/1.2/1.2@example.org/451/451 busy",
				"delivery//ann@example.net/1.3/1.3@example.org/250/250 ok", "delivery//bob@example.net/1.3/1.3@example.org/250/250 ok",
				"delay//ann@example.net/1.2/1.2@example.org/452/452 full", "delay//bob@example.net/1.2/1.2@example.org/452/452 full",
				"failure/expired/ann@example.net/1.2/1.2@example.org/452/452 full", "failure/expired/bob@example.net/1.2/1.2@example.org/452/452 full",
			}},
		{"nullmailer, an attempt that says no reply does not inherit one", attempt("1.2") +
			nullmailer("smtp: Failed: 451 busy") + attempt("1.3") + nullmailer("Sending failed: Could not exec program"),
			[]string{"delay//ann@example.net/1.3/1.3@example.org//Could not exec program", "delay//bob@example.net/1.3/1.3@example.org//Could not exec program"}},
		{"dma, given up after the last try", dma("1f.20", "<ann@example.net> trying delivery",
			"remote delivery deferred: mx.example.net [192.0.2.1] failed after RCPT TO: 451 4.7.1 later", "delivery failed, bouncing as 2a"),
			[]string{"delay//ann@example.net/1f//451/451 4.7.1 later", "failure/expired/ann@example.net/1f//451/451 4.7.1 later"}},
		{"dma, refused after a delay", dma("1f.20", "<ann@example.net> trying delivery",
			"remote delivery deferred: mx.example.net [192.0.2.1] failed after RCPT TO: 451 4.7.1 later", "<ann@example.net> trying delivery",
			"remote delivery to mx.example.net [192.0.2.1] failed after RCPT TO: 550 no", "delivery failed, bouncing as 2a"),
			[]string{"delay//ann@example.net/1f//451/451 4.7.1 later", "failure//ann@example.net/1f//550/550 no"}},
		{"courier, each line of a reply by itself", syslogLines("courieresmtp: id=0A.0B.0C,from=<web@example.org>,addr=<ann@example.net>",
			": 550-5.1.1 The account does not", ": 550 5.1.1 exist", ",status: failure"),
			[]string{"failure//ann@example.net/0A.0B.0C//550/550-5.1.1 The account does not\n550 5.1.1 exist"}},
		{"dma, no connection", dma("1f.20", "<ann@example.net> trying delivery",
			"connect to mx.example.net [192.0.2.1] failed: Connection refused"),
			[]string{"delay//ann@example.net/1f///connect to mx.example.net [192.0.2.1] failed: Connection refused"}},
		{"dma, refused at EHLO", dma("1f.20", "<ann@example.net> trying delivery",
			"Could not perform server greeting at mx.example.net [192.0.2.1]: 550 5.7.1 bad name", "delivery failed, bouncing as 2a"),
			[]string{"failure//ann@example.net/1f//550/550 5.7.1 bad name"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range eventsOf(read(t, Options{}, tt.log)) {
				got = append(got, fmt.Sprintf("%s/%s/%s/%s/%s/%s/%s", e.Kind, e.Subkind, e.Recipient, e.QueueID, e.MessageID, e.ReplyCode, e.Diagnostic))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// syslogLines puts an envelope around each line.
func syslogLines(program string, lines ...string) string {
	var log strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&log, "Feb 20 08:15:02 mx1 %s%s\n", program, line)
	}
	return log.String()
}
