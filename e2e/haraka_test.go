//go:build e2e

package e2e

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// haraka is Haraka with one of its formats of log lines.
func haraka(format string, port int) server {
	address := fmt.Sprint("127.0.0.1:", port)
	s := server{
		name:     "haraka",
		packages: []string{"haraka"},
		start:    func(t *testing.T, j *jail) { startHaraka(t, j, format, address) },
		send:     sendSMTP(address),
		log:      func(t *testing.T, j *jail) []byte { return j.read(t, "/var/log/haraka.log") },
		differs: []difference{{
			"anna@noaddress.example\texpired\t-\t-\tnetwork-error",
			"Of a host without address it says the same as of one that cannot be reached: that it tried all.",
		}},
	}
	if format != "default" { // some of everything
		s.name += "-" + format
		s.with = []string{"anna@good.example", "bert@grey.example", "dora@mixed.example", "nobody@mixed.example", "full@mixed.example",
			"emil@good.example", "anna@banner.example", "anna@listed.example", "anna@ptr.example", "anna@busy.example",
			"anna@later.example", "anna@refused.example", "anna@nxdomain.example", "anna@servfail.example", "late@quota.example"}
	}
	return s
}

func startHaraka(t *testing.T, j *jail, format, address string) {
	needNode(t, 20)
	j.write(t, "/etc/resolv.conf", "nameserver 198.51.100.53\n") // it does not try again if the answer comes late
	j.sh(t, "haraka -i /etc/haraka")
	for name, text := range map[string]string{
		"me":              "mail.ours.example",
		"smtp.ini":        "listen=" + address + "\npublic_ip=198.51.100.7",
		"log.ini":         "level=info\ntimestamps=true\nformat=" + format,
		"outbound.ini":    "temp_fail_intervals=5s*2\nconnect_timeout=4",
		"plugins":         "relay",
		"relay.ini":       "[relay]\nacl=true",
		"relay_acl_allow": "127.0.0.1/32",
	} {
		j.write(t, "/etc/haraka/config/"+name, text+"\n")
	}
	if format == "default" { // else its bounces have no text, as after an installation
		j.sh(t, "cp /usr/lib/node_modules/Haraka/config/outbound.bounce_message /etc/haraka/config")
	}
	j.sh(t, `
		haraka -c /etc/haraka >/var/log/haraka.log 2>&1 &
		until grep -qi 'listening on' /var/log/haraka.log; do sleep 0.2; done`)
}

// needNode skips a test where there is no Node.js of a major version, or later.
func needNode(t *testing.T, least int) {
	out, err := exec.Command("node", "-p", "parseInt(process.versions.node)").Output()
	if err != nil {
		t.Skip("no Node.js: ", err)
	}
	if major, _ := strconv.Atoi(strings.TrimSpace(string(out))); major < least {
		t.Skipf("Node.js is of version %d, want %d", major, least)
	}
}
