package mtalog

import (
	"strings"

	"ndrscope/parse"
)

// ownHop tells an attempt that ended at a content filter of our own machine from one at somebody else's server, where the
// dialect could not tell by the relay: Postfix has "relay=none" for a filter that does not answer.
func ownHop(f *fact) {
	e := f.event
	if e == nil {
		return
	}
	loopback := isLoopback([]byte(e.RemoteIP)) || e.RemoteIP == "" && (e.RemoteHost == "localhost" || e.RemoteHost == "localhost.localdomain")
	if !loopback && e.Subkind != parse.LocalDelivery {
		return
	}
	ip, reply, ok := passedOn(e.Diagnostic)
	switch {
	case ok && !isLoopback([]byte(ip)):
		beyondFilter(e, ip, reply)
	case ok || e.Kind == parse.Failure || e.Kind == parse.Delay:
		e.Subkind = parse.LocalDelivery
	}
	f.kind, f.subkind = e.Kind, e.Subkind
}

// passedOn reads how amavis says what the next hop answered, in "550 5.1.1 id=12345-06, from MTA(smtp:[192.0.2.1]:25):
// 550 5.1.1 unknown". Versions before 2.7 have no "smtp:".
func passedOn(text string) (ip, reply string, ok bool) {
	_, rest, ok := strings.Cut(text, "from MTA(")
	if !ok {
		return "", "", false
	}
	address, reply, ok := strings.Cut(rest, "): ")
	_, address, ok2 := strings.Cut(address, "[")
	address, _, ok3 := strings.Cut(address, "]")
	if ip = ipIn(address); !ok || !ok2 || !ok3 || ip == "" || replyCode(reply) == "" {
		return "", "", false
	}
	return ip, reply, true
}

// beyondFilter gives an attempt through a filter to the server behind it, whose answer it is.
func beyondFilter(e *parse.Event, ip, reply string) {
	e.Subkind, e.RemoteHost, e.RemoteIP, e.LocalIP = "", "", ip, ""
	if e.Kind == parse.Relay {
		e.Kind, e.Action = parse.Delivery, actionOf(parse.Delivery)
	}
	if enhancedCode(reply) != "" {
		e.Status = "" // the filter's own is often more general
	}
	e.Command = "" // that with which the filter answered
	setReply(e, reply)
}
