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
	failures int           // questions without an answer
	failure  error         // the last of them
	answers  int
}

// Query is a question and how to put it.
type Query struct {
	Server  netip.AddrPort
	Name    string
	Type    uint16
	Recurse bool // RD
	TCP     bool // do not try UDP
}

func (q Query) key() string {
	mode, transport := "iterative", "udp"
	if q.Recurse {
		mode = "recursive"
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
	msg, err := (*dns.Msg)(nil), error(nil)
	if !q.TCP {
		msg, err = c.overUDP(ctx, s, q, timeout)
	}
	if q.TCP || err == nil && msg.Truncated {
		msg, err = c.overTCP(ctx, q)
	}
	s.note(err)
	a.At, a.Msg = c.Now(), msg
	if err != nil {
		a.Msg, a.Err = nil, describe(err)
	}
	return a
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

// patience is how long to wait before asking again: a few round trips where these are known.
func (s *server) patience(timeout time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rtt == 0 {
		return timeout / 4
	}
	return min(max(4*s.rtt, 300*time.Millisecond), timeout/2)
}

func (s *server) measured(rtt time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rtt == 0 {
		s.rtt = rtt
	} else {
		s.rtt += (rtt - s.rtt) / 4
	}
}

var (
	errTimeout = errors.New("timeout")
	errGarbage = errors.New("the answer is no DNS message")
	errOther   = errors.New("the answer is to another question")
	errRefused = errors.New("connection refused")
)

// describe says an error in stable words, without the addresses and ports of this run.
func describe(err error) string {
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return errTimeout.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused.Error()
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func newMsg(q Query) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.Name, q.Type)
	m.RecursionDesired = q.Recurse
	m.AuthenticatedData = q.Recurse // asks for AD in the answer, RFC 6840 section 5.7
	m.SetEdns0(udpSize, false)
	return m
}

// overUDP sends the question until an answer to it arrives: whatever else arrives is no answer.
func (c *Client) overUDP(ctx context.Context, s *server, q Query, timeout time.Duration) (*dns.Msg, error) {
	end, _ := ctx.Deadline()
	failure := errTimeout
	sent := map[uint16]time.Time{} // for round trips and socket deadlines, not for the time of day
	var conn *dns.Conn
	for try := range tries {
		if conn == nil {
			raw, err := c.Dialer.DialContext(ctx, "udp", q.Server.String())
			if err != nil {
				return nil, err
			}
			conn = &dns.Conn{Conn: raw, UDPSize: udpSize}
			defer conn.Close()
			stop := context.AfterFunc(ctx, func() { raw.SetDeadline(past) })
			defer stop()
		}
		m := newMsg(q)
		start := time.Now()
		sent[m.Id] = start
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
			switch at, ours := sent[got.Id]; {
			case !ours || !got.Response:
				failure = errOther
			case !answers(got, q):
				failure = errOther
			default:
				s.measured(time.Since(at))
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

func (c *Client) overTCP(ctx context.Context, q Query) (*dns.Msg, error) {
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
	m := newMsg(q)
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
