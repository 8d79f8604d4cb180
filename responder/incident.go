package responder

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"rasid/internal/cases"
)

// What a crisis is. The figures are on the careful side for a shop: below them
// every case has a card of its own.
const (
	cardWindow  = 5 * time.Minute
	rush        = 6         // times Cards: the same by our own clock, for a backlog with old dates
	graveAnHour = 10        // grave cases more that get a card during an incident, within the window
	window      = time.Hour // bursts and copies are looked for within it
	burstSigma  = 3         // standard deviations above the usual
	usualWeeks  = 8         // how far back the usual is counted
	calmFor     = time.Hour // back to the usual for so long: it is over
	hotWindow   = 15 * time.Minute
	mostPrints  = 2000 // fingerprints compared; above, a burst is on anyway
)

// CrisisLimits say from where on many complaints are one incident.
type CrisisLimits struct {
	Cards  int // cards in five minutes; what is above joins the incident, the grave apart
	Copies int // authors of nearly the same words within an hour
	Burst  int // unhappy cases of a source in an hour, however quiet it usually is
}

// Incidents keeps crises. *store.Store is one.
type Incidents interface {
	OpenIncidents(ctx context.Context) ([]cases.Incident, error)
	Enrol(ctx context.Context, u cases.Unhappy, i *cases.Incident, with []int64) (row cases.Unhappy, fresh bool, err error)
	WantIncidentCard(ctx context.Context, id int64, room string) error
}

// Tally counts what was said.
type Tally interface {
	Unhappy(ctx context.Context, after int64, since time.Time) ([]cases.Unhappy, error)
	UnhappyHours(ctx context.Context, source string, since time.Time) (map[int64]int, error)
	IncidentFacts(ctx context.Context, id int64, now time.Time) (cases.IncidentFacts, error)
}

// Crisis makes one incident of bursts and copies, so that staff see one card
// instead of thousands and nothing is answered automatically meanwhile.
type Crisis struct {
	Incidents Incidents
	Tally     Tally
	Office    *Office
	Limits    CrisisLimits
	Log       *slog.Logger

	mu     sync.Mutex
	last   int64 // position up to which recent was read
	recent []cases.Unhappy
	usual  map[string]usual // by source
}

// usual is the most unhappy cases an hour may have before it is a burst.
type usual struct {
	hour  int64
	limit float64
}

// On reports whether an incident is open.
func (k *Crisis) On(ctx context.Context) (bool, error) {
	open, err := k.Incidents.OpenIncidents(ctx)
	return len(open) > 0, err
}

// Enrol counts a flagged case and says whether it gets a card of its own, and
// to which incident it belongs (0: none). It is safe to ask twice: a case is
// counted once.
func (k *Crisis) Enrol(ctx context.Context, c cases.Case, now time.Time) (shown bool, incident int64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	open, err := k.Incidents.OpenIncidents(ctx)
	if err != nil {
		return true, 0, err
	}
	if err := k.read(ctx, now); err != nil {
		return true, 0, err
	}
	u := cases.Unhappy{Case: c.ID, Source: c.Source, Author: pseudonym(c), At: said(c, now), SeenAt: now}
	m := c.Last()
	u.Print = fingerprint(m.Title + " " + m.Text)
	join, with, err := k.place(ctx, &u, open, isGrave(c.Score))
	if err != nil {
		return true, 0, err
	}
	counted, fresh, err := k.Incidents.Enrol(ctx, u, join, with)
	if err != nil {
		return true, 0, err
	}
	if fresh && join != nil && join.ID == 0 && counted.Incident != 0 {
		k.entered(counted.Incident, with)
		k.Log.Warn("incident opened", "incident", counted.Incident, "kind", join.Kind, "source", join.Source)
	}
	if join != nil && join.ID == 0 && counted.Incident != 0 {
		if err := k.announce(ctx, counted.Incident, c.Source); err != nil {
			return true, 0, err
		}
	}
	// A case outside any incident, or one whose customer came back after it, is
	// an ordinary case.
	ordinary := counted.Incident == 0 || !fresh && !isOpen(open, counted.Incident)
	return counted.Shown || ordinary, counted.Incident, nil
}

