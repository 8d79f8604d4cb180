// Package faketelegram is a Telegram Bot API server for tests. It keeps
// people, groups and messages, refuses what the real server refuses in the
// real server's words, can be told to fail in every way a network fails, and
// remembers every effect it accepted. docs/fakes-telegram.md lists where each
// refusal comes from.
//
// It serves one bot on a port of 127.0.0.1 until it is closed.
package faketelegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is the token of the bot, BotID and BotName its account.
const (
	Token   = "700100:AAFakeTokenForTestsOnly-0123456789abc"
	BotID   = 700100
	BotName = "rasid_test_bot"
)

// maxBody bounds what one request may carry.
const maxBody = 20 << 20

// Server is one fake Bot API server. Its fields may be set before Start.
type Server struct {
	Privacy      bool          // the bot sees only what is addressed to it, unless it is an administrator
	BotToBot     bool          // messages of other bots are delivered
	AnswerWindow time.Duration // how long a pressed button may be answered; 0 = 15 s (Telegram does not say)
	GroupMinute  int           // posts per group and minute before 429; 0 = no limit

	mu        sync.Mutex
	skew      time.Duration
	users     map[int64]User
	chats     map[int64]*chat
	nextID    map[int64]int64
	callbacks map[string]*callback
	revoked   bool
	commands  map[string]string

	queue    []update
	updateID int64
	allowed  map[string]bool
	changed  chan struct{} // closed and replaced when an update arrives
	poll     chan struct{} // closed to end the poll under way
	lastPoll pollMemory
	webhook  bool

	faults  []Fault
	chaos   func(method string, n int) (Fault, bool)
	calls   map[string]int
	effects []Effect

	http   *http.Server
	url    string
	closed chan struct{}
	done   sync.WaitGroup
}

// New makes a server with nobody in it.
func New() *Server {
	s := &Server{
		users: map[int64]User{}, chats: map[int64]*chat{}, nextID: map[int64]int64{}, callbacks: map[string]*callback{},
		updateID: 500_000, changed: make(chan struct{}), calls: map[string]int{}, closed: make(chan struct{}), commands: map[string]string{},
	}
	s.users[BotID] = User{ID: BotID, First: "Rasid", Username: BotName, Bot: true}
	return s
}

// Start listens on a free port of 127.0.0.1.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("starting the fake Telegram: %w", err)
	}
	s.url = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.done.Go(func() { _ = s.http.Serve(l) }) // ends with ErrServerClosed
	return nil
}

// URL is the base address to configure as the API.
func (s *Server) URL() string { return s.url }

// Close ends every connection and returns when the server is gone.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
	}
	close(s.closed)
	s.mu.Unlock()
	_ = s.http.Close()
	s.done.Wait()
}

// Advance moves the server's clock forward.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew += d
}

// now is the server's clock; s.mu is held.
func (s *Server) now() time.Time { return time.Now().Add(s.skew) }

// Revoke makes the server answer 401 from now on, as after /revoke.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// reply is what a method answers.
type reply struct {
	Code        int            `json:"-"`
	OK          bool           `json:"ok"`
	Result      any            `json:"result,omitempty"`
	ErrorCode   int            `json:"error_code,omitempty"`
	Description string         `json:"description,omitempty"`
	Parameters  map[string]any `json:"parameters,omitempty"`
}

func ok(result any) reply { return reply{Code: http.StatusOK, OK: true, Result: result} }

func refuse(code int, description string) reply {
	return reply{Code: code, ErrorCode: code, Description: description}
}

func badRequest(what string) reply { return refuse(http.StatusBadRequest, "Bad Request: "+what) }

func tooMany(after int) reply {
	r := refuse(http.StatusTooManyRequests, "Too Many Requests: retry after "+strconv.Itoa(after))
	r.Parameters = map[string]any{"retry_after": after}
	return r
}

// ServeHTTP serves one request of the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token, method, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !found || !strings.HasPrefix(r.URL.Path, "/bot") {
		write(w, refuse(http.StatusNotFound, "Not Found"))
		return
	}
	if err := parse(r); err != nil {
		write(w, badRequest("can't parse request"))
		return
	}
	if bad, is := s.checkToken(token, method); is {
		write(w, bad)
		return
	}
	f := s.fault(method, number(r, "chat_id"))
	if before(w, r, s, f) {
		return
	}
	var a reply
	if method == "getUpdates" {
		a = s.getUpdates(r)
	} else {
		a = s.call(method, r)
	}
	after(w, r, s, f, a)
}

func parse(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return r.ParseMultipartForm(maxBody) // the body is bounded above
	}
	return r.ParseForm()
}

// checkToken answers 404 to what does not look like a token and 401 to one
// that is unknown or revoked.
func (s *Server) checkToken(token, method string) (reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, secret, found := strings.Cut(token, ":")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil || !found || len(secret) < 10 {
		return refuse(http.StatusNotFound, "Not Found"), true
	}
	if token != Token || s.revoked {
		s.calls[method]++
		return refuse(http.StatusUnauthorized, "Unauthorized"), true // Telegram's own word
	}
	return reply{}, false
}

// call runs one method under the lock.
func (s *Server) call(method string, r *http.Request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case "getMe":
		me := s.users[BotID].json()
		me["can_join_groups"], me["can_read_all_group_messages"] = true, !s.Privacy
		return ok(me)
	case "sendMessage":
		return s.sendMessage(r)
	case "sendPhoto":
		return s.sendPhoto(r)
	case "editMessageText":
		return s.editMessage(r, true)
	case "editMessageReplyMarkup":
		return s.editMessage(r, false)
	case "answerCallbackQuery":
		return s.answerCallback(r)
	case "getChat":
		return s.getChat(r)
	case "getChatMember":
		return s.getChatMember(r)
	case "setMyCommands":
		return s.setCommands(r)
	case "deleteWebhook":
		s.webhook = false
		return ok(true)
	}
	return refuse(http.StatusNotFound, "Not Found")
}

func write(w http.ResponseWriter, a reply) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Code)
	_ = json.NewEncoder(w).Encode(a) // the client may be gone
}

// number reads a number of a form; absent or unreadable is 0, as in the real
// server.
func number(r *http.Request, key string) int64 {
	n, err := strconv.ParseInt(r.Form.Get(key), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return n
}
