package guard

import (
	"testing"

	"rasid/internal/cases"
)

func BenchmarkCheck(b *testing.B) {
	g := newGuard(b, Policy{})
	text := "أهلًا بك يا سالم. نعتذر عن تأخر وصول طلبك، ونعرف كم يزعج الانتظار. نتابع الأمر الآن مع الفريق المعني وسنوافيك بالتحديث خلال ٢٤ ساعة. " +
		"Hello Salim, we are sorry your order arrived late. We are looking into it with the team and will write to you within 24 hours."
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		g.Check(text, cases.Case{})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newGuard(b, Policy{})
	}
}
