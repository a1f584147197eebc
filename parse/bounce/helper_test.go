package bounce

import (
	"encoding/base64"
	"encoding/binary"
	"os"
	"strings"
	"sync"
	"testing"

	"ndrscope/parse"
)

func TestFindReply(t *testing.T) {
	for _, c := range []struct{ text, code, status string }{
		{"550 5.1.1 <bob@example.com>... User unknown", "550", "5.1.1"},
		{"550-5.7.1 [192.0.2.1] blocked", "550", "5.7.1"},
		{"SMTP; 452 mailbox full (#4.2.2)", "452", "4.2.2"},
		{"550 #5.1.0 Address rejected.", "550", "5.1.0"},
		{"host mx.example.com[192.0.2.25] said: 554 5.7.1 Relay access denied", "554", "5.7.1"},
		{"550 550 5.7.1 blocked", "550", "5.7.1"},
		{"550: 5.2.2 over quota", "550", "5.2.2"},
		{"ERROR_CODE :421, ERROR_CODE :, Host not reachable.", "421", ""},
		{"ResponseCode 421, , Host not reachable.", "421", ""},
		{"Error 550: mailbox unavailable", "550", ""},
		{"Sorry, no mailbox here by that name. (#5.1.1)", "", "5.1.1"},
		{"the server replied with code 554 (5.7.25) 'no PTR'", "554", "5.7.25"},
		{"554 4.4.7 Message expired.<421 4.4.2 Connection timed out>", "421", "4.4.2"},
		{"5.0.0 (undefined status), then 550 5.1.10 not found", "550", "5.1.10"},
		{"571 No PTR Record found", "571", ""},
		{"550", "550", ""},
		// None of these is a reply.
		{"Your message of 450 KB exceeds the limit of 400.", "", ""},
		{"from [192.0.2.250] by 203.0.113.5", "", ""},
		{"Exim 4.96.2 and Postfix 3.5.9-1, 8.14.4/8.14.4", "", ""},
		{"ICQ 555-1234, 550,000 messages, 4.500 users, at 10:550", "", ""},
		{"Message-ID 5501.550@example.com", "", ""},
		{"ids 550a b550 5.1.1x 5.1.1.1 5.9.1 5.1.1000", "", ""},
		{"at most 500 messages and 550 recipients", "", ""},
		{"", "", ""},
	} {
		if r := findReply(c.text); r.code != c.code || r.status != c.status {
			t.Errorf("%q: have %q %q, want %q %q", c.text, r.code, r.status, c.code, c.status)
		}
	}
}

func TestAddressesIn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"<bob@example.com>: no", "bob@example.com"},
		{"to bob@example.com.", "bob@example.com"},
		{"to=<bob@example.com>, to=carol@example.org", "bob@example.com carol@example.org"},
		{`"bob baker"@example.com`, `"bob baker"@example.com`},
		{"bob+tag=x@example.com", "bob+tag=x@example.com"},
		{"(bob@example.com), 'carol@example.org'", "bob@example.com carol@example.org"},
		{"<rené@bücher.example>", "rené@bücher.example"},
		{"宛先bob@example.comへ送信", "bob@example.com"},
		{"宛先：<ボブ@例え.example>", "ボブ@例え.example"},
		{"mailto:bob@example.com?subject=x", "bob@example.com"},
		{"bob@[192.0.2.1] bob@192.0.2.1 @example.com bob@ bob@localhost a@.com a@b..com", ""},
		{"mx.example.com [192.0.2.25]", ""},
		{"bob@example.com@example.org", "bob@example.com"},
	} {
		if have := strings.Join(addressesIn(c.text, 10), " "); have != c.want {
			t.Errorf("%q: have %q, want %q", c.text, have, c.want)
		}
	}
}

func TestRemoteIn(t *testing.T) {
	for _, c := range []struct{ text, host, ip string }{
		{"host mx.example.com[192.0.2.25] said: 550 no", "mx.example.com", "192.0.2.25"},
		{"host mx.example.com [192.0.2.25]: 550 no", "mx.example.com", "192.0.2.25"},
		{"host mx.example.com[2001:db8::25] said: 550 no", "mx.example.com", "2001:db8::25"},
		{"connect to mx.example.com[192.0.2.25]:25: Connection timed out", "mx.example.com", "192.0.2.25"},
		{"... while talking to mx.example.com.:", "mx.example.com", ""},
		{"mx.example.com [192.0.2.25] did not like our RCPT TO: 550 no", "mx.example.com", "192.0.2.25"},
		{"mx.example.com[192.0.2.25] responded with failure: 552 full", "mx.example.com", "192.0.2.25"},
		{"Remote Server at mx.example.com (192.0.2.25) returned '550 5.1.1'", "mx.example.com", "192.0.2.25"},
		{"192.0.2.25 does not like recipient.", "", "192.0.2.25"},
		{"host: mx.example.com (192.0.2.25) reason: 550 no", "mx.example.com", "192.0.2.25"},
		{"554 5.7.1 Client host [203.0.113.7] blocked", "", ""},
		{"550 the host example.com does not exist", "", ""},
	} {
		if host, ip := remoteInText(c.text); host != c.host || ip != c.ip {
			t.Errorf("%q: have %q %q, want %q %q", c.text, host, ip, c.host, c.ip)
		}
	}
}

