package sentiment_test

import (
	"fmt"
	"log"

	"rasid/sentiment"
)

// A complaint is told from praise, in either language, and the judgement names
// the words that decided.
func ExampleScorer_Score() {
	scorer, err := sentiment.New()
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{
		"The coffee was cold and nobody answers. Never again!",
		"القهوة ممتازة والموظفين محترمين، شكرا",
	} {
		r := scorer.Score(sentiment.Input{Text: text, AboutUs: true})
		fmt.Println(r.Label, r.Lang, r.Score < 0, r.Reasons[0].Text)
	}
	// Output:
	// neg en true Never again
	// pos ar false شكرا
}

// The reasons can be read by whoever decides. The words of a text stand between
// isolates, so that Arabic and English beside each other keep their order.
func ExampleReason_Explain() {
	r := sentiment.Reason{Text: "cold", Weight: -1.5, Kind: sentiment.KindWord}
	fmt.Printf("%+q\n", r.Explain("en"))
	// Output:
	// "\u2068cold\u2069: speaks for a complaint"
}
