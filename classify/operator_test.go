package classify

import (
	"strings"
	"testing"
)

func TestOperatorOfHost(t *testing.T) {
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
		if got := OperatorOfHost(host); got != want {
			t.Errorf("operator of %q is %q, want %q", host, got, want)
		}
	}
}

func TestOperators(t *testing.T) {
	hosts, domains, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	once := func(seen map[string]bool, name string) {
		if seen[name] {
			t.Errorf("%q stands there twice", name)
		}
		seen[name] = true
		if name != strings.ToLower(name) || strings.Trim(name, ".") != name || !strings.Contains(name, ".") {
			t.Errorf("%q can never match", name)
		}
	}
	for _, o := range Operators {
		if names[o.Name] || o.Name == "" {
			t.Errorf("operator %q stands there twice", o.Name)
		}
		names[o.Name] = true
		if o.Provider != "" && providerNamed(o.Provider) == 0 {
			t.Errorf("%s: there is no provider %q", o.Name, o.Provider)
		}
		for _, name := range o.Hosts {
			once(hosts, name)
		}
		for _, name := range o.Relays {
			once(hosts, name)
		}
		for _, name := range o.Domains {
			once(domains, name)
		}
	}
	for name, want := range map[string]string{"gmail.com": "Google", "outlook.com": "Outlook.com", "aol.com": "Yahoo", "customer.example": ""} {
		if got := OperatorOfDomain(name); got != want {
			t.Errorf("operator of %s is %q, want %q", name, got, want)
		}
	}
}

// Every provider is found by the names of its servers.
func TestProvidersHaveHosts(t *testing.T) {
	for _, p := range Providers {
		found := false
		for _, o := range Operators {
			found = found || o.Provider == p.Name && len(o.Hosts)+len(o.Relays) > 0
		}
		if !found {
			t.Errorf("provider %q has no operator with hosts", p.Name)
		}
	}
}
