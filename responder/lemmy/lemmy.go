// Package lemmy answers posts and comments on Lemmy with a comment of one
// account. Lemmy knows no key by which it would recognise a second attempt: an
// answer that was lost is looked for below what it answers, and never sent
// again by the program.
package lemmy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/lemmy"
	"rasid/internal/platform/markdown"
	"rasid/responder"
)

// ReplyConfig is one account that answers, as config.yaml describes it.
type ReplyConfig struct {
	// Server is the address of the account's server, the same as the source's:
	// posts have other numbers elsewhere.
	Server string `yaml:"server"`
	// Token is the account's JWT, which the server gives for its name and
	// password at /api/v3/user/login.
	Token outbound.Secret `yaml:"token"`
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if f, bad := lemmy.CheckServer(c.Server); bad {
		faults = append(faults, f)
	}
	if c.Token.Empty() {
		faults.Add("token", "is missing", `token: "${LEMMY_TOKEN}", the jwt that /api/v3/user/login gives for {"username_or_email", "password"}`)
	}
	return faults
}

// place is a server as one account sees it.
type place struct {
	client *lemmy.Client

	mu   sync.Mutex
	self int64 // id of the account; 0 until it was asked for
}

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client) (responder.Replier, error) {
	if err := cases.SetUp("Lemmy", c.Check()); err != nil {
		return nil, err
	}
	return &responder.Comments{
		Place: &place{client: &lemmy.Client{Server: c.Server, Token: c.Token, Net: client}}, Length: length, Names: names.MatchString,
	}, nil
}

// names is what Lemmy would tell an account or a community of, on any server.
var names = regexp.MustCompile(`[@!][A-Za-z0-9_.]+@[A-Za-z0-9]|(^|[^\p{L}\p{N}_])/[uc]/[A-Za-z0-9_]`)

// length counts the characters of the Markdown that shows a text as it is.
func length(text string) error {
	source, err := markdown.Escape(text)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(source); n > lemmy.MaxComment {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-lemmy.MaxComment, lemmy.MaxComment)
	}
	return nil
}

// Above reads what is answered. A comment's post is not read: whether it is
// locked, the server says when the comment is written.
func (p *place) Above(ctx context.Context, at string) (responder.Above, error) {
	n, isComment, err := lemmy.Number(at)
	if err != nil {
		return responder.Above{}, fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	if isComment {
		v, err := p.client.Comment(ctx, n)
		if err != nil {
			return responder.Above{}, before(err)
		}
		if v.Comment.Deleted || v.Comment.Removed || v.Post.Deleted || v.Post.Removed {
			return responder.Above{}, cases.ErrNotFound
		}
		return responder.Above{At: at, Thread: strconv.FormatInt(v.Comment.PostID, 10), Text: v.Comment.Content, Closed: v.Post.Locked}, nil
	}
	v, err := p.client.Post(ctx, n)
	if err != nil {
		return responder.Above{}, before(err)
	}
	if v.Post.Deleted || v.Post.Removed {
		return responder.Above{}, cases.ErrNotFound
	}
	text := v.Post.Body
	if strings.TrimSpace(text) == "" {
		text = v.Post.Name
	}
	return responder.Above{At: at, Thread: strconv.FormatInt(n, 10), Text: text, Closed: v.Post.Locked}, nil
}

// before classifies the error of a look that comes before a comment.
func before(err error) error {
	if errors.Is(err, cases.ErrNotFound) {
		return cases.ErrNotFound
	}
	return outbound.BeforeSending(err)
}

// numbers are what the server counts by.
func numbers(a responder.Above) (post, comment int64, err error) {
	n, isComment, err := lemmy.Number(a.At)
	if err != nil || !isComment {
		return n, 0, err
	}
	post, err = strconv.ParseInt(a.Thread, 10, 64)
	return post, n, err
}

// Write adds a comment.
func (p *place) Write(ctx context.Context, a responder.Above, text string) (cases.Receipt, error) {
	post, comment, err := numbers(a)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	source, err := markdown.Escape(text)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	v, err := p.client.Write(ctx, post, comment, source)
	if err != nil {
		return cases.Receipt{}, err
	}
	return receipt(v), nil
}

func receipt(v lemmy.CommentView) cases.Receipt {
	return cases.Receipt{ID: lemmy.CommentID(v.Comment.ID), URL: v.Comment.ApID, At: v.Comment.Published.Time}
}

// Ours lists the comments of our account right below something.
func (p *place) Ours(ctx context.Context, a responder.Above) (out []responder.OurComment, err error) {
	self, err := p.who(ctx)
	if err != nil {
		return nil, err
	}
	post, comment, err := numbers(a)
	if err != nil {
		return nil, err
	}
	below, err := p.client.Below(ctx, post, comment)
	for _, v := range below {
		if v.Creator.ID == self && v.Comment.Above() == comment && !v.Comment.Deleted && !v.Comment.Removed {
			out = append(out, responder.OurComment{Text: markdown.Unescape(v.Comment.Content), Receipt: receipt(v)})
		}
	}
	return out, err
}

// who asks once which account we are.
func (p *place) who(ctx context.Context) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.self == 0 {
		me, err := p.client.Self(ctx)
		if err != nil {
			return 0, err
		}
		p.self = me.ID
	}
	return p.self, nil
}

// Doctor asks who we are.
func (p *place) Doctor(ctx context.Context) []cases.Advice {
	me, err := p.client.Self(ctx)
	switch {
	case errors.Is(err, lemmy.ErrGuest):
		return []cases.Advice{{What: "token", Fix: `the server does not take it: get a new jwt from /api/v3/user/login with {"username_or_email": …, "password": …}; signing out everywhere ends the old one`}}
	case err != nil:
		return []cases.Advice{{What: "server", Fix: fmt.Sprintf("it cannot be asked: %v", err)}}
	}
	return []cases.Advice{{OK: true, What: "answers as " + me.Name}}
}
