// Package mtasts reads MTA-STS records and policies, RFC 8461.
package mtasts

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is what a domain asks of those who send to it.
type Policy struct {
	Mode   string // enforce, testing or none
	MX     []string
	MaxAge int // seconds
}

// maxPolicy is the size that a client has to accept; larger policies are cut off, RFC 8461 section 3.3.
const maxPolicy = 64 << 10

// Parse reads a policy, RFC 8461 section 3.2.
func Parse(text string) (Policy, error) {
	var p Policy
	version := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, maxPolicy)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return p, fmt.Errorf("the line %.40q has no colon", line)
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "version":
			version = value
		case "mode":
			p.Mode = value
		case "mx":
			if len(p.MX) < 100 {
				p.MX = append(p.MX, strings.ToLower(strings.TrimSuffix(value, ".")))
			}
		case "max_age":
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				return p, fmt.Errorf("max_age is not a number: %.20q", value)
			}
			p.MaxAge = n
		}
	}
	switch {
	case lines.Err() != nil:
		return p, lines.Err()
	case version != "STSv1":
		return p, errors.New("it is not of version STSv1")
	case !slices.Contains([]string{"enforce", "testing", "none"}, p.Mode):
		return p, fmt.Errorf("its mode is none that is known: %.20q", p.Mode)
	case p.Mode != "none" && len(p.MX) == 0:
		return p, errors.New("it names no mail server")
	}
	return p, nil
}

// Allows says whether a mail server's name fits the policy, RFC 8461 section 4.1: "*." stands for one label.
func (p *Policy) Allows(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(p.MX, func(pattern string) bool {
		if rest, ok := strings.CutPrefix(pattern, "*."); ok {
			_, parent, _ := strings.Cut(host, ".")
			return parent == rest
		}
		return pattern == host
	})
}

// Announced says whether a TXT record at _mta-sts announces a policy, RFC 8461 section 3.1.
func Announced(text string) bool {
	version, _, _ := strings.Cut(text, ";")
	return strings.TrimSpace(version) == "v=STSv1"
}

// Dialer opens the connection to the policy's web server.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Fetched is a policy file, or why there is none.
type Fetched struct {
	Body string `json:"body,omitempty"`
	Err  string `json:"err,omitempty"`
	// Silent says that the web server did not answer at all, which says nothing about the policy.
	Silent bool      `json:"silent,omitempty"`
	At     time.Time `json:"at"`
}

// URL of a domain's policy.
func URL(domain string) string { return "https://mta-sts." + domain + "/.well-known/mta-sts.txt" }

// Fetch gets the policy from one of the web server's addresses. No redirects are followed (section 3.3).
func Fetch(ctx context.Context, d Dialer, domain string, addrs []netip.Addr, roots *x509.CertPool, wait time.Duration, now func() time.Time) Fetched {
	f := Fetched{At: now()}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: roots, Time: now},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				err := errors.New("the web server has no address")
				for _, a := range addrs[:min(len(addrs), 3)] {
					var conn net.Conn
					if conn, err = d.DialContext(ctx, network, netip.AddrPortFrom(a, 443).String()); err == nil {
						return conn, nil
					}
				}
				return nil, err
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("it redirects, which is not allowed") },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, URL(domain), nil)
	if err != nil {
		f.Err = "not a domain name"
		return f
	}
	response, err := client.Do(request)
	if err != nil {
		var op *net.OpError
		f.Err = describe(err)
		f.Silent = f.Err == timeout || errors.As(err, &op) && op.Op == "dial"
		return f
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		f.Err = "the web server answers " + strconv.Itoa(response.StatusCode)
		return f
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPolicy))
	if err != nil {
		f.Err, f.Silent = describe(err), true
		return f
	}
	f.Body = strings.ToValidUTF8(string(body), "?")
	return f
}

const timeout = "timeout"

func describe(err error) string {
	var n net.Error
	var op *net.OpError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &n) && n.Timeout():
		return timeout
	case errors.As(err, &unknown):
		return "the web server's certificate is of an unknown authority"
	case errors.As(err, &host):
		return "the web server's certificate is for another name"
	case errors.As(err, &invalid):
		return "the web server's certificate is not valid: " + invalid.Error()
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}
