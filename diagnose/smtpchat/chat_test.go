package smtpchat

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a server in the process: it greets, and answers each command by its verb.
type fake struct {
	banner  string
	replies map[string]string // by command, else by verb; "" closes

	mu       sync.Mutex
	commands []string
}

func (f *fake) DialContext(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	go f.serve(far)
	return near, nil
}

func (f *fake) serve(c net.Conn) {
	defer c.Close()
	io.WriteString(c, f.banner)
	in := bufio.NewScanner(c)
	for in.Scan() {
		f.mu.Lock()
		f.commands = append(f.commands, in.Text())
		f.mu.Unlock()
		verb, _, _ := strings.Cut(in.Text(), " ")
		answer, ok := f.replies[in.Text()]
		if !ok {
			answer, ok = f.replies[verb]
		}
		if !ok {
			answer = "250 ok\r\n"
		}
		if answer == "" {
			return
		}
		io.WriteString(c, answer)
	}
}

func talk(t testing.TB, f *fake, change func(*Plan)) Conversation {
	t.Helper()
	p := Plan{Server: netip.MustParseAddrPort("192.0.2.1:25"), Host: "mx.there.example", HELO: "mail.ours.example",
		From: "it@ours.example", Wait: 150 * time.Millisecond, Total: 400 * time.Millisecond}
	if change != nil {
		change(&p)
	}
	return Talk(t.Context(), f, p, func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) })
}

func TestTalk(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	for _, test := range []struct {
		name, banner string
		replies      map[string]string
		stage        Stage
		code         int
		err          string
	}{
		{"fine", "220 mx ready\r\n", nil, MailFrom, 250, ""},
		{"several lines", "220-mx\r\n220 ready\r\n", map[string]string{"EHLO": "250-mx\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"}, MailFrom, 250, ""},
		{"banner", "554 5.7.1 go away\r\n", nil, Banner, 554, ""},
		{"busy", "421 4.3.2 busy\r\n", nil, Banner, 421, ""},
		{"old server", "220 mx\r\n", map[string]string{"EHLO": "502 what?\r\n"}, MailFrom, 250, ""},
		{"HELO refused", "220 mx\r\n", map[string]string{"EHLO": "550 bad name\r\n"}, EHLO, 550, ""},
		{"sender refused", "220 mx\r\n", map[string]string{"MAIL": "530 5.7.57 log in first\r\n"}, MailFrom, 530, ""},
		{"STARTTLS not meant", "220 mx\r\n", map[string]string{"EHLO": "250-mx\r\n250 STARTTLS\r\n", "STARTTLS": "454 4.7.0 not now\r\n"}, MailFrom, 250, ""},
		{"closes", "220 mx\r\n", map[string]string{"MAIL": ""}, MailFrom, 0, "the server closed the connection"},
		{"silent", "", nil, Banner, 0, "timeout"},
		{"half a reply", "220 mx\r\n", map[string]string{"EHLO": "250-only"}, EHLO, 0, "timeout"},
		{"not SMTP", "SSH-2.0-server\r\n", nil, Banner, 0, "the answer is not SMTP"},
		{"binary", "\x00\x01\xff\r\n", nil, Banner, 0, "the answer is not SMTP"},
		{"two codes in a reply", "220-mx\r\n250 mx\r\n", nil, Banner, 220, "the answer is not SMTP"},
		{"a long line", long, nil, Banner, 0, "the answer is not SMTP"},
		{"no end", strings.Repeat("220-again\r\n", maxLines+5), nil, Banner, 220, "the answer does not end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := talk(t, &fake{banner: test.banner, replies: test.replies}, nil)
			if c.Stage != test.stage || c.Reply.Code != test.code || c.Err != test.err {
				t.Errorf("%s %d %q, want %s %d %q", c.Stage, c.Reply.Code, c.Err, test.stage, test.code, test.err)
			}
		})
	}
}

// What a stranger wrote into a bounce never becomes a command.
func TestInjection(t *testing.T) {
	for _, bad := range []string{"a@b.example>\r\nDATA", "a@b.example\nRSET", "a b@c.example", "<a@b.example>", "a@b", "@b.example",
		"a@b.example> SIZE=1", "a@" + strings.Repeat("x", 300) + ".example", "", "é@b.example", "a@[192.0.2.1]"} {
		f := &fake{banner: "220 mx\r\n"}
		c := talk(t, f, func(p *Plan) { p.HELO, p.From, p.To = bad, bad, []string{bad} })
		f.mu.Lock()
		for _, command := range f.commands {
			verb, _, _ := strings.Cut(command, " ")
			if verb != "EHLO" && verb != "QUIT" && command != "MAIL FROM:<>" {
				t.Errorf("%q became %q", bad, command)
			}
			if verb == "EHLO" && !strings.HasPrefix(command, "EHLO [") {
				t.Errorf("%q became %q", bad, command)
			}
		}
		f.mu.Unlock()
		if len(c.Rcpt) > 0 {
			t.Errorf("%q was asked for", bad)
		}
	}
}

func TestRecipients(t *testing.T) {
	f := &fake{banner: "220 mx\r\n", replies: map[string]string{"RCPT TO:<a@there.example>": "554 5.7.1 Relay access denied\r\n"}}
	c := talk(t, f, func(p *Plan) { p.To = []string{"a@there.example"} })
	if c.Stage != RcptTo || !c.Reply.Refused() || c.Reply.String() != "554 5.7.1 Relay access denied" || len(c.Rcpt) != 1 {
		t.Errorf("%+v", c)
	}
	want := "C EHLO mail.ours.example|C MAIL FROM:<it@ours.example>|C RCPT TO:<a@there.example>|C QUIT"
	var said []string
	for _, l := range c.Lines {
		if l.From == "C" {
			said = append(said, "C "+l.Text)
		}
	}
	if got := strings.Join(said, "|"); got != want {
		t.Errorf("said %s, want %s", got, want)
	}
	c = talk(t, &fake{banner: "220 mx\r\n"}, func(p *Plan) { p.Forms = []string{`"a@b.example"`, "a%b.example@[192.0.2.1]"} })
	if len(c.Rcpt) != 2 || c.Rcpt[1].Code != 250 {
		t.Errorf("%+v", c.Rcpt)
	}
}

func TestExtensions(t *testing.T) {
	for _, test := range []struct {
		line string
		want bool
	}{{"AUTH PLAIN LOGIN", true}, {"AUTH=PLAIN", true}, {"AUTHENTICATE", false}, {"SIZE 1", false}} {
		if Offers([]string{test.line}, "AUTH") != test.want {
			t.Errorf("%s: %v", test.line, !test.want)
		}
	}
}

// Whatever a server sends, the conversation ends and its transcript is printable.
func FuzzTalk(f *testing.F) {
	f.Add("220 mx\r\n", "250-a\r\n250 STARTTLS\r\n")
	f.Add("220-\r\n220", "\x1b[2J\r\n")
	f.Add("554 no\r\n", "9")
	f.Fuzz(func(t *testing.T, banner, reply string) {
		s := &fake{banner: banner, replies: map[string]string{"EHLO": reply, "MAIL": reply, "RCPT": reply, "STARTTLS": reply}}
		c := talk(t, s, func(p *Plan) {
			p.Wait, p.Total, p.To = 5*time.Millisecond, 20*time.Millisecond, []string{"a@there.example"}
		})
		for _, l := range c.Lines {
			for _, b := range []byte(l.Text) {
				if b < ' ' || b >= 0x7f {
					t.Fatalf("raw byte %#x in %q", b, l.Text)
				}
			}
		}
		_ = fmt.Sprint(c.Reply)
	})
}
