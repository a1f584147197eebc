package lab

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"
)

// smtpServer plays a dialogue: for every command the first [step] that fits says what to answer. Commands without a
// step get what an ordinary server answers.
type smtpServer struct {
	net  *Net
	at   netip.AddrPort
	name string // its host name
	// certificate is the kind of it, certName the host that it is for.
	certificate, certName string
	latency               time.Duration // before every reply
	steps                 []step
	ptr                   func(client netip.Addr) (found, confirmed bool) // what the server's resolver says

	mu   sync.Mutex
	seen map[string]bool // greylisting: what was tried before
}

// step is one line of a dialogue.
type step struct {
	conditions []condition
	verb       string // upper case; CONNECT is the start of the connection
	argument   string // pattern of path.Match in lower case; "" fits all
	wait       time.Duration
	action     string   // how to misbehave; "" is to reply
	reply      []string // lines
}

// Actions of a step besides a reply.
const (
	actStall   = "stall"   // say nothing more, keep the connection
	actDrop    = "drop"    // close
	actReset   = "reset"   // abort, with a TCP reset
	actRefuse  = "refuse"  // of CONNECT: connection refused
	actSilent  = "silent"  // of CONNECT: no answer to the connection attempt
	actEndless = "endless" // reply lines without end
	actBinary  = "binary"  // bytes that are no reply
)

var actions = []string{actStall, actDrop, actReset, actRefuse, actSilent, actEndless, actBinary}

// condition restricts a step to some clients or states.
type condition struct {
	word   string // from, no-ptr, no-fcrdns, tls, no-tls, auth, no-auth, first, helo, sender
	arg    string
	prefix netip.Prefix // of "from"
}

// Session is one SMTP conversation as the server saw it.
type Session struct {
	Server   netip.AddrPort
	Client   netip.Addr
	mu       sync.Mutex
	commands []string
}

// Commands are the lines that the client sent, but for the content of messages.
func (s *Session) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

// dialogue is the state of one conversation.
type dialogue struct {
	*smtpServer
	session *Session
	conn    *conn    // the connection itself
	rw      net.Conn // the same, or TLS over it
	in      *bufio.Reader
	client  netip.Addr
	tls     bool
	auth    bool
	refused bool // by the banner
	// What commands said, for placeholders and conditions.
	helo, sender, recipient string
}

func (s *smtpServer) connect(from netip.Addr) error {
	d := &dialogue{smtpServer: s, client: from}
	switch d.find("CONNECT", "").action {
	case actRefuse:
		return syscall.ECONNREFUSED
	case actSilent:
		return errSilence
	case actReset:
		return syscall.ECONNRESET
	}
	return nil
}

func (s *smtpServer) serve(c *conn, from netip.Addr) {
	defer c.Close()
	d := &dialogue{smtpServer: s, client: from, conn: c, rw: c, in: bufio.NewReader(c),
		session: &Session{Server: s.at, Client: from}}
	s.net.mu.Lock()
	s.net.sessions = append(s.net.sessions, d.session)
	s.net.mu.Unlock()
	if !d.play("CONNECT", "") {
		return
	}
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		d.session.mu.Lock()
		d.session.commands = append(d.session.commands, line)
		d.session.mu.Unlock()
		verb, argument, _ := strings.Cut(line, " ")
		if !d.play(strings.ToUpper(verb), argument) {
			return
		}
	}
}

// play answers one command and says whether the conversation goes on.
func (d *dialogue) play(verb, argument string) bool {
	d.note(verb, argument)
	st := d.find(verb, strings.ToLower(address(argument)))
	if d.refused && verb != "QUIT" { // RFC 5321 section 3.1
		st = step{reply: []string{"503 5.5.1 Bad sequence of commands"}}
	}
	time.Sleep(d.latency + st.wait)
	if st.action != "" {
		d.misbehave(st.action)
		return false
	}
	if !d.say(st.reply) || len(st.reply) == 0 {
		return false
	}
	code := st.reply[len(st.reply)-1][:min(3, len(st.reply[len(st.reply)-1]))]
	switch {
	case verb == "STARTTLS" && code == "220":
		return d.startTLS()
	case verb == "DATA" && code == "354":
		return d.takeMessage()
	case verb == "AUTH" && code == "334":
		d.in.ReadString('\n')
		d.auth = true
		return d.say([]string{"235 2.7.0 Authentication successful"})
	case verb == "AUTH" && code == "235":
		d.auth = true
	case verb == "CONNECT" && code[0] == '5':
		d.refused = true
	case verb == "QUIT", code == "421":
		return false
	}
	return true
}

func (d *dialogue) note(verb, argument string) {
	switch verb {
	case "EHLO", "HELO":
		d.helo = argument
	case "MAIL":
		d.sender = address(argument)
	case "RCPT":
		d.recipient = address(argument)
	}
}

