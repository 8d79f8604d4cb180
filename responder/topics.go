package responder

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rasid/internal/fold"
	"rasid/internal/lines"
)

//go:embed topics
var topicFiles embed.FS

// TopicOther is the topic of what no other topic fits.
const TopicOther = "other"

// Topics tells what a mention is about, from word lists in both languages.
type Topics struct {
	words   map[string][]weighted // single folded words
	stems   map[string][]weighted // words written with a star: any ending
	phrases map[string][]phrase   // several words, by the beginning of the first
	longest int                   // bytes of the longest such beginning
	classes map[string]*class     // words that stand for one another in phrases, by "<name>"
	replies *Topics               // the words with which replies speak of a topic
}

// class is a set of words of which any may stand in a phrase.
type class struct {
	words   map[string]bool
	stems   []string
	phrases []phrase // that begin with a word of the class
}

// has reports whether a word belongs to the class, as written or without what
// is attached to it.
func (c *class) has(w word) bool {
	for _, form := range w.forms {
		if c.words[form] || slices.ContainsFunc(c.stems, func(stem string) bool { return strings.HasPrefix(form, stem) }) {
			return true
		}
	}
	return c.words["#"] && w.text[0] >= '0' && w.text[0] <= '9'
}

// enough is the weight from which a topic counts: a hint alone is none.
const enough = 2

// shortestStem keeps a star from matching half the language.
const shortestStem = 3

// word is one word of a text, with what it may be without particles and endings.
type word struct {
	text  string
	forms []string
}

// phrase is several words; between two parts of it others may stand.
type phrase struct {
	weighted
	parts [][]token
}

// token is one place of a phrase: a word, the beginning of one, or a class.
type token struct {
	text  string
	open  bool
	class *class
}

// between is how many other words may stand between two parts of a phrase.
const between = 5

// stands reports whether a phrase begins at a place in the words.
func (p phrase) stands(words []word, at int) bool {
	end, ok := follows(p.parts[0], words, at)
	for _, part := range p.parts[1:] {
		found := false
		for gap := 0; ok && gap <= between && !found; gap++ {
			var next int
			if next, found = follows(part, words, end+gap); found {
				end = next
			}
		}
		ok = ok && found
	}
	return ok
}

// follows reports whether a part stands at a place, and where it ends. The
// first word may carry "and".
func follows(part []token, words []word, at int) (end int, ok bool) {
	if at+len(part) > len(words) {
		return 0, false
	}
	for i, want := range part {
		is := words[at+i]
		same := want.class != nil && want.class.has(is) || want.class == nil && want.is(is.text)
		if !same && (i > 0 || want.class != nil || !want.is(strings.TrimPrefix(is.text, "و"))) {
			return 0, false
		}
	}
	return at + len(part), true
}

func (t token) is(w string) bool { return w == t.text || t.open && strings.HasPrefix(w, t.text) }

type weighted struct {
	topic  string
	weight float64
	text   string
}

// NewTopics reads the embedded word lists.
func NewTopics() (*Topics, error) {
	t := newTopics()
	for _, name := range []string{"topics/ar.tsv", "topics/en.tsv"} {
		b, err := topicFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading topics: %w", err)
		}
		for n, line := range lines.Of(string(b)) {
			if err := t.read(strings.Split(line, "\t")); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
		}
	}
	return t, t.readReplies()
}

func newTopics() *Topics {
	return &Topics{words: map[string][]weighted{}, stems: map[string][]weighted{}, phrases: map[string][]phrase{}, classes: map[string]*class{}}
}

// read takes one line: words of a class, or a topic, a weight and a word.
func (t *Topics) read(cols []string) error {
	if len(cols) == 2 && strings.HasPrefix(cols[0], "<") {
		c := t.classes[cols[0]]
		if c == nil {
			c = &class{words: map[string]bool{}}
			t.classes[cols[0]] = c
		}
		for w := range strings.FieldsSeq(fold.Text(cols[1])) {
			if stem, open := strings.CutSuffix(w, "*"); open {
				c.stems = append(c.stems, stem)
			} else {
				c.words[w] = true
			}
		}
		return nil
	}
	if len(cols) != 3 {
		return errors.New("want topic, weight, word")
	}
	w, err := strconv.ParseFloat(cols[1], 64)
	if err != nil {
		return fmt.Errorf("weight: %w", err)
	}
	return t.add(weighted{topic: cols[0], weight: w, text: fold.Text(cols[2])})
}

// readReplies reads the words of replies, where each is as good as any other.
func (t *Topics) readReplies() error {
	b, err := topicFiles.ReadFile("topics/replies.tsv")
	if err != nil {
		return fmt.Errorf("reading the words of replies: %w", err)
	}
	t.replies = newTopics()
	for _, line := range lines.Of(string(b)) {
		topic, words, _ := strings.Cut(line, "\t")
		for word := range strings.FieldsSeq(words) {
			if err := t.replies.add(weighted{topic: topic, weight: 1, text: fold.Text(word)}); err != nil {
				return fmt.Errorf("reading the words of replies: %w", err)
			}
		}
	}
	return nil
}

