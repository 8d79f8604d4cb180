package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gateway is the listening side. Its fields are guarded by the server's lock.
type gateway struct {
	interval   time.Duration
	conns      []*conn // live connections, oldest first
	sessions   map[string]*session
	current    *session // the one events go to
	accepted   int      // connections so far
	identified int
	resumed    int
	silent     bool
	doubled    bool
	held       [][]byte // events kept back by Hold
	hold       int
	refuse     int  // close code for every IDENTIFY
	invalid    bool // answer every IDENTIFY with op 9
	away       int  // connections still to be dropped before the upgrade
	deaf       bool // answer heartbeats, send no events
	numb       bool // send events, answer no heartbeats
	mute       bool
}

// session is one gateway session: what was sent on it can be replayed.
type session struct {
	id     string
	seq    int64
	log    []sent
	conn   *conn
	blind  bool // without the content intent
	closed bool
}

type sent struct {
	seq  int64
	data []byte
}

type conn struct {
	ws   *websocket.Conn
	mu   sync.Mutex
	acks bool
}

func (c *conn) write(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_ = c.ws.WriteMessage(websocket.TextMessage, b)
}

func (c *conn) close(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if code != 0 {
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "closed by the fake"), time.Now().Add(time.Second))
	}
	_ = c.ws.Close()
}

func (g *gateway) closeAll() {
	for _, c := range g.conns {
		c.close(0)
	}
	g.conns = nil
}

// privileged content intent, and what a bot asks for at least.
const intentContent = 1 << 15

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	away := s.gw.away > 0
	if away {
		s.gw.away--
	}
	s.mu.Unlock()
	if away {
		panic(http.ErrAbortHandler)
	}
	up := websocket.Upgrader{}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws, acks: true}
	s.mu.Lock()
	s.gw.conns = append(s.gw.conns, c)
	s.gw.accepted++
	mute := s.gw.mute
	hello := fmt.Sprintf(`{"op":10,"d":{"heartbeat_interval":%d}}`, s.gw.interval.Milliseconds())
	s.idle.Broadcast()
	s.mu.Unlock()
	defer s.forget(c)
	if !mute {
		c.write([]byte(hello))
	}
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var p struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		if json.Unmarshal(b, &p) != nil {
			c.close(4002)
			return
		}
		s.mu.Lock()
		silent := s.gw.silent || s.gw.mute || s.gw.numb && p.Op == 1
		s.mu.Unlock()
		if silent {
			continue
		}
		switch p.Op {
		case 1:
			c.write([]byte(`{"op":11}`))
		case 2:
			s.identify(c, p.Data)
		case 6:
			s.resume(c, p.Data)
		default:
			c.close(4001)
			return
		}
	}
}

func (s *Server) forget(c *conn) {
	c.close(0)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range s.gw.conns {
		if o == c {
			s.gw.conns = append(s.gw.conns[:i:i], s.gw.conns[i+1:]...)
			break
		}
	}
	for _, ses := range s.gw.sessions {
		if ses.conn == c {
			ses.conn = nil
		}
	}
	s.idle.Broadcast()
}

func (s *Server) identify(c *conn, data json.RawMessage) {
	var d struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
	}
	_ = json.Unmarshal(data, &d)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.identified++
	s.idle.Broadcast()
	switch {
	case s.gw.invalid:
		c.write([]byte(`{"op":9,"d":false}`))
		return
	case s.gw.refuse != 0:
		c.close(s.gw.refuse)
		return
	case s.revoked || d.Token != "Bot "+Token && d.Token != Token:
		c.close(4004)
		return
	case d.Intents&intentContent != 0 && s.noContent:
		c.close(4014)
		return
	}
	ses := &session{id: "session-" + s.newID(), conn: c, blind: d.Intents&intentContent == 0}
	s.gw.sessions[ses.id], s.gw.current = ses, ses
	ready, _ := json.Marshal(map[string]any{
		"v": 9, "session_id": ses.id, "resume_gateway_url": "ws://unused.invalid", "user": bot(),
		"application": map[string]any{"id": appID, "flags": 0}, "guilds": []any{map[string]any{"id": Guild, "unavailable": true}}})
	s.sendTo(ses, "READY", ready)
	for _, g := range s.guilds() {
		b, _ := json.Marshal(g)
		s.sendTo(ses, "GUILD_CREATE", b)
	}
}

func (s *Server) guilds() []map[string]any {
	by := map[string]map[string]any{Guild: {"id": Guild, "name": "Test", "channels": []any{}, "threads": []any{}}}
	for _, c := range s.channels {
		g := by[c.Guild]
		if g == nil {
			g = map[string]any{"id": c.Guild, "name": "Foreign", "channels": []any{}, "threads": []any{}}
			by[c.Guild] = g
		}
		key := "channels"
		if c.Parent != "" {
			if c.Archived {
				continue
			}
			key = "threads"
		}
		j := c.json()
		delete(j, "guild_id") // as in the real event
		g[key] = append(g[key].([]any), j)
	}
	var out []map[string]any
	for _, g := range by {
		out = append(out, g)
	}
	return out
}

