package bounce

import (
	"slices"
	"strings"

	"ndrscope/parse"
)

// general finds recipients and replies in the human text of a bounce whose dialect is not known.
//
// An address counts as a recipient only if it cannot be the sender's, the reporter's or a bystander's. When the text
// names none, the To field of the returned message does, if it holds a single address.
func (m *message) general() []parse.Event {
	innocent := m.innocent()
	suspects := m.suspects(innocent)
	events := make([]parse.Event, 0, len(suspects))
	anyReply := false
	for _, s := range suspects {
		e := m.event(s.address, essence(s.said))
		anyReply = anyReply || hasReply(e.Diagnostic)
		events = append(events, e)
	}
	if whole := essence(m.text); !anyReply {
		// What is said may stand above the recipients that it is about.
		all := hasReply(whole) || len(events) == 1
		for i := range events {
			if all || len(events[i].Diagnostic) < len(events[i].Recipient)+6 {
				events[i].Diagnostic = whole
			}
		}
	}
	if len(events) == 0 {
		for _, a := range []string{m.soleRecipient(), firstAddress(m.subject), m.verpRecipient()} {
			if a != "" && !innocent[strings.ToLower(a)] && !isRole(strings.ToLower(a)) {
				events = append(events, m.event(a, essence(m.text)))
				break
			}
		}
	}
	m.markDelays(events)
	if m.saysDelivered() {
		for i := range events {
			if events[i].Kind == parse.Failure && !hasReply(events[i].Diagnostic) {
				events[i].Kind = parse.Delivery
			}
		}
	}
	return events
}

// markDelays makes delays of the failures of a report that says that more tries will follow.
func (m *message) markDelays(events []parse.Event) {
	if !m.saysDelay() {
		return
	}
	for i := range events {
		if r := findReply(events[i].Diagnostic); events[i].Kind == parse.Failure && (r.code == "" || r.code[0] != '5') {
			events[i].Kind = parse.Delay
		}
	}
}

// suspect is an address that may be a recipient, and what the text says behind it.
type suspect struct {
	address, said string
	labelled      bool // the text calls it a recipient
}

// suspects goes through the lines of the text. X-Failed-Recipients, where there is one, says who counts.
func (m *message) suspects(innocent map[string]bool) []suspect {
	failed := splitAddresses(m.head.all("X-Failed-Recipients"))
	seen := map[string]int{}
	var found []suspect
	labels := false
	for at, current := 0, -1; at < len(m.text); {
		line, next := stringLine(m.text, at)
		at = next
		if len(found) > 0 && isFooterRule(line) {
			break
		}
		var named []string
		if quoted := strings.HasPrefix(line, ">") && !strings.HasPrefix(line, ">>") && !m.fromMailSystem(); !quoted && !isBystanderLine(line) {
			named = addressesIn(before(line, bystanderWords...), 20)
		}
		for _, a := range named {
			key := strings.ToLower(a)
			if i, ok := seen[key]; ok {
				current = i
				break
			}
			if len(failed) > 0 && !failed[key] || len(failed) == 0 && innocent[key] || isRole(key) || isMessageID(line, a) || len(found) >= maxRecipients {
				continue
			}
			current = len(found)
			seen[key] = current
			label := hasAnyPrefix(strings.ToLower(strings.TrimLeft(line, " \t*-=><")), recipientLabels...)
			labels = labels || label
			found = append(found, suspect{address: a, labelled: label})
		}
		if current >= 0 && len(found[current].said) < maxDiagnostic {
			found[current].said += clipLine(line) + "\n"
		}
	}
	if labels {
		found = slices.DeleteFunc(found, func(s suspect) bool { return !s.labelled && !hasReply(s.said) })
	}
	for _, list := range m.head.all("X-Failed-Recipients") {
		for _, a := range addressesIn(list, maxRecipients) {
			if _, ok := seen[strings.ToLower(a)]; !ok && len(found) < maxRecipients {
				found = append(found, suspect{address: a, said: m.text})
			}
		}
	}
	return found
}

// isFooterRule sees the line above a signature or above the footer of a mailing list, whose addresses are bystanders.
func isFooterRule(line string) bool {
	line = strings.TrimRight(line, " \r")
	return line == "--" || len(line) >= 40 && strings.Trim(line, "_") == ""
}

// recipientLabels stand before the address of a recipient at the start of a line, lower case.
var recipientLabels = []string{
	"recipient address:", "failed recipient:", "failed address:", "intended recipient:", "undeliverable address:", "addressed to:",
	"recipient:", "recipients:", "final-recipient:", "original recipient:", "empfänger:", "destinataire :", "destinataire:", "destinatario:",
	"destinatário:", "ontvanger:", "adresat:", "получатель:", "收件人", "宛先", "あて先", "受信者", "받는사람", "수신자",
}

