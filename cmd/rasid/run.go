package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/responder"
	saydiscord "rasid/responder/discord"
	saytelegram "rasid/responder/telegram"
)

// runCommand is the program itself: it watches until it is told to stop.
func (p *program) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Watch, ask staff, answer; until stopped",
		Long: `Starts everything config.yaml describes: watches the sources, judges what is said,
puts complaints before staff with a drafted reply, posts what they approve, and
reports every morning. It prints what it watches and a link that lets the first
person in to the local page, once.

Ctrl-C or SIGTERM stops it: what is being posted is finished or marked unsure,
and everything else goes on where it was at the next start.`,
		Example: `  rasid run
  rasid run --config /etc/rasid/config.yaml`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			return p.watch(cmd.Context(), cfg)
		},
	}
}

// watch runs the house until ctx ends.
func (p *program) watch(ctx context.Context, cfg *config.Config) (err error) {
	h, err := p.open(ctx, cfg)
	if err != nil {
		return p.cutShort(ctx, err)
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	pageDone := make(chan error, 1)
	if err := p.begin(ctx, h, pageDone); err != nil {
		return p.cutShort(ctx, err)
	}
	p.greet(h)
	p.thrift()
	h.running.Go(func() { settle(ctx) })
	h.listen(ctx)
	h.connect(ctx)
	h.perform(ctx, h.duties())
	h.running.Wait()
	select {
	case err := <-pageDone:
		return err
	default:
		return nil
	}
}

// begin does what comes before anything is watched.
func (p *program) begin(ctx context.Context, h *house, pageDone chan<- error) error {
	if _, err := h.store.CutOffOwn(ctx, h.now()); err != nil {
		return fmt.Errorf("looking after replies that were under way: %w", err)
	}
	if err := h.tellHeld(ctx); err != nil {
		return err
	}
	if err := p.servePage(ctx, h, pageDone); err != nil {
		return err
	}
	return h.serveHooks(ctx)
}

// cutShort is how a start ends that did not succeed: who is told to stop
// meanwhile fails at whatever comes next, and that is no failure.
func (p *program) cutShort(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	p.say(p.out, "run.cut", "why", phrases.Plain(p.words.Found(err.Error())))
	return nil
}

// thrift keeps little memory over a long life: what only the start needed goes
// back to the system, and the heap grows by a quarter instead of doubling before it
// is looked through again. Who sets GOGC decides for themselves.
func (p *program) thrift() {
	if _, chosen := p.env("GOGC"); !chosen {
		debug.SetGCPercent(25)
	}
	debug.FreeOSMemory()
}

// settled is the time after which what waited at the start has been judged and
// drafted. It takes seconds, and more memory than all that comes later.
const settled = 30 * time.Second

// settle gives back to the system, once, what only that needed.
func settle(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(settled):
		debug.FreeOSMemory()
	}
}

// greet says what is being watched, and how to read that in the other language
// when the terminal does not speak the one that was chosen for it.
func (p *program) greet(h *house) {
	row := func(name, key string, pairs ...any) {
		fmt.Fprintf(p.out, "  %s %s\n", p.words.Name(fmt.Sprintf("%-12s", name)), p.words.Say(key, pairs...))
	}
	p.say(p.out, "run.watching", "version", p.name(version()), "name", p.name(h.office.Business[p.words.Language]))
	for _, s := range h.cfg.Sources {
		row(s.Name, "run.source", "kind", p.name(s.Kind), "reply", p.name(cmp.Or(s.Reply.Kind, sourceKinds()[s.Kind].reply)))
	}
	for _, r := range h.office.Rooms {
		row(r.Name, "run.room", "kind", p.name(r.Platform), "language", phrases.Plain(p.words.Say("lang."+r.Language)))
	}
	p.say(p.out, "run.stop")
	if p.lang == "" && cmp.Or(p.ofTerminal(), "en") != p.words.Language {
		p.say(p.out, "run.other")
	}
}

// listen hears staff in every room, and what customers press under a question
// of ours, until ctx ends.
func (h *house) listen(ctx context.Context) {
	for _, a := range h.accounts {
		var customers interface {
			Listen(ctx context.Context, take func(context.Context, responder.Decision) (responder.Answer, error)) error
		}
		switch {
		case a.telegram != nil:
			customers = saytelegram.NewTaps(a.telegram, h.log)
		case a.discord != nil:
			customers = saydiscord.NewTaps(a.discord, h.now, h.log)
		default:
			continue
		}
		h.running.Go(func() { _ = customers.Listen(ctx, h.decide) }) // it only ends with ctx
	}
	for _, chat := range h.chats {
		h.running.Go(func() {
			if err := chat.Listen(ctx, h.decide); err != nil && ctx.Err() == nil {
				h.log.Error("staff rooms are deaf", "err", err)
			}
		})
	}
}

// decide carries out what somebody decided, and wakes whoever has to do with it.
func (h *house) decide(ctx context.Context, d responder.Decision) (responder.Answer, error) {
	defer h.bell.ring()
	return h.clerk.Decide(ctx, d)
}

// pageClerk is the clerk as the page knows it.
type pageClerk struct{ *house }

// Decide carries out what the person at the page decides.
func (d pageClerk) Decide(ctx context.Context, what responder.Decision) (responder.Answer, error) {
	return d.decide(ctx, what)
}

// logger writes to standard error in the form the configuration asks for, and
// blackens the secrets that red knows.
func logger(p *program, c config.Log, red *outbound.Redactor) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(red.Handler(slog.NewJSONHandler(p.err, o)))
	}
	return slog.New(red.Handler(slog.NewTextHandler(p.err, o)))
}
