package dmarc

import (
	"testing"

	"ndrscope/diagnose/dnsq/dnsqtest"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text   string
		ok     bool
		policy string
		bad    bool
	}{
		{"v=DMARC1; p=reject; rua=mailto:a@ours.example", true, "reject", false},
		{"v=DMARC1;p=none", true, "none", false},
		{"v = DMARC1 ; P = Quarantine ;", true, "quarantine", false},
		{"v=DMARC1; rua=mailto:a@ours.example", true, "none", false},
		{"v=DMARC1", true, "none", true},
		{"v=DMARC1; p=never", true, "none", true},
		{"v=DMARC1; p=reject; pct=200", true, "reject", false}, // a tag of RFC 7489 that RFC 9989 has dropped
		{"p=reject; v=DMARC1", false, "", false},
		{"v=DMARC10; p=reject", false, "", false},
		{"v=spf1 -all", false, "", false},
		{"", false, "", false},
	} {
		rec, ok, err := Parse(test.text)
		if ok != test.ok || rec.Policy != test.policy || (err != nil) != test.bad {
			t.Errorf("%q: %v %q %v", test.text, ok, rec.Policy, err)
		}
	}
	rec, _, _ := Parse("v=DMARC1; p=none; sp=reject; adkim=s; aspf=s; psd=n; t=y")
	if want := (Record{Policy: "none", SubPolicy: "reject", StrictDKIM: true, StrictSPF: true, PSD: "n", Testing: true}); rec != want {
		t.Errorf("%+v", rec)
	}
}

func TestDiscover(t *testing.T) {
	for _, test := range []struct {
		name, zone, domain, at string
		multiple, failed       bool
		questions              int
	}{
		{"its own", `_dmarc.a.ours.example. TXT "v=DMARC1; p=none"`, "a.ours.example", "a.ours.example", false, false, 1},
		{"of the organization", `_dmarc.ours.example. TXT "v=DMARC1; p=none"`, "a.b.ours.example", "ours.example", false, false, 4},
		{"psd=n ends the walk", `_dmarc.b.ours.example. TXT "v=DMARC1; p=none; psd=n"`, "a.b.ours.example", "b.ours.example", false, false, 2},
		{"none", ``, "ours.example", "", false, false, 2},
		{"two", "_dmarc.ours.example. TXT \"v=DMARC1; p=none\"\n_dmarc.ours.example. TXT \"v=DMARC1; p=reject\"", "ours.example", "ours.example", true, false, 1},
		{"two of the organization", "_dmarc.ours.example. TXT \"v=DMARC1; p=none\"\n_dmarc.ours.example. TXT \"v=DMARC1; p=reject\"", "a.ours.example", "ours.example", true, false, 3},
		{"one among others", "_dmarc.ours.example. TXT \"v=DMARC1; p=none\"\n_dmarc.ours.example. TXT \"hello\"", "ours.example", "ours.example", false, false, 1},
		{"failure", "ours.example. SERVFAIL", "ours.example", "", false, true, 1},
		{"many labels", ``, "a.b.c.d.e.f.g.h.i.j.ours.example", "", false, false, 8},
		{"a registry is left alone", ``, "ours.co.uk", "", false, false, 1},
	} {
		z := dnsqtest.New(test.zone)
		f := Discover(t.Context(), z, test.domain)
		if f.At != test.at || f.Multiple != test.multiple || (f.Failure != "") != test.failed || len(z.Asked) != test.questions {
			t.Errorf("%s: at %q, multiple %v, failure %q, asked %v", test.name, f.At, f.Multiple, f.Failure, z.Asked)
		}
	}
}

func TestPolicyBelow(t *testing.T) {
	z := dnsqtest.New(`_dmarc.ours.example. TXT "v=DMARC1; p=none; sp=reject"`)
	for domain, want := range map[string]string{"ours.example": "none", "news.ours.example": "reject"} {
		if f := Discover(t.Context(), z, domain); f.Policy != want {
			t.Errorf("%s: %q, want %q", domain, f.Policy, want)
		}
	}
}

func TestAligned(t *testing.T) {
	for _, test := range []struct {
		domain, from string
		strict, want bool
	}{
		{"ours.com", "OURS.com", true, true},
		{"mail.ours.com", "ours.com", false, true},
		{"mail.ours.com", "ours.com", true, false},
		{"ours.co.uk", "theirs.co.uk", false, false},
		{"ours.com", "ours.com.evil.net", false, false},
		{"", "", false, false},
		{"", "ours.com", false, false},
	} {
		if got := Aligned(test.domain, test.from, test.strict); got != test.want {
			t.Errorf("%s for %s, strict %v: %v", test.domain, test.from, test.strict, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("v=DMARC1; p=reject; sp=none; pct=50; rua=mailto:a@b.example!10m")
	f.Add("v=DMARC1;;=;p==;")
	f.Fuzz(func(t *testing.T, text string) {
		rec, ok, err := Parse(text)
		if ok && rec.Policy == "" || !ok && err != nil {
			t.Errorf("%q: %+v %v %v", text, rec, ok, err)
		}
	})
}
