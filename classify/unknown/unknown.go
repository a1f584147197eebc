// Package unknown keeps failures that no rule knows, without what tells of people, so that somebody can write the rule.
package unknown

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ndrscope/classify"
	"ndrscope/parse"
)

// maxWordings bounds the files of one run, and the memory for their names.
const maxWordings = 10_000

// Folder is where unknown wordings are kept, one file for each. It is not for concurrent use. A nil Folder keeps nothing.
type Folder struct {
	root *os.Root
	seen map[string]bool
}

// Open makes the folder if it does not exist. Its files are readable by their owner alone.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root, seen: map[string]bool{}}, nil
}

// Close ends the use of the folder.
func (f *Folder) Close() error {
	if f == nil {
		return nil
	}
	return f.root.Close()
}

// kept is the content of a file.
type kept struct {
	// Wording is the diagnostic with addresses, hosts and numbers masked: what events of one file share.
	Wording string      `json:"wording"`
	Event   parse.Event `json:"event"`
}

// Keep writes the event if no rule knows its words, it has a text, and there is no file of that wording yet; else it does
// nothing. Files are never overwritten.
func (f *Folder) Keep(e *parse.Event, class classify.Class) error {
	if f == nil || !class.Guessed() || e.Diagnostic == "" {
		return nil
	}
	event := Redact(e)
	wording := classify.Mask(event.Diagnostic)
	name := fileName(wording)
	if f.seen[name] || len(f.seen) >= maxWordings {
		return nil
	}
	f.seen[name] = true
	text, err := json.MarshalIndent(kept{wording, event}, "", "  ")
	if err != nil {
		return fmt.Errorf("unknown wording: %w", err)
	}
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		f.root.Remove(name) // half a file would stand for the whole from then on
	}
	return err
}

// fileName is the same for the same wording: its first words, for people, and a hash. It has only a-z, 0-9 and hyphens.
func fileName(wording string) string {
	const maxWords = 48
	var b strings.Builder
	for i := 0; i < len(wording) && b.Len() < maxWords; i++ {
		switch c := wording[i] | 0x20; {
		case 'a' <= c && c <= 'z', '0' <= wording[i] && wording[i] <= '9':
			b.WriteByte(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	sum := sha256.Sum256([]byte(wording))
	return strings.TrimLeft(strings.Trim(b.String(), "-")+"-"+hex.EncodeToString(sum[:6])+".json", "-")
}
