package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/responder"
)

func TestAnInvitationLetsOnePersonInOnce(t *testing.T) {
	h := newHouse(t)
	key := Invitation(h.Key, "ali", h.clock().Add(time.Hour))
	b := h.browse()
	for range 3 { // a program that draws previews looks at the link too
		if code, text := b.get(InvitationPath(key)); code != 200 || !strings.Contains(text, "Ali") {
			t.Fatalf("the link shows %d %.80s", code, text)
		}
	}
	if code, _ := b.get("/"); code != http.StatusForbidden {
		t.Errorf("looking at the link let somebody in (%d)", code)
	}
	if code, _ := b.post("/enter", url.Values{"key": {key}}); code != 200 {
		t.Fatalf("entering was answered %d", code)
	}
	if code, _ := h.browse().post("/enter", url.Values{"key": {key}}); code != http.StatusForbidden {
		t.Errorf("entering a second time was answered %d", code)
	}
}

func TestAnInvitationIsWorthlessWhenChangedOrOldOrForNobody(t *testing.T) {
	h := newHouse(t)
	good := Invitation(h.Key, "ali", h.clock().Add(time.Hour))
	for name, key := range map[string]string{
		"empty": "", "nonsense": "abc", "changed": good[:10] + "AAAA" + good[14:], "cut": good[:len(good)-4],
		"too old": Invitation(h.Key, "ali", h.clock().Add(-time.Second)), "of another house": Invitation([]byte("another key of this very length.."), "ali", h.clock().Add(time.Hour)),
		"for nobody": Invitation(h.Key, "", h.clock().Add(time.Hour)), "for somebody who left": Invitation(h.Key, "omar", h.clock().Add(time.Hour)),
		"long": strings.Repeat("A", 5000),
	} {
		if code, _ := h.browse().post("/enter", url.Values{"key": {key}}); code != http.StatusForbidden {
			t.Errorf("an invitation that is %s was answered %d", name, code)
		}
	}
}

// cookieOf is the session a browser holds.
func cookieOf(t *testing.T, b *browser) string {
	t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range b.c.Jar.Cookies(u) {
		if k.Name == cookieName {
			return k.Value
		}
	}
	return ""
}

func TestAVisitEndsByItself(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	in := func() bool { code, _ := b.get("/help"); return code == 200 }
	h.later(sessionIdle - time.Minute)
	if !in() {
		t.Fatal("out before the idle time had passed")
	}
	h.later(sessionIdle - time.Minute)
	if !in() {
		t.Fatal("a look did not keep the visit open")
	}
	h.later(sessionIdle + time.Second)
	if in() {
		t.Error("still in after the idle time")
	}

	b = h.browse().as("ali")
	for end := h.clock().Add(sessionLife); h.clock().Before(end.Add(-20 * time.Minute)); h.later(20 * time.Minute) {
		if !in() {
			t.Fatal("out although somebody was there")
		}
	}
	h.later(21 * time.Minute)
	if in() {
		t.Error("still in after the longest visit there is")
	}
}

func TestAPageThatRefreshesItselfKeepsNobodyIn(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	for range 7 {
		h.later(5 * time.Minute)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Live", "1")
		b.do(r)
	}
	if code, _ := b.get("/"); code != http.StatusForbidden {
		t.Errorf("after 35 minutes without a person the page was answered %d", code)
	}
}

func TestASessionIsNewAtEveryEntryAndDiesWhenLeft(t *testing.T) {
	h := newHouse(t)
	b := h.browse()
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	planted := newKey()
	b.c.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName, Value: planted, Path: "/"}})
	b.as("ali")
	first := cookieOf(t, b)
	if first == planted || first == "" {
		t.Fatal("the planted session is used")
	}
	b.as("ali")
	second := cookieOf(t, b)
	if second == first {
		t.Error("entering again keeps the old session")
	}
	old := h.browse()
	ou, err := url.Parse(old.base)
	if err != nil {
		t.Fatal(err)
	}
	old.c.Jar.SetCookies(ou, []*http.Cookie{{Name: cookieName, Value: first, Path: "/"}})
	if code, _ := old.get("/"); code != http.StatusForbidden {
		t.Errorf("the old session is worth something: %d", code)
	}
	b.post("/leave", nil)
	old.c.Jar.SetCookies(ou, []*http.Cookie{{Name: cookieName, Value: second, Path: "/"}})
	if code, _ := old.get("/"); code != http.StatusForbidden {
		t.Errorf("the session that was left is worth something: %d", code)
	}
}

func TestLeavingEverywhereEndsOnesOwnVisitsAndNoOthers(t *testing.T) {
	h := newHouse(t)
	counter, phone, other := h.browse().as("ali"), h.browse().as("ali"), h.browse().as("mona")
	counter.post("/leave/everywhere", nil)
	for name, want := range map[*browser]int{counter: 403, phone: 403, other: 200} {
		if code, _ := name.get("/"); code != want {
			t.Errorf("answered %d, want %d", code, want)
		}
	}
}

