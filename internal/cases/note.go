package cases

// Also puts a second note behind a first one; either may be empty.
func Also(first, second string) string {
	if first == "" || second == "" {
		return first + second
	}
	return first + "; " + second
}
