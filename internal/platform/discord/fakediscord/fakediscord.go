// Package fakediscord is a Discord that runs on 127.0.0.1: the part of the
// REST API and of the gateway that rasid uses. It refuses what the real one
// refuses (docs/fakes-discord.md lists each refusal with its source), keeps a
// log of every effect it accepted, lets tests speak as people, and misbehaves
// when told to: answers lost before or after the effect, delays, 429, 5xx, cut
// bodies, a silent gateway, doubled and reordered events.
package fakediscord

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The guild every fake starts with.
const (
	Token = "fake-token-mentioned-nowhere-else" // the bot's token
	appID = "900000000000000001"
	BotID = "900000000000000002"
	Guild = "800000000000000001"
)

// Effect is one thing the fake accepted and that people would see.
type Effect struct {
	Kind    string // send, edit, respond, follow, commands
	Channel string
	Message string // id
	Content string
	Reply   string // id of the message it answers
	Nonce   string
	Whisper bool
	Body    json.RawMessage // as it came
	Answer  int             // for respond: the kind of answer
	PNG     []byte
}

// Server is one fake Discord.
type Server struct {
	http   *http.Server
	listen net.Listener
	base   string

	mu         sync.Mutex
	idle       *sync.Cond // woken by everything that happens
	clock      func() time.Time
	shift      time.Duration
	lastID     uint64
	channels   map[string]*channel
	roles      []map[string]any
	botRoles   []string
	effects    []Effect
	violations []string
	faults     []*Fault
	buckets    map[string]*bucket
	limit      int
	window     time.Duration
	nonces     map[string]nonce
	acts       map[string]*act // interactions by id
	commands   map[string][]map[string]any
	requests   map[string]int // by method and path shape
	revoked    bool
	noContent  bool // the Message Content intent is off
	gw         gateway
	delivered  map[string]bool
}

type channel struct {
	ID, Name, Parent string
	Type             int
	Guild            string
	Archived         bool
	Messages         []*message // oldest first
	noSee, noSend    bool
	overwrites       []map[string]any
}

type nonce struct {
	message *message
	at      time.Time
}

// nonceWindow is how long enforce_nonce remembers; Discord says "the past few
// minutes".
const nonceWindow = 3 * time.Minute

// Start runs a fake on a free port. Close stops it.
func Start() (*Server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a fake Discord: %w", err)
	}
	s := &Server{
		listen: ln, base: "http://" + ln.Addr().String(), clock: time.Now,
		channels: map[string]*channel{}, buckets: map[string]*bucket{}, limit: 1000, window: time.Second,
		nonces: map[string]nonce{}, acts: map[string]*act{}, commands: map[string][]map[string]any{}, requests: map[string]int{},
		roles:     []map[string]any{{"id": Guild, "permissions": strconv.FormatInt(everyonePerms, 10)}},
		delivered: map[string]bool{},
	}
	s.gw.interval, s.gw.sessions = 41250*time.Millisecond, map[string]*session{}
	s.idle = sync.NewCond(&s.mu)
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(ln) }()
	return s, nil
}

// everyonePerms lets see, send, embed, attach, read history and send in threads.
const everyonePerms = 1<<10 | 1<<11 | 1<<14 | 1<<15 | 1<<16 | 1<<38

// Close stops the fake and ends every connection.
func (s *Server) Close() {
	s.mu.Lock()
	s.faults = nil
	s.gw.closeAll()
	s.idle.Broadcast()
	s.mu.Unlock()
	_ = s.listen.Close() // the HTTP server forgets it when it did not begin to serve yet
	_ = s.http.Close()
}

// API is the REST base to configure.
func (s *Server) API() string { return s.base + "/api/v9" }

// Addr is host:port.
func (s *Server) Addr() string { return strings.TrimPrefix(s.base, "http://") }

func (s *Server) now() time.Time { return s.clock().Add(s.shift) }

// Advance moves the fake's clock: nonces and interaction tokens age.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shift += d
}

