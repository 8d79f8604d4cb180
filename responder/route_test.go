package responder_test

import (
	"testing"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/sentiment"
)

// The language of a reply is that of the sentences; a name, a dish or a brand in other letters does not count.
func TestACustomerIsAnsweredInTheLanguageOfTheirSentences(t *testing.T) {
	for want, said := range map[string][]string{
		"en": {
			"Menu says 40, bill says 55",
			"Ordered kabsa from Abu Khalid's, it came cold",
			"أبو خالد was rude to me",
			"I paid 40 riyal at Al-Nakheel and waited an hour",
			"I paid 40 riyal at النخيل and waited an hour",
			"Third visit to #مغسلة_اللؤلؤة and the same stain on my shirt",
			"The label reads صنع في نورفان but the box says otherwise",
			"The coffee was cold and the staff زفت",
			"My appointment with الدكتورة هدى was moved three times, خلاص",
			"The waiter said «ما عندنا» and walked off",
			"Ma commande chez مطعم النخيل est arrivée avec deux heures de retard",
			"صيدلية الوفاء closes at nine, the door was locked at eight",
		},
		"ar": {
			"طلبت burger وجاني بارد",
			"التطبيق app يعلق",
			"طلبت Double Cheese Supreme Burger وجاني بارد",
			"Zentra S23 Pro Max Silicone Case وصل مكسور",
			"تطبيق Rafla يعلق عند الدفع",
			"Half my order was missing والسائق قال مو شغلي",
			"your driver is rude وصوته عالي",
			"Please note that الفرع مغلق يوم الجمعة",
			"el order et2akhar sa3teen w ma7adesh rad",
			"talabt mandi men مطعم النخيل w gani bared",
			"Menu makhtalif 3an el fatoora, 40 w hna 55",
			"الكونيكسيون nulle اليوم بزاف",
		},
	} {
		for _, text := range said {
			c := cases.Case{Score: cases.Score{Language: sentiment.Language(text)}, Mentions: []cases.Mention{{Num: 1, Text: text}}}
			if got := responder.LanguageOf(c); got != want {
				t.Errorf("%q (%s) is answered in %s, want %s", text, c.Score.Language, got, want)
			}
		}
	}
}
