// Package lab is a small Internet inside the process: a root with authoritative zones below it, recursive resolvers
// with faults that can be set, block lists, scripted SMTP and HTTPS servers. It opens no sockets unless told to:
// everything is behind [Host], a dialer. Tests and "ndrscope demo" use it.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"ndrscope/diagnose"
)

// Net is the network: what can be reached at which address, and what was asked of it.
type Net struct {
	// Seed decides which packets get lost.
	Seed uint64

	tree        *dnsTree
	nameservers map[netip.AddrPort]*nameserver
	services    map[netip.AddrPort]service // TCP
	ca          *certAuthority

	mu        sync.Mutex
	questions []Question
	index     map[questionKey]int
	sessions  []*Session
}

// service is a TCP server.
type service interface {
	// connect says how a connection attempt ends; nil means that it is accepted.
	connect(from netip.Addr) error
	serve(c *conn, from netip.Addr)
}

// Question is what a DNS server was asked.
type Question struct {
	Server   netip.AddrPort
	Name     string // canonical
	Type     uint16
	TCP      bool
	Asked    int
	Answered int // how often a packet was sent back, be it a useful one or not
}

func (q Question) String() string {
	transport := "udp"
	if q.TCP {
		transport = "tcp"
	}
	return fmt.Sprintf("%s %s @%s %s asked %d answered %d", q.Name, dns.TypeToString[q.Type], q.Server, transport,
		q.Asked, q.Answered)
}

type questionKey struct {
	server netip.AddrPort
	name   string
	qtype  uint16
	tcp    bool
}

// count notes a question and says how often it was asked before.
func (n *Net) count(server netip.AddrPort, query *dns.Msg, tcp bool) (name string, nth int) {
	name = dns.CanonicalName(query.Question[0].Name)
	key := questionKey{server, name, query.Question[0].Qtype, tcp}
	n.mu.Lock()
	defer n.mu.Unlock()
	i, ok := n.index[key]
	if !ok {
		i = len(n.questions)
		n.index[key] = i
		n.questions = append(n.questions, Question{Server: server, Name: name, Type: key.qtype, TCP: tcp})
	}
	n.questions[i].Asked++
	return name, n.questions[i].Asked
}

func (n *Net) answered(server netip.AddrPort, query *dns.Msg, tcp bool) {
	key := questionKey{server, dns.CanonicalName(query.Question[0].Name), query.Question[0].Qtype, tcp}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.questions[n.index[key]].Answered++
}

// Questions lists everything that the DNS servers were asked, in the order of first asking.
func (n *Net) Questions() []Question {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]Question(nil), n.questions...)
}

// Sessions lists the SMTP conversations so far, in the order of connecting.
func (n *Net) Sessions() []*Session {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]*Session(nil), n.sessions...)
}

// Host is a machine on the network: it dials from its own addresses. Host implements diagnose.Dialer.
type Host struct {
	Net *Net
	// Addrs are its addresses; the first of a family is the one that connections come from. Without one of a family,
	// that family is unreachable.
	Addrs []netip.Addr
	// Blocked are the TCP ports that a firewall on the way lets nothing through to.
	Blocked []uint16
	// NAT are the addresses that servers see instead of the host's own.
	NAT map[netip.Addr]netip.Addr
}

// Bind is the same machine dialling from one of its addresses.
func (h *Host) Bind(local netip.Addr) diagnose.Dialer {
	c := *h
	c.Addrs = append([]netip.Addr{local}, h.Addrs...)
	return &c
}

// DialContext connects to "ip:port" over "udp" or "tcp", both also with a "4" or "6" after them. Names are not
// resolved: whoever probes has to do that himself.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	remote, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("the lab dials addresses only: %w", err)}
	}
	remote = netip.AddrPortFrom(remote.Addr().Unmap().WithZone(""), remote.Port())
	local, ok := h.source(remote.Addr())
	if !ok || !familyFits(network, remote.Addr()) {
		return nil, dialError(network, remote, syscall.ENETUNREACH)
	}
	seen := local.Addr()
	if outside, ok := h.NAT[seen]; ok {
		seen = outside
	}
	if strings.HasPrefix(network, "udp") {
		return h.Net.dialUDP(local, remote, seen), nil
	}
	return h.dialTCP(ctx, network, local, remote, seen)
}

func (h *Host) source(remote netip.Addr) (netip.AddrPort, bool) {
	for _, a := range h.Addrs {
		if a.Is4() == remote.Is4() {
			return netip.AddrPortFrom(a, 40000), true
		}
	}
	return netip.AddrPort{}, false
}

func familyFits(network string, a netip.Addr) bool {
	switch network[len(network)-1] {
	case '4':
		return a.Is4()
	case '6':
		return a.Is6()
	}
	return true
}

func dialError(network string, remote netip.AddrPort, err error) error {
	return &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(remote), Err: err}
}

func (n *Net) dialUDP(local, remote netip.AddrPort, seen netip.Addr) net.Conn {
	c := &packetConn{conn: conn{in: newStream(), out: newStream(), datagrams: true,
		local: net.UDPAddrFromAddrPort(local), remote: net.UDPAddrFromAddrPort(remote)}}
	c.send = func(packet []byte) {
		if s := n.nameservers[remote]; s != nil {
			go s.handle(packet, seen, false, c.deliver)
		}
	}
	return c
}

// patience is how long a connection attempt that nobody answers goes on without a deadline of the caller's.
const patience = 30 * time.Second

// errSilence is a connection attempt that nobody answers.
var errSilence = errors.New("no answer")

func (h *Host) dialTCP(ctx context.Context, network string, local, remote netip.AddrPort, seen netip.Addr) (net.Conn, error) {
	serve, err := h.Net.accept(remote, seen)
	for _, port := range h.Blocked {
		if port == remote.Port() {
			err = errSilence
		}
	}
	if err == errSilence {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		<-ctx.Done()
		if err = ctx.Err(); err == context.DeadlineExceeded {
			err = os.ErrDeadlineExceeded // as a socket says it: "i/o timeout"
		}
	}
	if err != nil {
		return nil, dialError(network, remote, err)
	}
	near, far := pipe(local, remote)
	go serve(far)
	return near, nil
}

// accept finds what listens at an address, or says how the attempt fails.
func (n *Net) accept(remote netip.AddrPort, seen netip.Addr) (func(*conn), error) {
	if s := n.services[remote]; s != nil {
		if err := s.connect(seen); err != nil {
			return nil, err
		}
		return func(c *conn) { s.serve(c, seen) }, nil
	}
	if s := n.nameservers[remote]; s != nil {
		switch s.faults.tcp {
		case faultRefused:
			return nil, syscall.ECONNREFUSED
		case faultReset:
			return nil, syscall.ECONNRESET
		case faultSilent:
			return nil, errSilence
		}
		return func(c *conn) { s.serveTCP(c, seen) }, nil
	}
	if n.populated(remote.Addr()) {
		return nil, syscall.ECONNREFUSED
	}
	return nil, errSilence
}

// populated says whether there is a machine at an address, be it without a server at a port.
func (n *Net) populated(a netip.Addr) bool {
	for at := range n.services {
		if at.Addr() == a {
			return true
		}
	}
	for at := range n.nameservers {
		if at.Addr() == a {
			return true
		}
	}
	return false
}
