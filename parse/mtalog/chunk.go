package mtalog

import (
	"bytes"
	"io"

	"ndrscope/parse"
)

const (
	chunkSize = 1 << 20
	// maxLine is the longest line that is read, in bytes.
	maxLine = chunkSize
	// bytesPerFact is how many there usually are, so that facts need not be moved while they are found.
	bytesPerFact = 256
)

// chunk is a piece of a log that ends with a line, and what a worker found in it.
type chunk struct {
	data []byte
	// tooLong counts lines over maxLine that were left out in front of data.
	tooLong int

	// lines in data, with those too long.
	lines   int
	facts   []fact
	ignored ignoredLines
	damage  []damagedLine
	parsed  chan struct{}
}

func newChunk() *chunk {
	return &chunk{data: make([]byte, 0, chunkSize), parsed: make(chan struct{}, 1)}
}

// ignoredLines counts lines of no interest by what they are.
type ignoredLines struct {
	ordinary, inbound, notification int
}

func (n *ignoredLines) add(what parse.Subkind) {
	switch what {
	case parse.Inbound:
		n.inbound++
	case parse.Notification:
		n.notification++
	default:
		n.ordinary++
	}
}

// tell yields one record for each sort.
func (n *ignoredLines) tell(origin parse.Origin, yield func(parse.Record) error) error {
	for _, run := range [...]struct {
		what  parse.Subkind
		lines int
	}{{"", n.ordinary}, {parse.Inbound, n.inbound}, {parse.Notification, n.notification}} {
		if run.lines == 0 {
			continue
		}
		if err := yield(parse.Record{Origin: origin, Unit: parse.Line, Ignored: run.lines, Subkind: run.what}); err != nil {
			return err
		}
	}
	return nil
}

// cutter cuts a stream into chunks at line ends.
type cutter struct {
	r    io.Reader
	tail []byte // the begin of a line whose end was not read yet
	err  error  // io.EOF or what ended the stream
}

// fill reads the next chunk. After the last one c.err is set.
func (c *cutter) fill(into *chunk) {
	*into = chunk{data: append(into.data[:0], c.tail...), facts: into.facts[:0], damage: into.damage[:0], parsed: into.parsed}
	c.tail = c.tail[:0]
	for {
		n, err := io.ReadFull(c.r, into.data[len(into.data):cap(into.data)])
		into.data = into.data[:len(into.data)+n]
		if err != nil {
			c.err = err
			if err == io.ErrUnexpectedEOF {
				c.err = io.EOF
			}
			return
		}
		if end := bytes.LastIndexByte(into.data, '\n') + 1; end > 0 {
			c.tail = append(c.tail, into.data[end:]...)
			into.data = into.data[:end]
			return
		}
		into.tooLong++
		if !c.skipLine(into) {
			return
		}
	}
}

// skipLine reads on to the end of a line that is too long, and keeps what follows.
func (c *cutter) skipLine(into *chunk) bool {
	for {
		n, err := c.r.Read(into.data[:cap(into.data)])
		if end := bytes.IndexByte(into.data[:n], '\n') + 1; end > 0 {
			into.data = into.data[:copy(into.data, into.data[end:n])]
			return true
		}
		if err != nil {
			into.data = into.data[:0]
			c.err = err
			return false
		}
	}
}

// parse finds the facts of all lines.
func (c *chunk) parse(p *parser) {
	for range c.tooLong {
		c.lines++
		c.damage = append(c.damage, damagedLine{line: c.lines, kind: tooLong})
	}
	p.binary = bytes.IndexByte(c.data, 0) >= 0
	if c.facts == nil {
		c.facts = make([]fact, 0, len(c.data)/bytesPerFact+1)
	}
	f := c.nextFact()
	for rest := c.data; len(rest) > 0; {
		var text []byte
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			text, rest = rest[:end], rest[end+1:]
		} else {
			text, rest = rest, nil
		}
		c.lines++
		p.parse(text, f)
		switch f.verb {
		case nothing:
			c.ignored.add(f.subkind)
			f.wipe()
		case damaged:
			c.damage = append(c.damage, damagedLine{line: c.lines, kind: f.damage, text: text})
			*f = fact{}
		default:
			f.line = c.lines
			f = c.nextFact()
		}
	}
	c.facts = c.facts[:len(c.facts)-1]
}

// nextFact is a blank fact behind those that were found.
func (c *chunk) nextFact() *fact {
	n := len(c.facts)
	if n < cap(c.facts) {
		c.facts = c.facts[:n+1]
		c.facts[n] = fact{}
	} else {
		c.facts = append(c.facts, fact{})
	}
	return &c.facts[n]
}
