package classify

import (
	mathbits "math/bits"
	"slices"
	"strings"
	"sync"

	"ndrscope/parse"
)

// Classifier holds compiled rules. It is safe for concurrent use.
type Classifier struct {
	rules    []compiled
	patterns *automaton
	texts    []string // by pattern
	starts   []bool   // by pattern: it begins with a letter or digit, so must begin a word
	lengths  []int32  // by pattern
	uses     [][]use  // by pattern: what its occurrence may complete
	first    []bits   // by pattern: the pairs that it may begin
	second   []bits   // by pattern: the pairs that it may end
	pairs    []int32  // by bit: the rule
	// pairScore is more than the score of any pair.
	pairScore int
	lists     []int8 // by pattern: index into blockLists, -1 for none
	marks     []providerSet
	byStatus  map[int][]int32 // rules without text, by status key
	byCode    map[string][]int32
	bare      []int32 // rules without text, status or code
	scratch   sync.Pool
}

// layerScore is worth more than any specificity.
const layerScore = 1 << 20

// maxGap is how many bytes " * " in a phrase stands for at most, maxNear how many lie within a pair, whose words have at
// most maxWord.
const maxGap, maxNear, maxWord = 160, 40, 48

// New compiles the built-in rules with extra ones. An extra rule is in the [UserLayer] unless it says otherwise.
func New(extra ...Rule) (*Classifier, error) {
	rules := slices.Clone(Rules())
	for _, r := range extra {
		if r.Layer == 0 {
			r.Layer = UserLayer
		}
		rules = append(rules, r)
	}
	return compile(rules)
}

// scratch is the working memory of one classification.
type scratch struct {
	text  []byte
	hits  []hit
	seen  []uint32 // by pattern: the round in which it was seen
	round uint32
}

type hit struct {
	pattern    int32
	start, end int
}

// maxHits bounds the work on one text.
const maxHits = 512

// subject is an event being classified.
type subject struct {
	event     *parse.Event
	code      string
	enhanced  string // status as written
	status    status
	providers providerSet
	list      int // index into blockLists, -1 for none
	listStart int // where the text names it
	*scratch
}

// candidate is a rule that holds.
type candidate struct {
	rule    int32
	score   int
	matched string
	behind  string // second word of a pair
}

// Classify says what an event means.
func (c *Classifier) Classify(e *parse.Event) Class {
	if class, ok := byKind(e); ok {
		return class
	}
	s := c.read(e)
	defer c.scratch.Put(s.scratch)
	best := candidate{rule: -1}
	c.candidates(&s, func(k candidate) {
		if c.better(k, best) {
			best = k
		}
	}, &best.score)
	return c.class(&s, best)
}

// Alternative is a rule that held, and what it would have made of the event.
type Alternative struct {
	Class Class
	Rule  Rule
}

// ClassifyVerbose is [Classifier.Classify] that also names the rules that held and lost, the strongest first.
func (c *Classifier) ClassifyVerbose(e *parse.Event) (Class, []Alternative) {
	if class, ok := byKind(e); ok {
		return class, nil
	}
	s := c.read(e)
	defer c.scratch.Put(s.scratch)
	best := map[int32]candidate{}
	var floor int
	c.candidates(&s, func(k candidate) {
		if old, ok := best[k.rule]; !ok || k.score > old.score {
			best[k.rule] = k
		}
	}, &floor)
	ranked := make([]candidate, 0, len(best))
	for _, k := range best {
		ranked = append(ranked, k)
	}
	slices.SortFunc(ranked, func(a, b candidate) int {
		if c.better(a, b) {
			return -1
		}
		return 1
	})
	if len(ranked) == 0 {
		return c.class(&s, candidate{rule: -1}), nil
	}
	var losers []Alternative
	for _, k := range ranked[1:] {
		losers = append(losers, Alternative{c.class(&s, k), *c.rules[k.rule].Rule})
	}
	return c.class(&s, ranked[0]), losers
}

// better says whether a wins over b. Equal scores are told apart by the rule's id, never by its place.
func (c *Classifier) better(a, b candidate) bool {
	if b.rule < 0 || a.score != b.score {
		return a.score > b.score
	}
	return c.rules[a.rule].ID < c.rules[b.rule].ID
}

