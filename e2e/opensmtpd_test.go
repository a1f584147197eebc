//go:build e2e

package e2e

import "testing"

func opensmtpd() server {
	return server{
		name:  "opensmtpd",
		start: startOpenSMTPD,
		nudge: func(t *testing.T, j *jail) { j.sh(t, "sleep 2; smtpctl schedule all") },
		differs: []difference{
			{"anna@banner.example\texpired\t-\t-\tnetwork-error", "To OpenSMTPD, a server that refuses at once is a network error."},
			{"anna@helo.example\texpired\t-\t-\tnetwork-error", "The same."},
			{"anna@busy.example\texpired\t-\t-\tnetwork-error", "The same."},
			{"anna@nullmx.example\texpired\t-\t-\tdomain-unknown", "It knows no null MX, and hopes for another."},
			{"anna@noaddress.example\texpired\t-\t-\tdomain-unknown", "It hopes for the host to turn up."},
		},
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
		smtpd
		until smtpctl show status; do sleep 0.2; done`)
}
