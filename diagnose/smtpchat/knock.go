package smtpchat

import (
	"context"
	"io"
	"net/netip"
	"time"
)

// Knock opens a connection and takes its leave. Err is empty when the connection came about.
func Knock(ctx context.Context, d Dialer, at netip.AddrPort, wait time.Duration, now func() time.Time) Conversation {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	c := Conversation{At: now(), Stage: Connect}
	conn, err := d.DialContext(ctx, "tcp", at.String())
	if err != nil {
		c.Err = describe(err)
		return c
	}
	io.WriteString(conn, "QUIT\r\n")
	conn.Close()
	return c
}
