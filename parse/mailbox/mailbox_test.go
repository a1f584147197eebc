package mailbox

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const message = "From: a@example.org\nSubject: one\n\nText.\n"

func TestSniff(t *testing.T) {
	for _, c := range []struct{ name, head, format, err string }{
		{"field", message, EML, ""},
		{"received", "Received: from a by b;\n\tFri, 20 Nov 2026 01:02:03 +0000\nX-Odd: 1\n\n", EML, ""},
		{"return path, CRLF", "Return-Path: <>\r\nDelivered-To: a@example.org\r\n\r\nx", EML, ""},
		{"other fields first", "X-Account-Key: account1\nX-Spam: no\nTo: a@example.org\n\n", EML, ""},
		{"blank lines first", "\r\n\r\n" + message, EML, ""},
		{"mangled From_", ">From a@example.org Fri Nov 20 01:02:03 2026\n" + message, EML, ""},
		{"a broken line", "Return-Path: <>\nthis is no field\nFrom: a@example.org\nTo: b@example.org\nDate: x\n\n", EML, ""},
		{"mbox", "From a@example.org Fri Nov 20 01:02:03 2026\n" + message, Mbox, ""},
		{"mbox, CRLF, blank line first", "\r\nFrom - Fri Nov 20 01:02:03 2026\r\nFrom: a@example.org\r\n\r\n", Mbox, ""},
		{"mbox, first message broken", from + "\x00\x00 no header\n\n" + from + message, Mbox, ""},
		{"mbox, first message empty", from + "\n" + from + message, Mbox, ""},
		{"prose with a date", "From 2026 on at 10:30\nwe meet.\n", "", "neither mail nor a log"},
		{"MMDF", "\x01\x01\x01\x01\n" + message, MMDF, ""},
		{"MMDF with a From_ line", "\x01\x01\x01\x01\n" + from + message, MMDF, ""},
		{"Control-A", "\x01\x01\x01\x01\nno mail\n", "", "neither mail nor a log"},
		{"emlx", "38    \n" + message + "<?xml version=\"1.0\"?>", Emlx, ""},
		{"msg", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MSG, ""},
		{"tnef", "\x78\x9f\x3e\x22\x01\x00", TNEF, ""},
		{"pst", "!BDN\x01\x02", "", "readpst -o out -e"},
		{"prose", "This is a list:\nMilk: two\n", "", "neither mail nor a log"},
		{"prose that says From", "From the beginning it was clear.\nNobody knew.\n", "", "neither mail nor a log"},
		{"YAML", "name: x\nversion: 2\n", "", "neither mail nor a log"},
		{"log", "Nov 20 01:02:03 mx postfix/smtp[12]: 3A: to=<a@example.org>, status=sent\n", "", "neither mail nor a log"},
		{"binary", "\x00\x01\x02\x03", "", "binary"},
		{"blanks", " \n\n", "", "nothing but blanks"},
	} {
		format, err := Sniff([]byte(c.head))
		if format != c.format || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, format, err, c.format, c.err)
		}
	}
}

