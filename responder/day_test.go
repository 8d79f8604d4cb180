package responder_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata" // the clock change must happen on every machine

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	"rasid/internal/platform/discord/fakediscord"
	telegramwire "rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
	"rasid/responder/hours"
	"rasid/responder/promise"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// line is one thing customers of the scripted day say.
type line struct {
	sort, language, topic string
	stars                 int
	text, reply           string
}

// day is the scripted day of a café in Cairo: what is said, by whom, when, and
// how three people work through it.
type day struct {
	*shop
	zone  *time.Location
	lines []line
	rng   *rand.Rand
	end   time.Time
	due   []cases.Mention // still to be said, oldest first
	told  strings.Builder
	seq   int64            // history told so far
	quiet int              // calm mentions since they were last summed up
	owed  int              // reminders of promises for tomorrow since they were last summed up
	more  int              // cases that joined an incident without a card
	known map[int64]string // incidents as they were last told

	world       *world
	virtual     atomic.Int64 // now, for the connections, which run by themselves
	connections int          // to Discord so far
	asked       []question   // satisfaction questions that stand in public
	edits       int          // how often Adam wrote own words
	calling     []int64      // cases whose customer was promised a call, in turn
	rated       int          // how many of them were answered
}

// set moves the clock of the day.
func (d *day) set(now time.Time) {
	d.now = now
	d.virtual.Store(now.UnixNano())
}

func (d *day) clock() time.Time { return time.Unix(0, d.virtual.Load()) }

// The drafter of the day writes the sentence that stands beside what was said,
// so that the story does not change with the templates.
func (d *day) Draft(_ context.Context, c cases.Case) (cases.Draft, error) {
	l := d.lineOf(c.Last().Text)
	if l.reply == "-" || l.reply == "" {
		return cases.Draft{}, responder.ErrNoWording
	}
	return cases.Draft{Text: l.reply, Language: l.language, Topic: l.topic, Origin: "template:" + l.language + "/" + l.topic + "/1"}, nil
}

func (d *day) lineOf(text string) line {
	for _, l := range d.lines {
		if strings.HasPrefix(text, l.text) {
			return l
		}
	}
	return line{}
}

// score judges by the sort of the line: the day is about the desk, not about
// the judgement.
func (d *day) score(m cases.Mention) cases.Score {
	l := d.lineOf(m.Text)
	s := cases.Score{Label: "neg", Neg: 0.95, Neu: 0.05, Value: -0.95, Severity: cases.Low, Language: l.language, Topics: []string{l.topic}, Target: 1}
	switch l.sort {
	case "praise":
		s.Label, s.Neg, s.Pos, s.Value, s.Severity = "pos", 0, 0.95, 0.95, cases.Mild
	case "plain":
		s.Label, s.Neg, s.Neu, s.Value, s.Severity = "neu", 0, 1, 0, cases.Mild
	case "churn":
		s.Severity, s.Signals = cases.High, []string{"churn"}
	case "insult":
		s.Signals = []string{"abuse"}
	case "grave":
		s.Severity, s.Signals = cases.Critical, []string{"safety"}
	}
	return s
}

