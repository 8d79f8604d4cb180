package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

const sourcesIntro = `<!-- Generated from cmd/rasid/kinds_*.go by "make docs". Do not edit. -->

# Sources

Every kind of source: what rasid reads and how, how it answers there and how long an answer may be, what it takes, what is
seen of edits and deletions, and what the platform does not allow. The settings of each kind are in [config.md](config.md);
` + "`rasid add KIND`" + ` asks for them. ` + "`rasid sources`" + ` says how yours fare.

`

const sourcesOutro = `
Any source can also answer by ` + "`manual`" + ` (staff post it themselves), ` + "`webhook`" + ` ([webhooks.md](webhooks.md)) or ` + "`outlet`" + ` (a file on this machine, to try things).

## Why a person approves

Nothing leaves without a person unless a written rule of yours says so ([policy.md](policy.md)), whatever the platform. Where the
platform itself has something to say about answers that programs send, it stands here; read its rules before you write a
rule for such a source.

| kind | why a person approves by default |
|---|---|
`

// sourcesPage writes docs/sources.md from the registry.
func sourcesPage() string {
	var b, why strings.Builder
	b.WriteString(sourcesIntro)
	b.WriteString("| kind | reads | answers | keys needed | edits | deletions | what the platform does not allow |\n|---|---|---|---|---|---|---|\n")
	replies := replyKinds()
	for _, name := range slices.Sorted(maps.Keys(sourceKinds())) {
		k := sourceKinds()[name]
		answers := k.answers
		if _, ok := replies[name]; ok {
			answers = "`reply: {kind: " + name + "}`: " + answers
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", name, k.reads, answers, k.keys, k.edits, k.deletions, k.limits)
		if k.approval != "" {
			fmt.Fprintf(&why, "| `%s` | %s |\n", name, k.approval)
		}
	}
	return b.String() + sourcesOutro + why.String()
}

// TestTheSourcesPageIsFresh keeps docs/sources.md equal to the registry.
func TestTheSourcesPageIsFresh(t *testing.T) {
	const path = "../../docs/sources.md"
	want := sourcesPage()
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/sources.md is stale, run make docs (%v)", err)
	}
}

// TestPeopleAreToldWhatEveryKindOfSourceCanAndCannotDo looks at the sentences
// that stand in docs/sources.md, in `rasid sources` and on the page.
func TestPeopleAreToldWhatEveryKindOfSourceCanAndCannotDo(t *testing.T) {
	ar, err := phrases.Load("ar")
	if err != nil {
		t.Fatal(err)
	}
	replies := replyKinds()
	for name, k := range sourceKinds() {
		told := map[string]string{"reads": k.reads, "answers": k.answers, "limits": k.limits, "keys": k.keys, "edits": k.edits, "deletions": k.deletions}
		_, speaks := replies[name]
		if speaks {
			told["approval"] = k.approval
		} else if k.approval != "" {
			t.Errorf("%s: approval is told, but there is no reply kind %s", name, name)
		}
		if arabic := ar.Source(name, ""); !strings.HasSuffix(arabic, ".") || !strings.ContainsFunc(arabic, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("%s: staff who read Arabic are told %q; write what is not allowed into internal/phrases/sources.ar.txt", name, arabic)
		}
		for _, what := range []string{"reads", "edits", "deletions"} {
			if arabic := ar.Told(name, what, ""); !strings.HasSuffix(arabic, ".") || !strings.ContainsFunc(arabic, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
				t.Errorf("%s: rasid sources --lang ar says %q of %s; write it into internal/phrases/sources.ar.txt", name, arabic, what)
			}
		}
		for field, text := range told {
			if why := notASentence(text); why != "" {
				t.Errorf("%s: %s in cmd/rasid/kinds_*.go %s: %q", name, field, why, text)
			}
		}
		if speaks && !strings.ContainsFunc(k.answers, unicode.IsDigit) {
			t.Errorf("%s: answers does not say how long one may be: %q", name, k.answers)
		}
		if seen := strings.HasPrefix(k.deletions, "None: ") || strings.HasPrefix(k.deletions, "Seen") && !strings.HasPrefix(k.deletions, "Seen just before a reply"); seen == k.blind {
			t.Errorf("%s: blind is %v, but people are told of deletions: %q", name, k.blind, k.deletions)
		}
	}
}

// TestEveryQuestionOfAddIsAskedInBothLanguages asks each kind what it misses at
// first, as `rasid add` does.
func TestEveryQuestionOfAddIsAskedInBothLanguages(t *testing.T) {
	ar, err := phrases.Load("ar")
	if err != nil {
		t.Fatal(err)
	}
	en, err := phrases.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	arabic := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
	}
	for name, k := range sourceKinds() {
		c, ok := k.settings().(interface{ Check() []cases.Fault })
		if !ok {
			continue
		}
		for _, f := range c.Check() {
			field, _, _ := strings.Cut(f.Field, "[")
			for _, key := range []string{"add.ask." + field, "add.hint." + name + "." + field} {
				if !en.Has(key) || !arabic(ar.Text(key)) {
					t.Errorf("%s: rasid add asks for %s, and %s is missing in internal/phrases or not in Arabic there", name, field, key)
				}
			}
		}
	}
}

// TestStaffAreAskedToLookOnlyWhereTheProgramDoesNotLookItself keeps the card
// from asking for what is done anyway just before a reply leaves.
func TestStaffAreAskedToLookOnlyWhereTheProgramDoesNotLookItself(t *testing.T) {
	const reviews = `kind: trustpilot, key: "${TRUSTPILOT_KEY}", dedicated: true, business_unit: 46d6a890000064000500e0c`
	h := houseOf(t, `business: {name: {en: Noor}}
data: data
sources:
  - {name: looks, `+reviews+`3, reply: {kind: trustpilot, key: "${TRUSTPILOT_KEY}", secret: "${TRUSTPILOT_SECRET}", business_user: 507f191e810c19729de860ea}}
  - {name: passes, `+reviews+`4, reply: {kind: webhook, url: "https://app.noor.example/replies", secret: "${HOOK_SECRET}"}}
rooms: [{name: desk, kind: console}]
staff: [{id: mona, role: approver}]
`)
	for name, blind := range map[string]bool{"looks": false, "passes": true} {
		if got := h.office.Place(name).Blind; got != blind {
			t.Errorf("%s: the card asks staff to look: %v, want %v", name, got, blind)
		}
	}
}

// notASentence says what is wrong with a text that should fit into a table.
func notASentence(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case s == "":
		return "is missing"
	case !unicode.IsUpper(first) || !strings.HasSuffix(s, "."):
		return "is not a sentence"
	case strings.ContainsAny(s, "|\n"):
		return "does not fit into a table"
	}
	return ""
}
