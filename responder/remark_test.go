package responder_test

import (
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// TestOfAHistoryTheProgramsWordsAreTranslatedAndNobodyElses looks at lines by
// the program, by rules, by customers and by staff, who may write what the
// program writes and mean themselves.
func TestOfAHistoryTheProgramsWordsAreTranslatedAndNobodyElses(t *testing.T) {
	say, err := phrases.Load("ar")
	if err != nil {
		t.Fatal(err)
	}
	name := func(by string) string { return map[string]string{"mona": "منى", "ali": "علي"}[by] }
	for _, c := range []struct {
		by, what, kept, author, happened, remark string
	}{
		{"customer", "note", "recorded", "العميل", "سُجّلت", ""},
		{"customer", "edit", "changed by its author", "العميل", "عدّلها العميل", "عدّلها كاتبها"},
		{"customer", "rate", "5", "العميل", "قيّمها العميل", "5"},
		{"rasid", "remind", "remind", "راصد", "ذُكّر بها", ""},
		{"rasid", "propose", "no rule matched; incident 2", "راصد", "كُتبت صياغة", "لا قاعدة تنطبق عليها؛ أزمة 2"},
		{"rasid", "refuse", "HTTP 403: not allowed", "راصد", "رفضتها المنصة", "HTTP 403: not allowed"},
		{"rasid", "release", "the claim of mona ended", "راصد", "تُركت", "انتهى وقت منى فيها"},
		{"rule:thanks", "by-rule", "rule thanks (0a), enabled by mona", "القاعدة thanks", "اعتُمدت بقاعدة", "القاعدة thanks، مفعّلة باسم منى"},
		{"rule:policy.satisfaction", "ask", "there is a crisis", "سؤال الرضا", "سُئل عن رضاه", "there is a crisis"}, // what the customer was asked
		{"mona", "dismiss", "there is a crisis", "منى", "نُحّيت", "there is a crisis"},
		{"mona", "approve", "over budget: 2 of 2 replies to this author in 24 hours", "منى", "اعتُمدت", "فوق المسموح: ٢ من ٢ من الردود على صاحبها في ٢٤ ساعة"},
		{"mona", "revise", "too old to approve unread", "منى", "صياغة جديدة", "أقدم من أن تُعتمد دون قراءة"},
		{"rasid", "handle", "released", "راصد", "أجاب عنها موظف", "released"}, // what a colleague answered
		{"rasid", "handle", "Done", "راصد", "أجاب عنها موظف", "Done"},
		{"rasid", "note", "handle: Sorry; deleted meanwhile", "راصد", "ملاحظة", "أجاب زميل: Sorry; deleted meanwhile"},
		{"rasid", "remind", "promise: back by five; hours closed", "راصد", "ذُكّر بها", "الوعد: back by five; hours closed"},
		{"terminal:ali", "note", "took the reply back: hours closed", "علي (من سطر الأوامر)", "ملاحظة", "سحب الرد: hours closed"},
		{"terminal:ali", "reopen", "took the reply back: hours closed", "علي (من سطر الأوامر)", "أُعيد فتحها", "سحب الرد: hours closed"},
		{"terminal:ali", "reopen", "the reply was gone already: hours closed", "علي (من سطر الأوامر)", "أُعيد فتحها", "كان الرد قد زال: hours closed"},
		{"rasid", "note", "rule:policy.satisfaction: refused: no", "راصد", "ملاحظة", "رفضت المنصة سؤال الرضا: no"},
		{"rasid", "note", "rule:policy.acknowledge says nothing: deleted meanwhile", "راصد", "ملاحظة", "لم يُرسل إشعار خارج الدوام: حُذفت أثناء ذلك"},
		{"colleague:17", "handle", "released", "زميل 17", "أجاب عنها موظف", "released"},
	} {
		e := cases.Entry{Event: cases.Event(c.what), By: c.by, Note: c.kept}
		plain := strings.NewReplacer(phrases.FSI, "", phrases.PDI, "")
		if got := plain.Replace(responder.Author(say, c.by, name)); got != c.author {
			t.Errorf("%s is called %q, want %q", c.by, got, c.author)
		}
		if got := plain.Replace(responder.Happened(say, e)); got != c.happened {
			t.Errorf("%s is told as %q, want %q", c.what, got, c.happened)
		}
		if got := plain.Replace(responder.Remark(say, e, name)); got != c.remark {
			t.Errorf("%s %s %q reads %q, want %q", c.by, c.what, c.kept, got, c.remark)
		}
	}
}
