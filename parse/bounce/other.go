package bounce

import (
	"strings"

	"ndrscope/parse"
)

// otherReport tells apart the machine-readable reports that are no delivery reports; nil when it is none of them.
func (m *message) otherReport() []parse.Event {
	switch {
	case m.report == "message/feedback-report" || len(m.feedback) > 0:
		return m.complaints()
	case m.returned != nil && len(m.status) == 0 && m.returned.head.has("X-HmXmrOriginalRecipient"):
		return m.complaints() // Of Outlook.com's Junk Mail Reporting Program, which sends the message alone.
	case m.subjectHas("unsubscribe") && m.textHas("apple mail sent this email to unsubscribe"):
		return m.unsubscribes()
	case m.report == "message/disposition-notification" && len(m.status) == 0:
		return m.ignored(parse.MDN)
	case m.isTLSReport():
		return m.ignored(parse.TLSReport)
	case m.isAggregateReport():
		return m.ignored(parse.DMARCReport)
	}
	return nil
}

// unsubscribes decodes the mail that Apple Mail sends when its user presses "unsubscribe": a complaint in kind.
func (m *message) unsubscribes() []parse.Event {
	return []parse.Event{{Kind: parse.Feedback, Recipient: m.sender, Dialect: "applemail", Diagnostic: "opt-out"}}
}

// complaints decodes a feedback report (RFC 5965), which may name several recipients.
func (m *message) complaints() []parse.Event {
	f := m.feedback
	var recipients []string
	for _, name := range []string{"Original-Rcpt-To", "Removal-Recipient", "X-HmXmrOriginalRecipient"} {
		values := f.all(name)
		if m.returned != nil && len(values) == 0 {
			values = m.returned.head.all(name)
		}
		for _, v := range values {
			if a := cleanAddress(v); a != "" {
				recipients = append(recipients, a)
			}
		}
		if len(recipients) > 0 {
			break
		}
	}
	if len(recipients) == 0 {
		recipients = append(recipients, m.soleRecipient())
	}
	common := parse.Event{Kind: parse.Feedback, Dialect: "arf",
		Sender:       firstAddress(f.get("Original-Mail-From")),
		LocalIP:      cleanIP(f.get("Source-IP")),
		ReportingMTA: cleanHost(untyped(f.get("Reporting-MTA"))),
		Time:         parseDate(firstNonEmpty(f.get("Arrival-Date"), f.get("Received-Date"))),
		Diagnostic:   oneLine(firstNonEmpty(f.get("Feedback-Type"), f.get("Abuse-Type"))),
	}
	if len(recipients) > maxRecipients {
		recipients = recipients[:maxRecipients]
		m.warnings = append(m.warnings, errRecipients)
	}
	events := make([]parse.Event, len(recipients))
	for i, r := range recipients {
		events[i] = common
		events[i].Recipient = r
	}
	return events
}

// isAggregateReport sees a DMARC aggregate report (RFC 7489 section 7.2): a subject of a fixed form and an archive.
func (m *message) isAggregateReport() bool {
	return strings.Contains(m.lowSubject, "report domain:") && (strings.Contains(m.lowSubject, "submitter:") || m.hasKind("application/")) &&
		len(m.status) == 0
}

// isTLSReport sees a report of RFC 8460 section 5.3.
func (m *message) isTLSReport() bool {
	return m.head.has("TLS-Report-Domain") || m.hasKind("application/tlsrpt") ||
		strings.Contains(strings.ToLower(m.head.get("Content-Type")), "report-type=tlsrpt")
}

