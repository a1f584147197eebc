package classify

import (
	"fmt"
	"strconv"
	"strings"

	"ndrscope/parse"
)

// Rule says what a failure means when all of its conditions hold. A condition that is left empty always holds.
//
// Of the rules that hold, the one in the highest [Layer] wins; in one layer the one that says most: the most bytes
// of phrase and the most conditions. The order of rules never matters.
type Rule struct {
	ID     string // unique, lower case, words joined by hyphens: "postfix-relay-denied"
	Reason Reason
	Layer  Layer
	// Detail is the class's detail, unless DetailFrom finds one in the event.
	Detail     string
	DetailFrom DetailFrom
	// End, Scope and Permanent differ from what the reason's [Meaning] says, where they are set.
	End       End
	Scope     Scope
	Permanent Permanence

	// Codes are SMTP reply codes or their beginnings: "554", "45", "4".
	Codes []string
	// Statuses are enhanced status codes: "5.7.1", any class as "x.7.1", a range as "5.7.606-649".
	Statuses []string
	// Commands are SMTP verbs, see parse.Event.Command.
	Commands []string
	// Kinds are parse.Failure or parse.Delay, for wordings that mean less while more tries follow.
	Kinds []parse.Kind
	// Provider names an entry of [Providers]; Hosts are suffixes, at label boundaries, of the server's name.
	Provider string
	Hosts    []string
	// Text lists phrases, of which one must occur. " * " in a phrase is a gap of up to maxGap bytes. A phrase
	// begins at the beginning of a word and may end within one. Case, runs of spaces, accents, quotation marks,
	// addresses and reply codes are normalised away on both sides.
	Text []string
	// Pairs are an alternative to Text: a word of a first list and, at most maxNear bytes behind it, one of a second.
	// They read wordings that nobody has collected: "sender" and "refused".
	Pairs []Pair
	// All lists phrases that must occur besides, anywhere; Not those that must not.
	All, Not []string

	// Weight is added to the length of a phrase: for words that decide, however long the words around them are.
	Weight int
	// Confidence from 0 to 1; 0 means that of the layer.
	Confidence float64
	// Source tells where the wording or code is documented: an RFC, a vendor's page, a program.
	Source string
	// Samples are replies that this rule wins, as [Explain] reads them.
	Samples []Sample
}

// Pair is who or what is spoken of, and what is said of it; or the other way round.
type Pair struct{ First, Second []string }

// Sample is a reply that proves a rule.
type Sample struct {
	Text string
	// Host is the server that said so, Command the verb that was answered; both may be empty.
	Host, Command string
	// Kind of the event; empty means parse.Failure.
	Kind parse.Kind
}

// Layer ranks rules, from general to specific.
type Layer int

const (
	EmptyLayer    Layer = iota + 1 // texts that tell of a failure and no reason
	CodeLayer                      // SMTP reply codes, and status codes that say little
	HintLayer                      // single telling words
	StatusLayer                    // the IANA registry of enhanced status codes
	WordingLayer                   // what MTAs, filters and providers write, in any language
	ProviderLayer                  // codes and words as one provider means them
	UserLayer                      // the user's own rules
)

var layerNames = [...]string{EmptyLayer: "empty", CodeLayer: "code", HintLayer: "hint", StatusLayer: "status", WordingLayer: "wording",
	ProviderLayer: "provider", UserLayer: "user"}

func (l Layer) String() string {
	if l < EmptyLayer || l > UserLayer {
		return "layer " + strconv.Itoa(int(l))
	}
	return layerNames[l]
}

// confidence of a rule that does not tell its own.
func (l Layer) confidence() float64 {
	return [...]float64{EmptyLayer: 0.2, CodeLayer: 0.3, HintLayer: 0.5, StatusLayer: 0.7, WordingLayer: 0.9, ProviderLayer: 0.95,
		UserLayer: 1}[l]
}

// Permanence overrides whether a failure is permanent.
type Permanence int

const (
	ByReason  Permanence = iota // as the reason's Meaning says, a 4xx reply softening what is not the recipient's doing
	Always                      // trying again never helps, whatever the reply's first digit
	Temporary                   // it clears by itself, whatever the reply's first digit
)

