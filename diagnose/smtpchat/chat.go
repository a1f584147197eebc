// Package smtpchat speaks SMTP (RFC 5321) with a server as an administrator does by hand, up to MAIL FROM or RCPT TO and
// never further, and keeps the transcript. Whatever the server does, a conversation ends in bounded time and space.
package smtpchat

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Stage of a conversation.
type Stage string

const (
	Connect  Stage = "connect"
	Banner   Stage = "banner"
	EHLO     Stage = "EHLO"
	StartTLS Stage = "STARTTLS"
	MailFrom Stage = "MAIL FROM"
	RcptTo   Stage = "RCPT TO"
)

// Dialer opens the connection.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Plan says what to do.
type Plan struct {
	Server netip.AddrPort
	Host   string // name of the server, for its certificate; may be empty
	HELO   string // our name; an address literal when it is empty or no name
	From   string // envelope sender; "" is the null sender
	To     []string
	// Forms are recipients that may be sent as they are, of our own making: tests for an open relay.
	Forms []string
	NoTLS bool
	// Wait bounds each reply, Total the whole conversation.
	Wait, Total time.Duration
	RootCAs     *x509.CertPool
	Now         time.Time
}

// Conversation is what was said.
type Conversation struct {
	Lines []Line    `json:"lines"`
	At    time.Time `json:"at"`
	// Local is our address.
	Local netip.Addr `json:"local"`
	// Stage is the last one that was reached, Reply the server's answer there.
	Stage Stage `json:"stage"`
	Reply Reply `json:"reply"`
	// Err says why it broke off at Stage; empty when the server replied to everything.
	Err        string   `json:"err,omitempty"`
	Extensions []string `json:"extensions,omitempty"` // of the last EHLO, upper case
	TLS        *TLS     `json:"tls,omitempty"`        // nil when TLS was not offered, or the conversation ended before
	// Rcpt has the reply to each recipient that was asked for.
	Rcpt []Reply `json:"rcpt,omitempty"`
}

// Line is one line of the transcript.
type Line struct {
	From string `json:"from"` // "C" for us, "S" for the server
	Text string `json:"text"`
}

// Reply is one reply, RFC 5321 section 4.2.
type Reply struct {
	Code int    `json:"code"`
	Text string `json:"text"` // all lines, without codes
}

// Refused says that the answer is a permanent no.
func (r Reply) Refused() bool { return r.Code >= 500 }

// Deferred says that the answer is "not now".
func (r Reply) Deferred() bool { return r.Code >= 400 && r.Code < 500 }

func (r Reply) String() string { return fmt.Sprintf("%d %s", r.Code, r.Text) }

const (
	maxLine  = 2048 // RFC 5321 section 4.5.3.1.5 allows 512
	maxLines = 100  // of one reply
)

// chat is a conversation under way.
type chat struct {
	Conversation
	plan  Plan
	conn  net.Conn
	in    *bufio.Reader
	limit time.Time
}

