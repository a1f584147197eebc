package outlook

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"
)

// compose writes an object as an RFC 5322 message. The text is that of the object, the structure is ours: what MIME
// parts there once were is not kept by Outlook.
func compose(o *object) []byte {
	c := &composer{}
	c.message(o, 0)
	return c.Bytes()
}

type composer struct {
	bytes.Buffer
	boundaries int
}

func (c *composer) message(o *object, depth int) {
	report := reportOf(o)
	headers := o.text(propTransportHeaders)
	c.header(o, headers)
	boundary := c.boundary()
	kind := "multipart/mixed"
	switch {
	case report != nil:
		kind = "multipart/report; report-type=" + report.kind
	case wasReport(headers):
		kind = "multipart/report"
	}
	fmt.Fprintf(c, "MIME-Version: 1.0\nContent-Type: %s;\n\tboundary=\"%s\"\n\n", kind, boundary)

	c.texts(o, boundary)
	hasStatus := false
	for _, a := range o.attachments {
		hasStatus = hasStatus || a.mimeType() == "message/delivery-status"
	}
	if report != nil && !hasStatus {
		c.part(boundary, "message/"+report.kind)
		c.WriteString(report.status(o))
	}
	returned := false
	for _, a := range o.attachments {
		if a.embedded != nil && depth < maxDepth {
			c.part(boundary, "message/rfc822")
			c.message(a.embedded, depth+1)
			returned = true
			continue
		}
		c.attachment(boundary, a)
	}
	if report != nil && !returned {
		c.part(boundary, "text/rfc822-headers")
		c.WriteString(report.original(o))
	}
	fmt.Fprintf(c, "\n--%s--\n", boundary)
}

// boundary is a line that no other part of the message has.
func (c *composer) boundary() string {
	c.boundaries++
	return fmt.Sprintf("=_outlook_%d_=", c.boundaries)
}

func (c *composer) part(boundary, contentType string) {
	fmt.Fprintf(c, "\n--%s\nContent-Type: %s\n\n", boundary, contentType)
}

// texts writes the body: as text, as HTML, and from RTF where there is neither.
func (c *composer) texts(o *object, boundary string) {
	text := o.text(propReportText, propBody)
	html := o.html()
	if text == "" && html == "" {
		if rtf, ok := o.props[propRTF]; ok {
			text = o.rtfText(decompressRTF(rtf.data))
		}
	}
	if text != "" || html == "" {
		c.part(boundary, "text/plain; charset=utf-8")
		c.lines(text)
	}
	if html != "" {
		c.part(boundary, "text/html; charset=utf-8")
		c.lines(html)
	}
}

func (o *object) html() string {
	p, ok := o.props[propHTML]
	if !ok {
		return ""
	}
	if p.kind != typeBinary {
		return o.text(propHTML)
	}
	page := o.codePage
	if n, ok := o.number(propInternetCodePage); ok {
		if known := codePage(n); known != nil {
			page = known
		}
	}
	return (&object{codePage: page}).decode(p.data[:min(len(p.data), maxText)])
}

