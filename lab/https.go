package lab

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/netip"
)

// httpsServer gives the same answer to every request: an MTA-STS policy (RFC 8461 section 3.3), or a failure.
type httpsServer struct {
	net                   *Net
	certificate, certName string
	status                int
	body                  []byte
}

func (s *httpsServer) connect(netip.Addr) error { return nil }

func (s *httpsServer) serve(c *conn, _ netip.Addr) {
	defer c.Close()
	if s.certificate == certBroken {
		io.WriteString(c, "this is no TLS\r\n")
		return
	}
	t := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.net.ca.certificate(s.certificate, s.certName)},
		NextProtos: []string{"http/1.1"}})
	if t.Handshake() != nil {
		return
	}
	r, err := http.ReadRequest(bufio.NewReader(t))
	if err != nil {
		return
	}
	answer := http.Response{StatusCode: s.status, ProtoMajor: 1, ProtoMinor: 1, Request: r, Close: true,
		Header:        http.Header{"Content-Type": {"text/plain"}},
		ContentLength: int64(len(s.body)), Body: io.NopCloser(bytes.NewReader(s.body))}
	answer.Write(t)
	t.Close()
}
