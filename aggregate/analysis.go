// Package aggregate follows classified events to outcomes, one per message and recipient, and groups these by
// recipient domain, by mail provider and by time.
package aggregate

import (
	"time"

	"ndrscope/classify"
	"ndrscope/parse"
)

// Analysis is what all the input says, before anything is probed.
type Analysis struct {
	Books parse.Books
	// Unclassified failures: reason unknown although there was a text to read.
	Unclassified int
	// Domains in the order of Harm, worst first.
	Domains []Group
	// Quiet lists the domains to which nothing fails, by name.
	Quiet []Group
	// Providers in the order of Harm: those at which something fails.
	Providers []Group
	// Total is over all domains, without names and samples.
	Total Group
	// Timeline lists the spans of Step in which something happened: hours, or days where the whole is longer than
	// a week. First and Last are the times of the first and last event read.
	Timeline    []Bucket
	Step        time.Duration
	First, Last time.Time
	// Egress lists our sending addresses as the other side saw them, HELO the names that we gave, Senders the
	// domains of the envelope senders; each the most frequent first.
	Egress  []Count
	HELO    []Count
	Senders []Count
	// NotFailures counts what was told apart, by kind and subkind ("auto-reply vacation"), sorted by name.
	NotFailures []Count
	// Unknown wordings, the most frequent first.
	Unknown []Cluster
}

// Group is all that happened to mail for one recipient domain or one provider.
type Group struct {
	Domain   string // the domain; for a provider's group, the provider's name
	Provider string
	// Domains is the number of recipient domains in a provider's group in which something fails.
	Domains int
	// Recipients = Delivered + Bounced + Expired + Pending; each counts outcomes, not attempts.
	Recipients, Bounced, Expired, Pending int
	// Delivered is known only where a log or a DSN tells of deliveries.
	Delivered      int
	DeliveredKnown bool
	Attempts       int
	First, Last    time.Time
	// Onset is when the burst of failures began; zero where there is none to speak of.
	Onset time.Time
	// Ended is when the burst ended; zero while it lasts.
	Ended   time.Time
	Reasons []ReasonCount // most frequent first
	// Samples holds one event for each reason, in the order of Reasons.
	Samples []Sample
	Harm    Harm

	// What the failures of this group name; each the most frequent first, at most 16 kept.
	RemoteHosts []Count // servers that refused, host names
	RemoteIPs   []Count
	LocalIPs    []Count // our addresses as they saw them
	HELO        []Count
	Senders     []Count // envelope sender domains
	BlockLists  []Count
	DKIM        []Count // "selector._domainkey.domain" of the messages that failed
}

// Failed is the number of outcomes that need somebody's attention.
func (g *Group) Failed() int { return g.Bounced + g.Expired }

// FailureRate is (bounced + expired) / (delivered + bounced + expired); ok is false where deliveries are unknown.
func (g *Group) FailureRate() (rate float64, ok bool) {
	n := g.Delivered + g.Failed()
	if !g.DeliveredKnown || n == 0 {
		return 0, false
	}
	return float64(g.Failed()) / float64(n), true
}

// Failing is the number of outcomes that failed or hang.
func (g *Group) Failing() int { return g.Bounced + g.Expired + g.Pending }

// Main is the reason that weighs most; ok is false where nothing fails.
func (g *Group) Main() (main ReasonCount, ok bool) {
	if len(g.Reasons) == 0 {
		return ReasonCount{}, false
	}
	return g.Reasons[g.Harm.Main], true
}

// ReasonCount is how many outcomes of a group ended, or hang, for one reason.
type ReasonCount struct {
	Reason classify.Reason
	Detail string
	End    classify.End
	Count  int
	// Pending of Count are not given up yet.
	Pending     int
	First, Last time.Time
	Scope       classify.Scope
	Permanent   bool
}

// Class is the meaning that the outcomes share, without the rules that found it.
func (r *ReasonCount) Class() classify.Class {
	return classify.Class{Reason: r.Reason, Detail: r.Detail, End: r.End, Scope: r.Scope, Permanent: r.Permanent}
}

// Sample is one event with its meaning.
type Sample struct {
	Event parse.Event
	Class classify.Class
}

// Count is a name and how often it was seen.
type Count struct {
	Name  string
	Count int
}

// Harm is why a group stands where it stands in the list.
type Harm struct {
	Score float64
	// Main is the index in Group.Reasons of the reason that weighs most.
	Main int
	// Why is the rank in words: "14 recipients, refused for a reason that we can mend".
	Why string
}

// Bucket is what happened within one span of the timeline.
type Bucket struct {
	Start                               time.Time
	Delivered, Bounced, Expired, Pended int
}

// Cluster is a wording that no rule knows, with what varies in it masked.
type Cluster struct {
	Masked  string
	Count   int
	Example Sample
}
