package aggregate

import (
	"strings"

	"ndrscope/classify"
	"ndrscope/parse"
)

// Bounds of what is kept. Within them an analysis does not depend on the order of the records, and every event finds
// its outcome. Beyond them the counts hold, but a report of something settled so long ago counts anew.
const (
	// maxLive is the number of outcomes with failures that are kept open for more news. Undecided ones are kept
	// beyond it: they are bounded by what hangs in the queue.
	maxLive = 1 << 16
	// maxNames bounds the distinct names that one domain's failures are counted by.
	maxNames = 256
	// maxClusters bounds the distinct unknown wordings.
	maxClusters = 4096
)

// Aggregator adds up records. It is for one goroutine.
type Aggregator struct {
	books parse.Books
	// logs are the paths of the logs that lines came from; lastLog is the one of the latest line.
	logs    map[string]struct{}
	lastLog string
	domains []*domain
	byName  map[string]*domain
	// live outcomes, by each key that they are known under. An outcome without any key is settled at once.
	live    map[uint64]*outcome
	nlive   int
	foldAt  int // the number of live outcomes at which to fold next
	settled settledSet

	whys        map[why]*why
	clusters    map[string]*cluster
	settledAll  overall
	notFailures map[notFailure]int
	// first and last event of all, seconds since 1970.
	first, last int64
}

type notFailure struct {
	kind    parse.Kind
	subkind parse.Subkind
}

// New returns an Aggregator that has seen nothing.
func New() *Aggregator {
	return &Aggregator{
		logs:        map[string]struct{}{},
		byName:      map[string]*domain{},
		live:        map[uint64]*outcome{},
		foldAt:      maxLive,
		whys:        map[why]*why{},
		clusters:    map[string]*cluster{},
		notFailures: map[notFailure]int{},
		settledAll:  newOverall(),
	}
}

// countFile counts the files that messages and lines came from. The messages of a file follow each other and are numbered
// from 1; a log may be told of again after others.
func (a *Aggregator) countFile(rec *parse.Record) {
	switch {
	case rec.Unit == parse.Message && rec.Origin.Index == 1:
		a.books.Files++
	case rec.Unit == parse.Line && rec.Origin.Path != a.lastLog:
		a.lastLog = rec.Origin.Path
		if _, known := a.logs[a.lastLog]; !known {
			a.logs[a.lastLog] = struct{}{}
			a.books.Files++
		}
	}
}

// Add counts a record; classes holds the meaning of each of its events.
func (a *Aggregator) Add(rec parse.Record, classes []classify.Class) {
	a.books.Add(rec)
	a.countFile(&rec)
	if rec.Subkind != "" && rec.Ignored > 0 {
		a.notFailures[notFailure{parse.Ignored, rec.Subkind}] += rec.Ignored
	}
	for i := range rec.Deliveries {
		a.counted(&rec.Deliveries[i])
	}
	for i := range rec.Events {
		e := &rec.Events[i]
		if apart(e) {
			a.notFailures[notFailure{e.Kind, e.Subkind}]++
			continue
		}
		a.seen(seconds(e.Time))
		fromLog := rec.Unit == parse.Line
		switch e.Kind {
		case parse.Failure, parse.Delay:
			var class classify.Class
			if i < len(classes) {
				class = classes[i]
			}
			a.failure(e, &class, fromLog, i)
		default:
			a.delivery(e, fromLog)
		}
	}
}

// seen widens the time that the records cover.
func (a *Aggregator) seen(at int64) {
	a.first = earlier(a.first, at)
	a.last = max(a.last, at)
}

// counted adds deliveries that the reader counted, and that nothing more will be heard of.
func (a *Aggregator) counted(c *parse.Deliveries) {
	if c.Subkind == parse.LocalDelivery {
		a.notFailures[notFailure{parse.Delivery, c.Subkind}] += c.Count
		return
	}
	a.seen(seconds(c.First))
	a.seen(seconds(c.Last))
	d := a.named(c.Domain)
	d.deliveredKnown = true
	d.spokeTo(c.RemoteHost, c.Count)
	d.deliver(seconds(c.First), c.Count, c.Count)
}

// apart reports whether an event says nothing about mail on its way to somebody else's server.
func apart(e *parse.Event) bool {
	switch e.Kind {
	case parse.Failure, parse.Delay, parse.Delivery, parse.Relay, parse.Expansion:
		return e.Subkind == parse.LocalDelivery || e.Subkind == parse.Inbound
	}
	return true
}

