package bounce

// outlookCom is Hotmail and Outlook.com, and the SMTP service of IIS.
var outlookCom = dialect{
	name:  "outlook",
	match: func(m *message) bool { return m.head.has("X-DSNContext") || m.fromHas("@hotmail.com", "@outlook.com") },
}