// address takes the mailbox out of "FROM:<a@b> SIZE=1"; other arguments stay as they are.
func address(argument string) string {
	if _, rest, ok := strings.Cut(argument, ":<"); ok {
		if addr, _, ok := strings.Cut(rest, ">"); ok {
			return addr
		}
	}
	return argument
}

func (d *dialogue) find(verb, argument string) step {
	for _, st := range d.steps {
		if st.verb != verb || !d.meets(st.conditions) {
			continue
		}
		if fits, _ := path.Match(st.argument, argument); st.argument == "" || fits {
			return st
		}
	}
	return d.ordinary(verb)
}

// ordinary is what a server that takes all mail answers.
func (d *dialogue) ordinary(verb string) step {
	st := step{verb: verb}
	switch verb {
	case "CONNECT":
		st.reply = []string{"220 {name} ESMTP"}
	case "EHLO":
		st.reply = []string{"250-{name}", "250-PIPELINING", "250-SIZE 52428800"}
		if d.certificate != certNone && !d.tls {
			st.reply = append(st.reply, "250-STARTTLS")
		}
		st.reply = append(st.reply, "250-ENHANCEDSTATUSCODES", "250 8BITMIME")
	case "HELO":
		st.reply = []string{"250 {name}"}
	case "STARTTLS":
		st.reply = []string{"220 2.0.0 Ready to start TLS"}
		if d.certificate == certNone || d.tls {
			st.reply = []string{"502 5.5.1 Command not implemented"}
		}
	case "MAIL":
		st.reply = []string{"250 2.1.0 Ok"}
	case "RCPT":
		st.reply = []string{"250 2.1.5 Ok"}
	case "DATA":
		st.reply = []string{"354 End data with <CR><LF>.<CR><LF>"}
	case "EOD":
		st.reply = []string{"250 2.0.0 Ok: queued"}
	case "RSET", "NOOP":
		st.reply = []string{"250 2.0.0 Ok"}
	case "QUIT":
		st.reply = []string{"221 2.0.0 Bye"}
	default:
		st.reply = []string{"500 5.5.2 Error: command not recognized"}
	}
	return st
}

func (d *dialogue) meets(conditions []condition) bool {
	for _, c := range conditions {
		var ok bool
		switch c.word {
		case "from":
			ok = c.prefix.Contains(d.client)
		case "no-ptr":
			found, _ := d.ptr(d.client)
			ok = !found
		case "no-fcrdns":
			_, confirmed := d.ptr(d.client)
			ok = !confirmed
		case "tls":
			ok = d.tls
		case "no-tls":
			ok = !d.tls
		case "auth":
			ok = d.auth
		case "no-auth":
			ok = !d.auth
		case "helo":
			ok, _ = path.Match(c.arg, strings.ToLower(d.helo))
		case "sender":
			ok, _ = path.Match(c.arg, strings.ToLower(d.sender))
		case "first":
			ok = d.first()
		}
		if !ok {
			return false
		}
	}
	return true
}

// first says whether this client, sender and recipient come for the first time, as greylisting asks.
func (d *dialogue) first() bool {
	key := fmt.Sprint(d.client, d.sender, d.recipient)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[key] {
		return false
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[key] = true
	return true
}

// say sends a reply, its placeholders filled in.
func (d *dialogue) say(lines []string) bool {
	fill := strings.NewReplacer("{name}", d.name, "{client}", d.client.String(), "{helo}", d.helo,
		"{sender}", d.sender, "{recipient}", d.recipient)
	var sb strings.Builder
	for _, l := range lines {
		sb.WriteString(fill.Replace(l) + "\r\n")
	}
	_, err := io.WriteString(d.rw, sb.String())
	return err == nil
}

func (d *dialogue) misbehave(action string) {
	switch action {
	case actStall:
		io.Copy(io.Discard, d.rw)
	case actReset:
		d.conn.reset()
	case actEndless:
		for d.say([]string{"250-and another thing"}) {
		}
	case actBinary:
		d.rw.Write([]byte("\x00\x16\x03\x01\xff\xfe\x1b[2J\x07\x80\x81 \xf0\x28\x8c\x28\r\n\x00\r\n"))
	}
}

func (d *dialogue) startTLS() bool {
	if d.certificate == certBroken {
		io.WriteString(d.rw, "this is no TLS\r\n")
		return false
	}
	t := tls.Server(d.rw, &tls.Config{Certificates: []tls.Certificate{*d.net.ca.certificate(d.certificate, d.certName)}})
	if t.Handshake() != nil {
		return false
	}
	d.rw, d.in, d.tls = t, bufio.NewReader(t), true
	return true
}

func (d *dialogue) takeMessage() bool {
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.TrimRight(line, "\r\n") == "." {
			return d.play("EOD", "")
		}
	}
}