// byKind classifies what is no failure.
func byKind(e *parse.Event) (Class, bool) {
	var reason Reason
	switch e.Kind {
	case parse.Delivery, parse.Relay, parse.Expansion:
		reason = DeliveredReason
	case parse.Feedback:
		reason = FeedbackReason
	case parse.AutoReply:
		reason = AutoReplyReason
	case parse.Ignored:
		// Why we refused somebody else's mail is worth telling, and nothing else of what is ignored.
		return Class{}, e.Subkind != parse.Inbound
	default:
		return Class{}, false
	}
	m := MeaningOf(reason)
	return Class{Reason: reason, End: m.End, Scope: m.Scope, Permanent: m.Permanent, Sisimai: m.Sisimai,
		Rule: "kind", Matched: string(e.Kind), Confidence: 1}, true
}

// read prepares an event: codes, providers, and the phrases that its text has.
func (c *Classifier) read(e *parse.Event) subject {
	s := subject{event: e, code: e.ReplyCode, list: -1, scratch: c.scratch.Get().(*scratch)}
	enhanced := e.Status
	if s.code == "" || enhanced == "" {
		code, found := leadingCodes(e.Diagnostic)
		if s.code == "" {
			s.code = code
		}
		if enhanced == "" {
			enhanced = found
		}
	}
	s.enhanced, s.status = enhanced, parseStatus(enhanced)
	s.providers = providersOf(e)
	said, _, _ := strings.Cut(e.Diagnostic, "(in reply to ") // Postfix tells what was answered: no part of what was said
	s.text = appendNormal(s.text[:0], said, s.code, enhanced)
	s.hits = s.hits[:0]
	s.round++
	if s.round == 0 { // went round: forget all
		clear(s.seen)
		s.round = 1
	}
	c.patterns.find(s.text, func(p int32, end int) {
		start := end - int(c.lengths[p])
		if c.starts[p] && start > 0 && isWord(s.text[start-1]) || len(s.hits) == maxHits {
			return
		}
		if c.lists[p] < 0 && c.marks[p] == 0 && insideHostName(s.text, start, end) {
			return
		}
		s.hits = append(s.hits, hit{p, start, end})
		s.seen[p] = s.round
		s.providers |= c.marks[p]
		if c.lists[p] >= 0 && (s.list < 0 || start <= s.listStart) { // of two at one place, the longer comes later
			s.list, s.listStart = int(c.lists[p]), start
		}
	})
	return s
}

// leadingCodes are the reply code and the enhanced status that a reply begins with, empty where it does not.
func leadingCodes(text string) (code, enhanced string) {
	if n := replyLen(text); n > 0 {
		code, text = text[:n], strings.TrimLeft(text[n:], " -#")
	}
	if n := statusLen(text); n > 0 {
		enhanced = text[:n]
	}
	return code, enhanced
}

// candidates calls yield with rules that hold and whose score is at least *floor, which yield may raise.
func (c *Classifier) candidates(s *subject, yield func(candidate), floor *int) {
	for i := range s.hits {
		for _, u := range c.uses[s.hits[i].pattern] {
			if u.score >= *floor && s.inOrder(u.parts, s.hits[i].start) && c.holds(s, &c.rules[u.rule]) {
				yield(candidate{rule: u.rule, score: u.score, matched: u.phrase})
			}
		}
	}
	try := func(rules []int32, matched string) {
		for _, n := range rules {
			if r := &c.rules[n]; r.score >= *floor && c.holds(s, r) {
				yield(candidate{rule: n, score: r.score, matched: matched})
			}
		}
	}
	if s.status.class != 0 {
		try(c.byStatus[s.status.key()], s.enhanced)
	}
	for n := len(s.code); n > 0; n-- {
		try(c.byCode[s.code[:n]], s.code)
	}
	try(c.bare, "")
	if *floor < c.pairScore {
		c.paired(s, yield, floor)
	}
}

