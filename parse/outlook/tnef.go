package outlook

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// TNEFMagic is what TNEF begins with.
const TNEFMagic = "\x78\x9f\x3e\x22"

// Attributes of TNEF, [MS-OXTNEF] section 2.1.3.2.
const (
	attrFrom           = 0x00008000
	attrSubject        = 0x00018004
	attrDateSent       = 0x00038005
	attrMessageClass   = 0x00078008
	attrBody           = 0x0002800C
	attrAttachData     = 0x0006800F
	attrAttachTitle    = 0x00018010
	attrAttachRendData = 0x00069002
	attrMsgProps       = 0x00069003
	attrRecipTable     = 0x00069004
	attrAttachment     = 0x00069005
	attrOemCodepage    = 0x00069007
)

var errTNEF = errors.New("the TNEF data (winmail.dat) is damaged or cut short; what comes before was used")

// TNEF turns the content of a winmail.dat (application/ms-tnef) into an RFC 5322 message with its text, its attachments
// and, of a report, the delivery status. An error beside a message is a warning.
func TNEF(data []byte) ([]byte, error) {
	o, err := readTNEF(data, 0)
	if o == nil {
		return nil, err
	}
	return compose(o), err
}

func readTNEF(data []byte, depth int) (*object, error) {
	if len(data) < 6 || string(data[:4]) != TNEFMagic {
		return nil, errors.New("not TNEF")
	}
	o := newObject()
	var attachment *object
	var err error
	in := reader{data: data[6:]}
	for len(in.data) > 0 {
		in.u8() // level: message or attachment
		id := in.u32()
		value := in.bytes(int(in.u32()))
		in.u16() // checksum
		if in.short {
			err = errTNEF
			break
		}
		switch id {
		case attrAttachRendData:
			if len(o.attachments) >= maxObjects {
				return o, errTNEF
			}
			attachment = newObject()
			o.attachments = append(o.attachments, attachment)
		case attrAttachData, attrAttachTitle, attrAttachment:
			if attachment == nil {
				attachment = newObject()
				o.attachments = append(o.attachments, attachment)
			}
			if !attachment.attachAttribute(id, value, depth) {
				err = errTNEF
			}
		case attrMsgProps:
			p := reader{data: value}
			p.properties(o, depth)
			if p.short {
				err = errTNEF
			}
		case attrRecipTable:
			if !o.recipientTable(value, depth) {
				err = errTNEF
			}
		default:
			o.attribute(id, value)
		}
	}
	o.findCodePage()
	return o, err
}

// attribute takes an attribute of the message from before MAPI, unless its property is there.
func (o *object) attribute(id uint32, value []byte) {
	prop, kind := uint16(0), uint16(typeString8)
	switch id {
	case attrSubject:
		prop = propSubject
	case attrBody:
		prop = propBody
	case attrMessageClass:
		prop = propMessageClass
	case attrFrom:
		if len(value) >= 8 { // a TRP structure: name and "SMTP:address" follow a header of four lengths
			names := strings.Split(strings.Trim(string(value[8:]), "\x00"), "\x00")
			o.fallback(propSenderName, typeString8, []byte(names[0]))
			_, address, _ := strings.Cut(names[len(names)-1], ":")
			o.fallback(propSenderAddress, typeString8, []byte(address))
		}
		return
	case attrDateSent:
		if t, ok := dtr(value); ok {
			prop, kind, value = propSubmitTime, typeTime, filetime(t)
		}
	case attrOemCodepage:
		prop, kind = propMessageCodePage, typeInt32
	}
	if prop != 0 {
		o.fallback(prop, kind, value)
	}
}

func (o *object) fallback(id, kind uint16, data []byte) {
	if _, known := o.props[id]; !known && len(data) > 0 {
		o.set(id, kind, data)
	}
}

// dtr is a date as TNEF writes it: year, month, day, hour, minute, second, in 16 bits each.
func dtr(value []byte) (time.Time, bool) {
	if len(value) < 12 {
		return time.Time{}, false
	}
	var n [6]int
	for i := range n {
		n[i] = int(binary.LittleEndian.Uint16(value[2*i:]))
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC), true
}

func filetime(t time.Time) []byte {
	return binary.LittleEndian.AppendUint64(nil, uint64((t.Unix()+11_644_473_600)*1e7))
}

func (o *object) attachAttribute(id uint32, value []byte, depth int) bool {
	switch id {
	case attrAttachData:
		o.fallback(propAttachData, typeBinary, value)
	case attrAttachTitle:
		o.fallback(propAttachShortName, typeString8, value)
	case attrAttachment:
		p := reader{data: value}
		p.properties(o, depth)
		return !p.short
	}
	return true
}

func (o *object) recipientTable(value []byte, depth int) bool {
	in := reader{data: value}
	for rows := in.u32(); rows > 0 && !in.short && len(o.recipients) < maxObjects; rows-- {
		r := newObject()
		in.properties(r, depth)
		o.recipients = append(o.recipients, r)
	}
	return !in.short
}

// reader takes values off the begin of data. Once something is missing, short is set and all values are zero.
type reader struct {
	data  []byte
	short bool
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.short = true
		r.data = nil
	}
	if r.short {
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) u8() (n uint8) {
	if b := r.bytes(1); b != nil {
		n = b[0]
	}
	return n
}

func (r *reader) u16() (n uint16) {
	if b := r.bytes(2); b != nil {
		n = binary.LittleEndian.Uint16(b)
	}
	return n
}

func (r *reader) u32() (n uint32) {
	if b := r.bytes(4); b != nil {
		n = binary.LittleEndian.Uint32(b)
	}
	return n
}

// padded takes n bytes and what fills them up to a multiple of four.
func (r *reader) padded(n int) []byte {
	b := r.bytes(n)
	r.bytes(min((4-n&3)&3, len(r.data)))
	return b
}

// properties reads a list of MAPI properties, [MS-OXTNEF] section 2.1.3.4, into o.
func (r *reader) properties(o *object, depth int) {
	for n := r.u32(); n > 0 && !r.short; n-- {
		kind, id := r.u16(), r.u16()
		if id >= propFirstNamed {
			r.bytes(16) // GUID
			if r.u32() == 0 {
				r.u32()
			} else {
				r.padded(int(r.u32()))
			}
		}
		value := r.value(kind)
		if r.short {
			return
		}
		if kind == typeObject && id == propAttachData {
			// An interface identifier of 16 bytes, then a message in TNEF of its own.
			if len(value) > 16 && depth < maxDepth {
				o.embedded, _ = readTNEF(value[16:], depth+1)
			}
			continue
		}
		if kind&manyValues == 0 {
			o.set(id, kind, value)
		}
	}
}

// value reads a value of one property; of several values the last.
func (r *reader) value(kind uint16) (value []byte) {
	count := uint32(1)
	variable := false
	switch kind &^ manyValues {
	case typeString8, typeUnicode, typeBinary, typeObject:
		variable = true
	}
	if variable || kind&manyValues != 0 {
		count = r.u32()
	}
	for ; count > 0 && !r.short; count-- {
		switch kind &^ manyValues {
		case typeString8, typeUnicode, typeBinary, typeObject:
			value = r.padded(int(r.u32()))
		case typeDouble, typeMoney, typeAppTime, typeInt64, typeTime:
			value = r.bytes(8)
		case typeGUID:
			value = r.bytes(16)
		case typeInt16, typeInt32, typeFloat, typeError, typeBool:
			value = r.bytes(4)
		default:
			r.short = true // a type of unknown size: nothing after it can be found
		}
	}
	return value
}
