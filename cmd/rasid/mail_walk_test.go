package main

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/platform/mail/fakeimap"
	"rasid/responder"
	"rasid/responder/mail"
	"rasid/responder/mail/fakesmtp"
)

// closedHouse reads letters while it is closed: the clock of these tests begins
// at noon.
const closedHouse = `business: {name: {ar: قهوة نور, en: Noor Coffee}, zone: Asia/Riyadh, hours: {days: {sun-sat: ["09:00-10:00"]}}}
data: data
network: {allow: ["127.0.0.1"]}
sources:
  - name: mailbox
    kind: mail
    server: IMAP
    tls: "off"
    user: USER
    password: PASSWORD
    dedicated: true
    reply: {kind: mail, server: SMTP, tls: "off", from: "Noor Coffee <care@noor.example>", user: USER, password: PASSWORD, sent: rasid, imap_server: IMAP, imap_tls: "off"}
rooms: [{name: desk, kind: console, language: ar}]
staff: [{id: mona, name: Mona, role: manager, languages: [ar, en]}]
policy:
  undo: 0s
  acknowledge: {enabled_by: mona, per_day: 20}
  satisfaction: {enabled_by: mona, after: 0s, per_day: 20}
`

// post is a shop that gets letters and answers them.
type post struct {
	*house
	t     *testing.T
	clock *clockwork
	imap  *fakeimap.Server
	smtp  *fakesmtp.Server
	n     int
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, clock: fromNoon(), imap: fakeimap.Start(t, true), smtp: fakesmtp.Start(t, mail.Off)}
	p.smtp.Ask(fakeimap.User, fakeimap.Password)
	text := strings.NewReplacer("IMAP", p.imap.Address, "SMTP", p.smtp.Address, "USER", fakeimap.User, "PASSWORD", fakeimap.Password).Replace(closedHouse)
	p.house = houseAt(t, text, p.clock.now)
	busy(t, p.house, "watch mailbox") // which looks once a minute where it was told of nothing
	return p
}

