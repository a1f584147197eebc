// Package bounce decodes one mail that reports on the delivery of another: what failed, for whom, and what the
// remote server said.
//
// # How a message is decoded
//
//  1. read takes the message apart once: header, human text, delivery-status fields, the returned message.
//  2. Reports that are no bounces are told apart first (other.go): complaints, read receipts, DMARC and TLS reports.
//  3. A delivery status notification (RFC 3464) is decoded from its fields (dsn.go). Its dialect, the first in the
//     list of dialects.go that matches, gives the name and may add what only the human text says.
//  4. Anything else is tried by the dialects that have a decoder, in the order of the list.
//  5. When none matches, or the one that does finds nothing, the general decoder (general.go) looks for recipients
//     and replies in the text, if the message looks like a bounce at all.
//  6. finish adds what is common to all: the returned message, codes within the diagnostic, hosts, our own address.
//
// # Adding a dialect
//
// A dialect is one file, dialect_NAME.go, with one value of type [dialect], and one line in the list of dialects.go:
//
//	var courier = dialect{
//		name:  "courier",
//		match: func(m *message) bool { return m.textHas("this is a delivery status notification from") },
//		decode: func(m *message) []parse.Event { ... },
//	}
//
// match is cheap and sure: it looks at From, Subject, a header field or one fixed phrase. decode sets Recipient and
// Diagnostic, and of the rest (Status, ReplyCode, Command, RemoteHost ...) only what finish cannot find in the
// Diagnostic by itself. Most need no more than one call of m.blocks. decode is nil where the general reading is
// enough and only the name is of use (dialect_plain.go); refine, rarely needed, corrects what was read from
// delivery-status fields. Samples are testdata/NAME*.eml with their golden JSON, written by go test -update; a test
// requires that every dialect wins at least one.
package bounce

import (
	"errors"
	"fmt"

	"ndrscope/parse"
)

// Options of decoding.
type Options struct {
	// OurDomains are domains that we send for, OurHosts names and addresses of our sending systems. With either,
	// a bounce whose returned message bears none of them is backscatter: a report of mail that we never sent.
	OurDomains []string
	OurHosts   []string
}

var errRecipients = fmt.Errorf("more than %d recipients: the rest is left out", maxRecipients)

// Decode reads one raw message and returns at least one event; one of Kind Ignored stands for a message that reports
// nothing. An error beside events is a warning: a bound was exceeded or a part was broken, and the rest was used.
//
// Decode never fails as a whole: any bytes are a message of some kind. It may be called concurrently.
func Decode(raw []byte, o parse.Origin, opt Options) ([]parse.Event, error) {
	m := read(raw, opt)
	events := m.decode()
	for depth := 0; depth < 3 && events[0].Kind == parse.Ignored && events[0].Subkind != parse.Backscatter; depth++ {
		inner := m.wrapped()
		if inner == nil {
			break
		}
		m, events = inner, inner.decode()
	}
	for i := range events {
		e := &events[i]
		e.Origin = o
		m.finish(e)
	}
	return events, errors.Join(m.warnings...)
}

// decode returns the events, still without what finish adds.
func (m *message) decode() []parse.Event {
	if events := m.otherReport(); events != nil {
		return events
	}
	if m.isConversation() {
		return m.ignored(m.ordinarySubkind())
	}
	d := m.dialect()
	events := m.decodeStatus()
	if len(events) > 0 && (m.report != "" || m.looksLikeBounce()) {
		if d == nil {
			d = &dialect{name: "rfc3464"}
		}
		if d.refine != nil {
			events = d.refine(m, events)
		}
		m.enrich(events)
		return m.named(d.name, events)
	}
	likely := m.looksLikeBounce() || d != nil && d.alone
	if likely && d != nil && d.decode != nil {
		if events := d.decode(m); len(events) > 0 {
			m.markDelays(events)
			m.addMessageFields(events)
			return m.named(d.name, events)
		}
	}
	if events := m.automatic(); events != nil {
		return events
	}
	if likely {
		if events := m.general(); len(events) > 0 {
			m.addMessageFields(events)
			if d != nil {
				return m.named(d.name, events)
			}
			return events
		}
	}
	return m.ignored(m.ordinarySubkind())
}

// wrapped returns the bounce that came back within another one which says nothing of its own, as some gateways do it.
func (m *message) wrapped() *message {
	if m.returned == nil || !m.looksLikeBounce() &&
		!m.textHasAny("message was received as a bounce", "identified as a possible delivery error notice", "triggering bounce notice") { // Mailman, LISTSERV: to list owners
		return nil
	}
	inner := read(m.returned.raw, m.opt)
	if !inner.looksLikeBounce() {
		return nil
	}
	inner.warnings = append(m.warnings, inner.warnings...)
	return inner
}

// dialect returns the first of the list that matches, or nil.
func (m *message) dialect() *dialect {
	for i := range dialects {
		if dialects[i].match(m) {
			return &dialects[i]
		}
	}
	return nil
}

func (m *message) named(name string, events []parse.Event) []parse.Event {
	for i := range events {
		if events[i].Dialect == "" {
			events[i].Dialect = name
		}
	}
	if m.isBackscatter() {
		return m.ignored(parse.Backscatter)
	}
	return events
}

func (m *message) ignored(why parse.Subkind) []parse.Event {
	return []parse.Event{{Kind: parse.Ignored, Subkind: why}}
}
