package diagnose

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"ndrscope/diagnose/tape"
)

// Dialer opens every connection that a probe makes: DNS over UDP and TCP, and SMTP. *net.Dialer is one; the lab is
// another.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Config says how to probe. Dialer, Now and Resolvers are required.
type Config struct {
	Dialer Dialer
	Now    func() time.Time
	// Resolvers are ours: those whose answers our mail server sees.
	Resolvers []netip.AddrPort
	// Reference is a resolver that is trusted to compare ours with. Without one, the authoritative servers are
	// asked directly, from Roots down.
	Reference netip.AddrPort
	// Roots are the root servers to iterate from; nil means the Internet's.
	Roots []netip.AddrPort
	// Egress lists our sending addresses, and HELO our name, where the user told them; the bounces' own word is
	// used besides.
	Egress []netip.Addr
	HELO   string
	// From is the envelope sender to evaluate SPF with where the bounces do not say.
	From string
	// OurHosts may be tested for an open relay.
	OurHosts []string
	// SMTP permits conversations up to MAIL FROM with the recipients' servers, SMTPRecipient one RCPT TO as well.
	SMTP, SMTPRecipient bool
	// Bind is our address to speak SMTP from.
	Bind netip.Addr
	// RootCAs are the certificate authorities to trust for STARTTLS and MTA-STS; nil means the system's.
	RootCAs *x509.CertPool
	// Keys of paid block lists, by zone: they are asked below KEY.zone in place of the public zone.
	Keys map[string]string
	// Tape remembers what was asked and answered. One that was read from a recording is played back, with no
	// network; nil means a new one that is thrown away.
	Tape *tape.Tape
	// Timeout bounds one question; Deadline bounds the whole run.
	Timeout, Deadline time.Duration
}

// Result is everything that the probes found, and what follows from it.
type Result struct {
	// Overall is the verdict over all domains: what they have in common.
	Overall Diagnosis
	// Diagnoses has one entry a domain, in the order asked for.
	Diagnoses []Diagnosis
	// Findings has every finding once, sorted by subject and tag.
	Findings []Finding
	// Incomplete says why the probing ended early; empty when it did not.
	Incomplete string
}
