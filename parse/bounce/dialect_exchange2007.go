package bounce

import (
	"strings"

	"ndrscope/parse"
)

// exchange2007 is Exchange from 2007 on, and Exchange Online. Without delivery-status fields, the addresses stand below
// "Generating server:", in whatever language the rest is.
var exchange2007 = dialect{
	name: "exchange2007",
	match: func(m *message) bool {
		return m.textHasAny(exchangeDiagnostics...) || m.textHas("#5.") && m.textHas("##")
	},
	decode: func(m *message) []parse.Event {
		text := m.text
		for _, mark := range exchangeDiagnostics {
			if i := indexFold(text, mark); i >= 0 {
				text = text[i+len(mark):]
				break
			}
		}
		sender := m.innocent()
		events := m.blocks(text, func(line string) (string, string) {
			t := strings.TrimSpace(line)
			a := firstAddress(t)
			if a == "" || !strings.HasPrefix(t, a) && !strings.HasPrefix(t, "<"+a) || sender[strings.ToLower(a)] {
				return "", ""
			}
			return a, strings.TrimLeft(t[strings.Index(t, a)+len(a):], "> ")
		})
		for i := range events {
			e := &events[i]
			e.Diagnostic = strings.Trim(e.Diagnostic, "# ")
			// "mx.example.net #550 5.1.1 ..." begins with the host that refused, which may be the one that reports.
			host, _, ok := strings.Cut(e.Diagnostic, " #")
			if !ok {
				host, _, ok = strings.Cut(e.Diagnostic, " ") // Exchange 2010 has it on a line of its own.
			}
			generating, _, _ := strings.Cut(text, e.Recipient)
			if ok && isDomain(host) && !containsFold(generating, lower(host)) {
				e.RemoteHost = cleanHost(host)
			}
		}
		return merged(events)
	},
}

// exchangeDiagnostics are the headings of the administrators' part, by language; US-ASCII letters in lower case, and
// without a first letter of which there are two cases beyond US-ASCII.
var exchangeDiagnostics = []string{
	"diagnostic information for administrators:",
	"diagnoseinformationen für administratoren:",
	"informations de diagnostic pour les administrateurs",
	"información de diagnóstico para los administradores:",
	"información de diagnóstico para administradores:",
	"informazioni di diagnostica per gli amministratori:",
	"informações de diagnóstico para administradores:",
	"diagnostische gegevens voor beheerders:",
	"diagnostische informatie voor beheerders:",
	"diagnostikinformation för administratörer:",
	"diagnosticeringsoplysninger til administratorer:",
	"diagnostiske oplysninger til administratorer:",
	"diagnostikkinformasjon for administratorer:",
	"järjestelmänvalvojille tarkoitetut diagnostiikkatiedot:",
	"informacje diagnostyczne dla administratorów:",
	"diagnostické informace pro správce:",
	"иагностические сведения для администраторов:",
	"иагностическая информация для администраторов:",
	"管理者向けの診断情報:",
	"管理者用診断情報:",
	"管理员的诊断信息:",
	"供管理员使用的诊断信息:",
	"系統管理員的診斷資訊:",
	"관리자용 진단 정보:",
	"yöneticiler için tanılama bilgileri:",
	"diagnosztikai információ rendszergazdáknak:",
	"informace o diagnostice pro správce:",
	"ιαγνωστικές πληροφορίες για διαχειριστές:",
	"מידע אבחון עבור מנהלי מערכת:",
	"معلومات التشخيص للمسؤولين:",
	"generating server:",
	"generierender server:",
	"serveur de génération",
	"servidor de generación:",
	"server di generazione:",
}
