package discord

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"rasid/internal/outbound"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v4"
	"github.com/gorilla/websocket"
)

// fatal are the close codes after which Discord says not to come back, and
// what a person has to change.
var fatal = map[int]string{
	4004: "the gateway does not accept the token (4004). Copy a fresh one from the Developer Portal, Bot, Reset Token",
	4010: "the gateway refuses our shard (4010)",
	4011: "the bot is in too many servers for one connection (4011). Remove it from servers it does not serve",
	4012: "the gateway no longer speaks this API version (4012). Update rasid",
	4013: "the gateway does not know an intent we ask for (4013). Update rasid",
	4014: "the Message Content intent is switched off (4014). Developer Portal, your application, Bot, Privileged Gateway Intents, switch on Message Content Intent",
}

// errUnreached says that no gateway spoke to us.
var errUnreached = errors.New("not reached")

// errSilent says that a gateway was replaced because it said nothing.
var errSilent = errors.New("the gateway fell silent")

// session is one library session and the line below it. It is used again to
// resume as long as it ends well, and left behind when it does not: it ends
// when its line is cut, whatever the library is doing.
type session struct {
	c     *Client
	dg    *discordgo.Session
	q     *queue
	ctx   context.Context
	stop  context.CancelFunc
	down  chan struct{} // the library says Disconnect
	alive chan struct{} // READY or RESUMED

	mu      sync.Mutex
	line    *line
	greeted atomic.Bool // it was READY once: there is something to resume
}

func (c *Client) newSession(ctx context.Context, q *queue) *session {
	s := &session{c: c, dg: c.session(), q: q, down: make(chan struct{}, 1), alive: make(chan struct{}, 1)}
	s.ctx, s.stop = context.WithCancel(ctx)
	s.dg.Dialer = &websocket.Dialer{
		HandshakeTimeout: 20 * time.Second,
		NetDialContext:   func(ctx context.Context, n, a string) (net.Conn, error) { return s.dial(ctx, n, a, false) },
		NetDialTLSContext: func(ctx context.Context, n, a string) (net.Conn, error) {
			return s.dial(ctx, n, a, true)
		},
	}
	s.dg.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		defer c.recovered("an event")
		if e != nil {
			s.take(e)
		}
	})
	s.dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { signal(s.down) })
	return s
}

// dial opens the line. TLS is ours, so that the line sees what is said on it.
func (s *session) dial(ctx context.Context, network, addr string, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	conn, err := s.c.cfg.Net.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if secure {
		host, _, _ := net.SplitHostPort(addr)
		tc := tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
		if err := tc.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = tc
	}
	l := newLine(s.ctx, conn, s.c.cfg.Times.Silence, s.c.mayIdentify)
	s.mu.Lock()
	s.line = l
	s.mu.Unlock()
	if s.ctx.Err() != nil {
		l.cut()
		return nil, s.ctx.Err()
	}
	return l, nil
}

// mayIdentify waits until an IDENTIFY may leave. A gateway that keeps asking
// for one would have the token reset.
func (c *Client) mayIdentify(ctx context.Context) error {
	for {
		now := time.Now()
		if wait := c.identifies.wait(now); wait > 0 {
			return fmt.Errorf("%w: %s left", errBudget, wait.Round(time.Minute))
		}
		wait := c.identifies.last().Add(c.cfg.Times.Identify).Sub(now)
		if wait <= 0 {
			c.identifies.spend(now)
			return nil
		}
		if err := outbound.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

var errBudget = errors.New("200 new sessions within a day; waiting so that Discord does not reset the token")

// take receives one event from the library, in order. It must not block.
func (s *session) take(e *discordgo.Event) {
	name := e.Type
	switch {
	case name == "READY", name == "RESUMED":
		s.greeted.Store(true)
		signal(s.alive)
	case len(name) > len(alias):
		name = name[len(alias):]
	}
	if name == "INTERACTION_CREATE" {
		s.c.interact(s.ctx, e.RawData) // three seconds to answer: it does not queue behind messages
		return
	}
	if !s.q.push(event{name, e.RawData}) {
		s.c.cfg.Log.Warn("discord queue is full, reconnecting", "account", s.c.cfg.Account)
		s.leave()
	}
}

// leave gives the session up. Cutting the line ends every goroutine of the
// library by itself; its Close is not asked, because it can wait for ever for
// a lock that a stuck Open holds.
func (s *session) leave() {
	s.stop()
	s.cut()
}

func (s *session) cut() {
	s.mu.Lock()
	l := s.line
	s.mu.Unlock()
	if l != nil {
		l.cut()
	}
}

// unreached reports whether no gateway spoke to us since live began.
func (s *session) unreached() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line == nil || !s.line.spoke.Load()
}

// closeCode is the code Discord closed the line with, 0 when it did not.
func (s *session) closeCode() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == nil {
		return 0
	}
	return int(s.line.code.Load())
}

