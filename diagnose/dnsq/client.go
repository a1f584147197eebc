package dnsq

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"ndrscope/diagnose/tape"
)

// Dialer opens connections to servers: "udp" and "tcp" to an address and port.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	// udpSize is the EDNS buffer size that passes without fragments. https://www.dnsflagday.net/2020/
	udpSize = 1232
	// readSize is room for what servers send that do not mind that.
	readSize = 8192
	// tries over UDP for one question.
	tries = 5
	// perServer bounds how many questions one server works on at a time.
	perServer = 48
	// giveUp is the number of questions in a row without any answer, ever, after which a server counts as dead.
	giveUp = 4
)

// Client asks servers. Its methods are safe for concurrent use.
type Client struct {
	Dialer Dialer
	Now    func() time.Time
	Tape   *tape.Tape
	// Timeout bounds one question with all its tries.
	Timeout time.Duration

	mu      sync.Mutex
	servers map[netip.AddrPort]*server
}

// server is what is known of one server's behaviour. It changes how long to wait, never what is answered.
type server struct {
	slots chan struct{}

	mu       sync.Mutex
	rtt      time.Duration // smoothed; 0 = not known
	spread   time.Duration // mean deviation of the round trips
	failures int           // questions without an answer
	failure  error         // the last of them
	answers  int
	plain    bool // it does not know EDNS
}

// Query is a question and how to put it.
type Query struct {
	Server  netip.AddrPort
	Name    string
	Type    uint16
	Recurse bool // RD
	TCP     bool // do not try UDP
	// Unchecked asks a validating resolver for what it has, be it signed wrongly (CD, RFC 4035 section 3.2.2).
	Unchecked bool
}

func (q Query) key() string {
	mode, transport := "iterative", "udp"
	if q.Recurse {
		mode = "recursive"
	}
	if q.Unchecked {
		mode += " unchecked"
	}
	if q.TCP {
		transport = "tcp"
	}
	return fmt.Sprintf("dns %s %s @%s %s %s", q.Name, typeName(q.Type), q.Server, mode, transport)
}

// notAsked is the failure of a question for which there was no time left.
const notAsked = "not asked: the run had ended"

// Ask asks a server one question. The same question is asked once.
func (c *Client) Ask(ctx context.Context, q Query) Answer {
	q.Name = dns.CanonicalName(q.Name)
	failed := Answer{Name: q.Name, Type: q.Type, Server: q.Server, Err: notAsked}
	if _, ok := dns.IsDomainName(q.Name); !ok {
		failed.Err = "not a domain name"
		return failed
	}
	return tape.Do(ctx, c.Tape, q.key(), failed, func() Answer { return c.ask(ctx, q) })
}

func (c *Client) ask(ctx context.Context, q Query) Answer {
	a := Answer{Name: q.Name, Type: q.Type, Server: q.Server}
	s := c.server(q.Server)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		a.Err = notAsked
		return a
	}
	if err := s.dead(); err != nil {
		a.Err, a.At = describe(err), c.Now()
		return a
	}
	timeout := c.Timeout
	if !q.Recurse { // an authoritative server has nobody to wait for
		timeout /= 2
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	msg, err := c.exchange(ctx, s, q, timeout)
	if err == nil && !s.isPlain() && knowsNoEDNS(msg) {
		s.setPlain()
		msg, err = c.exchange(ctx, s, q, timeout)
	}
	s.note(err)
	a.At, a.Msg = c.Now(), msg
	if err != nil {
		a.Msg, a.Err = nil, describe(err)
	}
	return a
}

// exchange asks over UDP, then over TCP where the answer did not fit.
func (c *Client) exchange(ctx context.Context, s *server, q Query, timeout time.Duration) (msg *dns.Msg, err error) {
	if !q.TCP {
		msg, err = c.overUDP(ctx, s, q, timeout)
	}
	if q.TCP || err == nil && msg.Truncated {
		msg, err = c.overTCP(ctx, s, q)
	}
	return msg, err
}

// knowsNoEDNS says whether a server cannot read a question with EDNS: those without it answer so, RFC 6891 section 7.
func knowsNoEDNS(m *dns.Msg) bool {
	return (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented) && m.IsEdns0() == nil
}

func (c *Client) server(at netip.AddrPort) *server {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.servers == nil {
		c.servers = map[netip.AddrPort]*server{}
	}
	s := c.servers[at]
	if s == nil {
		s = &server{slots: make(chan struct{}, perServer)}
		c.servers[at] = s
	}
	return s
}

// dead is what every question to the server came to, once it is given up; nil before.
func (s *server) dead() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers == 0 && s.failures >= giveUp {
		return s.failure
	}
	return nil
}

func (s *server) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.answers++
	} else if errors.Is(err, errTimeout) || errors.Is(err, syscall.ECONNREFUSED) {
		s.failures++
		s.failure = err
	}
}

func (s *server) isPlain() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plain
}

func (s *server) setPlain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plain = true
}

