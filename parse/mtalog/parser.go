package mtalog

import (
	"bytes"

	"ndrscope/parse"
)

// dialect is the language in which one program logs about deliveries.
type dialect struct {
	name string
	// claims is a cheap test whether the dialect knows the program that wrote the line.
	claims func(l *line) bool
	// parse turns the line into a fact. A line of no interest is left as nothing.
	parse func(p *parser, l *line, f *fact)
}

// dialects of programs that log through syslog or a file of syslog's form, the most frequent first.
var dialects = [...]dialect{
	{postfixName, postfixClaims, postfixParse},
	{eximName, eximClaims, eximParse},
	{sendmailName, sendmailClaims, sendmailParse},
	{opensmtpdName, opensmtpdClaims, opensmtpdParse},
	{qmailName, qmailClaims, qmailParse},
	{courierName, courierClaims, courierParse},
	{dmaName, dmaClaims, dmaParse},
	{nullmailerName, nullmailerClaims, nullmailerParse},
	{msmtpName, msmtpClaims, msmtpParse},
	{harakaName, harakaClaims, harakaParse},
	{zonemtaName, zonemtaClaims, zonemtaParse},
}

// parser turns lines into facts. Each worker has its own.
type parser struct {
	clock clock
	// count has deliveries counted in place of an event for each.
	count bool
	// binary says that there is a NUL somewhere in the chunk.
	binary bool
	names  map[string]string
	line   line

	// table is set for logs in columns, document for JSON over several lines, journal for the journal's export format: the fields of an entry so far, and the
	// name of one whose value comes on the next line.
	table        *table
	document     *document
	journal      map[string]string
	journalField string
}

// parse reads one line without its line end.
func (p *parser) parse(text []byte, f *fact) {
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	if p.journal != nil {
		p.parseExport(text, f)
		return
	}
	if len(text) == 0 || text[0] <= ' ' && len(bytes.TrimSpace(text)) == 0 {
		return
	}
	if p.binary && bytes.IndexByte(text, 0) >= 0 {
		f.verb, f.damage = damaged, binaryJunk
		return
	}
	if p.table != nil {
		p.parseRow(text, f)
		return
	}
	if p.document != nil {
		p.parseDocument(text, f)
		return
	}
	l := &p.line
	*l = line{}
	if opensJSON(text) {
		p.parseJSON(text, f)
		return
	}
	if !openLine(text, l) {
		if text[0] != ' ' && text[0] != '\t' { // else it goes on with the entry before
			f.verb, f.damage = damaged, notLog
		}
		return
	}
	p.dispatch(l, f)
}

// dispatch gives a line to the dialect of its program.
func (p *parser) dispatch(l *line, f *fact) {
	for i := range dialects {
		d := &dialects[i]
		if d.claims(l) {
			d.parse(p, l, f)
			if f.verb > damaged {
				ownHop(f)
				f.key = messageKey(l.host, f.id)
				f.host = l.host
				if len(l.host) > 0 && f.event != nil && f.event.Host == "" {
					f.event.Host = p.name(l.host)
				}
				for i := range f.also {
					ownHop(&f.also[i])
					f.also[i].key = f.key
				}
			}
			return
		}
	}
}

// name is text as a string that is shared with other events; for words that recur.
func (p *parser) name(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if name, ok := p.names[string(text)]; ok {
		return name
	}
	if len(p.names) >= 1<<12 {
		clear(p.names)
	}
	name := string(text)
	p.names[name] = name
	return name
}

// event makes the event of an attempt, as yet without its reason.
func (p *parser) event(f *fact) { f.event = makeEvent(f, p.name) }

// newEvent is an event for a fact that a parser made none for.
func newEvent(f *fact) *parse.Event {
	return makeEvent(f, func(text []byte) string { return string(text) })
}

// makeEvent puts what the fact says into an event; name makes strings of words that recur.
func makeEvent(f *fact, name func([]byte) string) *parse.Event {
	e := &parse.Event{
		Kind:       f.kind,
		Subkind:    f.subkind,
		Time:       f.time,
		Host:       name(f.host),
		QueueID:    string(f.id),
		Recipient:  string(f.recipient),
		Domain:     domainOf(f.recipient),
		Action:     actionOf(f.kind),
		Status:     name(f.status),
		RemoteHost: name(bytes.ToLower(f.remote)),
		RemoteIP:   name(f.remoteIP),
		Dialect:    f.dialect,
	}
	if len(f.original) > 0 && !bytes.Equal(f.original, f.recipient) {
		e.OriginalRecipient = string(f.original)
	}
	if e.Status != "" {
		e.StatusFrom = parse.FromStatusField
	}
	return e
}

// actionOf is the RFC 3464 word for a kind.
func actionOf(kind parse.Kind) string {
	switch kind {
	case parse.Failure:
		return "failed"
	case parse.Delay:
		return "delayed"
	case parse.Delivery:
		return "delivered"
	case parse.Relay:
		return "relayed"
	case parse.Expansion:
		return "expanded"
	}
	return ""
}
