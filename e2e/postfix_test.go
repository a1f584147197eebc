//go:build e2e

package e2e

import "testing"

func postfix() server {
	return server{
		name:  "postfix",
		start: startPostfix,
		differs: []difference{{
			"anna@banner.example\texpired\t-\t554\tbad-reputation",
			"Postfix takes a banner of class 5 for a reason to try another server, or later: smtp_skip_5xx_greeting.",
		}},
	}
}

func startPostfix(t *testing.T, j *jail) {
	j.write(t, "/etc/postfix/main.cf", `compatibility_level = 3.6
myhostname = mail.ours.example
mydestination = $myhostname, localhost
inet_interfaces = 198.51.100.7
inet_protocols = ipv4
smtp_tls_security_level = may
alias_maps =
maximal_queue_lifetime = 14s
bounce_queue_lifetime = 14s
queue_run_delay = 4s
minimal_backoff_time = 5s
maximal_backoff_time = 5s
smtp_connect_timeout = 2s
smtp_helo_timeout = 2s
smtp_mail_timeout = 2s
smtp_rcpt_timeout = 2s
smtp_data_init_timeout = 2s
smtp_data_done_timeout = 2s
`)
	j.user(t, "postfix", 5101)
	j.user(t, "postdrop", 5102)
	// No service in a chroot of its own, none that listens.
	j.sh(t, `
		sed 's/^\([a-z]*  *[a-z]*  *[-yn]  *[-yn]  *\)y/\1n/; /^smtp *inet/d' /usr/share/postfix/master.cf.dist >/etc/postfix/master.cf
		postfix set-permissions 2>/dev/null || true
		postfix start`)
}