func TestVisitsOutliveARestartAndOnlyHashesAreKept(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	key := cookieOf(t, b)
	again, err := New(h.Options)
	if err != nil {
		t.Fatal(err)
	}
	h.Console = again
	nb := h.browse()
	u, err := url.Parse(nb.base)
	if err != nil {
		t.Fatal(err)
	}
	nb.c.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName, Value: key, Path: "/"}})
	if code, _ := nb.get("/"); code != 200 {
		t.Errorf("after a restart the page was answered %d", code)
	}
	vs, err := h.store.Visits(t.Context(), "")
	if err != nil || len(vs) != 1 {
		t.Fatalf("%d visits, %v", len(vs), err)
	}
	if text := fmt.Sprint(vs); strings.Contains(text, key) {
		t.Error("the key itself is in the records")
	}
	nb.c.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName, Value: vs[0].Hash, Path: "/"}})
	if code, _ := nb.get("/"); code != http.StatusForbidden {
		t.Error("a stolen hash opens the page")
	}
}

func TestWhoLeftTheStaffListIsOut(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	h.Office.People = []responder.Person{h.Office.People[0]}
	if code, _ := b.get("/"); code != http.StatusForbidden {
		t.Errorf("answered %d", code)
	}
}

func TestPasswordsLetInAndGuessingIsSlow(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	const password = "قهوة بلا سكر"
	if _, text := b.post("/password", url.Values{"new": {"short"}}); !strings.Contains(text, "ten letters") {
		t.Error("a short password was taken")
	}
	if _, text := b.post("/password", url.Values{"new": {password}}); !strings.Contains(text, "password is set") {
		t.Fatal("the password was not taken")
	}
	hash, err := h.store.Password(t.Context(), "ali")
	if err != nil || !strings.HasPrefix(hash, "argon2id$") || strings.Contains(hash, password) {
		t.Fatalf("kept as %q, %v", hash, err)
	}
	if _, text := b.post("/password", url.Values{"old": {"wrong one here"}, "new": {"another good one"}}); !strings.Contains(text, "not right") {
		t.Error("a new password was taken without the old one")
	}
	login := func(staff, password string) int {
		code, _ := h.browse().post("/login", url.Values{"staff": {staff}, "password": {password}})
		return code
	}
	if code := login("ali", password); code != 200 {
		t.Errorf("the right password was answered %d", code)
	}
	for _, wrong := range [][2]string{{"ali", ""}, {"ali", "قهوة بسكر زيادة"}, {"mona", password}, {"omar", password}} {
		if code := login(wrong[0], wrong[1]); code != http.StatusForbidden {
			t.Errorf("%v was answered %d", wrong, code)
		}
	}
	if code := login("ali", password); code != http.StatusForbidden {
		t.Errorf("the sixth try of a minute was answered %d", code)
	}
	h.later(time.Minute)
	if code := login("ali", password); code != 200 {
		t.Errorf("after a minute the right password was answered %d", code)
	}
}

func TestAnAccountHearsThirtyTriesAnHour(t *testing.T) {
	now := start
	l := newLimits(func() time.Time { return now })
	let := 0
	for range 1_000_000 / 1000 {
		if l.allow("account ali", triesPerHour, time.Hour) {
			let++
		}
		now = now.Add(time.Second)
	}
	if let != triesPerHour {
		t.Errorf("%d tries of 1000 in 17 minutes were heard, want %d", let, triesPerHour)
	}
	for i := range 20_000 {
		l.allow(fmt.Sprint("ip ", i), triesPerMinute, time.Minute)
	}
	if len(l.tries) > 10_001 {
		t.Errorf("%d addresses are remembered", len(l.tries))
	}
}

func TestOnlyManagersInvite(t *testing.T) {
	h := newHouse(t)
	if code, text := h.browse().as("ali").post("/people/invite", url.Values{"staff": {"mona"}}); code != http.StatusForbidden || strings.Contains(text, "key=") {
		t.Errorf("an agent got %d", code)
	}
	b := h.browse().as("mona")
	code, text := b.post("/people/invite", url.Values{"staff": {"ali"}})
	_, link, found := strings.Cut(text, InvitationPath(""))
	link, _, _ = strings.Cut(link, "<")
	if code != 200 || !found {
		t.Fatalf("a manager got %d", code)
	}
	if staff := invited(h.Key, link, h.clock()); staff != "ali" {
		t.Errorf("the link is for %q", staff)
	}
	if _, text := b.get("/people"); strings.Contains(text, "77001122") || strings.Contains(text, "argon2id") || strings.Contains(text, "key=") {
		t.Error("the people page shows what is nobody's business")
	}
}
