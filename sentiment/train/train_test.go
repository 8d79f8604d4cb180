package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
	"rasid/sentiment/model"
)

func TestTablesAreLearnedWithTheLexiconOfTheShippedOne(t *testing.T) {
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	taught, err := lexicon.Taught(text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Lex.Fingerprint(), taught.Fingerprint(); got != want {
		t.Errorf("learning reads lexicon %x, want %x, without the entries that came later", got, want)
	}
}

// smallTexts writes a folder with a few hundred invented labelled texts.
func smallTexts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("id\tlang\tsource\tdomain\tlabel\ttext\n")
	for i := range 400 {
		label, text := "pos", "the soup was warm and lovely"
		switch i % 4 {
		case 1:
			label, text = "neg", "the soup was cold and awful"
		case 2:
			label, text = "neu", "the soup is on the menu"
		case 3:
			label, text = "neg", "الطلب متأخر والخدمة سيئة"
		}
		fmt.Fprintf(&b, "t-%d\ten\tinvented\tfood\t%s\t%s number %d\n", i, label, text, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "small.tsv"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func small(dir string) Options {
	o := Defaults()
	o.Data, o.Own, o.Bits, o.Hyper.Epochs = []string{dir}, false, 16, 2
	return o
}

func TestTheSameTextsGiveTheSameBytesOnOneCoreAndOnMany(t *testing.T) {
	dir := smallTexts(t)
	var was []byte
	for _, workers := range []int{1, 2, 5, 1} {
		o := small(dir)
		o.Workers = workers
		tab, err := Run(context.Background(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := tab.Write(&b); err != nil {
			t.Fatal(err)
		}
		if was != nil && !bytes.Equal(was, b.Bytes()) {
			t.Errorf("with %d workers the table differs", workers)
		}
		was = b.Bytes()
	}
}

func TestATableReadBackIsTheTableWritten(t *testing.T) {
	tab, err := Run(context.Background(), small(smallTexts(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tab.Write(&b); err != nil {
		t.Fatal(err)
	}
	back, err := model.Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if tab.Features == 0 {
		t.Fatal("the table is empty: the test shows nothing")
	}
	for slot := range uint32(1) << tab.Bits {
		if got, want := back.At(slot), tab.At(slot); got != want {
			t.Fatalf("cell %d is %v, was %v", slot, got, want)
		}
	}
	for _, cut := range []int{0, 5, 20, b.Len() / 2, b.Len() - 1} {
		if _, err := model.Read(bytes.NewReader(b.Bytes()[:cut])); err == nil {
			t.Errorf("%d of %d bytes pass for a table", cut, b.Len())
		}
	}
}

func TestTheTableFitsTheAllowedSize(t *testing.T) {
	o := small(smallTexts(t))
	o.Bytes = 3000
	tab, err := Run(context.Background(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	var n counter
	if err := tab.Write(&n); err != nil {
		t.Fatal(err)
	}
	if n > 3000 {
		t.Errorf("the table takes %d bytes, 3000 are allowed", n)
	}
}

func TestBadRowsNameFileAndLine(t *testing.T) {
	for body, want := range map[string]string{
		"a\ten\ts\td\tneg\tx\nb\ten\ts\td\tbad\tx\n": "some.tsv:2",
		"a\ten\ts\td\tneg\tx\nshort\n":               "some.tsv:2",
	} {
		err := ReadRows("some.tsv", strings.NewReader(body), func(Row) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", body, err, want)
		}
	}
}

func TestNothingToLearnFromIsAnError(t *testing.T) {
	if _, err := Run(context.Background(), small(t.TempDir()), nil); !errors.Is(err, ErrNoTexts) {
		t.Errorf("got %v, want ErrNoTexts", err)
	}
}

func TestTheCardNamesEverySourceAndItsLicence(t *testing.T) {
	tab := model.New(model.Header{Bits: 4, Rows: 2}, make([]model.Cell, 16))
	tab.Sources = []model.Source{{Name: "ajgt", Lang: "ar", Rows: 1}, {Name: "goemotions", Lang: "en", Rows: 1}}
	var b strings.Builder
	if err := Card(&b, tab, CardOptions{Command: "rasid model train"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| ajgt | ar | 1 | 1 | Academic Free License 3.0 | free |", "CC BY 4.0", "rasid model train"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the card does not say %q:\n%s", want, &b)
		}
	}
}
