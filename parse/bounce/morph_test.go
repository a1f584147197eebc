package bounce

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ndrscope/parse"
)

var contentType = regexp.MustCompile(`(?im)^Content-Type:.*\n([ \t].*\n)*`)

// TestMorphs alters the messages of the corpus in ways that must not alter what they say.
func TestMorphs(t *testing.T) {
	needCorpus(t)
	files, err := filepath.Glob(corpus + "/bounces/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, morph := range []struct {
		name    string
		alter   func(raw []byte) []byte
		atLeast float64 // percent of the messages that must say the same
	}{
		{"CRLF", func(raw []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		}, 99},
		{"byte order mark and empty lines in front", func(raw []byte) []byte { return append([]byte("\uFEFF\r\n\n"), raw...) }, 100},
		{"a From_ line in front", func(raw []byte) []byte {
			return append([]byte("From MAILER-DAEMON Fri Nov 20 09:14:02 2026\n"), raw...)
		}, 100},
		{"wrapped by a list server", func(raw []byte) []byte {
			head, body := cutHeader(raw)
			kept := contentType.ReplaceAll(head, nil)
			inner := bytes.Join(contentType.FindAll(head, 1), nil)
			return []byte(string(kept) + "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n" + string(inner) + "\n" + string(body) +
				"\n--outer\nContent-Type: text/plain\n\n-- \nlist footer of list@lists.example.net\n--outer--\n")
		}, 99},
		{"without Content-Type", func(raw []byte) []byte {
			head, body := cutHeader(raw)
			return append(append(contentType.ReplaceAll(append([]byte{}, head...), nil), '\n'), body...)
		}, 98},
		{"cut off in the midst of the returned message", func(raw []byte) []byte {
			if i := bytes.LastIndex(raw, []byte("\n--")); i > len(raw)*9/10 {
				return raw[:i]
			}
			return raw
		}, 99},
	} {
		t.Run(morph.name, func(t *testing.T) {
			same, n := 0, 0
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				raw = splitMbox(raw)[0]
				n++
				want, have := signature(raw), signature(morph.alter(raw))
				if want == have {
					same++
				} else {
					t.Logf("%s: %s, was %s", filepath.Base(f), have, want)
				}
			}
			if p := 100 * float64(same) / float64(n); p < morph.atLeast {
				t.Errorf("%.1f%% say the same, want %.0f%%", p, morph.atLeast)
			} else {
				t.Logf("%.1f%%", p)
			}
		})
	}
}

// signature is what a message says: kind, recipient, status and reply of each event.
func signature(raw []byte) string {
	events, _ := Decode(raw, parse.Origin{Path: "x"}, Options{})
	var parts []string
	for _, e := range events {
		parts = append(parts, string(e.Kind)+" "+e.Recipient+" "+e.Status+" "+e.ReplyCode)
	}
	return strings.Join(parts, ", ")
}