// newID makes a snowflake: milliseconds since 2015 above 22 bits.
func (s *Server) newID() string {
	id := uint64(s.now().UnixMilli()-1420070400000) << 22
	if id <= s.lastID {
		id = s.lastID + 1
	}
	s.lastID = id
	return strconv.FormatUint(id, 10)
}

// AddChannel makes a text channel in Guild and returns its id.
func (s *Server) AddChannel(name string) string { return s.addChannel(Guild, name, 0, "") }

// AddForum makes a forum: it holds threads only.
func (s *Server) AddForum(name string) string { return s.addChannel(Guild, name, 15, "") }

// AddForeignChannel makes a channel in another guild the bot was invited to.
func (s *Server) AddForeignChannel(guild, name string) string {
	return s.addChannel(guild, name, 0, "")
}

// AddThread begins a thread under a channel.
func (s *Server) AddThread(parent, name string) string {
	s.mu.Lock()
	guild := s.channels[parent].Guild
	s.mu.Unlock()
	return s.addChannel(guild, name, 11, parent)
}

func (s *Server) addChannel(guild, name string, kind int, parent string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{ID: s.newID(), Name: name, Type: kind, Guild: guild, Parent: parent}
	s.channels[c.ID] = c
	event := "CHANNEL_CREATE"
	if parent != "" {
		event = "THREAD_CREATE"
	}
	s.dispatch(event, c.json())
	return c.ID
}

// Archive archives a thread.
func (s *Server) Archive(thread string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[thread].Archived = true
}

func (c *channel) json() map[string]any {
	m := map[string]any{"id": c.ID, "type": c.Type, "guild_id": c.Guild, "name": c.Name, "permission_overwrites": c.overwrites}
	if c.Parent != "" {
		m["parent_id"] = c.Parent
		m["thread_metadata"] = map[string]any{"archived": c.Archived}
	}
	if n := len(c.Messages); n > 0 {
		m["last_message_id"] = c.Messages[n-1].ID
	}
	return m
}

// Hide takes the bot's view of a channel away.
func (s *Server) Hide(channel string) { s.forbid(channel, true, 1<<10) }

// Mute takes the bot's right to send in a channel away.
func (s *Server) Mute(channel string) { s.forbid(channel, false, 1<<11) }

func (s *Server) forbid(id string, see bool, deny int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	c.noSee, c.noSend = c.noSee || see, true
	c.overwrites = append(c.overwrites, map[string]any{"id": Guild, "type": 0, "allow": "0", "deny": strconv.FormatInt(deny, 10)})
}

// Revoke makes the token invalid, as a reset in the portal does.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// WithholdContent switches the Message Content intent off in the portal.
func (s *Server) WithholdContent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noContent = true
}

// Effects returns what was accepted so far, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// EffectsOf returns the accepted effects of one kind.
func (s *Server) EffectsOf(kind string) []Effect {
	return slices.DeleteFunc(s.Effects(), func(e Effect) bool { return e.Kind != kind })
}

// Violations lists everything sent that could have rung somebody.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Requests is how many requests of a method and path prefix came in, faults
// included.
func (s *Server) Requests(method, prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for k, v := range s.requests {
		if strings.HasPrefix(k, method+" "+prefix) {
			n += v
		}
	}
	return n
}

// Commands returns the slash commands of a guild.
func (s *Server) Commands(guild string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, c := range s.commands[guild] {
		out = append(out, fmt.Sprint(c["name"]))
	}
	return out
}

// Await waits until ok holds of the accepted effects, at most until d passed.
func (s *Server) Await(d time.Duration, ok func([]Effect) bool) bool {
	return s.wait(d, func() bool { return ok(s.effects) })
}

// wait waits until ok holds; ok is called with the lock held.
func (s *Server) wait(d time.Duration, ok func() bool) bool {
	over := time.Now().Add(d)
	t := time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.idle.Broadcast()
	})
	defer t.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok() {
		if !time.Now().Before(over) {
			return false
		}
		s.idle.Wait()
	}
	return true
}

func (s *Server) effect(e Effect) {
	s.effects = append(s.effects, e)
	s.idle.Broadcast()
}
