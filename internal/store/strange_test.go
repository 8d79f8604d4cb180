package store

import "testing"

// TestEachMarkAloneTellsACopy changes one mark at a time: disks differ in what
// they tell of a file, and some tell neither its number nor when it was made.
func TestEachMarkAloneTellsACopy(t *testing.T) {
	here := marks{Incarnation: "A", Claims: 7, Inode: 11, Born: 22, Closed: 33}
	for what, x := range map[string]struct {
		change func(inDB, beside *marks)
		shared bool
		held   bool
	}{
		"nothing":                        {change: func(_, _ *marks) {}},
		"a new database":                 {change: func(inDB, beside *marks) { inDB.Incarnation, *beside = "", marks{} }},
		"ahead of what was noted":        {change: func(inDB, _ *marks) { inDB.Claims++ }},
		"one claim behind":               {change: func(inDB, _ *marks) { inDB.Claims-- }, held: true},
		"one claim behind, shared":       {change: func(inDB, _ *marks) { inDB.Claims-- }, shared: true, held: true},
		"another number on the disk":     {change: func(inDB, _ *marks) { inDB.Inode++ }, held: true},
		"made at another time":           {change: func(inDB, _ *marks) { inDB.Born++ }, held: true},
		"changed since it was closed":    {change: func(inDB, _ *marks) { inDB.Closed++ }, held: true},
		"changed, and never closed":      {change: func(inDB, beside *marks) { inDB.Closed++; beside.Closed = 0 }},
		"another database":               {change: func(inDB, _ *marks) { inDB.Incarnation = "B" }, held: true},
		"another incarnation, shared":    {change: func(inDB, _ *marks) { inDB.Incarnation = "B" }, shared: true},
		"no marks beside it":             {change: func(_, beside *marks) { *beside = marks{} }, held: true},
		"one more instance":              {change: func(_, beside *marks) { *beside = marks{} }, shared: true},
		"a backup":                       {change: func(inDB, _ *marks) { inDB.Incarnation = backupMark }, held: true},
		"a backup that several may open": {change: func(inDB, _ *marks) { inDB.Incarnation = backupMark }, shared: true, held: true},
	} {
		inDB, beside := here, here
		x.change(&inDB, &beside)
		if why := strange(inDB, beside, x.shared); (why != "") != x.held {
			t.Errorf("%s: held because of %q, want it held: %v", what, why, x.held)
		}
	}
}
