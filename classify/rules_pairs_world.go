package classify

import "slices"

// pairedWorldHints are [pairedHints] in other languages than English. The words of all languages stand in one list:
// no sentence has those of two. Accents are folded before matching.
var pairedWorldHints = []Rule{
	{ID: "pair-world-user-unknown", Weight: pairWeight, Reason: UserUnknown, Source: "the recipient and its absence, in many languages",
		Pairs:   []Pair{{recipientWords, absentWords}, {absentWords, recipientWords}},
		Samples: said("550 5.0.0 Kullanıcı kayıtlı değil", "550 Такой пользователь не зарегистрирован", "550 该用户不正确")},
	{ID: "pair-world-mailbox-full", Weight: pairWeight + 2, Reason: MailboxFull, Source: "the mailbox and its limits, in many languages",
		Pairs: []Pair{{recipientWords, []string{
			"voll", "keinen platz", "maximale grosse", "uberschritten", "uberfullt", "est plein", "pleine", "sature", "quota", "kvot", "kota", "llen", "cuota",
			"superado", "excedid", "sin espacio", "superato", "esaurit", "pien", "chei", "lotad", "cota", "esgotad", "is vol", "pelna", "pelne", "przepelnion",
			"przekroczon", "plna", "preplnen", "ar full", "er fuld", "er full", "dolu", "переполнен", "заполнен", "превышен", "いっぱい", "一杯", "満杯", "容量",
			"已满", "已滿", "容量不足", "空间不足", "超出容量", "초과", "가득", "용량"}},
			{[]string{"quota de", "quota", "espaco em disco", "превышен", "용량", "容量"}, recipientWords}},
		Samples: said("552 Le quota de cet utilisateur est dépassé", "552 Превышен размер почтового ящика")},
	{ID: "pair-world-mailbox-disabled", Weight: pairWeight, Reason: MailboxDisabled, Source: "the mailbox and its state, in many languages",
		Pairs: []Pair{{recipientWords, []string{
			"gesperrt", "deaktiviert", "stillgelegt", "inaktiv", "abgeschaltet", "desactive", "suspend", "bloque", "ferme", "resilie", "deshabilitad", "desactivad",
			"suspendid", "inactiv", "cancelad", "disabilitat", "disattivat", "sospes", "bloccat", "ha expirado", "expirou", "scadut", "desativad", "suspens", "inativ", "desabilitad",
			"uitgeschakeld", "gedeactiveerd", "geblokkeerd", "opgeheven", "zablokowan", "nieaktywn", "wylaczon", "zawieszon", "заблокирован", "отключен", "отключён",
			"неактивен", "приостановлен", "停止", "休止", "停用", "禁用", "冻结", "凍結", "锁定", "已过期", "휴면", "정지", "중지", "만료"}},
			{[]string{"휴면", "정지된", "停止", "冻结"}, recipientWords}},
		Not:     []string{"ip"},
		Samples: said("550 Cette boîte est désactivée", "550 La casella di posta è stata disattivata")},
	{ID: "pair-world-sender-refused", Weight: pairWeight + 2, Reason: SenderRejected, Source: "the sender and a refusal or a fault, in many languages",
		Pairs:   []Pair{{senderWords, slices.Concat(refusedWords, absentWords, []string{"mx"})}, {slices.Concat(refusedWords, absentWords), senderWords}},
		Not:     []string{"ip-adr", "adresse ip"},
		Samples: said("550 Odesílatel byl odmítnut", "553 寄件者被拒絕")},
	{ID: "pair-world-ip-blocked", Weight: pairWeight, Reason: IPBlocked, DetailFrom: FromList, Source: "our address or server and a refusal, in many languages",
		Pairs: []Pair{{[]string{"ip", "ihr mailserver", "ihr server", "votre serveur", "su servidor", "seu servidor", "uw server", "вашего сервера", "ваш сервер", "发信ip"},
			append([]string{"sperrliste", "blacklist", "liste noire", "lista negra", "lista nera", "zwarte lijst", "czarnej liscie", "черн", "чёрн", "黑名单", "黑名單", "차단"},
				refusedWords...)}},
		Samples: said("550 Verbindungen von Ihrer IP sind gesperrt", "550 Votre serveur est blacklisté")},
	{ID: "pair-world-spam", Weight: pairWeight + 8, Reason: Spam, Source: "spam and a refusal, in many languages",
		Pairs: []Pair{{[]string{"spam", "antispam", "unerwunschte werbung", "courrier indesirable", "correo no deseado", "垃圾邮件", "垃圾郵件", "迷惑メール", "спам", "스팸"},
			refusedWords}, {append([]string{"uznana za", "aangemerkt", "подозрение на", "判定为", "判定為"}, refusedWords...), []string{"spam", "antispam", "antyspam", "спам", "垃圾", "スパム"}}},
		Samples: said("554 Ihre Mail wurde vom Spamfilter zurückgewiesen")},
	{ID: "pair-world-too-big", Weight: pairWeight, Reason: MessageTooBig, Source: "the message and its size, in many languages",
		Pairs: []Pair{{messageWords, []string{"zu gross", "grosse", "trop volumineux", "trop gros", "depasse la", "demasiado grande", "tamano", "excede", "troppo grande",
			"dimensione", "dimensioni", "muito grande", "tamanho", "te groot", "za duza", "rozmiar", "prilis velk", "for stor", "слишком", "превышает", "大きすぎ", "超过", "超過", "过大", "太大",
			"너무"}}},
		Not:     []string{"postfach", "boite", "buzon", "casella", "caixa", "postvak", "skrzynk", "ящик"},
		Samples: said("552 Nachricht überschreitet die erlaubte Größe", "552 Il messaggio supera la dimensione massima")},
	{ID: "pair-world-content", Weight: pairWeight + 4, Reason: ContentRejected, Source: "an attachment and a refusal, in many languages",
		Pairs: []Pair{{[]string{"anhang", "dateityp", "dateiendung", "piece jointe", "pieces jointes", "archivo adjunto", "adjunto", "allegato", "anexo", "bijlage", "zalacznik",
			"вложени", "添付ファイル", "附件"}, append([]string{"unzulassig", "dateityp"}, refusedWords...)}},
		Samples: said("554 Anhang mit unzulässigem Dateityp", "554 Pièce jointe interdite")},
	{ID: "pair-world-relay", Weight: pairWeight, Reason: RelayDenied, Source: "a domain that is not theirs, in many languages",
		Pairs: []Pair{{[]string{"domain", "domane", "domaine", "dominio", "domein", "domen", "домен"}, []string{"nicht gehostet", "nicht zustandig", "nicht betreut",
			"n'est pas heberge", "pas heberge", "no alojado", "no alojada", "no esta alojado", "nao hospedado", "nao esta hospedado", "non ospitato", "niet gehost", "не обслуживается"}}},
		Samples: said("550 Le domaine n'est pas hébergé ici", "550 Domínio não hospedado neste servidor")},
	{ID: "pair-world-recipient-refused", Weight: pairWeight - 2, Reason: RecipientRefused, Source: "the recipient and a refusal, in many languages",
		Pairs:   []Pair{{recipientWords, append([]string{"nimmt keine"}, refusedWords...)}},
		Not:     []string{"ip", "spam", "спам", "스팸", "垃圾", "迷惑"},
		Samples: said("550 수신자가 수신을 거부하였습니다")},
	{ID: "pair-world-auth-required", Weight: pairWeight, Reason: AuthRequired, Source: "authentication and its want, in many languages",
		Pairs: []Pair{{[]string{"authentifi", "anmeldung", "autenticaci", "autenticaca", "autenticazione", "autentica", "uwierzytelni", "autoryzac", "аутентифик", "авториза", "認証", "身份验证", "인증"},
			[]string{"erforderlich", "notwendig", "notig", "requise", "necessaire", "requerid", "necesari", "necessari", "richiest", "wymagan", "требуется", "необходим", "必要", "需要", "필요"}},
			{[]string{"se requiere", "requiere", "requer", "richiede", "wymaga", "требуется", "需要"}, []string{"autentic", "autoryz", "аутентифик", "авториза", "身份验证", "认证"}}},
		Samples: said("530 Uwierzytelnienie jest wymagane")},
}

