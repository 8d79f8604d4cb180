package fakegoogle

import "testing"

// ExerciseSignIn checks that one sign-in lasts for several looks, and that a
// token Google no longer takes costs one look. look returns how many of the
// server's reviews it read.
func (f *Server) ExerciseSignIn(t *testing.T, look func() (int, error)) {
	t.Helper()
	f.Say(Review{Text: "cold", Stars: 2})
	for range 3 {
		if _, err := look(); err != nil {
			t.Fatal(err)
		}
	}
	if _, signIns := f.Counts(); signIns != 1 {
		t.Errorf("%d sign-ins for three looks", signIns)
	}
	f.Expire()
	if _, err := look(); err == nil {
		t.Fatal("an expired token was taken")
	}
	if n, err := look(); err != nil || n != 1 {
		t.Errorf("%d reviews, %v", n, err)
	}
}
