package classify

import "strings"

// Operator runs mail servers for many domains.
type Operator struct {
	Name string // as people call it
	// Provider is the entry of [Providers] as which its replies are read; empty where these have no meaning of their own.
	Provider string
	// Hosts are suffixes, at label boundaries, of the names of the servers that MX records point to.
	Hosts []string
	// Relays are suffixes of names of its other servers, such as those that take mail from its own customers, to be
	// sent on: they speak alike, but belong to no recipient. The longest of Hosts and Relays counts.
	Relays []string
	// Domains are those in which anybody can have an address.
	Domains []string
}

// Operators lists those that are known by name. Source: MX records and the operators' published set-up pages.
var Operators = []Operator{
	{Name: "Google", Provider: "google",
		Hosts:   []string{"google.com", "googlemail.com", "psmtp.com", "smtp.goog"},
		Relays:  []string{"gmail.com", "smtp.googlemail.com"},
		Domains: []string{"googlemail.com", "gmail.com"}},
	{Name: "Microsoft 365", Provider: "microsoft",
		Hosts: []string{"mail.protection.outlook.com", "mail.protection.outlook.de",
			"mail.protection.partner.outlook.cn", "mx.microsoft", "mail.protection.office365.us"},
		Relays: []string{"protection.outlook.com", "protection.office365.us", "partner.outlook.cn"}},
	{Name: "Outlook.com", Provider: "microsoft",
		Hosts:  []string{"olc.protection.outlook.com", "hotmail.com"},
		Relays: []string{"outlook.com"},
		Domains: []string{"hotmail.com", "outlook.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr",
			"hotmail.de", "hotmail.it", "hotmail.es", "live.co.uk", "live.fr", "live.nl", "outlook.de", "outlook.fr",
			"outlook.es", "live.de", "live.it", "outlook.it", "outlook.jp", "live.jp", "hotmail.co.jp"}},
	{Name: "Yahoo", Provider: "yahoo",
		Hosts:  []string{"yahoodns.net"},
		Relays: []string{"yahoo.com", "aol.com"},
		Domains: []string{"yahoo.com", "aol.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.fr",
			"yahoo.de", "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.in", "yahoo.co.in", "yahoo.com.br", "verizon.net",
			"aim.com", "sky.com"}},
	{Name: "Apple", Provider: "apple",
		Hosts:   []string{"mail.icloud.com", "apple.com"},
		Relays:  []string{"icloud.com", "me.com", "mac.com"},
		Domains: []string{"icloud.com", "me.com", "mac.com"}},
	{Name: "Proofpoint", Provider: "proofpoint",
		Hosts: []string{"pphosted.com", "ppe-hosted.com", "ppops.net", "gpphosted.com"}},
	{Name: "Mimecast", Provider: "mimecast",
		Hosts: []string{"mimecast.com", "mimecast.co.za", "mimecast-offshore.com"}},
	{Name: "Barracuda", Provider: "barracuda",
		Hosts:  []string{"barracudanetworks.com", "cudamail.com"},
		Relays: []string{"ess.barracuda.com"}},
	{Name: "Cisco", Provider: "cisco",
		Hosts: []string{"iphmx.com"}},
	{Name: "MessageLabs", Provider: "messagelabs",
		Hosts: []string{"messagelabs.com"}},
	{Name: "Trend Micro",
		Hosts: []string{"trendmicro.com", "trendmicro.eu"}},
	{Name: "Trellix",
		Hosts: []string{"fireeyecloud.com"}},
	{Name: "Sophos",
		Hosts: []string{"sophos.com"}},
	{Name: "Hornetsecurity",
		Hosts: []string{"hornetsecurity.com", "antispameurope.com"}},
	{Name: "Retarus",
		Hosts: []string{"retarus.com"}},
	{Name: "Forcepoint",
		Hosts: []string{"mailcontrol.com"}},
	{Name: "McAfee",
		Hosts: []string{"mxlogic.net"}},
	{Name: "SpamHero",
		Hosts: []string{"spamh.com"}},
	{Name: "SiteGround",
		Hosts: []string{"mailspamprotection.com"}},
	{Name: "SpamExperts",
		Hosts: []string{"antispamcloud.com"}},
	{Name: "OVH", Provider: "ovh",
		Hosts:  []string{"mail.ovh.net", "ovh.net"},
		Relays: []string{"ovh.com", "ovh.ca"}},
	{Name: "IONOS", Provider: "unitedinternet",
		Hosts: []string{"kundenserver.de", "ionos.com", "ionos.de", "ionos.co.uk", "ionos.fr", "ionos.es",
			"1and1.com"},
		Relays: []string{"1und1.de", "perfora.net", "schlund.de"}},
	{Name: "Strato",
		Hosts: []string{"rzone.de"}},
	{Name: "GMX/WEB.DE", Provider: "unitedinternet",
		Hosts:   []string{"gmx.net", "web.de"},
		Relays:  []string{"gmx.com", "gmx.de", "mail.com"},
		Domains: []string{"gmx.net", "web.de", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "mail.com", "email.de"}},
	{Name: "T-Online", Provider: "t-online",
		Hosts:   []string{"t-online.de"},
		Relays:  []string{"magenta.de"},
		Domains: []string{"t-online.de", "magenta.de"}},
	{Name: "GoDaddy", Provider: "godaddy",
		Hosts: []string{"secureserver.net"}},
	{Name: "Rackspace",
		Hosts: []string{"emailsrvr.com"}},
	{Name: "Zoho", Provider: "zoho",
		Hosts:   []string{"zoho.com", "zoho.eu", "zoho.in", "zohomail.com"},
		Relays:  []string{"smtp.zoho.com", "smtp.zoho.eu"},
		Domains: []string{"zoho.com", "zohomail.com"}},
	{Name: "Yandex", Provider: "yandex",
		Hosts:   []string{"yandex.ru", "yandex.net"},
		Relays:  []string{"yandex.com", "smtp.yandex.ru"},
		Domains: []string{"yandex.ru", "yandex.com", "ya.ru"}},
	{Name: "Mail.ru", Provider: "mail.ru",
		Hosts:   []string{"mail.ru"},
		Relays:  []string{"smtp.mail.ru"},
		Domains: []string{"mail.ru", "inbox.ru", "list.ru", "bk.ru"}},
	{Name: "Tencent", Provider: "tencent",
		Hosts:   []string{"qq.com"},
		Relays:  []string{"smtp.qq.com"},
		Domains: []string{"qq.com", "foxmail.com"}},
	{Name: "NetEase", Provider: "netease",
		Hosts:   []string{"163.com", "netease.com", "126.com", "yeah.net", "qiye163.com"},
		Relays:  []string{"smtp.163.com"},
		Domains: []string{"163.com", "126.com", "yeah.net"}},
	{Name: "Alibaba",
		Hosts:   []string{"mxhichina.com", "aliyun.com"},
		Domains: []string{"aliyun.com"}},
	{Name: "Comcast", Provider: "comcast",
		Hosts:   []string{"comcast.net"},
		Domains: []string{"comcast.net", "xfinity.com"}},
	{Name: "Cox", Provider: "cox",
		Hosts:   []string{"cox.net", "cloudfilter.net"},
		Domains: []string{"cox.net"}},
	{Name: "Spectrum", Provider: "spectrum",
		Hosts:   []string{"charter.net", "rr.com", "spectrum.net", "twc.com"},
		Domains: []string{"charter.net", "rr.com", "spectrum.net", "roadrunner.com", "brighthouse.com"}},
	{Name: "AT&T",
		Hosts:   []string{"att.net", "prodigy.net"},
		Domains: []string{"att.net", "sbcglobal.net", "bellsouth.net"}},
	{Name: "Orange", Provider: "orange",
		Hosts:   []string{"orange.fr", "wanadoo.fr"},
		Domains: []string{"orange.fr", "wanadoo.fr"}},
	{Name: "La Poste", Provider: "orange",
		Hosts:   []string{"laposte.net"},
		Domains: []string{"laposte.net"}},
	{Name: "Free", Provider: "free",
		Hosts:   []string{"free.fr", "proxad.net"},
		Domains: []string{"free.fr", "aliceadsl.fr"}},
	{Name: "SFR", Provider: "sfr",
		Hosts:   []string{"sfr.fr", "sfr.net", "neuf.fr"},
		Domains: []string{"sfr.fr", "neuf.fr", "cegetel.net", "club-internet.fr"}},
	{Name: "Libero", Provider: "libero",
		Hosts:   []string{"libero.it", "iol.it", "italiaonline.it"},
		Domains: []string{"libero.it", "virgilio.it", "iol.it"}},
	{Name: "Aruba",
		Hosts: []string{"aruba.it"}},
	{Name: "Tiscali",
		Hosts:   []string{"tiscali.it"},
		Domains: []string{"tiscali.it"}},
	{Name: "Seznam", Provider: "seznam",
		Hosts:   []string{"seznam.cz"},
		Domains: []string{"seznam.cz", "email.cz", "post.cz"}},
	{Name: "WP",
		Hosts:   []string{"wp.pl"},
		Domains: []string{"wp.pl"}},
	{Name: "Onet",
		Hosts:   []string{"onet.pl"},
		Domains: []string{"onet.pl"}},
	{Name: "Interia",
		Hosts:   []string{"interia.pl"},
		Domains: []string{"interia.pl"}},
	{Name: "Naver", Provider: "naver",
		Hosts:   []string{"naver.com"},
		Domains: []string{"naver.com"}},
	{Name: "Kakao",
		Hosts:   []string{"daum.net"},
		Domains: []string{"daum.net", "hanmail.net"}},
	{Name: "NTT Docomo", Provider: "docomo",
		Hosts:   []string{"docomo.ne.jp"},
		Domains: []string{"docomo.ne.jp"}},
	{Name: "KDDI", Provider: "kddi",
		Hosts:   []string{"ezweb.ne.jp", "au.com", "kddi.ne.jp"},
		Domains: []string{"ezweb.ne.jp", "au.com"}},
	{Name: "SoftBank", Provider: "softbank",
		Hosts:   []string{"softbank.ne.jp", "softbank.jp", "vodafone.ne.jp", "ymobile.ne.jp"},
		Domains: []string{"softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp", "ymobile.ne.jp"}},
	{Name: "Yahoo Japan", Provider: "yahoo",
		Hosts:   []string{"yahoo.co.jp"},
		Domains: []string{"yahoo.co.jp"}},
	{Name: "UOL", Provider: "uol",
		Hosts:   []string{"uol.com.br", "bol.com.br"},
		Domains: []string{"uol.com.br", "bol.com.br"}},
	{Name: "Terra", Provider: "terra",
		Hosts:   []string{"terra.com.br"},
		Relays:  []string{"terra.com"},
		Domains: []string{"terra.com.br"}},
	{Name: "Locaweb",
		Hosts: []string{"locaweb.com.br"}},
	{Name: "Fastmail",
		Hosts:   []string{"messagingengine.com"},
		Domains: []string{"fastmail.com"}},
	{Name: "Proton",
		Hosts:   []string{"protonmail.ch"},
		Domains: []string{"protonmail.ch", "proton.me", "protonmail.com", "pm.me"}},
	{Name: "mailbox.org",
		Hosts:   []string{"mailbox.org"},
		Domains: []string{"mailbox.org"}},
	{Name: "Posteo",
		Hosts:   []string{"posteo.de"},
		Domains: []string{"posteo.de"}},
	{Name: "Migadu",
		Hosts: []string{"migadu.com"}},
	{Name: "Namecheap",
		Hosts: []string{"registrar-servers.com", "privateemail.com"}},
	{Name: "Titan",
		Hosts: []string{"titan.email"}},
	{Name: "Hostinger",
		Hosts: []string{"hostinger.com"}},
	{Name: "Gandi",
		Hosts: []string{"gandi.net"}},
	{Name: "Infomaniak",
		Hosts: []string{"infomaniak.ch"}},
	{Name: "Cloudflare",
		Hosts: []string{"mx.cloudflare.net"}},
	{Name: "Forward Email",
		Hosts: []string{"forwardemail.net"}},
	{Name: "ImprovMX",
		Hosts: []string{"improvmx.com"}},
	{Name: "Amazon", Provider: "amazon",
		Hosts:  []string{"amazonaws.com", "awsapps.com"},
		Relays: []string{"amazonses.com"}},
	{Name: "BT",
		Hosts:   []string{"bt.lon5.cpcloud.co.uk", "btinternet.com"},
		Domains: []string{"btinternet.com"}},
	{Name: "Proximus",
		Hosts:   []string{"skynet.be"},
		Domains: []string{"skynet.be"}},
	{Name: "Telenet",
		Hosts:   []string{"telenet.be"},
		Domains: []string{"telenet.be"}},
	{Name: "Ziggo",
		Hosts:   []string{"ziggo.nl"},
		Domains: []string{"ziggo.nl"}},
	{Name: "KPN",
		Hosts: []string{"kpnmail.nl"}},
	{Name: "Swisscom",
		Hosts:   []string{"bluewin.ch"},
		Domains: []string{"bluewin.ch"}},
	{Name: "Facebook", Provider: "facebook",
		Hosts:   []string{"facebook.com"},
		Domains: []string{"facebook.com"}},
	{Name: "SendGrid", Provider: "sendgrid",
		Relays: []string{"sendgrid.net", "sendgrid.com"}},
}

