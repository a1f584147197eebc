package classify

const (
	orangeCodes = "https://postmaster.orange.fr/ (OFR codes); La Poste uses the same with LPN"
	orangeMX    = "smtp-in.orange.fr"
	unitedCodes = "https://postmaster.gmx.net/en/error-messages"
	gmxMX       = "mx00.gmx.net"
	telekomPage = "https://postmaster.t-online.de/"
	telekomMX   = "mx00.t-online.de"
	yandexPage  = "https://yandex.com/support/mail/spam/errors.html"
	yandexMX    = "mx.yandex.ru"
	mailruPage  = "https://help.mail.ru/mail/problems/errors"
	mailruMX    = "mxs.mail.ru"
)

// europeRules has the codes of European providers.
var europeRules = []Rule{
	orange("spam", Spam, "_506", "550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]"),
	orange("spam-refused", Spam, "_515", "550 5.7.1 Message refuse OFR_515 [515]"),
	orange("blocked", IPBlocked, "_102", "421 OFR_102 Service refuse"),
	orange("too-many-connections", TooManyConnections, "_104", "421 Too many connections, slow down. OFR004_104 [104]"),
	orange("blocked-now", IPBlocked, "_105", "421 Service refuse. OFR_105"),
	orange("refused", IPBlocked, "_103", "421 Service refuse. Service refused, please try later. LPN_103"),
	orange("connection-refused", IPBlocked, "_107", "421 4.2.1 Service refuse. Veuillez essayer plus tard. LPN006_107"),
	orange("refused-for-now", IPBlocked, "_108", "421 4.2.1 Service refuse. LPN006_108"),
	orange("refused-list", IPBlocked, "_109", "554 Service refuse OFR_109"),
	orange("sender-unknown", SenderRejected, "_405", "550 5.1.0 Adresse d au moins un expediteur invalide. Sender address rejected. OFR_405 [405]"),
	orange("auth-required", AuthRequired, "_402", "550 Authentification requise. Authentication Required. OFR_402 [402]"),
	orange("sender-invalid", SenderRejected, "_403", "550 5.7.1 OFR_403 [403]"),
	orange("auth-invalid", AuthRequired, "_305", "535 Authentification invalide. OFR_305 [305]"),
	orange("user-unknown", UserUnknown, "_416", "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),
	orange("mailbox-full", MailboxFull, "_417", "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]"),
	orange("mailbox-archived", MailboxDisabled, "_418", "550 5.5.0 Boite du destinataire archivee. Archived recipient. LPN007_418"),
	orange("mailbox-inactive", MailboxDisabled, "_420", "550 Boite inactive OFR_420 [420]"),
	orange("temporary", SystemError, "_505", "421 4.2.0 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR005_505 [505]"),
	orange("blocked-sender", IPBlocked, "_510", "550 5.7.1 Mail refuse. OFR_510 [510]"),
	orange("content-attachment", ContentRejected, "_514", "550 Mail refuse. OFR_514 [514]"),
	orange("block", IPBlocked, "_513", "550 Mail refuse. OFR_513 [513]"),
	orange("dmarc", AuthFailed, "_517", "550 5.7.1 Mail refuse. Mail rejected. DMARC. OFR_517 [517]"),
	orange("two-hours", IPBlocked, "_999", "421 4.7.1 Service refuse. OFR_999 [999]"),
	{ID: "sfr-blocked", Reason: IPBlocked, Provider: "sfr",
		Text:   []string{"is blacklisted by ip reputation", "blacklisted", "refused by local policy"},
		Source: "https://postmaster.sfr.fr/",
		Samples: saidBy("smtp-in.sfr.fr",
			"554 5.7.1 192.0.2.1 blacklisted. http://csi.cloudmark.com/reset-request/?ip=192.0.2.1")},
	{ID: "free-greylisted", Reason: Greylisted, Provider: "free",
		Text:   []string{"too many spams from your ip", "please try later"},
		Source: "http://postmaster.free.fr/",
		Samples: saidBy("mx1.free.fr",
			"451 too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/")},
	{ID: "free-dynamic", Reason: IPBlocked, Detail: "dynamic-address", Provider: "free",
		Text:    []string{"spam detected * postmaster.free.fr"},
		Source:  "http://postmaster.free.fr/",
		Samples: saidBy("mx1.free.fr", "550 spam detected, see http://postmaster.free.fr/")},

	{ID: "united-listed", Reason: IPBlocked, DetailFrom: FromList,
		Text: []string{"ip address is block listed", "ip address is black listed",
			"nemesis * ip address is block listed", "nemesis * ip address is black listed"},
		Source: unitedCodes,
		Samples: saidBy(gmxMX,
			"554-gmx.net (mxgmx016) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed. 554 For explanation visit https://postmaster.gmx.net/en/case?c=r0201&i=ip&v=192.0.2.1&r=1")},
	{ID: "united-dynamic", Reason: IPBlocked, Detail: "dynamic-address",
		Text:   []string{"nemesis * c=r0101", "nemesis * c=dynip", "c=r0101", "c=dynip", "nemesis * dynamic ip"},
		Source: unitedCodes,
		Samples: saidBy(gmxMX,
			"554-web.de (mxweb112) Nemesis ESMTP Service not available 554-No SMTP service 554 https://postmaster.web.de/en/case?c=r0101&i=ip")},
	{ID: "united-blocked", Reason: IPBlocked, DetailFrom: FromList,
		Text:    []string{"nemesis", "c=r0201", "c=r0202", "c=r0203", "c=r0301", "c=bip", "c=rspam"},
		Source:  unitedCodes,
		Samples: saidBy(gmxMX, "554 gmx.net (mxgmx016) Nemesis ESMTP Service not available No SMTP service")},
	{ID: "united-ptr", Reason: NoReverseDNS, Text: []string{"bad dns ptr resource record", "nemesis * invalid dns ptr resource record", "c=rdns", "c=fdns"},
		Source: unitedCodes, Samples: saidBy(gmxMX,
			"554-gmx.net (mxgmx016) Nemesis ESMTP Service not available 554-No SMTP service 554-Bad DNS PTR resource record. 554 For explanation visit https://postmaster.gmx.net/en/error-messages?ip=192.0.2.1&c=rdns")},
	{ID: "united-helo", Reason: BadHELO, Text: []string{"c=hi", "c=helo", "bad helo * nemesis", "nemesis * invalid helo"},
		Source: unitedCodes, Samples: saidBy(gmxMX, "501 HELO refused; see https://postmaster.gmx.net/en/error-messages?c=hi")},
	{ID: "united-sender", Reason: SenderRejected, Detail: "sender-domain",
		Text: []string{"c=md", "c=sd", "invalid dns mx or a/aaaa resource record",
			"requested action not taken: mailbox unavailable sender address"},
		Source: unitedCodes, Samples: saidBy(gmxMX,
			"550-Requested action not taken: mailbox unavailable 550-invalid DNS MX or A/AAAA resource record 550 For explanation visit https://postmaster.gmx.net/en/error-messages?c=md")},
	{ID: "united-spf", Reason: AuthFailed, Detail: "spf", Text: []string{"c=spf", "sender address * policy * spf"},
		Source: unitedCodes, Samples: saidBy(gmxMX, "550 refused https://postmaster.gmx.net/en/error-messages?ip=192.0.2.1&c=spf")},
	{ID: "united-auth", Reason: AuthFailed, Text: []string{"sender domain not authenticated", "c=auth", "c=r0501", "c=dmarc"},
		Source: unitedCodes, Samples: saidBy(gmxMX, "550 refused https://postmaster.gmx.net/en/case?c=auth")},
	{ID: "united-rate", Reason: RateLimited,
		Text:   []string{"c=tmm", "c=nrl", "c=rl", "c=lv", "reject due to policy restrictions * c=l"},
		Source: unitedCodes,
		Samples: saidBy(gmxMX,
			"450-Requested mail action not taken: mailbox unavailable 450 For explanation visit https://postmaster.gmx.net/en/error-messages?c=tmm")},
	{ID: "united-policy", Reason: Policy,
		Text: []string{"transaction failed reject due to policy restrictions", "reject due to policy restrictions",
			"c=hc", "c=pol"}, Source: unitedCodes, Samples: saidBy(gmxMX,
			"554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation visit https://postmaster.gmx.net/en/case?c=hc&i=ip")},
	{ID: "united-greylisted", Reason: Greylisted, Provider: "unitedinternet",
		Text: []string{"greylisted", "requested mail action not taken: please try again later"}, Codes: []string{"4"},
		Source:  unitedCodes,
		Samples: saidBy(gmxMX, "450 Requested mail action not taken: please try again later")},

	{ID: "t-online-reputation", Reason: IPBlocked, Detail: "T-Online",
		Text: []string{"a problem occurred. (ask your postmaster * (bl)", "ip=0.0.0.0 - a problem occurred", "ip:0.0.0.0 - a problem occurred"}, Source: telekomPage, Samples: saidBy(telekomMX,
			"554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (BL)")},
	{ID: "t-online-unlisted", Reason: IPBlocked, Detail: "not on their allow-list",
		Text: []string{"a problem occurred. (ask your postmaster * (nowl)"}, Source: telekomPage, Samples: saidBy(telekomMX,
			"554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.) (NOWL)")},
	{ID: "t-online-dynamic", Reason: IPBlocked, Detail: "dynamic-address",
		Text:    []string{"ip not allowed. use a mailgateway", "dialup/transient ip not allowed"},
		Source:  telekomPage,
		Samples: saidBy(telekomMX, "554 IP=192.0.2.1 - Dialup/transient IP not allowed. Use a mailgateway. (DIAL)")},

	{ID: "yandex-spam", Reason: Spam, Provider: "yandex",
		Text:   []string{"message rejected under suspicion of spam", "suspicion of spam"},
		Source: yandexPage,
		Samples: saidBy(yandexMX,
			"554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1700000000-AbCdEfGhIj")},
	{ID: "yandex-policy", Reason: IPBlocked, Detail: "Yandex",
		Text: []string{"policy rejection on the target address", "message rejected under policy",
			"blocked by yandex"},
		Source: yandexPage, Provider: "yandex",
		Samples: saidBy(yandexMX, "550 5.7.1 Policy rejection on the target address. https://yandex.ru/support")},
	{ID: "yandex-greylist", Reason: Greylisted, Provider: "yandex",
		Text: []string{"try again later", "sorry, the service is currently unavailable. please come back later"}, Codes: []string{"4"},
		Source:  yandexPage,
		Samples: saidBy(yandexMX, "451 4.7.1 Sorry, the service is currently unavailable. Please come back later.")},
	{ID: "yandex-user-unknown", Reason: UserUnknown, Provider: "yandex", Text: []string{"no such user"}, Source: yandexPage,
		Samples: saidBy(yandexMX, "550 5.7.1 No such user!")},
	{ID: "mailru-spam", Reason: Spam,
		Text: []string{"spam message rejected. please visit http://help.mail.ru", "spam message discarded",
			"spam message rejected"}, Provider: "mail.ru", Source: mailruPage, Samples: saidBy(mailruMX,
			"550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc or report details to abuse@corp.mail.ru.")},
	{ID: "mailru-blocked", Reason: IPBlocked, Detail: "Mail.ru", Provider: "mail.ru",
		Text: []string{"we do not accept mail from dynamic", "access denied, connection dropped",
			"temporarily rejected. * too many spam", "ip is blocked", "is blacklisted. mail from",
			"unroutable sender ip"},
		Source: mailruPage, Samples: saidBy(mailruMX,
			"550 We do not accept mail from dynamic IPs or hosts without reverse resolve (192.0.2.1).")},
	{ID: "mailru-dmarc", Reason: AuthFailed, Detail: "dmarc", Provider: "mail.ru",
		Text:   []string{"dmarc", "refused by policy of the domain"},
		Source: mailruPage,
		Samples: saidBy(mailruMX,
			"550 5.7.1 This message was not accepted due to domain owner DMARC policy (RFC 7489) https://help.mail.ru/mail/security/dmarc")},
	{ID: "mailru-no-mx", Reason: NoMailService, Text: []string{"an mx or srv record indicated no smtp service"},
		Source: "Exim dnslookup.c (RFC 7505)", Samples: said("an MX or SRV record indicated no SMTP service")},
	{ID: "mailru-inactive", Reason: MailboxDisabled, Provider: "mail.ru",
		Text:    []string{"account is unused", "this account is deactivated", "user is terminated", "user is frozen"},
		Source:  mailruPage,
		Samples: saidBy(mailruMX, "550 user is terminated")},

	{ID: "ukr-frozen", Reason: MailboxDisabled, Text: []string{"mailbox is frozen. see", "mail.i.ua/err/3"},
		Source: "http://mail.i.ua/err/3/", Samples: said("550 Mailbox is frozen. See http://mail.i.ua/err/3/")},
	{ID: "libero-blocked", Reason: IPBlocked, Detail: "Libero", Provider: "libero",
		Text:   []string{"ip blocked", "[smtp-in] mail rejected", "ipv4 blacklisted", "rejected by reputation"},
		Source: "https://liberomail.libero.it/postmaster", Samples: saidBy("smtp-in.libero.it",
			"554 5.7.1 smtp-in-01.iol.local IP blocked, see https://posta.libero.it/")},
	{ID: "seznam-greylist", Reason: Greylisted, Provider: "seznam", Text: []string{"greylisted", "please try again later"},
		Source: "https://napoveda.seznam.cz/en/email/", Samples: saidBy("mx1.seznam.cz", "451 Greylisted, please try again later.")},
	{ID: "seznam-spam", Reason: IPBlocked, Detail: "Seznam", Provider: "seznam",
		Text:    []string{"message is spam", "your ip address * blocked"},
		Source:  "https://napoveda.seznam.cz/en/email/",
		Samples: saidBy("mx1.seznam.cz", "550 Your IP address 192.0.2.1 is blocked")},
}

// orange is the rule for a code that Orange writes as OFR_506 or OFR005_506, and La Poste as LPN_506.
func orange(name string, reason Reason, code, sample string) Rule {
	r := Rule{ID: "orange-" + name, Reason: reason, Source: orangeCodes, Samples: saidBy(orangeMX, sample)}
	for _, prefix := range []string{"ofr", "lpn"} {
		r.Text = append(r.Text, prefix+code)
		for _, site := range []string{"001", "002", "003", "004", "005", "006", "007", "008", "009"} {
			r.Text = append(r.Text, prefix+site+code)
		}
	}
	switch reason {
	case AuthFailed:
		r.Detail = "dmarc"
	case IPBlocked:
		r.Detail = "Orange"
	}
	if code == "_999" {
		r.Detail, r.Permanent = "Orange, for two hours", Temporary
	}
	return r
}
