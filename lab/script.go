package lab

import (
	"fmt"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// smtp starts the servers of the sections smtp/ADDRESS and smtp/ADDRESS:PORT.
func (l *loader) smtp() error {
	for _, from := range []*loader{l, l.common()} {
		err := from.each("smtp", func(name, text string) error {
			at, err := parseAddrPort(name, 25)
			if err != nil {
				return err
			}
			if l.scenario.Net.services[at] != nil { // the scenario's goes before the common one
				return nil
			}
			s, err := l.smtpServer(at, text)
			if err == nil {
				l.scenario.Net.services[at] = s
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// smtpServer reads settings ("name: mx.example") and a dialogue. A line of the latter is
//
//	[CONDITION...] VERB [ARGUMENT] REPLY
//
// with further lines of the reply indented below it.
func (l *loader) smtpServer(at netip.AddrPort, text string) (*smtpServer, error) {
	s := &smtpServer{net: l.scenario.Net, at: at, name: at.Addr().String(), certificate: certValid}
	var theirs *nameserver
	for n, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		var err error
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case line[0] == ' ' || line[0] == '\t':
			if len(s.steps) == 0 || len(s.steps[len(s.steps)-1].reply) == 0 {
				err = fmt.Errorf("this line continues no reply")
				break
			}
			last := &s.steps[len(s.steps)-1]
			last.reply = append(last.reply, trimmed)
		case line[0] >= 'a' && line[0] <= 'z':
			key, value, _ := strings.Cut(trimmed, ":")
			if value = strings.TrimSpace(value); key == "resolver" {
				theirs, err = l.resolverNamed(value)
			} else {
				err = s.set(key, value)
			}
		default:
			var st step
			if st, err = parseStep(trimmed); err == nil {
				s.steps = append(s.steps, st)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if s.certName == "" {
		s.certName = s.name
	}
	s.ptr = func(client netip.Addr) (found, confirmed bool) { return l.tree.fcrdns(theirs, client) }
	return s, nil
}

func (s *smtpServer) set(key, value string) (err error) {
	switch key {
	case "name":
		s.name = value
	case "certificate":
		kind, host, _ := strings.Cut(value, " ")
		if !slices.Contains([]string{certNone, certValid, certExpired, certWrongName, certSelfSigned, certBroken}, kind) {
			return fmt.Errorf("unknown certificate %q", kind)
		}
		if s.certificate, s.certName = kind, host; kind == certWrongName && host == "" {
			s.certName = "elsewhere.example"
		}
	case "latency":
		s.latency, err = time.ParseDuration(value)
	default:
		err = fmt.Errorf("unknown setting %q", key)
	}
	return err
}

// verbs that a dialogue may answer. EOD is the end of a message's data, CONNECT the start of the connection.
var verbs = []string{"CONNECT", "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "EOD", "RSET", "NOOP",
	"VRFY", "QUIT"}

// conditionArgs says how many words follow a condition's name.
var conditionArgs = map[string]int{"from": 1, "helo": 1, "sender": 1, "no-ptr": 0, "no-fcrdns": 0, "tls": 0,
	"no-tls": 0, "auth": 0, "no-auth": 0, "first": 0}

func parseStep(line string) (step, error) {
	var st step
	first := false
	for strings.HasPrefix(line, "[") {
		inside, rest, ok := strings.Cut(line[1:], "]")
		words := strings.Fields(inside)
		if !ok || len(words) == 0 {
			return st, fmt.Errorf("want [condition], not %q", line)
		}
		n, known := conditionArgs[words[0]]
		if !known || len(words) != n+1 {
			return st, fmt.Errorf("unknown condition %q", inside)
		}
		c := condition{word: words[0]}
		if n == 1 {
			c.arg = words[1]
		}
		if c.word == "from" {
			var err error
			if c.prefix, err = parsePrefix(c.arg); err != nil {
				return st, fmt.Errorf("[from] wants an address or a prefix, not %q", c.arg)
			}
		}
		first = first || c.word == "first"
		st.conditions = append(st.conditions, c)
		line = strings.TrimSpace(rest)
	}
	verb, rest, _ := strings.Cut(line, " ")
	if st.verb = verb; !slices.Contains(verbs, verb) {
		return st, fmt.Errorf("unknown verb %q", verb)
	}
	if first && verb != "MAIL" && verb != "RCPT" {
		return st, fmt.Errorf("[first] is for MAIL and RCPT")
	}
	for rest = strings.TrimSpace(rest); rest != ""; {
		word, after, _ := strings.Cut(rest, " ")
		after = strings.TrimSpace(after)
		switch {
		case isCode(word):
			st.reply = []string{rest}
			return st, nil
		case slices.Contains(actions, word) && after == "":
			st.action = word
			return st, nil
		case word == "wait":
			pause, reply, _ := strings.Cut(after, " ")
			d, err := time.ParseDuration(pause)
			if err != nil {
				return st, err
			}
			st.wait, after = d, reply
		case st.argument == "":
			if _, err := path.Match(word, ""); err != nil {
				return st, fmt.Errorf("bad pattern %q", word)
			}
			st.argument = strings.ToLower(word)
		default:
			return st, fmt.Errorf("want a reply or one of %s, not %q", strings.Join(actions, ", "), rest)
		}
		rest = after
	}
	return st, fmt.Errorf("%s has no reply", verb)
}

// parsePrefix reads a prefix, or an address as the prefix that holds it alone.
func parsePrefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// isCode says whether a word begins an SMTP reply: "250" or "250-mx.example".
func isCode(word string) bool {
	if len(word) < 3 || len(word) > 3 && word[3] != '-' {
		return false
	}
	return word[0] >= '2' && word[0] <= '5' && word[1] >= '0' && word[1] <= '9' && word[2] >= '0' && word[2] <= '9'
}

func (l *loader) resolverNamed(name string) (*nameserver, error) {
	list, _, err := settings(l.section("resolver/" + name))
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if s.key == "address" {
			at, err := parseAddrPort(s.value, 53)
			return l.scenario.Net.nameservers[at], err
		}
	}
	return nil, fmt.Errorf("no resolver %q", name)
}

// fcrdns looks up a client as an SMTP server does (RFC 8601 section 3): is there a PTR record, and does one of its
// names lead back? The questions go to a resolver with its faults, or to none in particular; they are not counted.
func (t *dnsTree) fcrdns(s *nameserver, client netip.Addr) (found, confirmed bool) {
	ask := func(name string, qtype uint16) []dns.RR {
		query := new(dns.Msg).SetQuestion(name, qtype)
		if s == nil {
			return t.resolve(query, netip.Addr{}).Answer
		}
		fault := s.faults.of(name, func(string) float64 { return 0 })
		if m := s.respond(query, client, fault); m != nil && fault != faultSilent && m.Rcode == dns.RcodeSuccess {
			return m.Answer
		}
		return nil
	}
	name, err := dns.ReverseAddr(client.String())
	if err != nil {
		return false, false
	}
	for _, rr := range ask(name, dns.TypePTR) {
		ptr, ok := rr.(*dns.PTR)
		if !ok {
			continue
		}
		found = true
		for _, back := range append(ask(ptr.Ptr, dns.TypeA), ask(ptr.Ptr, dns.TypeAAAA)...) {
			a, ok := addressIn(back)
			confirmed = confirmed || ok && a == client
		}
	}
	return found, confirmed
}

// https starts the servers of the sections https/ADDRESS: settings, an empty line, and the body of the answer.
func (l *loader) https() error {
	return l.each("https", func(name, text string) error {
		at, err := parseAddrPort(name, 443)
		if err != nil {
			return err
		}
		s := &httpsServer{net: l.scenario.Net, certificate: certValid, status: http.StatusOK}
		list, body, err := settings(text)
		if err != nil {
			return err
		}
		for _, set := range list {
			switch set.key {
			case "certificate":
				s.certificate, s.certName, _ = strings.Cut(set.value, " ")
			case "status":
				_, err = fmt.Sscan(set.value, &s.status)
			default:
				err = fmt.Errorf("unknown setting %q", set.key)
			}
			if err != nil {
				return fmt.Errorf("line %d: %w", set.line, err)
			}
		}
		s.body = []byte(strings.ReplaceAll(body, "\n", "\r\n"))
		l.scenario.Net.services[at] = s
		return nil
	})
}