func TestOurIPIn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org", "203.0.113.7"},
		{"554 5.7.1 <out.sender.example[203.0.113.7]>: Client host rejected: cannot find your reverse hostname", "203.0.113.7"},
		{"421-4.7.0 [203.0.113.7      15] Our system has detected an unusual rate", "203.0.113.7"},
		{"550-5.7.1 [2001:db8::7] Our system has detected that this message", "2001:db8::7"},
		{"550 5.7.1 Connections not accepted. Fix reverse DNS for 203.0.113.7", "203.0.113.7"},
		{"451 4.7.650 The mail server [203.0.113.7] has been temporarily rate limited", "203.0.113.7"},
		{"550 5.7.606 Access denied, banned sending IP [203.0.113.7].", "203.0.113.7"},
		{"554 IP=203.0.113.7 - A problem occurred.", "203.0.113.7"},
		{"Messages from 203.0.113.7 temporarily deferred", "203.0.113.7"},
		{"host mx.example.com[192.0.2.25] said: 550 5.1.1 unknown", ""},
		{"connect to mx.example.com[192.0.2.25]:25: Connection refused", ""},
		{"550 5.1.1 unknown 10.5.3.2 version", ""},
	} {
		if have := ourIPIn(lower(c.text), ""); have != c.want {
			t.Errorf("%q: have %q, want %q", c.text, have, c.want)
		}
	}
}

func TestBlockListIn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Client host [203.0.113.7] blocked using zen.spamhaus.org; see", "zen.spamhaus.org"},
		{"blocked using bl.example.org", "bl.example.org"},
		{"Blocked - see https://www.spamcop.net/bl.shtml?203.0.113.7", "spamcop"},
		{"is listed in [b.barracudacentral.org]", "b.barracudacentral.org"},
		{"5.7.1 rejected: part of their network is on our block list (S3150)", "outlook.com"},
		{"User unknown", ""},
		{"blocked by policy", ""},
	} {
		var low haystack
		low.fill(c.text)
		if have := blockListIn(&low); have != c.want {
			t.Errorf("%q: have %q, want %q", c.text, have, c.want)
		}
	}
}

