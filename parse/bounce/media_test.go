package bounce

import (
	"strings"
	"testing"
)

func TestMediaOf(t *testing.T) {
	for _, c := range []struct{ value, kind, name, want string }{
		{`Multipart/Report; boundary="a b"`, "multipart/report", "boundary", "a b"},
		{`multipart/report; boundary*0="one"; boundary*1="two"`, "multipart/report", "boundary", "onetwo"},
		{`text/plain; charset*=us-ascii'en'utf-8`, "text/plain", "charset", "utf-8"},
		// Refused by a strict reader.
		{`multipart/report; boundary=a/b=c; report-type=`, "multipart/report", "boundary", "a/b=c"},
		{`text/plain; charset="iso-8859-1`, "text/plain", "charset", "iso-8859-1"},
		{``, "", "boundary", ""},
	} {
		m := mediaOf(c.value)
		if got := m.param(c.name); m.kind != c.kind || got != c.want {
			t.Errorf("mediaOf(%q): %q, %s=%q; want %q, %q", c.value, m.kind, c.name, got, c.kind, c.want)
		}
	}
}

func TestDecodeTransferDamaged(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for _, c := range []struct{ encoding, body, want string }{
		{"base64", "SGVs\r\nbG8=\r\n", "Hello"},
		{"Base64 ", "SGVs*bG8", "Hello"}, // a foreign byte, no padding
		{"base64", "SGVsbG8=SGVsbG8=", "HelloHello"},
		{"quoted-printable", "a=3Db =\r\nc", "a=b c"},
		{"quoted-printable", "a\x00=3D", "a\x00="},
		{"quoted-printable", long + "=3D", long + "="},
		{"x-invented", "a=3D", "a=3D"},
	} {
		if got := string(decodeTransfer([]byte(c.body), c.encoding, maxText)); got != c.want {
			t.Errorf("%s of %.40q: %.40q, want %.40q", c.encoding, c.body, got, c.want)
		}
	}
	if got := decodeTransfer([]byte("=41=41=41"), "quoted-printable", 2); string(got) != "AA" {
		t.Errorf("limit: %q", got)
	}
}
