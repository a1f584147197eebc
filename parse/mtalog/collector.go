package mtalog

import "bytes"

// openCollected takes off what a program that collects logs puts in front of each line, and then the line's own
// envelope:
//
//	postfix-1  | Feb  5 13:57:44 host ...                              docker compose logs
//	[pod/postfix-0/postfix] 2024-02-05T13:57:44Z Feb  5 13:57:44 ...   kubectl logs --prefix --timestamps
//	postfix-0 postfix Feb  5 13:57:44 host ...                         stern
func openCollected(text []byte, l *line) bool {
	if name, rest, ok := bytes.Cut(text, []byte(" | ")); ok && len(name) <= 64 && len(bytes.Fields(name)) == 1 {
		return openEnvelope(trimBlanks(rest), l)
	}
	if text[0] == '[' {
		_, rest, ok := bytes.Cut(text, []byte("] "))
		return ok && openEnvelope(trimBlanks(rest), l)
	}
	*l = line{}
	_, rest, ok := bytes.Cut(text, []byte(" "))
	if ok {
		_, rest, ok = bytes.Cut(rest, []byte(" "))
	}
	return ok && openSyslog(rest, l)
}

// openWithin looks for a whole line of a log behind a time stamp: "docker logs --timestamps" leaves the line at once,
// logcli and CloudWatch a word before it. Without one, l stays as it is.
func openWithin(text []byte, l *line) {
	for range 2 {
		inner := line{}
		if openSyslog(text, &inner) {
			*l = inner
			return
		}
		_, rest, ok := bytes.Cut(text, []byte(" "))
		if !ok {
			return
		}
		text = trimBlanks(rest)
	}
}
