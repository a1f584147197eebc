package main

import (
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var out strings.Builder
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	p := &progress{out: &out, now: func() time.Time { return now }, total: 400_000_000}
	for range 4 {
		p.add(50_000_000)
		now = now.Add(250 * time.Millisecond)
	}
	p.clear()
	want := "\r\x1b[K 25%  100 of 400 MB  400 MB/s  1s left" +
		"\r\x1b[K 37%  150 of 400 MB  300 MB/s  1s left" +
		"\r\x1b[K 50%  200 of 400 MB  267 MB/s  1s left" +
		"\r\x1b[K"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}

	out.Reset()
	small := &progress{out: &out, now: func() time.Time { return now }, total: 1000}
	small.add(1000)
	now = now.Add(time.Hour)
	small.add(1)
	small.clear()
	if out.String() != "" {
		t.Errorf("a small input shows %q, want nothing", out.String())
	}
}
