package patterns

// FindAnyway is Find that tries every pattern.
func (l *List) FindAnyway(text string) [][2]int {
	all := List{Kind: l.Kind, begins: l.begins, anything: l.anything}
	for _, p := range l.patterns {
		p.needs = nil
		all.patterns = append(all.patterns, p)
	}
	return all.Find(text)
}