// plainTry says whether to ask without EDNS: some networks drop what has it, so the last tries at a server that has
// not answered yet go without.
func (s *server) plainTry(try int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plain || s.answers == 0 && try >= tries-2
}

// patience is how long to wait before asking again: a few round trips where these are known, and longer where they vary
// (RFC 6298 section 2), as those of a resolver do that has to ask others first.
func (s *server) patience(timeout time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rtt == 0 {
		return timeout / 4
	}
	return min(max(4*s.rtt, s.rtt+4*s.spread, min(300*time.Millisecond, timeout/tries)), timeout/2)
}

func (s *server) measured(rtt time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rtt == 0 {
		s.rtt, s.spread = rtt, rtt/2
	} else {
		s.spread += ((rtt - s.rtt).Abs() - s.spread) / 4
		s.rtt += (rtt - s.rtt) / 4
	}
}

var (
	errTimeout = errors.New("timeout")
	errGarbage = errors.New("the answer is no DNS message")
	errOther   = errors.New("the answer is to another question")
	errRefused = errors.New("connection refused")
	errNoRoute = errors.New("network is unreachable")
)

// describe says an error in stable words, without the addresses and ports of this run.
func describe(err error) string {
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return errTimeout.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused.Error()
	case errors.Is(err, syscall.ENETUNREACH):
		return errNoRoute.Error()
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func newMsg(q Query, plain bool) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.Name, q.Type)
	m.RecursionDesired = q.Recurse
	m.AuthenticatedData = q.Recurse // asks for AD in the answer, RFC 6840 section 5.7
	m.CheckingDisabled = q.Unchecked
	if !plain {
		m.SetEdns0(udpSize, false)
	}
	return m
}

// overUDP sends the question until an answer to it arrives: whatever else arrives is no answer.
func (c *Client) overUDP(ctx context.Context, s *server, q Query, timeout time.Duration) (*dns.Msg, error) {
	end, _ := ctx.Deadline()
	failure := errTimeout
	type attempt struct {
		at    time.Time // for round trips and socket deadlines, not for the time of day
		plain bool
	}
	sent := map[uint16]attempt{}
	var conn *dns.Conn
	for try := range tries {
		if conn == nil {
			raw, err := c.Dialer.DialContext(ctx, "udp", q.Server.String())
			if err != nil {
				return nil, err
			}
			conn = &dns.Conn{Conn: raw, UDPSize: readSize}
			defer conn.Close()
			stop := context.AfterFunc(ctx, func() { raw.SetDeadline(past) })
			defer stop()
		}
		start, plain := time.Now(), s.plainTry(try)
		m := newMsg(q, plain)
		sent[m.Id] = attempt{start, plain}
		wait := s.patience(timeout)
		if until := start.Add(wait); try < tries-1 && until.Before(end) {
			conn.SetDeadline(until)
		} else {
			conn.SetDeadline(end)
		}
		if ctx.Err() != nil {
			return nil, failure
		}
		err := conn.WriteMsg(m)
		for err == nil {
			var got *dns.Msg
			got, err = conn.ReadMsg()
			if err != nil {
				if got != nil || err == dns.ErrShortRead { // it arrived and cannot be read
					failure, err = errGarbage, nil
				}
				continue
			}
			switch a, ours := sent[got.Id]; {
			case !ours || !got.Response:
				failure = errOther
			case !answers(got, q):
				failure = errOther
			default:
				s.measured(time.Since(a.at))
				if a.plain {
					s.setPlain()
				}
				return got, nil
			}
		}
		if !isTimeout(err) { // an ICMP error: nobody listens there, perhaps for a moment only
			failure = err
			conn = nil
			pause(ctx, wait/2)
		}
		if ctx.Err() != nil || !time.Now().Before(end) {
			break
		}
	}
	return nil, failure
}

var past = time.Unix(1, 0)

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// answers says whether a message answers the question. Servers may leave the question out of an error.
func answers(m *dns.Msg, q Query) bool {
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError
	}
	return len(m.Question) == 1 && m.Question[0].Qtype == q.Type && dns.CanonicalName(m.Question[0].Name) == q.Name
}

func (c *Client) overTCP(ctx context.Context, s *server, q Query) (*dns.Msg, error) {
	raw, err := c.Dialer.DialContext(ctx, "tcp", q.Server.String())
	if err != nil {
		if isTimeout(err) {
			return nil, errTimeout
		}
		return nil, err
	}
	conn := &dns.Conn{Conn: raw}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(past) })
	defer stop()
	m := newMsg(q, s.isPlain())
	if err := conn.WriteMsg(m); err != nil {
		return nil, err
	}
	got, err := conn.ReadMsg()
	switch {
	case err != nil && isTimeout(err):
		return nil, errTimeout
	case err != nil && got != nil:
		return nil, errGarbage
	case err != nil:
		return nil, err
	case got.Id != m.Id || !got.Response || !answers(got, q):
		return nil, errOther
	}
	return got, nil
}