// entered notes which of the cases counted before an incident took with it.
func (k *Crisis) entered(incident int64, with []int64) {
	for i := range k.recent {
		if slices.Contains(with, k.recent[i].Case) {
			k.recent[i].Incident = incident
		}
	}
}

// said is when a case's last words were said; a date in the future, or none,
// is now.
func said(c cases.Case, now time.Time) time.Time {
	at := c.Last().PostedAt
	if at.IsZero() || at.After(now) {
		return now
	}
	return at
}

// pseudonym tells authors apart without keeping who they are.
func pseudonym(c cases.Case) string {
	who := cmp.Or(c.AuthorID, fmt.Sprint("case ", c.ID))
	sum := sha256.Sum256([]byte(c.Source + "\x00" + who))
	return hex.EncodeToString(sum[:6])
}

func isOpen(open []cases.Incident, id int64) bool {
	return slices.ContainsFunc(open, func(i cases.Incident) bool { return i.ID == id })
}

// read takes in what was counted since the last look, by other instances too,
// and forgets what is older than the window.
func (k *Crisis) read(ctx context.Context, now time.Time) error {
	fresh, err := k.Tally.Unhappy(ctx, k.last, now.Add(-window))
	if err != nil {
		return err
	}
	k.recent = append(k.recent, fresh...)
	if len(fresh) > 0 {
		k.last = fresh[len(fresh)-1].Seq
	}
	old := 0
	for old < len(k.recent) && now.Sub(k.recent[old].SeenAt) >= window {
		old++
	}
	if old > 0 {
		k.recent = slices.Clone(k.recent[old:]) // so that the old ones are let go
	}
	return nil
}

// place decides which incident a case belongs to, nil for none, and whether it
// gets a card.
func (k *Crisis) place(ctx context.Context, u *cases.Unhappy, open []cases.Incident, grave bool) (*cases.Incident, []int64, error) {
	var burst *cases.Incident
	for i := range open {
		switch {
		case open[i].Kind == cases.Copies && sameWords(open[i].Print, u.Print):
			return &open[i], nil, nil // one answer will do for all copies
		case open[i].Kind == cases.Burst && open[i].Source == u.Source:
			burst = &open[i]
		}
	}
	if burst != nil && burst.Held {
		u.Shown = grave && k.within(*burst) < k.Limits.Cards+graveAnHour
		return burst, nil, nil
	}
	if with := k.copies(*u); with != nil {
		return k.opens(cases.Incident{Kind: cases.Copies, Print: u.Print, Held: true}, *u, with), with, nil
	}
	u.Shown = grave || !k.full(*u)
	if burst != nil {
		burst.Held = !u.Shown
		return burst, nil, nil
	}
	high, with, err := k.high(ctx, *u)
	if err != nil || u.Shown && !high {
		return nil, nil, err
	}
	return k.opens(cases.Incident{Kind: cases.Burst, Held: !u.Shown}, *u, with), with, nil
}

// opens is a new incident that is known with u. It began with the first of the
// cases that it counts: it is known as one only some complaints later.
func (k *Crisis) opens(i cases.Incident, u cases.Unhappy, with []int64) *cases.Incident {
	i.Source, i.OpenedAt, i.HotAt = u.Source, u.SeenAt, u.SeenAt
	for _, r := range k.recent {
		if r.SeenAt.Before(i.OpenedAt) && slices.Contains(with, r.Case) {
			i.OpenedAt = r.SeenAt
		}
	}
	return &i
}

// cards counts the cards shown within a span before what u says, in all rooms.
func (k *Crisis) cards(u cases.Unhappy, span time.Duration) int {
	n := 0
	for _, r := range k.recent {
		if r.Shown && u.At.Sub(r.At) < span && r.At.Sub(u.At) < span {
			n++
		}
	}
	return n
}

// within counts the cards of an incident's own cases; once cards are held back,
// only the grave ones get more.
func (k *Crisis) within(i cases.Incident) int {
	n := 0
	for _, r := range k.recent {
		if r.Incident == i.ID && r.Shown {
			n++
		}
	}
	return n
}

