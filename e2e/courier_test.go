//go:build e2e

package e2e

import "testing"

func courier() server {
	return server{
		name:    "courier-mta",
		start:   startCourier,
		nudge:   func(t *testing.T, j *jail) { j.sh(t, "sleep 2; courier flush") },
		differs: []difference{{"anna@nullmx.example\tbounced\t-\t-\tdomain-unknown", "Courier knows no null MX."}},
		// When it gives up, the log says no more than when it warns: only the bounce tells.
		without: []string{"anna@quota.example", "anna@busy.example", "anna@disk.example", "anna@later.example", "anna@dropped.example",
			"anna@hangup.example", "anna@mute.example", "anna@refused.example", "anna@silent.example", "anna@noroute.example", "anna@servfail.example"},
	}
}

func startCourier(t *testing.T, j *jail) {
	j.user(t, "courier", 5109)
	for name, text := range map[string]string{
		"me": "mail.ours.example", "defaultdomain": "ours.example", "locals": "localhost", "dsnfrom": "MAILER-DAEMON@mail.ours.example",
		"queuetime": "12", "warntime": "0", "retryalpha": "2", "retrybeta": "1", "retrygamma": "2", "retrymaxdelta": "1",
		"esmtptimeout": "2", "esmtptimeoutconnect": "2", "esmtptimeouthelo": "2", "esmtptimeoutdata": "2", "esmtptimeoutquit": "1", "esmtpdelay": "0",
		"esmtphelo": "mail.ours.example", "sizelimit": "0",
	} {
		j.write(t, "/etc/courier/"+name, text+"\n")
	}
	j.sh(t, `
		cd /var/lib/courier
		install -d allfilters filters msgq msgs track tmp /run/courier
		chown -R courier:courier /var/lib/courier /run/courier /etc/courier
		chown root:courier /usr/sbin/sendmail; chmod 2755 /usr/sbin/sendmail
		chown courier:courier /usr/lib/courier/courier/submitmkdir; chmod 4755 /usr/lib/courier/courier/submitmkdir
		makealiases
		courier start
		sleep 1`)
}
