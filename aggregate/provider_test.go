package aggregate

import (
	"fmt"
	"strings"
	"testing"

	"ndrscope/classify"
	"ndrscope/parse"
)

func TestProviderOfHost(t *testing.T) {
	for host, want := range map[string]string{
		"gmail-smtp-in.l.google.com":                   "Google",
		"customer-example.mail.protection.outlook.com": "Microsoft 365",
		"hotmail-com.olc.protection.outlook.com":       "Outlook.com",
		"mta7.am0.yahoodns.net":                        "Yahoo",
		"mx0a-00112233.pphosted.com":                   "Proofpoint",
		"eu-smtp-inbound-1.mimecast.com":               "Mimecast",
		"d1.ess.barracudanetworks.com":                 "Barracuda",
		"esa1.customer.iphmx.com":                      "Cisco",
		"cluster5.eu.messagelabs.com":                  "MessageLabs",
		"mx1.mail.icloud.com":                          "Apple",
		"mx00.t-online.de":                             "T-Online",
		"smtp-relay.gmail.com":                         "",
		"smtp.googlemail.com":                          "",
		"smtp.office365.com":                           "",
		"email-smtp.eu-west-1.amazonaws.com":           "",
		"inbound-smtp.eu-west-1.amazonaws.com":         "Amazon",
		"smtp.secureserver.net":                        "GoDaddy",
		"notgoogle.com":                                "",
		"google.com.example":                           "",
		"mx.customer.example":                          "",
		"":                                             "",
	} {
		if got := providerOfHost(host); got != want {
			t.Errorf("provider of %q is %q, want %q", host, got, want)
		}
	}
}

func TestProviderTables(t *testing.T) {
	for _, table := range []map[string]string{mxHosts, mailboxDomains} {
		for name := range table {
			if name != strings.ToLower(name) || strings.Trim(name, ".") != name || !strings.Contains(name, ".") {
				t.Errorf("%q can never match", name)
			}
		}
	}
	for name, provider := range map[string]string{"gmail.com": "Google", "outlook.com": "Outlook.com", "aol.com": "Yahoo", "customer.example": ""} {
		if mailboxDomains[name] != provider {
			t.Errorf("provider of %s is %q, want %q", name, mailboxDomains[name], provider)
		}
	}
}

// What 31 domains have in common is seen at their provider.
func TestProviderGroup(t *testing.T) {
	var items []item
	for i := range 31 * 4 {
		domain := fmt.Sprintf("firm%d.example", i%31)
		for hour := range 48 {
			if i >= 31 && hour != 30 {
				continue
			}
			kind, reason := parse.Delivery, classify.Reason("")
			if hour >= 30 {
				kind, reason = parse.Failure, classify.IPBlocked
			}
			e := event(kind, fmt.Sprintf("m%d-%d", i, hour), "", "a@"+domain)
			e.RemoteHost = fmt.Sprintf("mx%d.pphosted.com", i%3)
			items = append(items, line(hour*60+20, e, reason))
		}
	}
	an := analyse(items)
	if len(an.Providers) != 1 {
		t.Fatalf("%d providers, want 1", len(an.Providers))
	}
	g := an.Providers[0]
	onset := noon.Add(30*60*60e9 + 20*60e9)
	if g.Domain != "Proofpoint" || g.Domains != 31 || !g.Onset.Equal(onset) || !g.First.Equal(onset) {
		t.Errorf("%s: %d domains since %v, first %v; want Proofpoint, 31, since %v", g.Domain, g.Domains, g.Onset, g.First, onset)
	}
	if an.Domains[0].Provider != "Proofpoint" {
		t.Errorf("provider of a domain is %q", an.Domains[0].Provider)
	}
	if len(an.Timeline) != 48 || an.Timeline[29].Delivered != 31 || an.Timeline[30].Bounced != 31*4 {
		t.Errorf("timeline %+v", an.Timeline)
	}
}
