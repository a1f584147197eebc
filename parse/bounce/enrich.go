package bounce

import (
	"strings"

	"ndrscope/parse"
)

// enrich adds to the events of a delivery status notification what only its human text tells: the command that was
// answered, the server and its address.
func (m *message) enrich(events []parse.Event) {
	if len(events) > 50 || len(m.text) > 100_000 {
		return
	}
	for i := range events {
		e := &events[i]
		said := m.paragraphOf(e.Recipient)
		if said == "" {
			continue
		}
		said = oneLine(said)
		if e.Diagnostic == "" {
			if r := findReply(said); r.code != "" || r.status != "" {
				e.Diagnostic = said
			}
		}
		if e.Command == "" {
			e.Command = commandIn(said)
		}
		host, ip := remoteIn(said)
		if e.RemoteHost == "" {
			e.RemoteHost = host
		}
		if e.RemoteIP == "" && host == e.RemoteHost {
			e.RemoteIP = ip
		}
	}
}

// paragraphOf returns the paragraph of the human text that begins with the address or names it last.
func (m *message) paragraphOf(address string) string {
	if address == "" {
		return ""
	}
	i := strings.Index(m.text, "<"+address+">")
	if i < 0 {
		i = strings.Index(m.text, address)
	}
	if i < 0 {
		return ""
	}
	paragraph, _, _ := strings.Cut(m.text[i:], "\n\n")
	return paragraph
}
