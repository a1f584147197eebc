// Package tape remembers what the outside world answered. Everything that a run asks goes through one Tape under the
// question's own key: so nothing is asked twice, and a run can be written to a file and played back without a network.
package tape

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// Tape holds answers by question. The zero value is empty and ready to use.
type Tape struct {
	mu    sync.Mutex
	calls map[string]*call
	lines map[string]json.RawMessage
	// playback: nothing is asked, only what is in lines is known.
	playback bool
}

type call struct {
	done  chan struct{}
	value any
}

// Do returns the answer to the question key: from memory, or by asking once, however many callers wait for it. Without
// a chance to ask (the context is done, or the tape is played back and does not know), the answer is missing. Nobody
// waits longer than the context lasts, whatever ask does.
func Do[T any](ctx context.Context, t *Tape, key string, missing T, ask func() T) T {
	t.mu.Lock()
	c, ok := t.calls[key]
	if !ok {
		c = &call{done: make(chan struct{}), value: missing}
		if t.calls == nil {
			t.calls = map[string]*call{}
		}
		t.calls[key] = c
		go answer(ctx, t, key, c, ask)
	}
	t.mu.Unlock()
	select {
	case <-c.done:
		return c.value.(T)
	default:
	}
	select {
	case <-c.done:
		return c.value.(T)
	case <-ctx.Done():
		return missing
	}
}

// answer settles a call.
func answer[T any](ctx context.Context, t *Tape, key string, c *call, ask func() T) {
	defer close(c.done)
	t.mu.Lock()
	line, known := t.lines[key]
	t.mu.Unlock()
	if known {
		var value T
		if json.Unmarshal(line, &value) == nil {
			c.value = value
		}
		return
	}
	if t.playback || ctx.Err() != nil {
		return
	}
	value := ask()
	if ctx.Err() != nil { // cut off: not an answer to remember
		return
	}
	c.value = value
	if line, err := json.Marshal(value); err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.lines == nil {
			t.lines = map[string]json.RawMessage{}
		}
		t.lines[key] = line
	}
}

// Put sets an answer that was not asked for, such as the settings of the run.
func (t *Tape) Put(key string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines == nil {
		t.lines = map[string]json.RawMessage{}
	}
	t.lines[key] = line
	return nil
}

// Get reads what Put set; ok is false if it is not there.
func (t *Tape) Get(key string, value any) (ok bool) {
	t.mu.Lock()
	line, ok := t.lines[key]
	t.mu.Unlock()
	return ok && json.Unmarshal(line, value) == nil
}

type entry struct {
	Asked    string          `json:"asked"`
	Answered json.RawMessage `json:"answered"`
}

// Write writes all answers as JSON lines, sorted by question.
func (t *Tape) Write(w io.Writer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, key := range slices.Sorted(maps.Keys(t.lines)) {
		if err := enc.Encode(entry{key, t.lines[key]}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// maxLine bounds one answer in a file.
const maxLine = 1 << 20

// ErrEmpty is a recording without a single answer.
var ErrEmpty = errors.New("the recording is empty")

// Read loads a recording for playback.
func Read(r io.Reader) (*Tape, error) {
	t := &Tape{playback: true, lines: map[string]json.RawMessage{}}
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		var e entry
		if err := json.Unmarshal(s.Bytes(), &e); err != nil || e.Asked == "" {
			return nil, fmt.Errorf("line %d is not of a recording", n)
		}
		t.lines[e.Asked] = e.Answered
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(t.lines) == 0 {
		return nil, ErrEmpty
	}
	return t, nil
}
