package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/mail"
	"rasid/watchers"
)

const (
	// perPage bounds one page: letters are fetched whole up to mail.MaxLetter.
	perPage = 20
	// longestWait is how long one look waits for news; a look must end within a
	// minute.
	longestWait = 45 * time.Second
)

// Source is one folder of a mailbox.
type Source struct {
	cfg  Config
	name string
	box  *mail.Box
	wait time.Duration // for news, where there are none; 0 = not at all
	now  func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name. way leads to the mail
// server, web to whoever gives tokens where there is no password.
func New(c Config, name string, way dialer, web *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	return &Source{cfg: c, name: name, box: c.box(way, web, now), wait: min(longestWait, c.Every-5*time.Second), now: now}, nil
}

// cursor is the last letter read. Numbers mean something only while the
// folder's validity stays the same.
type cursor struct {
	V        int       `json:"v"`
	Validity uint32    `json:"validity"`
	UID      uint32    `json:"uid"`
	Until    time.Time `json:"until,omitzero"` // when the newest letter read arrived
}

func readCursor(c cases.Cursor) (cur cursor, readable bool) {
	if c == "" {
		return cursor{}, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 {
		return cursor{}, false
	}
	return cur, true
}

// renumbered is how far before the newest letter known a renumbered folder is
// read again: what is known is recognised by its Message-ID.
const renumbered = 48 * time.Hour

// Poll reads the letters after the cursor, and where there are none waits a
// little for one.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readCursor(after)
	page := cases.Page{}
	if !readable {
		page.Gap = watchers.PlaceLost
	}
	session, err := s.box.Open(ctx)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading %s: %w", s.name, err)
	}
	defer session.Close()
	next, err := s.read(ctx, session, cur, &page)
	if ctx.Err() != nil {
		err = ctx.Err() // the session ended because we hung up
	}
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading %s: %w", s.name, err)
	}
	return watchers.EndAt(page, s.name, next)
}

func (s *Source) read(ctx context.Context, session *mail.Session, cur cursor, page *cases.Page) (cursor, error) {
	folder, err := session.Look(s.cfg.Folder)
	if err != nil {
		return cursor{}, err
	}
	known := cur.V == 1 && cur.Validity == folder.Validity
	from := s.now().Add(-s.cfg.MaxAge)
	if cur.V == 1 && !cur.Until.IsZero() {
		from = cur.Until.Add(-renumbered)
	}
	next := cursor{V: 1, Validity: folder.Validity, UID: max(folder.Next, 1) - 1, Until: cur.Until}
	var uids []uint32
	if known {
		next.UID = cur.UID
		uids, err = s.following(ctx, session, cur.UID)
	} else {
		uids, err = session.Since(from.AddDate(0, 0, -1)) // servers count days in zones of their own
	}
	if err != nil {
		return cursor{}, err
	}
	if page.More = len(uids) > perPage; page.More {
		uids = uids[:perPage]
	}
	letters, err := session.Letters(uids)
	if err != nil {
		return cursor{}, err
	}
	for _, uid := range uids {
		next.UID = max(next.UID, uid) // also of letters that are gone meanwhile
		if !known && page.More {
			next.UID = uid
		}
	}
	for _, l := range letters {
		if known || !l.Arrived.Before(from) {
			s.take(l, &next, page)
		}
	}
	watchers.OldestFirst(page.Mentions)
	return next, nil
}

// following lists the letters after one; where there are none it waits for
// news, if the server can tell.
func (s *Source) following(ctx context.Context, session *mail.Session, uid uint32) ([]uint32, error) {
	uids, err := session.After(uid)
	if err != nil || len(uids) > 0 || s.wait <= 0 || !session.Idles() {
		return uids, err
	}
	if err := session.Wait(ctx, s.wait); err != nil {
		return nil, err
	}
	return session.After(uid)
}

// take adds one letter to the page. One that cannot be read is parked: it is
// named, stays in the mailbox, and the others go on.
func (s *Source) take(l mail.Letter, next *cursor, page *cases.Page) {
	if l.Arrived.After(next.Until) {
		next.Until = l.Arrived.UTC()
	}
	m, err := s.mention(l)
	if err != nil {
		page.Gap = joined(page.Gap, fmt.Sprintf("letter %d in %s could not be read, look at it there: %v", l.UID, s.cfg.Folder, err))
		return
	}
	if !slices.ContainsFunc(page.Mentions, func(o cases.Mention) bool { return o.ID == m.ID }) {
		page.Mentions = append(page.Mentions, m)
	}
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// Doctor logs in and opens the folder.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	session, err := s.box.Open(ctx)
	if err != nil {
		return []watchers.Advice{{What: "mailbox", Fix: fmt.Sprintf("%v; check server, tls, user and password or refresh_token (many providers want a password made for this program, or an OAuth consent, or IMAP switched on in their settings)", err)}}
	}
	defer session.Close()
	f, err := session.Look(s.cfg.Folder)
	if err != nil {
		return []watchers.Advice{{What: "folder " + s.cfg.Folder, Fix: fmt.Sprintf("%v; look up its name in your mail program", err)}}
	}
	how := fmt.Sprintf("asked every %v", s.cfg.Every)
	if session.Idles() {
		how = "it tells of new letters at once"
	}
	return []watchers.Advice{{OK: true, What: fmt.Sprintf("letters in %s: %d; %s", s.cfg.Folder, f.Letters, how)}}
}
