package outlook_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"ndrscope/parse"
	"ndrscope/parse/bounce"
	"ndrscope/parse/outlook"
)

// props builds the streams of one object of a .msg: fixed values in a table, the others in a stream each.
type props struct {
	header  int // bytes before the table
	strings map[uint16]string
	ansi    map[uint16]string // in the code page
	binary  map[uint16][]byte
	numbers map[uint16]uint32
	times   map[uint16]time.Time
}

func (p props) nodes() []*node {
	table := make([]byte, p.header)
	add := func(id, kind uint16, value uint64) {
		table = binary.LittleEndian.AppendUint16(table, kind)
		table = binary.LittleEndian.AppendUint16(table, id)
		table = binary.LittleEndian.AppendUint32(table, 6)
		table = binary.LittleEndian.AppendUint64(table, value)
	}
	var nodes []*node
	stream := func(id, kind uint16, data []byte) {
		nodes = append(nodes, &node{name: fmt.Sprintf("__substg1.0_%04X%04X", id, kind), data: append([]byte{}, data...)})
		add(id, kind, uint64(len(data)))
	}
	for id, s := range p.strings {
		stream(id, 0x1F, utf16le(s))
	}
	for id, s := range p.ansi {
		stream(id, 0x1E, []byte(s))
	}
	for id, b := range p.binary {
		stream(id, 0x102, b)
	}
	for id, n := range p.numbers {
		add(id, 0x03, uint64(n))
	}
	for id, t := range p.times {
		add(id, 0x40, uint64((t.Unix()+11_644_473_600)*1e7))
	}
	return append(nodes, &node{name: "__properties_version1.0", data: table})
}

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func storage(name string, nodes ...*node) *node { return &node{name: name, children: nodes} }

func msg(message props, more ...*node) []byte {
	return compoundFile(storage("Root Entry", append(message.nodes(), more...)...))
}

var when = time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)

// ndr is a report as Outlook keeps it: what the DSN said is in the properties of the recipients.
func ndr() []byte {
	return msg(props{
		header: 32,
		strings: map[uint16]string{
			0x001A: "REPORT.IPM.Note.NDR",
			0x0037: "Undeliverable: Quotation für Sie",
			0x0049: "Quotation für Sie",
			0x0074: "Anna Beispiel",
			0x1001: "Your message did not reach some or all of the intended recipients.\r\n\r\n" +
				"The following recipient(s) cannot be reached:\r\n\r\n\tanna@customer.example on 20/11/2026 01:02\r\n",
			0x0C1A: "System Administrator",
			0x1035: "<ndr-1@mail.example.org>",
			0x1046: "<quote-7@example.org>",
			0x5D07: "sales@example.org",
		},
		times: map[uint16]time.Time{0x0032: when, 0x004E: when.Add(-time.Minute)},
	},
		storage("__recip_version1.0_#00000000", props{
			header: 8,
			strings: map[uint16]string{
				0x3001: "Anna Beispiel", 0x39FE: "anna@customer.example", 0x3003: "/o=x/cn=anna",
				0x0C1B: "<mail.example.org #5.7.1 smtp;550 5.7.1 Relaying denied for anna@customer.example>",
				0x0C21: "mx1.customer.example",
			},
			numbers: map[uint16]uint32{0x0C20: 571, 0x0C05: 0xFFFFFFFF, 0x0C04: 0},
		}.nodes()...),
		storage("__recip_version1.0_#00000001", props{
			header:  8,
			ansi:    map[uint16]string{0x3001: "bob@shop.example", 0x3003: "bob@shop.example"},
			numbers: map[uint16]uint32{0x0C05: 0, 0x0C04: 1},
		}.nodes()...),
	)
}

func decode(t *testing.T, raw []byte) []parse.Event {
	t.Helper()
	events, err := bounce.Decode(raw, parse.Origin{Path: "x.msg", Format: "msg", Index: 1}, bounce.Options{})
	if err != nil {
		t.Errorf("decoding: %v\n%s", err, raw)
	}
	return events
}

func TestNDR(t *testing.T) {
	raw, err := outlook.MSG(ndr())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Content-Type: multipart/report; report-type=delivery-status",
		"Subject: =?utf-8?q?Undeliverable:_Quotation_f=C3=BCr_Sie?=",
		"To: <sales@example.org>",
		"Reporting-MTA: dns; mail.example.org",
		"Date: Fri, 20 Nov 2026 01:02:03 +0000",
		"Arrival-Date: Fri, 20 Nov 2026 01:01:03 +0000",
		"Message-ID: <quote-7@example.org>",
		"\tanna@customer.example on 20/11/2026 01:02\n",
	} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	events := decode(t, raw)
	if len(events) != 2 {
		t.Fatalf("%d events of\n%s", len(events), raw)
	}
	e := events[0]
	if e.Kind != parse.Failure || e.Recipient != "anna@customer.example" || e.Status != "5.7.1" || e.ReplyCode != "550" ||
		e.RemoteHost != "mx1.customer.example" || e.MessageID != "quote-7@example.org" ||
		e.Diagnostic != "550 5.7.1 Relaying denied for anna@customer.example" {
		t.Errorf("%+v", e)
	}
	if e := events[1]; e.Recipient != "bob@shop.example" || e.Status != "5.1.1" {
		t.Errorf("%+v", e)
	}
}

