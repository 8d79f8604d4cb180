package guard_test

import (
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/responder/guard"
)

// Each finding names the words as they were written; a blocking one needs a
// second confirmation and never leaves by a rule.
func ExampleGuard_Check() {
	g, err := guard.New(guard.Policy{Contacts: []string{"care@noor.example"}, Times: []time.Duration{24 * time.Hour}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, reply := range []string{
		"Sorry about the wait. Write to care@noor.example and we will call you within 24 hours.",
		"Sorry! We called you on +966 50 123 4567 and will call again within 2 hours.",
	} {
		for _, f := range g.Check(reply, cases.Case{Score: cases.Score{Language: "en"}}) {
			fmt.Printf("%s %q, blocks: %t\n", f.Kind, f.Words, f.Block)
		}
	}
	// Output:
	// privacy-phone "+966 50 123 4567", blocks: true
	// promise "2 hours", blocks: true
}
