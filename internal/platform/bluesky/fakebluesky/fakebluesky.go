// Package fakebluesky is Bluesky for tests: the server of one account of ours,
// the public service, and two Jetstreams, over accounts and posts in memory on
// a port of 127.0.0.1. It refuses what the real services refuse.
// docs/fakes-bluesky.md lists where each behaviour comes from.
package fakebluesky

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"rasid/internal/platform/bluesky"
	"rasid/internal/platform/faketest"
)

// Our account.
const (
	Self     = "did:plc:noornoornoornoornoornoor"
	Handle   = "noor.bsky.example"
	Password = "cana-ryca-nary-cana"
)

// Post is one post as the network keeps it.
type Post struct {
	bluesky.Ref
	Author string
	RKey   string
	Record bluesky.Post
}

// event is what a Jetstream tells.
type event struct {
	at  int64
	raw []byte
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	Now func() time.Time

	mu       sync.Mutex
	accounts map[string]*bluesky.Profile
	posts    []*Post
	likes    []string          // who liked something of ours
	informed map[string]string // why our account is told of a post, by its URI
	closed   map[string]bool   // posts whose author lets nobody reply
	events   []event
	news     chan struct{} // closed at each event
	gone     chan struct{} // closed when the server is
	once     sync.Once
	down     map[string]bool
	breaks   int // events after which a stream breaks off; 0 = never

	access, refresh string
	tokens          int
	signIns         []time.Time
	writes, streams int
}

