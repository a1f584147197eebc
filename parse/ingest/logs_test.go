package ingest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ndrscope/parse"
)

// rotated is one log in three pieces, the newest first: the sender is told in the oldest, a try in each.
var rotated = []string{
	"Nov 22 00:00:04 mx postfix/smtp[7]: 4ABCDE: to=<a@customer.example>, relay=mx.customer.example[192.0.2.1]:25, delay=9, dsn=2.0.0, status=sent (250 ok)\n",
	"Nov 21 00:00:03 mx postfix/smtp[7]: 4ABCDE: to=<a@customer.example>, relay=none, delay=9, dsn=4.4.1, status=deferred (connect to mx.customer.example[192.0.2.1]:25: Connection timed out)\n",
	"Nov 20 00:00:01 mx postfix/qmgr[3]: 4ABCDE: from=<sales@ours.example>, size=900, nrcpt=1 (queue active)\n" +
		"Nov 20 00:00:03 mx postfix/smtp[7]: 4ABCDE: to=<a@customer.example>, relay=none, delay=9, dsn=4.4.1, status=deferred (connect to mx.customer.example[192.0.2.1]:25: Connection timed out)\n",
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRotatedLogsInOrder(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{"mail.log": []byte(rotated[0]), "mail.log.1": []byte(rotated[1]), "mail.log.2.gz": packed(t, rotated[2])}
	var paths []string
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	var bundle bytes.Buffer
	w := tar.NewWriter(&bundle)
	for _, name := range []string{"mail.log", "mail.log.1", "mail.log.2.gz"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "logs.tar")
	if err := os.WriteFile(archive, bundle.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	backwards := slices.Clone(paths)
	slices.Reverse(backwards)
	for _, inputs := range [][]string{{dir}, paths, backwards, {archive}} {
		var days []string
		err := Run(context.Background(), inputs, Options{Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}, func(r parse.Record) error {
			if r.Err != nil {
				t.Errorf("%v: %v", inputs, r.Err)
			}
			for _, e := range r.Events {
				if e.Sender != "sales@ours.example" {
					t.Errorf("%v: %s: sender %q, want the one told in the oldest log", inputs, e.Origin, e.Sender)
				}
				days = append(days, e.Time.Format("02"))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(days, " "); got != "20 21 22" {
			t.Errorf("%v: events of days %s, want them in order", inputs, got)
		}
	}
}