// Run keeps the connection until ctx ends or Discord refuses it for good. It
// may be called once.
func (c *Client) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	c.began = time.Now().Add(-clockSlack)
	q := newQueue()
	var work sync.WaitGroup
	work.Go(func() { c.work(ctx, q) })
	defer func() {
		cancel()
		work.Wait()
		c.actors.Wait()
	}()

	pause := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(c.cfg.Times.Pause), backoff.WithMaxInterval(time.Minute), backoff.WithMaxElapsedTime(0))
	var s *session
	defer func() {
		if s != nil {
			s.leave()
		}
	}()
	for {
		if s == nil {
			s = c.newSession(ctx, q)
		}
		lived, err := s.live(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if halt := c.Halted(); halt != nil {
			return halt
		}
		if words, ok := fatal[s.closeCode()]; ok {
			return c.halt(words)
		}
		wait := pause.NextBackOff()
		if lived {
			pause.Reset()
			wait = c.cfg.Times.Pause
		}
		c.cfg.Log.Info("discord gateway lost", "account", c.cfg.Account, "resume", lived, "wait", wait, "cause", err)
		if s.ctx.Err() != nil || !lived && !errors.Is(err, errUnreached) {
			// It never greeted us, or it fell silent: begin again from nothing.
			s.leave()
			s = nil
		}
		if left := c.identifies.wait(time.Now()); left > 0 {
			wait = max(wait, min(left, time.Hour))
		}
		if err := outbound.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

// live opens the session and stays until it ends. It reports whether the
// gateway greeted us and the session may be resumed.
func (s *session) live(ctx context.Context) (lived bool, err error) {
	drain(s.down)
	drain(s.alive)
	s.mu.Lock()
	s.line = nil
	s.mu.Unlock()
	opened := make(chan error, 1)
	go func() {
		defer s.c.recovered("opening a session")
		opened <- s.dg.Open()
	}()
	greet := time.NewTimer(s.c.cfg.Times.Ready)
	defer greet.Stop()
	tick := time.NewTicker(max(s.c.cfg.Times.Silence/4, 10*time.Millisecond))
	defer tick.Stop()
	audit := time.NewTicker(s.c.cfg.Times.Audit)
	defer audit.Stop()
	for {
		select {
		case <-audit.C:
			s.q.push(event{name: auditEvent})
		case <-s.c.deaf:
			s.leave()
			return false, errSilent
		case <-ctx.Done():
			s.leave()
			return false, ctx.Err()
		case err := <-opened:
			if err != nil {
				s.cut()
				if s.unreached() && s.greeted.Load() { // the network is away; the session may still be there
					return false, fmt.Errorf("opening the gateway: %w: %w", errUnreached, bare(err))
				}
				return false, fmt.Errorf("opening the gateway: %w", bare(err))
			}
			opened = nil
		case <-s.alive:
			lived = true
			greet.Stop()
		case <-greet.C:
			s.leave()
			return false, fmt.Errorf("opening the gateway: no greeting: %w", errSilent)
		case <-s.down:
			return lived, errors.New("disconnected")
		case <-tick.C:
			if s.ctx.Err() != nil {
				return false, errSilent
			}
			if s.silent() {
				s.leave() // a silent session is not worth resuming: READY and the back-fill are surer
				return false, errSilent
			}
		}
	}
}

// silent reports whether the gateway stopped answering heartbeats although
// bytes may still come. The library notices only after five intervals.
func (s *session) silent() bool {
	if !s.dg.TryRLock() { // busy in Open or Close, which have deadlines of their own
		return false
	}
	defer s.dg.RUnlock()
	return time.Since(s.dg.LastHeartbeatAck) > s.c.cfg.Times.Silence
}

// recovered keeps a panic in one event from ending the program.
func (c *Client) recovered(doing string) {
	if v := recover(); v != nil {
		c.cfg.Log.Error("discord handler panicked", "account", c.cfg.Account, "doing", doing, "panic", fmt.Sprint(v))
	}
}

// bare keeps the cause of a network error and drops the address.
func bare(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

func drain(ch chan struct{}) {
	select {
	case <-ch:
	default:
	}
}
