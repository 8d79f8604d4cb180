package responder

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Wordings are replies of staff that were saved as templates: one file for
// each, in a folder that people may look into and take files out of. They are
// read anew for each draft, so that several programs may share the folder.
type Wordings struct {
	Dir string
}

// Wording is one saved reply: a whole one, with {name}, {within} and {private}
// in the places of what differs from case to case.
type Wording struct {
	ID       string // eight hexadecimal digits, from the text
	Language string // ar or en
	Topic    string
	Text     string
	By       string // staff id of who saved it
	Case     int64  // it was written for
	At       time.Time
}

var (
	wordingName = regexp.MustCompile(`^([a-z][a-z-]*)-([0-9a-f]{8})\.txt$`)
	wordingHead = regexp.MustCompile(`^# (by|case|at): (.*)$`)
	placeholder = regexp.MustCompile(`\{[^}]*\}?`)
)

// mostWordings bounds what one topic keeps in one language.
const mostWordings = 40

// errFull says that a topic has as many wordings as it may.
var errFull = errors.New("the topic has as many wordings as it may have")

// id names a wording by what it says.
func (w Wording) id() string {
	sum := sha256.Sum256([]byte(w.Language + "/" + w.Topic + "/" + w.Text))
	return hex.EncodeToString(sum[:4])
}

// nameless takes the place of a name out, with what leads to it.
var nameless = regexp.MustCompile(`[,،]?\s*\{name\}`)

// fill writes a saved wording for a case; "" when the policy has nothing to put
// into one of its places, or when it does not fit.
func (t *Templates) fill(w Wording, c cases.Case, n int) (text, origin string) {
	values := map[string]string{"within": t.Commitment.Within[w.Language], "private": t.Commitment.Private[w.Language]}
	for place, value := range values {
		if value == "" && strings.Contains(w.Text, "{"+place+"}") {
			return "", ""
		}
	}
	text = w.Text
	if values["private"] != "" && !strings.Contains(text, "{private}") && !strings.HasSuffix(w.Topic, "thanks") {
		text += " " + t.privately(w.Language, values["private"], n)
	}
	if values["name"] = addressee(c, w.Language); values["name"] == "" {
		text = nameless.ReplaceAllString(text, "")
	}
	text = put(text, values)
	if t.Fits != nil && t.Fits(c.Source, text) != nil {
		return "", ""
	}
	return text, fmt.Sprintf("template:%s/%s/%s", w.Language, w.Topic, w.ID)
}

// Of lists the saved wordings for a topic, the oldest first. What a person put
// there by hand counts too, as far as it can be read.
func (ws *Wordings) Of(language, topic string) []Wording {
	if ws == nil {
		return nil
	}
	all, err := ws.read(language)
	if err != nil {
		return nil // no folder yet, or none that can be read: the built-in wordings remain
	}
	return slices.DeleteFunc(all, func(w Wording) bool { return w.Topic != topic })
}

// List lists every saved wording, by language and topic.
func (ws *Wordings) List() ([]Wording, error) {
	var all []Wording
	for _, language := range []string{"ar", "en"} {
		some, err := ws.read(language)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("listing saved wordings: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

func (ws *Wordings) read(language string) ([]Wording, error) {
	dir := filepath.Join(ws.Dir, language)
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Wording
	for _, f := range files {
		name := wordingName.FindStringSubmatch(f.Name())
		if name == nil || !f.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil || len(b) > 16<<10 {
			continue
		}
		if w := parseWording(string(b)); w.Text != "" {
			w.ID, w.Language, w.Topic = name[2], language, name[1]
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b Wording) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// parseWording reads one file. A text with a place for something unknown, or in
// no form that may go out, counts as none.
func parseWording(text string) (w Wording) {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if head := wordingHead.FindStringSubmatch(line); head != nil {
			switch head[1] {
			case "by":
				w.By = head[2]
			case "case":
				w.Case, _ = strconv.ParseInt(head[2], 10, 64)
			case "at":
				w.At, _ = time.Parse(time.RFC3339, head[2])
			}
		} else if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	w.Text = strings.TrimSpace(strings.Join(lines, "\n"))
	for _, p := range placeholder.FindAllString(w.Text, -1) {
		if p != "{name}" && p != "{within}" && p != "{private}" {
			w.Text = ""
		}
	}
	if w.Text != Clean(w.Text) {
		w.Text = ""
	}
	return w
}

// Save keeps a wording and returns its id; false when it was kept before. The
// file appears whole or not at all.
func (ws *Wordings) Save(w Wording) (id string, fresh bool, err error) {
	w.ID = w.id()
	there := ws.Of(w.Language, w.Topic)
	switch {
	case slices.ContainsFunc(there, func(x Wording) bool { return x.ID == w.ID }):
		return w.ID, false, nil
	case len(there) >= mostWordings:
		return "", false, errFull
	}
	text := fmt.Sprintf("# A reply of staff, saved as a wording. Remove the file to stop using it.\n# by: %s\n# case: %d\n# at: %s\n%s\n",
		w.By, w.Case, w.At.UTC().Format(time.RFC3339), w.Text)
	if err := putWording(filepath.Join(ws.Dir, w.Language), w.Topic+"-"+w.ID+".txt", text); err != nil {
		return "", false, fmt.Errorf("saving a wording: %w", err)
	}
	return w.ID, true, nil
}

// Remove stops using a wording and returns it; false when there is none of
// that id.
func (ws *Wordings) Remove(id string) (Wording, bool, error) {
	all, err := ws.List()
	if err != nil {
		return Wording{}, false, err
	}
	for _, w := range all {
		if w.ID != id {
			continue
		}
		if err := os.Remove(filepath.Join(ws.Dir, w.Language, w.Topic+"-"+w.ID+".txt")); err != nil {
			return w, false, fmt.Errorf("removing wording %s: %w", id, err)
		}
		return w, true, nil
	}
	return Wording{}, false, nil
}
