//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

func msmtp() server {
	return server{
		name:   "msmtp",
		start:  startMsmtp,
		send:   sendMsmtp,
		silent: true,
		log:    func(t *testing.T, j *jail) []byte { return j.read(t, "/var/log/msmtp.log") },
		with:   forSmarthosts,
	}
}

func startMsmtp(t *testing.T, j *jail) {
	j.write(t, "/etc/msmtprc", "defaults\nhost smarthost.ours.example\ndomain mail.ours.example\nlogfile /var/log/msmtp.log\n")
}

// sendMsmtp does not ask how it went: the log says it.
func sendMsmtp(t *testing.T, j *jail, sender string, recipients []string, message string) {
	cmd := j.command("/usr/bin/msmtp", append([]string{"-f", sender}, recipients...)...)
	cmd.Stdin = strings.NewReader(message)
	cmd.Run()
}