// paired are the candidates of which two words stand near each other.
func (c *Classifier) paired(s *subject, yield func(candidate), floor *int) {
	for i := range s.hits {
		h := &s.hits[i]
		ends := c.second[h.pattern]
		for j := i - 1; ends != 0 && j >= 0 && h.start-s.hits[j].end <= maxNear; j-- {
			if s.hits[j].end > h.start {
				continue
			}
			for set := ends & c.first[s.hits[j].pattern]; set != 0; set &= set - 1 {
				n := c.pairs[mathbits.TrailingZeros64(uint64(set))]
				r := &c.rules[n]
				size := c.lengths[h.pattern] + c.lengths[s.hits[j].pattern]
				if score := r.score + int(size); score >= *floor && c.holds(s, r) {
					yield(candidate{rule: n, score: score, matched: c.texts[s.hits[j].pattern], behind: c.texts[h.pattern]})
				}
			}
		}
	}
}

// inOrder says whether the patterns occur one after the other, each within maxGap, the last before offset end.
func (s *subject) inOrder(parts []int32, end int) bool {
	for i := len(parts) - 1; i >= 0; i-- {
		found := -1
		for _, h := range s.hits {
			if h.pattern == parts[i] && h.end <= end && end-h.end <= maxGap {
				found = h.start // the nearest, as hits are in the order of their ends
			}
		}
		if found < 0 {
			return false
		}
		end = found
	}
	return true
}

// holds says whether the conditions of a rule besides Text hold.
func (c *Classifier) holds(s *subject, r *compiled) bool {
	if len(r.statuses) > 0 && !slices.ContainsFunc(r.statuses, func(k statusRange) bool { return k.has(s.status) }) {
		return false
	}
	if len(r.Codes) > 0 && !slices.ContainsFunc(r.Codes, func(code string) bool { return strings.HasPrefix(s.code, code) }) {
		return false
	}
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, s.event.Kind) {
		return false
	}
	if len(r.Commands) > 0 && !slices.Contains(r.Commands, s.event.Command) {
		return false
	}
	if r.providers != 0 && r.providers&s.providers == 0 {
		return false
	}
	if len(r.Hosts) > 0 && !slices.ContainsFunc(r.Hosts, func(h string) bool { return hasSuffixLabel(s.event.RemoteHost, h) }) {
		return false
	}
	for _, phrase := range r.all {
		if !s.has(phrase) {
			return false
		}
	}
	for _, phrase := range r.not {
		if s.has(phrase) {
			return false
		}
	}
	return true
}

// has says whether a phrase occurs.
func (s *subject) has(parts []int32) bool {
	for _, p := range parts {
		if s.seen[p] != s.round {
			return false
		}
	}
	if len(parts) == 1 {
		return true
	}
	last := parts[len(parts)-1]
	return slices.ContainsFunc(s.hits, func(h hit) bool {
		return h.pattern == last && s.inOrder(parts[:len(parts)-1], h.start)
	})
}

// generalReading is how far a message is trusted that was read without knowing who wrote it: its recipients and
// replies were looked for in the text.
const generalReading = 0.8

// passing is whether a reason that is only hinted at may have been a trouble of the moment. After days of it, that the
// message expired is the surer word.
func passing(r Reason) bool { return r == NetworkError || r == DomainUnknown || r == SystemFull }

