package lexicon

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rasid/sentiment/internal/text"
)

// slotted is what an entry with slots is worth that stands in a text, 0 where there is none.
func slotted(f *text.Folder, s *Set, texts []string, in string) float32 {
	var d text.Doc
	f.Parse(&d, in)
	ws := known(s, d.Tok)
	for i := range d.Tok {
		var found Found
		s.Find(ws, i, &found)
		if e := s.Entry(&found, Valued); e != nil && e.Valence != 0 && strings.Contains(texts[found.entry[Valued]-1], "{") {
			return e.Valence
		}
	}
	return 0
}

func known(s *Set, toks []text.Token) *Words {
	var ws Words
	s.Know(&ws, toks)
	return &ws
}

// Each line tells a failure by a count or a time, and beside it stands what looks alike and is none.
func TestACountOrATimeTellsAFailureOnlyWhereItIsOne(t *testing.T) {
	t.Parallel()
	f, s := load(t)
	texts := texts(t, files)
	for failed, fine := range map[string]string{
		"Four counters, one open.":               "Two counters, both open.",
		"8 tills and only 2 staffed":             "8 tills and 7 staffed",
		"Ordered at 6, came at 9":                "Ordered at 6, came at 6:20",
		"ordered at 11:30 and it came at 1":      "ordered at 11:30 and it came at 11:50",
		"They said Tuesday, now it's Friday.":    "They said Tuesday, now it's Tuesday.",
		"Menu says 40, bill says 55":             "Menu says 55, bill says 55",
		"quoted 80, charged 120":                 "quoted 80 and charged 80",
		"paid for 6, got 4":                      "paid for 6 and got 6",
		"third visit, same fault":                "third visit, another floor",
		"waited 45 minutes for a coffee":         "waited 2 minutes for a coffee",
		"the AC is off, 30 degrees in the ward":  "30 degrees and sunny in Norvane",
		"biryani was cold":                       "nights were cold",
		"اربع كاونترات وواحد بس فاتح":            "كاونترين والاثنين فاتحين",
		"طلبت الساعة 6 وجاني الساعة 9":           "طلبت الساعة 6 وجاني الساعة 6:20",
		"قالوا الثلاثاء واليوم الجمعة":           "قالوا الثلاثاء واليوم الثلاثاء",
		"المنيو 40 والفاتورة 55":                 "المنيو 40 والفاتورة 40",
		"ثالث مرة نفس المشكلة":                   "ثالث فرع لهم بالمدينة",
		"طلبت خمسة وصلني اربعة":                  "طلبت خمسة وصلني خمسة",
		"قالولي نص ساعة وصارت 3 ساعات":           "الطريق نص ساعة",
		"المكيف طافي والحرارة 30 درجة في العنبر": "الحرارة 30 درجة اليوم",
	} {
		if v := slotted(f, s, texts, failed); v >= 0 {
			t.Errorf("%q is worth %v, want a complaint", failed, v)
		}
		if v := slotted(f, s, texts, fine); v < 0 {
			t.Errorf("%q is worth %v, want no complaint", fine, v)
		}
	}
}

// Each line tells that something came earlier than promised, and beside it stands what looks alike and is none.
func TestWhatComesEarlierThanPromisedIsPraiseOnlyWhereItDoes(t *testing.T) {
	t.Parallel()
	f, s := load(t)
	texts := texts(t, files)
	for early, other := range map[string]string{
		"Said nine weeks, came in five":                "Said five of us, came in two cars",
		"Promised 40 minutes, here in 20":              "Promised 20 minutes, here in 40",
		"They said ten days and the sofa came in four": "They said four days and the sofa came in ten",
		"Said 2 weeks, came in 5 days":                 "Said 5 days, came in 2 weeks",
		"quoted an hour, done in 25 minutes":           "quoted 25 minutes, done in 2 hours",
		"said three days, delivered the next day":      "said three things, delivered the next speech",
		"Promised Friday, arrived Wednesday":           "Promised Wednesday, arrived Friday",
		"It came two days earlier than promised":       "They closed two hours early",
		"said two weeks, came in one":                  "said two weeks, came in one box",
		"قالوا أسبوع ووصل ثاني يوم":                    "قالوا أسبوع ووصل بعد شهر",
		"قالوا 40 دقيقة وجاني بعد 20":                  "قالوا 20 دقيقة وجاني بعد 40",
		"قالولي شهر وخلصت بعد 3 ايام":                  "قالولي 3 ايام وخلصت بعد شهر",
		"وعدوني بأسبوع ووصل بيومين":                    "طلبت غرضين ووصل بيومين",
		"قالوا ساعتين وجاني بنص ساعة":                  "قالوا نص ساعة وجاني بعد ساعتين",
		"قالوا الخميس ووصل الثلاثاء":                   "قالوا الثلاثاء ووصل الخميس",
		"قالوا خمسة ايام وصلحوه نفس اليوم":             "قالوا خمسة انتم وجينا بسيارتين",
	} {
		if v := slotted(f, s, texts, early); v <= 1 {
			t.Errorf("%q is worth %v, want praise", early, v)
		}
		if v := slotted(f, s, texts, other); v > 0 {
			t.Errorf("%q is worth %v, want no praise", other, v)
		}
	}
}

