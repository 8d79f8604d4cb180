package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/phrases"
)

// checkCommand reads the configuration and reports every mistake.
func (p *program) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find every mistake in config.yaml, with what to write instead",
		Long: `Reads the configuration as "rasid run" would, without touching any network or
database, and reports every mistake at once: the line, what is wrong, and what
to write. With no mistakes it says in a few lines what would be watched, where
answers would appear, and who decides.

The exit code is 0 when the configuration can be used and 1 when it cannot.`,
		Example: `  rasid check
  rasid check --config examples/telegram.yaml
  rasid check --lang ar`,
		Args: nothing,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			return p.summary(cfg, p.words)
		},
	}
	return cmd
}

// mistakes are those of a configuration, as they are told.
type mistakes struct {
	config.ProblemsError
	words *phrases.Catalogue
}

// Unwrap lets the mistakes be found.
func (m mistakes) Unwrap() error { return m.ProblemsError }

// Error tells one mistake per line.
func (m mistakes) Error() string {
	if m.words.Language == "en" {
		return m.ProblemsError.Error()
	}
	lines := make([]string, len(m.Problems))
	for i, p := range m.Problems {
		where := p.File
		if p.Line > 0 {
			where += fmt.Sprintf(":%d", p.Line)
		}
		lines[i] = m.words.Say("check.at", "where", where, "path", p.Path, "cause", phrases.Plain(m.words.Line(p.Cause)))
		if p.Path == "" { // of the whole line or file
			lines[i] = m.words.Say("check.whole", "where", where, "cause", phrases.Plain(m.words.Line(p.Cause)))
		}
		if p.Write != "" {
			lines[i] += m.words.Say("check.write", "text", phrases.Plain(m.words.Line(p.Write)))
		}
	}
	return strings.Join(lines, "\n")
}

// load reads the configuration to its last part. The mistakes of the file and
// those that only the kinds can see come together.
func (p *program) load() (*config.Config, error) {
	return p.loadBut(func(config.Problem) bool { return false })
}

// loadBut is load, and passes over mistakes that whoever asks is about to mend.
func (p *program) loadBut(mended func(config.Problem) bool) (*config.Config, error) {
	cfg, err := config.Load(p.config, p.env)
	var wrong config.ProblemsError
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	problems := wrong.Problems
	if cfg != nil {
		problems = append(problems, inspect(cfg)...)
	}
	problems = slices.DeleteFunc(problems, mended)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// summary says what a configuration means.
func (p *program) summary(cfg *config.Config, words *phrases.Catalogue) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	row := func(format string, a ...any) { fmt.Fprintln(w, words.Row(fmt.Sprintf(format, a...))) }
	row("%s can be used.", cfg.File)
	name := strings.Trim(cfg.Business.Name.AR+" / "+cfg.Business.Name.EN, " /")
	row("business\t%s, %s", name, cfg.Business.Zone)
	kinds := sourceKinds()
	for _, s := range cfg.Sources {
		what := "mentions matching " + cmp.Or(s.Match, cfg.Business.Match)
		if s.Dedicated || kinds[s.Kind].direct {
			what = words.Line("everything")
		}
		row("watches\t%s (%s): %s; answers: %s", s.Name, s.Kind, what, s.Reply.Kind)
	}
	for _, m := range cfg.Rooms {
		row("room\t%s (%s, %s), level %d", m.Name, m.Kind, m.Language, m.Level)
	}
	for _, s := range cfg.Staff {
		row("staff\t%s (%s)", words.Name(s.Name), words.Say("role."+string(s.Role)))
	}
	row("policy\tflag from %.2f, undo for %s, remind after %s", cfg.Policy.FlagAt, words.Duration(cfg.Policy.Undo), words.Duration(cfg.Policy.RemindAfter))
	if len(cfg.Digest.Rooms) > 0 {
		row("digest\tat %s to %s", cfg.Digest.At, strings.Join(cfg.Digest.Rooms, ", "))
	}
	if m := cfg.Digest.Mail; len(m.To) > 0 {
		row("mail\tthe digest to %s through %s (%s)", strings.Join(m.To, ", "), m.SMTP, m.TLS)
	}
	row("records\t%s", shownDatabase(cfg))
	return w.Flush()
}

// shownDatabase names the database without user or password.
func shownDatabase(cfg *config.Config) string {
	path := cfg.DatabasePath()
	if scheme, rest, isURL := strings.Cut(path, "://"); isURL {
		if i := strings.LastIndex(rest, "@"); i >= 0 {
			rest = rest[i+1:]
		}
		rest, _, _ = strings.Cut(rest, "?")
		return scheme + "://" + rest
	}
	return path
}
