package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/guard"
	"rasid/responder/learn"
	"rasid/responder/outlet"
	"rasid/responder/promise"
	"rasid/sentiment"
	"rasid/watchers"
)

// house is the program put together from config.yaml. Nothing else makes
// objects.
type house struct {
	cfg      *config.Config
	log      *slog.Logger
	now      func() time.Time
	owner    string
	net      *outbound.Client
	store    *store.Store
	office   *responder.Office
	writer   *responder.Writer
	clerk    *responder.Clerk
	accounts map[string]*account
	sources  map[string]watchers.Source
	watchers []*watchers.Watcher
	chats    []responder.StaffChat // one per connection
	running  sync.WaitGroup        // connections and ears
	bell     bell                  // wakes duties early
	arrivals bell                  // wakes the sources that read the inbox
	secrets  *outbound.Redactor    // what the log must never show
	outlet   *outlet.Outlet        // the first one configured; nil without
	scorer   *sentiment.Scorer
	learner  *learn.Learner // the scorer as staff taught it; nil where nothing is kept
	topics   *responder.Topics
	signs    *responder.Signs
	crisis   *responder.Crisis
	names    naming // of the business, in each source
}

// open puts the house together. It opens the database and touches no network.
func (p *program) open(ctx context.Context, cfg *config.Config) (*house, error) {
	return p.openBeside(ctx, cfg, ballast)
}

