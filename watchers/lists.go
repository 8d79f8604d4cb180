package watchers

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
)

// List is one list of a place that shows the newest first. Read gives one page
// of it; "" is the first, and an empty next the last. from is as far back as
// is asked for; more does no harm. What a page shows again with other words
// counts as edited, and what it shows as Gone as deleted.
type List struct {
	Name  string // in the cursor; the same after a restart
	Pages int    // how many are read at the most in one look; 0 = 10
	// ByChange says that the latest change comes first and that the place ends
	// the list at from: an old thing says nothing of the next page.
	ByChange bool
	Read     func(ctx context.Context, from time.Time, token string) (found []cases.Mention, next string, err error)
}

// Lists reads the lists of one place under one cursor, and looks again at what
// was read lately, for edits and deletions.
type Lists struct {
	Now    time.Time
	MaxAge time.Duration // how far back the first look goes
	Lists  []List
	Again  Again
}

// Again says how things that were read lately are looked at again.
type Again struct {
	// Look returns how those things stand now, as mentions; with Gone those
	// that were deleted. What it leaves out is taken as unchanged. nil: only
	// what a list shows again is compared.
	Look  func(ctx context.Context, ids []string) ([]cases.Mention, error)
	Every time.Duration // between looks; 0 = an hour
	Reach time.Duration // how long a thing is looked at; 0 = two days
	Most  int           // things in one look, those longest not looked at first, then the newest; 0 = 100
}

const (
	defaultPages = 10
	maxKnown     = 400 // things of which a cursor remembers what they said
)

// listsCursor is how far each list was read, and what was read lately.
type listsCursor struct {
	V      int               `json:"v"`
	Lists  map[string]Window `json:"lists"`
	Looked time.Time         `json:"looked,omitzero"` // when things were last looked at again
	Known  []known           `json:"known,omitempty"` // oldest first
}

// known is what one thing said when it was last seen.
type known struct {
	ID     string    `json:"id"`
	Posted time.Time `json:"at"`
	Sum    string    `json:"sum"`
	Looked int64     `json:"l,omitempty"` // when it was last looked at by itself, in seconds since 1970
}

func readLists(c cases.Cursor) (cur listsCursor, readable bool) {
	fresh := listsCursor{V: 1, Lists: map[string]Window{}}
	if c == "" {
		return fresh, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 || cur.Lists == nil {
		return fresh, false
	}
	return cur, true
}

// Poll reads what is new since the cursor, what changed, and what is gone.
func (l Lists) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readLists(after)
	page, next := cases.Page{}, listsCursor{V: 1, Lists: map[string]Window{}, Looked: cur.Looked, Known: slices.Clone(cur.Known)}
	if !readable {
		page.Gap = PlaceLost
	}
	t := tally{now: l.Now, cur: &next, known: map[string]int{}, told: map[string]bool{}}
	for i, k := range next.Known {
		t.known[k.ID] = i
	}
	for _, list := range l.Lists {
		if err := l.read(ctx, list, cur.Lists[list.Name], &t, &page); err != nil {
			return cases.Page{}, err
		}
	}
	if err := l.again(ctx, &t); err != nil && len(t.out) == 0 {
		return cases.Page{}, fmt.Errorf("looking again at what was read: %w", err) // else what is new is worth more
	}
	l.forget(&next)
	OldestFirst(t.out)
	b, err := json.Marshal(next)
	if err != nil {
		return cases.Page{}, fmt.Errorf("writing a cursor: %w", err)
	}
	page.Mentions, page.Next = t.out, cases.Cursor(b)
	return page, nil
}

