package classify

import (
	"slices"
	"strings"

	"ndrscope/parse"
)

// Provider is who speaks in replies that have a meaning of their own. Its hosts and domains are those of [Operators].
type Provider struct {
	Name string
	// Marks are phrases that only its replies have.
	Marks []string
}

// providerSet has one bit for an entry of Providers.
type providerSet uint64

// Providers lists the operators whose replies have a meaning of their own, as rules name them; at most 64.
var Providers = []Provider{
	{Name: "google", Marks: []string{"- gsmtp", "support.google.com/mail", "support.google.com/a/"}},
	{Name: "microsoft", Marks: []string{"prod.outlook.com", "protection.outlook.com", "go.microsoft.com/fwlink", "aka.ms/", "sender.office.com",
		"(s777", "(as777"}},
	{Name: "yahoo", Marks: []string{"senders.yahooinc.com", "postmaster.yahooinc.com", "postmaster.yahoo.com", "help.yahoo.com", "postmaster.aol.com"}},
	{Name: "apple", Marks: []string{"support.apple.com"}},
	{Name: "comcast", Marks: []string{"postmaster.comcast.net", "postmaster.xfinity.com"}},
	{Name: "cox", Marks: []string{"postmaster.cox.net"}},
	{Name: "spectrum"},
	{Name: "orange"},
	{Name: "sfr"},
	{Name: "free"},
	{Name: "unitedinternet", Marks: []string{"postmaster.gmx.", "postmaster.web.de", "postmaster.1und1", "postmaster.mail.com"}},
	{Name: "t-online", Marks: []string{"postmaster.t-online.de", "tosa@", "rx.t-online.de"}},
	{Name: "mimecast", Marks: []string{"community.mimecast.com", "mimecast.com/"}},
	{Name: "proofpoint", Marks: []string{"proofpoint.com", "ppe-hosted.com"}},
	{Name: "cisco", Marks: []string{"senderbase.org", "talosintelligence.com"}},
	{Name: "barracuda", Marks: []string{"barracudanetworks.com", "barracudacentral.org"}},
	{Name: "messagelabs", Marks: []string{"messagelabs.com", "symanteccloud.com"}},
	{Name: "zoho"},
	{Name: "tencent", Marks: []string{"service.mail.qq.com", "open.work.weixin.qq.com"}},
	{Name: "netease", Marks: []string{"mail.163.com/help", "help.163.com"}},
	{Name: "yandex", Marks: []string{"yandex.ru", "yandex.com/support"}},
	{Name: "mail.ru", Marks: []string{"help.mail.ru", "postmaster.mail.ru"}},
	{Name: "docomo"},
	{Name: "kddi"},
	{Name: "softbank"},
	{Name: "godaddy"},
	{Name: "facebook", Marks: []string{"postmaster.facebook.com"}},
	{Name: "amazon"},
	{Name: "sendgrid"},
	{Name: "ovh"},
	{Name: "libero"},
	{Name: "seznam"},
	{Name: "naver"},
	{Name: "uol"},
	{Name: "terra"},
}

// providerNamed is the set with the named provider, empty if there is none.
func providerNamed(name string) providerSet {
	for i := range Providers {
		if Providers[i].Name == name {
			return 1 << i
		}
	}
	return 0
}

// providersByHost and providersByDomain index the operators that are providers, too.
var providersByHost, providersByDomain = indexProviders()

func indexProviders() (hosts, domains map[string]providerSet) {
	hosts, domains = map[string]providerSet{}, map[string]providerSet{}
	for _, o := range Operators {
		set := providerNamed(o.Provider)
		for _, name := range slices.Concat(o.Hosts, o.Relays) {
			hosts[name] = set
		}
		for _, name := range o.Domains {
			domains[name] = set
		}
	}
	return hosts, domains
}

// providerOfName is the provider that a host or domain is of, by the index given; 0 for none.
func providerOfName(index map[string]providerSet, host string) providerSet {
	host = strings.TrimSuffix(host, ".")
	for host != "" {
		if set, ok := index[host]; ok {
			return set
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return 0
}

// ProviderOf names the provider that a server's or MX host's name belongs to; empty for none of [Providers].
func ProviderOf(host string) string {
	set := providerOfName(providersByHost, strings.ToLower(host))
	for i := range Providers {
		if set&(1<<i) != 0 {
			return Providers[i].Name
		}
	}
	return ""
}

// providersOf is who may have written the text of an event, by the names in it: the server spoken to; if that is not
// known, the reporting MTA or the operator of the recipient's domain.
func providersOf(e *parse.Event) providerSet {
	if set := providerOfName(providersByHost, e.RemoteHost); set != 0 {
		return set
	}
	set := providerOfName(providersByDomain, e.Domain)
	if e.RemoteHost == "" {
		set |= providerOfName(providersByHost, e.ReportingMTA)
	}
	return set
}