// theDay sets the house up at six in the morning of the day on which Egypt's
// summer time ends.
func theDay(t *testing.T) *day {
	t.Helper()
	zone, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	d := &day{shop: newShop(t), zone: zone, rng: rand.New(rand.NewPCG(2026, 1029)), known: map[int64]string{}}
	d.set(time.Date(2026, 10, 29, 6, 0, 0, 0, zone))
	d.end = d.now.Add(24 * time.Hour)
	d.readLines()
	open := []hours.Range{{From: hours.At(8, 0), To: hours.At(23, 30)}}
	d.office.Zone = zone
	d.office.Hours = &hours.Calendar{Zone: zone, Week: hours.Week{open, open, open, open, open, open, open}}
	d.office.Places = map[string]responder.Place{
		"group":  {Name: "group", Title: "Telegram group", Hours: d.office.Hours, Blind: true},
		"server": {Name: "server", Title: "Discord server", Hours: d.office.Hours},
	}
	d.office.Policy.Acknowledge = responder.Aside{EnabledBy: "huda", PerDay: 20}
	d.office.Policy.Satisfaction = responder.Aside{EnabledBy: "huda", PerDay: 20, After: time.Hour}
	d.office.Policy.Hold, d.office.Policy.HoldUpTo = true, cases.Low
	d.office.Rules = []responder.Rule{
		{Name: "thank-for-praise", Do: responder.DoThank, EnabledBy: "huda", PerDay: 12, When: responder.When{Sentiment: []string{"pos"}, Source: []string{"group"}}},
		{Name: "about-to-leave", Do: responder.DoEscalate, Level: 1, When: responder.When{Signals: []string{"churn"}}},
	}
	d.judge.Score, d.writer.Drafter, d.writer.Count, d.writer.Asides = d.score, d, d.store.Decisions, d.store.Asides
	d.shop.more = append(d.shop.more, func(ctx context.Context, now time.Time) (int, error) {
		return (&responder.Surveyor{Desk: d.store, Ratings: d.store, Office: d.office, Log: d.clerk.Log}).Step(ctx, now)
	})
	d.keepsPromises()
	for i, id := range []string{"600000000000000011", "600000000000000012", "600000000000000013"} {
		d.office.People[i].Accounts["discord"] = id
	}
	d.office.Rooms[1].Platform = "discord"
	d.watch()
	d.world = newWorldOf(d)
	d.plan()
	return d
}

// keepsPromises lets the house find what replies promise and hold it before
// staff.
func (d *day) keepsPromises() {
	d.t.Helper()
	var err error
	d.office.Promises, err = promise.New()
	d.must(err)
	d.writer.Late = followUps(d.t)
	d.shop.more = append(d.shop.more, func(ctx context.Context, now time.Time) (int, error) {
		return (&responder.Keeper{Desk: d.store, Ledger: d.store, Office: d.office, Log: d.clerk.Log}).Step(ctx, now)
	})
}

func (d *day) readLines() {
	d.t.Helper()
	b, err := os.ReadFile("testdata/day.tsv")
	d.must(err)
	for row := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(row, "#") {
			continue
		}
		col := strings.Split(row, "\t")
		if len(col) != 6 {
			d.t.Fatalf("testdata/day.tsv: %q has %d columns, want 6", row, len(col))
		}
		stars, err := strconv.Atoi(col[3])
		d.must(err)
		d.lines = append(d.lines, line{col[0], col[1], col[2], stars, col[4], col[5]})
	}
}

// names are invented; the number keeps the authors apart.
var names = []string{"Sara", "Omar", "ليلى", "كريم", "Nadia", "Youssef", "منى ع", "Tarek", "هبة", "Rania", "عمرو", "Dina"}

// say1 plans one mention.
func (d *day) say1(at time.Time, l line, more string) {
	n := len(d.due) + 1
	m := cases.Mention{Source: "group", AuthorID: fmt.Sprint(900_000_000 + n), Author: names[n%len(names)], Text: l.text + more, PostedAt: at.UTC()}
	if n%2 == 0 {
		m.Source, m.AuthorID = "server", fmt.Sprint(500_000_000_000_000_000+n)
	}
	d.due = append(d.due, m)
}

func (d *day) pick(sort string) line {
	var fit []line
	for _, l := range d.lines {
		if l.sort == sort {
			fit = append(fit, l)
		}
	}
	return fit[d.rng.IntN(len(fit))]
}

