package spfcheck

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"blitiri.com.ar/go/spf"

	"ndrscope/diagnose/dnsq/dnsqtest"
)

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, zone, sender string
		result             spf.Result
	}{
		{"pass", `ours.example. TXT "v=spf1 ip4:192.0.2.25 -all"`, "it@ours.example", spf.Pass},
		{"in two strings", `ours.example. TXT "v=spf1 ip4:192.0" ".2.25 -all"`, "it@ours.example", spf.Pass},
		{"fail", `ours.example. TXT "v=spf1 ip4:192.0.2.1 -all"`, "it@ours.example", spf.Fail},
		{"softfail", `ours.example. TXT "v=spf1 ~all"`, "it@ours.example", spf.SoftFail},
		{"neutral", `ours.example. TXT "v=spf1 ?all"`, "it@ours.example", spf.Neutral},
		{"none", `ours.example. TXT "hello"`, "it@ours.example", spf.None},
		{"no such domain", ``, "it@ours.example", spf.None},
		{"null sender", `mail.ours.example. TXT "v=spf1 a -all"` + "\nmail.ours.example. A 192.0.2.25", "", spf.Pass},
		{"SERVFAIL", `ours.example. SERVFAIL`, "it@ours.example", spf.TempError},
		{"REFUSED", `ours.example. REFUSED`, "it@ours.example", spf.TempError},
		{"include fails", `ours.example. TXT "v=spf1 include:esp.example -all"` + "\nesp.example. SERVFAIL", "it@ours.example", spf.TempError},
		{"a fails", `ours.example. TXT "v=spf1 a:esp.example -all"` + "\nesp.example. REFUSED", "it@ours.example", spf.TempError},
		{"include of nothing", `ours.example. TXT "v=spf1 include:esp.example -all"`, "it@ours.example", spf.PermError},
		{"two records", `ours.example. TXT "v=spf1 -all"` + "\n" + `ours.example. TXT "v=spf1 +all"`, "it@ours.example", spf.PermError},
		{"error behind the match", `ours.example. TXT "v=spf1 ip4:192.0.2.25 ipv4:192.0.2.1 -all"`, "it@ours.example", spf.PermError},
		{"mx", "ours.example. TXT \"v=spf1 mx -all\"\nours.example. MX 10 mail.ours.example.\nmail.ours.example. A 192.0.2.25", "it@ours.example", spf.Pass},
		{"ptr", "ours.example. TXT \"v=spf1 ptr -all\"\n25.2.0.192.in-addr.arpa. PTR mail.ours.example.\nmail.ours.example. A 192.0.2.25", "it@ours.example", spf.Pass},
	} {
		r := Check(t.Context(), dnsqtest.New(test.zone), netip.MustParseAddr("192.0.2.25"), "mail.ours.example", test.sender)
		if r.Result != test.result {
			t.Errorf("%s: %s (%s), want %s", test.name, r.Result, r.Why, test.result)
		}
		if (r.Why == "") == (test.result == spf.TempError || test.result == spf.PermError) {
			t.Errorf("%s: why is %q", test.name, r.Why)
		}
		if len(r.Answers) == 0 {
			t.Errorf("%s: no evidence", test.name)
		}
	}
}

