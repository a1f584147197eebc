package bounce

// mailRu is an Exim that says everything in Russian first.
var mailRu = dialect{
	name: "mailru",
	match: func(m *message) bool {
		return m.fromHas("mail.ru") && m.fromHas("mailer-daemon") && m.textHas("mail.ru,")
	},
	decode: (*message).decodeExim,
}
