package mail

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	"rasid/internal/platform/mail"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// reader is a source that reads letters without a server.
func reader(t testing.TB) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Server, c.User, c.Password, c.Addresses = "imap.noor.example:993", "care@noor.example", "x", []string{"owner@noor.example"}
	s, err := New(c, "mailbox", &net.Dialer{}, nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shown writes down what became of a letter.
func shown(m cases.Mention, err error) string {
	if err != nil {
		return "unreadable: " + err.Error() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "id: %s\nthread: %s\nauthor: %s <%s>\ntitle: %s\nstars: %d\nurl: %s\nreply to: %s\nbot: %v\n", m.ID, m.Thread, m.Author, m.AuthorID, m.Title, m.Stars, m.URL, m.ReplyTo, m.Bot)
	fmt.Fprintf(&b, "--- said\n%s\n", m.Words())
	if _, rest, found := strings.Cut(m.Text, cases.QuoteMark); found {
		fmt.Fprintf(&b, "--- quoted\n%s\n", rest)
	}
	return b.String()
}

func TestLettersBecomeMentions(t *testing.T) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d letters, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := shown(reader(t).mention(mail.Letter{UID: 7, Arrived: noon, Size: int64(len(raw)), Raw: raw}))
			goldentest.Compare(t, strings.TrimSuffix(file, ".eml")+".txt", got, *update)
		})
	}
}

// bombs are letters that ask for more than a letter should.
func bombs() map[string]string {
	const head = "From: sara@customer.example\r\nMessage-ID: <m1@customer.example>\r\nSubject: x\r\n"
	var deep, wide strings.Builder
	deep.WriteString(head)
	for i := range 5000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	deep.WriteString("Content-Type: text/plain\r\n\r\ndeep\r\n")
	wide.WriteString(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 50_000 {
		wide.WriteString("--b\r\n\r\nx\r\n")
	}
	return map[string]string{
		"parts inside parts":        deep.String(),
		"many parts":                wide.String(),
		"a header of a megabyte":    head + "X: " + strings.Repeat("a", 1<<20) + "\r\n\r\nsaid\r\n",
		"a header of many lines":    head + strings.Repeat("X: a\r\n", 200_000) + "\r\nsaid\r\n",
		"one folded header":         head + "References: " + strings.Repeat("\r\n <a@b.example>", 60_000) + "\r\n\r\nsaid\r\n",
		"a word of a megabyte":      head + "\r\n" + strings.Repeat("م", 1<<19),
		"angle brackets":            head + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<", 1<<20),
		"tags inside tags":          head + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div>", 200_000),
		"lines that may be a quote": head + "\r\n" + strings.Repeat("On x\r\n", 150_000),
		"a boundary of nothing":     head + "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n",
		"no boundary":               head + "Content-Type: multipart/mixed\r\n\r\nx",
		"base64 that is none":       head + "Content-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("!", 1<<18),
		"utf-7":                     head + "Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4-",
		"utf-16":                    head + "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("a\x00b")),
		"zeros":                     strings.Repeat("\x00", 1<<20),
		"nothing":                   "",
		"an empty line":             "\r\n",
		"an encoded word of words":  head + "Subject: " + strings.Repeat("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?= ", 4000) + "\r\n\r\nx",
	}
}

func TestNoLetterCostsMoreThanALetterOrBreaksItsReader(t *testing.T) {
	s := reader(t)
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			raw := []byte(text)
			if len(raw) > mail.MaxLetter {
				raw = raw[:mail.MaxLetter]
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m, err := s.mention(mail.Letter{UID: 1, Arrived: noon, Raw: raw})
			runtime.ReadMemStats(&after)
			if err != nil && strings.Contains(err.Error(), "broke its reader") {
				t.Error(err)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 200 && !raceOn {
				t.Errorf("it took %d MiB in all", used)
			}
			wellFormed(t, m, err)
		})
	}
}

func wellFormed(t *testing.T, m cases.Mention, err error) {
	t.Helper()
	if err != nil {
		return
	}
	if m.ID == "" || m.Text == "" && m.Title == "" || len(m.Text) > 64<<10 || m.PostedAt.IsZero() || m.Stars < 0 || m.Stars > 5 {
		t.Errorf("%.300q", fmt.Sprint(m))
	}
	for _, text := range []string{m.ID, m.Title, m.Text, m.Author, m.AuthorID, m.Thread, m.AnswerTo, m.ReplyTo} {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%.100q is no plain text", text)
		}
	}
	if m.ReplyTo != "" {
		if _, err := mail.ParseTarget(m.ReplyTo); err != nil {
			t.Errorf("%q: %v", m.ReplyTo, err)
		}
	}
}

func FuzzLetter(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	s := reader(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := s.mention(mail.Letter{UID: 1, Arrived: noon, Raw: raw})
		if err != nil && strings.Contains(err.Error(), "broke its reader") {
			t.Fatalf("%v: %q", err, raw)
		}
		wellFormed(t, m, err)
		if bytes.Contains([]byte(m.ReplyTo), []byte("\n")) {
			t.Errorf("%q", m.ReplyTo)
		}
	})
}