func TestLint(t *testing.T) {
	record := func(s string) string { return `ours.example. TXT "` + s + "\"\n" }
	many := ""
	for i := range 6 {
		many += fmt.Sprintf("i%d.example. TXT \"v=spf1 a:h.example -all\"\n", i)
	}
	many += "h.example. A 192.0.2.1\n"
	for _, test := range []struct {
		name, zone string
		ok         func(r Report) bool
	}{
		{"fine", record("v=spf1 ip4:192.0.2.0/24 -all"), func(r Report) bool {
			return r.Lookups == 0 && r.Syntax == nil && !r.NoAll && !r.PlusAll && r.Failure == ""
		}},
		{"none", "ours.example. A 192.0.2.1", func(r Report) bool { return r.None }},
		{"two", record("v=spf1 -all") + record("v=spf1 ~all"), func(r Report) bool { return r.Multiple == "ours.example" }},
		{"lookups", record("v=spf1 include:i0.example include:i1.example include:i2.example include:i3.example include:i4.example include:i5.example -all") + many,
			func(r Report) bool { return r.Lookups == 12 }},
		{"void", record("v=spf1 a:x.example a:y.example mx:z.example -all"), func(r Report) bool {
			return slices.Equal(r.Void, []string{"x.example", "y.example", "z.example"})
		}},
		{"loop", record("v=spf1 include:b.example -all") + `b.example. TXT "v=spf1 redirect=ours.example"`, func(r Report) bool {
			return slices.Equal(r.Loop, []string{"ours.example", "b.example", "ours.example"})
		}},
		{"include of nothing", record("v=spf1 include:b.example -all"), func(r Report) bool { return slices.Equal(r.Missing, []string{"b.example"}) }},
		{"syntax", record("v=spf1 ip4:192.0.2.300 ipv6:2001:db8::1 include: -all"), func(r Report) bool {
			return slices.Equal(r.Syntax, []string{"ip4:192.0.2.300", "ipv6:2001:db8::1", "include:"})
		}},
		{"+all", record("v=spf1 all"), func(r Report) bool { return r.PlusAll }},
		{"+all of another", record("v=spf1 include:b.example -all") + `b.example. TXT "v=spf1 +all"`, func(r Report) bool { return !r.PlusAll }},
		{"ptr", record("v=spf1 ptr -all"), func(r Report) bool { return r.PTR && r.Lookups == 1 }},
		{"no all", record("v=spf1 ip4:192.0.2.1"), func(r Report) bool { return r.NoAll }},
		{"redirect", record("v=spf1 redirect=b.example") + `b.example. TXT "v=spf1 -all"`, func(r Report) bool { return !r.NoAll && r.Lookups == 1 }},
		{"macros are not followed", record("v=spf1 exists:%{i}.b.example include:%{d2}.b.example -all"), func(r Report) bool {
			return r.Lookups == 2 && r.Missing == nil && r.Void == nil
		}},
		{"prefix lengths", record("v=spf1 a/24 a:h.example/24//64 mx//64 ip6:2001:db8::/32 -all") + "ours.example. A 192.0.2.1\nours.example. MX 0 h.example.\nh.example. A 192.0.2.2",
			func(r Report) bool { return r.Syntax == nil && r.Lookups == 3 && r.Void == nil }},
		{"failure", record("v=spf1 include:b.example -all") + "b.example. SERVFAIL", func(r Report) bool {
			return r.Failure == "b.example. TXT: SERVFAIL" && r.Missing == nil
		}},
		{"behind all", record("v=spf1 -all include:b.example"), func(r Report) bool { return r.Missing == nil && r.Lookups == 0 }},
	} {
		if r := Lint(t.Context(), dnsqtest.New(test.zone), "ours.example"); !test.ok(r) {
			r.Answers = nil
			t.Errorf("%s: %+v", test.name, r)
		}
	}
}

// No record makes the reader panic or run away.
func FuzzLint(f *testing.F) {
	f.Add("v=spf1 a mx:x.example/24//64 include:ours.example ip4:1.2.3.4/33 exists:%{i}.x redirect=ours.example ~all")
	f.Add("v=spf1 :/=/: a//// +-all")
	f.Fuzz(func(t *testing.T, record string) {
		if strings.ContainsAny(record, "\"\\\n\r;()") || len(record) > 200 || strings.ContainsFunc(record, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		z := dnsqtest.New(`ours.example. TXT "` + record + `"`)
		Lint(t.Context(), z, "ours.example")
		Check(t.Context(), z, netip.MustParseAddr("192.0.2.25"), "mail.ours.example", "it@ours.example")
		if len(z.Asked) > 20*maxRecords {
			t.Errorf("asked %d questions", len(z.Asked))
		}
	})
}
