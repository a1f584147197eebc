package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// certAuthority is the lab's certificate authority. Certificates are made when they are first asked for.
type certAuthority struct {
	now  time.Time
	mu   sync.Mutex
	root *tls.Certificate
	made map[string]*tls.Certificate
}

func newCA(now time.Time) *certAuthority {
	return &certAuthority{now: now, made: map[string]*tls.Certificate{}}
}

// Kinds of certificates, as scenarios write them.
const (
	certNone       = "none"        // no TLS at all
	certValid      = "valid"       // for the host's name, from the lab's authority
	certExpired    = "expired"     // ten days ago
	certWrongName  = "wrong-name"  // for another host
	certSelfSigned = "self-signed" // by nobody but itself
	certBroken     = "broken"      // the handshake fails
)

// pool holds the lab's root certificate, for clients.
func (ca *certAuthority) pool() *x509.CertPool {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	ca.makeRoot()
	p := x509.NewCertPool()
	p.AddCert(ca.root.Leaf)
	return p
}

func (ca *certAuthority) makeRoot() {
	if ca.root != nil {
		return
	}
	template := ca.template("ndrscope lab CA")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	ca.root = sign(template, nil)
}

// certificate for a host: the same one every time.
func (ca *certAuthority) certificate(kind, host string) *tls.Certificate {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	ca.mu.Lock()
	defer ca.mu.Unlock()
	key := kind + " " + host
	if c := ca.made[key]; c != nil {
		return c
	}
	ca.makeRoot()
	template, issuer := ca.template(host), ca.root
	template.DNSNames = []string{host}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	switch kind {
	case certExpired:
		template.NotAfter = ca.now.AddDate(0, 0, -10)
	case certSelfSigned:
		issuer = nil
	}
	c := sign(template, issuer)
	ca.made[key] = c
	return c
}

func (ca *certAuthority) template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(ca.made)) + 2),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    ca.now.AddDate(-2, 0, 0),
		NotAfter:     ca.now.AddDate(10, 0, 0),
	}
}

// sign makes a key pair and a certificate, signed by the issuer or, when that is nil, by itself.
func sign(template *x509.Certificate, issuer *tls.Certificate) *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("lab: " + err.Error())
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.Leaf, issuer.PrivateKey.(*ecdsa.PrivateKey)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		panic("lab: " + err.Error())
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic("lab: " + err.Error())
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// tlsa is the data of a TLSA record "3 1 1" for a certificate: DANE-EE, public key, SHA-256 (RFC 7672 section 3.1.1).
func tlsa(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Leaf.RawSubjectPublicKeyInfo)
	return fmt.Sprintf("3 1 1 %s", hex.EncodeToString(sum[:]))
}
