package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/watchers"
)

// examination bounds what one platform may take to answer.
const examination = 30 * time.Second

// doctorCommand asks every platform what is missing.
func (p *program) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Ask each platform what is missing, and say what to switch where",
		Long: `Calls every platform of config.yaml and looks at the set-up from there: is the token
right, can the bot read the group, is the message content intent on, may it write in
the staff room, does the feed hold anything. For each thing that is wrong it says
which switch to turn where. Nothing is posted and nothing is changed, and it may be
run while "rasid run" works.

It also looks at the records, and says how each source fared when it was last read.

The exit code is 0 when all is well and 1 when something needs a hand.`,
		Example: `  rasid doctor
  rasid doctor --lang ar`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			bad, err := p.examine(cmd.Context(), cfg, p.words)
			if err != nil {
				return err
			}
			if bad > 0 {
				return errors.New(count(bad, "thing") + " to fix")
			}
			return nil
		},
	}
	return cmd
}

// examine looks at everything and returns how much is wrong.
func (p *program) examine(ctx context.Context, cfg *config.Config, words *phrases.Catalogue) (bad int, err error) {
	tell := func(part string, found []cases.Advice) { bad += tell(p.out, words, part, found) }
	tell("records", p.examineRecords(ctx, cfg, words))
	// The examination gets records of its own, so that it neither waits for the
	// running program nor leaves anything behind.
	dir, err := os.MkdirTemp("", "rasid-doctor-")
	if err != nil {
		return 0, fmt.Errorf("making a folder for the examination (the variable TMPDIR names another place for it): %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	scratch := *cfg
	scratch.Database, scratch.Data = "", dir
	scratch.Log.Level = "error"
	h, err := p.openBeside(ctx, &scratch, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	for _, s := range cfg.Sources {
		tell("source "+s.Name, ask(ctx, h.sources[s.Name]))
		if r := h.office.Place(s.Name).Replier; r != nil {
			tell("answers to "+s.Name, ask(ctx, r))
		}
	}
	if h.writer.Model != nil {
		tell("model", ask(ctx, h.writer.Model))
	}
	asked := map[any]bool{}
	for _, r := range h.office.Rooms {
		if !asked[r.Chat] { // one chat may serve several rooms
			asked[r.Chat] = true
			tell("room "+sharing(h.office.Rooms, r.Chat), ask(ctx, r.Chat))
		}
	}
	return bad, nil
}

// sharing names the rooms of a chat.
func sharing(rooms []responder.Room, chat responder.StaffChat) string {
	var names []string
	for _, r := range rooms {
		if r.Chat == chat {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ", ")
}

// ask lets a part examine itself, if it can.
func ask(ctx context.Context, part any) []cases.Advice {
	d, ok := part.(watchers.Doctor)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, examination)
	defer cancel()
	return d.Doctor(ctx)
}

// tell writes what was found about one part and returns how much is wrong.
func tell(w io.Writer, words *phrases.Catalogue, part string, found []cases.Advice) (bad int) {
	if len(found) == 0 {
		found = []cases.Advice{{OK: true, What: "nothing to ask"}}
	}
	for _, a := range found {
		if a.OK {
			fmt.Fprintf(w, "%-6s%s: %s\n", words.Line("ok"), words.Line(part), words.Line(a.What))
			continue
		}
		bad++
		fmt.Fprintf(w, "%-6s%s: %s\n      %s %s\n", words.Line("FIX"), words.Line(part), words.Line(a.What), words.Say("doctor.then"), words.Found(a.Fix))
	}
	return bad
}

// examineRecords looks at the database and at how the sources fared.
func (p *program) examineRecords(ctx context.Context, cfg *config.Config, words *phrases.Catalogue) []cases.Advice {
	o := storeOptions(cfg)
	o.MinFree = minFree
	s, err := store.OpenReader(ctx, o)
	if errors.Is(err, os.ErrNotExist) {
		return []cases.Advice{{OK: true, What: "none yet at " + shownDatabase(cfg)}}
	}
	if err != nil {
		return []cases.Advice{{What: shownDatabase(cfg), Fix: err.Error()}}
	}
	defer func() { _ = s.Close() }()
	found := []cases.Advice{{OK: true, What: shownDatabase(cfg)}}
	if err := s.Room(); err != nil {
		found = append(found, cases.Advice{What: "room on the disk", Fix: err.Error()})
	}
	if stop, err := s.Stopped(ctx); err == nil && stop.On {
		fix := "/resume in a room"
		if stop.By == cases.File || strings.HasPrefix(stop.By, atTerminal) {
			fix = "rasid resume" // what rooms cannot lift, or a command alone stopped
		}
		found = append(found, cases.Advice{What: fmt.Sprintf("posting is stopped by %s (%s)", responder.Author(words, stop.By, (&records{cfg: cfg}).name), responder.WhyStopped(words, stop.By, stop.Why)), Fix: fix})
	}
	if why, waiting, err := s.Held(ctx); err == nil && why != "" {
		found = append(found, cases.Advice{What: fmt.Sprintf("replies held: %d (%s)", waiting, responder.WhyStopped(words, cases.Rasid, why)), Fix: "look at them on the page, then release them there"})
	}
	found = append(found, p.examineQuotas(ctx, s)...)
	statuses, err := s.Statuses(ctx)
	if err != nil {
		return append(found, cases.Advice{What: "sources", Fix: err.Error()})
	}
	watched := map[string]bool{}
	for _, src := range cfg.Sources {
		watched[src.Name] = true
	}
	for _, st := range statuses {
		found = append(found, p.examineStatus(st, watched[st.Source], words))
	}
	return found
}

// examineStatus tells how a source fared, by its name. What is not watched any
// more, or never was, needs no hand.
func (p *program) examineStatus(st cases.SourceStatus, watched bool, words *phrases.Catalogue) cases.Advice {
	told := func(text string) string { return words.Name(st.Source) + ": " + text }
	switch {
	case !watched:
		return cases.Advice{OK: true, What: told(p.beside(st, words))}
	case st.LastTry.IsZero():
		return cases.Advice{OK: true, What: told(untried(st, words))}
	case st.ErrorsInRow == 0 && !st.Stalled:
		return cases.Advice{OK: true, What: told(p.brought(st, words))}
	case st.LastError == "":
		return cases.Advice{What: told(p.brought(st, words)), Fix: "silent for too long: look whether people still write there"}
	}
	return cases.Advice{What: told(p.brought(st, words)), Fix: st.LastError}
}

// examineQuotas says what is left of each platform's quota.
func (p *program) examineQuotas(ctx context.Context, s *store.Store) (found []cases.Advice) {
	quotas, err := s.Quotas(ctx)
	if err != nil {
		return []cases.Advice{{What: "quotas", Fix: err.Error()}}
	}
	for _, q := range quotas {
		what := fmt.Sprintf("quota %s: %d of %d units left until %s", q.Name, q.Left(p.now()), q.Most, q.Resets.Local().Format("2006-01-02 15:04"))
		if !p.now().Before(q.Resets) {
			what = fmt.Sprintf("quota %s: all %d units left", q.Name, q.Most)
		}
		found = append(found, cases.Advice{OK: true, What: what})
	}
	return found
}
