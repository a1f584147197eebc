package bounce

import "testing"

// TestUnlabelled reads text in the charsets of old, without a label.
func TestUnlabelled(t *testing.T) {
	for _, c := range []struct{ charset, text string }{
		{"koi8-r", "Ваше письмо не может быть доставлено. Причина: почтовый ящик переполнен"},
		{"windows-1251", "Не удалось доставить сообщение: пользователь не существует"},
		{"iso-8859-5", "Ваше письмо не может быть доставлено. Причина: почтовый ящик переполнен"},
		{"iso-8859-7", "Το μήνυμά σας δεν παραδόθηκε. Αιτία: ο χρήστης δεν υπάρχει"},
		{"windows-1255", "ההודעה לא נמסרה כי הנמען אינו קיים"},
		{"gb18030", "您的邮件无法投递，原因：用户不存在"},
		{"big5", "您的郵件無法投遞，原因：信箱不存在"},
		{"euc-jp", "次の宛先へのメールを配信できませんでした。理由：メールボックスが一杯です"},
		{"shift_jis", "次の宛先へのメールを配信できませんでした。理由：メールボックスが一杯です"},
		{"iso-2022-jp", "次の宛先へのメールを配信できませんでした。理由：メールボックスが一杯です"},
		{"euc-kr", "메일을 보낼 수 없습니다. 사유: 존재하지 않는 사용자입니다."},
		{"windows-1252", "Das Postfach des Empfängers ist überfüllt, die Größe überschritten; s'il vous plaît, réessayez à l'été"},
	} {
		raw, err := encodingOf(c.charset).NewEncoder().Bytes([]byte(c.text))
		if err != nil {
			t.Fatal(c.charset, err)
		}
		for _, label := range []string{"", "us-ascii"} {
			if have := toUTF8(raw, label); have != c.text {
				t.Errorf("%s, labelled %q: %s", c.charset, label, have)
			}
		}
	}
	if have := toUTF8([]byte("größer, übervoll, überschritten; un\xe9t\xc3"), ""); have != "größer, übervoll, überschritten; un\uFFFDt\uFFFD" {
		t.Error("UTF-8 with a few other bytes:", have)
	}
}
