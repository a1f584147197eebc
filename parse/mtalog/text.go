package mtalog

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

func trimAngles(text []byte) []byte {
	if n := len(text); n >= 2 && text[0] == '<' && text[n-1] == '>' {
		return text[1 : n-1]
	}
	return text
}

// trimParentheses takes off the outer pair; the shutting one is missing where a syslog daemon cut the line.
func trimParentheses(text []byte) []byte {
	text = bytes.TrimRight(text, " ")
	if len(text) > 0 && text[0] == '(' {
		text = bytes.TrimSuffix(text[1:], []byte(")"))
	}
	return text
}

// domainOf is the domain of an address: lower case, A-labels, no trailing dot. An address without one has none.
func domainOf(address []byte) string {
	domain := bytes.TrimRight(address[bytes.LastIndexByte(address, '@')+1:], ".")
	if len(domain) == len(address) || len(domain) == 0 {
		return ""
	}
	for _, c := range domain {
		if c >= 0x80 {
			if ascii, err := idna.Lookup.ToASCII(string(domain)); err == nil {
				return ascii
			}
			break
		}
	}
	return strings.ToLower(string(domain))
}

// splitRelay splits "host[ip]:25" as Postfix writes it. Names that are no hosts (none, local, dovecot) give nothing.
func splitRelay(relay []byte) (host, ip []byte) {
	open := bytes.IndexByte(relay, '[')
	if open < 0 {
		return nil, nil
	}
	host = relay[:open]
	shut := bytes.IndexByte(relay[open:], ']')
	if shut < 0 {
		return host, nil
	}
	ip = relay[open+1 : open+shut]
	for _, c := range ip {
		if !isHex(c) && c != '.' && c != ':' {
			return host, nil // a socket in the file system
		}
	}
	if bytes.Equal(host, ip) {
		host = nil
	}
	return host, ip
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

func isLoopback(ip []byte) bool {
	return bytes.HasPrefix(ip, []byte("127.")) || string(ip) == "::1"
}

// isPrivate tells the addresses of RFC 1918 and RFC 4193.
func isPrivate(ip []byte) bool {
	if len(ip) < 2 || ip[0] != '1' && ip[0] != 'f' {
		return false
	}
	addr, err := netip.ParseAddr(string(ip))
	return err == nil && addr.IsPrivate()
}

// ipIn is the address between the brackets of text such as "[192.0.2.1]" or "[IPv6:2001:db8::1]"; "" if it is none.
func ipIn(text string) string {
	text = strings.TrimPrefix(text, "IPv6:")
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr.Unmap().String()
	}
	return ""
}

// messageKey hashes a queue id on a host: FNV-1a over both. Two messages that are open at one time share a key once in
// 10^14 pairs at most.
func messageKey(host, id []byte) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for _, c := range host {
		h = (h ^ uint64(c)) * prime
	}
	h = (h ^ 0xff) * prime
	for _, c := range id {
		h = (h ^ uint64(c)) * prime
	}
	return h
}

func isAlphanumeric(text []byte) bool {
	for _, c := range text {
		if !isLetterOrDigit(c) {
			return false
		}
	}
	return len(text) > 0
}

// parseSize reads a number of bytes; 0 is unknown.
func parseSize(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