// delivery is the hot path: a log is full of them.
func (a *Aggregator) delivery(e *parse.Event, fromLog bool) {
	d := a.domain(e)
	d.sees(e, fromLog)
	d.deliveredKnown = true
	k := keysOf(e)
	at := seconds(e.Time)
	if len(a.live) > 0 {
		if a.find(k) != nil {
			o := a.open(k, d)
			o.delivered = max(o.delivered, at)
			if fromLog {
				o.tries++
			} else {
				o.deliveryReported = true
			}
			return
		}
	}
	if k.parent != 0 {
		a.claim(nil, k.parent)
	}
	key := k.primary()
	if key == 0 {
		d.deliver(at, 1, 1)
		return
	}
	s := a.settled.get(key)
	if s == nil {
		s := settledEntry{key: key, at: uint32(at), domain: d.index, fate: delivered}
		if fromLog {
			s.attempts = 1
		} else {
			s.reported = true
		}
		a.settled.put(s)
		d.deliver(at, 1, 1)
		return
	}
	before := s.tries()
	if before == 0 {
		s.domain = d.index
	}
	if fromLog && s.attempts < 1<<16-1 {
		s.attempts++
	}
	s.reported = s.reported || !fromLog
	in := a.domains[s.domain]
	in.settled.attempts += s.tries() - before
	if s.fate == delivered && int64(s.at) < at {
		in.settled.series.add(int64(s.at), -1, 0)
		in.settled.series.add(at, 1, 0)
		s.at = uint32(at)
	}
}

func (a *Aggregator) failure(e *parse.Event, class *classify.Class, fromLog bool, ordinal int) {
	d := a.domain(e)
	d.sees(e, fromLog)
	d.failures().names(e)
	w := a.intern(class)
	k := keysOf(e)
	if a.settledFailure(k) {
		if fromLog && e.Subkind != parse.Expired {
			d.settled.attempts++
		}
		return
	}
	o := a.open(k, d)
	o.domain.failures().sample(e, class, w, ordinal)
	at := seconds(e.Time)
	word := told{why: w, failure: e.Kind == parse.Failure, at: at, sure: float32(class.Confidence)}
	if w.Reason == classify.Unknown && e.Diagnostic != "" {
		word.cluster = a.cluster(e, class, ordinal)
	}
	if word.compare(o.told) > 0 {
		o.told = word
	}
	o.first = earlier(o.first, at)
	o.last = max(o.last, at)
	if e.Kind == parse.Failure {
		o.failed = max(o.failed, at)
		o.expired = o.expired || e.Subkind == parse.Expired || class.Reason == classify.ExpiredReason
		o.failureReported = o.failureReported || !fromLog
	} else {
		o.delayed = max(o.delayed, at)
		o.delayReported = o.delayReported || !fromLog
	}
	// That the queue lifetime ended is no try of its own.
	if fromLog && e.Subkind != parse.Expired {
		o.tries++
	}
	if k == (keys{}) {
		a.settle(o)
	}
}

// settledFailure reports whether the outcome was counted as failed so long ago that only its key is remembered.
func (a *Aggregator) settledFailure(k keys) bool {
	for _, key := range [...]uint64{k.message, k.queue} {
		if key == 0 {
			continue
		}
		if s := a.settled.get(key); s != nil && s.fate == failed {
			return true
		}
	}
	return false
}

// intern returns the one copy of a meaning.
func (a *Aggregator) intern(class *classify.Class) *why {
	key := why{class.Reason, class.Detail, class.End, class.Scope, class.Permanent}
	if key.Reason == "" {
		key.Reason, key.End, key.Scope = classify.Unknown, classify.EndUnknown, classify.ScopeUnknown
	}
	w := a.whys[key]
	if w == nil {
		w = &why{key.Reason, strings.Clone(key.Detail), key.End, key.Scope, key.Permanent}
		a.whys[*w] = w
	}
	return w
}

// domain returns the domain that the event's message went to.
func (a *Aggregator) domain(e *parse.Event) *domain {
	name := e.Domain
	if name == "" {
		if at := strings.LastIndexByte(e.Recipient, '@'); at >= 0 {
			name = strings.ToLower(strings.TrimSuffix(e.Recipient[at+1:], "."))
		}
	}
	return a.named(name)
}

func (a *Aggregator) named(name string) *domain {
	d := a.byName[name]
	if d == nil {
		d = &domain{name: strings.Clone(name), index: uint32(len(a.domains))}
		a.domains = append(a.domains, d)
		a.byName[d.name] = d
	}
	return d
}
