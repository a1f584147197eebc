package aggregate

// settledCap is the size of one generation of a settledSet: between one and two generations are remembered.
const settledCap = 200_000

// fate says what a settledEntry remembers.
type fate uint8

const (
	free      fate = iota
	delivered      // counted as delivered in its domain
	claimed        // an address that was expanded or forwarded: its members are counted instead
	failed         // counted as failed; only its duplicates matter
	reopened       // was delivered, until a live outcome took it over
)

// settledEntry is all that is remembered of an outcome that needs no more attention.
type settledEntry struct {
	key      uint64
	at       uint32 // seconds since 1970 of the delivery; 0 is unknown
	domain   uint32 // index into Aggregator.domains
	attempts uint16 // tries that the logs tell of
	reported bool   // a DSN told of the delivery
	fate     fate
}

// settledSet remembers the most recent settled outcomes in bounded memory: two generations of an open-addressing
// hash table. When the young one is full, the old one is forgotten and the young one becomes old.
type settledSet struct {
	young, old []settledEntry
	n          int // used entries of young
}

// get returns the entry of key, nil when it is unknown or forgotten. The pointer is valid until the next put.
func (s *settledSet) get(key uint64) *settledEntry {
	if e := find(s.young, key); e != nil && e.fate != free {
		return e
	}
	if e := find(s.old, key); e != nil && e.fate != free {
		return e
	}
	return nil
}

// put adds an entry whose key is not in the set.
func (s *settledSet) put(e settledEntry) {
	if s.n >= settledCap {
		clear(s.old)
		s.young, s.old, s.n = s.old, s.young, 0
	}
	if 5*(s.n+1) > 4*len(s.young) { // four fifths of 1 << 18 hold a generation
		s.grow()
	}
	*find(s.young, e.key) = e
	s.n++
}

func (s *settledSet) grow() {
	bigger := make([]settledEntry, max(1024, 2*len(s.young)))
	for _, e := range s.young {
		if e.fate != free {
			*find(bigger, e.key) = e
		}
	}
	s.young = bigger
}

// find returns the entry of key in a table whose length is a power of two, or the free one where it would go.
func find(table []settledEntry, key uint64) *settledEntry {
	if len(table) == 0 {
		return nil
	}
	mask := uint64(len(table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		if e := &table[i]; e.fate == free || e.key == key {
			return e
		}
	}
}

// tries is the number of attempts that the entry stands for.
func (e *settledEntry) tries() int {
	n := int(e.attempts)
	if n == 0 && e.reported {
		n = 1
	}
	return n
}
