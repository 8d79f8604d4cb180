package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/outbound"
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
	fmt.Fprintf(p.out, "Stopped while starting (%v).\n", err)
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

// greet says what is being watched.
func (p *program) greet(h *house) {
	fmt.Fprintf(p.out, "rasid %s watches for %s\n", version(), h.office.Business[string(h.cfg.Business.Language)])
	for _, s := range h.cfg.Sources {
		answers := s.Reply.Kind
		if answers == "" {
			answers = sourceKinds()[s.Kind].reply
		}
		fmt.Fprintf(p.out, "  %-12s %s, answers: %s\n", s.Name, s.Kind, answers)
	}
	for _, r := range h.office.Rooms {
		fmt.Fprintf(p.out, "  %-12s staff room (%s, %s)\n", r.Name, r.Platform, r.Language)
	}
	fmt.Fprintf(p.out, "Stop with Ctrl-C.\n")
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