// plan writes the day: an ordinary stream, a crisis at noon, and a few things
// that happen once.
func (d *day) plan() {
	start := d.now
	for i := range 200 { // ordinary
		at := start.Add(time.Duration(d.rng.IntN(24*60)) * time.Minute)
		if h := at.In(d.zone).Hour(); h < 8 && i%4 != 0 {
			at = at.Add(5 * time.Hour) // few are awake
		}
		if !at.Before(d.end) {
			at = at.Add(-12 * time.Hour)
		}
		sort := "plain"
		switch n := d.rng.IntN(10); {
		case n < 4:
			sort = "praise"
		case n < 7:
			sort = "complaint"
		}
		d.say1(at, d.pick(sort), "")
	}
	noon := time.Date(2026, 10, 29, 12, 0, 0, 0, d.zone)
	for i := range 120 { // the crisis
		d.say1(noon.Add(time.Duration(i)*15*time.Second), d.pick("copy"), strings.Repeat("!", i%4))
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 10, 29, hour, minute, 0, 0, d.zone) }
	d.say1(at(9, 20), d.pick("churn"), "")
	d.say1(at(10, 10), d.pick("insult"), "")
	d.say1(at(17, 40), d.pick("churn"), "")
	d.say1(at(26, 30), d.pick("grave"), "") // half past two at night
	slices.SortStableFunc(d.due, func(a, b cases.Mention) int { return cmp.Compare(a.PostedAt.UnixNano(), b.PostedAt.UnixNano()) })
}

const tick = 5 * time.Minute

// live plays the day.
func (d *day) live() {
	d.say("Customers write in a Telegram group and on a Discord server; the desk works in Telegram, the owners in Discord. The café opens at eight. Mona approves from eight to eight, Adam writes from ten to ten. Huda, the owner, sleeps until half past eleven.")
	restarted, summer := false, true
	for ; d.now.Before(d.end); d.set(d.now.Add(tick)) {
		local := d.now.In(d.zone)
		if !restarted && local.Hour() == 15 {
			restarted = true
			d.restart()
		}
		if _, offset := local.Zone(); summer && offset == 2*3600 {
			summer = false
			d.say("The clocks go back: it is eleven at night for the second time.")
		}
		var page []cases.Mention
		for len(d.due) > 0 && !d.due[0].PostedAt.After(d.now) {
			page = append(page, d.due[0])
			d.due = d.due[1:]
		}
		if len(page) > 0 {
			d.world.said(page)
		}
		d.work()
		d.people(local)
		d.set(d.now.Add(30 * time.Second))
		d.work()
		d.set(d.now.Add(-30 * time.Second))
		d.tell()
	}
	d.sum()
}

// restart closes the house in the middle of the day and opens it again; only
// the store remembers.
func (d *day) restart() {
	d.tell()
	c := d.first(0)
	d.tap(c, "mona", "desk", responder.ActApprove)
	d.tell()
	d.world.stop()
	d.reopen()
	d.writer.Count, d.writer.Asides = d.store.Decisions, d.store.Asides
	d.world.connect()
	d.watch()
	d.say(fmt.Sprintf("The machine is restarted right after Mona approved #%d, before it left.", c.ID))
}