func (s *Server) resume(c *conn, data json.RawMessage) {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	_ = json.Unmarshal(data, &d)
	s.mu.Lock()
	defer s.mu.Unlock()
	ses := s.gw.sessions[d.SessionID]
	if ses == nil || ses.closed {
		c.write([]byte(`{"op":9,"d":false}`))
		return
	}
	if d.Seq > ses.seq {
		c.close(4007)
		return
	}
	s.gw.resumed++
	ses.conn, s.gw.current = c, ses
	for _, e := range ses.log {
		if e.seq > d.Seq {
			c.write(e.data)
		}
	}
	s.sendTo(ses, "RESUMED", []byte(`{}`))
	s.idle.Broadcast()
}

// sendTo numbers an event, keeps it for a resume, and sends it.
func (s *Server) sendTo(ses *session, name string, data []byte) {
	ses.seq++
	b, err := json.Marshal(map[string]any{"op": 0, "s": ses.seq, "t": name, "d": json.RawMessage(data)})
	if err != nil { // data that is no JSON is sent as it is
		b = fmt.Appendf(nil, `{"op":0,"s":%d,"t":%q,"d":%s}`, ses.seq, name, data)
	}
	ses.log = append(ses.log, sent{ses.seq, b})
	if ses.conn == nil || s.gw.silent || s.gw.deaf && name != "READY" {
		return
	}
	if s.gw.hold > 0 && name != "READY" && name != "RESUMED" {
		s.gw.held = append(s.gw.held, b)
		if len(s.gw.held) < s.gw.hold {
			return
		}
		for _, v := range slices.Backward(s.gw.held) {
			ses.conn.write(v)
		}
		s.gw.held, s.gw.hold = nil, 0
		return
	}
	ses.conn.write(b)
	if s.gw.doubled {
		ses.conn.write(b)
	}
}

// dispatch sends an event to the current session. The lock is held.
func (s *Server) dispatch(name string, data any) {
	if s.gw.current == nil {
		return
	}
	b, err := json.Marshal(data)
	if err != nil {
		return
	}
	s.sendTo(s.gw.current, name, b)
}

func (s *Server) dispatchMessage(name string, m *message) {
	j := m.json(s.noContent || s.gw.current != nil && s.gw.current.blind)
	j["guild_id"] = m.Guild
	s.dispatch(name, j)
}

// Dispatch sends any event, with data as raw JSON, whatever it is.
func (s *Server) Dispatch(name, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gw.current != nil {
		s.sendTo(s.gw.current, name, []byte(data))
	}
}

// Raw writes a gateway payload as it is, outside the numbering.
func (s *Server) Raw(payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.gw.conns {
		c.write([]byte(payload))
	}
}

// Heartbeat sets the interval that HELLO asks for.
func (s *Server) Heartbeat(d time.Duration) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.interval = d }

// Reconnect asks the client to reconnect and resume (op 7).
func (s *Server) Reconnect() { s.Raw(`{"op":7,"d":null}`) }

// Invalidate ends the session: resuming is refused, and op 9 is sent.
func (s *Server) Invalidate() {
	s.mu.Lock()
	for _, ses := range s.gw.sessions {
		ses.closed = true
	}
	s.gw.current = nil
	s.mu.Unlock()
	s.Raw(`{"op":9,"d":false}`)
}

// ForgetSessions makes the next resume fail without saying anything now.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ses := range s.gw.sessions {
		ses.closed = true
	}
	s.gw.current = nil
}

// Disconnect closes every gateway connection with a close code; 0 = without a
// word.
func (s *Server) Disconnect(code int) {
	s.mu.Lock()
	conns := s.gw.conns
	s.gw.conns = nil
	s.mu.Unlock()
	for _, c := range conns {
		c.close(code)
	}
}

// RefuseIdentify closes with this code whoever identifies; 0 = nobody.
func (s *Server) RefuseIdentify(code int) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.refuse = code }

// InvalidIdentify answers every IDENTIFY with op 9, as Discord does to one that
// comes too soon.
func (s *Server) InvalidIdentify(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.invalid = on }

// RefuseConnections drops the next n gateway connections before their upgrade.
func (s *Server) RefuseConnections(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.away = n }

// Benumb makes the gateway send events but answer no heartbeats.
func (s *Server) Benumb(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.numb = on }

// Deafen makes the gateway answer heartbeats but send no events.
func (s *Server) Deafen(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.deaf = on }

// Silence makes the gateway say nothing any more, with connections open: no
// events, no heartbeat answers. New connections get no HELLO when mute is set.
func (s *Server) Silence(on, mute bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gw.silent, s.gw.mute = on, on && mute
}

// Double sends every event twice from now on.
func (s *Server) Double(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.doubled = on }

// Reorder keeps the next n events and sends them newest first.
func (s *Server) Reorder(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.gw.hold = n }

// Identified is how many IDENTIFYs came.
func (s *Server) Identified() int { s.mu.Lock(); defer s.mu.Unlock(); return s.gw.identified }

// Resumed is how many resumes succeeded.
func (s *Server) Resumed() int { s.mu.Lock(); defer s.mu.Unlock(); return s.gw.resumed }

// AwaitGateway waits until n sessions were identified and one is connected.
func (s *Server) AwaitGateway(d time.Duration, n int) bool {
	return s.wait(d, func() bool {
		return s.gw.identified >= n && s.gw.current != nil && s.gw.current.conn != nil
	})
}

// AwaitConnections waits until n connections were accepted in all.
func (s *Server) AwaitConnections(d time.Duration, n int) bool {
	return s.wait(d, func() bool { return s.gw.accepted >= n })
}
