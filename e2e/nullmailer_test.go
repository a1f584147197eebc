//go:build e2e

package e2e

import "testing"

// forSmarthosts are the recipients for whom the smart host answers as the servers of their domains do.
var forSmarthosts = []string{"anna@good.example", "bert@grey.example", "dora@mixed.example", "nobody@mixed.example", "full@mixed.example",
	"emil@good.example", "anna@relay.example", "anna@listed.example", "anna@quota.example", "late@quota.example"}

func nullmailer() server {
	return server{
		name:  "nullmailer",
		start: startNullmailer,
		with:  forSmarthosts,
	}
}

func startNullmailer(t *testing.T, j *jail) {
	j.user(t, "nullmail", 5109)
	for name, text := range map[string]string{
		"me": "mail.ours.example", "remotes": "smarthost.ours.example smtp", "pausetime": "3", "maxpause": "3",
		"sendtimeout": "3", "queuelifetime": "12", "adminaddr": "",
	} {
		j.write(t, "/etc/nullmailer/"+name, text+"\n")
	}
	j.sh(t, `
		install -d -o mail -g mail /var/spool/nullmailer /var/spool/nullmailer/queue /var/spool/nullmailer/tmp /var/spool/nullmailer/failed
		mkfifo /var/spool/nullmailer/trigger; chown mail: /var/spool/nullmailer/trigger; chmod 622 /var/spool/nullmailer/trigger
		chown mail: /usr/sbin/nullmailer-queue; chmod 4755 /usr/sbin/nullmailer-queue`)
	j.start(t, "/usr/sbin/nullmailer-send", "--syslog")
}