// first is the oldest waiting case with a card at a level, zero without one.
func (d *day) first(level int) cases.Case {
	open, err := d.store.InState(d.t.Context(), cases.Waiting, 500)
	d.must(err)
	room := d.rooms[[]string{"desk", "owners"}[level]]
	slices.SortFunc(open, func(a, b cases.Case) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range open {
		if _, shown := room.cards[c.ID]; shown && c.Level == level {
			return c
		}
	}
	return cases.Case{}
}

// people lets whoever is in do one thing.
func (d *day) people(local time.Time) {
	minute := local.Hour()*60 + local.Minute()
	in := func(from, to int) bool { return minute >= from*60 && minute < to*60 }
	if in(8, 20) && minute%10 == 0 && local.Day() == 29 {
		d.mona()
	}
	if in(9, 20) && minute%60 == 55 && local.Day() == 29 {
		d.solve()
	}
	if minute%15 == 5 {
		d.rate()
	}
	if in(10, 22) && minute%30 == 15 && local.Day() == 29 {
		d.adam()
	}
	if minute >= 11*60+30 && minute < 22*60 && minute%10 == 5 && local.Day() == 29 {
		d.huda()
	}
}

// mona approves the oldest card of the desk; every eighth she sets aside.
func (d *day) mona() {
	d.called()
	c := d.first(0)
	if c.ID == 0 {
		return
	}
	if _, drafted := c.Draft(); !drafted {
		d.tap(c, "mona", "desk", responder.ActEscalate) // a person must write this one
		return
	}
	if c.ID%8 == 0 {
		d.setAside(c, "mona", "solved at the counter")
		return
	}
	d.tap(c, "mona", "desk", responder.ActApprove)
}

// called lets Mona say that she called the first customer who was promised it,
// an hour after the reply. The second one she forgets.
func (d *day) called() {
	if len(d.calling) == 0 {
		return
	}
	c, err := d.store.Case(d.t.Context(), d.calling[0])
	d.must(err)
	if owed := c.Owed(); len(owed) > 0 && c.State == cases.Answered && d.now.Sub(owed[0].OpenedAt) > time.Hour && len(d.calling) == 1 {
		d.tap(c, "mona", "desk", responder.ActKept)
	}
}

// solve lets Mona close the oldest answered complaint as solved.
func (d *day) solve() {
	done, err := d.store.InState(d.t.Context(), cases.Answered, 500)
	d.must(err)
	slices.SortFunc(done, func(a, b cases.Case) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range done {
		if c.Score.Label == "neg" && c.AskedAt.IsZero() && !slices.Contains(d.calling, c.ID) {
			d.tap(c, "mona", "desk", responder.ActResolve)
			return
		}
	}
}

// rate lets the next customer who was asked press a button under the question,
// after somebody else tried to. Every third is not satisfied.
func (d *day) rate() {
	if d.rated >= len(d.asked) {
		return
	}
	q := d.asked[d.rated]
	d.rated++
	choice := q.choices[3+d.rated%2]
	if d.rated%3 == 2 {
		choice = q.choices[1]
	}
	w, m := d.world, q.reply.Mention
	for _, who := range []string{"900000999", m.AuthorID} {
		if m.Source == "group" {
			w.tg.AddUser(faketelegram.User{ID: number(who), First: "Somebody"})
			ref, err := telegramwire.ParseRef(q.at.ID)
			d.must(err)
			w.tg.Press(groupChat, ref.Message, number(who), telegramwire.Tapped+choice.Data)
			continue
		}
		press := w.dc.Press(fakediscord.Person{ID: who, Name: "Somebody"}, w.support, q.at.ID, telegramwire.Tapped+choice.Data)
		if w.dc.AwaitAnswer(patience, press) == 0 {
			d.t.Fatal("a press on Discord was never answered")
		}
	}
	taken := w.tg.Eventually(patience, func() bool {
		c, err := d.store.Case(d.t.Context(), q.reply.Case)
		d.must(err)
		return c.Rating != 0 || c.State != cases.Resolved
	})
	if !taken {
		d.t.Fatalf("the answer to %s was never taken", q.reply.Key)
	}
	d.work()
}

// adam writes his own words on the oldest card. Twice in the day they promise a
// call.
func (d *day) adam() {
	c := d.first(0)
	draft, ok := c.Draft()
	if !ok || draft.By == "adam" {
		return
	}
	words := draft.Text + map[string]string{"en": " Please write to us privately.", "ar": " راسلونا في الخاص من فضلكم."}[draft.Language]
	d.edits++
	switch {
	case c.Score.Label != "neg" || c.ID%8 == 0:
	case d.edits >= 2 && len(d.calling) == 0:
		words = map[string]string{"en": "We are sorry, this should not have happened. We will call you within two hours.", "ar": "نعتذر، ما كان يجب أن يحدث هذا. سنتصل بكم خلال ساعتين."}[draft.Language]
		d.calling = append(d.calling, c.ID)
	case d.now.In(d.zone).Hour() >= 15 && len(d.calling) == 1:
		words = map[string]string{"en": "We are sorry about this. We will call you within an hour.", "ar": "نعتذر عن ذلك. سنتصل بكم خلال ساعة."}[draft.Language]
		d.calling = append(d.calling, c.ID)
	}
	d.write(c, "adam", words)
}

// huda looks after what reached the owners, and the crisis.
func (d *day) huda() {
	for _, i := range d.incidents() {
		if i.StatementBy == "" && len(d.rooms["owners"].cards[0].Buttons) > 0 {
			d.statement()
		}
	}
	if c := d.first(1); c.ID != 0 {
		if _, drafted := c.Draft(); drafted {
			d.tap(c, "huda", "owners", responder.ActApprove)
		}
	} else if c := d.first(0); c.ID != 0 && d.now.In(d.zone).Hour() >= 20 {
		d.tap(c, "huda", "desk", responder.ActApprove) // the desk has gone home
	}
}

func TestADayOfAShop(t *testing.T) {
	d := theDay(t)
	planned := len(d.due)
	d.live()
	if planned < 300 {
		t.Errorf("%d mentions in the day, want at least 300", planned)
	}
	goldentest.Compare(t, "testdata/day.golden.txt", d.told.String(), *update)
	goldentest.Compare(t, "../docs/how-a-case-lives.md", d.page(), *update)
	d.endsWell()
}

// endsWell checks the promises of the day that a story could hide.
func (d *day) endsWell() {
	bad, err := d.store.Verify(d.t.Context())
	d.must(err)
	if bad != 0 {
		d.t.Errorf("the history is broken at line %d", bad)
	}
	es, err := d.store.EntriesBetween(d.t.Context(), time.Time{}, d.end.Add(time.Hour))
	d.must(err)
	let, sent, aside, rated, leftOver := map[int64]bool{}, 0, 0, 0, 0
	for _, e := range es {
		switch e.Event {
		case cases.Approve, cases.ByRule:
			let[e.Case] = true
		case cases.Ack, cases.Ask:
			aside++
		case cases.Rate:
			rated++
		case cases.Note:
			leftOver += min(1, strings.Count(e.Note, "the incident is over"))
		case cases.Sent:
			if sent++; !let[e.Case] {
				d.t.Errorf("case %d was answered without a decision", e.Case)
			}
		default:
		}
	}
	if sent+aside != len(d.place.posted) || sent < 40 {
		d.t.Errorf("%d answers and %d other words recorded, %d posted; a day has more than forty", sent, aside, len(d.place.posted))
	}
	if standing := len(d.world.tg.Posted(groupChat)) + len(d.world.dc.Posted(d.world.support)); standing != sent+aside {
		d.t.Errorf("%d posts stand on the two platforms, %d are recorded", standing, sent+aside)
	}
	kept, late := 0, 0
	for _, p := range d.ledger() {
		kept += min(1, strings.Count(p, string(cases.PromiseKept)))
		late += min(1, strings.Count(p, string(cases.PromiseLate)))
	}
	if kept < 1 || late < 1 {
		d.t.Errorf("%d promises kept and %d late, want at least one of each", kept, late)
	}
	if rated != d.rated || rated < 3 {
		d.t.Errorf("%d ratings recorded, %d given", rated, d.rated)
	}
	if v := d.world.dc.Violations(); len(v) > 0 {
		d.t.Errorf("sends that could have pinged people: %v", v)
	}
	for name, r := range d.rooms {
		// A case of the crisis may bring two more: its card after the all clear,
		// as those before it are dealt with, and once more when it comes back.
		if r.fresh-2*leftOver > 150 {
			d.t.Errorf("%s saw %d card messages, %d cases were left over", name, r.fresh, leftOver)
		}
	}
	open, err := d.store.InState(d.t.Context(), cases.Approved, 10)
	d.must(err)
	if len(open) > 0 {
		d.t.Errorf("%d approved replies never left", len(open))
	}
}
