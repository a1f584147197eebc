package diagnose_test

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"testing"

	"ndrscope/diagnose"
)

// stopping is a network in which a resolver says nothing any more after the first reverse lookup.
type stopping struct {
	diagnose.Dialer
	resolver string
	stopped  *atomic.Bool
}

func (d stopping) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil || address != d.resolver {
		return conn, err
	}
	if packets, ok := conn.(net.PacketConn); ok {
		return struct {
			mute
			datagrams
		}{mute{conn, d.stopped}, packets}, nil
	}
	return mute{conn, d.stopped}, nil
}

// datagrams tell a DNS library that it has UDP before it.
type datagrams interface {
	ReadFrom(p []byte) (int, net.Addr, error)
	WriteTo(p []byte, to net.Addr) (int, error)
}

type mute struct {
	net.Conn
	stopped *atomic.Bool
}

func (c mute) Write(packet []byte) (int, error) {
	if bytes.Contains(bytes.ToLower(packet), []byte("\x07in-addr\x04arpa")) {
		c.stopped.Store(true)
	}
	if c.stopped.Load() {
		return len(packet), nil
	}
	return c.Conn.Write(packet)
}

// A resolver that stops in the middle of a run is not one that answers no reverse lookups.
func TestResolverStops(t *testing.T) {
	t.Parallel()
	s, a := scenario(t, "resolver-healthy")
	cfg := s.Config()
	stopped := new(atomic.Bool)
	cfg.Dialer = stopping{cfg.Dialer, cfg.Resolvers[0].String(), stopped}
	result := run(t, a, 10, cfg)
	if !stopped.Load() {
		t.Fatal("nobody asked the resolver for a reverse lookup")
	}
	unknown := false
	for _, f := range result.Findings {
		switch f.Tag {
		case "resolver-reverse.broken", "resolver-reverse.partial":
			t.Errorf("%s %s %v", f.Tag, f.Subject, f.Args)
		case "resolver-reverse.unknown":
			unknown = true
		}
	}
	if !unknown {
		t.Error("no resolver-reverse.unknown")
	}
	if result.Overall.Rule == "R1" {
		t.Errorf("verdict %s at %.2f", result.Overall.Rule, result.Overall.Confidence)
	}
}