func TestOneLine(t *testing.T) {
	have := oneLine("550-5.1.1 The account does\n550-5.1.1 not exist.\n 550 5.1.1 Read more\t<x>")
	if want := "550-5.1.1 The account does not exist. Read more <x>"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

// TestHeaders requires that broken header lines cost nothing but themselves.
func TestHeaders(t *testing.T) {
	f := parseFields("From MAILER-DAEMON Fri Nov 20 09:14:02 2026\nSubject : a\n\tb\nno field\n: empty\nX-Last:c", maxFields)
	if f.get("subject") != "a b" || f.get("X-LAST") != "c" || len(f) != 2 {
		t.Errorf("have %q", f)
	}
}

func TestToUTF8(t *testing.T) {
	for _, c := range []struct{ bytes, charset, want string }{
		{"gr\xfc\xdfe", "iso-8859-1", "grüße"},
		{"gr\xfc\xdfe", "x-invented", "grüße"},
		{"gr\xfc\xdfe", "utf-8", "grüße"},
		{"gr\xc3\xbc\xc3\x9fe", "us-ascii", "grüße"},
		{"gr\xc3\xbc\xc3\x9fe", "iso-8859-1", "grüße"},
		{"\xd0\xd2\xc9\xd7\xc5\xd4", "koi8-r", "привет"},
		{"\x1b$B%(%i!<\x1b(B", "", "エラー"},
		{"\x83G\x83\x89\x81[", "shift_jis", "エラー"},
		{"\xa5\xa8\xa5\xe9\xa1\xbc", "ISO-2022-JP", "エラー"},
		{"\x83G\x83\x89\x81[", "iso-2022-jp", "エラー"},
		{"\xe3\x82\xa8\xe3\x83\xa9\xe3\x83\xbc", "iso-2022-jp", "エラー"},
		{"\xb4\xed\xce\xf3", "gb18030", "错误"},
		{"\xbf\xc0\xb7\xf9", "euc-kr", "오류"},
	} {
		if have := toUTF8([]byte(c.bytes), c.charset); have != c.want {
			t.Errorf("%q in %s: have %q, want %q", c.bytes, c.charset, have, c.want)
		}
	}
}

func TestBackscatter(t *testing.T) {
	const bounce = "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n" +
		"Hi. This is the qmail-send program at mx.example.net.\n\n<bob@example.com>:\nno such user\n\n" +
		"--- Below this line is a copy of the message.\n\n" +
		"Received: from host.example.org (HELO pc) (192.0.2.77) by mx.example.net\nFrom: alice@sender.example\nMessage-ID: <1@spam.example.org>\n"
	decode := func(raw string, opt Options) parse.Event {
		events, _ := Decode([]byte(raw), parse.Origin{Path: "x"}, opt)
		return events[0]
	}
	ours := Options{OurDomains: []string{"sender.example"}, OurHosts: []string{"203.0.113.7"}}
	if e := decode(bounce, ours); e.Kind != parse.Ignored || e.Subkind != parse.Backscatter {
		t.Errorf("a message that we never sent is %s %s", e.Kind, e.Subkind)
	}
	for name, raw := range map[string]string{
		"our Message-ID":       strings.ReplaceAll(bounce, "spam.example.org", "mail.sender.example"),
		"our address":          strings.ReplaceAll(bounce, "192.0.2.77", "203.0.113.7"),
		"no message came back": bounce[:strings.Index(bounce, "--- Below")],
		"our host in Received": strings.ReplaceAll(bounce, "host.example.org", "out.sender.example"),
	} {
		if e := decode(raw, ours); e.Kind != parse.Failure {
			t.Errorf("%s: %s %s", name, e.Kind, e.Subkind)
		}
	}
	if e := decode(strings.ReplaceAll(bounce, "spam.example.org", "notsender.example"), ours); e.Subkind != parse.Backscatter {
		t.Errorf("a name that merely ends alike counts as ours: %s %s", e.Kind, e.Subkind)
	}
	if e := decode(bounce, Options{}); e.Kind != parse.Failure {
		t.Errorf("without options: %s", e.Kind)
	}
}

// TestTNEF requires that a notice within winmail.dat is read like any other.
func TestTNEF(t *testing.T) {
	tnef := "\x78\x9f\x3e\x22\x01\x00"
	for _, attribute := range []struct {
		id   uint32
		text string
	}{
		{0x00078008, "IPM.Note\x00"},
		{0x0002800C, "Your message did not reach the following recipient(s):\r\n\r\nbob@example.com on Fri, 20 Nov 2026\r\n    550 5.1.1 no such user\r\n\x00"},
	} {
		b := binary.LittleEndian.AppendUint32([]byte{1}, attribute.id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(attribute.text)))
		tnef += string(b) + attribute.text + "\x00\x00"
	}
	raw := "From: System Administrator <postmaster@mx.example.net>\nSubject: Undeliverable: Offer\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\n" +
		"Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(tnef)) + "\n--b--\n"
	events, err := Decode([]byte(raw), parse.Origin{Path: "x"}, Options{})
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	if e := events[0]; e.Recipient != "bob@example.com" || e.Status != "5.1.1" || e.Dialect != "exchange2003" {
		t.Errorf("have %+v", e)
	}
}

// TestConcurrent decodes all samples at once; it is of use with -race.
func TestConcurrent(t *testing.T) {
	var raws [][]byte
	for _, name := range samples(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw)
	}
	want := make([]string, len(raws))
	for i, raw := range raws {
		want[i] = signature(raw)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, raw := range raws {
				if have := signature(raw); have != want[i] {
					t.Errorf("have %s, want %s", have, want[i])
				}
			}
		})
	}
	wg.Wait()
}

// TestExchangeLanguages requires each heading to lead to the recipient below it.
func TestExchangeLanguages(t *testing.T) {
	for _, heading := range exchangeDiagnostics {
		raw := "From: <postmaster@mail.example.com>\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n" +
			"Bob (carol@example.org) ...\n\n" + heading + " ex01.example.com\n\nbob@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n"
		events, _ := Decode([]byte(raw), parse.Origin{Path: "x"}, Options{})
		e := events[0]
		if len(events) != 1 || e.Recipient != "bob@example.com" || e.Status != "5.1.1" || e.ReplyCode != "550" || e.Dialect != "exchange2007" {
			t.Errorf("%s: %+v", heading, events)
		}
	}
}
