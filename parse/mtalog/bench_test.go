package mtalog

import (
	"bytes"
	"testing"
	"time"

	"ndrscope/parse"
	"ndrscope/parse/mtalog/loggen"
)

var generatedLog = loggen.Options{Seed: 5, Bytes: 2 << 20}

func generate(t testing.TB, opt loggen.Options) ([]byte, map[string]loggen.Truth) {
	t.Helper()
	var log bytes.Buffer
	opt.Start = time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC)
	truth, err := loggen.Write(&log, opt)
	if err != nil {
		t.Fatal(err)
	}
	return log.Bytes(), truth
}

// TestTruth reads a log of known truth, larger than several chunks, and counts outcomes by domain.
func TestTruth(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count bool
		gen   loggen.Options
	}{
		{"events", false, loggen.Options{Seed: 1, Bytes: 4 << 20}},
		{"counted", true, loggen.Options{Seed: 2, Bytes: 4 << 20}},
		{"rfc3339", true, loggen.Options{Seed: 3, Bytes: 4 << 20, RFC3339: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log, want := generate(t, tt.gen)
			got := make(map[string]loggen.Truth)
			count := func(domain string, change func(*loggen.Truth)) {
				truth := got[domain]
				change(&truth)
				got[domain] = truth
			}
			waiting := make(map[[2]string]string)
			records := read(t, Options{CountDeliveries: tt.count}, string(log))
			for _, rec := range records {
				for _, d := range rec.Deliveries {
					count(d.Domain, func(t *loggen.Truth) { t.Delivered += d.Count; t.Attempts += d.Count })
				}
				for _, e := range eventsOf([]parse.Record{rec}) {
					if e.Sender == "" || e.MessageID == "" {
						t.Fatalf("not joined: %+v", e)
					}
					key := [2]string{e.QueueID, e.Recipient}
					delete(waiting, key)
					count(e.Domain, func(t *loggen.Truth) {
						if e.Subkind != parse.Expired {
							t.Attempts++
						}
						switch {
						case e.Kind == parse.Delay:
							waiting[key] = e.Domain
						case e.Subkind == parse.Expired:
							t.Expired++
						case e.Kind == parse.Failure:
							t.Bounced++
						case e.Kind == parse.Delivery:
							t.Delivered++
						}
					})
				}
			}
			for _, domain := range waiting {
				count(domain, func(t *loggen.Truth) { t.Pending++ })
			}
			for domain, truth := range want {
				if got[domain] != truth {
					t.Errorf("%s: got %+v, want %+v", domain, got[domain], truth)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d domains, want %d", len(got), len(want))
			}
			if books := booksOf(records); books.Lines != bytes.Count(log, []byte("\n")) || books.Skipped != 0 {
				t.Errorf("books: %+v", books)
			}
		})
	}
}

// TestSameAgain reads twice: neither the order nor the content of the records may depend on who parsed first.
func TestSameAgain(t *testing.T) {
	log, _ := generate(t, loggen.Options{Seed: 4, Bytes: 3 << 20})
	one := eventsOf(read(t, Options{Workers: 4}, string(log)))
	two := eventsOf(read(t, Options{Workers: 1}, string(log)))
	if len(one) == 0 || len(one) != len(two) {
		t.Fatalf("%d and %d events", len(one), len(two))
	}
	for i := range one {
		if one[i] != two[i] {
			t.Fatalf("event %d:\n%+v\n%+v", i, one[i], two[i])
		}
	}
}

func BenchmarkRead(b *testing.B) {
	log, _ := generate(b, loggen.Options{Seed: 1, Bytes: 32 << 20})
	for _, count := range []bool{true, false} {
		name := map[bool]string{true: "counted", false: "events"}[count]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReader(Options{Now: testNow, CountDeliveries: count})
				discard := func(parse.Record) error { return nil }
				if err := r.Read(b.Context(), Log{Path: "x", Reader: bytes.NewReader(log)}, discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