// read returns the messages, each with what is wrong with it after "!".
func read(t *testing.T, format, text string) (got []string) {
	t.Helper()
	err := Read(iotest.OneByteReader(strings.NewReader(text)), "x", format, func(m Message) error {
		s := string(m.Raw)
		if m.Err != nil {
			s += "! " + m.Err.Error()
		}
		got = append(got, s)
		if m.Origin.Path != "x" || m.Origin.Format != format || m.Origin.Index != len(got) {
			t.Errorf("origin of message %d: %+v", len(got), m.Origin)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const from = "From a@example.org Fri Nov 20 01:02:03 2026\n"

func TestMbox(t *testing.T) {
	h := "Subject: s\n\n"
	part := "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"two", from + h + "one\n\n" + from + h + "two\n\n", []string{h + "one\n", h + "two\n"}},
		{"CRLF", strings.ReplaceAll(from+h+"one\n\n"+from+h+"two\n", "\n", "\r\n"), []string{"Subject: s\r\n\r\none\r\n", "Subject: s\r\n\r\ntwo\r\n"}},
		{"no blank line between", from + h + "one\n" + from + h + "two\n", []string{h + "one\n", h + "two\n"}},
		{"From_ in the text", from + h + "one\n\nFrom here on it is dark.\n\nFrom 2026 on at 10:30\nwe meet.\n",
			[]string{h + "one\n\nFrom here on it is dark.\n\nFrom 2026 on at 10:30\nwe meet.\n"}},
		{"quoted", from + h + ">From here\n>>From there\n> From x\n", []string{h + "From here\n>From there\n> From x\n"}},
		{"quoted in the header", from + ">From b@example.org Thu\n" + h + "x\n", []string{">From b@example.org Thu\n" + h + "x\n"}},
		{"broken between", from + h + "one\n\n" + from + "\x00\x00\n\n" + from + h + "two\n", []string{h + "one\n", "\x00\x00\n", h + "two\n"}},
		{"Thunderbird", "From - Fri Nov 20 01:02:03 2026\n" + h + "x\n\nFrom - Fri Nov 20 01:02:04 2026\n" + h + "y\n", []string{h + "x\n", h + "y\n"}},
		{"no date", "From a@example.org\n" + h + "x\n\nFrom b@example.org\n" + h + "y\n", []string{h + "x\n", h + "y\n"}},
		{"RFC 5322 date", "From a@example.org Fri, 20 Nov 2026 01:02:03 +0000\n" + h + "x\n\nFrom \"a b\"@c Fri, 20 Nov 2026 1:02 +0000\n" + h + "y\n",
			[]string{h + "x\n", h + "y\n"}},
		{"empty message", from + h + "x\n\n" + from + "\n" + from + h + "y\n", []string{h + "x\n", "\n", h + "y\n"}},
		{"blank lines before", "\n\n" + from + h + "x\n", []string{h + "x\n"}},
		{"mboxcl2", from + "Content-Length: 58\n\n" + strings.Repeat(from, 1) + "Subject: x\n\nab\n\n" + from + h + "y\n",
			[]string{"Content-Length: 58\n\n" + from + "Subject: x\n\nab\n", h + "y\n"}},
		{"Content-Length that lies", from + "Content-Length: 9999\n\none\n\n" + from + h + "y\n", []string{"Content-Length: 9999\n\none\n", h + "y\n"}},
		{"Content-Length that lies a bit", from + "Content-Length: 40\n\none\n\n" + from + h + "y\n", []string{"Content-Length: 40\n\none\n", h + "y\n"}},
		{"From_ in a MIME part", from + part + from + h + "x\n--b--\n\n" + from + h + "y\n", []string{part + from + h + "x\n--b--\n", h + "y\n"}},
		{"cut in a line", from + h + "one\n\n" + from + h + "tw", []string{h + "one\n", h + "tw! the mailbox ends in the midst of this message; what there is was used"}},
		{"cut in a part", from + part + "x\n", []string{part + "x\n! the mailbox ends in the midst of this message; what there is was used"}},
		{"a From_ line alone", from + h + "one\n\n" + strings.TrimSpace(from), []string{h + "one\n", "! the mailbox ends in the midst of this message; what there is was used"}},
	} {
		if got := read(t, Mbox, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

func TestMMDF(t *testing.T) {
	const sep = "\x01\x01\x01\x01\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"two", sep + message + sep + sep + message + sep, []string{message, message}},
		{"From_ lines", sep + from + message + "\n" + sep + sep + from + message + sep, []string{message, message}},
		{"From_ line in the text", sep + message + "\n" + from + "Subject: x\n" + sep, []string{message + "\n" + from + "Subject: x\n"}},
		{"no separator at the end", sep + message, []string{message}},
		{"cut in a line", sep + message + sep + sep + "Subject: s\n\ntw", []string{message, "Subject: s\n\ntw! the mailbox ends in the midst of this message; what there is was used"}},
		{"separators alone", sep + sep, nil},
	} {
		if got := read(t, MMDF, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

func TestSingle(t *testing.T) {
	for _, c := range []struct{ name, format, text, want string }{
		{"eml", EML, "\n\n" + message, message},
		{"From_ line and all", EML, from + message, message},
		{"maildir", Maildir, message + "\n" + from + "more\n", message + "\n" + from + "more\n"},
		{"emlx", Emlx, fmt.Sprintf("%d     \n%s<?xml?>\n", len(message), message), message},
		{"emlx that lies", Emlx, "99999\n" + message, message},
		{"blank", Maildir, " \n", "! nothing but blanks"},
		{"damaged msg", MSG, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "! the .msg file is damaged or cut short"},
	} {
		if got := read(t, c.format, c.text); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

// endless is text without an end, or with lines of any length.
type endless struct {
	line string
	left int
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		k := copy(p[n:], e.line[e.at:])
		e.at = (e.at + k) % len(e.line)
		n += k
		e.left -= k
	}
	return n, nil
}

// What exceeds the bound of a message is read over, whatever its lines are like, and costs no memory.
func TestLargeMessage(t *testing.T) {
	const size = 20 << 20
	for _, line := range []string{strings.Repeat("All work and no play. ", 4) + "\n", "x"} {
		for _, format := range []string{Mbox, EML} {
			head, tail := "Subject: large\n\n", "\n\n"+from+"Subject: next\n\nlast\n"
			if format == Mbox {
				head = from + head
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var got []string
			in := io.MultiReader(strings.NewReader(head), &endless{line: line, left: size}, strings.NewReader(tail))
			err := Read(in, "x", format, func(m Message) error {
				if len(m.Raw) > MaxMessage || cap(m.Raw) > 2*MaxMessage {
					t.Errorf("%d bytes kept, %d held", len(m.Raw), cap(m.Raw))
				}
				got = append(got, fmt.Sprintf("%.14s %v", m.Raw, m.Err))
				return nil
			})
			runtime.ReadMemStats(&after)
			if err != nil || len(got) == 0 || !strings.HasPrefix(got[0], "Subject: large a message of 209") {
				t.Errorf("%s, %.10q: %q, %v", format, line, got, err)
			}
			if format == Mbox && (len(got) != 2 || !strings.HasPrefix(got[1], "Subject: next")) {
				t.Errorf("%.10q: %q", line, got)
			}
			if total := after.TotalAlloc - before.TotalAlloc; total > 128<<20 {
				t.Errorf("%s, %.10q: %d MB allocated", format, line, total>>20)
			}
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte(from + message + "\n" + from + "Content-Length: 5\n\nabcd\n\n"))
	f.Add([]byte(mmdfSeparator + from + message + mmdfSeparator + mmdfSeparator + "\x01\nSubject: s\n\n\x01\x01\x01\x01"))
	f.Add([]byte(from + "Content-Length: 99\nContent-Type: multipart/x; boundary=\"b\n\n--b\nContent-Type: message/rfc822\n\n" + from + "--b--"))
	f.Add([]byte("40 \r\n" + strings.ReplaceAll(message, "\n", "\r\n") + "<?xml"))
	f.Add([]byte("From x\n>From y\n\n\r\n>>From z\r\n\r\nFrom - 1:00 2026"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []string{Mbox, MMDF, EML, Emlx, Maildir} {
			var read int
			err := Read(bytes.NewReader(data), "x", format, func(m Message) error {
				if m.Raw == nil && m.Err == nil {
					t.Error("neither message nor error")
				}
				read += len(m.Raw)
				return nil
			})
			if err != nil || read > len(data) {
				t.Errorf("%s: %v, %d bytes of %d", format, err, read, len(data))
			}
		}
		Sniff(data)
	})
}

func BenchmarkMbox(b *testing.B) {
	body := strings.Repeat("The mail system could not deliver your message to one or more recipients.\n", 60)
	text := strings.Repeat(from+"From: MAILER-DAEMON@example.org\nSubject: Undelivered\n\n"+body+"\n", 4000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if err := Read(strings.NewReader(text), "x", Mbox, func(Message) error { n++; return nil }); err != nil || n != 4000 {
			b.Fatal(n, err)
		}
	}
}
