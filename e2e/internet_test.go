//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"ndrscope/lab"
)

//go:embed world.txtar
var world []byte

const (
	resolverAddress = "198.51.100.53:53"
	inboxAddress    = "192.0.2.1:25" // in.ours.example
)

// openInternet opens sockets for the resolver and the SMTP servers of world.txtar.
func openInternet(t *testing.T) *inbox {
	scenario, err := lab.Load(world)
	if err != nil {
		t.Fatal(err)
	}
	in := &inbox{mail: map[string][][]byte{}}
	listen(t, inboxAddress, in.serve)
	for _, f := range txtar.Parse(world).Files {
		if ip, ok := strings.CutPrefix(f.Name, "smtp/"); ok {
			address := net.JoinHostPort(ip, "25")
			listen(t, address, func(c net.Conn) { forward(scenario.Host, c.(*net.TCPConn), address) })
		}
	}
	listen(t, resolverAddress, func(c net.Conn) { forward(scenario.Host, c.(*net.TCPConn), resolverAddress) })
	resolve(t, scenario.Host)
	return in
}

func listen(t *testing.T, address string, serve func(net.Conn)) {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
}

// forward connects a client with a server of the lab. How the one ends a connection, the other sees.
func forward(host *lab.Host, client *net.TCPConn, address string) {
	server, err := host.DialContext(context.Background(), "tcp", address)
	if err != nil {
		client.SetLinger(0)
		return
	}
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	if _, err := io.Copy(client, server); errors.Is(err, syscall.ECONNRESET) {
		client.SetLinger(0)
	}
}

// resolve forwards questions to the lab's resolver.
func resolve(t *testing.T, host *lab.Host) {
	socket, err := net.ListenPacket("udp4", resolverAddress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	go func() {
		packet := make([]byte, 64<<10)
		for {
			n, client, err := socket.ReadFrom(packet)
			if err != nil {
				return
			}
			go func(question []byte) {
				c, err := host.DialContext(context.Background(), "udp", resolverAddress)
				if err != nil {
					return
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				answer := make([]byte, 64<<10)
				if _, err := c.Write(question); err != nil {
					return
				}
				if n, err := c.Read(answer); err == nil {
					socket.WriteTo(answer[:n], client)
				}
			}(bytes.Clone(packet[:n]))
		}
	}()
}

// inbox is the server to which our senders' bounces go. It keeps mail by recipient.
type inbox struct {
	mu   sync.Mutex
	mail map[string][][]byte // as lines of an mbox
}

func (in *inbox) to(recipient string) [][]byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([][]byte(nil), in.mail[recipient]...)
}

func (in *inbox) serve(c net.Conn) {
	r := bufio.NewReader(c)
	say := func(reply string) { io.WriteString(c, reply+"\r\n") }
	var sender string
	var recipients []string
	say("220 in.ours.example ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch verb {
		case "EHLO":
			say("250-in.ours.example\r\n250-PIPELINING\r\n250 8BITMIME")
		case "MAIL":
			sender, recipients = address(line), nil
			say("250 2.1.0 Ok")
		case "RCPT":
			recipients = append(recipients, address(line))
			say("250 2.1.5 Ok")
		case "DATA":
			say("354 End data with <CR><LF>.<CR><LF>")
			message, err := readMessage(r)
			if err != nil {
				return
			}
			in.keep(sender, recipients, message)
			say("250 2.0.0 Ok")
		case "QUIT":
			say("221 2.0.0 Bye")
			return
		default:
			say("250 2.0.0 Ok")
		}
	}
}

// address takes a@b out of "RCPT TO:<a@b>".
func address(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}

// readMessage reads up to the dot, with the quoting of mboxrd.
func readMessage(r *bufio.Reader) ([]byte, error) {
	var message []byte
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		line = append(bytes.TrimRight(line, "\r\n"), '\n')
		if string(line) == ".\n" {
			return message, nil
		}
		line = bytes.TrimPrefix(line, []byte("."))
		if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
			line = append([]byte(">"), line...)
		}
		message = append(message, line...)
	}
}

func (in *inbox) keep(sender string, recipients []string, message []byte) {
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	from := fmt.Sprintf("From %s %s\n", sender, time.Now().UTC().Format(time.ANSIC))
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, r := range recipients {
		in.mail[r] = append(in.mail[r], append(append([]byte(from), message...), '\n'))
	}
}

// requireIsolation skips a test that has no network of its own.
func requireIsolation(t *testing.T) {
	if why := os.Getenv(isolated); why != yes {
		t.Skip(why)
	}
}
