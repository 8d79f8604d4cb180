// Package crashtest kills the program. It runs the real binary against a fake
// Telegram that drops answers and asks for pauses, ends it with SIGKILL at
// random moments, and compares at the end what people said, what stands in
// public and what the database says.
//
//	go test ./internal/crashtest -kills 500 -v
//
// The same run on programs with a classic mistake built in must fail: a test
// of reliability that has never failed proves nothing.
package crashtest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/pgtest"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/internal/store"
)

var (
	kills  = flag.Int("kills", 25, "how often the program is killed, on each database")
	faulty = flag.Bool("mutants", false, "also run the programs with a mistake built in, which must be caught")
)

const (
	customers = -1001000000001
	desk      = -1001000000002
	mona      = 11
	firstUser = 100_000
)

// build compiles the program, with the changes of an overlay if there is one.
func build(t *testing.T, overlay string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "rasid")
	args := []string{"build", "-o", bin}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(t.Context(), "go", append(args, "./cmd/rasid")...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return bin
}

// world is a shop under fire.
type world struct {
	t      *testing.T
	bin    string
	dir    string
	dsn    string
	server *faketelegram.Server
	mu     sync.Mutex
	rnd    *rand.Rand
	said   map[int64]string // message id in the customers' group → text
	upset  int              // how many customers will still complain
	log    *os.File

	calm    time.Time     // when the last life began
	slowest time.Duration // between a signal and the end of the program
}

func newWorld(t *testing.T, bin, dsn string) *world {
	t.Helper()
	w := &world{t: t, bin: bin, dir: t.TempDir(), server: faketelegram.New(), said: map[int64]string{}, rnd: rand.New(rand.NewPCG(1, 2))}
	w.dsn = dsn
	if dsn == "" {
		w.dsn = filepath.Join(w.dir, "crash.db")
	}
	if err := w.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.server.Close)
	w.server.AddUser(faketelegram.User{ID: mona, First: "Mona"})
	w.server.AddChat(customers, "supergroup", "Customers")
	w.server.AddChat(desk, "supergroup", "Desk")
	var err error
	if w.log, err = os.Create(filepath.Join(w.dir, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.log.Close() })
	w.configure()
	return w
}

