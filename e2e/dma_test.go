//go:build e2e

package e2e

import "testing"

func dma() server {
	return server{
		name:  "dma",
		start: startDMA,
		nudge: nudgeDMA,
		differs: []difference{
			{"anna@nullmx.example\tbounced\t-\t-\tdomain-unknown", "DMA knows no null MX."},
			{"anna@noaddress.example\texpired\t-\t-\tnetwork-error", "It says the same of a host without address and of name servers that fail."},
		},
		// It waits for minutes, whatever is configured; and says nothing where a connection breaks.
		without: []string{"anna@mute.example", "anna@silent.example", "anna@dropped.example", "anna@hangup.example"},
	}
}

func startDMA(t *testing.T, j *jail) {
	j.write(t, "/etc/dma/dma.conf", "MAILNAME /etc/mailname\n")
	j.sh(t, `
		chown root:mail /usr/sbin/dma; chmod 2755 /usr/sbin/dma
		chown root:mail /var/spool/dma; chmod 2770 /var/spool/dma
		ln -sf dma /usr/sbin/sendmail`)
}

// nudgeDMA makes mails old that were tried, and has them tried once more: it gives up what is older than five days. It
// looks every 30 seconds whether it is to try again.
func nudgeDMA(t *testing.T, j *jail) {
	j.sh(t, `sleep 3
		find /var/spool/dma -name 'Q*' -exec touch -d '6 days ago' '{}' +
		dma -q1`)
}