func TestReportClasses(t *testing.T) {
	for class, want := range map[string]parse.Kind{
		"REPORT.IPM.Note.NDR":     parse.Failure,
		"report.ipm.note.dr":      parse.Delivery,
		"REPORT.IPM.Note.Delayed": parse.Delay,
		"REPORT.IPM.Note.IPNRN":   parse.Ignored,
		"IPM.Note":                parse.Ignored,
	} {
		raw, err := outlook.MSG(msg(
			props{header: 32, strings: map[uint16]string{0x001A: class, 0x0037: "About your message"}},
			storage("__recip_version1.0_#00000000", props{header: 8, strings: map[uint16]string{0x39FE: "eve@example.net"}}.nodes()...)))
		if err != nil {
			t.Fatal(err)
		}
		if events := decode(t, raw); events[0].Kind != want {
			t.Errorf("%s: %s, want %s, of\n%s", class, events[0].Kind, want, raw)
		}
	}
}

// A bounce that was fetched by IMAP keeps its own header and, as attachments, its own parts.
func TestMIMEReport(t *testing.T) {
	status := "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; dan@club.example\r\nAction: failed\r\n" +
		"Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n"
	embedded := storage("__substg1.0_3701000D", props{header: 24, strings: map[uint16]string{
		0x001A: "IPM.Note", 0x0037: "Minutes", 0x1035: "<minutes-3@example.org>", 0x1000: "See you.",
		0x007D: "From: sales@example.org\r\nTo: dan@club.example\r\nSubject: Minutes\r\nMessage-ID: <minutes-3@example.org>\r\n",
	}}.nodes()...)
	file := msg(props{header: 32, strings: map[uint16]string{
		0x001A: "IPM.Note", 0x1000: "Mailbox full.",
		0x007D: "Received: from mx.example.org\r\nFrom: MAILER-DAEMON@mx.example.org\r\nSubject: failure notice\r\n" +
			"Content-Type: multipart/report;\r\n\tboundary=\"b\"\r\nMIME-Version: 1.0\r\n\r\n",
	}, binary: map[uint16][]byte{0x1013: []byte("<p>Postfach voll f\xfcr Dan</p>")}, numbers: map[uint16]uint32{0x3FDE: 1252}},
		storage("__attach_version1.0_#00000000", props{header: 8, strings: map[uint16]string{0x3707: "details.txt"},
			binary: map[uint16][]byte{0x3701: []byte(status)}}.nodes()...),
		storage("__attach_version1.0_#00000001", append(props{header: 8}.nodes(), embedded)...),
		storage("__attach_version1.0_#00000002", props{header: 8, strings: map[uint16]string{0x3707: "logo.png"},
			binary: map[uint16][]byte{0x3701: make([]byte, 5000)}}.nodes()...))
	raw, err := outlook.MSG(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "<p>Postfach voll für Dan</p>") || strings.Count(string(raw), "MIME-Version") != 2 {
		t.Errorf("HTML or header is wrong in\n%s", raw)
	}
	events := decode(t, raw)
	if len(events) != 1 || events[0].Recipient != "dan@club.example" || events[0].Status != "5.2.2" ||
		events[0].MessageID != "minutes-3@example.org" {
		t.Errorf("%+v of\n%s", events, raw)
	}
}

func TestCodePageAndRTF(t *testing.T) {
	// Uncompressed RTF; the second run of text is a reference into the dictionary of the compression.
	rtf := `{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}Postf\'e4ch \u252? voll\par user@example.net}`
	raw, err := outlook.MSG(msg(props{header: 32,
		ansi:    map[uint16]string{0x001A: "IPM.Note", 0x0037: "\xcf\xee\xf7\xf2\xe0"},
		binary:  map[uint16][]byte{0x1009: append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00MELA\x00\x00\x00\x00"), rtf...)},
		numbers: map[uint16]uint32{0x3FFD: 1251}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"=?utf-8?q?=D0=9F=D0=BE=D1=87=D1=82=D0=B0?=", "ch ü voll\nuser@example.net"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	if strings.Contains(string(raw), "Arial") || strings.Contains(string(raw), "generator") {
		t.Errorf("layout in the text:\n%s", raw)
	}
}

func TestCompressedRTF(t *testing.T) {
	// The example of [MS-OXRTFCP] section 3.1.1.
	data := []byte("\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35" +
		"\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0")
	raw, err := outlook.MSG(msg(props{header: 32, strings: map[uint16]string{0x001A: "IPM.Note"}, binary: map[uint16][]byte{0x1009: data}}))
	if err != nil || !strings.Contains(string(raw), "hello world\n") {
		t.Errorf("%v in\n%s", err, raw)
	}
}

func TestMSGDamaged(t *testing.T) {
	whole := ndr()
	notMessage := compoundFile(storage("Root Entry", &node{name: "WordDocument", data: []byte("x")}))
	for name, file := range map[string][]byte{"empty": {}, "magic": whole[:8], "header": whole[:512], "cut": whole[:1500], "word": notMessage} {
		if raw, err := outlook.MSG(file); err == nil || raw != nil {
			t.Errorf("%s: %q, %v; want an error alone", name, raw, err)
		}
	}
}

// Storages within storages cost the reader memory with the square of their number.
func TestMSGDeep(t *testing.T) {
	n := storage("deepest")
	for range 5000 {
		n = storage("a", n)
	}
	if _, err := outlook.MSG(compoundFile(n)); err == nil || !strings.Contains(err.Error(), "too deep") {
		t.Errorf("%v; want too deep", err)
	}
}

func FuzzMSG(f *testing.F) {
	whole := ndr()
	f.Add(whole)
	f.Add(whole[:2000])
	f.Fuzz(func(t *testing.T, file []byte) {
		raw, err := outlook.MSG(file)
		if raw == nil && err == nil {
			t.Error("neither message nor error")
		}
	})
}
