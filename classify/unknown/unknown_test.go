package unknown

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
)

func event(text string) *parse.Event {
	return &parse.Event{
		Origin: parse.Origin{Path: "/home/jane/Maildir/new/1", Format: "maildir", Index: 3}, Kind: parse.Failure,
		MessageID: "id.of.jane@example.net", Subject: "Salary of Jane", Sender: "boss@example.net", From: "boss@example.net",
		Recipient: "Jane.Doe@example.org", Domain: "example.org", RemoteHost: "mx.example.org", Diagnostic: text,
	}
}

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"590 xyzzy <jane.doe@example.org> plugh", "590 xyzzy <user@example.org> plugh"},
		{"unknown thing: jane.doe", "unknown thing: user"},
		{"JANE.DOE? boss!", "user? user!"},
		{"jane.doering janes", "jane.doering janes"},
		{`"jane doe"@example.org`, "user@example.org"},
		{"see https://example.org/?to=jane%40example.org&ip=192.0.2.1", "see https://example.org/?user%40example.org&ip=192.0.2.1"},
		{"bounce-jane=example.org@lists.example.net", "user@lists.example.net"},
		{"@", "@"},
		{"", ""},
	} {
		r := Redact(event(tt.text))
		if r.Diagnostic != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, r.Diagnostic, tt.want)
		}
	}
	r := Redact(event("x"))
	text, _ := json.Marshal(r)
	if low := strings.ToLower(string(text)); strings.Contains(low, "jane") || strings.Contains(low, "boss") || strings.Contains(low, "salary") {
		t.Errorf("redacted event tells of people: %s", text)
	}
	if r.Recipient != "user@example.org" || r.RemoteHost != "mx.example.org" {
		t.Errorf("domains are to stay: %s", text)
	}
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "unknown")
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unknown := classify.Class{Reason: classify.Unknown}
	for _, e := range []struct {
		text  string
		class classify.Class
	}{
		{"590 xyzzy <jane.doe@example.org> 17", unknown},
		{"590 xyzzy <other@example.net> 18", unknown}, // the same wording
		{"../../../etc/passwd\x00\n", unknown},
		{strings.Repeat("é/", 5000), unknown},
		{"known", classify.Class{Reason: classify.Spam}},
		{"", unknown},
	} {
		if err := f.Keep(event(e.text), e.class); err != nil {
			t.Errorf("%q: %v", e.text, err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, want 3: %v", len(files), err)
	}
	for _, file := range files {
		if strings.Trim(file.Name(), "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || len(file.Name()) > 80 {
			t.Errorf("name %q", file.Name())
		}
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil || strings.Contains(strings.ToLower(string(text)), "jane") {
			t.Errorf("%s: %v\n%s", file.Name(), err, text)
		}
	}
}

// What another run has written stays, and so does what a link points to.
func TestNeverOverwritten(t *testing.T) {
	dir := t.TempDir()
	name := fileName("590 xyzzy")
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.Symlink(victim, filepath.Join(dir, name)); err != nil {
		t.Skip(err)
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Keep(event("590 xyzzy"), classify.Class{Reason: classify.Unknown}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(victim); err == nil {
		t.Error("a link was followed")
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("<jane@example.org>", "jane@example.org")
	f.Add("\"@", "\"\"@")
	f.Fuzz(func(t *testing.T, text, recipient string) {
		r := Redact(&parse.Event{Diagnostic: text, Recipient: recipient})
		if name := fileName(classify.Mask(r.Diagnostic)); name == "" || strings.ContainsAny(name, "/\\\x00") {
			t.Errorf("name %q", name)
		}
	})
}