func hasReply(text string) bool {
	r := findReply(text)
	return r.code != "" || r.status != ""
}

// splitAddresses returns the addresses of several lists, lower case, as a set.
func splitAddresses(lists []string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, a := range addressesIn(lower(list), maxRecipients) {
			set[a] = true
		}
	}
	return set
}

// innocent are the addresses, lower case, that stand in a bounce without having failed.
func (m *message) innocent() map[string]bool {
	set := map[string]bool{m.sender: true}
	for _, a := range m.addressees() {
		set[a] = true
	}
	for _, name := range []string{"Reply-To", "Return-Path", "Errors-To", "Sender", "Cc", "Delivered-To", "X-Envelope-To"} {
		for _, a := range addressesIn(m.head.get(name), 50) {
			set[strings.ToLower(a)] = true
		}
	}
	if m.returned != nil {
		for _, name := range []string{"From", "Return-Path", "Sender", "Reply-To", "Errors-To", "X-Envelope-From"} {
			for _, a := range addressesIn(m.returned.head.get(name), 50) {
				set[strings.ToLower(a)] = true
			}
		}
		for _, id := range append(addressesIn(m.returned.head.get("Message-ID"), 1), addressesIn(m.returned.head.get("References"), 20)...) {
			set[strings.ToLower(id)] = true
		}
		// A mail to oneself: the sender may well be the one who failed.
		for _, a := range addressesIn(m.returned.head.get("To"), 2) {
			if len(addressesIn(m.returned.head.get("To"), 2)) == 1 {
				delete(set, strings.ToLower(a))
			}
		}
	}
	return set
}

// isRole is whether a lower-case address is one that is written to for help.
func isRole(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	switch local {
	case "postmaster", "mailer-daemon", "abuse", "mailerdaemon", "hostmaster", "noreply", "no-reply", "support",
		"helpdesk", "delist", "unblock", "mail-daemon":
		return true
	}
	return strings.HasSuffix(local, "-owner") || strings.HasPrefix(local, "owner-") || strings.HasSuffix(local, "-request")
}

// isMessageID is whether what looks like an address in a line is the identifier of a message.
func isMessageID(line, address string) bool {
	i := strings.Index(line, address)
	before := strings.TrimRight(lower(line[:i]), " <[('\":")
	if strings.HasSuffix(before, "message") || strings.HasSuffix(before, "message-id") || strings.HasSuffix(before, " id") {
		return strings.HasSuffix(line[:i], "<")
	}
	local, _, _ := strings.Cut(address, "@")
	digits := 0
	for _, c := range []byte(local) {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	return digits >= 14 && strings.ContainsAny(local, ".$")
}

// isBystanderLine sees lines whose addresses are no recipients: quoted header fields of the sender's, Message-IDs,
// and where to ask for help.
func isBystanderLine(line string) bool {
	t := strings.TrimLeft(line, " \t*>-|")
	for _, name := range []string{"from:", "sender:", "sender address", "absenderadresse", "adresse de l'expéditeur", "送信者", "message-id", "reply-to:", "return-path:", "cc:", "von:", "de:",
		"absender:", "expéditeur", "remitente", "mittente", "received:", "errors-to:", "references:", "in-reply-to:",
		"reporting-mta", "mail from:", ">>> mail from", "afzender", "from <", "envelope-from", "x-"} {
		if hasPrefixFold(t, name) {
			return true
		}
	}
	if !strings.Contains(line, "@") {
		return false
	}
	if a, said := headBracket(line); a != "" && hasReply(said) {
		return false // "<address>: 550 ... contact ...": whom it is about, and what was said.
	}
	for _, phrase := range []string{"message-id:", "message id:", "mailto:",
		"generated from ", "for assistance", "for help", "further information", "your message from ", "sent by <", "from: <", "mail from:<",
		"wenden sie sich", "kontaktieren", "contactez", "contacter", "en contacto", "contactar", "contattare", "em contato", "neem contact",
		"братитесь", "お問い合わせ", "联系", "skontaktuj", "kontakta"} {
		if containsFold(line, phrase) {
			return true
		}
	}
	return false
}

// bystanderWords stand before an address, in English, that is to be written to instead. One before them may have failed.
var bystanderWords = []string{"expanded from", "contact ", "please forward", "please send mail to", "please reply to", "write to ", "e-mail us", "email us"}

// verpRecipient is the recipient that a list wrote into its own envelope sender, to which the report came back:
// "list-bounces+bob=example.com@lists.example.net" (Mailman), "list-return-42-bob=example.com@..." (ezmlm, qmail).
func (m *message) verpRecipient() string {
	for _, name := range []string{"To", "Delivered-To", "X-Original-To", "X-Envelope-To"} {
		for _, a := range addressesIn(m.head.get(name), 5) {
			user, domain, ok := strings.Cut(localPart(a), "=")
			if !ok || !isDomain(domain) {
				continue
			}
			if i := strings.LastIndexByte(user, '+'); i >= 0 {
				user = user[i+1:]
			} else if _, behind, ok := strings.Cut(user, "-return-"); ok {
				_, user, _ = strings.Cut(behind, "-")
			} else if i := strings.IndexByte(user, '-'); i >= 0 {
				user = user[i+1:]
			}
			if user != "" {
				return user + "@" + domain
			}
		}
	}
	return ""
}

// soleRecipient is the address of the returned message's To field, if there is one only.
func (m *message) soleRecipient() string {
	if m.returned == nil || isMailSystem(lower(m.returned.head.get("From"))) {
		return "" // What came back is a report itself, and its addressee the sender.
	}
	if a := addressesIn(m.returned.head.get("X-Envelope-To"), 2); len(a) == 1 {
		return a[0]
	}
	if a := addressesIn(decodeHeader(m.returned.head.get("To")), 2); len(a) == 1 {
		return a[0]
	}
	return ""
}

// essence picks from a text what the remote server said: the paragraph with the best reply, else all. Of a long
// transcript, it is the last refusal and the line before it, which is the command.
func essence(text string) string {
	for _, mark := range saidMarks {
		if _, said, ok := cutFold(text, mark); ok && (hasReply(said) || containsFold(said, "dns error")) {
			text = said
			break
		}
	}
	best, bestRank, bare := "", 0, false
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		r := findReply(paragraph)
		rank := 0
		if r.status != "" {
			rank++
		}
		if r.code != "" {
			rank += 2
		}
		if rank > bestRank || rank == bestRank && bare {
			// "Status code: 550 5.1.10", and further down what was said.
			best, bestRank, bare = paragraph, rank, rank > 0 && len(strings.Fields(paragraph)) < 6
		}
	}
	if bestRank == 0 {
		return oneLine(text)
	}
	if lines := strings.Split(best, "\n"); len(lines) > 8 {
		for i := len(lines) - 1; i > 0; i-- {
			if r := findReply(lines[i]); r.code != "" && r.code[0] >= '4' {
				return oneLine(lines[i-1] + " " + lines[i])
			}
		}
	}
	return oneLine(best)
}

