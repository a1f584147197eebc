package mtalog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ndrscope/parse"
)

// object is a decoded JSON object. Its methods find nothing rather than fail.
type object map[string]any

// at follows keys into nested objects.
func (o object) at(keys ...string) any {
	var v any = map[string]any(o)
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func (o object) object(keys ...string) object {
	m, _ := o.at(keys...).(map[string]any)
	return m
}

// text is a string, or a number as it stands.
func (o object) text(keys ...string) string {
	switch v := o.at(keys...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// first is the first text that is not empty.
func (o object) first(keys ...string) string {
	for _, key := range keys {
		if text := o.text(key); text != "" {
			return text
		}
	}
	return ""
}

func (o object) list(keys ...string) []any {
	list, _ := o.at(keys...).([]any)
	return list
}

// texts is a list of strings, or one string.
func (o object) texts(keys ...string) []string {
	if text := o.text(keys...); text != "" {
		return []string{text}
	}
	var texts []string
	for _, v := range o.list(keys...) {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// objects are those of a list, or the one that stands alone.
func (o object) objects(keys ...string) []object {
	if one := o.object(keys...); one != nil {
		return []object{one}
	}
	return objectsOf(o.list(keys...))
}

func objectsOf(list []any) []object {
	var objects []object
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			objects = append(objects, m)
		}
	}
	return objects
}

func (o object) has(keys ...string) bool {
	for _, key := range keys {
		if _, ok := o[key]; !ok {
			return false
		}
	}
	return true
}

// when reads a time: RFC 3339, the same with a blank, or seconds since 1970.
func (o object) when(c *clock, keys ...string) time.Time { return textTime(c, o.text(keys...)) }

func textTime(c *clock, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	var s stamp
	if n := stampLen([]byte(text), &s); n > 0 {
		return c.time(s)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return c.time(stamp{[]byte(text), unixForm})
	}
	for _, form := range [...]string{time.RFC1123Z, time.RFC1123, "1/2/2006 3:04:05 PM", "01/02/2006 15:04:05"} {
		if t, err := time.ParseInLocation(form, text, c.loc); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// decodeJSON reads one object, or a list of objects, that fills the whole text.
func decodeJSON(text []byte) (objects []object, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || len(bytes.TrimSpace(text[dec.InputOffset():])) > 0 {
		return nil, false
	}
	switch v := v.(type) {
	case map[string]any:
		return []object{v}, true
	case []any:
		return objectsOf(v), true
	}
	return nil, false
}

// jsonDialect is a service that tells of deliveries in JSON objects.
type jsonDialect struct {
	name string
	// claims tells the service by its keys.
	claims func(o object) bool
	// events of one object; none if it tells of no delivery.
	events func(c *clock, o object) []parse.Event
}

// jsonDialects are asked in this order.
var jsonDialects = [...]jsonDialect{
	{kumoName, kumoClaims, kumoEvents},
	{sesName, sesClaims, sesEvents},
	{sendgridName, sendgridClaims, sendgridEvents},
	{mailgunName, mailgunClaims, mailgunEvents},
	{postmarkName, postmarkClaims, postmarkEvents},
	{sparkpostName, sparkpostClaims, sparkpostEvents},
	{mailjetName, mailjetClaims, mailjetEvents},
	{brevoName, brevoClaims, brevoEvents},
}

// opensJSON tells a line that is an object or a list of such, but for the lines of a program that logs so.
func opensJSON(text []byte) bool {
	return (text[0] == '{' || text[0] == '[' && len(text) > 1 && text[1] == '{') && !isHaraka(text)
}

// parseJSON reads a line that is a JSON object or a list of such: an envelope around a log line, or events of a mail
// service.
func (p *parser) parseJSON(text []byte, f *fact) {
	objects, ok := decodeJSON(text)
	if !ok {
		f.verb, f.damage = damaged, badJSON
		return
	}
	for _, o := range objects {
		if l := &p.line; openRecord(o, l) {
			if len(objects) > 1 {
				f.verb, f.damage = damaged, manyRecords
				return
			}
			p.dispatch(l, f)
			return
		}
		p.service(o, f)
	}
	if len(f.events) > 0 {
		f.verb = complete
	}
}

// service reads the events that one object of a mail service tells.
func (p *parser) service(o object, f *fact) {
	for i := range jsonDialects {
		d := &jsonDialects[i]
		if !d.claims(o) {
			continue
		}
		for _, e := range d.events(&p.clock, o) {
			e.Dialect = d.name
			finish(&e)
			f.events = append(f.events, e)
		}
		return
	}
	for _, inner := range o.listed() {
		p.service(inner, f)
	}
}

// listed are the objects in the list of an answer that a service's interface gives page by page.
func (o object) listed() []object {
	for _, key := range [...]string{"items", "Bounces", "Messages", "results", "events", "Records"} {
		if list := objectsOf(o.list(key)); len(list) > 0 {
			return list
		}
	}
	return nil
}

// finish sets what follows from the rest.
func finish(e *parse.Event) {
	e.Action = actionOf(e.Kind)
	if e.Domain == "" {
		e.Domain = domainOf([]byte(e.Recipient))
	}
	e.MessageID = strings.Trim(e.MessageID, "<> ")
	e.RemoteHost = strings.ToLower(strings.TrimSuffix(e.RemoteHost, "."))
	if !isStatus(e.Status) {
		e.Status = ""
	}
	if e.Status != "" && e.StatusFrom == "" {
		e.StatusFrom = parse.FromStatusField
	}
	reply := strings.TrimSpace(strings.TrimPrefix(strings.Join(strings.Fields(e.Diagnostic), " "), "smtp;"))
	e.Diagnostic = reply
	if replyCode(reply) != "" {
		setReply(e, reply)
	} else if e.Status == "" {
		if e.Status = enhancedCode(reply); e.Status != "" {
			e.StatusFrom = parse.FromDiagnostic
		}
	}
}

// openRecord takes off the envelope of a log line within a JSON object: the journal's, a container runtime's, or that
// of a log shipper.
func openRecord(o object, l *line) bool {
	*l = line{}
	if o.has("MESSAGE") {
		return openJournal(o, l)
	}
	for _, key := range [...]string{"_source", "result"} { // Elasticsearch's and Splunk's answers
		if inner := o.object(key); inner != nil {
			return openRecord(inner, l)
		}
	}
	text := o.text("log") // Docker's json-file, Fluent Bit
	if text == "" {
		// Filebeat, rsyslog and syslog-ng templates; Graylog (GELF); Splunk
		text = o.first("message", "msg", "@message", "short_message", "_raw")
	}
	if text == "" && o.has("labels") {
		text = o.text("line") // logcli -o jsonl
	}
	if text == "" {
		return false
	}
	inner := []byte(strings.TrimRight(text, "\r\n"))
	program := o.first("program", "programname", "PROGRAM", "app-name", "appname", "ident", "syslogtag", "tag", "_application_name")
	if program == "" {
		program = o.text("process", "name") // Elastic Common Schema
	}
	switch {
	case openEnvelope(inner, l) && len(l.message) > 0:
	case program != "" && !strings.Contains(program, "."):
		l.message = inner
		name, pid, _ := strings.Cut(strings.TrimSuffix(program, ":"), "[")
		l.program, l.pid = []byte(name), []byte(strings.TrimSuffix(pid, "]"))
	case openBareTag(inner, l):
	default:
		return o.has("log", "stream")
	}
	if l.stamp.form == noStamp {
		l.stamp = stampOf(o.first("time", "@timestamp", "timestamp", "timegenerated", "timereported", "date", "DATE", "ISODATE"))
	}
	if len(l.host) == 0 {
		host := o.first("hostname", "host", "HOST", "fromhost")
		if host == "" {
			host = o.text("host", "name")
		}
		if host == "" {
			host = o.text("kubernetes", "host")
		}
		l.host = []byte(host)
	}
	return true
}

func stampOf(text string) stamp {
	var s stamp
	if n := stampLen([]byte(text), &s); n > 0 {
		return s
	}
	if len(text) > 0 && isDigit(text[0]) {
		return stamp{[]byte(text), unixForm}
	}
	return stamp{}
}

// openJournal reads what journalctl -o json prints, see systemd.journal-fields(7). A message that is no UTF-8 is a
// list of its bytes.
func openJournal(o object, l *line) bool {
	switch v := o["MESSAGE"].(type) {
	case string:
		l.message = []byte(v)
	case []any:
		for _, c := range v {
			if n, ok := c.(json.Number); ok {
				b, _ := strconv.Atoi(n.String())
				l.message = append(l.message, byte(b))
			}
		}
	}
	journalFields(l, o.text)
	return true
}

// journalFields takes the fields beside the message.
func journalFields(l *line, field func(...string) string) {
	l.host = []byte(field("_HOSTNAME"))
	for _, key := range [...]string{"SYSLOG_IDENTIFIER", "_COMM"} {
		if l.program = []byte(field(key)); len(l.program) > 0 {
			break
		}
	}
	for _, key := range [...]string{"SYSLOG_PID", "_PID"} {
		if l.pid = []byte(field(key)); len(l.pid) > 0 {
			break
		}
	}
	for _, key := range [...]string{"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"} {
		if text := field(key); text != "" {
			l.stamp = stamp{[]byte(text), microForm}
			break
		}
	}
}
