package lab

import (
	"context"
	"io"
	"net"
	"net/netip"
)

// Expose opens real sockets on the loopback for a server of the lab, UDP and TCP on one port, until the context
// ends. It serves tests of programs that cannot be given a dialer. The server sees the host as its client.
func (h *Host) Expose(ctx context.Context, server netip.AddrPort) (netip.AddrPort, error) {
	var lc net.ListenConfig
	tcp, err := lc.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, err
	}
	udp, err := lc.ListenPacket(ctx, "udp4", tcp.Addr().String())
	if err != nil {
		tcp.Close()
		return netip.AddrPort{}, err
	}
	context.AfterFunc(ctx, func() { tcp.Close(); udp.Close() })
	go h.forwardTCP(ctx, tcp, server)
	go h.forwardUDP(udp, server)
	return tcp.Addr().(*net.TCPAddr).AddrPort(), nil
}

func (h *Host) forwardTCP(ctx context.Context, l net.Listener, server netip.AddrPort) {
	for {
		outside, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer outside.Close()
			inside, err := h.DialContext(ctx, "tcp", server.String())
			if err != nil {
				return
			}
			defer inside.Close()
			go func() {
				io.Copy(inside, outside)
				inside.Close()
			}()
			io.Copy(outside, inside)
		}()
	}
}

func (h *Host) forwardUDP(l net.PacketConn, server netip.AddrPort) {
	local, ok := h.source(server.Addr())
	s := h.Net.nameservers[server]
	if !ok || s == nil {
		return
	}
	buf := make([]byte, 64<<10)
	for {
		n, client, err := l.ReadFrom(buf)
		if err != nil {
			return
		}
		packet := append([]byte(nil), buf[:n]...)
		go s.handle(packet, local.Addr(), false, func(wire []byte) { l.WriteTo(wire, client) })
	}
}