// class is what a rule makes of an event.
func (c *Classifier) class(s *subject, won candidate) Class {
	if won.rule < 0 {
		return s.withoutRule()
	}
	r := &c.rules[won.rule]
	if s.event.Subkind == parse.Expired && (r.Reason == OnHold || r.Layer <= HintLayer && passing(r.Reason)) {
		return s.withoutRule()
	}
	class := Class{
		Reason: r.Reason, Detail: r.Detail, End: r.meaning.End, Scope: r.meaning.Scope, Sisimai: r.meaning.Sisimai,
		Permanent: permanent(r, s.status, s.code), Rule: r.ID, Matched: won.matched, Confidence: r.Confidence,
	}
	if won.behind != "" {
		class.Matched += " ... " + won.behind
	}
	if class.Confidence == 0 {
		class.Confidence = r.Layer.confidence()
	}
	if r.Reason == UserUnknown && r.Layer == WordingLayer && s.unconfirmed() {
		class.Reason, class.Detail, class.Sisimai, class.Confidence = RecipientRefused, unconfirmedDetail, MeaningOf(RecipientRefused).Sisimai, 0.6
	}
	if s.event.Dialect == "" && s.event.Origin.Format != "" {
		class.Confidence *= generalReading
	}
	if r.End != "" {
		class.End = r.End
	}
	if s.event.Subkind == parse.LocalDelivery || s.event.Subkind == parse.Inbound {
		class.End = ownEnd(class.End)
	}
	if r.Scope != "" {
		class.Scope = r.Scope
	}
	switch r.DetailFrom {
	case FromList:
		if detail := s.listName(); detail != "" {
			class.Detail = detail
		}
	case FromWindow:
		if detail := window(s.event.Diagnostic); detail != "" {
			class.Detail = detail
		}
	}
	return class
}

// ownEnd is the end where the mail system that failed or refused is our own.
func ownEnd(end End) End {
	if end == Domain || end == Route {
		return Sender
	}
	return end
}

// downstream lists the dialects of systems that take a message first and report what a server behind them answered.
var downstream = []string{"apachejames", "mcafee", "mfilter", "mxlogic", "surfcontrol", "x1", "x2", "zoho"}

// unconfirmedDetail is the detail of "user unknown" that need not mean what it says.
const unconfirmedDetail = "unconfirmed"

// unconfirmed says whether "user unknown" need not mean that the address does not exist: the server took the recipient
// and refused later, or its status is not about the address. Filters of recipients and of mobile carriers do that, and
// administrators: Sendmail itself says 5.1.1, and 5.0.0 where an entry of the access map has the words.
func (s *subject) unconfirmed() bool {
	if _, said := leadingCodes(s.event.Diagnostic); said == "5.0.0" {
		return true
	}
	switch s.event.Command {
	case "DATA", "EOD":
		return s.status.class == 0 || s.status.subject != 1
	case "":
		if slices.Contains(downstream, s.event.Dialect) {
			return s.status.class == 0 || s.status.subject != 1
		}
		return s.status.class != 0 && (s.status.subject == 2 || s.status.subject == 7)
	}
	return false
}

// withoutRule is the class of an event that no rule knows.
func (s *subject) withoutRule() Class {
	reason, rule := Unknown, ""
	switch {
	case s.event.Subkind == parse.Expired:
		reason, rule = ExpiredReason, "queue-lifetime"
	case len(s.text) == 0 && (s.code != "" || s.status.class != 0):
		reason, rule = OnHold, "no-text"
	}
	m := MeaningOf(reason)
	class := Class{Reason: reason, End: m.End, Scope: m.Scope, Permanent: m.Permanent, Sisimai: m.Sisimai, Rule: rule}
	if rule != "" {
		class.Confidence = CodeLayer.confidence()
	}
	if reason != ExpiredReason {
		class.Permanent = s.status.class == '5' || s.status.class == 0 && strings.HasPrefix(s.code, "5")
	}
	return class
}

// permanent says whether trying again is of no use. The first digit of the reply only softens what the rule says:
// what the recipient's own state forbids stays forbidden.
func permanent(r *compiled, st status, code string) bool {
	switch r.Permanent {
	case Always:
		return true
	case Temporary:
		return false
	}
	digit := st.class
	if digit == 0 && code != "" {
		digit = code[0]
	}
	if r.Reason == OnHold || r.Reason == Unknown {
		return digit == '5'
	}
	if digit == '4' && r.meaning.End != Recipient && r.Reason != ExpiredReason {
		return false
	}
	return r.meaning.Permanent
}

// hasSuffixLabel says whether host is suffix or a name under it.
func hasSuffixLabel(host, suffix string) bool {
	host, suffix = strings.TrimSuffix(host, "."), strings.TrimPrefix(suffix, ".")
	if len(host) < len(suffix) || !strings.EqualFold(host[len(host)-len(suffix):], suffix) {
		return false
	}
	return len(host) == len(suffix) || host[len(host)-len(suffix)-1] == '.'
}
