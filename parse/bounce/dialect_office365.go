package bounce

import "ndrscope/parse"

// office365 is Exchange Online.
var office365 = dialect{
	name: "office365",
	match: func(m *message) bool {
		return m.head.has("X-MS-Exchange-Message-Is-Ndr") && m.outboundByOffice365() ||
			m.fromHas("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e") && m.outboundByOffice365()
	},
	decode: func(m *message) []parse.Event { return exchange2007.decode(m) },
}

func (m *message) outboundByOffice365() bool {
	for _, name := range []string{"Received", "X-MS-Exchange-CrossTenant-Id", "X-MS-Exchange-Organization-MessageDirectionality"} {
		if v := m.head.get(name); v != "" && (name != "Received" || containsFold(v, "outlook.com")) {
			return true
		}
	}
	return false
}
