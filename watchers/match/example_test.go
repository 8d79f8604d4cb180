package match_test

import (
	"fmt"
	"log"

	"rasid/internal/cases"
	"rasid/watchers/match"
)

// A query finds the business under either name, whatever is written onto the
// word, and leaves out what the business says itself.
func ExampleParse() {
	q, err := match.Parse(`("Noor Coffee" OR "قهوة نور") NOT author:noor_official`)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range []cases.Mention{
		{Author: "Sara", Text: "NOOR COFFEE's new branch is lovely"},
		{Author: "سالم", Text: "رحت لقهوة نور امس والطلب تأخر"},
		{Author: "Hamad", Text: "noor is a common name"},
		{Author: "noor_official", Text: "Noor Coffee opens at eight"},
	} {
		fmt.Println(q.Match(m), m.Author)
	}
	// Output:
	// true Sara
	// true سالم
	// false Hamad
	// false noor_official
}

// A mistake says where it is and what to write.
func ExampleError() {
	_, err := match.Parse(`("Noor Coffee" OR`)
	fmt.Println(err)
	// Output:
	// column 18: a word is missing after AND or OR; write a word or a "phrase"
}
