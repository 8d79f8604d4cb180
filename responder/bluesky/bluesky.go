// Package bluesky answers posts on Bluesky. A reply is a record under a name
// made of the send's key, so that a second attempt writes the same record and
// never a second post. It mentions nobody but the author, who is told of a reply
// anyway.
package bluesky

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/bluesky"
	"rasid/responder"
)

// ReplyConfig is one account that answers, as config.yaml describes it.
type ReplyConfig struct {
	// Handle is the account that answers, such as noor.bsky.social.
	Handle string `yaml:"handle"`
	// AppPassword is an app password of the account; never its own password.
	AppPassword outbound.Secret `yaml:"app_password"`
	// Automated marks each reply as written with the help of a program (the label
	// "bot"), for who wants to say so; the doctor then looks whether the account
	// says so too.
	Automated bool `yaml:"automated"`
	// Server is the account's own server; left out, Bluesky's.
	Server string `yaml:"server"`
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if !bluesky.IsHandle(c.Handle) && !bluesky.IsDID(c.Handle) {
		faults.Add("handle", "is not the name of an account", "its name without @, such as noor.bsky.social")
	}
	if !bluesky.IsAppPassword(c.AppPassword) {
		faults.Add("app_password", "is not an app password", bluesky.AppPasswordHow)
	}
	if u, err := url.Parse(c.Server); c.Server != "" && (err != nil || u.Host == "" || u.User != nil) {
		faults.Add("server", "is not an address", "the server's address, such as https://pds.example, or leave it out")
	}
	return faults
}

// Replier answers as one account.
type Replier struct {
	client    *bluesky.Client
	automated bool
	now       func() time.Time

	tried responder.Tried // posts we tried to answer: what stands there may be ours
}

var (
	_ responder.Replier = (*Replier)(nil)
	_ responder.Finder  = (*Replier)(nil)
	_ responder.Checker = (*Replier)(nil)
)

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (*Replier, error) {
	if err := cases.SetUp("Bluesky", c.Check()); err != nil {
		return nil, err
	}
	return &Replier{client: bluesky.NewClient(c.Server, c.Handle, c.AppPassword, client, now), automated: c.Automated, now: now}, nil
}

// Fits says by how many letters or bytes a text is too long.
func (*Replier) Fits(text string) error { return bluesky.Fits(text) }

// Reply posts the approved text under the mention.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Bluesky: %w: %w", cases.ErrRefused, err)
	}
	if r.Attempt > 1 { // what it answers may be gone by now, and the reply of an earlier attempt stand
		found, there, err := p.Find(ctx, r)
		if err != nil {
			return cases.Receipt{}, errors.New("looking for an earlier attempt: " + err.Error()) // unknown, whatever the look said
		}
		if there {
			return found, nil
		}
	}
	to, there, err := p.client.Look(ctx, r.Mention.ReplyTo)
	switch {
	case err != nil:
		return cases.Receipt{}, fmt.Errorf("reading what is answered: %w", outbound.BeforeSending(err))
	case !there:
		return cases.Receipt{}, fmt.Errorf("replying on Bluesky: %w: the post is gone", cases.ErrRefused)
	case to.Viewer.ReplyDisabled || to.Viewer.BlockedBy:
		return cases.Receipt{}, fmt.Errorf("replying on Bluesky: %w: its author does not let us reply", cases.ErrRefused)
	}
	if err := onlyAuthor(r.Text, to.Author.Handle); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Bluesky: %w: %w", cases.ErrRefused, err)
	}
	p.tried.Note(r.Mention.ReplyTo)
	at := r.First
	if at.IsZero() {
		at = p.now()
	}
	ref, err := p.client.Put(ctx, key(r), p.post(r, to, at))
	if err != nil {
		return responder.Again(ctx, p, r, fmt.Errorf("replying on Bluesky: %w", err))
	}
	return receipt(ref, at), nil
}

// key is the record's name: the same at each attempt, also when a person sends
// it once more, and another for other words.
func key(r cases.Reply) string {
	return bluesky.Key(r.Mention.PostedAt, r.Key+"\n"+cases.HashReply(r.Mention.Source, r.Mention.ID, r.Text))
}

