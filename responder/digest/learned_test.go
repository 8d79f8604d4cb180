package digest_test

import (
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder/digest"
)

func TestTheDigestSaysWhatWasLearned(t *testing.T) {
	f := digest.Figures{Learned: cases.Learned{Decisions: 9, Complaints: 6, Version: 3, Complaint: []string{"fountain", "نافورة"}, Calm: []string{"wicked"}}}
	f.Total, f.Neg = 1, 1
	for language, want := range map[string][]string{
		"en": {"Lessons: complaints 6, others 3", "version 3", "a complaint: “\u2068fountain\u2069”, “\u2068نافورة\u2069”", "no complaint: “\u2068wicked\u2069”"},
		"ar": {"شكاوى ٦، وغيرها ٣", "النسخة ٣", "شكوى: «\u2068fountain\u2069»، «\u2068نافورة\u2069»", "ليست شكوى: «\u2068wicked\u2069»"},
	} {
		words, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		text := f.Text(words, "Noor")
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("the digest in %s does not say %q:\n%s", language, w, text)
			}
		}
	}
}