// DetailFrom says where in the event the detail of a class is found.
type DetailFrom int

const (
	FromRule   DetailFrom = iota
	FromList              // the block list that the event or its text names
	FromWindow            // the time to wait that the text tells: "15 minutes"
)

// specificity ranks rules of one layer: bytes of phrase, and conditions at the worth of a short word each.
func (r *Rule) specificity() int {
	n := 0
	shortest := 0
	for i, code := range r.Codes {
		if i == 0 || len(code) < shortest {
			shortest = len(code)
		}
	}
	n += shortest + r.Weight
	if len(r.Commands) > 0 {
		n += 4
	}
	if len(r.Kinds) > 0 {
		n += 4
	}
	if len(r.Statuses) > 0 {
		n += 24
	}
	if r.Provider != "" || len(r.Hosts) > 0 {
		n += 12
	}
	for _, phrase := range r.All {
		n += len(phrase)
	}
	return n
}

// statusRange is a compiled entry of Rule.Statuses.
type statusRange struct {
	class   byte // '2', '4', '5'; 0 is any
	subject int
	lo, hi  int // details
}

func parseStatusRange(s string) (statusRange, error) {
	bad := fmt.Errorf("status %q is not of the form 5.7.1, x.7.1 or 5.7.606-649", s)
	class, rest, ok := strings.Cut(s, ".")
	subject, detail, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || len(class) != 1 || !strings.Contains("x245", class) {
		return statusRange{}, bad
	}
	r := statusRange{class: class[0]}
	if class == "x" {
		r.class = 0
	}
	lo, hi, isRange := strings.Cut(detail, "-")
	if !isRange {
		hi = lo
	}
	var err1, err2, err3 error
	r.subject, err1 = strconv.Atoi(subject)
	r.lo, err2 = strconv.Atoi(lo)
	r.hi, err3 = strconv.Atoi(hi)
	if err1 != nil || err2 != nil || err3 != nil || r.subject < 0 || r.subject > 999 || r.lo < 0 || r.hi < r.lo || r.hi > 999 {
		return statusRange{}, bad
	}
	return r, nil
}

func (r statusRange) has(s status) bool {
	return (r.class == 0 || r.class == s.class) && r.subject == s.subject && r.lo <= s.detail && s.detail <= r.hi
}

// status is a parsed enhanced status code; its class is 0 where there is none.
type status struct {
	class           byte
	subject, detail int
}

// key indexes rules by status regardless of class.
func (s status) key() int { return s.subject*1000 + s.detail }

func parseStatus(text string) status {
	n := statusLen(text)
	if n == 0 || n != len(text) {
		return status{}
	}
	s := status{class: text[0]}
	i := 2
	for ; text[i] != '.'; i++ {
		s.subject = s.subject*10 + int(text[i]-'0')
	}
	for i++; i < n; i++ {
		s.detail = s.detail*10 + int(text[i]-'0')
	}
	return s
}

// statusLen is the length of the enhanced status code that s begins with, 0 if it does not.
func statusLen(s string) int {
	if len(s) < 5 || s[0] != '2' && s[0] != '4' && s[0] != '5' || s[1] != '.' {
		return 0
	}
	i := 2
	for part := 0; part < 2; part++ {
		start := i
		for i < len(s) && i-start < 3 && isDigit(s[i]) {
			i++
		}
		if i == start {
			return 0
		}
		if part == 0 {
			if i >= len(s) || s[i] != '.' {
				return 0
			}
			i++
		}
	}
	if i < len(s) && (isWord(s[i]) || s[i] == '.' && i+1 < len(s) && isDigit(s[i+1])) {
		return 0
	}
	return i
}

// replyLen is 3 if s begins with an SMTP reply code that ends there, else 0.
func replyLen(s string) int {
	if len(s) < 3 || s[0] != '2' && s[0] != '4' && s[0] != '5' || s[1] < '0' || s[1] > '7' || !isDigit(s[2]) {
		return 0
	}
	if len(s) > 3 && (isWord(s[3]) || s[3] == '.' && len(s) > 4 && isDigit(s[4])) {
		return 0
	}
	return 3
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z'
}
