package bounce

import "ndrscope/parse"

// x4 is a qmail of whose notice only the form is left.
var x4 = dialect{
	name: "x4",
	match: func(m *message) bool {
		return m.textHas("your mail message to the following address(es) could not be delivered") ||
			m.textHas("qmail-inject") || m.textHas("we were unable to deliver your mail to the following addresses")
	},
	decode: func(m *message) []parse.Event { return m.qsbmf("address") },
}
