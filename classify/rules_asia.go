package classify

const (
	tencentCodes = "https://service.mail.qq.com/ (QQ Mail bounce codes)"
	tencentMX    = "mx3.qq.com"
	neteaseCodes = "https://help.mail.163.com/ (NetEase 550/554 codes)"
	neteaseMX    = "163mx01.mxmail.netease.com"
	carrierNote  = "Japanese mobile carriers say \"user unknown\" after the data also for mail that the subscriber's filter refuses"
)

// asiaRules has the codes of Asian providers and of Zoho.
var asiaRules = []Rule{
	{ID: "tencent-spf", Reason: AuthFailed, Detail: "spf", Provider: "tencent", Text: []string{"spf check failed", "spf"},
		Source: tencentCodes, Samples: saidBy(tencentMX, "550 SPF check failed.")},
	{ID: "tencent-dmarc", Reason: AuthFailed, Detail: "dmarc", Provider: "tencent", Text: []string{"dmarc check failed"},
		Source: tencentCodes, Samples: saidBy(tencentMX, "550 DMARC check failed.")},
	{ID: "tencent-spam", Reason: Spam, Provider: "tencent", Text: []string{"mail content denied", "mail is rejected by recipients",
		"message sent by * content rejected"}, Source: tencentCodes, Samples: saidBy(tencentMX,
		"550 Mail content denied. https://service.mail.qq.com/detail/0/508")},
	{ID: "tencent-blocked", Reason: IPBlocked, Detail: "Tencent", Provider: "tencent", Text: []string{"connection denied",
		"ip is rejected", "suspected spam ip", "suspected bulk mail", "suspected bounce attacks", "connection frequency limited"},
		Source: tencentCodes, Samples: saidBy(tencentMX, "550 Connection denied. https://service.mail.qq.com/detail/122/172",
			"550 Suspected spam ip. https://help.mail.qq.com")},
	{ID: "tencent-rate", Reason: RateLimited, Provider: "tencent", Text: []string{"domain frequency limited",
		"sender frequency limited", "ip frequency limited", "error: content rejected, frequency"}, Source: tencentCodes,
		Samples: saidBy(tencentMX, "550 Domain frequency limited. https://service.mail.qq.com/detail/122/172")},
	{ID: "tencent-user-unknown", Reason: UserUnknown, Provider: "tencent", Text: []string{"mailbox unavailable or access denied",
		"mailbox not found", "the recipient may contain a non-existent account",
		"the email account that you tried to reach is not found"}, Source: tencentCodes, Samples: saidBy(tencentMX,
		"550 The recipient may contain a non-existent account, please check the recipient address. https://service.mail.qq.com/detail/0/98")},
	{ID: "netease-spam", Reason: Spam, Text: []string{"dt:spm"}, Source: neteaseCodes, Samples: saidBy(neteaseMX,
		"554 DT:SPM 163 mx14,QMCowAA 1700000000 http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1")},
	{ID: "netease-blocked", Reason: IPBlocked, Detail: "NetEase", Text: []string{"mi:nhd", "mi:cmq", "mi:cel", "mi:nrd", "mi:icc",
		"hl:ihu", "hl:ita", "hl:itc", "mi:ibr", "hl:irb", "ip:rcl"}, Source: neteaseCodes, Samples: saidBy(neteaseMX,
		"554 IP in blacklist HL:ITC 163 mx8 http://mail.163.com/help/help_spam_16.htm")},
	{ID: "netease-ptr", Reason: NoReverseDNS, Text: []string{"mi:ptr", "hl:reps", "mi:dpb"}, Source: neteaseCodes,
		Samples: saidBy(neteaseMX, "550 MI:PTR 163 mx1")},
	{ID: "netease-spf", Reason: AuthFailed, Detail: "spf", Text: []string{"mi:spf"}, Source: neteaseCodes,
		Samples: saidBy(neteaseMX, "550 MI:SPF 163 mx14,QMCowAA http://mail.163.com/help/help_spam_16.htm")},
	{ID: "netease-dmarc", Reason: AuthFailed, Detail: "dmarc", Text: []string{"mi:dmc", "mi:dmarc"}, Source: neteaseCodes,
		Samples: saidBy(neteaseMX, "550 MI:DMC 163 mx14")},
	{ID: "netease-rate", Reason: RateLimited, Text: []string{"rp:rcl", "rp:cel", "rp:qrc", "rp:ccl", "mi:qrc", "rp:trc", "dt:sum",
		"mi:stc", "mi:cqc"}, Source: neteaseCodes, Samples: saidBy(neteaseMX, "450 RP:RCL 163 mx7")},
	{ID: "netease-sender", Reason: SenderRejected, Text: []string{"mi:sps", "mi:fail", "mi:drf", "mi:sfq"}, Source: neteaseCodes,
		Samples: saidBy(neteaseMX, "550 MI:SFQ 163 mx14")},
	{ID: "netease-user-unknown", Reason: UserUnknown, Text: []string{"user not found: @", "rp:uqt", "user not exist"},
		Provider: "netease", Source: neteaseCodes, Samples: saidBy(neteaseMX, "550 User not found: a@example.org")},
	{ID: "netease-suspended", Reason: MailboxDisabled, Text: []string{"user suspended", "user is suspended", "user locked"},
		Provider: "netease", Source: neteaseCodes, Samples: saidBy(neteaseMX, "550 User suspended")},
	{ID: "naver-policy", Reason: Policy, Provider: "naver", Text: []string{"refused by naver"}, Source: "https://help.naver.com/",
		Samples: saidBy("mx1.naver.com", "550 refused by NAVER")},

	carrier("docomo", "mfsmax.docomo.ne.jp", "550 Unknown user a@example.org"),
	carrier("kddi", "lsean.ezweb.ne.jp", "550 : User unknown"),
	carrier("softbank", "mx.softbank.ne.jp", "550 5.2.0 Unknown user a@example.org"),
	{ID: "carrier-user-unknown", Reason: RecipientRefused, Text: []string{": : user unknown"}, Source: carrierNote,
		Samples: said("550: : User unknown")},
	{ID: "docomo-too-many-recipients", Reason: TooManyConnections, Provider: "docomo", Text: []string{"too many recipients"},
		Source: "docomo: too many of the recipients do not exist", Samples: saidBy("mfsmax.docomo.ne.jp",
			"552 Too many recipients")},
	{ID: "docomo-blocked", Reason: RateLimited, Provider: "docomo",
		Text: []string{"service not available, closing transmission channel"}, Codes: []string{"421"},
		Source: "docomo: too many mails to users that do not exist", Samples: saidBy("mfsmax.docomo.ne.jp",
			"421 Service not available, closing transmission channel")},
	{ID: "kddi-full", Reason: MailboxFull, Provider: "kddi", Text: []string{"user is over the quota", "mailbox full"},
		Source: "KDDI au", Samples: saidBy("lsean.ezweb.ne.jp", "552 User is over the quota")},
	{ID: "kddi-sender-blocked", Reason: IPBlocked, Provider: "kddi",
		Text: []string{"please be sure to use your provider's mail server", "we do not accept mail from your ip",
			"please be sure to be sent from"}, Source: "KDDI au", Samples: saidBy("lsean.ezweb.ne.jp",
			"550 : Please be sure to use your provider's mail server")},

	{ID: "zoho-blocked", Reason: IPBlocked, Detail: "Zoho", Provider: "zoho", Text: []string{"ip * blacklisted",
		"rejected by * ip reputation", "sender ip * blocked"}, Source: "https://www.zoho.com/mail/help/ (SMTP errors)",
		Samples: saidBy("mx.zoho.com", "554 5.7.1 Email cannot be delivered. Reason: Sender IP 192.0.2.1 blocked")},
	{ID: "zoho-spam", Reason: Spam, Provider: "zoho", Text: []string{"email flagged as spam",
		"email detected as spam by spam filters"}, Source: "https://www.zoho.com/mail/help/", Samples: saidBy("mx.zoho.com",
		"541 5.4.1 Mail rejected by destination domain: Email detected as Spam by spam filters.")},
	{ID: "zoho-unusual", Reason: RateLimited, Text: []string{"unusual sending activity detected"},
		Source:  "https://www.zoho.com/mail/help/usage-policy.html",
		Samples: said("550 5.4.6 Unusual sending activity detected. Please try after sometime")},
	{ID: "zoho-greylist", Reason: Greylisted, Provider: "zoho", Text: []string{"greylisted", "please try again after"},
		Source: "https://www.zoho.com/mail/help/", Samples: saidBy("mx.zoho.com",
			"451 4.7.1 Greylisted, try again after some time")},
	{ID: "zoho-unreachable", Reason: ExpiredReason, Text: []string{"host not reachable"}, Source: "Zoho Mail bounces",
		Samples: said("Error, ERROR_CODE :421, ERROR_CODE :, Host not reachable.")},
}

// carrier is the rule for a mobile carrier's "user unknown" that may be a filter's doing.
func carrier(provider, host, sample string) Rule {
	return Rule{ID: provider + "-refused", Reason: RecipientRefused, Provider: provider, Source: carrierNote,
		Text: []string{"unknown user", ": user unknown"}, Not: []string{"@: user unknown", "@... user unknown"},
		Samples: saidBy(host, sample)}
}
