package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress shows on a terminal how far the reading is.
type progress struct {
	mu          sync.Mutex
	out         io.Writer
	now         func() time.Time
	total, read int64
	start, last time.Time
	shown       bool
}

// smallest is the size in bytes of an input that is read before anybody looks.
const smallest = 32 << 20

func (p *progress) add(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += int64(bytes)
	now := p.now()
	if p.start.IsZero() {
		p.start, p.last = now, now
	}
	if p.total < smallest || now.Sub(p.last) < 200*time.Millisecond {
		return
	}
	p.last = now
	p.shown = true
	fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(now.Sub(p.start)))
}

// line says how much is read, how fast, and how long the rest will take.
func (p *progress) line(elapsed time.Duration) string {
	const mb = 1e6
	read := min(p.read, p.total) // the beginnings of logs are read twice
	rate := float64(p.read) / elapsed.Seconds()
	left := time.Duration(float64(p.total-read) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%3d%%  %.0f of %.0f MB  %.0f MB/s  %s left",
		100*read/p.total, float64(read)/mb, float64(p.total)/mb, rate/mb, left)
}

// clear takes the line off the terminal, to make room for another or at the end.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