// New starts a server with our account on it.
func New(now func() time.Time) *Server {
	f := &Server{Now: now, accounts: map[string]*bluesky.Profile{}, closed: map[string]bool{}, informed: map[string]string{}, down: map[string]bool{}, news: make(chan struct{}), gone: make(chan struct{})}
	f.accounts[Self] = &bluesky.Profile{DID: Self, Handle: Handle, Name: "Noor"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /xrpc/com.atproto.server.createSession", f.locked(f.signIn))
	mux.HandleFunc("POST /xrpc/com.atproto.server.refreshSession", f.locked(f.renew))
	mux.HandleFunc("POST /xrpc/com.atproto.repo.putRecord", f.locked(f.member(f.put)))
	mux.HandleFunc("GET /xrpc/com.atproto.repo.getRecord", f.locked(f.record))
	mux.HandleFunc("GET /xrpc/app.bsky.feed.getPosts", f.locked(f.member(f.getPosts)))
	mux.HandleFunc("GET /xrpc/app.bsky.feed.getPostThread", f.locked(f.member(f.thread)))
	mux.HandleFunc("GET /xrpc/app.bsky.actor.getProfile", f.locked(f.member(f.profile)))
	mux.HandleFunc("GET /xrpc/app.bsky.actor.getProfiles", f.locked(f.profiles))
	mux.HandleFunc("GET /xrpc/com.atproto.identity.resolveHandle", f.locked(f.resolve))
	mux.HandleFunc("GET /xrpc/app.bsky.notification.listNotifications", f.locked(f.member(f.notices)))
	mux.HandleFunc("GET /xrpc/app.bsky.feed.searchPosts", f.locked(f.member(f.search)))
	mux.HandleFunc("GET /{stream}/subscribe", f.subscribe)
	f.Server = httptest.NewServer(f.Guard(mux))
	return f
}

// Close ends the streams and the server.
func (f *Server) Close() {
	f.once.Do(func() { close(f.gone) })
	f.Server.Close()
}

// Stream is the address of one of the Jetstreams, "one" and "two".
func (f *Server) Stream(which string) string {
	return "ws" + f.URL[len("http"):] + "/" + which + "/subscribe"
}

// DID makes the lasting name of somebody.
func DID(who string) string {
	sum := sha256.Sum256([]byte(who))
	const letters = "234567abcdefghijklmnopqrstuvwxyz"
	out := make([]byte, 24)
	for i := range out {
		out[i] = letters[sum[i]&31]
	}
	return "did:plc:" + string(out)
}

// Say lets somebody post something at a time and returns it.
func (f *Server) Say(who string, at time.Time, text string, change ...func(*bluesky.Post)) Post {
	f.mu.Lock()
	defer f.mu.Unlock()
	did := DID(who)
	if f.accounts[did] == nil {
		f.accounts[did] = &bluesky.Profile{DID: did, Handle: who + ".bsky.example", Name: who}
	}
	p := bluesky.Post{Type: bluesky.Posts, Text: text, Created: bluesky.Stamp(at), Langs: []string{"en"}}
	for _, c := range change {
		c(&p)
	}
	return *f.add(did, bluesky.Key(at, fmt.Sprint(who, len(f.posts))), p, at)
}

// ByHand lets our account answer by hand, as a colleague would.
func (f *Server) ByHand(to Post, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := bluesky.Post{Type: bluesky.Posts, Text: text, Created: bluesky.Stamp(f.Now()), Reply: &bluesky.ReplyRef{Root: to.Ref, Parent: to.Ref}}
	f.add(Self, bluesky.Key(f.Now(), text), p, f.Now())
}

// Edit changes a post, which Bluesky's own app cannot do and the protocol can.
func (f *Server) Edit(uri, text string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(uri); p != nil {
		p.Record.Text = text
		p.CID = cid(p.Record)
		f.tell(p, "update", at)
	}
}

// Delete removes a post.
func (f *Server) Delete(uri string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(uri); p != nil {
		f.posts = slices.DeleteFunc(f.posts, func(x *Post) bool { return x == p })
		f.tell(p, "delete", at)
	}
}

// Like lets somebody like something of ours, of which our account is told too.
func (f *Server) Like(who string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.likes = append(f.likes, DID(who))
}

// Mark says of an account that a program runs it.
func (f *Server) Mark(did string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.accounts[did]; a != nil {
		a.Labels = []bluesky.Label{{Src: did, Val: bluesky.Automated}}
	}
}

// Inform tells our account of a post for another reason than that it replies to
// us or mentions us: "quote", or "subscribed-post" for what it only follows.
func (f *Server) Inform(uri, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.informed[uri] = reason
}

// Shut lets nobody reply to a post any more.
func (f *Server) Shut(uri string) { f.mu.Lock(); defer f.mu.Unlock(); f.closed[uri] = true }

// Expire makes the access token invalid, and the refresh token too with all.
func (f *Server) Expire(all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.access = ""; all {
		f.refresh = ""
	}
}

// Down makes one of the Jetstreams answer 503 while on.
func (f *Server) Down(which string, on bool) { f.mu.Lock(); defer f.mu.Unlock(); f.down[which] = on }

// Break makes each stream break off after some events; 0 = never.
func (f *Server) Break(after int) { f.mu.Lock(); defer f.mu.Unlock(); f.breaks = after }

// Tell sends raw words down the streams, as a newer Jetstream might.
func (f *Server) Tell(at time.Time, raw string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.send(event{at.UnixMicro(), []byte(raw)})
}

// Ours lists the posts of our account, oldest first.
func (f *Server) Ours() []Post {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faketest.Those(f.posts, func(p *Post) bool { return p.Author == Self })
}

// Counts returns how many writes, sign-ins and streams there were.
func (f *Server) Counts() (writes, signIns, streams int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes, len(f.signIns), f.streams
}

func (f *Server) find(uri string) *Post {
	for _, p := range f.posts {
		if p.URI == uri {
			return p
		}
	}
	return nil
}

func cid(p bluesky.Post) string {
	b, _ := json.Marshal(p) // plain fields always encode
	sum := sha256.Sum256(b)
	return "bafyrei" + hex.EncodeToString(sum[:])
}

func (f *Server) add(author, rkey string, r bluesky.Post, at time.Time) *Post {
	p := &Post{Ref: bluesky.Ref{URI: bluesky.URI(author, rkey), CID: cid(r)}, Author: author, RKey: rkey, Record: r}
	f.posts = append(f.posts, p)
	f.tell(p, "create", at)
	return p
}

// tell sends an event about a post down the streams.
func (f *Server) tell(p *Post, operation string, at time.Time) {
	commit := map[string]any{"rev": bluesky.Key(at, fmt.Sprint(len(f.events))), "operation": operation, "collection": bluesky.Posts, "rkey": p.RKey}
	if operation != "delete" {
		commit["record"], commit["cid"] = p.Record, p.CID
	}
	raw, _ := json.Marshal(map[string]any{"did": p.Author, "time_us": at.UnixMicro(), "kind": "commit", "commit": commit}) // plain fields always encode
	f.send(event{at.UnixMicro(), raw})
}

func (f *Server) send(e event) {
	f.events = append(f.events, e)
	close(f.news)
	f.news = make(chan struct{})
}
