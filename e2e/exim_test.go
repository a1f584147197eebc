//go:build e2e

package e2e

import "testing"

func exim() server {
	return server{
		name:  "exim4-daemon-light",
		start: startExim,
		log:   func(t *testing.T, j *jail) []byte { return j.read(t, "/var/log/exim4/mainlog") },
	}
}

func startExim(t *testing.T, j *jail) {
	j.user(t, "Debian-exim", 5103)
	j.write(t, "/etc/exim4/exim4.conf", `primary_hostname = mail.ours.example
local_interfaces = 198.51.100.7
log_file_path = /var/log/exim4/%slog
spool_directory = /var/spool/exim4
never_users =
keep_environment =
tls_advertise_hosts =
disable_ipv6 = true
begin routers
dnslookup:
  driver = dnslookup
  transport = remote_smtp
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8
  no_more
begin transports
remote_smtp:
  driver = smtp
  connect_timeout = 2s
  command_timeout = 2s
  final_timeout = 2s
begin retry
*  *  F,12s,4s
`)
	j.sh(t, `
		install -d -o Debian-exim -g Debian-exim /var/spool/exim4 /var/log/exim4
		chmod 4755 /usr/sbin/exim4
		touch /var/log/exim4/mainlog; chown Debian-exim: /var/log/exim4/mainlog
		exim4 -q2s`)
}
