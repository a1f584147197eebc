package mtalog

import (
	"bytes"
	"time"
)

// FirstTime is the time of the first line that tells one, looked for in the first bytes of a log; zero if none does.
// Rotated logs are put in order by it.
func FirstTime(prefix []byte, log Log, opt Options) time.Time {
	if opt.Location == nil {
		opt.Location = opt.Now.Location()
	}
	prefix = withoutMark(prefix[:min(len(prefix), sniffed)])
	p := formatOf(prefix).parser(opt, log)
	for text := range bytes.SplitSeq(prefix, []byte("\n")) {
		var f fact
		p.line = line{}
		p.parse(text, &f)
		if t := p.clock.time(p.line.stamp); !t.IsZero() {
			return t
		}
		if !f.time.IsZero() {
			return f.time
		}
	}
	return time.Time{}
}
