package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// msmtp's log file and its syslog lines, from log.c of its source and the "logfile" of its manual.
const msmtpName = "msmtp"

func msmtpClaims(l *line) bool { return string(l.program) == msmtpName }

// openMsmtp reads a line of the log file, which has neither host nor program: "Jan 02 10:00:00 host=... exitcode=EX_OK".
func openMsmtp(text []byte, l *line) bool {
	n := stampLen(text, &l.stamp)
	if n == 0 || !bytes.HasPrefix(text[n:], []byte(" host=")) || !bytes.Contains(text, []byte(" exitcode=")) {
		return false
	}
	l.program, l.message = []byte(msmtpName), text[n+1:]
	return true
}

// msmtpParse reads
//
//	host=smtp.example.org tls=on auth=on user=a from=a@b recipients=c@d,e@f mailsize=123 smtpstatus=250 smtpmsg='250 2.0.0 ok' exitcode=EX_OK
//	host=... recipients=c@d smtpstatus=550 smtpmsg='550 5.1.1 no' errormsg='recipient address c@d not accepted by the server' exitcode=EX_DATAERR
//
// msmtp has no queue: what fails, even for a time, is given back to the caller.
func msmtpParse(p *parser, l *line, f *fact) {
	if !bytes.HasPrefix(l.message, []byte("host=")) {
		return
	}
	var host, recipients, reply, trouble, exit []byte
	for rest := l.message; len(rest) > 0; {
		var key, value []byte
		key, value, rest = msmtpField(rest)
		switch string(key) {
		case "host":
			host = value
		case "from":
			f.sender = value
		case "recipients":
			recipients = value
		case "mailsize":
			f.size = parseSize(value)
		case "smtpmsg":
			reply = value
		case "errormsg":
			trouble = value
		case "exitcode":
			exit = value
		}
	}
	if exit == nil {
		f.cutShort()
		return
	}
	if len(recipients) == 0 {
		return
	}
	f.verb, f.dialect, f.host = complete, msmtpName, l.host
	f.time = p.clock.time(l.stamp)
	if f.remote = host; ipIn(string(host)) != "" {
		f.remote, f.remoteIP = nil, host
	}
	f.kind = parse.Failure
	if string(exit) == "EX_OK" {
		f.kind = parse.Delivery
	}
	for name := range bytes.SplitSeq(recipients, []byte(",")) {
		f.recipient = name
		e := makeEvent(f, p.name)
		e.Sender, e.MessageSize = string(f.sender), f.size
		e.Diagnostic, e.Command = string(trouble), msmtpCommand(trouble)
		if len(reply) > 0 {
			setReply(e, string(reply))
		}
		f.events = append(f.events, *e)
	}
}

// msmtpCommand reads the messages of msmtp's smtp.c.
func msmtpCommand(trouble []byte) string {
	for _, t := range [...]struct{ begin, command string }{
		{"recipient address ", "RCPT"}, {"envelope from address ", "MAIL"}, {"the server did not accept the mail", "EOD"},
		{"cannot connect to ", "CONN"}, {"network ", "CONN"}, {"authentication failed", "AUTH"}, {"TLS ", "STARTTLS"},
	} {
		if bytes.HasPrefix(trouble, []byte(t.begin)) {
			return t.command
		}
	}
	return ""
}

// msmtpField splits "key=value" or "key='value'" off. A quoted value ends where the next key begins.
func msmtpField(text []byte) (key, value, rest []byte) {
	key, value, ok := bytes.Cut(text, []byte("="))
	if !ok {
		return nil, text, nil
	}
	if len(value) > 0 && value[0] == '\'' {
		for _, next := range [...]string{"' errormsg=", "' exitcode=", "' smtpmsg="} {
			if i := bytes.Index(value, []byte(next)); i > 0 {
				return key, value[1:i], value[i+2:]
			}
		}
		return key, bytes.TrimSuffix(value[1:], []byte("'")), nil
	}
	value, rest, _ = bytes.Cut(value, []byte(" "))
	return key, value, rest
}
