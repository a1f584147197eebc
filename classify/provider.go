package classify

import (
	"strings"

	"ndrscope/parse"
)

// Provider is an operator of mail servers whose replies have a meaning of their own.
type Provider struct {
	Name string
	// Hosts are suffixes, at label boundaries, of the names of its servers and MX hosts.
	Hosts []string
	// Domains are well-known domains of recipients.
	Domains []string
	// Marks are phrases that only its replies have.
	Marks []string
}

// providerSet has one bit for an entry of Providers.
type providerSet uint64

// Providers lists the operators that rules name, at most 64.
var Providers = []Provider{
	{Name: "google", Hosts: []string{"google.com", "googlemail.com", "gmail.com"}, Domains: []string{"gmail.com", "googlemail.com"},
		Marks: []string{"- gsmtp", "support.google.com/mail", "support.google.com/a/"}},
	{Name: "microsoft", Hosts: []string{"protection.outlook.com", "outlook.com", "hotmail.com", "mx.microsoft",
		"protection.office365.us", "partner.outlook.cn"},
		Domains: []string{"outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de",
			"hotmail.it", "hotmail.es",
			"live.co.uk", "live.fr", "live.nl", "live.de", "live.it", "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.jp", "live.jp", "hotmail.co.jp"},
		Marks: []string{"prod.outlook.com", "protection.outlook.com", "go.microsoft.com/fwlink", "aka.ms/", "sender.office.com"}},
	{Name: "yahoo", Hosts: []string{"yahoodns.net", "yahoo.com", "yahoo.co.jp", "aol.com"},
		Domains: []string{"yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.it",
			"yahoo.es",
			"yahoo.ca", "yahoo.com.br", "yahoo.in", "yahoo.co.in", "att.net", "sbcglobal.net", "bellsouth.net", "verizon.net", "aim.com", "sky.com"},
		Marks: []string{"senders.yahooinc.com", "postmaster.yahooinc.com", "postmaster.yahoo.com", "help.yahoo.com",
			"postmaster.aol.com"}},
	{Name: "apple", Hosts: []string{"icloud.com", "me.com", "mac.com", "apple.com"}, Domains: []string{"icloud.com", "me.com",
		"mac.com"},
		Marks: []string{"support.apple.com"}},
	{Name: "comcast", Hosts: []string{"comcast.net"}, Domains: []string{"comcast.net"}, Marks: []string{"postmaster.comcast.net",
		"postmaster.xfinity.com"}},
	{Name: "cox", Hosts: []string{"cox.net", "cloudfilter.net"}, Domains: []string{"cox.net"},
		Marks: []string{"postmaster.cox.net"}},
	{Name: "spectrum", Hosts: []string{"charter.net", "rr.com", "spectrum.net", "twc.com"},
		Domains: []string{"charter.net", "rr.com", "spectrum.net", "roadrunner.com", "brighthouse.com"}},
	{Name: "orange", Hosts: []string{"orange.fr", "wanadoo.fr", "laposte.net"}, Domains: []string{"orange.fr", "wanadoo.fr",
		"laposte.net"}},
	{Name: "sfr", Hosts: []string{"sfr.fr", "sfr.net", "neuf.fr"}, Domains: []string{"sfr.fr", "neuf.fr", "cegetel.net",
		"club-internet.fr"}},
	{Name: "free", Hosts: []string{"free.fr", "proxad.net"}, Domains: []string{"free.fr", "aliceadsl.fr"}},
	{Name: "unitedinternet", Hosts: []string{"gmx.net", "gmx.com", "gmx.de", "web.de", "mail.com", "1und1.de", "kundenserver.de",
		"ionos.com", "ionos.de", "perfora.net", "schlund.de"},
		Domains: []string{"gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de", "mail.com", "email.de"},
		Marks:   []string{"postmaster.gmx.", "postmaster.web.de", "postmaster.1und1", "postmaster.mail.com"}},
	{Name: "t-online", Hosts: []string{"t-online.de", "magenta.de"}, Domains: []string{"t-online.de", "magenta.de"},
		Marks: []string{"postmaster.t-online.de", "tosa@", "rx.t-online.de"}},
	{Name: "mimecast", Hosts: []string{"mimecast.com", "mimecast.co.za", "mimecast-offshore.com"},
		Marks: []string{"community.mimecast.com", "mimecast.com/"}},
	{Name: "proofpoint", Hosts: []string{"pphosted.com", "ppe-hosted.com", "gpphosted.com"}, Marks: []string{"proofpoint.com",
		"ppe-hosted.com"}},
	{Name: "cisco", Hosts: []string{"iphmx.com"}, Marks: []string{"senderbase.org", "talosintelligence.com"}},
	{Name: "barracuda", Hosts: []string{"barracudanetworks.com", "ess.barracuda.com"}, Marks: []string{"barracudanetworks.com",
		"barracudacentral.org"}},
	{Name: "messagelabs", Hosts: []string{"messagelabs.com"}, Marks: []string{"messagelabs.com", "symanteccloud.com"}},
	{Name: "zoho", Hosts: []string{"zoho.com", "zoho.eu", "zoho.in", "zohomail.com"}, Domains: []string{"zoho.com",
		"zohomail.com"}},
	{Name: "tencent", Hosts: []string{"qq.com", "exmail.qq.com"}, Domains: []string{"qq.com", "foxmail.com"},
		Marks: []string{"service.mail.qq.com", "open.work.weixin.qq.com"}},
	{Name: "netease", Hosts: []string{"163.com", "126.com", "yeah.net", "netease.com", "qiye163.com"}, Domains: []string{"163.com",
		"126.com", "yeah.net"},
		Marks: []string{"mail.163.com/help", "help.163.com"}},
	{Name: "yandex", Hosts: []string{"yandex.ru", "yandex.net", "yandex.com"}, Domains: []string{"yandex.ru", "yandex.com",
		"ya.ru"}, Marks: []string{"yandex.ru", "yandex.com/support"}},
	{Name: "mail.ru", Hosts: []string{"mail.ru"}, Domains: []string{"mail.ru", "bk.ru", "inbox.ru", "list.ru"},
		Marks: []string{"help.mail.ru", "postmaster.mail.ru"}},
	{Name: "docomo", Hosts: []string{"docomo.ne.jp"}, Domains: []string{"docomo.ne.jp"}},
	{Name: "kddi", Hosts: []string{"ezweb.ne.jp", "au.com", "kddi.ne.jp"}, Domains: []string{"ezweb.ne.jp", "au.com"}},
	{Name: "softbank", Hosts: []string{"softbank.ne.jp", "vodafone.ne.jp", "ymobile.ne.jp"}, Domains: []string{"softbank.ne.jp",
		"i.softbank.jp", "vodafone.ne.jp", "ymobile.ne.jp"}},
	{Name: "godaddy", Hosts: []string{"secureserver.net"}},
	{Name: "facebook", Hosts: []string{"facebook.com"}, Domains: []string{"facebook.com"},
		Marks: []string{"postmaster.facebook.com"}},
	{Name: "amazon", Hosts: []string{"amazonaws.com", "amazonses.com", "awsapps.com"}},
	{Name: "sendgrid", Hosts: []string{"sendgrid.net", "sendgrid.com"}},
	{Name: "ovh", Hosts: []string{"ovh.net", "ovh.com", "ovh.ca"}},
	{Name: "libero", Hosts: []string{"libero.it", "iol.it", "italiaonline.it"}, Domains: []string{"libero.it", "virgilio.it",
		"iol.it"}},
	{Name: "seznam", Hosts: []string{"seznam.cz"}, Domains: []string{"seznam.cz", "email.cz", "post.cz"}},
	{Name: "naver", Hosts: []string{"naver.com"}, Domains: []string{"naver.com"}},
	{Name: "uol", Hosts: []string{"uol.com.br", "bol.com.br"}, Domains: []string{"uol.com.br", "bol.com.br"}},
	{Name: "terra", Hosts: []string{"terra.com.br", "terra.com"}, Domains: []string{"terra.com.br"}},
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

// providerOfName is the provider that host is of, by the table that pick chooses; 0 for none.
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

var providersByHost = indexProviders(func(p *Provider) []string { return p.Hosts })
var providersByDomain = indexProviders(func(p *Provider) []string { return p.Domains })

func indexProviders(names func(*Provider) []string) map[string]providerSet {
	index := map[string]providerSet{}
	for i := range Providers {
		for _, name := range names(&Providers[i]) {
			index[name] |= 1 << i
		}
	}
	return index
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
