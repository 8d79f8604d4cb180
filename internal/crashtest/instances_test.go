//go:build unix

package crashtest

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/pgtest"
	"rasid/internal/store"
	"rasid/responder"
)

var rounds = flag.Int("rounds", 15, "how often one of three instances on a shared PostgreSQL is killed or frozen")

// shortLease is how long an instance holds a claim in this test; instances are
// frozen for longer.
const shortLease = 600 * time.Millisecond

// instance is one of several programs that post from a shared database, until
// it is killed.
func instance(ctx context.Context) error {
	name := os.Getenv("INSTANCE")
	s, err := store.Open(ctx, store.Options{DSN: os.Getenv("DSN"), Owner: name, DataDir: os.Getenv("DATA"), Budget: store.NoBudget})
	if err != nil {
		return err
	}
	if _, err := s.CutOffOwn(ctx, time.Now()); err != nil {
		return err
	}
	poster := &responder.Poster{
		Desk: s, Outbox: s, Owner: name, Clock: time.Now, Log: slog.New(slog.DiscardHandler), Lease: shortLease,
		Office: &responder.Office{
			Zone: time.UTC, Policy: responder.DefaultPolicy(), People: []responder.Person{{ID: "mona", Role: responder.Approver}},
			Places: map[string]responder.Place{"shop": {Name: "shop", Replier: wall{os.Getenv("WALL")}}},
		},
	}
	for {
		if n, err := poster.Step(ctx, time.Now()); err != nil || n == 0 {
			time.Sleep(20 * time.Millisecond) // the pace of the duty, and of a database that is starting
		}
	}
}

// wall posts to the public wall of a test.
type wall struct{ url string }

func (w wall) Fits(string) error { return nil }

func (w wall) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"?key="+url.QueryEscape(r.Key), nil)
	if err != nil {
		return cases.Receipt{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return cases.Receipt{}, err // nobody knows
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	id, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode == http.StatusTooManyRequests {
		err = &cases.LaterError{After: 50 * time.Millisecond, Err: fmt.Errorf("status %d", res.StatusCode)}
	}
	return cases.Receipt{ID: string(id)}, err
}

// public is the wall: it counts what was posted, loses 3 % of the answers and
// asks 5 % to come later.
type public struct {
	mu    sync.Mutex
	posts map[string]int
	rnd   *rand.Rand
}

func (p *public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	p.mu.Lock()
	luck := p.rnd.Float64()
	if luck >= 0.05 {
		p.posts[key]++
	}
	p.mu.Unlock()
	switch {
	case luck < 0.05:
		w.WriteHeader(http.StatusTooManyRequests)
	case luck < 0.08:
		panic(http.ErrAbortHandler)
	default:
		_, _ = io.WriteString(w, "p-"+key) // the instance may be dead by now
	}
}

// fleet is three instances under fire.
type fleet struct {
	t    *testing.T
	env  []string
	data [3]string
	live [3]*exec.Cmd
	rnd  *rand.Rand
	wake sync.WaitGroup
}

func (f *fleet) start(i int) {
	f.live[i] = play("instance", append(f.env, fmt.Sprint("INSTANCE=", i), "DATA="+f.data[i])...)
	if err := f.live[i].Start(); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fleet) kill(i int) {
	_ = f.live[i].Process.Kill() // it may have ended by itself
	_ = f.live[i].Wait()
}

// freeze stops an instance for longer than its lease, and lets it go on.
func (f *fleet) freeze(i int) {
	p := f.live[i].Process
	if p.Signal(syscall.SIGSTOP) != nil {
		return
	}
	f.wake.Go(func() {
		time.Sleep(shortLease + 300*time.Millisecond) // how long it is frozen, not a condition
		_ = p.Signal(syscall.SIGCONT)                 // it may have been killed meanwhile
	})
}

func TestInstancesOnOneDatabaseNeverPostTwice(t *testing.T) {
	server := pgtest.Start(t)
	dsn := server.DSN(t)
	board := &public{posts: map[string]int{}, rnd: rand.New(rand.NewPCG(3, 4))}
	web := httptest.NewServer(board)
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer web.Close()
	s, err := store.Open(t.Context(), store.Options{DSN: dsn, Owner: "staff", DataDir: t.TempDir(), Budget: store.NoBudget})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	f := &fleet{t: t, env: []string{"DSN=" + dsn, "WALL=" + web.URL}, rnd: rand.New(rand.NewPCG(5, 6))}
	for i := range f.live {
		f.data[i] = t.TempDir()
		f.start(i)
	}
	said, did := f.fire(s, server)
	for i := range f.live {
		f.kill(i)
	}
	f.wake.Wait()
	settle(t, f, s)
	v := reckon(t, s, board.posts, said)
	t.Logf("%s: %s", did, v)
	if v.double+v.wrong > 0 || v.posted < said/2 {
		t.Errorf("%s\n%v", v, v.details)
	}
}

// fire kills and freezes instances and restarts the database while work comes
// in; it returns how many replies were approved.
func (f *fleet) fire(s *store.Store, server *pgtest.Server) (said int, did string) {
	var killed, frozen, crashed int
	for range *rounds {
		for range 3 {
			if approved(f.t.Context(), s, fmt.Sprint("author", said), said, "visit "+fmt.Sprint(said), time.Now()) == nil {
				said++ // else the database is starting again
			}
		}
		i := f.rnd.IntN(len(f.live))
		switch dice := f.rnd.Float64(); {
		case dice < 0.04:
			crashed++
			server.Crash(f.t)
		case dice < 0.4:
			frozen++
			f.freeze(i)
		default:
			killed++
			f.kill(i)
			f.start(i)
		}
		time.Sleep(time.Duration(f.rnd.IntN(200)) * time.Millisecond) // the dice decide when the axe falls
	}
	return said, fmt.Sprintf("%d killed, %d frozen beyond the lease, %d restarts of the database", killed, frozen, crashed)
}

// settle lets one instance finish in peace.
func settle(t *testing.T, f *fleet, s *store.Store) {
	t.Helper()
	f.start(0)
	defer f.kill(0)
	for range 1200 {
		open, err := s.InState(t.Context(), cases.Approved, 1)
		if err == nil && len(open) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond) // a person's patience, not a condition
	}
	t.Error("replies are still approved and unsent after two minutes")
}

// reckon compares the wall with the records.
func reckon(t *testing.T, s *store.Store, posts map[string]int, said int) verdict {
	t.Helper()
	v := verdict{said: said}
	for before := int64(0); ; {
		page, err := s.List(t.Context(), store.Filter{Before: before, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			before = c.ID
			n := posts[cases.ReplyKey(c.ID, 1)]
			v.posted += n
			switch {
			case n > 1:
				v.note(&v.double, "case %d was posted %d times", c.ID, n)
			case c.State == cases.Unsure:
				v.unsure++
			case (c.State == cases.Answered) != (n == 1):
				v.note(&v.wrong, "case %d is %s with %d posts", c.ID, c.State, n)
			}
		}
	}
	if bad, err := s.Verify(t.Context()); err != nil || bad != 0 {
		v.note(&v.wrong, "the history's chain breaks at %d: %v", bad, err)
	}
	return v
}