// post is the record, dated at the first attempt: the same bytes at each.
func (p *Replier) post(r cases.Reply, to bluesky.View, at time.Time) bluesky.Post {
	root := to.Ref
	if to.Record.Reply != nil {
		root = to.Record.Reply.Root
	}
	text := strings.TrimSpace(r.Text)
	out := bluesky.Post{
		Type: bluesky.Posts, Text: text, Created: bluesky.Stamp(at), Langs: []string{language(text)},
		Facets: bluesky.Facets(text, to.Author.Handle, to.Author.DID), Reply: &bluesky.ReplyRef{Root: root, Parent: to.Ref},
	}
	if p.automated {
		out.Labels = bluesky.SelfLabel(bluesky.Automated)
	}
	return out
}

func receipt(ref bluesky.Ref, at time.Time) cases.Receipt {
	author, rkey, _ := bluesky.Split(ref.URI)
	return cases.Receipt{ID: ref.URI, URL: bluesky.WebURL(author, rkey), At: at.UTC()}
}

// language tells readers' filters what it is written in.
func language(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Arabic, c) }) {
		return "ar"
	}
	return "en"
}

func (p *Replier) postable(r cases.Reply) error {
	if err := responder.Postable(r); err != nil {
		return err
	}
	if _, _, ok := bluesky.Split(r.Mention.ReplyTo); !ok {
		return fmt.Errorf("%.60q is not the address of a post", r.Mention.ReplyTo)
	}
	return p.Fits(r.Text)
}

// onlyAuthor refuses a text that names somebody else.
func onlyAuthor(text, author string) error {
	for _, h := range bluesky.Handles(text) {
		if !strings.EqualFold(h, author) {
			return fmt.Errorf("the text names another account (@%.40s)", h)
		}
	}
	return nil
}

// Find looks whether the reply stands, under its own name and with these words.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	post, ref, there, err := p.client.Own(ctx, key(r))
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Bluesky: %w", err)
	}
	if !there || !responder.SameWords(post.Text, r.Text) {
		return cases.Receipt{}, false, nil
	}
	at, err := time.Parse(time.RFC3339, post.Created)
	if err != nil {
		at = r.First
	}
	return receipt(ref, at), true, nil
}

// Check looks, just before posting, whether the post still stands as staff saw
// it, and whether a colleague answered it by hand meanwhile.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	post, below, there, err := p.client.Thread(ctx, m.ReplyTo)
	if err != nil {
		return responder.Standing{}, fmt.Errorf("checking on Bluesky: %w", err)
	}
	if !there {
		return responder.Standing{Gone: true}, nil
	}
	st := responder.Standing{Text: post.Record.Text}
	if responder.SameWords(st.Text, m.Text) {
		st.Text = m.Text
	}
	self, _, err := p.client.Self(ctx)
	if err != nil || p.tried.Has(m.ReplyTo) {
		return st, nil // the post itself was seen; that a colleague answered is an extra
	}
	if i := slices.IndexFunc(below, func(v bluesky.View) bool { return v.Author.DID == self }); i >= 0 {
		st.Colleague = below[i].Record.Text
	}
	return st, nil
}

// Doctor signs in and looks at the account.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	did, handle, err := p.client.Self(ctx)
	if code := outbound.StatusOf(err); code == http.StatusUnauthorized || code == http.StatusBadRequest {
		return []cases.Advice{{What: "signing in", Fix: "the server does not take the app password: in the app, Settings, Privacy and security, App passwords, make a new one; and compare handle with the one there"}}
	}
	if err != nil {
		return []cases.Advice{{What: "signing in", Fix: fmt.Sprintf("it cannot be done: %v", err)}}
	}
	advice := []cases.Advice{{OK: true, What: "answers as @" + handle}}
	if !p.automated {
		return advice
	}
	me, err := p.client.Profile(ctx, did)
	switch {
	case err != nil:
		return append(advice, cases.Advice{What: "label", Fix: fmt.Sprintf("the profile cannot be read: %v", err)})
	case !me.Automated():
		return append(advice, cases.Advice{What: "label", Fix: "replies say that a program helps (automated: true), and the account does not: in the app's account settings, mark the account as automated; or write automated: false"})
	}
	return append(advice, cases.Advice{OK: true, What: "the account says that it is automated"})
}
