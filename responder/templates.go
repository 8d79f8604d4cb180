package responder

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/lines"
)

//go:embed templates
var templateFiles embed.FS

// Commitment is what a reply may promise and where it may send the customer:
// only what the policy file lists.
type Commitment struct {
	Within  map[string]string // by language: "within 24 hours"
	Private map[string]string // by language: "write to us at …"; "" leaves the sentence out
}

// Templates drafts replies from files: greet, acknowledge the named problem,
// next step with a time, private channel. Wordings vary, the commitment never
// does.
type Templates struct {
	Commitment Commitment
	Fits       func(source, text string) error // the place's own length limit
	// Discreet says that no reply may confirm that somebody is a customer: no
	// wording then names the problem.
	Discreet bool
	// Saved are the replies of staff that joined the wordings; nil: none do.
	Saved   *Wordings
	Private func(source string) bool // whether answers there are private already; nil: none are

	// Courtesy is what of Courtesies the policy allows.
	Courtesy []string

	angles   *Angles
	doubts   *Doubts
	cues     map[string]map[string]bool     // dialect → its words, folded
	sections map[string]map[string][]string // language → "delivery.acknowledge" → wordings

	mu   sync.Mutex
	last map[string]string // place → wording used last
}

// NewTemplates reads the embedded template files.
func NewTemplates(c Commitment, fits func(source, text string) error) (*Templates, error) {
	angles, err := newAngles()
	if err != nil {
		return nil, err
	}
	doubts, err := newDoubts(angles)
	if err != nil {
		return nil, err
	}
	t := &Templates{Commitment: c, Fits: fits, angles: angles, doubts: doubts, sections: map[string]map[string][]string{}, cues: map[string]map[string]bool{}, last: map[string]string{}}
	for _, language := range []string{"ar", "en"} {
		t.sections[language] = map[string][]string{}
		dir := path.Join("templates", language)
		files, err := templateFiles.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("listing templates: %w", err)
		}
		for _, f := range files {
			b, err := templateFiles.ReadFile(path.Join(dir, f.Name()))
			if err != nil {
				return nil, fmt.Errorf("reading template %s: %w", f.Name(), err)
			}
			if err := t.read(language, strings.TrimSuffix(f.Name(), ".txt"), string(b)); err != nil {
				return nil, fmt.Errorf("template %s/%s: %w", language, f.Name(), err)
			}
		}
	}
	return t, t.readCourtesies()
}

// read takes one file: "[section]" lines and one wording a line below them.
func (t *Templates) read(language, topic, text string) error {
	section := ""
	for n, line := range lines.Of(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = topic + "." + line[1:len(line)-1]
		case section == "":
			return fmt.Errorf("line %d stands before any [section]", n)
		default:
			t.sections[language][section] = append(t.sections[language][section], line)
		}
	}
	return nil
}

// Draft writes the next wording for a case in the customer's language.
func (t *Templates) Draft(_ context.Context, c cases.Case) (cases.Draft, error) {
	if t.doubts.Of(c) {
		return cases.Draft{}, ErrDoubtful
	}
	language, topic := LanguageOf(c), t.shelved(c)
	said := t.sections[language]
	if len(said[topic+".acknowledge"]) == 0 {
		topic = TopicOther
	}
	start := seed(c) + len(c.Drafts)
	for _, try := range t.tries(language, topic, c, start) {
		text, origin := try()
		if text == "" || used(c, text) || t.repeats(c.Source, origin) {
			continue
		}
		t.remember(c.Source, origin)
		return cases.Draft{Text: text, Language: language, Topic: topic, Origin: origin}, nil
	}
	return cases.Draft{}, ErrNoWording
}

// tries lists the wordings for a topic in the order in which they are offered,
// beginning where start says. Those of the angle from which the customer speaks
// come with those staff saved, and before those that fit any angle.
func (t *Templates) tries(language, topic string, c cases.Case, start int) []func() (text, origin string) {
	var shelves [][]func() (text, origin string)
	written := func(name string, sentences []string) (shelf []func() (text, origin string)) {
		for n, sentence := range sentences {
			shelf = append(shelf, func() (text, origin string) {
				return t.around(language, topic, sentence, c, n), fmt.Sprintf("template:%s/%s/%d", language, name, n+1)
			})
		}
		return shelf
	}
	shelves = append(shelves, written(topic, t.sections[language][topic+".acknowledge"]))
	if angle := t.angles.Of(topic, c); angle != "" {
		shelves = slices.Insert(shelves, 0, written(topic+"-"+angle, t.sections[language]["angles."+angle]))
	}
	for n, w := range t.Saved.Of(language, topic) {
		shelves[0] = append(shelves[0], func() (text, origin string) { return t.fill(w, c, n) })
	}
	var all []func() (text, origin string)
	for _, shelf := range shelves {
		for i := range shelf {
			all = append(all, shelf[(start+i)%len(shelf)])
		}
	}
	return all
}

// Around puts the sentence of somebody else that names the problem between a
// greeting and the next step with its time. It reports false when that does not
// fit the place.
func (t *Templates) Around(c cases.Case, acknowledge string) (string, bool) {
	text := t.around(LanguageOf(c), "", strings.NewReplacer("{", "(", "}", ")").Replace(acknowledge), c, seed(c)+len(c.Drafts))
	return text, text != ""
}

