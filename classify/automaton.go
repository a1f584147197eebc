package classify

import "sort"

// automaton finds all of its patterns in a text in one pass (Aho and Corasick, Efficient string matching, 1975).
//
// Nodes are numbered breadth first, so that the children of a node are neighbours: node n's are those from
// first[n] to first[n+1], in the order of their labels.
type automaton struct {
	root   [256]int32 // child of the root by label; 0 is none
	label  []byte
	first  []int32
	fail   []int32
	output []int32 // pattern that ends here, -1 for none
	next   []int32 // nearest node down the failure links that has an output, 0 for none
}

// newAutomaton builds the automaton of distinct, non-empty patterns.
func newAutomaton(patterns []string) *automaton {
	order := make([]int, len(patterns))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return patterns[order[i]] < patterns[order[j]] })

	// span is a node: the sorted patterns from lo to hi share their first depth bytes.
	type span struct {
		lo, hi, depth int
		parent        int32
	}
	a := &automaton{label: []byte{0}, fail: []int32{0}, output: []int32{-1}, next: []int32{0}}
	queue := []span{{0, len(order), 0, 0}}
	for n := 0; n < len(queue); n++ {
		s := queue[n]
		a.first = append(a.first, int32(len(queue)))
		if n > 0 {
			a.link(int32(n), s.parent)
		}
		lo := s.lo
		for lo < s.hi && len(patterns[order[lo]]) == s.depth {
			a.output[n] = int32(order[lo])
			lo++
		}
		for lo < s.hi {
			c := patterns[order[lo]][s.depth]
			hi := lo
			for hi < s.hi && patterns[order[hi]][s.depth] == c {
				hi++
			}
			if n == 0 {
				a.root[c] = int32(len(queue))
			}
			queue = append(queue, span{lo, hi, s.depth + 1, int32(n)})
			a.label = append(a.label, c)
			a.fail = append(a.fail, 0)
			a.output = append(a.output, -1)
			a.next = append(a.next, 0)
			lo = hi
		}
	}
	a.first = append(a.first, int32(len(queue)))
	return a
}

// link sets the failure link of node n; those of shallower nodes are set already.
func (a *automaton) link(n, parent int32) {
	if parent == 0 {
		return
	}
	f := a.step(a.fail[parent], a.label[n])
	a.fail[n] = f
	a.next[n] = a.next[f]
	if a.output[f] >= 0 {
		a.next[n] = f
	}
}

// child of node n by label c, 0 for none.
func (a *automaton) child(n int32, c byte) int32 {
	if n == 0 {
		return a.root[c]
	}
	for k := a.first[n]; k < a.first[n+1]; k++ {
		if a.label[k] == c {
			return k
		}
	}
	return 0
}

// step is the node after reading c at node n.
func (a *automaton) step(n int32, c byte) int32 {
	for {
		if k := a.child(n, c); k != 0 || n == 0 {
			return k
		}
		n = a.fail[n]
	}
}

// find calls hit for every pattern that occurs in text, with the offset after its end.
func (a *automaton) find(text []byte, hit func(pattern int32, end int)) {
	var n int32
	for i, c := range text {
		n = a.step(n, c)
		if a.output[n] >= 0 {
			hit(a.output[n], i+1)
		}
		for k := a.next[n]; k != 0; k = a.next[k] {
			hit(a.output[k], i+1)
		}
	}
}
