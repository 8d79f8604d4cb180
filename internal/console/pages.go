package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
)

// day reads ?date=, today when there is none.
func (c *Console) day(r *http.Request) (time.Time, bool) {
	day := c.Clock().In(c.Office.Zone)
	t := r.URL.Query().Get("date")
	if t == "" {
		return day, true
	}
	d, err := time.ParseInLocation(time.DateOnly, t, c.Office.Zone)
	return d.Add(12 * time.Hour), err == nil // noon is on the same day whatever the clocks did
}

// dayView is a page about one day, or about a period that ends with it.
type dayView struct {
	Day, Prev, Next string
	Title           string // the day in words
	Period          responder.Period
	Entries         []cases.Entry
	Chain           chainState
}

func dayOf(day time.Time) dayView {
	return dayView{Day: day.Format(time.DateOnly), Prev: day.AddDate(0, 0, -1).Format(time.DateOnly), Next: day.AddDate(0, 0, 1).Format(time.DateOnly)}
}

// chain remembers what the last walk along the history found: it reads every
// line, and a page that is reloaded must not read them all again.
type chain struct {
	mu sync.Mutex
	chainState
}

type chainState struct {
	At  time.Time
	Bad int64 // number of the first wrong line; 0 = whole
}

// chainLasts is how long a walk along the chain is believed.
const chainLasts = time.Minute

func (c *Console) verified(ctx context.Context) (chainState, error) {
	c.chain.mu.Lock()
	defer c.chain.mu.Unlock()
	if now := c.Clock(); now.Sub(c.chain.At) > chainLasts {
		bad, err := c.Ledger.Verify(ctx)
		if err != nil {
			return chainState{}, err
		}
		c.chain.chainState = chainState{At: now, Bad: bad}
	}
	return c.chain.chainState, nil
}

