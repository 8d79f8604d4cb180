package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rasid/internal/cases"
	"rasid/internal/config"
)

// adding is one source on its way into config.yaml.
type adding struct {
	p        *program
	name     string
	sets     []string
	untested bool

	section section
	fields  map[string]reflect.Type
	place   string // sources[2]
	before  string // the file as it was
	in      *bufio.Scanner
	made    []string // files of secrets, taken away again when nothing is written
}

// addCommand asks for what a new source needs and writes it.
func (p *program) addCommand() *cobra.Command {
	a := &adding{p: p}
	cmd := &cobra.Command{
		Use:   "add KIND",
		Short: "Add a source: ask for what it needs, test it, write it into config.yaml",
		Long: `Asks the few questions that a source of this kind needs, asks the platform whether it
works, and writes the section into config.yaml, where everything else stays as it is.
Nothing is written that "rasid check" would not take.

Secrets never go into config.yaml: an answer like ${NAME} names an environment
variable, anything else goes into a file in the folder secrets that only its owner
can read. docs/sources.md lists the kinds. With --set nothing is asked for that is
given; a list is written with commas.`,
		Example: `  rasid add feed
  rasid add feed --set url=https://shop.example/reviews.rss --set dedicated=true
  rasid add mail --name care --lang ar`,
		Args: one("a kind of source; docs/sources.md lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.section.kind = args[0]
			return a.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&a.name, "name", "", "name of the source (default: its kind)")
	f.StringArrayVar(&a.sets, "set", nil, "KEY=VALUE of the section; may be repeated")
	f.BoolVar(&a.untested, "untested", false, "write it without asking the platform")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "language" { // what --lang was called here
			name = "lang"
		}
		return pflag.NormalizedName(name)
	})
	return cmd
}

func (a *adding) run(ctx context.Context) (err error) {
	kinds := sourceKinds()
	kind, ok := kinds[a.section.kind]
	if !ok {
		return usageError{fmt.Errorf("there is no kind %s; the kinds are %s", a.section.kind, strings.Join(slices.Sorted(keys(kinds)), ", "))}
	}
	cfg, err := a.p.loadBut(func(p config.Problem) bool { return p.Cause == config.NothingToWatch }) // it may be the first
	if err != nil {
		return err
	}
	if err := a.prepare(cfg, kind); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, path := range a.made {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	text, next, err := a.complete(ctx)
	if err != nil {
		return err
	}
	if !a.untested {
		if err := a.test(ctx, next); err != nil {
			return err
		}
	}
	if err := a.write(text); err != nil {
		return err
	}
	fmt.Fprintln(a.p.out, a.p.words.Say("add.done", "name", a.section.name, "file", a.p.config))
	return nil
}

// prepare reads what is given.
func (a *adding) prepare(cfg *config.Config, kind sourceKind) error {
	text, err := os.ReadFile(a.p.config)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	a.before, a.in, a.fields = string(text), bufio.NewScanner(a.p.in), fieldsOf(kind.settings())
	a.place = fmt.Sprintf("sources[%d]", len(cfg.Sources))
	a.section.name = a.name
	for n := 1; a.section.name == ""; n++ {
		name := a.section.kind
		if n > 1 {
			name = fmt.Sprintf("%s-%d", name, n)
		}
		if !slices.ContainsFunc(cfg.Sources, func(s config.Source) bool { return s.Name == name }) {
			a.section.name = name
		}
	}
	for _, s := range a.sets {
		key, value, found := strings.Cut(s, "=")
		if !found {
			return usageError{fmt.Errorf("--set wants KEY=VALUE, not %s", key)}
		}
		if err := a.answer(key, value); err != nil {
			return err
		}
	}
	return nil
}

// maxQuestions bounds the talk.
const maxQuestions = 30

// complete asks until the file can be used with the new section in it.
func (a *adding) complete(ctx context.Context) (string, *config.Config, error) {
	asked := map[string]bool{}
	for range maxQuestions {
		if err := ctx.Err(); err != nil {
			return "", nil, err
		}
		item, err := a.section.lines(a.fields)
		if err != nil {
			return "", nil, usageError{err}
		}
		text, err := inserted(a.before, item)
		if err != nil {
			return "", nil, err
		}
		cfg, problems, err := a.p.tried(text)
		switch {
		case err != nil:
			return "", nil, err
		case len(problems) == 0:
			return text, cfg, nil
		}
		first := problems[0]
		field, ours := strings.CutPrefix(first.Path, a.place+".")
		field, _, _ = strings.Cut(field, "[")
		if _, known := a.fields[field]; !ours || !known {
			return "", nil, problems.Err() // nothing that an answer would mend
		}
		if asked[field] || slices.ContainsFunc(a.section.settings, func(s setting) bool { return strings.TrimSuffix(s.key, "_file") == field }) {
			why, known := a.p.words.Known(first.Cause)
			if !known { // what is wanted is always known
				why = a.hint(field, first.Write)
			}
			fmt.Fprintf(a.p.out, "%s\n", a.p.words.Say("add.wrong", "key", field, "why", why))
		}
		asked[field] = true
		if err := a.ask(ctx, field, first.Write); err != nil {
			return "", nil, errors.Join(err, problems.Err())
		}
	}
	return "", nil, errors.New("too many wrong answers; nothing was written")
}

// hint says what an answer looks like.
func (a *adding) hint(field, write string) string {
	if key := "add.hint." + a.section.kind + "." + field; a.p.words.Has(key) {
		return a.p.words.Say(key)
	}
	return a.p.words.Line(write)
}

// ask puts one question and takes the answer. What is typed of a secret is not
// shown.
func (a *adding) ask(ctx context.Context, field, write string) error {
	question := "add.ask." + field
	if !a.p.words.Has(question) {
		question = "add.ask"
	}
	fmt.Fprintf(a.p.out, "%s\n  (%s)\n> ", a.p.words.Say(question, "key", field), a.hint(field, write))
	read := a.in.Scan
	if secretField(a.fields, field) {
		read = func() bool { return quietly(ctx, a.p.in, a.in.Scan) }
	}
	if !read() {
		fmt.Fprintln(a.p.out)
		return cmp.Or(a.in.Err(), errors.New("an answer is missing; nothing was written"))
	}
	return a.answer(field, strings.TrimSpace(a.in.Text()))
}

// answer keeps a value; a secret goes where only its owner reads it. A key that
// a platform gave as a file is named by its path: it has several lines.
func (a *adding) answer(key, value string) error {
	if secretField(a.fields, key) && keyFile(filepath.Dir(a.p.config), value) {
		a.section.set(key+"_file", value)
		return nil
	}
	if !secretField(a.fields, key) || value == "" || strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}") {
		a.section.set(key, value)
		return nil
	}
	dir := filepath.Join(filepath.Dir(a.p.config), "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder for secrets: %w", err)
	}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == '.' || r <= ' ' {
			return '-'
		}
		return r
	}, a.section.name)
	path, err := a.room(filepath.Join(dir, name), key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", key, err)
	}
	if !slices.Contains(a.made, path) {
		a.made = append(a.made, path)
	}
	_, err = f.WriteString(value + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keeping %s: %w", key, err)
	}
	a.section.set(key+"_file", "secrets/"+filepath.Base(path))
	return nil
}