// slotSet holds one entry of each sort of slot, and what the entries say.
func slotSet(t *testing.T) (*text.Folder, *Set, []string) {
	t.Helper()
	f := text.NewFolder()
	fsys := fstest.MapFS{
		"en/a.tsv": {Data: []byte("{n} {desk} {..} {few} open\t-3\tfact\nsaid {day} {..} {other}\t-2\tfact\n" +
			"cold {hot}\t-1\t-\ncold tea\t1\t-\nfrom {n} to {less}\t-1\t-\n{lots} minutes\t-2\t-\n")},
		"en/classes.tsv": {Data: []byte("# words\nn\tone=1 two=2 four=4\nday\tmonday=1 friday=5 sunday=7\ndesk\ttills counters\nhot\tsoup tea\n")},
	}
	s, err := LoadFS(f, fsys)
	if err != nil {
		t.Fatal(err)
	}
	return f, s, texts(t, fsys)
}

func TestSlotsTakeWhatFillsThem(t *testing.T) {
	t.Parallel()
	f, s, texts := slotSet(t)
	for in, want := range map[string]string{
		"four tills, two open":               "{n} {desk} {..} {few} open",
		"4 tills. Only two of them are open": "", // the gap is before the number only
		"4 tills and on a Sunday two open":   "", // the gap is three words
		"4 tills on a Sunday two open":       "{n} {desk} {..} {few} open",
		"4 tills, 3 open":                    "",
		"4 tills! 2 open":                    "",
		"4000 tills, 2 open":                 "", // 4000 is not known as a number to compare
		"said monday it is friday":           "said {day} {..} {other}",
		"said friday it is friday":           "",
		"said friday it is monday":           "said {day} {..} {other}",
		"said monday it is sunday":           "", // a day early
		"cold soup":                          "cold {hot}",
		"cold tea":                           "cold tea",
		"from 9:30 to 9":                     "from {n} to {less}",
		"from 9 to 9:30":                     "",
		"20 minutes":                         "{lots} minutes",
		"19 minutes":                         "",
		"friday minutes":                     "",
	} {
		var d text.Doc
		var found Found
		f.Parse(&d, in)
		s.Find(known(s, d.Tok), 0, &found)
		got := ""
		if k := found.entry[Valued]; k > 0 {
			got = texts[k-1]
		}
		if got != want {
			t.Errorf("%q: found %q, want %q", in, got, want)
		}
	}
}

func TestABadSlotNamesItsFileAndLine(t *testing.T) {
	t.Parallel()
	for want, files := range map[string][2]string{
		`en/a.tsv:1: entry "two {thing}": no {thing}`:         {"two {thing}\t-1\t-\n", "hot\tsoup\n"},
		`en/a.tsv:1: entry "{..} {hot}": no {..}`:             {"{..} {hot}\t-1\t-\n", "hot\tsoup\n"},
		`en/classes.tsv:1: no words for the class "hot soup"`: {"cold\t-1\t-\n", "hot soup\n"},
		`en/classes.tsv:1: "more" compares`:                   {"cold\t-1\t-\n", "more\tsoup\n"},
		`en/classes.tsv:2: what "one" is worth`:               {"cold\t-1\t-\n", "hot\tsoup\nn\tone=x\n"},
		`en/classes.tsv:1: "a/b" of the class "hot" is not`:   {"cold\t-1\t-\n", "hot\ta/b\n"},
	} {
		_, err := LoadFS(text.NewFolder(), fstest.MapFS{"en/a.tsv": {Data: []byte(files[0])}, "en/classes.tsv": {Data: []byte(files[1])}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// What is found at a word hangs on no word beyond those looked at: a text without a part of it is read again from there only.
func TestWhatIsFoundHangsOnWhatWasSeenOnly(t *testing.T) {
	t.Parallel()
	f, s := load(t)
	var d text.Doc
	f.Parse(&d, "Four counters, one open. Menu says 40, the bill says 55; said Tuesday, now it's Friday, third visit, same fault. "+
		"ordered at 6 and it still came at 9, طلبت الساعة 6 وجاني الساعة 9 قالوا الثلاثاء واليوم الجمعة المنيو 40 والفاتورة 55")
	var all, part Found
	ws := known(s, d.Tok)
	for i := range d.Tok {
		s.Find(ws, i, &all)
		rest := slices.Concat(d.Tok[:min(i+all.Seen(), len(d.Tok))], d.Tok[:1])
		s.Find(known(s, rest), i, &part)
		if d := cmp.Diff(all.n, part.n); d != "" && i+all.Seen() < len(rest) {
			t.Errorf("word %d: with other words after the %d seen (-all +part):\n%s", i, all.Seen(), d)
		}
	}
}

func TestTheWorkForAWordIsBounded(t *testing.T) {
	t.Parallel()
	f := text.NewFolder()
	s, err := LoadFS(f, fstest.MapFS{"en/a.tsv": {Data: []byte("{n} {..} {n} {..} {n} {..} {n} {..} {n} {..} end\t-3\tfact\n")}})
	if err != nil {
		t.Fatal(err)
	}
	var d text.Doc
	f.Parse(&d, strings.Repeat("1 2 3 4 ", 20))
	ws := known(s, d.Tok)
	for i := range d.Tok {
		var found Found
		w := walk{Set: s, words: ws, from: i, f: &found}
		if w.fill(0, i, 0, s.begins, about{fills: aNumber.bit()}); w.tries > efforts || found.Seen() > span+1 {
			t.Fatalf("word %d: %d paths tried, %d words seen", i, w.tries, found.Seen())
		}
	}
}

func TestLookingForEntriesWithSlotsTakesNoMemory(t *testing.T) {
	f, s := load(t)
	var d text.Doc
	f.Parse(&d, "Four counters, one open. Menu says 40, the bill says 55; ordered at 6 and it still came at 9")
	var ws Words
	if n := testing.AllocsPerRun(10, func() {
		s.Know(&ws, d.Tok)
		var found Found
		for i := range d.Tok {
			s.Find(&ws, i, &found)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
