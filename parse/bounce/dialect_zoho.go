package bounce

// zoho writes its codes as "ERROR_CODE :550" or "ResponseCode 421".
var zoho = dialect{
	name: "zoho",
	match: func(m *message) bool {
		return m.head.get("X-Mailer") == "Zoho Mail" || m.fromHas("mailer-daemon@mail.zoho", "mailer-daemon@zoho")
	},
}
