package unknown

import (
	"strings"

	"ndrscope/parse"
)

// redacted stands for the local part of an address.
const redacted = "user"

// Redact returns a copy of an event without what tells of people: local parts of addresses become "user", wherever
// they stand in the text; subject, message id and the path of the file are left out. Domains, hosts and IP addresses
// stay: a rule may need them.
func Redact(e *parse.Event) parse.Event {
	r := *e
	r.Origin = parse.Origin{Path: "-", Format: e.Origin.Format, Index: 0}
	r.Subject, r.MessageID = "", ""
	var names []string
	for _, address := range []*string{&r.Recipient, &r.OriginalRecipient, &r.Sender, &r.From} {
		if local, _, ok := cutAddress(*address); ok {
			names = append(names, local)
		} else if *address != "" {
			names = append(names, *address)
		}
		*address = withoutLocalPart(*address)
	}
	for _, text := range []*string{&r.Diagnostic, &r.URL, &r.ListID} {
		*text = redactText(*text, names)
	}
	return r
}

func cutAddress(address string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", false
	}
	return strings.Trim(address[:at], `"`), address[at+1:], true
}

func withoutLocalPart(address string) string {
	if address == "" {
		return ""
	}
	_, domain, ok := cutAddress(address)
	if !ok {
		return redacted
	}
	return redacted + "@" + domain
}

// redactText takes the local parts of addresses out of a text, and names where they stand alone.
func redactText(text string, names []string) string {
	text = redactAddresses(text, "@")
	text = redactAddresses(text, "%40") // in links
	for _, name := range names {
		text = redactName(text, name)
	}
	return text
}

// redactAddresses replaces what stands before each at sign, back to where an address can begin.
func redactAddresses(text, at string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, at)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		before := text[:i]
		start := strings.LastIndexAny(before, " \t<>()[]{},;:'\"|/?&") + 1
		if strings.HasSuffix(before, `"`) { // "a b"@example.org
			if open := strings.LastIndexByte(before[:len(before)-1], '"'); open >= 0 {
				start = open
			}
		}
		b.WriteString(before[:start])
		if start < i {
			b.WriteString(redacted)
		}
		b.WriteString(at)
		text = text[i+len(at):]
	}
}

// redactName replaces a local part that stands alone as a word: "unknown user: jane.doe".
func redactName(text, name string) string {
	if name == "" || name == redacted {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if !hasPrefixFold(text[i:], name) || i > 0 && isNameByte(text[i-1]) || i+len(name) < len(text) && isNameByte(text[i+len(name)]) {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString(redacted)
		i += len(name)
	}
	return b.String()
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}