var (
	recipientWords = []string{"empfanger", "empfaenger", "benutzer", "teilnehmer", "mailadresse", "e-mail-adresse", "adresse", "postfach", "konto", "mailbox",
		"destinataire", "utilisateur", "boite", "compte", "usuario", "destinatario", "destinataria", "cuenta", "buzon", "direccion", "casilla", "bandeja",
		"utente", "casella", "indirizzo", "account", "utilizador", "conta de", "esta conta", "conta nao", "conta foi", "conta do", "caixa", "endereco", "ontvanger", "gebruiker", "e-mailadres", "adres", "postvak",
		"odbiorc", "adresat", "uzytkownik", "skrzynk", "prijemc", "uzivatel", "schranka", "schranky", "schranku", "mottagar", "anvandar", "brevlad", "modtager", "bruger",
		"mottaker", "bruker", "postkasse", "alici", "kullanici", "posta kutusu", "пользовател", "получател", "адрес", "ящик", "учетн", "учётн", "аккаунт",
		"ユーザ", "宛先", "あて先", "受信者", "アドレス", "メールボックス", "アカウント", "用户", "用戶", "收件人", "邮箱", "郵箱", "帐号", "账号", "帐户", "账户", "信箱",
		"使用者", "收件者", "该地址", "此地址", "邮件地址", "郵件地址", "邮箱地址", "사용자", "수신자", "계정", "메일박스", "편지함", "주소"}
	senderWords = []string{"absender", "expediteur", "emetteur", "remitente", "mittente", "remetente", "afzender", "nadawc", "odesilatel", "avsandar", "afsender",
		"gonderen", "отправител", "送信者", "送信元", "差出人", "发件人", "寄件者", "寄件人", "发信人", "발신자", "보낸 사람"}
	messageWords = []string{"nachricht", "ihre mail", "ihre e-mail", "votre message", "le message", "message", "mensaje", "messaggio", "mensagem", "bericht", "wiadomosc",
		"zprava", "meddelande", "письм", "сообщени", "メールサイズ", "邮件", "郵件", "메일 크기"}
	absentWords = []string{"unbekannt", "existiert nicht", "existiert hier", "existiert bei uns", "existiert auf", "nicht gefunden", "nicht bekannt", "nicht vorhanden", "nicht vergeben", "geloscht", "ungultig", "ungueltig",
		"gibt es nicht", "kein gultiger", "inconnu", "n'existe", "inexistant", "introuvable", "invalide", "n'est pas valide", "n'est plus valide",
		"non reconnu", "pas ete trouv", "desconocid", "no existe", "inexistente", "no encontrad", "invalid", "no es valid", "no valid", "incorrect",
		"no se encontr", "no se ha encontrado", "no esta registrad", "sconosciut", "inesistent", "non esist", "non trovat", "non valid", "non e stato trovato",
		"errat", "non presente", "desconhecid", "nao existe", "nao encontrad", "nao foi encontrad", "incorret", "nao cadastrad", "onbekend", "niet bekend",
		"bestaat niet", "niet gevonden", "ongeldig", "nieznan", "nie istnieje", "nie znaleziono", "nieprawidlow", "niepoprawn", "nie ma takie", "neexistuje",
		"neznam", "nenalezen", "nebyl nalezen", "nebyla nalezen", "neplatn", "okand", "finns inte", "hittades inte", "ogiltig", "ukendt", "findes ikke",
		"eksisterer ikke", "ukjent", "finnes ikke", "eksisterer ikke", "bulunamadi", "gecersiz", "kayitli degil", "bilinmeyen", "не существует", "неизвест", "не найден", "неверн", "недействител",
		"не зарегистрирован", "отсутствует", "存在しま", "存在しない", "見つかりません", "不明", "間違", "無効", "いません", "不存在", "未找到", "找不到", "无效", "無效",
		"nie mozna znalezc", "pode ser encontrad", "no se pudo encontrar", "impossibile trovare", "impossible de trouver", "worden gevonden", "att hitta", "kunde inte hittas", "ikke fundet",
		"ikke funnet", "nelze nalezt", "nem talalhato", "nem letezik", "не удалось найти", "错误", "有误", "不正确", "未知", "존재하지", "없습니다", "찾을 수", "잘못", "올바르지"}
	refusedWords = []string{"abgelehnt", "verweigert", "zuruckgewiesen", "zurueckgewiesen", "nicht erlaubt", "nicht akzeptiert", "unzulassig", "gesperrt", "blockiert", "geblockt",
		"refuse", "rejete", "interdit", "bloque", "non autorise", "blackliste", "rechazad", "denegad", "bloquead", "no permitid", "no autorizad", "rifiutat",
		"respint", "bloccat", "non consentit", "non autorizzat", "rejeitad", "recusad", "negad", "nao permitid", "nao autorizad", "geweigerd", "geblokkeerd",
		"niet toegestaan", "odrzucon", "zablokowan", "odmow", "odmitnut", "nekad", "reddedil", "engellen", "отклон", "запрещ", "заблокирован", "отказ",
		"拒否", "拒绝", "拒絕", "拒收", "被拒", "禁止", "封禁", "거부", "거절", "차단"}
)