func (w *world) configure() {
	text := fmt.Sprintf(`
business: {name: {en: Noor}, zone: UTC, language: en}
database: %q
data: %q
console: {listen: "off"}
network: {allow: [127.0.0.1]}
log: {level: warn}
accounts:
  shop: {kind: telegram, api_url: %q, token: "${TELEGRAM_TOKEN}", per_minute: 1000000}
sources:
  - {name: customers, kind: telegram, chat: %d, dedicated: true}
rooms:
  - {name: desk, kind: telegram, chat: %d}
staff:
  - {id: mona, name: Mona, role: manager, telegram: %d}
policy:
  undo: 0s
  budgets: {per_author_day: 100, per_hour: 10000, per_day: 100000, per_approver_hour: 10000}
  words: {same_text: 0}
  incidents: {cards: 10000, copies: 10000, burst: 10000} # every complaint gets a card and is answered
`, w.dsn, filepath.Join(w.dir, "data"), w.server.URL(), customers, desk, mona)
	if err := os.WriteFile(filepath.Join(w.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// start runs the program; stop ends it as told and waits.
func (w *world) start() *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(w.bin, "run", "--config", filepath.Join(w.dir, "config.yaml"))
	cmd.Env = append(os.Environ(), "TELEGRAM_TOKEN="+faketelegram.Token)
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	return cmd
}

func (w *world) stop(cmd *exec.Cmd, sig os.Signal) {
	_ = cmd.Process.Signal(sig) // it may have ended by itself; Wait tells
	_ = cmd.Wait()
}

// chaos makes a share of the answers to posts get lost after their effect, and
// answers 5 % of the calls with "too many requests".
func (w *world) chaos(lost float64) {
	w.server.Chaos(func(method string, _ int) (faketelegram.Fault, bool) {
		if method != "sendMessage" && method != "editMessageText" {
			return faketelegram.Fault{}, false
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		switch p := w.rnd.Float64(); {
		case p < lost:
			return faketelegram.Fault{Kind: faketelegram.DropAfter}, true
		case p < lost+0.05:
			return faketelegram.Fault{Kind: faketelegram.TooMany, Wait: time.Second}, true
		}
		return faketelegram.Fault{}, false
	})
}

// did counts what the program did to the world.
func (w *world) did() int {
	return w.server.Calls("sendMessage") + w.server.Calls("editMessageText") + w.server.Calls("answerCallbackQuery")
}

// steps is how much of that one life does before the axe is lifted.
func (w *world) steps() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rnd.IntN(30)
}

func (w *world) between(low, high time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return low + time.Duration(w.rnd.Int64N(int64(high-low)))
}

// complaints is how many customers complain in one life of the program, on
// average: by lives and not by time, so that a slow machine has no more to do.
const complaints = 3

// live lets customers complain and Mona approve until done is closed.
func (w *world) live(done <-chan struct{}) {
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	pressed := map[int64]press{}
	for n := int64(0); ; n++ {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if w.complain() {
			user := firstUser + n
			w.server.AddUser(faketelegram.User{ID: user, First: fmt.Sprintf("Customer %d", n)})
			text := fmt.Sprintf("terrible service, visit number %d was a disaster", n)
			id := w.server.Say(customers, user, text)
			w.mu.Lock()
			w.said[id] = text
			w.mu.Unlock()
		}
		if n%8 == 0 {
			w.approve(pressed)
		}
	}
}

// complain reports whether one more customer complains now.
func (w *world) complain() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.upset == 0 || w.rnd.IntN(3) > 0 {
		return false
	}
	w.upset--
	return true
}

// press is what a person remembers of a button: when, and how often.
type press struct {
	at    time.Time
	times int
}

// approve presses Send under every card that offers it; one whose press got
// lost in a crash is pressed again after a while, as a person would. A card
// that was shown twice keeps a button on its first copy, so nobody presses for
// ever.
func (w *world) approve(pressed map[int64]press) {
	for _, m := range w.server.Posted(desk) {
		p := pressed[m.ID]
		if p.times == 5 || time.Since(p.at) < 2*time.Second {
			continue
		}
		if _, ok := w.server.PressLabel(desk, m.ID, mona, "✅ Send"); ok {
			pressed[m.ID] = press{time.Now(), p.times + 1}
		}
	}
}

// fire ends the program n times with a signal, most often while it works, then
// lets it finish in peace. A life is measured by what it does, however long a
// busy machine takes for it: lives too short for one page would do nothing.
func (w *world) fire(n int, sig os.Signal) {
	done := make(chan struct{})
	var living sync.WaitGroup
	living.Go(func() { w.live(done) })
	for range n {
		w.mu.Lock()
		w.upset += complaints
		grown := w.rnd.IntN(5) > 0 // else it may be ended before it has begun
		w.mu.Unlock()
		heard, did, steps := w.server.Calls("getUpdates"), w.did(), w.steps()
		cmd := w.start()
		if grown && !w.server.Eventually(time.Minute, func() bool { return w.server.Calls("getUpdates") > heard }) {
			w.stop(cmd, syscall.SIGQUIT) // it says where it stands
			w.tail()
			w.t.Error("the program does not start")
			break
		}
		if grown {
			w.server.Eventually(2*time.Second, func() bool { return w.did() >= did+steps }) // less when there is no more to do
		}
		time.Sleep(w.between(0, 100*time.Millisecond)) // the dice decide when the axe falls
		asked := time.Now()
		w.stop(cmd, sig)
		w.slowest = max(w.slowest, time.Since(asked))
	}
	close(done)
	living.Wait()
	w.server.Chaos(nil)
	w.calm = time.Now()
	heard := w.server.Calls("getUpdates")
	cmd := w.start()
	w.server.Eventually(time.Minute, func() bool { return w.server.Calls("getUpdates") > heard })
	w.settle()
	w.stop(cmd, os.Interrupt)
}

// settle waits until everything said is answered, or nothing new was answered
// for a while, approving the rest; at most ten minutes. A press is no news: a
// card that was shown twice can be pressed in vain for ever.
func (w *world) settle() {
	pressed := map[int64]press{}
	for quiet, last := 0, -1; quiet < 600; quiet++ {
		if quiet%50 == 49 { // whoever pressed five times in vain tries again
			clear(pressed)
		}
		w.approve(pressed)
		answered := map[int64]bool{}
		for _, m := range w.server.Posted(customers) {
			answered[m.ReplyTo] = true
		}
		if len(answered) != last {
			quiet, last = 0, len(answered)
		}
		if len(answered) == len(w.said) && quiet == 20 { // a second reply would come now
			return
		}
		if time.Since(w.calm) > 10*time.Minute {
			return
		}
		time.Sleep(100 * time.Millisecond) // a person's patience, not a condition
	}
}

// verdict is what a run did to people.
type verdict struct {
	said, lost, posted, double, wrong, unsure int
	details                                   []string
}

func (v verdict) String() string {
	return fmt.Sprintf("%d said, %d lost; %d posted, %d twice, %d recorded wrongly; %d left to a person", v.said, v.lost, v.posted, v.double, v.wrong, v.unsure)
}

func (v *verdict) note(count *int, format string, args ...any) {
	*count++
	if len(v.details) < 20 {
		v.details = append(v.details, fmt.Sprintf(format, args...))
	}
}

// judge compares the three sides.
func (w *world) judge() verdict {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	s, err := store.Open(ctx, store.Options{DSN: w.dsn, DataDir: filepath.Join(w.dir, "data"), Owner: "judge"})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	v := verdict{said: len(w.said)}
	public := map[int64]int{}
	for _, m := range w.server.Posted(customers) {
		public[m.ReplyTo]++
	}
	recorded := map[string]cases.Case{}
	before := int64(0)
	for {
		page, err := s.List(ctx, store.Filter{Before: before, Limit: 500})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			for _, m := range c.Mentions {
				recorded[m.Text] = c
			}
			before = c.ID
		}
	}
	for id, text := range w.said {
		n := public[id]
		v.posted += n
		if n > 1 {
			v.note(&v.double, "message %d has %d replies", id, n)
		}
		c, ok := recorded[text]
		if !ok {
			v.note(&v.lost, "message %d is nowhere: %s", id, text)
			continue
		}
		switch {
		case c.State == cases.Unsure:
			v.unsure++
		case (c.State == cases.Answered) != (n > 0):
			v.note(&v.wrong, "case %d is %s with %d replies in public", c.ID, c.State, n)
		}
	}
	if bad, err := s.Verify(ctx); err != nil || bad != 0 {
		v.note(&v.wrong, "the history's chain breaks at %d: %v", bad, err)
	}
	return v
}

