package aggregate

import (
	"cmp"
	"strings"

	"ndrscope/classify"
	"ndrscope/parse"
)

// slot keeps the one sample that stands for many: failures before delays, then the first in time, path and index.
type slot struct {
	Sample
	ordinal int // of the event within its record
	used    bool
}

// offer takes the event if it sorts before the one held. What is kept is a copy: the event may point into a buffer.
func (s *slot) offer(e *parse.Event, class *classify.Class, ordinal int) {
	if s.used && compareSample(e, ordinal, &s.Event, s.ordinal) >= 0 {
		return
	}
	s.Event, s.Class = cloneEvent(e), *class
	s.Class.Matched = strings.Clone(class.Matched)
	s.Class.Detail = strings.Clone(class.Detail)
	s.ordinal, s.used = ordinal, true
}

// merge takes the other's sample if it sorts before the one held.
func (s *slot) merge(t *slot) {
	if t.used && (!s.used || compareSample(&t.Event, t.ordinal, &s.Event, s.ordinal) < 0) {
		*s = *t
	}
}

func compareSample(a *parse.Event, i int, b *parse.Event, j int) int {
	return cmp.Or(
		compareBool(b.Kind == parse.Failure, a.Kind == parse.Failure),
		compareBool(b.Diagnostic != "", a.Diagnostic != ""),
		compareBool(a.Time.IsZero(), b.Time.IsZero()),
		a.Time.Compare(b.Time),
		cmp.Compare(a.Origin.Path, b.Origin.Path),
		cmp.Compare(a.Origin.Index, b.Origin.Index),
		cmp.Compare(i, j),
	)
}

// cloneEvent copies an event and every string that it holds.
func cloneEvent(e *parse.Event) parse.Event {
	c := *e
	for _, s := range [...]*string{
		&c.Origin.Path, &c.Host, &c.QueueID, &c.MessageID, &c.Subject, &c.Sender, &c.Recipient, &c.OriginalRecipient,
		&c.Domain, &c.Action, &c.Status, &c.ReplyCode, &c.Command, &c.Diagnostic, &c.ReportingMTA, &c.RemoteHost,
		&c.RemoteIP, &c.LocalIP, &c.HELO, &c.From, &c.ListID, &c.DKIMDomain, &c.DKIMSelector, &c.BlockList, &c.URL,
	} {
		*s = strings.Clone(*s)
	}
	return c
}

// cluster is a wording that no rule knows, in the making.
type cluster struct {
	masked string
	slot   slot
}

func compareCluster(a, b *cluster) int {
	if a == nil || b == nil {
		return compareBool(a != nil, b != nil)
	}
	return cmp.Compare(a.masked, b.masked)
}

// maxWording bounds what is looked at of one wording, in bytes.
const maxWording = 1024

// otherWordings takes what comes after maxClusters distinct wordings.
const otherWordings = "(further wordings)"

func (a *Aggregator) cluster(e *parse.Event, class *classify.Class, ordinal int) *cluster {
	masked := classify.Mask(e.Diagnostic[:min(len(e.Diagnostic), maxWording)])
	c := a.clusters[masked]
	if c == nil && len(a.clusters) >= maxClusters {
		masked = otherWordings
		c = a.clusters[masked]
	}
	if c == nil {
		c = &cluster{masked: strings.Clone(masked)}
		a.clusters[c.masked] = c
	}
	c.slot.offer(e, class, ordinal)
	return c
}
