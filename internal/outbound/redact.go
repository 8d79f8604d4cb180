package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// shortest is the shortest value worth searching for: masking every "1" of a
// one-letter password would only tell what it is.
const shortest = 4

// Redactor masks known secret values wherever they turn up. It is safe for
// concurrent use; secrets may be added while it works.
type Redactor struct {
	mu     sync.RWMutex
	values []string // longest first
}

// NewRedactor makes a Redactor for these secrets.
func NewRedactor(secrets ...Secret) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add makes further secrets known, in the forms in which URLs spell them too.
func (r *Redactor) Add(secrets ...Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		v := s.Reveal()
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), fmt.Sprintf("%q", v)} {
			form = strings.Trim(form, `"`)
			if len(form) >= shortest && !slices.Contains(r.values, form) {
				r.values = append(r.values, form)
			}
		}
	}
	slices.SortFunc(r.values, func(a, b string) int { return len(b) - len(a) })
}

// String masks every known secret in s.
func (r *Redactor) String(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, v := range r.values {
		s = strings.ReplaceAll(s, v, mask)
	}
	return s
}

// Error masks every known secret in the words of err. errors.Is and errors.As
// still see what err wraps, but a *url.Error found in it is a masked copy.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &redacted{err: err, r: r}
}

// redacted has no Unwrap: unwrapping would hand out the words it hides.
type redacted struct {
	err error
	r   *Redactor
}

func (e *redacted) Error() string        { return e.r.String(e.err.Error()) }
func (e *redacted) Is(target error) bool { return errors.Is(e.err, target) }

func (e *redacted) As(target any) bool {
	if !errors.As(e.err, target) {
		return false
	}
	if p, ok := target.(**url.Error); ok {
		ue := **p
		ue.URL, ue.Err = e.r.String(ue.URL), e.r.Error(ue.Err)
		*p = &ue
	}
	return true
}

// Handler wraps a log handler so that no known secret passes, whichever
// attribute, group or error holds it.
func (r *Redactor) Handler(h slog.Handler) slog.Handler { return &redactingHandler{h, r} }

type redactingHandler struct {
	next slog.Handler
	r    *Redactor
}

func (h *redactingHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return h.next.Enabled(ctx, l)
}

func (h *redactingHandler) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, h.r.String(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h *redactingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.attr(a)
	}
	return &redactingHandler{h.next.WithAttrs(clean), h.r}
}

func (h *redactingHandler) WithGroup(name string) slog.Handler {
	return &redactingHandler{h.next.WithGroup(name), h.r}
}

func (h *redactingHandler) attr(a slog.Attr) slog.Attr {
	a.Key = h.r.String(a.Key)
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		group := v.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = h.attr(g)
		}
		a.Value = slog.GroupValue(clean...)
	case slog.KindString:
		a.Value = slog.StringValue(h.r.String(v.String()))
	case slog.KindAny:
		a.Value = h.any(v)
	default:
		a.Value = v
	}
	return a
}

// any judges a value by what a text or a JSON handler would print of it.
func (h *redactingHandler) any(v slog.Value) slog.Value {
	text := fmt.Sprintf("%+v", v.Any())
	if h.r.String(text) != text {
		return slog.StringValue(h.r.String(text))
	}
	if _, isError := v.Any().(error); isError {
		return v
	}
	if b, err := json.Marshal(v.Any()); err == nil && h.r.String(string(b)) != string(b) {
		return slog.StringValue(h.r.String(string(b)))
	}
	return v
}

// WithToken returns a copy of hc that puts the secret into the address only
// inside the transport: callers build URLs with placeholder in place of the
// token, and every error, log line and redirect shows the placeholder.
func WithToken(hc *http.Client, placeholder string, token Secret) *http.Client {
	out := *hc
	base := hc.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	out.Transport = tokenTransport{base, placeholder, token, NewRedactor(token)}
	return &out
}

type tokenTransport struct {
	base        http.RoundTripper
	placeholder string
	token       Secret
	r           *Redactor
}

func (t tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.URL.Path = strings.ReplaceAll(req.URL.Path, t.placeholder, t.token.Reveal())
	out.URL.RawPath = ""
	resp, err := t.base.RoundTrip(out)
	if err != nil {
		return nil, t.r.Error(err)
	}
	resp.Request = req // redirects and callers see the address without the token
	return resp, nil
}
