package fold_test

import (
	"fmt"
	"strings"

	"rasid/internal/fold"
)

// Different spellings of the same words fold to one form.
func ExampleText() {
	fmt.Println(fold.Text("الخِدمَـــة") == fold.Text("الخدمه"))
	fmt.Println(fold.Text("NOOR Cοffee ٢٤")) // the o of the second word is Greek
	// Output:
	// true
	// noor coffee 24
}

// A hit in folded text is shown as it was written.
func ExampleMap() {
	const said = "تأخّر الطلب عن مَوْعِدِه"
	m := fold.Map(said)
	word := fold.Text("موعده")
	at := strings.Index(m.Text, word)
	from, to := m.Source(at, at+len(word))
	fmt.Println(said[from:to])
	// Output:
	// مَوْعِدِه
}
