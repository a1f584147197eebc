package bounce

// surfControl is SurfControl (Websense) E-mail Filter: "address: [ip], reply".
var surfControl = dialect{
	name:  "surfcontrol",
	match: func(m *message) bool { return m.head.get("X-Mailer") == "SurfControl E-mail Filter" },
}
