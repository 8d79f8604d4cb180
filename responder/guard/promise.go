package guard

func (g *Guard) promises(l *look) {}
