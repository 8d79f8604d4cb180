package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/phrases"
	"rasid/internal/store"
)

// records is the database as a command looks at it, also while `rasid run`
// works on it.
type records struct {
	cfg   *config.Config
	store *store.Store
	words *phrases.Catalogue
	zone  *time.Location
}

// look opens the records for reading, does something with them and closes
// them.
func (p *program) look(ctx context.Context, do func(r *records) error) (err error) {
	cfg, err := p.load()
	if err != nil {
		return err
	}
	s, err := store.OpenReader(ctx, storeOptions(cfg))
	if err != nil {
		return noRecords(err, cfg)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(&records{cfg: cfg, store: s, words: p.words, zone: cfg.Business.Zone.Location})
}

// change opens the records for writing; on SQLite that needs them alone.
func (p *program) change(ctx context.Context, do func(s *store.Store, cfg *config.Config) error) (err error) {
	cfg, err := p.load()
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, storeOptions(cfg))
	if err != nil {
		return noRecords(err, cfg)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := drawKeys(ctx, s); err != nil {
		return err
	}
	return do(s, cfg)
}

// Names of secrets.
const (
	invitationKey = "invitations" // signs invitations and keys of the API
	buttonsKey    = "buttons"     // signs the buttons under cards
)

// drawKeys draws the secrets that commands only read, which a first import needs
// as a first start does.
func drawKeys(ctx context.Context, s *store.Store) error {
	for _, name := range []string{invitationKey, buttonsKey} {
		if _, err := s.Secret(ctx, name, 32); err != nil {
			return fmt.Errorf("drawing the key of %s: %w", name, err)
		}
	}
	return nil
}

const (
	ballast = 64 << 20  // bytes set aside beside the records for the day the disk is full
	minFree = 200 << 20 // bytes below which nothing new is recorded
)

func storeOptions(cfg *config.Config) store.Options {
	return store.Options{
		DSN: cfg.DatabasePath(), DataDir: cfg.Data, Owner: owner(cfg.Data), JoinWindow: cfg.Policy.JoinWithin,
		Logger: slog.New(slog.DiscardHandler),
	}
}

// noRecords says what to do when the database cannot be opened.
func noRecords(err error, cfg *config.Config) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("%w: stop it first, or do this in a staff room or on the page", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there are no records at %s yet: start with `rasid run`", shownDatabase(cfg))
	}
	return err
}

// caseNumber reads the number of a case as people write it: 41 or #41.
func caseNumber(s string) (int64, error) {
	if len(s) > 0 && s[0] == '#' {
		s = s[1:]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, usageError{fmt.Errorf("%q is not the number of a case", s)}
	}
	return n, nil
}

// the reads a case by its number.
func (r *records) the(ctx context.Context, arg string) (cases.Case, error) {
	n, err := caseNumber(arg)
	if err != nil {
		return cases.Case{}, err
	}
	c, err := r.store.Case(ctx, n)
	if errors.Is(err, cases.ErrNotFound) {
		return cases.Case{}, fmt.Errorf("there is no case #%d", n)
	}
	return c, err
}

// past is what happened to a case, and what was sent for it.
func (r *records) past(ctx context.Context, c cases.Case) ([]cases.Entry, []cases.Send, error) {
	history, err := r.store.History(ctx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	sends, err := r.store.Outbox(ctx, c.ID)
	return history, sends, err
}

// name is the name to show for a By of the history.
func (r *records) name(by string) string {
	for _, s := range r.cfg.Staff {
		if s.ID == by {
			return s.Name
		}
	}
	return by
}

// clock writes a moment in the zone of the business.
func (r *records) clock(t time.Time) string {
	return t.In(r.zone).Format("2006-01-02 15:04")
}
