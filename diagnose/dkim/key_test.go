package dkim

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"testing"
)

func rsaKey(t testing.TB, bits int) string {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestParseKey(t *testing.T) {
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := rsaKey(t, 1024)
	for _, test := range []struct {
		text string
		want Key
		err  string
	}{
		{"v=DKIM1; k=rsa; p=" + good, Key{Type: "rsa", Bits: 1024}, ""},
		{"p=" + good[:40] + " " + good[40:], Key{Type: "rsa", Bits: 1024}, ""},
		{"v=DKIM1; p=" + rsaKey(t, 512), Key{Type: "rsa", Bits: 512}, ""},
		{"v=DKIM1; k=ed25519; t=y:s; p=" + base64.StdEncoding.EncodeToString(public), Key{Type: "ed25519", Bits: 256, Testing: true}, ""},
		{"v=DKIM1; p=", Key{Type: "rsa", Revoked: true}, ""},
		{"v=DKIM1; k=rsa", Key{Type: "rsa"}, "it has no key (p=)"},
		{"", Key{Type: "rsa"}, "it has no key (p=)"},
		{"v=DKIM2; p=" + good, Key{Type: "rsa"}, `version "DKIM2" is not DKIM1`},
		{"p=????", Key{Type: "rsa"}, "the key is not base64"},
		{"p=aGVsbG8=", Key{Type: "rsa"}, "the key is no RSA key"},
		{"k=ed25519; p=aGVsbG8=", Key{Type: "ed25519"}, "an Ed25519 key has 32 bytes, not 5"},
		{"k=dsa; p=aGVsbG8=", Key{Type: "dsa"}, `unknown kind of key "dsa"`},
	} {
		k, err := ParseKey(test.text)
		if k != test.want || test.err == "" != (err == nil) || err != nil && err.Error() != test.err {
			t.Errorf("%.40q: %+v, %v; want %+v, %s", test.text, k, err, test.want, test.err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("v=DKIM1; k=rsa; t=y; p=aGVsbG8=")
	f.Add("k=ed25519;p==;=;")
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := ParseKey(text); err == nil && !k.Revoked && k.Bits == 0 {
			t.Errorf("%q: a key without bits", text)
		}
	})
}
