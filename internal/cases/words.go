package cases

// Topics lists what a mention can be about, as config.yaml, the word lists and
// the records spell it. The last one is for what fits nowhere else.
func Topics() []string {
	return []string{
		"delivery", "price", "quality", "staff", "refund", "payment", "app", "waiting", "cleanliness", "warranty", "stock",
		"wrong-order", "safety", "other",
	}
}

// Signals lists what makes a mention graver than its words: see Score.Signals.
func Signals() []string {
	return []string{"churn", "legal", "press", "safety", "selfharm", "threat", "abuse", "boycott"}
}

// Languages lists what Score.Language can be.
func Languages() []string { return []string{"ar", "en", "mixed", "arabizi", "other"} }