func (t *Topics) add(w weighted) error {
	if stem, ok := strings.CutSuffix(w.text, "*"); ok && !strings.Contains(stem, " ") {
		w.text = stem
		t.stems[stem] = append(t.stems[stem], w)
		return nil
	}
	if strings.Contains(w.text, " ") {
		return t.addPhrase(w)
	}
	t.words[w.text] = append(t.words[w.text], w)
	return nil
}

func (t *Topics) addPhrase(w weighted) error {
	p := phrase{weighted: w}
	for part := range strings.SplitSeq(w.text, " .. ") {
		var tokens []token
		for text := range strings.FieldsSeq(part) {
			stem, open := strings.CutSuffix(text, "*")
			k := token{text: stem, open: open}
			if strings.HasPrefix(text, "<") {
				if k.class = t.classes[text]; k.class == nil {
					return fmt.Errorf("there is no class %s", text)
				}
			}
			tokens = append(tokens, k)
		}
		p.parts = append(p.parts, tokens)
	}
	first := p.parts[0][0]
	if first.class != nil {
		first.class.phrases = append(first.class.phrases, p)
		return nil
	}
	t.phrases[first.text] = append(t.phrases[first.text], p)
	t.longest = max(t.longest, len(first.text))
	return nil
}

// Of lists the topics of a text, most likely first; TopicOther when none fits.
func (t *Topics) Of(text string) []string {
	sum := t.weigh(text)
	found := make([]string, 0, len(sum))
	for topic, weight := range sum {
		if weight >= enough {
			found = append(found, topic)
		}
	}
	slices.SortFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(slices.Index(urgency, a), slices.Index(urgency, b)))
	})
	if len(found) == 0 {
		return []string{TopicOther}
	}
	return found
}

// urgency orders topics that weigh the same: what does harm, then what names
// the fault, then what is only its surroundings.
var urgency = []string{
	"safety", "wrong-order", "refund", "warranty", "stock", "cleanliness", "payment", "app", "waiting", "delivery", "staff", "price", "quality", TopicOther,
}

// weigh adds up what the words of a text say for each topic.
func (t *Topics) weigh(text string) map[string]float64 {
	var words []word
	for _, w := range strings.FieldsFunc(fold.Text(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\'' && r != '-' }) {
		words = append(words, word{w, forms(w)})
	}
	sum := map[string]float64{}
	for _, w := range words {
		for _, h := range t.hits(w) {
			sum[h.topic] += h.weight
		}
	}
	counted := map[string]bool{}
	for at, w := range words {
		for _, p := range t.beginning(w) {
			if key := p.topic + p.text; !counted[key] && p.stands(words, at) {
				counted[key] = true
				sum[p.topic] += p.weight
			}
		}
	}
	return sum
}

// beginning lists the phrases whose first word may be this one.
func (t *Topics) beginning(w word) []phrase {
	var all []phrase
	for _, w := range []string{w.text, strings.TrimPrefix(w.text, "و")} {
		for n := 1; n <= min(len(w), t.longest); n++ {
			all = append(all, t.phrases[w[:n]]...)
		}
	}
	for _, c := range t.classes {
		if len(c.phrases) > 0 && c.has(w) {
			all = append(all, c.phrases...)
		}
	}
	return all
}

// Speaks reports whether a text, a reply for instance, has words about a topic;
// a hint is enough.
func (t *Topics) Speaks(text, topic string) bool {
	return t.weigh(text)[topic] >= 1 || t.replies.weigh(text)[topic] >= 1
}

// hits are the entries a word stands for: as written, without its particles
// and endings, or as the beginning of a stem, whichever is found first.
func (t *Topics) hits(w word) []weighted {
	for _, form := range w.forms {
		if found := t.words[form]; found != nil {
			return found
		}
	}
	for _, form := range w.forms {
		letters := []rune(form)
		for n := len(letters); n >= shortestStem; n-- {
			if found := t.stems[string(letters[:n])]; found != nil {
				return found
			}
		}
	}
	return nil
}

// forms lists the word and what is left of it without attached particles and
// endings, nearest first.
func forms(w string) []string {
	out := []string{w}
	if strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) < 0 {
		for _, end := range []string{"s", "ed", "ing", "es"} {
			if stem, ok := strings.CutSuffix(w, end); ok && len(stem) > 2 {
				out = append(out, stem)
			}
		}
		return out
	}
	for _, start := range []string{"", "و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل", "وب", "ول", "هال"} {
		stem, ok := strings.CutPrefix(w, start)
		if !ok || len([]rune(stem)) < 3 {
			continue
		}
		if start != "" {
			out = append(out, stem)
		}
		for _, end := range []string{"كم", "هم", "نا", "ها", "ي", "ك", "ه", "ين", "ات"} {
			if short, ok := strings.CutSuffix(stem, end); ok && len([]rune(short)) > 2 {
				out = append(out, short, short+"ه")
			}
		}
	}
	return out
}
