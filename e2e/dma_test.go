//go:build e2e

package e2e

import "testing"

func dma() server {
	return server{
		name:  "dma",
		start: startDMA,
		nudge: func(t *testing.T, j *jail) { j.sh(t, "sleep 2; dma -q") },
		// It waits for minutes, whatever is configured.
		without: []string{"anna@mute.example", "anna@silent.example"},
	}
}

func startDMA(t *testing.T, j *jail) {
	j.write(t, "/etc/dma/dma.conf", "MAILNAME mail.ours.example\n")
	j.sh(t, `
		chgrp mail /usr/sbin/dma; chmod 2755 /usr/sbin/dma
		install -d -g mail -m 2775 /var/spool/dma`)
}
