package promise_test

import (
	"fmt"
	"log"
	"time"

	"rasid/responder/promise"
)

// A time is a promise only where something will be done by then; opening hours
// and what the customer should do are none.
func ExampleFinder_Find() {
	finder, err := promise.New()
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)
	always := func(time.Time) bool { return true }
	for _, text := range []string{
		"Sorry about the cold coffee. We will call you within 24 hours.",
		"نعتذر لك، سنتواصل معك خلال ٤٨ ساعة.",
		"We are open until 10 pm.",
	} {
		if p, ok := finder.Find(text, now, always); ok {
			fmt.Printf("%s: %q\n", p.Due.Format("Mon 15:04"), p.Words)
		} else {
			fmt.Println("nothing is promised")
		}
	}
	// Output:
	// Mon 10:00: "We will call you within 24 hours"
	// Tue 10:00: "سنتواصل معك خلال ٤٨ ساعة"
	// nothing is promised
}
