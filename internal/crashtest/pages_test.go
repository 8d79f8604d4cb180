package crashtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPagesNameTestsThatExist keeps docs/invariants.md honest: every test and
// every part of a suite that it names exists, every promise and every abuse has
// its line, and the mistakes it names are those that can be built in.
func TestPagesNameTestsThatExist(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "invariants.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests, parts := namedInTests(t)
	rows := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		ids, ok := strings.CutPrefix(line, "| ")
		ids, _, cut := strings.Cut(ids, " |")
		if !ok || !cut || !regexp.MustCompile(`^[AI]\d`).MatchString(ids) {
			continue
		}
		for _, id := range spread(ids) {
			rows[id] = true
		}
		named := regexp.MustCompile("`(Test\\w+)(/[^`]+)?`").FindAllStringSubmatch(line, -1)
		if len(named) == 0 && !strings.Contains(line, "| open: ") {
			t.Errorf("claims without a test: %s", line)
		}
		for _, n := range named {
			if !tests[n[1]] || n[2] != "" && !parts[n[2][1:]] {
				t.Errorf("%s: there is no %s%s", ids, n[1], n[2])
			}
		}
	}
	if len(rows) != 30+75 {
		t.Errorf("%d lines of promises and abuses, want 105", len(rows))
	}
	seeded := map[string]bool{}
	for _, b := range bugs {
		seeded[b.name] = true
	}
	for _, m := range classics {
		seeded[m.name] = true
	}
	promises, _, _ := strings.Cut(string(page), "\n## Abuse")
	_, promises, _ = strings.Cut(promises, "\n## Promises")
	for _, n := range regexp.MustCompile(`\*([^*]+)\*`).FindAllStringSubmatch(promises, -1) {
		if !seeded[n[1]] {
			t.Errorf("there is no mistake %q to build in", n[1])
		}
		delete(seeded, n[1])
	}
	for name := range seeded {
		t.Errorf("the page does not say which promise %q breaks", name)
	}
}

// spread reads "A1–A3, A7" as A1, A2, A3 and A7.
func spread(ids string) (all []string) {
	for part := range strings.SplitSeq(ids, ", ") {
		from, to, _ := strings.Cut(part, "–")
		letter := from[:1]
		first, _ := strconv.Atoi(from[1:])
		last, _ := strconv.Atoi(strings.TrimPrefix(to, letter)) // 0 where there is no second
		for n := first; n <= max(first, last); n++ {
			all = append(all, letter+strconv.Itoa(n))
		}
	}
	return all
}

// namedInTests reads the names of all tests, and the texts that name their
// parts.
func namedInTests(t *testing.T) (tests, parts map[string]bool) {
	t.Helper()
	tests, parts = map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "storetest") || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(src, -1) {
			tests[string(m[1])] = true
		}
		for _, m := range regexp.MustCompile(`(?m)^\t"([^"]+)": +(?:func|[a-z])`).FindAllSubmatch(src, -1) {
			parts[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests, parts
}
