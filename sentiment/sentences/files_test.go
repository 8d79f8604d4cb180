// Package sentences_test checks the form of the labelled sentences beside it,
// so that a mistyped label fails here and not as a puzzling figure later.
package sentences_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	langs    = "ar en mixed arabizi other"
	dialects = "msa gulf egyptian levantine maghrebi iraqi sudanese -"
	domains  = "shops clinics apps restaurants telecom delivery government misc"
	labels   = "neg neu pos"
	splits   = "train test"
	groups   = "curse fact polite-request irony pious was-good negated-positive not-our-business " +
		"sarcasm accusing-question competitor mixed-review domain-word emoji short plain -"
)

// anything marks a column whose value is free text.
const anything = ""

func TestEverySentenceHasKnownLabelsAndOccursOnce(t *testing.T) {
	t.Parallel()
	sets := []struct {
		pattern string
		columns []string // the values each column may take
		atLeast int      // rows over all files of the set
	}{
		{"mentions-*.tsv", []string{anything, langs, dialects, domains, labels, splits, groups, anything}, 4000},
		{"talk-*.tsv", []string{anything, langs, dialects, domains, labels, splits, groups, anything}, 4000},
		{"language.tsv", []string{anything, langs, dialects, splits, anything}, 1200},
		{"target.tsv", []string{anything, langs, anything, "us other none", labels, splits, anything}, 500},
	}
	for _, set := range sets {
		t.Run(set.pattern, func(t *testing.T) {
			t.Parallel()
			files, err := filepath.Glob(set.pattern)
			if err != nil {
				t.Fatal(err)
			}
			ids, texts := map[string]string{}, map[string]string{}
			for _, file := range files {
				checkFile(t, file, set.columns, ids, texts)
			}
			if len(ids) < set.atLeast {
				t.Errorf("%s holds %d rows, want at least %d", set.pattern, len(ids), set.atLeast)
			}
		})
	}
}

// checkFile reads one file and reports every row that is not as described.
func checkFile(t *testing.T, name string, columns []string, ids, texts map[string]string) {
	t.Helper()
	file, err := os.Open(name) // the name comes from a glob over this folder
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()

	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != len(columns) {
			t.Errorf("%s: %d columns, want %d: %s", name, len(fields), len(columns), line)
			continue
		}
		for i, allowed := range columns {
			if allowed != anything && !slices.Contains(strings.Fields(allowed), fields[i]) {
				t.Errorf("%s: %s: column %d is %q, want one of: %s", name, fields[0], i+1, fields[i], allowed)
			}
		}
		id, text := fields[0], fields[len(fields)-1]
		if text == "" || text != strings.TrimSpace(text) || !utf8.ValidString(text) {
			t.Errorf("%s: %s: text is empty, padded or not UTF-8: %q", name, id, text)
		}
		if earlier, ok := ids[id]; ok {
			t.Errorf("%s: id %s is used twice, also by %s", name, id, earlier)
		}
		if earlier, ok := texts[text]; ok {
			t.Errorf("%s: %s repeats the text of %s", name, id, earlier)
		}
		ids[id], texts[text] = name, id
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
