package classify

import "testing"

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		line                                   string
		code, status, command, host, ip, local string
	}{
		{"554 5.7.1 <foo@otherdomain.example>: Relay access denied", "554", "5.7.1", "", "", "", ""},
		{"550-5.7.25 [192.0.2.1] no PTR 550 5.7.25 more", "550", "5.7.25", "", "", "", "192.0.2.1"},
		{"550 #5.1.0 Address rejected.", "550", "5.1.0", "", "", "", ""},
		{"Diagnostic-Code: smtp; 550 5.1.1 <a@example.org>... User unknown", "550", "5.1.1", "", "", "", ""},
		{"X-Postfix; unknown user: \"a\"", "", "", "", "", "", ""},
		{"host mx.example.org[198.51.100.7] said: 554 5.7.1 Client host [192.0.2.9] blocked (in reply to RCPT TO command)", "554", "5.7.1", "RCPT", "mx.example.org", "198.51.100.7", "192.0.2.9"},
		{"connect to mx.example.org[198.51.100.7]:25: Connection refused", "", "", "", "mx.example.org", "198.51.100.7", ""},
		{"SMTP error from remote mail server after MAIL FROM:<a@example.net>: host mx.example.org [198.51.100.7]: 451 4.1.8 Domain does not resolve", "451", "4.1.8", "MAIL", "mx.example.org", "198.51.100.7", ""},
		{"Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'", "550", "5.1.1", "", "", "", ""},
		{"host mx.example.org[198.51.100.7] refused to talk to me: 554 no", "554", "", "CONN", "mx.example.org", "198.51.100.7", ""},
		{"this user has 500 messages", "", "", "", "", "", ""},
		{"", "", "", "", "", "", ""},
	} {
		e := Explain(tt.line)
		if e.ReplyCode != tt.code || e.Status != tt.status || e.Command != tt.command || e.RemoteHost != tt.host || e.RemoteIP != tt.ip || e.LocalIP != tt.local {
			t.Errorf("%q: code %q status %q command %q host %q ip %q local %q", tt.line, e.ReplyCode, e.Status, e.Command, e.RemoteHost, e.RemoteIP, e.LocalIP)
		}
		if e.Origin.Path == "" {
			t.Errorf("%q: no origin", tt.line)
		}
	}
}

// What is said of a class is about its detail where that changes what to do.
func TestDescribe(t *testing.T) {
	c := mustNew(t)
	for _, tt := range []struct{ line, sentence, remedy, check string }{
		{"554 5.7.1 Client host [192.0.2.9] blocked using zen.spamhaus.org", "Our address is on a block list: Spamhaus ZEN.", "https://check.spamhaus.org/results", "rbl-ip"},
		{"550 5.7.23 SPF check failed", "The SPF record of the envelope sender's domain does not permit our address.", "Add our sending address", "spf"},
		{"554 5.7.1 <a@example.org>: Relay access denied", "does not regard itself as responsible", "Compare the MX", "resolver-reverse"},
		{"delivery to file forbidden", "Our own mail server could not", "correct the configuration", "mx"},
		{"450 4.7.1 try again in 15 minutes: too many messages", "it names 15 minutes", "Slow down", "egress"},
	} {
		e := Explain(tt.line)
		class := c.Classify(&e)
		if !contains(class.Sentence(), tt.sentence) || !contains(class.Remedy(), tt.remedy) {
			t.Errorf("%q: %q / %q", tt.line, class.Sentence(), class.Remedy())
		}
		if len(class.Checks()) == 0 || class.Checks()[0] != tt.check {
			t.Errorf("%q calls for %v, want %s first", tt.line, class.Checks(), tt.check)
		}
		if c.Source(class.Rule) == "" {
			t.Errorf("%q: rule %q has no source", tt.line, class.Rule)
		}
	}
}

// Every advice is of a detail that some rule gives, and every check that is called for is in the catalogue.
func TestAdvices(t *testing.T) {
	known := map[string]bool{}
	for _, id := range []string{"egress", "resolver-reverse", "resolver-compare", "mx", "null-mx", "ns-consistency", "ptr", "ptr-generic", "helo", "rbl-ip",
		"rbl-domain", "spf", "spf-lint", "sender-domain", "dmarc", "dkim", "smtp", "tls", "mta-sts", "dane", "open-relay", "auth", "port25"} {
		known[id] = true
	}
	given := map[[2]string]bool{{string(RecipientRefused), unconfirmedDetail}: true}
	for _, r := range Rules() {
		given[[2]string{string(r.Reason), r.Detail}] = true
	}
	for _, a := range advices {
		if !given[[2]string{string(a.reason), a.detail}] {
			t.Errorf("no rule gives %s %q", a.reason, a.detail)
		}
		if a.sentence == "" || a.remedy == "" {
			t.Errorf("%s %q: nothing to say", a.reason, a.detail)
		}
		for _, id := range a.checks {
			if !known[id] {
				t.Errorf("%s %q: no check %q", a.reason, a.detail, id)
			}
		}
	}
	for reason, ids := range checksByReason {
		for _, id := range ids {
			if !known[id] {
				t.Errorf("%s: no check %q", reason, id)
			}
		}
	}
}
