//go:build e2e

package e2e

import (
	"bytes"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

const zonemtaAddress = "127.0.0.1:2525"

func zonemta() server {
	return server{
		name:     "zone-mta",
		packages: []string{"zone-mta", "redis-server", "ferretdb"},
		start:    startZoneMTA,
		send:     sendSMTP(zonemtaAddress),
		differs: []difference{
			{"anna@banner.example\texpired\t5.7.1\t554\tbad-reputation", "To ZoneMTA, a server that refuses at once is a network error."},
			{"anna@helo.example\texpired\t5.7.1\t550\tbad-helo", "The same."},
			{"anna@listed.example\texpired\t5.7.1\t554\tip-blocked", "It tries again from another of its addresses, if it has any."},
			{"anna@quota.example\tbounced\t4.2.2\t452\tmailbox-full", "It takes a lack of space for permanent, whatever the reply code."},
			{"late@quota.example\tbounced\t4.2.2\t452\tmailbox-full", "The same."},
			{"anna@disk.example\tbounced\t4.3.1\t452\tsystem-full", "The same."},
			{"anna@nullmx.example\tbounced\t-\t-\tdomain-unknown", "It knows no null MX."},
		},
		// It waits for minutes, whatever is configured.
		without: []string{"anna@mute.example", "anna@silent.example"},
	}
}

// startZoneMTA has FerretDB, over SQLite, in the place of MongoDB.
func startZoneMTA(t *testing.T, j *jail) {
	needNode(t, 16)
	j.write(t, "/etc/zone-mta.json", `{
	"queue": {"deferTimes": [4000, 4000]},
	"dns": {"caching": false},
	"mtaSts": {"enabled": false},
	"smtpInterfaces": {"feeder": {"processes": 1}},
	"pools": {"default": [{"address": "198.51.100.7", "name": "mail.ours.example"}]}
}
`)
	j.sh(t, `
		redis-server --daemonize yes --save '' >/dev/null
		mkdir /var/lib/ferretdb
		ferretdb --handler=sqlite --sqlite-url=file:/var/lib/ferretdb/ --state-dir=/var/lib/ferretdb --telemetry=disable --debug-addr=- >/var/log/ferretdb.log 2>&1 &
		cd /usr/lib/node_modules/zone-mta
		node app.js --config=/etc/zone-mta.json 2>&1 | logger -t zone-mta &`)
	for end := time.Now().Add(patience); !bytes.Contains(j.mailLog(), []byte("Initialized Email Bounce Notification")); time.Sleep(time.Second) {
		if time.Now().After(end) {
			t.Fatalf("it did not start:\n%s\n%s", j.mailLog(), j.read(t, "/var/log/ferretdb.log"))
		}
	}
}

// sendSMTP sends mail to a server that listens at an address.
func sendSMTP(address string) func(t *testing.T, j *jail, sender string, recipients []string, message string) {
	return func(t *testing.T, j *jail, sender string, recipients []string, message string) {
		if err := smtp.SendMail(address, nil, sender, recipients, []byte(strings.ReplaceAll(message, "\n", "\r\n"))); err != nil {
			t.Fatal(err)
		}
	}
}
