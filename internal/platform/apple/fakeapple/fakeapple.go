// Package fakeapple is Apple for tests: the reviews of one app as App Store
// Connect tells them to who has a key, and as the public feeds show them to
// everybody, in memory on a port of 127.0.0.1. It refuses what the real
// services refuse. docs/fakes-apple.md lists where each behaviour comes from.
package fakeapple

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/apple"
	"rasid/internal/platform/faketest"
)

// Names of what the fake holds.
const (
	App    = "1234567890"
	KeyID  = "CANARYKEY1"
	Issuer = "69a6de7f-0000-0000-0000-5bc37c110000"
)

// Review is one review with the business's answer.
type Review struct {
	Number  int64 // the public feed's name of it
	ID      string
	Country string // two letters
	Title   string
	Text    string
	Author  string
	Stars   int
	Written time.Time
	Answer  string
	State   string // of the answer
	Changed time.Time
	Hidden  bool // its text stands, and the public feed does not list it yet
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	faketest.Shelf[Review]
	Now func() time.Time

	key    *ecdsa.PrivateKey
	reader bool // the key's role may read alone
	down   map[string]bool
	writes int
	asked  int // reads of any kind
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Shelf: faketest.Shelf[Review]{Name: func(r *Review) string { return r.ID }}, Now: now, key: newKey(), down: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/apps/{app}/customerReviews", f.keyed(f.list))
	mux.HandleFunc("GET /v1/customerReviews/{id}", f.keyed(f.one))
	mux.HandleFunc("POST /v1/customerReviewResponses", f.keyed(f.respond))
	mux.HandleFunc("GET /{country}/rss/customerreviews/{id}/{sort}/{page}/json", f.public)
	f.Server = httptest.NewServer(f.Guard(mux))
	return f
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil { // the machine has no randomness
		return nil
	}
	return key
}

// Key is what App Store Connect gave: the .p8 file and its names.
func (f *Server) Key() apple.Key {
	der, err := x509.MarshalPKCS8PrivateKey(f.key)
	if err != nil {
		return apple.Key{}
	}
	p8 := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return apple.Key{ID: KeyID, Issuer: Issuer, Private: outbound.Secret(p8)}
}

// Revoke takes the key back.
func (f *Server) Revoke() { f.Mu.Lock(); defer f.Mu.Unlock(); f.key = newKey() }

// ReadOnly gives the key a role that may not answer.
func (f *Server) ReadOnly() { f.Mu.Lock(); defer f.Mu.Unlock(); f.reader = true }

// Down makes the public feed of a country answer 502 while on.
func (f *Server) Down(country string, on bool) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.down[country] = on
}

// Say adds a review and returns it.
func (f *Server) Say(r Review) Review {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	n := int64(len(f.Things))
	r.Number = 11_000_000_000 + n
	r.ID = fmt.Sprintf("00000028-b08c-0014-%04x-%012x", n&0xffff, n+77)
	if r.Written.IsZero() {
		r.Written = f.Now()
	}
	if r.Country == "" {
		r.Country = "sa"
	}
	if r.Author == "" {
		r.Author = "سارة"
	}
	f.Things = append(f.Things, &r)
	return r
}

// Reviews lists what stands there, oldest first.
func (f *Server) Reviews() []Review { return f.All() }

// Counts returns how many reads and writes were tried.
func (f *Server) Counts() (reads, writes int) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.asked, f.writes
}

// newest lists reviews, the newest first.
func (f *Server) newest(keep func(*Review) bool) (out []*Review) {
	for _, r := range f.Things {
		if keep(r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *Review) int { return a.Written.Compare(b.Written) })
	slices.Reverse(out)
	return out
}

// public is a page of a country's feed, in Apple's own spelling of Atom.
func (f *Server) public(w http.ResponseWriter, r *http.Request) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.asked++
	page, err := strconv.Atoi(cut(r.PathValue("page"), "page="))
	country := r.PathValue("country")
	switch {
	case f.down[country]:
		http.Error(w, "<html>502</html>", http.StatusBadGateway)
		return
	case r.PathValue("sort") != "sortBy=mostRecent" || err != nil || page < 1 || page > 10 || cut(r.PathValue("id"), "id=") != App:
		http.Error(w, "<html>Bad Request</html>", http.StatusBadRequest)
		return
	}
	label := func(s string) map[string]any { return map[string]any{"label": s} }
	var entries []any
	list := f.newest(func(r *Review) bool { return r.Country == country && !r.Hidden })
	for _, v := range list[min((page-1)*50, len(list)):min(page*50, len(list))] {
		entries = append(entries, map[string]any{
			"author": map[string]any{"name": label(v.Author), "uri": label("https://itunes.apple.com/" + country + "/reviews/id5500" + strconv.FormatInt(v.Number, 10))},
			"id":     label(strconv.FormatInt(v.Number, 10)), "title": label(v.Title), "content": label(v.Text), "im:rating": label(strconv.Itoa(v.Stars)),
			"updated": label(v.Written.Format(time.RFC3339)), "link": map[string]any{"attributes": map[string]string{"href": "https://itunes.apple.com/" + country + "/review?id=" + App}},
		})
	}
	doc := map[string]any{"title": label("iTunes Store: Customer Reviews")}
	switch len(entries) {
	case 0:
	case 1:
		doc["entry"] = entries[0] // an object, as the real feed has it
	default:
		doc["entry"] = entries
	}
	faketest.JSON(w, http.StatusOK, map[string]any{"feed": doc})
}

func cut(s, prefix string) string {
	if len(s) < len(prefix) || s[:len(prefix)] != prefix {
		return ""
	}
	return s[len(prefix):]
}
