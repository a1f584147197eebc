// Package dkim reads published DKIM keys, RFC 6376 section 3.6.1 and RFC 8463.
package dkim

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Key is what a selector publishes.
type Key struct {
	Type    string // rsa or ed25519
	Bits    int
	Revoked bool // p= is empty
	Testing bool // t=y
}

// ParseKey reads the text of a key record.
func ParseKey(text string) (Key, error) {
	k := Key{Type: "rsa"}
	data, hasData := "", false
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok:
		case name == "v" && value != "DKIM1":
			return k, fmt.Errorf("version %q is not DKIM1", value)
		case name == "k":
			k.Type = strings.ToLower(value)
		case name == "t":
			k.Testing = strings.Contains(":"+value+":", ":y:")
		case name == "p":
			data, hasData = strings.Join(strings.Fields(value), ""), true
		}
	}
	if !hasData {
		return k, errors.New("it has no key (p=)")
	}
	if data == "" {
		k.Revoked = true
		return k, nil
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return k, errors.New("the key is not base64")
	}
	switch k.Type {
	case "ed25519":
		if len(raw) != 32 {
			return k, fmt.Errorf("an Ed25519 key has 32 bytes, not %d", len(raw))
		}
		k.Bits = 256
		return k, nil
	case "rsa":
		public, err := x509.ParsePKIXPublicKey(raw)
		if err != nil {
			public, err = x509.ParsePKCS1PublicKey(raw)
		}
		key, ok := public.(*rsa.PublicKey)
		if err != nil || !ok {
			return k, errors.New("the key is no RSA key")
		}
		k.Bits = key.N.BitLen()
		return k, nil
	}
	return k, fmt.Errorf("unknown kind of key %q", k.Type)
}
