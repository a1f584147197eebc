package bounce

import "ndrscope/parse"

// x2 is a relation of qmail, at Yahoo! Japan and others.
var x2 = dialect{
	name:   "x2",
	match:  func(m *message) bool { return m.textHas("unable to deliver message to the following address(es)") },
	decode: func(m *message) []parse.Event { return m.qsbmf("following address(es)") },
}