// deliver puts a letter into the mailbox and returns its Message-ID. header is
// what else stands above the words.
func (p *post) deliver(from, header, words string) string {
	p.n++
	id := fmt.Sprintf("m%d@customer.example", p.n)
	p.imap.Deliver("INBOX", fmt.Sprintf("From: %s\r\nTo: care@noor.example\r\nSubject: order\r\nMessage-ID: <%s>\r\n%sContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		from, id, header, words), p.now())
	return id
}

// read takes the letters that are there.
func (p *post) read() {
	p.t.Helper()
	p.watchers[0].Hurry(p.now())
	p.watchers[0].Step(p.t.Context(), p.now())
	if st := p.watchers[0].Status; st.LastError != "" {
		p.t.Fatal(st.LastError)
	}
}

// sent is a letter that left.
type sent struct {
	netmail.Header
	to, words string
}

// letters waits until that many letters have left.
func (p *post) letters(n int) (list []sent) {
	p.t.Helper()
	soon(p.t, fmt.Sprintf("letter %d", n), func() string {
		if len(p.smtp.Letters()) < n {
			return ""
		}
		return "yes"
	})
	for _, l := range p.smtp.Letters() {
		m, err := netmail.ReadMessage(strings.NewReader(l.Data))
		if err != nil {
			p.t.Fatal(err)
		}
		list = append(list, sent{m.Header, l.To, plainPart(p.t, m)})
	}
	if len(list) != n {
		p.t.Fatalf("%d letters left, want %d: %+v", len(list), n, list)
	}
	return list
}

// case waits for the case of a letter in some state.
func (p *post) caseOf(author string, state cases.State) cases.Case {
	p.t.Helper()
	var found cases.Case
	soon(p.t, fmt.Sprintf("the case of %s, %s", author, state), func() string {
		list, err := p.store.InState(p.t.Context(), state, 50)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, c := range list {
			if c.AuthorID == author {
				found = c
				return "yes"
			}
		}
		return ""
	})
	return found
}

// press is what Mona does with a case.
func (p *post) press(c cases.Case, a responder.Action) {
	p.t.Helper()
	draft, _ := c.Draft()
	ans, err := p.clerk.Decide(p.t.Context(), responder.Decision{
		Action: a, Case: c.ID, Draft: draft.Version, By: responder.Actor{Platform: "console", ID: "mona"}, Room: "desk", At: p.now(),
	})
	if err != nil || ans.Alert {
		p.t.Fatalf("%s: %+v %v", a, ans, err)
	}
}

// TestALetterAtNightIsAcknowledgedOnceThenAnsweredThenAskedAbout walks with two
// customers through the mailbox of a closed shop. A machine's letter is left
// alone.
func TestALetterAtNightIsAcknowledgedOnceThenAnsweredThenAskedAbout(t *testing.T) {
	p := newPost(t)
	const words = "The coffee was cold and the staff were rude, terrible service."
	first := p.deliver("Sara <sara@customer.example>", "", words)
	p.deliver("Robot <shop@customer.example>", "Auto-Submitted: auto-replied\r\n", words)
	p.deliver("Robot <no-reply@customer.example>", "", words)
	p.read()
	told := p.letters(1)[0]
	if told.to != "sara@customer.example" || told.Get("Auto-Submitted") != "auto-replied" || told.Get("In-Reply-To") != "<"+first+">" ||
		!strings.Contains(told.words, "Sara") || !strings.Contains(told.words, "at 9:00 am") {
		t.Errorf("Sara was told %+v", told)
	}
	p.answerTo(told, "Sara <sara@customer.example>", first, "And nobody answers the telephone, this is awful.")
	p.deliver("سارة <amal@customer.example>", "", "القهوة وصلت باردة والموظف سيئ جدا جدا، أسوأ خدمة")
	p.read()
	if l := p.letters(2)[1]; l.to != "amal@customer.example" || !strings.Contains(l.words, "الساعة ٩:٠٠ صباحًا") {
		t.Errorf("Amal was told %+v", l)
	}
	soon(t, "both letters of Sara in one case", func() string {
		if len(p.caseOf("sara@customer.example", cases.Waiting).Mentions) < 2 {
			return ""
		}
		return "yes"
	})

	p.press(p.caseOf("sara@customer.example", cases.Waiting), responder.ActApprove)
	if l := p.letters(3)[2]; l.to != "sara@customer.example" || l.Get("Auto-Submitted") != "" {
		t.Errorf("Sara was answered %+v", l)
	}
	p.press(p.caseOf("sara@customer.example", cases.Answered), responder.ActResolve)
	asked := p.letters(4)[3]
	if asked.to != "sara@customer.example" || asked.Get("Auto-Submitted") != "auto-replied" || !strings.Contains(asked.words, "5") {
		t.Errorf("Sara was asked %+v", asked)
	}
	soon(t, "the question written down", func() string {
		if p.caseOf("sara@customer.example", cases.Resolved).AskedAt.IsZero() {
			return ""
		}
		return "yes"
	})
	p.answerTo(asked, "Sara <sara@customer.example>", first, "2\r\n\r\nOn Sunday Noor Coffee wrote:\r\n> "+asked.words)
	p.read()
	if c := p.caseOf("sara@customer.example", cases.Waiting); c.Rating != 2 {
		t.Errorf("the case was opened again with a rating of %d", c.Rating)
	}
	p.letters(4)
}

// answerTo puts a customer's answer to a letter of ours into the mailbox.
func (p *post) answerTo(l sent, from, first, words string) {
	id := l.Get("Message-Id")
	p.deliver(from, fmt.Sprintf("In-Reply-To: %s\r\nReferences: <%s> %s\r\n", id, first, id), words)
}

// plainPart is what a letter says to who reads plain text.
func plainPart(t *testing.T, m *netmail.Message) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}