// around puts the sentences together, and leaves out the least needed ones
// until the text fits its place. It never cuts a sentence.
func (t *Templates) around(language, topic, acknowledge string, c cases.Case, n int) string {
	said := t.sections[language]
	values := map[string]string{"within": t.Commitment.Within[language], "private": t.Commitment.Private[language]}
	greet := beside(said["common.greet"], n, acknowledge)
	name := addressee(c, language)
	if name != "" {
		values["name"] = name
		greet = beside(said["common.greet-name"], n, acknowledge)
	}
	closing := ""
	if language == "ar" {
		greet, closing = t.courteous(c, greet, name, n)
	}
	next := pick(said["common.next"], n)
	if c.Score.Severity >= cases.Critical {
		next = pick(said["common.critical"], n)
	}
	praise := topic == "thanks" || topic == "discreet-thanks"
	if praise {
		next = ""
	}
	private := ""
	already := t.Private != nil && t.Private(c.Source) // nobody is asked to write where they just wrote
	if values["private"] != "" && !praise && !already {
		private = t.privately(language, values["private"], n)
	}
	for _, sentences := range [][]string{
		{greet, acknowledge, next, closing, private},
		{greet, acknowledge, next, private},
		{acknowledge, next, private},
		{acknowledge, next},
		{acknowledge, private},
		{acknowledge},
	} {
		var full []string
		for _, s := range sentences {
			if s != "" {
				full = append(full, put(s, values))
			}
		}
		text := strings.Join(full, " ")
		if t.Fits == nil || t.Fits(c.Source, text) == nil {
			return text
		}
	}
	return ""
}

// privately is the sentence that leads to the private channel.
func (t *Templates) privately(language, channel string, n int) string {
	if strings.HasSuffix(channel, ".") {
		return "{private}" // the business wrote a whole sentence of its own
	}
	section := "common.private"
	if t.Discreet {
		section = "discreet.private"
	}
	return pick(t.sections[language][section], n)
}

// put fills {name}, {within} and {private} once; what is put in is never read
// as a template.
func put(sentence string, values map[string]string) string {
	var pairs []string
	for k, v := range values {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

func pick(wordings []string, n int) string {
	if len(wordings) == 0 {
		return ""
	}
	return wordings[n%len(wordings)]
}

// beside picks a greeting for a sentence: nobody is thanked twice in one breath.
func beside(greetings []string, n int, sentence string) string {
	thanks := func(s string) bool {
		return strings.Contains(strings.ToLower(s), "thank you") || strings.Contains(s, "شكر")
	}
	for i := range greetings {
		if g := pick(greetings, n+i); !thanks(g) || !thanks(sentence) {
			return g
		}
	}
	return pick(greetings, n)
}

// seed spreads the first wording over the cases, the same one for a case every
// time.
func seed(c cases.Case) int {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s/%d", c.Source, c.ID)
	return int(h.Sum32() % 1000)
}

// used reports whether a case was offered these very words already.
func used(c cases.Case, text string) bool {
	return slices.ContainsFunc(c.Drafts, func(d cases.Draft) bool { return d.Text == text })
}

func (t *Templates) repeats(source, origin string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last[source] == origin
}

func (t *Templates) remember(source, origin string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last[source] = origin
}

// addressee is the name by which a reply greets; "" when there is none to greet
// by. Who reported what was heard in the branch is not the one who is answered.
func addressee(c cases.Case, language string) string {
	if c.Source == ReportSource {
		return ""
	}
	return givenName(c.Author, language)
}

// givenName is the first word of an author's name where it looks like a name
// in the language of the reply: letters of one script, no digits, no handle.
// Anything else is left out rather than greeted wrongly.
func givenName(author, language string) string {
	words := strings.Fields(author)
	if len(words) == 0 || len(words) > 3 {
		return ""
	}
	script := unicode.Latin
	if language == "ar" {
		script = unicode.Arabic
	}
	for _, w := range words {
		n := 0
		for _, r := range w {
			if !unicode.Is(script, r) || !unicode.IsLetter(r) {
				return ""
			}
			n++
		}
		if n < 2 || n > 15 {
			return ""
		}
	}
	if language == "en" && !unicode.IsUpper([]rune(words[0])[0]) {
		return ""
	}
	for _, w := range words {
		if notNames[strings.ToLower(w)] {
			return ""
		}
	}
	if compound[words[0]] && len(words) > 1 {
		return words[0] + " " + words[1] // عبد الله, أم خالد
	}
	return words[0]
}

// notNames are words that stand where a name should and are none.
var notNames = map[string]bool{
	"anonymous": true, "user": true, "guest": true, "customer": true, "admin": true, "support": true, "unknown": true, "deleted": true,
	"account": true, "google": true, "facebook": true, "the": true, "a": true, "official": true,
	"system": true, "rasid": true, "staff": true, "team": true, "management": true, "bot": true,
	"النظام": true, "نظام": true, "راصد": true, "الإدارة": true, "الادارة": true, "إدارة": true, "ادارة": true, "الموظف": true, "فريق": true, "الفريق": true, "بوت": true,
	"مجهول": true, "زائر": true, "عميل": true, "عميلة": true, "مستخدم": true, "مشرف": true, "الدعم": true, "حساب": true, "غير": true,
}

// compound are first parts that are no name by themselves.
var compound = map[string]bool{"عبد": true, "أبو": true, "ابو": true, "أم": true, "ام": true, "بو": true, "بنت": true, "ابن": true}