// lines writes text with the line ends of the rest.
func (c *composer) lines(text string) {
	c.WriteString(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}

// header writes the header that the message came with; else one from its properties.
func (c *composer) header(o *object, headers string) {
	fields := splitFields(headers)
	have := make(map[string]bool)
	for _, f := range fields {
		name, _, _ := strings.Cut(f, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if strings.HasPrefix(name, "content-") || name == "mime-version" {
			continue
		}
		have[name] = true
		c.WriteString(f + "\n")
	}
	write := func(name, value string) {
		if value != "" && !have[strings.ToLower(name)] {
			fmt.Fprintf(c, "%s: %s\n", name, value)
		}
	}
	write("From", mailbox(o.text(propSenderName, propRepresentingName),
		o.address(propSenderSMTP, propSenderAddress, propRepresentingSMTP, propRepresentingAddress)))
	write("To", o.to())
	write("Subject", encoded(o.text(propSubject)))
	write("Date", date(o.time(propReportTime, propSubmitTime, propDeliveryTime)))
	write("Message-ID", oneLine(o.text(propMessageID)))
}

// to is whom the message is addressed to. The recipients of a report are those that it is about, not those who got it.
func (o *object) to() string {
	if address := o.address(propReceivedBySMTP, propReceivedByAddress); address != "" {
		return mailbox("", address)
	}
	if isReport(o) {
		return mailbox("", o.address(propOriginalSender))
	}
	var to []string
	for _, r := range o.recipients {
		if kind, ok := r.number(propRecipientType); ok && kind != 1 {
			continue
		}
		if m := mailbox(r.text(propDisplayName), r.address(propSMTPAddress, propAddress)); m != "" && len(to) < 100 {
			to = append(to, m)
		}
	}
	if len(to) == 0 {
		return encoded(o.text(propDisplayTo))
	}
	return strings.Join(to, ",\n\t")
}

// address is the first of the properties that is an Internet address; Exchange has others of its own.
func (o *object) address(ids ...uint16) string {
	for _, id := range ids {
		a := strings.Trim(oneLine(o.text(id)), "<>'\"")
		if len(a) > 5 && strings.EqualFold(a[:5], "smtp:") {
			a = a[5:]
		}
		if strings.Contains(a, "@") && !strings.ContainsAny(a, " <>") {
			return a
		}
	}
	return ""
}

func mailbox(name, address string) string {
	switch {
	case name == "" && address == "":
		return ""
	case address == "":
		return encoded(name)
	case name == "" || name == address:
		return "<" + address + ">"
	}
	name = oneLine(name)
	if word := encoded(name); word != name {
		return word + " <" + address + ">"
	}
	return `"` + strings.NewReplacer(`\`, ``, `"`, ``).Replace(name) + `" <` + address + ">"
}

func encoded(s string) string { return mime.QEncoding.Encode("utf-8", oneLine(s)) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC1123Z)
}

// splitFields takes the fields of a header apart. Folded ones stay folded; lines that are none are left out.
func splitFields(headers string) []string {
	var fields []string
	for line := range strings.SplitSeq(headers, "\n") {
		line = strings.TrimRight(line, "\r\x00")
		switch {
		case strings.TrimSpace(line) == "":
		case (line[0] == ' ' || line[0] == '\t') && len(fields) > 0:
			fields[len(fields)-1] += "\n" + line
		case isField(line):
			fields = append(fields, line)
		}
	}
	return fields
}

func isField(line string) bool {
	name, _, colon := strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t")
	return colon && name != "" && strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// wasReport is whether the message came as a multipart/report.
func wasReport(headers string) bool {
	for _, f := range splitFields(headers) {
		name, value, _ := strings.Cut(strings.ToLower(f), ":")
		if strings.TrimSpace(name) == "content-type" {
			return strings.HasPrefix(strings.TrimSpace(value), "multipart/report")
		}
	}
	return false
}

func (c *composer) attachment(boundary string, a *object) {
	kind := a.mimeType()
	data := a.props[propAttachData].data
	name := oneLine(a.text(propAttachName, propAttachShortName))
	if strings.HasPrefix(kind, "message/") || strings.HasPrefix(kind, "text/") {
		c.part(boundary, kind)
		c.lines(string(data))
		return
	}
	fmt.Fprintf(c, "\n--%s\nContent-Type: %s\nContent-Transfer-Encoding: base64\n", boundary, kind)
	if name != "" {
		fmt.Fprintf(c, "Content-Disposition: %s\n", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
	c.WriteString("\n")
	c.base64(data)
}

// mimeType is what the attachment says that it is, or what it looks like where it says nothing.
func (a *object) mimeType() string {
	kind := strings.ToLower(oneLine(a.text(propAttachMIMEType)))
	if strings.Count(kind, "/") == 1 && kind != "application/octet-stream" && kind != "text/plain" {
		return kind
	}
	data := bytes.TrimLeft(a.props[propAttachData].data, "\r\n")
	begin := strings.ToLower(string(data[:min(len(data), 400)]))
	switch {
	case strings.HasPrefix(begin, "reporting-mta:"), strings.HasPrefix(begin, "final-recipient:"),
		strings.HasPrefix(begin, "original-envelope-id:"):
		return "message/delivery-status"
	case strings.HasPrefix(begin, "received:"), strings.HasPrefix(begin, "return-path:"), strings.HasPrefix(begin, "from:"):
		return "message/rfc822"
	case kind == "text/plain":
		return kind
	}
	return "application/octet-stream"
}

func (c *composer) base64(data []byte) {
	const perLine = 57
	line := make([]byte, base64.StdEncoding.EncodedLen(perLine)+1)
	for len(data) > 0 {
		n := min(len(data), perLine)
		end := base64.StdEncoding.EncodedLen(n)
		base64.StdEncoding.Encode(line, data[:n])
		line[end] = '\n'
		c.Write(line[:end+1])
		data = data[n:]
	}
}