func databases(t *testing.T) map[string]func(*testing.T) string {
	return map[string]func(*testing.T) string{
		"SQLite":     func(*testing.T) string { return "" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.Start(t).DSN(t) },
	}
}

func TestNothingIsLostOrPostedTwiceWhenKilled(t *testing.T) {
	bin := build(t, "")
	for name, dsn := range databases(t) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bin, dsn(t))
			began := time.Now()
			w.chaos(0.03)
			w.fire(*kills, os.Kill)
			v := w.judge()
			t.Logf("%s, %d kills in %s: %s", name, *kills, time.Since(began).Round(time.Second), v)
			if v.lost+v.double+v.wrong > 0 {
				t.Errorf("%s\n%s", v, strings.Join(v.details, "\n"))
				w.tail()
			}
			if v.posted < v.said/2 {
				t.Errorf("little was posted: the run proves little\n%s", v)
				w.tail()
			}
		})
	}
}

// stopWithin is how long the program may take from SIGTERM to its end, however
// slow the machine: it finishes the post that is under way and begins no other.
const stopWithin = time.Minute

func TestAProgramThatIsToldToStopLeavesNothingInDoubt(t *testing.T) {
	w := newWorld(t, build(t, ""), "")
	w.chaos(0) // every answer arrives: what is in doubt was left by the stop
	w.fire(*kills, os.Interrupt)
	v := w.judge()
	t.Logf("told to stop %d times, the slowest took %s: %s", *kills, w.slowest.Round(time.Millisecond), v)
	if v.lost+v.double+v.wrong+v.unsure > 0 || v.posted < v.said/2 {
		t.Errorf("%s\n%s", v, strings.Join(v.details, "\n"))
		w.tail()
	}
	if w.slowest > stopWithin {
		t.Errorf("it took %s to stop", w.slowest)
	}
}

// tail shows the end of what the program logged.
func (w *world) tail() {
	text, err := os.ReadFile(w.log.Name())
	if err == nil {
		w.t.Logf("log ends:\n%s", text[max(0, len(text)-20000):])
	}
}

// mutant is a program with a classic mistake built in.
type mutant struct {
	name, file, right, wrong string
	caught                   func(verdict) int
}

var classics = []mutant{
	{
		name:  "sends again what was cut off",
		file:  "internal/store/settle.go",
		right: `	_, err := q.ExecContext(ctx, ` + "`UPDATE outbox SET state = $1, lease_until = 0",
		wrong: `	if isReply(r.Kind) {
		state = cases.Ready
		_, err := q.ExecContext(ctx, ` + "`UPDATE outbox SET state = $1, lease_until = 0 WHERE key = $2`" + `, state, r.Key)
		return err
	}
	_, err := q.ExecContext(ctx, ` + "`UPDATE outbox SET state = $1, lease_until = 0",
		caught: func(v verdict) int { return v.double },
	},
	{
		name:  "confirms to the platform before it has written down",
		file:  "internal/platform/telegram/connection.go",
		right: `	if err := c.inbox.PutInbox(ctx, c.account, items, m.String()); err != nil {`,
		wrong: `	go func() {
		time.Sleep(150 * time.Millisecond)
		_ = c.inbox.PutInbox(context.WithoutCancel(ctx), c.account, items, m.String())
	}()
	if err := error(nil); err != nil {`,
		caught: func(v verdict) int { return v.lost },
	},
}

func TestTheClassicMistakesAreCaught(t *testing.T) {
	if !*faulty {
		t.Skip("the programs with a mistake built in run with -mutants (make mutants)")
	}
	for _, m := range classics {
		t.Run(m.name, func(t *testing.T) {
			w := newWorld(t, build(t, overlay(t, m.file, m.right, m.wrong)), "")
			w.chaos(0.03)
			w.fire(max(*kills, 60), os.Kill)
			v := w.judge()
			t.Logf("%s: %s", m.name, v)
			if m.caught(v) == 0 {
				t.Errorf("the mistake was not caught: %s", v)
			}
		})
	}
}
