package classify

import (
	"errors"
	"fmt"
	"strings"
)

// compiled is a rule made ready to be matched.
type compiled struct {
	*Rule
	meaning   *Meaning
	score     int // without the phrase
	statuses  []statusRange
	providers providerSet
	all, not  [][]int32 // patterns of each phrase
}

// use is one phrase of one rule, at its last part.
type use struct {
	rule   int32
	score  int
	parts  []int32 // the patterns that must come before, in order
	phrase string
}

// maxPairs is how many pairs there may be: each has a bit.
const maxPairs = 64

// bits has a bit for each pair.
type bits uint64

// compile makes rules ready to be matched; an error names every rule that cannot be used.
func compile(rules []Rule) (*Classifier, error) {
	c := &Classifier{byStatus: map[int][]int32{}, byCode: map[string][]int32{}}
	b := builder{Classifier: c, number: map[string]int32{}}
	seen := map[string]bool{}
	var errs []error
	for i := range rules {
		r := &rules[i]
		if seen[r.ID] {
			errs = append(errs, fmt.Errorf("rule %q: there is another rule of that id", r.ID))
		}
		seen[r.ID] = true
		if err := r.validate(); err != nil {
			errs = append(errs, fmt.Errorf("rule %q: %w", r.ID, err))
			continue
		}
		b.add(r)
	}
	if len(c.pairs) > maxPairs {
		errs = append(errs, fmt.Errorf("there are %d pairs, more than %d", len(c.pairs), maxPairs))
	}
	for i := range blockLists {
		for _, mark := range blockLists[i].Marks {
			c.lists[b.pattern(normal(mark))] = int8(i)
		}
	}
	for i := range Providers {
		for _, mark := range Providers[i].Marks {
			c.marks[b.pattern(normal(mark))] |= 1 << i
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.patterns = newAutomaton(b.texts)
	c.scratch.New = func() any { return &scratch{seen: make([]uint32, len(b.texts))} }
	return c, nil
}

// builder numbers the patterns of a classifier.
type builder struct {
	*Classifier
	number map[string]int32
}

func (b *builder) pattern(text string) int32 {
	if n, ok := b.number[text]; ok {
		return n
	}
	n := int32(len(b.texts))
	b.number[text] = n
	b.texts = append(b.texts, text)
	b.starts = append(b.starts, isWord(text[0]))
	b.lengths = append(b.lengths, int32(len(text)))
	b.uses = append(b.uses, nil)
	b.first = append(b.first, 0)
	b.second = append(b.second, 0)
	b.lists = append(b.lists, -1)
	b.marks = append(b.marks, 0)
	return n
}

// phrase numbers the parts of a phrase and tells their size.
func (b *builder) phrase(phrase string) (parts []int32, size int) {
	for part := range strings.SplitSeq(phrase, " * ") {
		text := normal(part)
		parts = append(parts, b.pattern(text))
		size += len(text)
	}
	return parts, size
}

func (b *builder) phrases(list []string) [][]int32 {
	var all [][]int32
	for _, phrase := range list {
		parts, _ := b.phrase(phrase)
		all = append(all, parts)
	}
	return all
}

// add compiles a valid rule.
func (b *builder) add(r *Rule) {
	n := int32(len(b.rules))
	k := compiled{Rule: r, meaning: MeaningOf(r.Reason), score: int(r.Layer)*layerScore + r.specificity(),
		providers: providerNamed(r.Provider), all: b.phrases(r.All), not: b.phrases(r.Not)}
	for _, s := range r.Statuses {
		span, _ := parseStatusRange(s) // validated
		k.statuses = append(k.statuses, span)
	}
	for _, phrase := range r.Text {
		parts, size := b.phrase(phrase)
		last := parts[len(parts)-1]
		b.uses[last] = append(b.uses[last], use{n, k.score + size, parts[:len(parts)-1], phrase})
	}
	for _, pair := range r.Pairs {
		bit := bits(1) << (len(b.pairs) % maxPairs)
		b.pairs = append(b.pairs, n)
		for _, word := range pair.First {
			b.first[b.pattern(normal(word))] |= bit
		}
		for _, word := range pair.Second {
			b.second[b.pattern(normal(word))] |= bit
		}
		b.pairScore = max(b.pairScore, k.score+2*maxWord)
	}
	switch {
	case len(r.Text)+len(r.Pairs) > 0:
	case len(k.statuses) > 0:
		for _, s := range k.statuses {
			for detail := s.lo; detail <= s.hi; detail++ {
				key := status{0, s.subject, detail}.key()
				b.byStatus[key] = append(b.byStatus[key], n)
			}
		}
	case len(r.Codes) > 0:
		for _, code := range r.Codes {
			b.byCode[code] = append(b.byCode[code], n)
		}
	default:
		b.bare = append(b.bare, n)
	}
	b.rules = append(b.rules, k)
}