func (m *message) hasKind(prefix string) bool {
	for _, k := range m.kinds {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// automatic tells automatic replies (RFC 3834) from bounces: asked after the dialects, since several MTAs mark their
// bounces as automatic replies too.
func (m *message) automatic() []parse.Event {
	if m.head.has("X-Failed-Recipients") {
		return nil
	}
	marked := hasAny(strings.ToLower(m.head.get("Auto-Submitted")), "auto-replied") ||
		m.head.has("X-Autoreply") || m.head.has("X-Autorespond") || m.head.has("X-Auto-Response-Suppress") && m.head.has("In-Reply-To") ||
		strings.EqualFold(m.head.get("Precedence"), "auto_reply") || strings.EqualFold(m.head.get("X-Precedence"), "auto_reply")
	vacation := hasAny(m.lowSubject, vacationSubjects...) ||
		strings.TrimSpace(m.head.get("Return-Path")) == "<>" && !m.fromMailSystem() && m.textHasAny(vacationPhrases...)
	challenge := hasAny(m.lowSubject, challengeSubjects...)
	if !marked && !vacation && !challenge {
		return nil
	}
	if hasAny(m.lowSubject, bounceSubjects...) || m.fromHas("mailer-daemon") || findReply(m.text).code != "" {
		return nil
	}
	e := parse.Event{Kind: parse.AutoReply, Recipient: m.sender, Diagnostic: oneLine(firstNonEmpty(firstParagraph(m.text), m.text)), Dialect: "rfc3834"}
	switch {
	case challenge:
		e.Subkind = parse.ChallengeResponse
	case vacation:
		e.Subkind = parse.Vacation
	}
	return []parse.Event{e}
}

var vacationSubjects = []string{
	"out of office", "out of the office", "auto:", "automatic reply", "autoreply", "auto-reply", "auto reply",
	"vacation", "on holiday", "abwesenheit", "abwesend", "automatische antwort", "réponse automatique", "absence du bureau",
	"absent du bureau", "respuesta automática", "fuera de la oficina", "risposta automatica", "fuori sede", "resposta automática",
	"ausência", "automatisch antwoord", "afwezig", "自動応答", "不在", "自动答复", "автоответ", "automatyczna odpowiedź",
	"away from", "autosvar", "fuori ufficio", "autoresponse", "auto response", "automatisk svar", "automatiskt svar", "автоматический ответ",
	"odpowiedź automatyczna", "automatická odpověď", "automatikus válasz", "automaattinen vastaus", "otomatik yanıt", "αυτόματη απάντηση",
	"răspuns automat", "자동 회신", "자동 응답", "自動返信", "自動回覆", "自动回复", "trả lời tự động", "resposta automàtica", "תשובה אוטומטית", "رد تلقائي",
}

// vacationPhrases tell an automatic reply that neither its header nor its subject gives away.
var vacationPhrases = []string{
	"out of the office", "out of office", "on vacation", "on holiday", "on leave", "away from my desk", "away from the office", "maternity leave",
	"nicht im büro", "im urlaub", "außer haus", "absent du bureau", "actuellement absent", "en congé", "fuera de la oficina", "de vacaciones",
	"fuori ufficio", "in ferie", "afwezig", "op vakantie", "fora do escritório", "de férias", "no longer works here", "no longer with the company",
}

var challengeSubjects = []string{
	"please confirm your message", "confirm your email to", "verification required", "please verify your e-mail",
	"challenge-response", "[boxbe]", "your email requires verification", "spam arrest", "confirmation required for",
}

func firstParagraph(text string) string {
	text = strings.TrimSpace(text)
	p, _, _ := strings.Cut(text, "\n\n")
	return p
}

// isConversation is whether a person answers or forwards a mail, which may well be a bounce: it was reported when it
// came, and is not one more failure now.
func (m *message) isConversation() bool {
	if m.report != "" || m.head.has("X-Failed-Recipients") || m.fromMailSystem() {
		return false
	}
	answers := hasAnyPrefix(m.lowSubject, "re:", "fwd:", "fw:", "aw:", "wg:", "tr:", "rv:", "rif:", "i:", "antw:", "doorst:", "sv:", "vs:", "vb:", "odp:", "enc:", "回复", "转发", "答复") ||
		m.head.has("In-Reply-To") || m.head.has("References")
	return answers && (strings.Contains(m.text, "\n>") || strings.Contains(m.text, "\nFrom: ") || strings.Contains(m.text, "\nVon: ") ||
		m.textHasAny("begin forwarded message", "forwarded message -", "-----original message", "wrote: ", "schrieb: ", "a écrit",
			"escribió:", "ha scritto:", "weitergeleitete nachricht", "message transféré"))
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// ordinarySubkind is what an ignored message is.
func (m *message) ordinarySubkind() parse.Subkind {
	if m.head.has("List-Id") || m.head.has("List-Unsubscribe") ||
		hasAny(strings.ToLower(m.head.get("Precedence")), "bulk", "list", "junk") {
		return parse.Bulk
	}
	return parse.Ordinary
}

// isBackscatter is whether the returned message bears none of our domains and hosts. Without a returned message, or
// without options, nothing can be said, and the bounce counts.
func (m *message) isBackscatter() bool {
	if len(m.opt.OurDomains) == 0 && len(m.opt.OurHosts) == 0 || m.returned == nil {
		return false
	}
	seen := false
	for _, f := range m.returned.head {
		switch strings.ToLower(f.name) {
		case "received":
			seen = true
			for _, host := range m.opt.OurHosts {
				if containsHost(f.value, host) {
					return false
				}
			}
		case "message-id", "dkim-signature", "return-path":
			seen = true
			for _, domain := range m.opt.OurDomains {
				if strings.EqualFold(f.name, "Return-Path") {
					continue // Forged as easily as it is written.
				}
				if containsHost(f.value, domain) {
					return false
				}
			}
		}
	}
	for _, f := range m.returned.head {
		if strings.EqualFold(f.name, "Received") {
			for _, domain := range m.opt.OurDomains {
				if containsHost(f.value, domain) {
					return false
				}
			}
		}
	}
	return seen
}

// containsHost is whether value names host or a host below it, and not only a longer name that ends alike.
func containsHost(value, host string) bool {
	host = strings.ToLower(strings.Trim(host, ". []"))
	value = strings.ToLower(value)
	for at := 0; host != ""; {
		i := strings.Index(value[at:], host)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(host)
		startOK := i == 0 || value[i-1] == '.' || !isDomainByte(value[i-1])
		endOK := end == len(value) || !isDomainByte(value[end]) || value[end] == '.' && (end+1 == len(value) || !isDomainByte(value[end+1]))
		if startOK && endOK {
			return true
		}
		at = i + 1
	}
	return false
}