// operatorByHost and operatorByDomain index [Operators]; a relay is found too.
var operatorByHost, operatorByDomain = indexOperators()

type operatorHost struct {
	*Operator
	relay bool
}

func indexOperators() (hosts map[string]operatorHost, domains map[string]*Operator) {
	hosts, domains = map[string]operatorHost{}, map[string]*Operator{}
	for i := range Operators {
		o := &Operators[i]
		for _, name := range o.Hosts {
			hosts[name] = operatorHost{o, false}
		}
		for _, name := range o.Relays {
			hosts[name] = operatorHost{o, true}
		}
		for _, name := range o.Domains {
			domains[name] = o
		}
	}
	return hosts, domains
}

// operatorOf finds the operator of a host, lower case.
func operatorOf(host string) (operatorHost, bool) {
	for host != "" {
		if o, ok := operatorByHost[host]; ok {
			return o, true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return operatorHost{}, false
}

// submissionPrefix begins the names of the hosts at which Amazon SES takes mail to be sent on.
const submissionPrefix = "email-smtp."

// OperatorOfHost names the operator of a domain's mail server, given in lower case; "" where none is known, and for
// hosts that take mail to be sent on.
func OperatorOfHost(host string) string {
	if o, ok := operatorOf(strings.TrimSuffix(host, ".")); ok && !o.relay && !strings.HasPrefix(host, submissionPrefix) {
		return o.Name
	}
	return ""
}

// OperatorOfDomain names the operator of the addresses in a domain in which anybody can have one, "" for other domains.
func OperatorOfDomain(domain string) string {
	if o := operatorByDomain[domain]; o != nil {
		return o.Name
	}
	return ""
}
