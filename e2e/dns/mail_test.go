//go:build e2e

package dns

import (
	"fmt"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// users that Postfix and its policy server need.
func postfixUsers(t *testing.T, j *jail) {
	j.user(t, "postfix", 5101)
	j.user(t, "postdrop", 5102)
	j.user(t, "policyd-spf", 5103)
	j.user(t, "vmail", 5104)
}

// postfix runs one in /etc/NAME with a queue and a log, /var/log/NAME.log, of its own.
func postfix(t *testing.T, j *jail, name, main, services string) {
	main = fmt.Sprintf(`compatibility_level = 3.6
queue_directory = /var/spool/%[1]s
data_directory = /var/lib/%[1]s
maillog_file = /var/log/%[1]s.log
inet_protocols = ipv4
mydestination =
alias_maps =
smtputf8_enable = no
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
unknown_client_reject_code = 550
unknown_address_reject_code = 550
virtual_mailbox_base = /var/inbox
virtual_uid_maps = static:5104
virtual_gid_maps = static:5104
virtual_minimum_uid = 100
`, name) + main
	j.write(t, "/etc/"+name+"/main.cf", main)
	// No service in a chroot of its own, and only those of ours listen.
	j.sh(t, fmt.Sprintf(`sed 's/^\([a-z]*  *[a-z]*  *[-yn]  *[-yn]  *\)y/\1n/; /^smtp *inet/d' /usr/share/postfix/master.cf.dist >/etc/%[1]s/master.cf
		grep -q '^postlog' /etc/%[1]s/master.cf || echo 'postlog unix-dgram n - n - 1 postlogd' >>/etc/%[1]s/master.cf
		cp -n /etc/postfix/postfix-files /etc/%[1]s/ || true
		mkdir -p /var/spool/%[1]s /var/lib/%[1]s /var/inbox; chown postfix /var/lib/%[1]s; chown vmail /var/inbox`, name))
	j.write(t, "/etc/"+name+"/master.cf", j.read(t, "/etc/"+name+"/master.cf")+services)
	j.sh(t, fmt.Sprintf("postfix -c /etc/%s start", name))
	t.Cleanup(func() {
		if t.Failed() {
			if text, err := os.ReadFile(filepath.Join(j.root, "var/log", name+".log")); err == nil {
				t.Logf("%s logged:\n%s", name, last(text, 6000))
			}
		}
	})
}

// startOurs runs our mail server. Who sends decides from which of our addresses, and into which mailbox bounces come.
func startOurs(t *testing.T, j *jail) {
	postfixUsers(t, j)
	inboxes := ""
	for _, sender := range []string{"story@fabrik.example", "twin@fabrik.example", "stale@fabrik.example", "stopped@fabrik.example",
		"nameless@fabrik.example", "listed@fabrik.example", "nullmx@fabrik.example", "spf@fabrik-shop.example", "nosender@gone.example",
		"moved@fabrik.example", "unknown@fabrik.example"} {
		box, _, _ := strings.Cut(sender, "@")
		inboxes += sender + " " + box + "\n"
	}
	j.write(t, "/etc/postfix/inboxes", inboxes)
	postfix(t, j, "ours", `myhostname = mail.fabrik.example
mynetworks = 192.0.2.0/24
smtp_bind_address = `+ourAddress+`
virtual_mailbox_domains = fabrik.example, fabrik-shop.example, gone.example
virtual_mailbox_maps = texthash:/etc/postfix/inboxes
sender_dependent_default_transport_maps = inline:{ {nameless@fabrik.example=nameless:} {listed@fabrik.example=listed:} }
`, ourAddress+`:smtp inet n - n - - smtpd
nameless unix - - n - - smtp -o smtp_bind_address=`+nameless+`
listed unix - - n - - smtp -o smtp_bind_address=`+listed+` -o smtp_helo_name=mail2.fabrik.example
`)
	untilGreeted(t, ourAddress)
}

// startTheirs runs the recipients' mail servers: a Postfix for those that host domains, one that hosts nothing any more,
// and an Exim of a hosting company.
func startTheirs(t *testing.T, j *jail) {
	postfixUsers(t, j)
	j.write(t, "/etc/postfix/mailboxes", "!/^nobody@/ ok\n")
	postfix(t, j, "theirs", `myhostname = mx.theirs.example
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = meridian-freight.example, harbour-forwarding.example, city-works.example, name-asker.example,
  list-asker.example, spf-asker.example, sender-asker.example
virtual_mailbox_maps = regexp:/etc/postfix/mailboxes
virtual_transport = discard:
`, service("203.0.113.10", "mx1.meridian-freight.example", "")+
		service("203.0.113.11", "mail.harbour-forwarding.example", "")+
		service("203.0.113.12", "mx.city-works.example", "")+
		service("203.0.113.20", "mx.name-asker.example", "reject_unknown_client_hostname")+
		service("203.0.113.30", "mx.list-asker.example", "reject_rbl_client zen.spamhaus.org")+
		service("203.0.113.40", "mx.spf-asker.example", "reject_unauth_destination, check_policy_service unix:private/policy")+
		service("203.0.113.60", "mx.sender-asker.example", "reject_unknown_sender_domain")+
		"policy unix - n n - 0 spawn user=policyd-spf argv=/usr/sbin/postfix-policyd-spf-perl\n")
	postfix(t, j, "former", "myhostname = relay.oldhoster.example\nmynetworks = 127.0.0.0/8\n",
		service("203.0.113.91", "relay.oldhoster.example", ""))
	exim(t, j)
	for _, at := range []string{"203.0.113.10", "203.0.113.50", "203.0.113.91"} {
		untilGreeted(t, at)
	}
}

func service(addr, name, restrictions string) string {
	return fmt.Sprintf("%s:smtp inet n - n - - smtpd -o myhostname=%s -o { smtpd_recipient_restrictions = %s }\n", addr, name, restrictions)
}

func exim(t *testing.T, j *jail) {
	j.user(t, "Debian-exim", 5105)
	j.write(t, "/etc/exim4/exim4.conf", `primary_hostname = mx1.hosting.example
local_interfaces = 203.0.113.50 : 203.0.113.51
log_file_path = /var/log/exim4/%slog
spool_directory = /var/spool/exim4
never_users =
keep_environment =
tls_advertise_hosts =
disable_ipv6 = true
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  accept domains = other.example
  deny message = relay not permitted
begin routers
begin transports
begin retry
`)
	j.sh(t, `install -d -o Debian-exim -g Debian-exim /var/spool/exim4 /var/log/exim4; chmod 4755 /usr/sbin/exim4; exim4 -bd`)
}

// bounced sends a mail through our server and waits for the bounces: one for each recipient that is refused. It returns
// the mailbox in which our server put them.
func (w *world) bounced(t *testing.T, sender string, refused int, recipients ...string) string {
	t.Helper()
	box, _, _ := strings.Cut(sender, "@")
	path := filepath.Join(w.ours.root, "var/inbox", box)
	for _, to := range recipients {
		text := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: Shipping dates\r\nMessage-ID: <%s.%s>\r\n\r\nHello\r\n", sender, to, box, to)
		if err := smtp.SendMail(ourAddress+":25", nil, sender, []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the bounces to "+sender, func() bool {
		text, _ := os.ReadFile(path)
		return strings.Count("\n"+string(text), "\nFrom MAILER-DAEMON") >= refused
	})
	return path
}
