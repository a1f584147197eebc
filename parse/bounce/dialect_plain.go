package bounce

import "strings"

// Dialects that need no decoder: their delivery-status fields, or the general decoder, say all. The name is of use to
// whoever looks for the cause.

// barracuda is the Barracuda Spam Firewall.
var barracuda = dialect{
	name: "barracuda",
	match: func(m *message) bool {
		return m.head.has("X-Barracuda-Connect") || m.textHas("was blocked by our spam firewall") ||
			m.subjectHas("message you sent blocked by our bulk email filter")
	},
}

// mimecast is the Mimecast gateway.
var mimecast = dialect{
	name: "mimecast",
	match: func(m *message) bool {
		return m.head.has("X-Mimecast-Bounce") || m.fromHas("@mimecast.")
	},
}

// trendMicro is InterScan Messaging Security.
var trendMicro = dialect{
	name: "trendmicro",
	match: func(m *message) bool {
		return m.fromHas("interscan", "imss@") || m.textHas("message from interscan")
	},
}

// mailMarshal is Trustwave MailMarshal.
var mailMarshal = dialect{
	name: "mailmarshal",
	match: func(m *message) bool {
		return m.head.has("X-MailMarshal") || m.subjectHas("undeliverable mail:") && m.textHas("mailmarshal")
	},
}

// powerMTA adds fields of its own to the report.
var powerMTA = dialect{
	name: "powermta",
	match: func(m *message) bool {
		return m.statusField("X-PowerMTA-BounceCategory") != ""
	},
}

// zoneMTA adds fields of its own to the report.
var zoneMTA = dialect{
	name: "zone-mta",
	match: func(m *message) bool {
		return m.statusField("X-ZoneMTA-Queue-ID") != ""
	},
}

// messageLabs is Symantec Email Security.cloud.
var messageLabs = dialect{
	name: "messagelabs",
	match: func(m *message) bool {
		return m.head.has("X-Msg-Ref") && m.report != "" || m.fromHas("messagelabs.com")
	},
}

// courier is the Courier mail server.
var courier = dialect{
	name: "courier",
	match: func(m *message) bool {
		return m.textHas("running the courier mail server") ||
			strings.Contains(m.head.get("Message-ID"), "<courier.") && m.fromHas("courier mail server")
	},
}

// mcAfee is the McAfee Email Gateway.
var mcAfee = dialect{
	name: "mcafee",
	match: func(m *message) bool {
		return m.head.has("X-NAI-Header")
	},
}

// messagingServer is PMDF, and the Sun, Oracle and iCloud servers that come of it.
var messagingServer = dialect{
	name: "messagingserver",
	match: func(m *message) bool {
		return strings.Contains(m.head.get("Content-Type"), "Boundary_(ID_") ||
			m.textHas("this report relates to a message you sent with the following header fields")
	},
}

// sendGrid adds fields of its own to the report.
var sendGrid = dialect{
	name: "sendgrid",
	match: func(m *message) bool {
		return m.fromHas("mailer-daemon@sendgrid.") || m.statusField("X-SendGrid-QueueID") != "" || m.statusField("X-SendGrid-Sender") != ""
	},
}

// facebook is the mail of Facebook.
var facebook = dialect{
	name: "facebook",
	match: func(m *message) bool {
		return m.fromHas("facebook <mailer-daemon@mx.facebook.com>", "mailer-daemon@facebook.com")
	},
}

// bigfoot is Bigfoot, a forwarder.
var bigfoot = dialect{
	name: "bigfoot",
	match: func(m *message) bool {
		return m.fromHas("@bigfoot.com")
	},
}

// aol is AOL.
var aol = dialect{
	name: "aol",
	match: func(m *message) bool {
		return m.head.has("X-AOL-IP") || strings.HasSuffix(m.sender, "@aol.com") && m.fromHas("mailer-daemon")
	},
}

// yandex is a Postfix that says everything in Russian too.
var yandex = dialect{
	name: "yandex",
	match: func(m *message) bool {
		return m.fromHas("mailer-daemon@yandex.")
	},
}

// groupWise is Novell GroupWise.
var groupWise = dialect{
	name: "groupwise",
	match: func(m *message) bool {
		return strings.Contains(m.head.get("X-Mailer"), "GroupWise") && m.report != "" || m.textHas("groupwise gateway")
	},
}

// einsUndEins is 1&1, IONOS.
var einsUndEins = dialect{
	name: "einsundeins",
	match: func(m *message) bool {
		return m.fromHas("@kundenserver.", "@ionos.")
	},
}

// gmx is GMX, WEB.DE and mail.com.
var gmx = dialect{
	name: "gmx",
	match: func(m *message) bool {
		return m.fromHas("mailer-daemon@") && m.fromHas("gmx.", "web.de")
	},
}

// mxLogic is McAfee SaaS Email Protection.
var mxLogic = dialect{
	name: "mxlogic",
	match: func(m *message) bool {
		return m.head.has("X-MX-Bounce") || m.fromHas("mxlogic.net") || m.textHas("included is a copy of the message header:")
	},
}

// mailFoundry is the MailFoundry appliance.
var mailFoundry = dialect{
	name: "mailfoundry",
	match: func(m *message) bool {
		return m.textHas("unable to deliver message to: <") && m.textHas("delivery failed for the following reason")
	},
}

// iMailServer is Ipswitch IMail.
var iMailServer = dialect{
	name: "imailserver",
	match: func(m *message) bool {
		return strings.HasPrefix(m.head.get("X-Mailer"), "<SMTP32 v")
	},
}