func (c *Console) showAudit(w http.ResponseWriter, r *http.Request) {
	day, ok := c.day(r)
	if !ok {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	v := dayOf(day)
	var err error
	if v.Entries, v.Chain, err = c.recorded(r.Context(), day); err != nil {
		c.problem(w, r, err)
		return
	}
	v.Title = digest.Dates(c.words[c.languageOf(r)], digest.Day(day))
	slices.Reverse(v.Entries)
	c.render(w, r, http.StatusOK, "audit", v)
}

// recorded reads the lines of a local day, and whether the whole record is as
// it was written.
func (c *Console) recorded(ctx context.Context, day time.Time) ([]cases.Entry, chainState, error) {
	span := digest.Day(day)
	lines, err := c.Ledger.EntriesBetween(ctx, span.From, span.To)
	if err != nil {
		return nil, chainState{}, err
	}
	chain, err := c.verified(ctx)
	return lines, chain, err
}

// sourceRow is one source as configured, with how it fares.
type sourceRow struct {
	cases.SourceStatus
	Never   bool   // not asked yet
	Answers bool   // replies leave by program
	Aside   string // the phrase for what nobody asks for; "" for what is watched
	Read    int    // mentions, since the first start
	Left    int
	Most    int  // 0: the platform does not say
	Told    bool // it says what is left of its limit
}

func (c *Console) showSources(w http.ResponseWriter, r *http.Request) {
	list, err := c.Sources(r.Context())
	if err != nil {
		c.problem(w, r, err)
		return
	}
	var rows []sourceRow
	known := map[string]bool{}
	for _, s := range list {
		known[s.Source] = true
		row := sourceRow{
			SourceStatus: s, Never: s.LastTry.IsZero(), Answers: c.Office.Place(s.Source).Replier != nil, Aside: c.aside(s),
		}
		left, told := s.Allowance.Now(c.Clock())
		row.Read, row.Left, row.Most, row.Told = int(s.Seen), int(left), int(s.Allowance.Most), told
		rows = append(rows, row)
	}
	for name, p := range c.Office.Places {
		if !known[name] {
			rows = append(rows, sourceRow{SourceStatus: cases.SourceStatus{Source: name}, Never: true, Answers: p.Replier != nil})
		}
	}
	slices.SortFunc(rows, func(a, b sourceRow) int { return strings.Compare(a.Source, b.Source) })
	c.render(w, r, http.StatusOK, "sources", rows)
}

// aside is the phrase for a source of the records that nobody asks for: what
// staff reported, what came out of files, what config.yaml no longer names.
func (c *Console) aside(s cases.SourceStatus) string {
	_, watched := c.Office.Places[s.Source]
	switch {
	case watched:
		return ""
	case s.Source == responder.ReportSource:
		return "page.source.staff"
	case s.LastTry.IsZero():
		return "page.source.imported"
	}
	return "page.source.gone"
}

func (c *Console) showOutlet(w http.ResponseWriter, r *http.Request) {
	if c.Outlet == nil {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	posts, err := c.Outlet()
	if err != nil {
		c.problem(w, r, err)
		return
	}
	slices.Reverse(posts)
	c.render(w, r, http.StatusOK, "outlet", posts[:min(len(posts), 200)])
}

type peopleView struct {
	People []personRow
	Me     string
	Has    bool // I have a password
	Manage bool // I may let others in
	Link   string
	For    string
	Hours  int
	Keys   []cases.Visit // of programs: my own, or everybody's for managers
}

type personRow struct {
	responder.Person
	Role     string
	Chats    []string // platforms on which the person is known
	Password bool
	Visits   int
	Seen     time.Time
	Away     bool     // not on shift now
	Shifts   []string // the hours of the week in words; none: always there
	Back     time.Time
}

// roleName is the word of config.yaml for a role.
func roleName(role responder.Role) string {
	for name, r := range responder.Roles() {
		if r == role {
			return name
		}
	}
	return ""
}

func (c *Console) viewPeople(r *http.Request) (peopleView, error) {
	me := person(r)
	v := peopleView{Me: me.ID, Manage: me.Role >= responder.Manager, Hours: int(inviteLife / time.Hour)}
	visits, err := c.Visits.Visits(r.Context(), "")
	if err != nil {
		return v, err
	}
	for _, visit := range visits {
		if visit.Scope != "" && c.Clock().Before(visit.Ends) && (visit.Staff == me.ID || v.Manage) {
			v.Keys = append(v.Keys, visit)
		}
	}
	for _, p := range c.Office.People {
		row := personRow{Person: p, Role: roleName(p.Role)}
		c.shifts(r, &row)
		for _, platform := range []string{"telegram", "discord"} {
			if p.Accounts[platform] != "" {
				row.Chats = append(row.Chats, platform)
			}
		}
		hash, err := c.Passwords.Password(r.Context(), p.ID)
		if err != nil {
			return v, err
		}
		row.Password = hash != ""
		if p.ID == me.ID {
			v.Has = row.Password
		}
		for _, visit := range visits {
			if visit.Staff != p.ID || visit.Scope != "" || !c.Clock().Before(visit.Ends) || c.Clock().Sub(visit.Seen) > sessionIdle {
				continue
			}
			row.Visits++
			if visit.Seen.After(row.Seen) {
				row.Seen = visit.Seen
			}
		}
		v.People = append(v.People, row)
	}
	return v, nil
}

// clockFace writes a time of day, given in minutes.
func clockFace(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// shifts says when a person works, and whether that is now.
func (c *Console) shifts(r *http.Request, row *personRow) {
	if row.Shift == nil {
		return
	}
	say, now := c.words[c.languageOf(r)], c.Clock()
	row.Away = !row.Shift.Open(now)
	if next, ok := row.Shift.NextOpen(now); ok && row.Away {
		row.Back = next
	}
	times := func(day int) string {
		var parts []string
		for _, x := range row.Shift.Week[day] {
			parts = append(parts, say.Digits(clockFace(int(x.From))+"–"+clockFace(int(x.To))))
		}
		return strings.Join(parts, " · ")
	}
	name := func(day int) string { return say.Say(fmt.Sprintf("digest.weekday.%d", day)) }
	for first := 0; first < 7; {
		last := first
		for last < 6 && times(last+1) == times(first) {
			last++
		}
		if h := times(first); h != "" {
			days := name(first)
			if last > first {
				days += "–" + name(last)
			}
			row.Shifts = append(row.Shifts, days+" "+h)
		}
		first = last + 1
	}
}

func (c *Console) showPeople(w http.ResponseWriter, r *http.Request) {
	v, err := c.viewPeople(r)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, "people", v)
}

// inviteLife is how long a link for somebody else works.
const inviteLife = 24 * time.Hour

// inviteOther makes a link for another member of staff and shows it once.
func (c *Console) inviteOther(w http.ResponseWriter, r *http.Request) {
	v, err := c.viewPeople(r)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	other, ok := c.Office.Person(responder.Actor{Platform: "console", ID: r.PostFormValue("staff")})
	if !v.Manage || !ok {
		c.problem(w, r, errNotHere)
		return
	}
	scheme := "http://"
	if c.secure(r) {
		scheme = "https://"
	}
	v.Link = scheme + r.Host + InvitationPath(Invitation(c.Key, other.ID, c.Clock().Add(inviteLife)))
	v.For = other.Name
	c.Log.Info("invited to the page", "staff", other.ID, "by", person(r).ID)
	c.render(w, r, http.StatusOK, "people", v)
}

// policyView is the policy as the program read it.
type policyView struct {
	responder.Policy
	Terms
	Rules      []responder.Rule
	FourEyesAt string // severity from which two people decide; "" = never
	Flag       int    // percent
}

func (c *Console) showPolicy(w http.ResponseWriter, r *http.Request) {
	v := policyView{Policy: c.Office.Policy, Terms: c.Terms, Rules: c.Office.Rules, Flag: int(c.Office.Policy.FlagAt*100 + 0.5)}
	if v.FourEyes {
		v.FourEyesAt = v.FourEyesFrom.String()
	}
	c.render(w, r, http.StatusOK, "policy", v)
}

// conditions are what a rule asks of a mention, in words.
func conditions(say *phrases.Catalogue, w responder.When) []string {
	hours := []string(nil)
	if w.Hours != "" {
		hours = []string{w.Hours}
	}
	var stars []string
	for _, n := range w.Stars {
		stars = append(stars, strconv.Itoa(n))
	}
	var all []string
	for _, x := range []struct {
		name string
		want []string
	}{
		{"sentiment", w.Sentiment}, {"severity", w.Severity}, {"topic", w.Topic}, {"language", w.Language}, {"source", w.Source},
		{"hours", hours}, {"stars", stars}, {"signals", w.Signals},
	} {
		if len(x.want) > 0 {
			text, _ := say.Note(x.name+" "+strings.Join(x.want, ", "), func(s string) string { return s })
			all = append(all, text)
		}
	}
	if n := w.AuthorCases; n != nil {
		asked := fmt.Sprintf("author_cases %d", n.From)
		switch {
		case n.Unlimited:
			asked += " or more"
		case n.To > n.From:
			asked += fmt.Sprintf(" to %d", n.To)
		}
		text, _ := say.Note(asked, func(s string) string { return s })
		all = append(all, text)
	}
	return all
}

func (c *Console) showHelp(w http.ResponseWriter, r *http.Request) {
	c.render(w, r, http.StatusOK, "help", nil)
}

func (c *Console) showReport(w http.ResponseWriter, r *http.Request) {
	c.render(w, r, http.StatusOK, "report", nil)
}

// keys switches the single-letter keys on or off (WCAG 2.1.4).
func (c *Console) keys(w http.ResponseWriter, r *http.Request) {
	state := "on"
	if r.PostFormValue("keys") == "off" {
		state = "off"
	}
	http.SetCookie(w, c.cookie(r, "rasid_keys", state, year))
	http.Redirect(w, r, "/help", http.StatusSeeOther)
}

// year is how long a choice of the page is kept, in seconds.
const year = 365 * 24 * 3600

func (c *Console) language(w http.ResponseWriter, r *http.Request) {
	lang := r.PostFormValue("language")
	if lang != "ar" {
		lang = "en"
	}
	http.SetCookie(w, c.cookie(r, "rasid_language", lang, year))
	back := r.PostFormValue("back")
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\t\r\n") {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
