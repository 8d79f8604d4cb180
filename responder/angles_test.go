package responder_test

import (
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/responder"
)

// draftFor drafts as the program does: the topics come from the text.
func draftFor(t *testing.T, text, language, author string) cases.Draft {
	t.Helper()
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	m := cases.Mention{Num: 1, Text: text}
	d, err := polite(t).Draft(t.Context(), cases.Case{
		ID: 7, Source: "reviews", Author: author, Mentions: []cases.Mention{m},
		Score: cases.Score{Label: "neg", Language: language, Topics: topics.Of(m.Words())},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADraftIsSorryForWhatWasSaidAndForNothingElse(t *testing.T) {
	for _, row := range []struct{ text, origin string }{
		{"طلبي متأخر من ساعتين والسائق ما يرد", "ar/delivery-late/"},
		{"لو سمحتوا وين طلبي؟", "ar/delivery-late/"},
		{"المندوب رمى الطلب عند الباب ومشى", "ar/delivery/"},
		{"أسوأ تجربة توصيل مرت علي في حياتي", "ar/delivery/"},
		{"My order is two hours late", "en/delivery-late/"},
		{"Driver threw my parcel over the fence", "en/delivery/"},
		{"عايز فلوسي ترجع انا مش راضي", "ar/refund/"},
		{"صار لي اسبوعين انتظر استرداد المبلغ", "ar/refund-refund-late/"},
		{"They cancelled my booking without telling me", "en/refund-cancelled/"},
		{"My refund has not come, I am still waiting", "en/refund-refund-late/"},
		{"The promo code doesn't work", "en/price-promo/"},
		{"نزلوا الكود خصم وما يشتغل", "ar/app-promo/"},
		{"Why is VAT charged twice on my invoice?", "en/payment-twice/"},
		{"صار لي اسبوعين اراسلكم على الايميل ولا رد", "ar/other-unanswered/"},
		{"Nobody picks up the phone at your call center", "en/waiting-unanswered/"},
		{"المنتج وصل مكسور والكرتون مفتوح", "ar/quality-damaged/"},
		{"النت مقطوع من أمس والفني ما جاء", "ar/quality-outage/"},
		{"Internet has been down since yesterday and the technician never showed up", "en/quality-outage/"},
		{"مو أول مرة تنسون الصوص، كل مرة نفس الشي", "ar/wrong-order-missing/"},
		{"You forget the sauce EVERY single time", "en/wrong-order-missing/"},
		{"I want to speak to a manager", "en/other-manager/"},
		{"ابي اكلم المدير لو سمحتوا", "ar/other-manager/"},
		{"el talab met2a5er 3 sa3at", "ar/delivery-late/"},
		{"el akl bared", "ar/quality/"},
		{"كلاب ما عندكم ذمة ولا ضمير", "ar/other/"},
		{"رفعت شكوى قبل شهر وقفلتوها بدون حل", "ar/other/"},
		{"الخدمة ناقصة والماكلة باردة", "ar/staff/"},
		{"الدكتور شخص غلط وعطاني دواء ضاعف الألم", "ar/safety/"},
		{"I was given someone else's prescription", "en/safety/"},
		{"The wifi is slow and the music too loud", "en/quality/"},
		{"Driver threw my parcel over the fence" + cases.QuoteMark + "My order is two hours late", "en/delivery/"},
	} {
		language := "en"
		if strings.HasPrefix(row.origin, "ar/") {
			language = "ar"
		}
		if d := draftFor(t, row.text, language, ""); !strings.HasPrefix(d.Origin, "template:"+row.origin) {
			t.Errorf("%q is answered with %s, want %s: %s", row.text, d.Origin, row.origin, d.Text)
		}
	}
}

func TestAQuickSolutionIsNoMatterOfSafety(t *testing.T) {
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"ما قصرتوا، حليتوا مشكلتي بسرعة", "اسعاركم صارت نار"} {
		for _, topic := range topics.Of(text) {
			if topic == "safety" {
				t.Errorf("%q is filed under safety: %v", text, topics.Of(text))
			}
		}
	}
}

func TestEveryAngleHasFiveWordingsThatSpeakOfItsTopics(t *testing.T) {
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ angle, topics, ar, en string }{
		{"late", "delivery", "متأخر", "late"},
		{"unanswered", "waiting other staff", "محد يرد", "nobody answers"},
		{"cancelled", "refund other", "كنسلتوا", "you cancelled my table"},
		{"twice", "payment", "مرتين", "twice"},
		{"promo", "price app payment", "كوبون", "coupon"},
		{"damaged", "quality delivery wrong-order", "مكسور", "broken"},
		{"outage", "quality other stock", "انقطاع", "outage"},
		{"missing", "wrong-order", "ناقص", "missing"},
		{"manager", "other staff", "اكلم المدير", "talk to the manager"},
		{"refund-late", "refund", "مستني", "still"},
	} {
		for topic := range strings.FieldsSeq(row.topics) {
			for language, text := range map[string]string{"ar": row.ar, "en": row.en} {
				c := cases.Case{ID: 1, Source: "reviews", Mentions: []cases.Mention{{Num: 1, Text: text}}, Score: cases.Score{Label: "neg", Language: language, Topics: []string{topic}}}
				templates := polite(t)
				for range 5 {
					d, err := templates.Draft(t.Context(), c)
					if err != nil {
						t.Fatalf("%s of %s: %v", row.angle, topic, err)
					}
					if !strings.HasPrefix(d.Origin, "template:"+language+"/"+topic+"-"+row.angle+"/") {
						t.Errorf("%q about %s is answered with %s, want %s", text, topic, d.Origin, row.angle)
					}
					if topic != responder.TopicOther && !topics.Speaks(d.Text, topic) {
						t.Errorf("%s does not speak of %s: %s", d.Origin, topic, d.Text)
					}
					c.Drafts = append(c.Drafts, d)
				}
				d, err := templates.Draft(t.Context(), c)
				if err != nil || !strings.HasPrefix(d.Origin, "template:"+language+"/"+topic+"/") {
					t.Errorf("after five of %s the wordings of %s do not follow: %s, %v", row.angle, topic, d.Origin, err)
				}
			}
		}
	}
}

func TestNobodyIsThankedTwiceInOneBreath(t *testing.T) {
	for _, label := range []string{"neg", "pos"} {
		for _, topic := range cases.Topics() {
			for _, author := range []string{"", "Layla"} {
				templates := polite(t)
				c := cases.Case{ID: 1, Source: "reviews", Author: author, Score: cases.Score{Label: label, Language: "en", Topics: []string{topic}}}
				for range 5 {
					d, err := templates.Draft(t.Context(), c)
					if err != nil {
						t.Fatal(err)
					}
					if n := strings.Count(strings.ToLower(d.Text), "thank you"); n > 1 {
						t.Errorf("%s thanks %d times: %s", d.Origin, n, d.Text)
					}
					c.Drafts = append(c.Drafts, d)
				}
			}
		}
	}
}

func TestWhoWritesInAThirdLanguageIsAnsweredInTheOneOfTheirLetters(t *testing.T) {
	for _, row := range []struct{ text, lang, want string }{
		{"Ma commande est arrivée avec deux heures de retard", "", "en"},
		{"मेरा ऑर्डर बहुत देर से आया", "", "en"},
		{"سفارش من خیلی دیر رسید", "", "ar"},
		{"😡😡", "", "ar"},
		{"😡😡", "en", "en"},
	} {
		c := cases.Case{Score: cases.Score{Language: "other"}, Mentions: []cases.Mention{{Num: 1, Text: row.text, Lang: row.lang}}}
		if got := responder.LanguageOf(c); got != row.want {
			t.Errorf("%q (%s) is answered in %s, want %s", row.text, row.lang, got, row.want)
		}
	}
}

func TestWhoAnswersAQuestionWithANumberKeepsTheirLanguage(t *testing.T) {
	for words, want := range map[string]string{"The coffee was cold and nobody answers": "en", "القهوة باردة ولا أحد يجيب": "ar", "": "ar",
		"I ordered from قهوة نور at 7pm and it came at 9:30pm": "en", "Half my order was missing والسائق قال مو شغلي": "ar",
		"el order bta3 قهوة نور mat2akher awi we ma7adesh byrod 3alaya khales ya gama3a": "ar",
		"el order mat2akher awi we ma7adesh byrod 3alaya":                                "ar", "el kahwa kanet barda khales we wla 7ad saal fina": "ar"} {
		c := cases.Case{Score: cases.Score{Language: "mixed"}, Mentions: []cases.Mention{
			{Num: 1, Title: "شكوى Complaint", Text: words}, {Num: 2, Text: "We are sorry", Ours: true}, {Num: 3, Title: "رد: شكوى", Text: "2"}}}
		if got := responder.LanguageOf(c); got != want {
			t.Errorf("%q and then 2 is answered in %s, want %s", words, got, want)
		}
	}
}

func TestNoMachineOrOfficeIsGreetedByName(t *testing.T) {
	for _, author := range []string{"النظام", "راصد", "فريق الدعم", "System", "Rasid"} {
		for _, language := range []string{"ar", "en"} {
			if d := draftFor(t, "late", language, author); strings.Contains(d.Text, strings.Fields(author)[0]+".") || strings.Contains(d.Text, strings.Fields(author)[0]+",") {
				t.Errorf("%q is greeted: %s", author, d.Text)
			}
		}
	}
}
