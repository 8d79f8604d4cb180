package spreadsheet

import "testing"

func TestACellThatWouldRunBeginsWithAnApostrophe(t *testing.T) {
	for _, s := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "%0A", "\t=1", "\r=1", "\n=1", "＝1", "＠x", " =1", "\u00a0=1", "'=1", "\u200b=1", "\ufeff=1", "\u2067=1", "  '  -2",
	} {
		if got := Cell(s); got != "'"+s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range []string{"", " ", "'", "12", "الطلب متأخر", "a=1", "it's", "5 - 3", "\u2067مرحبا"} {
		if got := Cell(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestWordsAreGivenBackAsTheyWere(t *testing.T) {
	for _, s := range []string{"=1", "'=1", "''=1", "'hello", "hello", "", "'", " =1", "-"} {
		if got := Words(Cell(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	}
}