// read reads one list back to where it was read to.
func (l Lists) read(ctx context.Context, list List, w Window, t *tally, page *cases.Page) error {
	from := w.From(l.Now, l.MaxAge)
	var all []cases.Mention
	token := ""
	for n := 0; ; n++ {
		if n == cmp.Or(list.Pages, defaultPages) {
			page.Gap = fmt.Sprintf("%s holds more than is read in one look; the oldest were not read", cmp.Or(list.Name, "the list"))
			break
		}
		found, next, err := list.Read(ctx, from, token)
		if err != nil {
			return err
		}
		past := false
		for _, m := range found {
			t.changed(m)
			past = past || !list.ByChange && m.PostedAt.Before(from)
			if !m.Gone {
				all = append(all, m)
			}
		}
		if token = next; token == "" || past {
			break
		}
	}
	slices.Reverse(all) // of the same second, the one listed last is the oldest
	fresh, c := w.Take(all, from)
	for _, m := range fresh {
		t.fresh(m)
	}
	t.cur.Lists[list.Name], _ = readWindow(c)
	return nil
}

// again looks at what was read lately, when that is due.
func (l Lists) again(ctx context.Context, t *tally) error {
	every := cmp.Or(l.Again.Every, time.Hour)
	if l.Again.Look == nil || l.Now.Sub(t.cur.Looked) < every {
		return nil
	}
	ids := t.due(cmp.Or(l.Again.Most, 100), l.reach())
	if len(ids) > 0 {
		found, err := l.Again.Look(ctx, ids)
		if err != nil {
			return err
		}
		for _, m := range found {
			t.changed(m)
		}
	}
	t.cur.Looked = l.Now
	return nil
}

// due picks what is looked at now, and notes that it was.
func (t *tally) due(most int, reach time.Duration) (ids []string) {
	var places []int
	for i, k := range slices.Backward(t.cur.Known) {
		if !t.told[k.ID] && t.now.Sub(k.Posted) <= reach {
			places = append(places, i)
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(t.cur.Known[a].Looked, t.cur.Known[b].Looked) })
	for _, i := range places[:min(len(places), most)] {
		t.cur.Known[i].Looked = t.now.Unix()
		ids = append(ids, t.cur.Known[i].ID)
	}
	return ids
}

func (l Lists) reach() time.Duration { return cmp.Or(l.Again.Reach, 48*time.Hour) }

// forget keeps the cursor bounded.
func (l Lists) forget(c *listsCursor) {
	c.Known = slices.DeleteFunc(c.Known, func(k known) bool { return k.Sum == "" || l.Now.Sub(k.Posted) > l.reach() })
	slices.SortStableFunc(c.Known, func(a, b known) int { return a.Posted.Compare(b.Posted) })
	c.Known = c.Known[max(0, len(c.Known)-maxKnown):]
}

// tally collects what one look brought.
type tally struct {
	now   time.Time
	cur   *listsCursor
	known map[string]int // place in cur.Known
	told  map[string]bool
	out   []cases.Mention
}

// fresh takes a thing that a window did not know; another list may have
// brought it before.
func (t *tally) fresh(m cases.Mention) {
	if _, known := t.known[m.ID]; known || t.told[m.ID] {
		return
	}
	t.told[m.ID] = true
	t.known[m.ID] = len(t.cur.Known)
	t.cur.Known = append(t.cur.Known, known{ID: m.ID, Posted: m.PostedAt, Sum: saying(m)})
	t.out = append(t.out, m)
}

// changed takes a thing that was read before and says other words now, or is
// gone.
func (t *tally) changed(m cases.Mention) {
	i, known := t.known[m.ID]
	if !known || t.told[m.ID] {
		return
	}
	k := &t.cur.Known[i]
	switch {
	case m.Gone:
		k.Sum = "" // not looked at any more
	case saying(m) == k.Sum:
		return
	default:
		k.Sum = saying(m)
		if m.EditedAt.IsZero() {
			m.EditedAt = t.now // when it was noticed
		}
	}
	if m.PostedAt.IsZero() {
		m.PostedAt = k.Posted
	}
	t.told[m.ID] = true
	t.out = append(t.out, m)
}

// PageOf reads the token of a list whose pages are numbered; "" is the first.
func PageOf(token string, first int) (int, error) {
	if token == "" {
		return first, nil
	}
	n, err := strconv.Atoi(token)
	if err != nil {
		return 0, fmt.Errorf("page %.20q: %w", token, err)
	}
	return n, nil
}
