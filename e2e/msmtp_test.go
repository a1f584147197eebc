//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

// forSmarthosts are the recipients for whom the smart host answers as the servers of their domains do.
var forSmarthosts = []string{"anna@good.example", "bert@grey.example", "dora@mixed.example", "nobody@mixed.example", "full@mixed.example",
	"emil@good.example", "anna@relay.example", "anna@listed.example", "anna@quota.example", "late@quota.example"}

func msmtp() server {
	return server{
		name:   "msmtp",
		start:  startMsmtp,
		send:   sendMsmtp,
		silent: true,
		log:    func(t *testing.T, j *jail) []byte { return j.read(t, "/var/log/msmtp.log") },
		with:   forSmarthosts,
		differs: []difference{
			{"bert@grey.example\tbounced\t4.7.1\t451\tgreylisted", "msmtp has no queue: what is refused for now has failed."},
			{"anna@quota.example\tbounced\t4.2.2\t452\tmailbox-full", "The same."},
			{"late@quota.example\tbounced\t4.2.2\t452\tmailbox-full", "The same."},
			{"dora@mixed.example\tbounced\t5.1.1\t550\tuser-unknown", "It gives up at the first recipient that is refused, and tells of no other."},
			{"full@mixed.example\tbounced\t5.1.1\t550\tuser-unknown", "The same."},
			{"emil@good.example\tbounced\t5.1.1\t550\tuser-unknown", "The same."},
		},
	}
}

func startMsmtp(t *testing.T, j *jail) {
	j.write(t, "/etc/msmtprc", "account default\nhost smarthost.ours.example\ndomain mail.ours.example\nlogfile /var/log/msmtp.log\n")
}

// sendMsmtp does not ask how it went: the log says it.
func sendMsmtp(t *testing.T, j *jail, sender string, recipients []string, message string) {
	cmd := j.command("/usr/bin/msmtp", append([]string{"-f", sender}, recipients...)...)
	cmd.Stdin = strings.NewReader(message)
	cmd.Run()
}
