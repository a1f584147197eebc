package bounce

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	gomessage "github.com/emersion/go-message"

	"ndrscope/classify"
	"ndrscope/parse"
)

// BenchmarkDecode prints messages/s and MB/s over the corpus, beside a baseline: go-message merely walking the parts
// and reading them.
func BenchmarkDecode(b *testing.B) {
	messages, size := benchmarkMessages(b)
	run := func(name string, one func([]byte)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, raw := range messages {
					one(raw)
				}
			}
			b.ReportMetric(float64(len(messages))*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
	run("decode", func(raw []byte) {
		events, _ := Decode(raw, parse.Origin{Path: "x", Index: 1}, Options{})
		if len(events) == 0 {
			b.Fatal("no events")
		}
	})
	classifier, err := classify.New()
	if err != nil {
		b.Fatal(err)
	}
	run("decode and classify", func(raw []byte) {
		events, _ := Decode(raw, parse.Origin{Path: "x", Index: 1}, Options{})
		for i := range events {
			classifier.Classify(&events[i])
		}
	})
	run("baseline", func(raw []byte) {
		e, _ := gomessage.Read(bytes.NewReader(raw))
		if e == nil {
			return // Some are broken beyond what go-message reads.
		}
		e.Walk(func(_ []int, part *gomessage.Entity, err error) error {
			if err == nil && part.MultipartReader() == nil {
				io.Copy(io.Discard, part.Body)
			}
			return nil // Broken parts are passed over.
		})
	})
}

func benchmarkMessages(b *testing.B) (messages [][]byte, size int64) {
	needCorpus(b)
	files, err := filepath.Glob(corpus + "/bounces/*.eml")
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		for _, one := range splitMbox(raw) {
			messages = append(messages, one)
			size += int64(len(one))
		}
	}
	return messages, size
}
