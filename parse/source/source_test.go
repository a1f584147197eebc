package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"ndrscope/parse"
)

// found is what a walk came across: a line for each stream with its content, and for each file that gave none.
type found []string

func walk(t *testing.T, opt Options, inputs ...string) found {
	t.Helper()
	var got found
	err := Walk(t.Context(), inputs, opt, func(s *Stream) error {
		content, err := io.ReadAll(s)
		if err != nil {
			t.Errorf("%s: %v", s.Path, err)
		}
		line := s.Path + " = " + string(content)
		if len(content) > 100 {
			line = fmt.Sprintf("%s = %d bytes", s.Path, len(content))
		}
		if s.Maildir {
			line += " (maildir)"
		}
		if s.Err() != nil {
			line += " ! " + s.Err().Error()
		}
		got = append(got, line)
		return nil
	}, func(r parse.Record) error {
		switch {
		case r.Unit != parse.File:
			t.Errorf("%+v", r)
		case r.Err == nil:
			got = append(got, r.Origin.Path+" ignored")
		default:
			got = append(got, fmt.Sprintf("%s skipped %d: %v", r.Origin.Path, r.Skipped, r.Err))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (got found) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// files makes files in a new working folder; a name that ends in / is a folder.
func files(t *testing.T, content map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range content {
		dir := filepath.Dir(name)
		if strings.HasSuffix(name, "/") {
			dir = name
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if dir == name {
			continue
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func gz(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func xzed(text string) string {
	var b bytes.Buffer
	w, _ := xz.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zst(text string) string {
	w, _ := zstd.NewWriter(nil)
	defer w.Close()
	return string(w.EncodeAll([]byte(text), nil))
}

// bz is "mail\n"; the standard library does not write bzip2.
const bz = "BZh91AY&SY\xb1\xe7~Q\x00\x00\x02A\x00\x00\x10 & \x000\xcd\x00\xc1\xa60qw$S\x85\t\x0b\x1ew\xe5\x10"

func tarred(pairs ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w.WriteHeader(&tar.Header{Name: pairs[i], Mode: 0o644, Size: int64(len(pairs[i+1]))})
		io.WriteString(w, pairs[i+1])
	}
	w.Close()
	return b.String()
}

func zipped(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, _ := w.Create(pairs[i])
		io.WriteString(f, pairs[i+1])
	}
	w.Close()
	return b.String()
}

func TestFolders(t *testing.T) {
	files(t, map[string]string{"d/b": "B", "d/a": "A", "d/sub/c": "C", "d/sub/empty": "", "d/.DS_Store": "x", "one.eml": "1", "two.eml": "2"})
	walk(t, Options{}, "d").want(t, "d/.DS_Store ignored", "d/a = A", "d/b = B", "d/sub/c = C", "d/sub/empty skipped 1: the file is empty")
	walk(t, Options{}, "*.eml", "two.eml", "./one.eml", "none*", "missing", "d/sub/c", "d").want(t,
		"one.eml = 1", "two.eml = 2", "none* skipped 1: no file matches", "missing skipped 1: no such file or directory",
		"d/sub/c = C", "d/.DS_Store ignored", "d/a = A", "d/b = B", "d/sub/empty skipped 1: the file is empty")
	walk(t, Options{}, "d", "d/sub", "d/a").want(t, "d/.DS_Store ignored", "d/a = A", "d/b = B", "d/sub/c = C",
		"d/sub/empty skipped 1: the file is empty")
}

func TestLinksAndSpecialFiles(t *testing.T) {
	files(t, map[string]string{"d/a": "A", "out/o": "O", "[odd].eml": "odd"})
	for link, to := range map[string]string{"d/loop": "..", "d/other": "../out/o", "d/self": "a", "d/broken": "nowhere"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	if err := syscall.Mkfifo("d/pipe", 0o600); err != nil {
		t.Skip(err)
	}
	walk(t, Options{}, "d").want(t, "d/a = A", "d/broken skipped 1: no such file or directory",
		"d/loop/[odd].eml = odd", "d/loop/out/o = O", "d/pipe skipped 1: is a pipe, not a file")
	walk(t, Options{}, "[odd].eml").want(t, "[odd].eml = odd")
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read anything")
	}
	files(t, map[string]string{"d/locked/x": "X", "d/secret": "S", "d/z": "Z"})
	os.Chmod("d/locked", 0)
	os.Chmod("d/secret", 0)
	defer os.Chmod("d/locked", 0o755)
	walk(t, Options{}, "d").want(t, "d/locked skipped 1: permission denied", "d/secret skipped 1: permission denied", "d/z = Z")
}

func TestStdin(t *testing.T) {
	walk(t, Options{Stdin: strings.NewReader(gz("in"))}, "-", "-").want(t, "- = in")
	walk(t, Options{Stdin: strings.NewReader("")}, "-").want(t, "- skipped 1: the file is empty")
	walk(t, Options{Stdin: strings.NewReader(zipped("a", "A", "b", "B"))}, "-").want(t, "-!a = A", "-!b = B")
}

// terminal is one at which somebody types one text, and then no end but another text.
type terminal struct{ texts []string }

func (r *terminal) Read(p []byte) (int, error) {
	text := r.texts[0]
	r.texts = r.texts[1:]
	if text == "" {
		return 0, io.EOF
	}
	return copy(p, text), nil
}

func TestOneEnd(t *testing.T) {
	walk(t, Options{Stdin: &terminal{[]string{"typed\n", "", "more\n", ""}}}, "-").want(t, "- = typed\n")
}

func TestMaildir(t *testing.T) {
	files(t, map[string]string{"M/cur/1.M1P2.host:2,S": "seen", "M/new/2.M1P2.host": "new", "M/tmp/3.M1P2.host": "half",
		"M/dovecot.index.log": "x", "M/dovecot-uidlist": "x", "M/.Sent/cur/4.x.host:2,": "sent", "M/.Sent/new/": "", "M/.Sent/maildirfolder": ""})
	all := []string{"M/.Sent/cur/4.x.host:2, = sent (maildir)", "M/.Sent/maildirfolder ignored", "M/cur/1.M1P2.host:2,S = seen (maildir)",
		"M/dovecot-uidlist ignored", "M/dovecot.index.log ignored", "M/new/2.M1P2.host = new (maildir)"}
	walk(t, Options{}, "M").want(t, all...)
	walk(t, Options{}, "M/new").want(t, all[5])
	walk(t, Options{}, "M/cur/*").want(t, all[2])
	files(t, map[string]string{"a.tar": tarred("M/cur/1.M1P2.host:2,S", "seen", "M/new/notes.txt", "text")})
	walk(t, Options{}, "a.tar").want(t, "a.tar!M/cur/1.M1P2.host:2,S = seen (maildir)", "a.tar!M/new/notes.txt = text")
}

func TestCompression(t *testing.T) {
	files(t, map[string]string{"a.gz": gz("mail\n") + gz("more\n"), "b": bz, "c.xz": xzed("mail\n"), "d.log": zst("mail\n"),
		"e.gz": gz(gz("twice"))})
	walk(t, Options{}, ".").want(t, "a.gz = mail\nmore\n", "b = mail\n", "c.xz = mail\n", "d.log = mail\n", "e.gz = twice")
}

func TestArchives(t *testing.T) {
	inner := zipped("x/1.eml", "one", "__MACOSX/x/._1.eml", "fork")
	files(t, map[string]string{"a.tgz": gz(tarred("l/mail.log.1.gz", gz("old"), "l/mail.log", "new", "in.zip", inner)),
		"b.zip": zipped("dir/", "", "t.tar", tarred("y", "why"), "empty", "")})
	walk(t, Options{}, ".").want(t, "a.tgz!l/mail.log.1.gz = old", "a.tgz!l/mail.log = new", "a.tgz!in.zip!x/1.eml = one",
		"a.tgz!in.zip!__MACOSX/x/._1.eml ignored", "b.zip!t.tar!y = why", "b.zip!empty skipped 1: the file is empty")
}

// Indexes that mail programs keep beside the mail.
func TestIndexes(t *testing.T) {
	files(t, map[string]string{"tb/Inbox": "mail", "tb/Inbox.msf": "// <!-- <mdb:mork:z -->", "tb/Inbox.sbd/Old": "old", "spool/1.": "one", "spool/cyrus.index": "x"})
	walk(t, Options{}, ".").want(t, "spool/1. = one", "spool/cyrus.index ignored", "tb/Inbox = mail", "tb/Inbox.msf ignored", "tb/Inbox.sbd/Old = old")
}

// CR alone ends a line only where nothing else does, and never in a binary file.
func TestLineEnds(t *testing.T) {
	files(t, map[string]string{"cr": "one\rtwo\r", "crlf": "one\r\ntwo\r", "binary": "\x00\r", "long": strings.Repeat("text\r", peekSize)})
	walk(t, Options{}, "binary", "cr", "crlf").want(t, "binary = \x00\r", "cr = one\ntwo\n", "crlf = one\r\ntwo\r")
	err := Walk(t.Context(), []string{"long"}, Options{}, func(s *Stream) error {
		if content, err := io.ReadAll(s); err != nil || string(content) != strings.Repeat("text\n", peekSize) {
			t.Errorf("long: %d bytes, %v", len(content), err)
		}
		return nil
	}, func(parse.Record) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func TestUTF16(t *testing.T) {
	files(t, map[string]string{"le": "\xff\xfeF\x00r\x00\xfc\x00", "be": "\xfe\xff\x00F\x00r\x00\xfc", "utf8": "\xef\xbb\xbfFrü"})
	walk(t, Options{}, ".").want(t, "be = Frü", "le = Frü", "utf8 = Frü")
}

// What can be read of a damaged file is used, and one error says what is wrong.
func TestDamaged(t *testing.T) {
	text := strings.Repeat("0123456789abcdef ", 5000)
	cut := func(s string) string { return s[:len(s)*3/4] }
	random := make([]byte, 300_000)
	for i, x := 0, uint32(1); i < len(random); i++ {
		x = x*1664525 + 1013904223
		random[i] = "abcdefghijklmnop"[x>>28]
	}
	noise := string(random)
	wrong := []byte(gz(text))
	wrong[len(wrong)-6] ^= 1 // the checksum
	files(t, map[string]string{
		"a.gz": cut(gz(noise)), "b.gz": string(wrong), "c.gz": "\x1f\x8b\x08junk",
		"d.tar": tarred("1", text, "2", text)[:100_000], "e.tgz": cut(gz(tarred("1", noise, "2", noise))),
		"f.zip": cut(zipped("1", noise, "2", noise)), "g.zip": "PK\x03\x04junk", "h.rar": "Rar!\x1a\x07\x00",
		"i.zst": "\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", // a window of 256 MiB
	})
	got := walk(t, Options{}, ".")
	for i, line := range got { // how much of a block comes through is the decompressor's affair
		name, rest, _ := strings.Cut(line, " = ")
		if _, problem, ok := strings.Cut(rest, " bytes ! "); ok {
			got[i] = name + " = part ! " + problem
		}
	}
	got.want(t,
		"a.gz = part ! the gzip data ends too early; what comes before was used",
		"b.gz = part ! the gzip data is damaged (gzip: invalid checksum); what comes before was used",
		"c.gz skipped 1: the gzip data is damaged from its first bytes on",
		"d.tar!1 = 85000 bytes", "d.tar!2 = part ! the tar data ends too early; what comes before was used",
		"e.tgz!1 = 300000 bytes", "e.tgz!2 = part ! the gzip data ends too early; what comes before was used",
		"f.zip!1 = 300000 bytes", "f.zip!2 = part ! the zip data ends too early; what comes before was used",
		"g.zip skipped 1: the zip archive is damaged or ends too early; what could be found was used",
		"h.rar skipped 1: a rar archive: unpack it first (unrar x) and name the folder",
		"i.zst skipped 1: the zstd data needs a window of more than 128 MiB: unpack it first (zstd -d --long=31)",
	)
}

// A large archive from a pipe is kept in a file that leaves nothing behind, however the program ends.
func TestKept(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateHeader(&zip.FileHeader{Name: "large"})
	f.Write(bytes.Repeat([]byte("text\n"), keptInMemory/5+1))
	w.Close()
	opt := Options{Stdin: &b, TempDir: t.TempDir()}
	visits := 0
	err := Walk(t.Context(), []string{"-"}, opt, func(s *Stream) error {
		visits++
		if left, err := os.ReadDir(opt.TempDir); err != nil || len(left) > 0 {
			t.Errorf("%v in the folder for temporary files, %v", left, err)
		}
		return nil
	}, func(r parse.Record) error { return r.Err })
	if err != nil || visits != 1 {
		t.Errorf("%d files, %v", visits, err)
	}
}

func TestEncrypted(t *testing.T) {
	z := []byte(zipped("a", "A", "b", "B", "c", "C"))
	for i := 0; i < 2; i++ { // the flag of the first two, in the directory
		at := 0
		for range i + 1 {
			at += bytes.Index(z[at:], []byte("PK\x01\x02")) + 4
		}
		z[at+4] |= 1
	}
	files(t, map[string]string{"a.zip": string(z)})
	walk(t, Options{}, "a.zip").want(t, "a.zip!c = C",
		"a.zip skipped 2: 2 of its files are encrypted: unpack it with its password and name the folder")
}

func TestLimits(t *testing.T) {
	zeros := strings.Repeat("\x00", 80<<20)
	bomb := zipped("0", zeros, "1", zeros, "2", "after")
	files(t, map[string]string{"bomb.gz": gz(zeros), "bomb.zip": bomb, "deep.gz": gz(gz(gz("x"))), "many.tar": tarred("1", "1", "2", "2", "3", "3")})
	small := Limits{Ratio: 20, Depth: 2, Members: 2}
	got := walk(t, Options{Limits: small}, ".")
	for i, line := range got {
		if path, rest, ok := strings.Cut(line, " bytes ! "); ok {
			got[i] = path[:strings.Index(path, "=")] + "= part ! " + rest
		}
	}
	got.want(t, "bomb.gz = part ! decompresses to far more than a mailbox or a log would",
		"bomb.zip!0 = part ! decompresses to far more than a mailbox or a log would",
		"bomb.zip skipped 0: decompresses to far more than a mailbox or a log would; the rest of the archive is left out",
		"deep.gz skipped 1: archives are nested more than 2 deep",
		"many.tar!1 = 1", "many.tar!2 = 2", "many.tar skipped 0: more than 2 files in the archive; the rest is left out")
}

func TestCancel(t *testing.T) {
	files(t, map[string]string{"a": "A", "b": "B"})
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := Walk(ctx, []string{"."}, Options{}, func(*Stream) error { n++; cancel(); return nil }, func(parse.Record) error { return nil })
	if err != context.Canceled || n != 1 {
		t.Errorf("%v after %d streams", err, n)
	}
}

func FuzzArchive(f *testing.F) {
	f.Add([]byte(gz("mail")))
	f.Add([]byte(bz))
	f.Add([]byte(xzed("mail")))
	f.Add([]byte(zst("mail")))
	f.Add([]byte(tarred("a", "A", "b.gz", gz("B"))))
	f.Add([]byte(zipped("a", "A", "b.tar", tarred("x", "X"))))
	f.Add([]byte(zipped("a", "A")[:50]))
	f.Add([]byte("From: a\rTo: b\r\r" + strings.Repeat("text\r", 9)))
	f.Add([]byte("\xff\xfeF\x00r\x00\x00\xd8o\x00"))
	f.Add([]byte("\x50\x2a\x4d\x18\x02\x00\x00\x00ab" + zst("after a skippable frame")))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00"))
	f.Add([]byte(gz(gz(tarred("../../x", gz("X"), "/y", zipped("z", "Z"))))))
	f.Fuzz(func(t *testing.T, data []byte) {
		items := 0
		err := Walk(t.Context(), []string{"-"}, Options{Stdin: bytes.NewReader(data), Limits: Limits{Size: 1 << 20}},
			func(s *Stream) error {
				items++
				n, err := io.Copy(io.Discard, s)
				if n > 2<<20 {
					t.Errorf("%d bytes of %d", n, len(data))
				}
				return err
			}, func(r parse.Record) error {
				items++
				return nil
			})
		if err != nil || items == 0 {
			t.Errorf("%v, %d items", err, items)
		}
	})
}
