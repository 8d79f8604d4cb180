package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rasid/internal/config"
)

// checkCommand reads the configuration and reports every mistake.
func (p *program) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Find every mistake in config.yaml, with what to write instead",
		Long: `Reads the configuration as "rasid run" would, without touching any network or
database, and reports every mistake at once: the line, what is wrong, and what
to write. With no mistakes it says in a few lines what would be watched, where
answers would appear, and who decides.

The exit code is 0 when the configuration can be used and 1 when it cannot.`,
		Example: `  rasid check
  rasid check --config examples/telegram.yaml`,
		Args: nothing,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			return p.summary(cfg)
		},
	}
}

// load reads the configuration to its last part. The mistakes of the file and
// those that only the kinds can see come together.
func (p *program) load() (*config.Config, error) {
	cfg, err := config.Load(p.config, p.env)
	var problems config.Problems
	if err != nil && !errors.As(err, &problems) {
		return nil, err
	}
	if cfg != nil {
		problems = append(problems, inspect(cfg)...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// summary says what a configuration means.
func (p *program) summary(cfg *config.Config) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s can be used.\n", cfg.File)
	name := strings.Trim(cfg.Business.Name.AR+" / "+cfg.Business.Name.EN, " /")
	fmt.Fprintf(w, "business\t%s, %s\n", name, cfg.Business.Zone)
	for _, s := range cfg.Sources {
		what := "mentions matching " + cmp.Or(s.Match, cfg.Business.Match)
		if s.Dedicated {
			what = "everything"
		}
		fmt.Fprintf(w, "watches\t%s (%s): %s; answers: %s\n", s.Name, s.Kind, what, s.Reply.Kind)
	}
	for _, m := range cfg.Rooms {
		fmt.Fprintf(w, "room\t%s (%s, %s), level %d\n", m.Name, m.Kind, m.Language, m.Level)
	}
	for _, s := range cfg.Staff {
		fmt.Fprintf(w, "staff\t%s (%s)\n", s.Name, s.Role)
	}
	fmt.Fprintf(w, "policy\tflag from %.2f, undo for %s, remind after %s\n", cfg.Policy.FlagAt, cfg.Policy.Undo, cfg.Policy.RemindAfter)
	if len(cfg.Digest.Rooms) > 0 {
		fmt.Fprintf(w, "digest\tat %s to %s\n", cfg.Digest.At, strings.Join(cfg.Digest.Rooms, ", "))
	}
	if m := cfg.Digest.Mail; len(m.To) > 0 {
		fmt.Fprintf(w, "mail\tthe digest to %s through %s (%s)\n", strings.Join(m.To, ", "), m.SMTP, m.TLS)
	}
	fmt.Fprintf(w, "records\t%s\n", shownDatabase(cfg))
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
