package storetest

import (
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var quotas = map[string]func(*testing.T, Place){
	"what was spent of a quota stays spent until it begins anew": spentQuota,
}

func spentQuota(t *testing.T, p Place) {
	s := p.Open(t, store.Options{})
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	q := cases.Quota{Name: "youtube/default", Most: 100, Resets: noon.Add(time.Hour)}
	spend := func(s *store.Store, q cases.Quota, units, keep, wantLeft int64, wantOK bool) {
		t.Helper()
		left, ok, err := s.Spend(t.Context(), q, units, keep)
		if err != nil || left != wantLeft || ok != wantOK {
			t.Errorf("spending %d and keeping %d: %d left, %v, %v; want %d left, %v", units, keep, left, ok, err, wantLeft, wantOK)
		}
	}
	spend(s, q, 50, 0, 50, true)
	spend(s, q, 45, 10, 50, false)
	spend(s, q, 40, 10, 10, true)
	spend(s, q, 11, 0, 10, false)
	tomorrow := q
	tomorrow.Resets = q.Resets.Add(24 * time.Hour)
	spend(s, tomorrow, 1, 0, 99, true)
	spend(s, q, 1, 0, 98, true) // an instance whose clock is behind does not bring the old day back
	more := tomorrow
	more.Most = 1000 // the platform granted more
	spend(s, more, 500, 0, 498, true)
	if err := s.Exhaust(t.Context(), more); err != nil {
		t.Fatal(err)
	}
	spend(s, more, 1, 0, 0, false)
	spend(s, cases.Quota{Name: "youtube/other", Most: 7, Resets: q.Resets}, 7, 0, 0, true)
	got, err := s.Quotas(t.Context())
	if err != nil || len(got) != 2 || got[0].Name != "youtube/default" || got[0].Left(noon) != 0 || got[0].Left(more.Resets) != 1000 || got[1].Used != 7 {
		t.Errorf("%+v %v", got, err)
	}
}
