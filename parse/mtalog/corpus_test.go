package mtalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ndrscope/parse"
)

const corpusLogs = "../../../shared/corpus/logs"

func corpus(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(corpusLogs, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skipf("no corpus at %s", corpusLogs)
	}
	return paths
}

// counts of outcomes by kind, failures of expiry apart.
type counts map[string]int

func countKinds(events []parse.Event) counts {
	n := make(counts)
	for _, e := range events {
		key := string(e.Kind)
		if e.Subkind == parse.Expired || e.Subkind == parse.Notification {
			key += " " + string(e.Subkind)
		}
		n[key]++
	}
	return n
}

func allEvents(records []parse.Record) []parse.Event {
	var events []parse.Event
	for _, rec := range records {
		events = append(events, rec.Events...)
	}
	return events
}

func sameCounts(t *testing.T, what string, got, want counts) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestCorpusPostfix(t *testing.T) {
	text, err := os.ReadFile(corpus(t, "postfix/lines.tsv")[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, envelope := range []string{
		"Feb 20 10:00:00 mx1 postfix/%s[77]: %s\n",
		"2026-02-20T10:00:00.123456+01:00 mx1 postfix-out/%s[77]: %s\n",
		"<22>1 2026-02-20T09:00:00Z mx1 postfix/%s 77 - - %s\n",
	} {
		var log strings.Builder
		want := make(counts)
		inbound, lines := 0, 0
		for row := range strings.Lines(string(text)) {
			program, message, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
			fmt.Fprintf(&log, envelope, program, message)
			lines++
			switch {
			case strings.Contains(message, "status=sent") && strings.Contains(message, "relay=127.0.0.1") &&
				strings.Contains(message, "queued as"):
				want["relay"]++
			case strings.Contains(message, "status=sent"):
				want["delivery"]++
			case strings.Contains(message, "status=bounced"):
				want["failure"]++
			case strings.Contains(message, "status=deferred"):
				want["delay"]++
			case strings.Contains(message, "status=expired"):
				want["failure expired"]++
			case strings.Contains(message, "reject: ") || strings.Contains(message, "reject_warning: ") ||
				strings.Contains(message, ": discard: "):
				inbound++
			}
		}
		records := read(t, Options{}, log.String())
		sameCounts(t, envelope, countKinds(allEvents(records)), want)
		books, gotInbound := booksOf(records), 0
		for _, rec := range records {
			if rec.Subkind == parse.Inbound {
				gotInbound += rec.Ignored
			}
		}
		if books.Lines != lines || books.Skipped != 0 {
			t.Errorf("%s: books %+v, want %d lines and none skipped", envelope, books, lines)
		}
		if gotInbound != inbound {
			t.Errorf("%s: %d refusals of others' mail, want %d", envelope, gotInbound, inbound)
		}
	}
}

// TestCorpusExim counts the flags of delivery lines by searching for them as strings. What a message is after that
// differs for a bounce of our own, for a try that was put off again before it began, and for mail that a loopback
// server gave back to the same queue.
func TestCorpusExim(t *testing.T) {
	for _, path := range corpus(t, "exim/*.log") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := make(counts)
		bounces, inQueue, tried := make(map[string]bool), make(map[string]bool), make(map[string]bool)
		for row := range strings.Lines(string(text)) {
			words := strings.Fields(row)
			if len(words) < 4 || !strings.Contains(words[2], "-") || len(words[2]) < 16 {
				continue
			}
			id := words[2]
			key := ""
			switch words[3] {
			case "<=":
				inQueue[id] = true
				bounces[id] = strings.Contains(row, " <= <> R=")
			case "Completed":
				delete(inQueue, id)
				delete(bounces, id)
			case "=>", "->", ">>":
				key = "delivery"
				if _, other, ok := strings.Cut(row, "250 OK id="); ok && strings.Contains(row, "[127.0.0.1]") {
					other, _, _ = strings.Cut(strings.TrimSpace(other), `"`)
					if inQueue[other] {
						key = "relay"
					}
				}
			case "**":
				key = "failure"
				if strings.Contains(row, "retry timeout exceeded") {
					key = "failure expired"
				}
			case "==":
				if tried[id+words[4]] && strings.Contains(row, "retry time not reached") {
					continue
				}
				tried[id+words[4]] = true
				key = "delay"
			}
			switch {
			case key == "":
			case bounces[id]:
				want["ignored notification"]++
			default:
				want[key]++
			}
		}
		records := read(t, Options{}, string(text))
		sameCounts(t, path, countKinds(allEvents(records)), want)
		if books := booksOf(records); books.Lines != strings.Count(string(text), "\n") {
			t.Errorf("%s: books %+v", path, books)
		}
	}
}

// TestCorpusSendmail counts the stat of delivery lines by searching for it. Mail that the submission queue hands to
// the queue of the same machine is told apart, and so is a bounce of our own, which has an id of its own in each queue.
func TestCorpusSendmail(t *testing.T) {
	text, err := os.ReadFile(corpus(t, "sendmail/*.log")[0])
	if err != nil {
		t.Fatal(err)
	}
	want := make(counts)
	bounces := make(map[string]bool)
	for row := range strings.Lines(string(text)) {
		words := strings.Fields(row)
		if len(words) < 7 || words[4] == "postfix/sendmail" {
			continue
		}
		id := strings.TrimSuffix(words[5], ":")
		if strings.Contains(row, ": DSN: ") {
			bounces[strings.TrimSuffix(words[6], ":")] = true
		}
		_, state, ok := strings.Cut(strings.TrimSpace(row), ", stat=")
		if !ok {
			continue
		}
		key := "failure"
		if strings.HasPrefix(state, "Sent") {
			key = "delivery"
		}
		if inner, ok := strings.CutPrefix(state, "Sent ("); ok && strings.Contains(row, "relay=[127.0.0.1]") {
			// Either "(ID Message accepted for delivery)" or "(Ok: queued as ID)".
			next, _, _ := strings.Cut(inner, " ")
			key, bounces[next] = "relay", bounces[id]
		}
		if bounces[id] {
			key = "ignored notification"
		}
		want[key]++
	}
	records := read(t, Options{}, string(text))
	sameCounts(t, "sendmail", countKinds(allEvents(records)), want)
	if want["failure"] != 554 || booksOf(records).Skipped != 0 {
		t.Errorf("%d failures, want 554; books %+v", want["failure"], booksOf(records))
	}
}