// openBeside is open with so many bytes set aside beside the records.
func (p *program) openBeside(ctx context.Context, cfg *config.Config, ballast int64) (_ *house, err error) {
	h := &house{cfg: cfg, now: p.now, owner: owner(cfg.Data), sources: map[string]watchers.Source{}, secrets: outbound.NewRedactor(), names: namesIn(cfg)}
	log := logger(p, cfg.Log, h.secrets)
	h.log = log
	h.net = network(cfg, log)
	h.store, err = store.Open(ctx, store.Options{
		DSN: cfg.DatabasePath(), DataDir: cfg.Data, Owner: h.owner, Logger: log, JoinWindow: cfg.Policy.JoinWithin,
		Budget: store.Budget{
			PerAuthorDay: cfg.Policy.Budgets.PerAuthorDay, PerSourceHour: cfg.Policy.Budgets.PerHour, PerDay: cfg.Policy.Budgets.PerDay,
		},
		Ballast: ballast, MinFree: minFree,
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.store.Close())
		}
	}()
	for _, part := range []func(context.Context) error{h.makeOffice, h.makeAccounts, h.makePlaces, h.makeRooms, h.makeWriter, h.makeWatchers} {
		if err = part(ctx); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Close lets go of everything open made.
func (h *house) Close() error {
	h.net.Close()
	return h.store.Close()
}

// savedWordings is where the wordings are that staff saved.
func savedWordings(cfg *config.Config) *responder.Wordings {
	return &responder.Wordings{Dir: filepath.Join(cfg.Data, "wordings")}
}

// putBack restores the wordings that a backup held.
func (h *house) putBack(ws *responder.Wordings) func(map[string]string) error {
	return func(enclosed map[string]string) error {
		n, err := ws.Restore(enclosed)
		if n > 0 {
			h.log.Info("saved wordings restored from the backup", "wordings", n)
		}
		return err
	}
}

// owner names this instance, the same after a restart, so that it recognises
// what it left half done. Instances that share a PostgreSQL database on one
// machine have data folders of their own, which tell them apart: one that
// starts must not take the posts of another for its own abandoned ones.
func owner(data string) string {
	name, err := os.Hostname()
	if err != nil {
		name = "rasid"
	}
	if whole, err := filepath.Abs(data); err == nil {
		data = whole
	}
	sum := sha256.Sum256([]byte(data))
	return name + "-" + hex.EncodeToString(sum[:4])
}

// network is the one way out. Private addresses are reachable only where the
// configuration names them.
func network(cfg *config.Config, log *slog.Logger) *outbound.Client {
	o := outbound.Options{UserAgent: "rasid/" + version(), Logger: log}
	for _, a := range cfg.Network.Allow {
		if prefix, err := netip.ParsePrefix(a); err == nil {
			o.Allow = append(o.Allow, prefix)
		} else if addr, err := netip.ParseAddr(a); err == nil {
			o.Allow = append(o.Allow, netip.PrefixFrom(addr, addr.BitLen()))
		} else {
			o.AllowHosts = append(o.AllowHosts, a)
		}
	}
	return outbound.New(o)
}

func (h *house) makeOffice(ctx context.Context) error {
	cfg := h.cfg
	h.office = &responder.Office{
		Business: map[string]string{}, Zone: cfg.Business.Zone.Location,
		Hours:  cfg.Calendar(""),
		Places: map[string]responder.Place{}, Words: map[string]*phrases.Catalogue{}, Policy: policy(cfg.Policy), Rules: rules(cfg.Policy.Rules),
	}
	for _, n := range cfg.Policy.Knowledge {
		h.office.Notes = append(h.office.Notes, responder.Note{Topics: plain(n.Topics), Text: map[string]string{"ar": n.AR, "en": n.EN}})
	}
	for _, language := range []string{"ar", "en"} {
		words, err := phrases.Load(language)
		if err != nil {
			return err
		}
		h.office.Words[language], h.office.Business[language] = words, cfg.Business.Name.In(language)
	}
	key, err := h.store.Secret(ctx, buttonsKey, 32)
	if err != nil {
		return fmt.Errorf("reading the key of buttons: %w", err)
	}
	h.office.Signer = responder.Signer{Key: key}
	roles := responder.Roles()
	for _, s := range cfg.Staff {
		h.office.People = append(h.office.People, responder.Person{
			ID: s.ID, Name: cmp.Or(s.Name, s.ID), Role: roles[string(s.Role)],
			Accounts:  map[string]string{"telegram": string(s.Telegram), "discord": string(s.Discord), "console": s.ID},
			Languages: words(s.Languages), Skills: s.Skills, Shift: s.Shift(cfg.Business.Zone.Location),
		})
	}
	return nil
}

func (h *house) deps(name, accountName string) deps {
	return deps{
		name: name, net: h.net, store: h.store, account: h.accounts[accountName], staff: h.cfg.Staff, signer: h.office.Signer,
		dir: filepath.Dir(h.cfg.File), data: h.cfg.Data, now: h.now, log: h.log.With("source", name),
	}
}

// makePlaces opens the sources and the places where answers to them appear.
func (h *house) makePlaces(context.Context) error {
	var problems config.Problems
	for _, s := range h.cfg.Sources {
		kind, wrong, err := h.openSource(s)
		if err != nil {
			return fmt.Errorf("opening source %s: %w", s.Name, err)
		}
		if len(wrong) == 0 {
			if wrong, err = h.openPlace(s, kind); err != nil {
				return fmt.Errorf("opening the reply place of %s: %w", s.Name, err)
			}
		}
		problems = append(problems, wrong...)
	}
	return problems.Err()
}

// openSource makes what listens.
func (h *house) openSource(s config.Source) (kind sourceKind, wrong config.Problems, err error) {
	kinds := sourceKinds()
	kind, ok := kinds[s.Kind]
	if !ok {
		return kind, config.Problems{s.UnknownKind(slices.Collect(keys(kinds)))}, nil
	}
	settings := kind.settings()
	if p := s.Decode(settings); len(p) > 0 {
		return kind, p, nil
	}
	h.secrets.Add(secretsIn(settings)...)
	d := h.deps(s.Name, s.Account)
	if d.about, err = h.about(s); err != nil {
		return kind, config.Problems{s.Problem("match", err.Error(), queryAdvice)}, nil
	}
	source, err := kind.open(settings, d)
	if err != nil {
		return kind, nil, err
	}
	h.sources[s.Name] = source
	return kind, nil, nil
}

// openPlace makes what answers there.
func (h *house) openPlace(s config.Source, kind sourceKind) (config.Problems, error) {
	replies := replyKinds()
	answer, ok := replies[cmp.Or(s.Reply.Kind, kind.reply)]
	if !ok {
		return config.Problems{s.Reply.UnknownKind(slices.Collect(keys(replies)))}, nil
	}
	to := answer.settings()
	if p := s.Reply.Decode(to); len(p) > 0 {
		return p, nil
	}
	h.secrets.Add(secretsIn(to)...)
	replier, err := answer.open(to, h.deps(s.Name, cmp.Or(s.Reply.Account, s.Account)))
	if err != nil {
		return nil, err
	}
	o, local := replier.(*outlet.Outlet)
	if local && h.outlet == nil {
		h.outlet = o
	}
	_, looks := replier.(responder.Checker) // just before it posts, so that staff need not
	_, single := replier.(responder.Single)
	h.office.Places[s.Name] = responder.Place{
		Name: s.Name, Replier: replier, Rooms: s.Rooms, Blind: kind.blind && !local && !looks, Private: answer.private, Single: single,
		Hours: h.cfg.Calendar(s.Branch), Targets: targets(h.cfg.Policy.Targets, s.Targets),
	}
	return nil, nil
}

// makeRooms opens the staff rooms, all those of one connection together.
func (h *house) makeRooms(context.Context) error {
	var problems config.Problems
	groups := map[string][]chatRoom{}
	for _, r := range h.cfg.Rooms {
		kind, ok := chatKinds()[r.Kind]
		if !ok {
			problems = append(problems, r.UnknownKind(slices.Collect(keys(chatKinds()))))
			continue
		}
		r.Language = cmp.Or(r.Language, h.cfg.Business.Language)
		settings := kind.settings()
		problems = append(problems, r.Decode(settings)...)
		groups[r.Kind+"/"+r.Account] = append(groups[r.Kind+"/"+r.Account], chatRoom{r, settings})
	}
	if err := problems.Err(); err != nil {
		return err
	}
	chats := map[string]responder.StaffChat{}
	for key, rooms := range groups {
		chat, err := chatKinds()[rooms[0].Kind].open(rooms, h.deps(rooms[0].Name, rooms[0].Account))
		if err != nil {
			return fmt.Errorf("opening room %s: %w", rooms[0].Name, err)
		}
		chats[key] = chat
		h.chats = append(h.chats, chat)
	}
	for _, r := range h.cfg.Rooms {
		h.office.Rooms = append(h.office.Rooms, responder.Room{
			Name: r.Name, Platform: r.Kind, Language: string(cmp.Or(r.Language, h.cfg.Business.Language)), Level: r.Level, Chat: chats[r.Kind+"/"+r.Account],
			Wants: responder.Wants{Topics: r.Topics, Languages: words(r.Languages), Severity: severity(r.Severity)},
		})
	}
	return nil
}

func (h *house) makeWriter(ctx context.Context) (err error) {
	if h.scorer, err = sentiment.New(); err != nil {
		return fmt.Errorf("loading the scorer: %w", err)
	}
	h.learner = learn.New(h.store, h.store, h.store, h.scorer, h.log)
	if err := h.learner.Load(ctx); err != nil {
		return err
	}
	if err := h.readWords(); err != nil {
		return err
	}
	private := map[string]string{"ar": h.cfg.Business.Private.AR, "en": h.cfg.Business.Private.EN}
	h.office.Private = private
	commitment := responder.Commitment{Within: within(h.cfg.Policy.Commitment.ReplyWithin), Private: private}
	drafter, err := responder.NewTemplates(commitment, h.fits)
	if err != nil {
		return err
	}
	drafter.Saved, h.office.Keeps = savedWordings(h.cfg), true
	if err := h.store.TakeOut(ctx, h.putBack(drafter.Saved)); err != nil {
		return err
	}
	drafter.Courtesy = plain(h.cfg.Policy.Courtesy)
	drafter.Discreet = h.cfg.Policy.Words.Secrecy
	drafter.Private = func(source string) bool { return h.office.Place(source).Private }
	late, err := responder.NewFollowUps(commitment, h.fits)
	if err != nil {
		return err
	}
	if h.office.Promises, err = promise.New(); err != nil {
		return err
	}
	spoken, err := guard.New(h.spoken(private))
	if err != nil {
		return err
	}
	h.writer = &responder.Writer{
		Model: h.model(drafter, spoken),

		Desk: h.store, Office: h.office, Drafter: drafter, Late: late, Log: h.log, Count: h.store.Decisions, Asides: h.store.Asides, Stopped: h.stopped,
		Guard: spoken, Topics: h.topics, Discreet: h.cfg.Policy.Words.Secrecy, Same: h.store.SameText,
	}
	h.crisis = &responder.Crisis{Incidents: h.store, Tally: h.store, Office: h.office, Limits: responder.CrisisLimits(h.cfg.Policy.Incidents), Log: h.log}
	h.writer.Crisis = h.crisis
	h.clerk = &responder.Clerk{
		Incidents: h.store,
		Desk:      h.store, Office: h.office, Writer: h.writer, Switch: posting{h.store}, Sends: h.store, Count: h.store.Decisions, Over: h.store.Over,
		Report: h.report, Digest: h.digest, Log: h.log, Templates: drafter,
	}
	return nil
}

// fits asks a source's reply place whether a text is short enough.
func (h *house) fits(source, text string) error {
	if r := h.office.Place(source).Replier; r != nil {
		return r.Fits(text)
	}
	return nil
}

// readWords reads the lists of words by which mentions are judged.
func (h *house) readWords() (err error) {
	if h.topics, err = responder.NewTopics(); err != nil {
		return err
	}
	h.signs, err = responder.NewSigns()
	return err
}

// score judges one mention: sentiment, signals and topics.
func (h *house) score(m cases.Mention) cases.Score {
	text := m.Words()
	scorer := h.scorer
	if h.learner != nil {
		scorer = h.learner.Scorer()
	}
	in := h.names.input(scorer, m)
	r := ear{scorer, h.signs}.hear(in)
	s := cases.Score{
		Label: string(r.Label), Neg: r.Neg, Neu: r.Neu, Pos: r.Pos, Value: r.Score, Severity: cases.Severity(r.Severity),
		Signals: r.Signals, Language: r.Lang, Dialect: r.Dialect, Target: r.Target, Topics: h.topics.Of(m.Title + "\n" + text),
	}
	h.names.lost(scorer, m, &s)
	titled := strings.TrimSpace(text) == ""
	for _, reason := range r.Reasons {
		if titled {
			reason.Start, reason.End = 0, 0 // places of the title, which is no part of the text
		}
		s.Reasons = append(s.Reasons, cases.Reason{
			Start: reason.Start, End: reason.End, Text: reason.Text, Weight: reason.Weight, Kind: reason.Kind, By: reason.By,
		})
	}
	return s
}

// stopped reports whether the kill switch is on; when nobody can say, it is.
func (h *house) stopped(ctx context.Context) bool {
	stop, err := posting{h.store}.Stopped(ctx)
	return stop.On || err != nil
}
