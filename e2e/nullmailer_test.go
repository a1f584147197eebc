//go:build e2e

package e2e

import (
	"bytes"
	"testing"
)

func nullmailer() server {
	return server{
		name:   "nullmailer",
		start:  startNullmailer,
		silent: true, // its bounces go to the smart host
		ended:  nullmailerEnded,
		with:   forSmarthosts,
		differs: []difference{
			{"dora@mixed.example\tbounced\t5.1.1\t550\tuser-unknown", "It gives up at the first recipient that is refused, for all."},
			{"full@mixed.example\tbounced\t5.1.1\t550\tuser-unknown", "The same."},
			{"emil@good.example\tbounced\t5.1.1\t550\tuser-unknown", "The same."},
		},
	}
}

func startNullmailer(t *testing.T, j *jail) {
	for name, text := range map[string]string{
		"remotes": "smarthost.ours.example smtp", "helohost": "mail.ours.example", "pausetime": "2", "maxpause": "2", "queuelifetime": "12", "sendtimeout": "10",
	} {
		j.write(t, "/etc/nullmailer/"+name, text+"\n")
	}
	j.sh(t, `
		chown -R mail /etc/nullmailer /var/spool/nullmailer
		chown mail /usr/sbin/nullmailer-queue; chmod 4755 /usr/sbin/nullmailer-queue
		mkfifo /var/spool/nullmailer/trigger; chown mail /var/spool/nullmailer/trigger; chmod 622 /var/spool/nullmailer/trigger
		setpriv --reuid mail --regid mail --clear-groups sh -c 'nullmailer-send 2>&1 | logger -t nullmailer-send' &`)
}

// nullmailerEnded finds the line that a message was moved away after one that names the recipient.
func nullmailerEnded(log []byte, recipient string) bool {
	at := bytes.LastIndex(log, []byte("<"+recipient+">"))
	return at >= 0 && bytes.Contains(log[at:], []byte(" into failed"))
}