// Talk has the conversation.
func Talk(ctx context.Context, d Dialer, p Plan, now func() time.Time) Conversation {
	c := &chat{plan: p, limit: time.Now().Add(p.Total)} // a stopwatch, not the time of day
	c.At = now()
	c.Stage = Connect
	dialCtx, cancel := context.WithTimeout(ctx, p.Wait)
	defer cancel()
	conn, err := d.DialContext(dialCtx, "tcp", p.Server.String())
	if err != nil {
		c.Err = describe(err)
		return c.Conversation
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if local, err := netip.ParseAddrPort(conn.LocalAddr().String()); err == nil {
		c.Local = local.Addr().Unmap()
	}
	c.use(conn)
	if err := c.run(ctx); err != nil {
		c.Err = describe(err)
	}
	return c.Conversation
}

func (c *chat) use(conn net.Conn) {
	c.conn, c.in = conn, bufio.NewReaderSize(conn, maxLine)
}

// errOver ends a conversation in which everything is said.
var errOver = errors.New("over")

func (c *chat) run(ctx context.Context) error {
	err := c.dialogue(ctx)
	if errors.Is(err, errOver) {
		err = nil
	}
	if err == nil {
		c.send("QUIT") // its answer changes nothing
		stage, reply := c.Stage, c.Reply
		c.read()
		c.Stage, c.Reply = stage, reply
	}
	return err
}

// dialogue goes on while the server says yes.
func (c *chat) dialogue(ctx context.Context) error {
	c.Stage = Banner
	if err := c.read(); err != nil {
		return err
	}
	if c.Reply.Code != 220 {
		return errOver
	}
	if err := c.hello(); err != nil {
		return err
	}
	if c.offers("STARTTLS") && !c.plan.NoTLS {
		if err := c.startTLS(ctx); err != nil {
			return err
		}
		if c.TLS != nil {
			if err := c.hello(); err != nil {
				return err
			}
		}
	}
	if !validMailbox(c.plan.From) && c.plan.From != "" {
		return errOver
	}
	if err := c.ask(MailFrom, "MAIL FROM:<"+c.plan.From+">"); err != nil {
		return err
	}
	for _, to := range slices.Concat(slices.DeleteFunc(slices.Clone(c.plan.To), unfit), c.plan.Forms) {
		err := c.ask(RcptTo, "RCPT TO:<"+to+">")
		if err != nil && !errors.Is(err, errOver) {
			return err
		}
		c.Rcpt = append(c.Rcpt, c.Reply)
	}
	return errOver
}

func unfit(mailbox string) bool { return !validMailbox(mailbox) }

// hello says EHLO, and HELO to those that do not know it.
func (c *chat) hello() error {
	c.Extensions = nil
	err := c.ask(EHLO, "EHLO "+c.name())
	if errors.Is(err, errOver) && c.Reply.Code >= 500 && c.Reply.Code <= 504 {
		return c.ask(EHLO, "HELO "+c.name())
	}
	for i, line := range strings.Split(c.Reply.Text, "\n") {
		if word, _, _ := strings.Cut(strings.ToUpper(line), " "); i > 0 && word != "" {
			c.Extensions = append(c.Extensions, strings.ToUpper(line))
		}
	}
	return err
}

func (c *chat) offers(extension string) bool { return Offers(c.Extensions, extension) }

// Offers says whether an extension is among those of EHLO.
func Offers(extensions []string, extension string) bool {
	return slices.ContainsFunc(extensions, func(e string) bool {
		word, _, _ := strings.Cut(e, " ")
		return word == extension || strings.HasPrefix(word, extension+"=")
	})
}

// name is ours, or our address as RFC 5321 section 4.1.3 writes it.
func (c *chat) name() string {
	if validHost(c.plan.HELO) {
		return c.plan.HELO
	}
	if c.Local.Is6() {
		return "[IPv6:" + c.Local.String() + "]"
	}
	return "[" + c.Local.String() + "]"
}

// ask sends a command; anything but yes ends the dialogue.
func (c *chat) ask(stage Stage, command string) error {
	c.Stage, c.Reply = stage, Reply{}
	if err := c.send(command); err != nil {
		return err
	}
	if err := c.read(); err != nil {
		return err
	}
	if c.Reply.Code/100 != 2 {
		return errOver
	}
	return nil
}

func (c *chat) send(command string) error {
	c.Lines = append(c.Lines, Line{"C", command})
	c.conn.SetDeadline(c.deadline())
	_, err := io.WriteString(c.conn, command+"\r\n")
	return err
}

func (c *chat) deadline() time.Time {
	if d := time.Now().Add(c.plan.Wait); d.Before(c.limit) {
		return d
	}
	return c.limit
}

var (
	errNotSMTP = errors.New("the answer is not SMTP")
	errEndless = errors.New("the answer does not end")
)

// read takes one reply. The time for it does not start anew with each line.
func (c *chat) read() error {
	c.Reply = Reply{}
	c.conn.SetDeadline(c.deadline())
	for n := 0; ; n++ {
		raw, err := c.in.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				return errNotSMTP
			}
			return err
		}
		if n >= maxLines {
			return errEndless
		}
		line := strings.TrimRight(string(raw), "\r\n")
		if n < 20 {
			c.Lines = append(c.Lines, Line{"S", Printable(line)})
		}
		code, text, last, ok := parseLine(line)
		if !ok || n > 0 && code != c.Reply.Code {
			return errNotSMTP
		}
		c.Reply.Code = code
		if n > 0 {
			text = "\n" + text
		}
		c.Reply.Text += Printable(text)
		if last {
			return nil
		}
	}
}

