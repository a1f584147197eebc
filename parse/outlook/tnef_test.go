package outlook_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"ndrscope/parse/outlook"
)

// tnef writes attributes behind each other.
type tnef []byte

func newTNEF() tnef { return append(tnef(outlook.TNEFMagic), 1, 0) }

func (t tnef) attribute(level byte, id uint32, data []byte) tnef {
	t = append(t, level)
	t = binary.LittleEndian.AppendUint32(t, id)
	t = binary.LittleEndian.AppendUint32(t, uint32(len(data)))
	t = append(t, data...)
	sum := uint16(0)
	for _, b := range data {
		sum += uint16(b)
	}
	return binary.LittleEndian.AppendUint16(t, sum)
}

// mapi writes a list of MAPI properties.
type mapi struct {
	n    uint32
	data []byte
}

func (m *mapi) tag(id, kind uint16) *mapi {
	m.n++
	m.data = binary.LittleEndian.AppendUint16(m.data, kind)
	m.data = binary.LittleEndian.AppendUint16(m.data, id)
	return m
}

func (m *mapi) number(id uint16, n uint32) *mapi {
	m.tag(id, 3)
	m.data = binary.LittleEndian.AppendUint32(m.data, n)
	return m
}

func (m *mapi) variable(id, kind uint16, value []byte) *mapi {
	m.tag(id, kind)
	if id >= 0x8000 { // a name: 16 bytes of GUID, kind 1, then the name in UTF-16
		m.data = append(m.data, make([]byte, 16)...)
		m.data = binary.LittleEndian.AppendUint32(m.data, 1)
		m.data = binary.LittleEndian.AppendUint32(m.data, 6)
		m.data = append(m.data, "a\x00b\x00\x00\x00\x00\x00"...)
	}
	m.data = binary.LittleEndian.AppendUint32(m.data, 1)
	m.data = binary.LittleEndian.AppendUint32(m.data, uint32(len(value)))
	m.data = append(m.data, value...)
	for len(m.data)%4 != 0 {
		m.data = append(m.data, 0)
	}
	return m
}

func (m *mapi) bytes() []byte { return append(binary.LittleEndian.AppendUint32(nil, m.n), m.data...) }

func winmail() []byte {
	inner := newTNEF().attribute(1, 0x00069003, new(mapi).
		variable(0x001A, 0x1F, utf16le("IPM.Note\x00")).
		variable(0x0037, 0x1F, utf16le("Order 4711\x00")).
		variable(0x1035, 0x1F, utf16le("<order-4711@example.org>\x00")).bytes())
	table := binary.LittleEndian.AppendUint32(nil, 1)
	table = append(table, new(mapi).
		variable(0x39FE, 0x1F, utf16le("fay@partner.example\x00")).
		number(0x0C20, 441).
		variable(0x0C1B, 0x1F, utf16le("<mail.example.org #4.4.1 smtp;451 4.4.1 No answer from host>\x00")).bytes()...)
	return newTNEF().
		attribute(1, 0x00069007, []byte{0xe4, 4, 0, 0, 0, 0, 0, 0}). // code page 1252
		attribute(1, 0x00078008, []byte("IPM.Microsoft Mail.Note\x00")).
		attribute(1, 0x00038005, []byte{0xea, 7, 11, 0, 20, 0, 1, 0, 2, 0, 3, 0, 5, 0}).
		attribute(1, 0x00069003, new(mapi).
			variable(0x8001, 0x1F, utf16le("a property with a name\x00")).
			variable(0x001A, 0x1F, utf16le("REPORT.IPM.Note.NDR\x00")).
			variable(0x0037, 0x1E, []byte("Unzustellbar: Gr\xfc\xdfe\x00")).
			variable(0x1000, 0x1E, []byte("fay@partner.example could not be reached.\r\n\x00")).bytes()).
		attribute(1, 0x00069004, table).
		attribute(2, 0x00069002, make([]byte, 14)).
		attribute(2, 0x00018010, []byte("photo.jpg\x00")).
		attribute(2, 0x0006800F, []byte("\xff\xd8\xff")).
		attribute(2, 0x00069002, make([]byte, 14)).
		attribute(2, 0x00069005, new(mapi).variable(0x3701, 0x0D, append(make([]byte, 16), inner...)).bytes())
}

func TestTNEF(t *testing.T) {
	raw, err := outlook.TNEF(winmail())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"could not be reached.\n", "filename=photo.jpg\n\n/9j/\n", "Subject: Order 4711",
		"Subject: =?utf-8?q?Unzustellbar:_Gr=C3=BC=C3=9Fe?=", "Date: Fri, 20 Nov 2026 01:02:03 +0000"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
	events := decode(t, raw)
	if len(events) != 1 || events[0].Recipient != "fay@partner.example" || events[0].Status != "4.4.1" ||
		events[0].ReplyCode != "451" || events[0].MessageID != "order-4711@example.org" {
		t.Errorf("%+v of\n%s", events, raw)
	}
}

func TestTNEFDamaged(t *testing.T) {
	whole := winmail()
	if raw, err := outlook.TNEF([]byte("not TNEF at all")); raw != nil || err == nil {
		t.Errorf("%q, %v; want an error alone", raw, err)
	}
	for _, n := range []int{20, 200, len(whole) / 2, len(whole) - 1} {
		raw, err := outlook.TNEF(whole[:n])
		if raw == nil || err == nil {
			t.Errorf("cut at %d: %q, %v; want a message and an error", n, raw, err)
		}
	}
}

func FuzzTNEF(f *testing.F) {
	f.Add(winmail())
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := outlook.TNEF(data)
		if raw == nil && err == nil {
			t.Error("neither message nor error")
		}
		if limit := 64*len(data) + 64<<10; len(raw) > limit {
			t.Errorf("%d bytes of %d", len(raw), len(data))
		}
	})
}