// saidMarks stand before what the remote server said, lower case: Exchange Online, Gmail, Mimecast, XMail.
var saidMarks = []string{"reported error:", "the response from the remote server was:", "the response was:", "additional information follows :",
	"the error that the other server returned was:", "the reason of the delivery failure was:",
	// "The response was:" in Gmail's languages
	"die antwort war:", "die antwort lautete:", "la respuesta fue:", "la respuesta ha sido:", "la respuesta es la siguiente:", "la réponse a été la suivante :",
	"réponse reçue :", "a resposta foi:", "la risposta è stata:", "het antwoord was:", "odpowiedź:", "yanıt şu şekildeydi:", "ответ сервера:", "ответ:", "応答:",
	"响应如下：", "回應如下：", "응답:"}

// looksLikeBounce weighs the signs that a message without delivery-status reports a failure.
func (m *message) looksLikeBounce() bool {
	if m.head.has("X-Failed-Recipients") {
		return true
	}
	if m.listRejects() {
		return true
	}
	score := 0
	switch {
	case m.fromHas("daemon", "mail delivery", "delivery subsystem", "maildelivery", "mail deliver", "delivery service"):
		score += 2
	case m.fromMailSystem():
		score++ // A postmaster may be a person.
	}
	switch p := lower(strings.TrimSpace(m.head.get("Return-Path"))); {
	case p == "<>" || p == "<mailer-daemon>":
		score++
	case p != "" && !isRole(strings.Trim(p, "<>")):
		// A report has nobody to be returned to (RFC 5321 section 4.5.5), but some mail systems do not know that.
		if score--; !m.fromMailSystem() || m.head.has("List-Unsubscribe") {
			score--
		}
	}
	if strings.Contains(strings.ToLower(m.head.get("Content-Type")), "delivery-status") {
		score += 2
	}
	if hasAny(m.lowSubject, bounceSubjects...) {
		score += 2
	}
	if m.saysUndelivered() {
		score++
	}
	if !m.fromMailSystem() && (m.head.has("List-Unsubscribe") || m.head.has("List-Id")) {
		score -= 2
	}
	if strings.HasPrefix(m.lowSubject, "re:") || strings.HasPrefix(m.lowSubject, "fwd:") || strings.HasPrefix(m.lowSubject, "fw:") || m.head.has("In-Reply-To") {
		score -= 2
	}
	if score == 1 && (m.returned != nil && m.fromMailSystem() || hasReply(m.text)) {
		score++
	}
	return score >= 2 && m.speaksOfFailure()
}

