//go:build e2e

package e2e

import "testing"

func sendmailMTA() server {
	return server{
		name:  "sendmail-bin",
		start: startSendmail,
	}
}

func startSendmail(t *testing.T, j *jail) {
	for i, name := range []string{"smmta", "smmsp"} {
		j.user(t, name, 5104+i)
	}
	j.write(t, "/etc/mail/sendmail.mc", "include(`/usr/share/sendmail/cf/m4/cf.m4')\n"+`OSTYPE('debian')
define('confDOMAIN_NAME', 'mail.ours.example')
define('confDONT_PROBE_INTERFACES', 'True')
define('confTO_QUEUERETURN', '12s')
define('confMIN_QUEUE_AGE', '0')
define('confQUEUE_LA', '999')
define('confREFUSE_LA', '999')
define('confTO_CONNECT', '2s')
define('confTO_ICONNECT', '2s')
define('confTO_INITIAL', '2s')
define('confTO_HELO', '2s')
define('confTO_DATAFINAL', '2s')
MAILER('local')
MAILER('smtp')
`)
	j.sh(t, `
		sed -i "/^include/!s/'\([^']*\)'/\`+"`"+`\1'/g" /etc/mail/sendmail.mc
		m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
		install -d /var/spool/mqueue /var/run/sendmail/mta
		touch /etc/mail/local-host-names /etc/mail/trusted-users /etc/mail/aliases
		ln -sf /usr/libexec/sendmail/sendmail /usr/sbin/sendmail
		sendmail -q2s`)
}
