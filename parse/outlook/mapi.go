// Package outlook turns messages in Microsoft's own formats into RFC 5322 messages, so that they are decoded like any
// other: .msg files ([MS-OXMSG]) and TNEF, the "winmail.dat" attachment ([MS-OXTNEF]).
//
// Both are lists of MAPI properties. msg.go and tnef.go read them into an object; compose.go writes the message, and
// report.go the delivery status of a report, which Outlook keeps as properties of the failed recipients.
package outlook

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// Identifiers of MAPI properties, from [MS-OXPROPS].
const (
	propMessageClass        = 0x001A
	propReportTime          = 0x0032
	propSubject             = 0x0037
	propSubmitTime          = 0x0039
	propRepresentingName    = 0x0042
	propOriginalSubject     = 0x0049
	propOriginalSubmitTime  = 0x004E
	propOriginalSenderName  = 0x005A
	propRepresentingAddress = 0x0065
	propOriginalSender      = 0x0067
	propOriginalDisplayTo   = 0x0074
	propReceivedByAddress   = 0x0076
	propTransportHeaders    = 0x007D
	propNDRReason           = 0x0C04
	propNDRDiagnostic       = 0x0C05
	propRecipientType       = 0x0C15
	propSenderName          = 0x0C1A
	propSupplementaryInfo   = 0x0C1B
	propSenderAddress       = 0x0C1F
	propNDRStatus           = 0x0C20
	propRemoteMTA           = 0x0C21
	propDisplayTo           = 0x0E04
	propDeliveryTime        = 0x0E06
	propBody                = 0x1000
	propReportText          = 0x1001
	propRTF                 = 0x1009
	propHTML                = 0x1013
	propMessageID           = 0x1035
	propOriginalMessageID   = 0x1046
	propDisplayName         = 0x3001
	propAddress             = 0x3003
	propAttachData          = 0x3701
	propAttachShortName     = 0x3704
	propAttachName          = 0x3707
	propAttachMIMEType      = 0x370E
	propSMTPAddress         = 0x39FE
	propInternetCodePage    = 0x3FDE
	propMessageCodePage     = 0x3FFD
	propSenderSMTP          = 0x5D01
	propRepresentingSMTP    = 0x5D02
	propReceivedBySMTP      = 0x5D07
	propReportingMTA        = 0x6820
	propFirstNamed          = 0x8000 // from here on the identifiers mean nothing by themselves
)

// Types of properties, from [MS-OXCDATA] section 2.11.1.
const (
	typeInt16   = 0x0002
	typeInt32   = 0x0003
	typeFloat   = 0x0004
	typeDouble  = 0x0005
	typeMoney   = 0x0006
	typeAppTime = 0x0007
	typeError   = 0x000A
	typeBool    = 0x000B
	typeObject  = 0x000D
	typeInt64   = 0x0014
	typeString8 = 0x001E
	typeUnicode = 0x001F
	typeTime    = 0x0040
	typeGUID    = 0x0048
	typeBinary  = 0x0102
	manyValues  = 0x1000 // added to the type where there are several values
)

// Bounds on what is read of one file.
const (
	maxObjects = 10_000 // recipients and attachments
	maxDepth   = 8      // messages within messages
	maxText    = 8 << 20
)

// object is a message, a recipient or an attachment.
type object struct {
	props       map[uint16]property
	recipients  []*object
	attachments []*object
	embedded    *object // of an attachment: the message that it is
	codePage    encoding.Encoding
}

type property struct {
	kind uint16
	data []byte
}

func newObject() *object {
	return &object{props: make(map[uint16]property), codePage: charmap.Windows1252}
}

func (o *object) set(id, kind uint16, data []byte) {
	if id < propFirstNamed {
		o.props[id] = property{kind, data}
	}
}

// findCodePage is called when all properties are known.
func (o *object) findCodePage() {
	for _, id := range []uint16{propMessageCodePage, propInternetCodePage} {
		if n, ok := o.number(id); ok {
			if page := codePage(n); page != nil {
				o.codePage = page
				break
			}
		}
	}
	for _, child := range o.recipients {
		child.codePage = o.codePage
	}
	for _, child := range o.attachments {
		child.codePage = o.codePage
	}
}

// codePage is the encoding of a Windows code page; nil if it is not known.
func codePage(n uint32) encoding.Encoding {
	var name string
	switch {
	case n == 65001 || n == 20127:
		name = "utf-8"
	case n >= 1250 && n <= 1258:
		name = fmt.Sprintf("windows-%d", n)
	case n >= 28592 && n <= 28606:
		name = fmt.Sprintf("iso-8859-%d", n-28590)
	default:
		name = map[uint32]string{866: "ibm866", 874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr",
			950: "big5", 20866: "koi8-r", 21866: "koi8-u", 28591: "windows-1252", 50220: "iso-2022-jp",
			50221: "iso-2022-jp", 50222: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr", 54936: "gb18030"}[n]
	}
	page, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return page
}

// text is the value of a string property in UTF-8; empty if there is none.
func (o *object) text(ids ...uint16) string {
	for _, id := range ids {
		p, ok := o.props[id]
		if !ok {
			continue
		}
		data := p.data[:min(len(p.data), maxText)]
		var s string
		if p.kind == typeUnicode {
			s = fromUTF16(data)
		} else {
			s = o.decode(data)
		}
		if s = strings.TrimRight(s, "\x00"); s != "" {
			return s
		}
	}
	return ""
}

func (o *object) decode(data []byte) string {
	text, err := o.codePage.NewDecoder().Bytes(data)
	if err != nil {
		text = data
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func fromUTF16(data []byte) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

func (o *object) number(id uint16) (uint32, bool) {
	p, ok := o.props[id]
	if !ok || len(p.data) < 4 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(p.data), true
}

// time is a FILETIME: 100 ns since 1601.
func (o *object) time(ids ...uint16) time.Time {
	const to1970 = 11_644_473_600
	for _, id := range ids {
		p := o.props[id]
		if p.kind != typeTime || len(p.data) < 8 {
			continue
		}
		n := int64(binary.LittleEndian.Uint64(p.data))
		t := time.Unix(n/1e7-to1970, n%1e7*100).UTC()
		if t.Year() > 1970 && t.Year() < 2200 {
			return t
		}
	}
	return time.Time{}
}