// mostSecrets bounds the search for a free name.
const mostSecrets = 100

// room is a free name for a file with a secret. One that stands there is left
// alone, whoever made it: an addition that was killed leaves its own behind.
func (a *adding) room(base, key string) (string, error) {
	path := base + "." + key
	for n := 2; n < mostSecrets; n++ {
		if slices.Contains(a.made, path) { // a second answer to the same question
			if err := os.Remove(path); err != nil {
				return "", fmt.Errorf("replacing a secret: %w", err)
			}
			return path, nil
		}
		if _, err := os.Lstat(path); err != nil {
			return path, nil // free, or the opening says what is wrong
		}
		path = fmt.Sprintf("%s-%d.%s", base, n, key)
	}
	return path, nil
}

// keyFile reports whether an answer is the path of a key that a platform gave,
// relative to the folder of the configuration.
func keyFile(folder, answer string) bool {
	if !slices.Contains([]string{".json", ".p8", ".pem"}, filepath.Ext(answer)) {
		return false
	}
	if !filepath.IsAbs(answer) {
		answer = filepath.Join(folder, answer)
	}
	info, err := os.Stat(answer)
	return err == nil && info.Mode().IsRegular()
}

// tried reads a configuration as `rasid check` would, beside the one in use.
func (p *program) tried(text string) (cfg *config.Config, problems config.Problems, err error) {
	f, err := os.CreateTemp(filepath.Dir(p.config), ".rasid-add-*.yaml")
	if err != nil {
		return nil, nil, fmt.Errorf("trying the configuration: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, nil, fmt.Errorf("trying the configuration: %w", err)
	}
	other := *p
	other.config = f.Name()
	cfg, err = other.load()
	if wrong, ok := errors.AsType[config.ProblemsError](err); ok {
		for i := range wrong.Problems {
			wrong.Problems[i].File = p.config
		}
		return nil, wrong.Problems, nil
	}
	return cfg, nil, err
}

// unwell is told when the platform does not answer as it should.
const unwell = "the test failed and nothing was written; --untested writes it anyway"

// test asks the platform, as `rasid doctor` does, or looks once.
func (a *adding) test(ctx context.Context, cfg *config.Config) (err error) {
	dir, err := os.MkdirTemp("", "rasid-add-")
	if err != nil {
		return fmt.Errorf("making a folder for the test: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	scratch := *cfg
	scratch.Database, scratch.Data, scratch.Log.Level = "", dir, "error"
	h, err := a.p.open(ctx, &scratch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	source := h.sources[a.section.name]
	found := ask(ctx, source)
	if len(found) == 0 {
		ctx, cancel := context.WithTimeout(ctx, examination)
		defer cancel()
		page, err := source.Poll(ctx, "")
		advice := cases.Advice{OK: true, What: count(len(page.Mentions), "mention") + " there now"}
		if err != nil {
			advice = cases.Advice{What: "looking there", Fix: err.Error()}
		}
		found = append(found, advice)
	}
	if tell(a.p.out, a.p.words, "source "+a.section.name, found) > 0 {
		return errors.New(unwell)
	}
	return nil
}

// write replaces the file whole, unless somebody changed it meanwhile.
func (a *adding) write(text string) error {
	now, err := os.ReadFile(a.p.config)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if string(now) != a.before {
		return fmt.Errorf("%s changed meanwhile; nothing was written", a.p.config)
	}
	info, err := os.Stat(a.p.config)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	next := a.p.config + ".new"
	if err := os.WriteFile(next, []byte(text), info.Mode().Perm()); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	if err := os.Rename(next, a.p.config); err != nil {
		return fmt.Errorf("writing the configuration: %w", errors.Join(err, os.Remove(next)))
	}
	return nil
}