// full reports whether staff have as many cards as they can read.
func (k *Crisis) full(u cases.Unhappy) bool {
	lately := 0
	for i := len(k.recent) - 1; i >= 0 && u.SeenAt.Sub(k.recent[i].SeenAt) < cardWindow; i-- {
		if k.recent[i].Shown {
			lately++
		}
	}
	return lately >= rush*k.Limits.Cards || k.cards(u, cardWindow) >= k.Limits.Cards
}

// copies finds the cases of the last hour with nearly the same words, when
// enough authors wrote them.
func (k *Crisis) copies(u cases.Unhappy) []int64 {
	if u.Print == nil {
		return nil
	}
	authors, with := map[string]bool{u.Author: true}, []int64{}
	for _, r := range k.recent[max(0, len(k.recent)-mostPrints):] {
		if r.Incident == 0 && r.Case != u.Case && sameWords(r.Print, u.Print) && u.At.Sub(r.At).Abs() < window {
			authors[r.Author] = true
			with = append(with, r.Case)
		}
	}
	if len(authors) < k.Limits.Copies {
		return nil
	}
	return with
}

// high reports whether the source's last hour is far above its usual one, and
// which cases made it so.
func (k *Crisis) high(ctx context.Context, u cases.Unhappy) (bool, []int64, error) {
	var with []int64
	for _, r := range k.recent {
		if r.Source == u.Source && r.Incident == 0 && r.Case != u.Case && u.At.Sub(r.At).Abs() < window {
			with = append(with, r.Case)
		}
	}
	if len(with)+1 < k.Limits.Burst {
		return false, with, nil
	}
	limit, err := k.limit(ctx, u.Source, u.At)
	return float64(len(with)+1) >= limit, with, err
}

// limit is the number of unhappy cases from which an hour is a burst: the mean
// of the same hour of the week over the last weeks and three deviations more,
// never below the floor. Counts scatter at least as chance does (the root of
// the mean), and a place with less than two weeks of history is compared with
// all its hours.
func (k *Crisis) limit(ctx context.Context, source string, at time.Time) (float64, error) {
	hour := at.Unix() / 3600
	if u, ok := k.usual[source]; ok && u.hour == hour {
		return u.limit, nil
	}
	counts, err := k.Tally.UnhappyHours(ctx, source, at.Add(-usualWeeks*7*24*time.Hour))
	if err != nil {
		return 0, err
	}
	limit := max(float64(k.Limits.Burst), burstLimit(counts, hour))
	if k.usual == nil {
		k.usual = map[string]usual{}
	}
	k.usual[source] = usual{hour, limit}
	return limit, nil
}

// burstLimit is limit as a function of the counts of past hours.
func burstLimit(counts map[int64]int, hour int64) float64 {
	const week = 7 * 24
	first := hour
	for h := range counts {
		first = min(first, h)
	}
	var past []float64
	if hour-first < 2*week {
		for h := max(first, hour-week); h < hour; h++ {
			past = append(past, float64(counts[h]))
		}
	} else {
		for h := hour - week; h >= first; h -= week {
			past = append(past, float64(counts[h]))
		}
	}
	var mean, spread float64
	for _, n := range past {
		mean += n / float64(len(past))
	}
	for _, n := range past {
		spread += (n - mean) * (n - mean) / float64(len(past))
	}
	deviation := math.Sqrt(max(spread, mean))
	return mean + burstSigma*deviation
}

// alerted are the rooms that are told of an incident at a source: its own and
// those at the top.
func (o *Office) alerted(source string) []string {
	rooms := o.RoomsAt(source, 0)
	if top := o.TopLevel(); top > 0 {
		rooms = append(rooms, o.RoomsAt(source, top)...)
	}
	return rooms
}

// announce puts the incident's card into the rooms of the source and those at
// the top.
func (k *Crisis) announce(ctx context.Context, id int64, source string) error {
	for _, room := range k.Office.alerted(source) {
		if err := k.Incidents.WantIncidentCard(ctx, id, room); err != nil {
			return err
		}
	}
	return nil
}
