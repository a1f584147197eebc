package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapSpace is the size in bytes of the heap at which garbage is collected, while little of it is in use.
const heapSpace = 88 << 20

// fillHeap lets garbage fill a fixed space before it is collected, rather than a share of what is in use. Little is kept
// of what is read, whatever its size: so a long log takes no more memory than a short one, and there is little to
// collect. Where more is in use, half as much again may be garbage. What the environment says of this goes first.
func fillHeap() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const smallest = 4 << 20 // of a heap that has never been collected, at 100 percent
	debug.SetGCPercent(100 * heapSpace / smallest)
	afterCollection(func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(max(50, int(100*heapSpace/max(1, live[0].Value.Uint64()))-100))
	})
}

// afterCollection calls f after each garbage collection.
func afterCollection(f func()) {
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { // by itself in memory, so that it dies at once
		f()
		afterCollection(f)
	})
}
