package cases

import (
	"testing"
	"time"
)

func TestALimitThatBeganAnewIsWholeAgain(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		a    Allowance
		at   time.Time
		left int64
		told bool
	}{
		"never said":           {Allowance{}, noon, 0, false},
		"before the reset":     {Allowance{Left: 7, Most: 300, Resets: noon.Add(time.Hour), At: noon}, noon.Add(59 * time.Minute), 7, true},
		"after the reset":      {Allowance{Left: 7, Most: 300, Resets: noon.Add(time.Hour), At: noon}, noon.Add(time.Hour), 300, true},
		"anew to who knows":    {Allowance{Left: 7, Resets: noon.Add(time.Hour), At: noon}, noon.Add(time.Hour), 0, false},
		"no reset was told of": {Allowance{Left: 7, Most: 300, At: noon}, noon.Add(24 * time.Hour), 7, true},
	} {
		if left, told := c.a.Now(c.at); left != c.left || told != c.told {
			t.Errorf("%s: %d %t", name, left, told)
		}
	}
}