// parseLine reads "250-text", "250 text" or "250".
func parseLine(line string) (code int, text string, last, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, "", false, false
	}
	for _, d := range []byte(line[:3]) {
		if d < '0' || d > '9' {
			return 0, "", false, false
		}
		code = 10*code + int(d-'0')
	}
	switch {
	case len(line) == 3:
		return code, "", true, true
	case line[3] == ' ' || line[3] == '\t':
		return code, line[4:], true, true
	case line[3] == '-':
		return code, line[4:], false, true
	}
	return 0, "", false, false
}

// Printable writes what is not printable ASCII as escapes; line feeds stay.
func Printable(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c == '\n' || c >= ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}

// validMailbox says whether an address can stand in a command: nothing in it may end the command or begin another.
func validMailbox(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && len(s) <= 254 && validHost(s[at+1:]) && !strings.ContainsFunc(s[:at], func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"\,:;()[]`, r)
	})
}

func validHost(s string) bool {
	return s != "" && len(s) <= 253 && strings.Contains(s, ".") && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// NoRoute is the error of a connection for which this machine has no route at all: IPv6 without IPv6.
const NoRoute = "network is unreachable"

// describe says an error without addresses and ports of this run.
func describe(err error) string {
	var op *net.OpError
	var n net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &n) && n.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ENETUNREACH):
		return NoRoute
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server reset the connection"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

// TLS is what STARTTLS led to.
type TLS struct {
	Err          string    `json:"err,omitempty"` // of the handshake
	Version      string    `json:"version,omitempty"`
	Names        []string  `json:"names,omitempty"`
	Until        time.Time `json:"until,omitzero"`
	Expired      bool      `json:"expired,omitempty"`
	NameErr      string    `json:"name_err,omitempty"`
	ChainErr     string    `json:"chain_err,omitempty"`
	Certificates [][]byte  `json:"certificates,omitempty"` // DER, the server's own first
}

// startTLS goes on in TLS, whatever the certificate; what is wrong with it is written down. A server that takes its
// offer back is spoken to in clear text.
func (c *chat) startTLS(ctx context.Context) error {
	c.Stage = StartTLS
	if err := c.send("STARTTLS"); err != nil {
		return err
	}
	if err := c.read(); err != nil {
		return err
	}
	if c.Reply.Code != 220 {
		return nil
	}
	c.conn.SetDeadline(c.deadline())
	// Whatever a mail server out there may accept: what is looked for is a server that nobody can speak TLS with.
	config := &tls.Config{ServerName: c.plan.Host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		config.CipherSuites = append(config.CipherSuites, suite.ID)
	}
	conn := tls.Client(c.conn, config)
	c.TLS = &TLS{}
	if err := conn.HandshakeContext(ctx); err != nil {
		c.TLS.Err = Printable(describe(err))
		return fmt.Errorf("TLS: %s", c.TLS.Err)
	}
	c.TLS.inspect(conn.ConnectionState(), c.plan)
	c.use(conn)
	return nil
}

// inspect judges the certificate as a client that verifies would.
func (t *TLS) inspect(state tls.ConnectionState, p Plan) {
	t.Version = tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		t.ChainErr = "no certificate"
		return
	}
	leaf := state.PeerCertificates[0]
	for _, cert := range state.PeerCertificates[:min(len(state.PeerCertificates), 6)] {
		t.Certificates = append(t.Certificates, cert.Raw)
	}
	for _, name := range leaf.DNSNames[:min(len(leaf.DNSNames), 8)] {
		t.Names = append(t.Names, Printable(name))
	}
	t.Until = leaf.NotAfter.UTC()
	t.Expired = p.Now.After(leaf.NotAfter)
	if err := leaf.VerifyHostname(p.Host); p.Host != "" && err != nil {
		t.NameErr = "it is not for " + p.Host
	}
	between := x509.NewCertPool()
	for _, cert := range state.PeerCertificates[1:] {
		between.AddCert(cert)
	}
	at := p.Now
	if t.Expired { // the chain is judged by itself
		at = leaf.NotAfter.Add(-time.Minute)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: p.RootCAs, Intermediates: between, CurrentTime: at}); err != nil {
		t.ChainErr = Printable(describe(err))
	}
}