// listRejects is whether the software of a mailing list gives a message back. It sends in the name of the list.
func (m *message) listRejects() bool {
	return (m.head.has("X-List-Administrivia") || hasAny(localPart(m.sender), "sympa", "listserv", "majordomo", "mailman", "ecartis")) &&
		m.low.hasAny("your message has been automatically rejected", "posting of your message titled", "not allowed to post",
			"not allowed to send this message", "not authorized to send mail to the")
}

// saysUndelivered is whether the text says that a message did not get to its recipient.
func (m *message) saysUndelivered() bool {
	return m.low.hasAny("could not be delivered", "was not delivered", "undeliverable", "has been rejected", "delivery failed", "unable to deliver",
		"couldn't be delivered", "delivery has failed", "could not deliver", "cannot be delivered", "failed to deliver", "not be delivered", "not authorized to send mail",
		"not allowed to post", "permanent error", "送信できません", "配信できません", "nicht zugestellt", "tidak dapat dikirim", "n'a pas pu être", "no se pudo entregar",
		"no ha podido ser entregad", "non è stato possibile", "не может быть доставлен", "е удалось доставить", "е доставлен", "无法投递", "无法送达",
		"nie można dostarczyć", "nie został dostarczon", "kon niet worden", "kan niet worden", "não pôde ser entregue", "보낼 수 없", "전송 실패")
}

// speaksOfFailure is whether the subject or the text has any word at all that says that something went wrong: people
// who are postmasters write ordinary mail too. Words are those of English; text in another script is believed.
func (m *message) speaksOfFailure() bool {
	return m.low.hasAny("fail", "error", "undeliver", "deliver", "reject", "refuse", "unknown", "return", "bounce", "quota", "full", "exist",
		"not found", "could not", "cannot", "can't", "unable", "problem", "denied", "disabled", "expired", "invalid", "blocked", "delay") ||
		m.saysUndelivered() || m.fromHas("daemon") || hasAny(m.lowSubject, bounceSubjects...) || hasReply(m.text) || !isASCII(m.text) || m.report != "" || m.returned != nil
}

// fromMailSystem is whether the report says that a machine wrote it, and which.
func (m *message) fromMailSystem() bool { return isMailSystem(m.from) }

// isMailSystem is the same of a From field in lower case.
func isMailSystem(from string) bool {
	return hasAny(from, "mailer-daemon", "postmaster", "mail delivery", "mailer daemon", "mail administrator", "maildelivery",
		"delivery subsystem", "system administrator", "mail system", "mailsystem", "mail-daemon", "mailerdaemon",
		"microsoft outlook", "mail router", "delivery service", "mail deliver", "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
		"mailadmin", "mail server", "mailserver", "mail agent", "post_master", "auto-reply@mail")
}

// bounceSubjects are phrases of the subjects of bounces, lower case.
var bounceSubjects = []string{
	"undeliver", "delivery status notification", "delivery failure", "delivery failed", "delivery has failed",
	"failure notice", "returned mail", "mail delivery", "delivery report", "delivery notification", "delivery error",
	"non delivery", "nondeliverable", "non-delivery", "message you sent blocked", "could not be delivered",
	"couldn't be delivered", "returned to sender", "unzustellbar", "zustellung", "nicht zugestellt",
	"échec de la remise", "non remis", "échec de remise", "no se puede entregar", "no se pudo entregar", "devuelto",
	"recapito", "mancata consegna", "impossibile recapitare", "não é possível entregar", "falha na entrega",
	"onbestelbaar", "niet bezorgd", "niedostarczalne", "не удалось доставить", "недоставлен", "недоставка",
	"配信不能", "配信できません", "未送达", "无法投递", "退信", "mail failure", "mail error", "failed mail", "rejected:",
	"unable to deliver", "not delivered", "delivery problem", "message blocked", "address not found",
	"oläverbart", "olevererbart", "ikke leveret", "kan ikke leveres", "toimittaminen epäonnistui", "kézbesíthetetlen",
	"teslim edilemedi", "nedoručiteln", "system undelivered", "problem delivering", "warning: could not send",
	"メールエラー", "送信エラー", "配信エラー", "配送エラー", "配信に失敗", "送信に失敗", "発送失敗", "발송 실패", "전송 실패", "반송",
	"não entregue", "nao entregue", "devolvid", "no entregado", "fallo en la entrega", "error de entrega", "mancato recapito", "niet afgeleverd",
	"kunde inte levereras", "kunne ikke leveres", "nem kézbesíthető", "αποτυχία", "αδύνατη", "תקלה במסירה", "تعذر التسليم", "ไม่สามารถส่ง",
	"error sending", "email bounced", "delivery delayed", "delayed mail", "mail status", "not accepted", "returning message to sender",
}
