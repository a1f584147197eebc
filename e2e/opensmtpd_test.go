//go:build e2e

package e2e

import "testing"

func opensmtpd() server {
	return server{
		name:  "opensmtpd",
		start: startOpenSMTPD,
		nudge: func(t *testing.T, j *jail) { j.sh(t, "sleep 2; smtpctl schedule all") },
		// It waits for minutes, whatever is configured.
		without: []string{"anna@mute.example", "anna@silent.example"},
	}
}

func startOpenSMTPD(t *testing.T, j *jail) {
	j.user(t, "opensmtpd", 5107)
	j.user(t, "opensmtpq", 5108)
	j.write(t, "/etc/smtpd.conf", `queue ttl 12s
listen on socket
action "out" relay helo mail.ours.example
match from local for any action "out"
`)
	j.sh(t, `
		chgrp opensmtpq /usr/sbin/smtpctl; chmod 2755 /usr/sbin/smtpctl
		install -d /var/lib/opensmtpd/empty
		install -d -m 711 /var/spool/smtpd
		smtpd`)
}
