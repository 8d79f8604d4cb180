package goldentest

import (
	"os"
	"path/filepath"
	"testing"
)

// Root is the folder of go.mod above the test.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// Beside is a folder of third-party texts. They are no part of the repository;
// where somebody has them they are in ../shared, seen from it.
func Beside(t testing.TB, name string) (folder string, there bool) {
	t.Helper()
	for _, up := range []string{"..", "../.."} { // a second checkout may be one folder deeper
		folder := filepath.Join(Root(t), up, "shared", filepath.FromSlash(name))
		if _, err := os.Stat(folder); err == nil {
			return folder, true
		}
	}
	return "", false
}
