package tape

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOnce(t *testing.T) {
	var tp Tape
	var asked atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got := Do(t.Context(), &tp, "question", "missing", func() string { asked.Add(1); return "answer" })
			if got != "answer" {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestPlayback(t *testing.T) {
	var tp Tape
	Do(t.Context(), &tp, "b", "", func() string { return "2" })
	Do(t.Context(), &tp, "a", "", func() string { return "1" })
	if err := tp.Put("settings", 7); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := tp.Write(&file); err != nil {
		t.Fatal(err)
	}
	want := `{"asked":"a","answered":"1"}` + "\n" + `{"asked":"b","answered":"2"}` + "\n" + `{"asked":"settings","answered":7}` + "\n"
	if file.String() != want {
		t.Errorf("wrote %s", file.String())
	}
	played, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	never := func() string { t.Error("asked during a playback"); return "" }
	if got := Do(t.Context(), played, "b", "missing", never); got != "2" {
		t.Errorf("b: %q", got)
	}
	if got := Do(t.Context(), played, "c", "missing", never); got != "missing" {
		t.Errorf("c: %q", got)
	}
	var n int
	if !played.Get("settings", &n) || n != 7 {
		t.Errorf("settings: %d", n)
	}
}

// What was cut off by the end of the run is not an answer.
func TestCutOff(t *testing.T) {
	var tp Tape
	ctx, cancel := context.WithCancel(t.Context())
	got := Do(ctx, &tp, "a", "missing", func() string { cancel(); return "half" })
	if got != "missing" {
		t.Errorf("got %q", got)
	}
	if Do(ctx, &tp, "b", "missing", func() string { t.Error("asked after the end"); return "" }) != "missing" {
		t.Error("b is not missing")
	}
	var file bytes.Buffer
	if err := tp.Write(&file); err != nil || file.Len() > 0 {
		t.Errorf("wrote %q, %v", file.String(), err)
	}
}

// Who asks something that never ends is let go with the run.
func TestStuck(t *testing.T) {
	var tp Tape
	ctx, cancel := context.WithCancel(t.Context())
	stuck := make(chan struct{})
	defer close(stuck)
	asked := make(chan struct{})
	go func() { <-asked; cancel() }()
	if got := Do(ctx, &tp, "a", "missing", func() string { close(asked); <-stuck; return "late" }); got != "missing" {
		t.Errorf("got %q", got)
	}
}

func TestBadRecordings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "the recording is empty",
		"hello\n":                               "line 1 is not of a recording",
		"{\"asked\":\"a\",\"answered\":1}\n[]":  "line 2 is not of a recording",
		"{\"answered\":1}":                      "line 1 is not of a recording",
		strings.Repeat("x", 2*maxLine):          "bufio.Scanner: token too long",
		"\n\n{\"asked\":\"a\",\"answered\":1}x": "line 3 is not of a recording",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"asked":"a","answered":{"b":[1]}}` + "\n")
	f.Add("{\"asked\":\"a\"}\n\n{}")
	f.Fuzz(func(t *testing.T, text string) {
		tp, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		Do(t.Context(), tp, "a", 0, func() int { t.Error("asked during a playback"); return 0 })
		var file bytes.Buffer
		if err := tp.Write(&file); err != nil {
			t.Skip(err) // an answer that is no JSON stays out
		}
	})
}
