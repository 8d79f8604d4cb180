package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/phrases"
)

// english is a sentence's worth of English: three words in a row.
var english = regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,}`)

// TestCommandsSpeakTheLanguageOfTheBusiness runs what people give at the
// terminal of a business that speaks Arabic. What is quoted stands in isolates;
// outside of them no English sentence does.
func TestCommandsSpeakTheLanguageOfTheBusiness(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := write("config.yaml", strings.Replace(muteHouse, "business: {", "business: {language: ar, ", 1))
	table := write("r.csv", "id,text,stars,posted_at,extra\n1,القهوة باردة جدا,1,2026-11-20T10:00:00Z,x\n2,شكرا لكم,5,2026-11-20T10:00:00Z,x\n3,,9,2026-11-20T10:00:00Z,x\n")
	quoted := regexp.MustCompile(phrases.FSI + `[^` + phrases.PDI + `]*` + phrases.PDI)
	run := func(want int, args ...string) string {
		t.Helper()
		out := &lines{}
		p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: inventedTokens}
		code := p.run(t.Context(), append(args, "--config", config))
		said := quoted.ReplaceAllString(quoted.ReplaceAllString(out.String(), ""), "")
		if code != want || english.MatchString(said) || !regexp.MustCompile(`\p{Arabic}`).MatchString(said) {
			t.Errorf("rasid %v ended with %d, want %d, and said:\n%s", args, code, want, out)
		}
		return said
	}
	backup := filepath.Join(dir, "copy.db")
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{1, []string{"backup", backup}, "لا سجلات"},
		{0, []string{"import", table, "--dry-run"}, "لم يُسجّل شيء"},
		{0, []string{"import", table}, "عدده ٢"},
		{0, []string{"import", table}, "استُورد هذا الملف من قبل"},
		{1, []string{"import", filepath.Join(dir, "none.csv")}, "تعذّر فتح الملف"},
		{2, []string{"import"}, "المطلوب"},
		{2, []string{"import", table, "--format", "xml"}, "--format"},
		{0, []string{"backup", backup}, "نُسخت السجلات"},
		{1, []string{"backup", backup}, "الملف موجود من قبل"},
		{0, []string{"stop", "أسعار خاطئة"}, "أُوقف النشر"},
		{1, []string{"doctor"}, "النشر موقوف"},
		{0, []string{"resume"}, "عاد النشر"},
		{0, []string{"resume"}, "لم يكن النشر موقوفًا"},
		{1, []string{"explain", "99"}, "لا توجد قضية"},
		{2, []string{"explain", "x"}, "ليس رقم قضية"},
		{1, []string{"retract", "1", "خطأ"}, "لم ينشر راصد ردًا"},
		{1, []string{"digest", "--mail", "owner@example.com"}, "لم يُعيّن خادم بريد"},
		{1, []string{"invite", "nobody"}, "تحت staff"},
		{2, []string{"erase", "--source", "import", "--author", "x"}, "لا رجعة في هذا"},
		{0, []string{"erase", "--source", "import", "--author", "x", "--yes"}, "نُسيت"},
		{0, []string{"sources"}, "يقرأ"},
		{2, []string{"frobnicate"}, "لا يوجد أمر"},
		{2, []string{"stop", "a", "b"}, "لا يُكتب هنا شيء"},
		{2, []string{"stop", "--nowhere"}, "لا يوجد خيار كهذا"},
		{2, []string{"score", "--stars", "many", "x"}, "قيمة لا تصلح لهذا الخيار"},
		{2, []string{"score", "--stars", "9", "x"}, "من 1 إلى 5"},
		{0, []string{"score", "الطلب متأخر جدا"}, "شكوى"},
		{0, []string{"score", "--curve"}, "flag_at"},
		{0, []string{"check"}, "صالح للاستعمال"},
		{0, []string{"model", "local"}, "الدروس ٠"},
		{1, []string{"model", "rollback"}, "لا طبقة مستعملة"},
		{1, []string{"try", "--from", "file:none.xml", "قهوة نور"}, "لا يوجد ملف بهذا الاسم"},
		{2, []string{"add", "pigeon"}, "لا يوجد نوع"},
		{2, []string{"token", "mona", "--scope", "all"}, "إما read أو act"},
	} {
		if said := run(c.code, c.args...); !strings.Contains(said, c.says) {
			t.Errorf("rasid %v does not say %q but:\n%s", c.args, c.says, said)
		}
	}
}
