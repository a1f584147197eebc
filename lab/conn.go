package lab

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how many bytes one direction of a connection holds before its writer has to wait, as with TCP.
const window = 64 << 10

// stream is one direction of a connection: bytes in order (TCP) or whole datagrams (UDP).
type stream struct {
	mu      sync.Mutex
	packets [][]byte // a byte stream keeps its bytes in packets, too: it only reads across their edges
	held    int      // bytes in packets
	err     error    // what a reader gets once packets is empty; nil while open
	changed chan struct{}
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

// notify wakes everybody who waits for a change. The caller holds mu.
func (s *stream) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// end lets readers have what is there and then err. The first end counts.
func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		s.notify()
	}
}

// abort throws away what is there, as a TCP reset does.
func (s *stream) abort(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets, s.held, s.err = nil, 0, err
	s.notify()
}

// read takes bytes into p; with whole, it takes one datagram and drops what does not fit.
func (s *stream) read(p []byte, whole bool, cancelled func() <-chan struct{}) (int, error) {
	for {
		s.mu.Lock()
		if len(s.packets) > 0 {
			n := copy(p, s.packets[0])
			if rest := s.packets[0][n:]; whole || len(rest) == 0 {
				s.held -= len(s.packets[0])
				s.packets = s.packets[1:]
			} else {
				s.packets[0] = rest
				s.held -= n
			}
			s.notify()
			s.mu.Unlock()
			return n, nil
		}
		err, changed := s.err, s.changed
		s.mu.Unlock()
		if err != nil {
			return 0, err
		}
		select {
		case <-changed:
		case <-cancelled():
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// write appends p; on a byte stream it waits while the window is full.
func (s *stream) write(p []byte, whole bool, cancelled func() <-chan struct{}) (int, error) {
	if len(p) == 0 && !whole {
		return 0, nil
	}
	for {
		s.mu.Lock()
		if s.err != nil {
			defer s.mu.Unlock()
			if s.err == net.ErrClosed { // the peer is gone, as the first write learns only afterwards
				s.err = syscall.EPIPE
				return len(p), nil
			}
			return 0, syscall.EPIPE
		}
		if whole || s.held < window {
			s.packets = append(s.packets, append([]byte(nil), p...))
			s.held += len(p)
			s.notify()
			s.mu.Unlock()
			return len(p), nil
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-cancelled():
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// deadline closes a channel at a set time; the zero value never does.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	passed chan struct{}
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if d.passed == nil || isClosed(d.passed) {
		d.passed = make(chan struct{})
	}
	passed := d.passed
	switch left := time.Until(t); {
	case t.IsZero():
	case left <= 0:
		close(passed)
	default:
		var timer *time.Timer
		timer = time.AfterFunc(left, func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.timer == timer { // else it was set anew meanwhile
				close(passed)
			}
		})
		d.timer = timer
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passed == nil {
		d.passed = make(chan struct{})
	}
	return d.passed
}

// conn is one end of a connection inside the lab.
type conn struct {
	in, out          *stream
	datagrams        bool
	local, remote    net.Addr
	reading, writing deadline
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p, c.datagrams, c.reading.wait)
	return n, c.opError("read", err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p, c.datagrams, c.writing.wait)
	return n, c.opError("write", err)
}

func (c *conn) opError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}

// Close ends both directions; the other side reads what was sent and then the end of the stream.
func (c *conn) Close() error {
	c.out.end(io.EOF)
	c.in.end(net.ErrClosed)
	return nil
}

// reset ends both directions at once, and what was under way is lost.
func (c *conn) reset() {
	c.out.abort(syscall.ECONNRESET)
	c.in.abort(syscall.ECONNRESET)
}

func (c *conn) LocalAddr() net.Addr                { return c.local }
func (c *conn) RemoteAddr() net.Addr               { return c.remote }
func (c *conn) SetDeadline(t time.Time) error      { c.reading.set(t); c.writing.set(t); return nil }
func (c *conn) SetReadDeadline(t time.Time) error  { c.reading.set(t); return nil }
func (c *conn) SetWriteDeadline(t time.Time) error { c.writing.set(t); return nil }

// pipe connects two addresses with a byte stream.
func pipe(client, server netip.AddrPort) (near, far *conn) {
	up, down := newStream(), newStream()
	a, b := net.TCPAddrFromAddrPort(client), net.TCPAddrFromAddrPort(server)
	return &conn{in: down, out: up, local: a, remote: b}, &conn{in: up, out: down, local: b, remote: a}
}

// packetConn is a connected UDP socket. It is a net.PacketConn, as *net.UDPConn is: miekg/dns decides by that whether
// a message has a length in front.
type packetConn struct {
	conn
	send func(packet []byte)
}

func (c *packetConn) Write(p []byte) (int, error) {
	c.in.mu.Lock()
	closed := c.in.err != nil
	c.in.mu.Unlock()
	if closed {
		return 0, c.opError("write", net.ErrClosed)
	}
	c.send(append([]byte(nil), p...))
	return len(p), nil
}

func (c *packetConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := c.Read(p)
	return n, c.remote, err
}

func (c *packetConn) WriteTo(p []byte, _ net.Addr) (int, error) { return c.Write(p) }

// deliver puts a datagram into the socket's queue; one that comes after Close is lost.
func (c *packetConn) deliver(packet []byte) {
	c.in.write(packet, true, nil)
}
