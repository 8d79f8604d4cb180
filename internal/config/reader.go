package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"rasid/internal/fold"
)

// reader decodes nodes over defaults and remembers every mistake.
type reader struct {
	file    string
	dir     string // folder of the file; relative paths count from it
	env     func(string) (string, bool)
	private bool // only the owner can read the file: a secret may stand in it
	root    *yaml.Node
	found   Problems
	broken  []string // paths that hold the wrong shape; nothing below them can be judged
}

// place is where in the file a value stands and how it must be treated.
type place struct {
	path   string
	secret string // "yes": never shown; "url": may hold a password
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	partType     = reflect.TypeFor[Part]()
	replyType    = reflect.TypeFor[Reply]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// misshapen reports a section, list or value in the place of another.
func (r *reader) misshapen(n *yaml.Node, path, belongs, write string) {
	r.broken = append(r.broken, path)
	r.add(n.Line, path, shape(n)+" where "+belongs+" belongs", write)
}

// judged reports whether a path stands below something misshapen.
func (r *reader) judged(path string) bool {
	return slices.ContainsFunc(r.broken, func(b string) bool {
		return b == "" || b == path || strings.HasPrefix(path, b+".") || strings.HasPrefix(path, b+"[")
	})
}

func (r *reader) add(line int, path, cause, write string) {
	r.found = append(r.found, Problem{File: r.file, Line: line, Path: path, Cause: cause, Write: write})
}

// fail reports an error whose text may end in "; write what".
func (r *reader) fail(line int, path string, err error) {
	cause, write, _ := strings.Cut(err.Error(), "; write ")
	r.add(line, path, cause, write)
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// shownKey is a key as messages may repeat it: not when somebody pasted a
// token there.
func shownKey(n *yaml.Node) string { return shown(n.Value) }

func shown(key string) string {
	if looksSecret(key) || len(key) > 60 || strings.ContainsFunc(key, invisible) {
		return "…"
	}
	return key
}

// invisible reports letters that nobody sees, and that come with copied text.
func invisible(c rune) bool {
	return c == '\u00a0' || c == '\ufeff' || c < ' ' || c >= '\u200b' && c <= '\u200f' || c >= '\u2028' && c <= '\u202f' || c >= '\u2060' && c <= '\u2069'
}

// value decodes one node into v.
func (r *reader) value(n *yaml.Node, v reflect.Value, at place) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		r.value(n, v.Elem(), at)
		return
	}
	if n.Kind == yaml.AliasNode {
		return // reported by survey
	}
	if n.Tag == "!!null" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		r.add(n.Line, at.path, "nothing is written here", "a value, or remove the line")
		return
	}
	if v.Type().Name() == "Secret" {
		at.secret = "yes"
	}
	switch {
	case v.Type() == durationType, reflect.PointerTo(v.Type()).Implements(textType):
		r.scalar(n, v, at)
	case v.Kind() == reflect.Struct:
		r.mapping(n, v, at)
	case v.Kind() == reflect.Map:
		r.dict(n, v, at)
	case v.Kind() == reflect.Slice:
		r.list(n, v, at)
	default:
		r.scalar(n, v, at)
	}
}

// field is one key of a struct.
type field struct {
	key, secret string
	index       []int
}

// fieldsOf lists the keys of a struct; embedded structs count as its own, but
// Part is what the kind will read.
func fieldsOf(t reflect.Type) (fields []field, isPart bool) {
	for f := range t.Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Type == partType && f.Anonymous:
			isPart = true
		case f.Anonymous && f.Type.Kind() == reflect.Struct && key == "":
			inner, _ := fieldsOf(f.Type)
			for _, in := range inner {
				in.index = append(slices.Clone(f.Index), in.index...)
				fields = append(fields, in)
			}
		case key != "" && key != "-":
			secret := f.Tag.Get("secret")
			if f.Type.Name() == "Secret" {
				secret = "yes"
			}
			fields = append(fields, field{key: key, secret: secret, index: f.Index})
		}
	}
	return fields, isPart
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// mapping decodes a section into a struct.
func (r *reader) mapping(n *yaml.Node, v reflect.Value, at place) {
	fields, isPart := fieldsOf(v.Type())
	if v.Type() == replyType && n.Kind == yaml.ScalarNode {
		// `reply: manual` is short for `reply: {kind: manual}`.
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "kind", Line: n.Line}, n}}
	}
	if n.Kind != yaml.MappingNode {
		write := "its keys on lines of their own: " + short(keysOf(fields))
		if key, rest, glued := strings.Cut(n.Value, ":"); glued && slices.Contains(keysOf(fields), key) {
			write = "a space after the colon: " + key + ": …"
			if !looksSecret(rest) && len(rest) < 40 {
				write = "a space after the colon: " + key + ": " + rest
			}
		}
		r.misshapen(n, at.path, "a section", write)
		return
	}
	r.pairs(n, v, at, fields, func(key *yaml.Node) {
		if !isPart {
			r.unknown(key, at.path, keysOf(fields))
		}
	})
	if isPart {
		v.FieldByName("Part").Set(reflect.ValueOf(Part{
			Name: partName(v, at.path), Kind: v.FieldByName("Kind").String(),
			Line: n.Line, Path: at.path, node: n, common: keysOf(fields), reader: r,
		}))
	}
}

// pairs decodes every known key of a section and hands the others to unknown.
func (r *reader) pairs(n *yaml.Node, v reflect.Value, at place, fields []field, unknown func(*yaml.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || seen[key.Value] {
			continue // reported by survey
		}
		seen[key.Value] = true
		if key.Value == "<<" || strings.ContainsFunc(key.Value, invisible) {
			continue // reported by survey
		}
		path := below(at.path, shownKey(key))
		if j := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value }); j >= 0 {
			r.value(val, v.FieldByIndex(fields[j].index), place{path: path, secret: fields[j].secret})
			continue
		}
		base, isFile := strings.CutSuffix(key.Value, "_file")
		j := slices.IndexFunc(fields, func(f field) bool { return f.key == base && f.secret != "" })
		if !isFile || j < 0 {
			unknown(key)
			continue
		}
		if lookup(n, base) != nil {
			r.add(key.Line, path, "both "+base+" and "+key.Value, "one of them")
			continue
		}
		r.secretFile(val, v.FieldByIndex(fields[j].index), place{path: path, secret: "yes"})
	}
}

func (r *reader) unknown(key *yaml.Node, path string, known []string) {
	shown := shownKey(key)
	cause := fmt.Sprintf("unknown key %q", shown)
	if near := nearest(key.Value, known); near != "" {
		r.add(key.Line, below(path, shown), fmt.Sprintf("%s (did you mean %s?)", cause, near), near)
		return
	}
	r.add(key.Line, below(path, shown), cause, short(known))
}

// short lists choices, or says where they are listed.
func short(words []string) string {
	switch {
	case len(words) == 0:
		return "nothing here"
	case len(words) > 16:
		return "one of the keys in docs/config.md"
	}
	return orList(words)
}

// shape says what a node is in plain words.
func shape(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a section"
	default:
		return "a single value"
	}
}

func (r *reader) list(n *yaml.Node, v reflect.Value, at place) {
	if n.Kind != yaml.SequenceNode {
		r.misshapen(n, at.path, "a list", "each item on a line of its own after -")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		r.value(item, out.Index(i), place{path: fmt.Sprintf("%s[%d]", at.path, i), secret: at.secret})
	}
	v.Set(out)
}

func (r *reader) dict(n *yaml.Node, v reflect.Value, at place) {
	if n.Kind != yaml.MappingNode {
		r.misshapen(n, at.path, "a section", "name: … lines")
		return
	}
	out := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			continue // reported by survey
		}
		item := reflect.New(v.Type().Elem()).Elem()
		r.value(n.Content[i+1], item, place{path: below(at.path, shownKey(key)), secret: at.secret})
		out.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), item)
	}
	v.Set(out)
}

// scalar decodes one value. What came from the environment or belongs to a
// secret is never repeated in a message.
func (r *reader) scalar(n *yaml.Node, v reflect.Value, at place) {
	if n.Kind != yaml.ScalarNode {
		r.misshapen(n, at.path, "one value", example(v))
		return
	}
	text, fromEnv, ok := r.expand(n, at)
	if !ok || !r.mayStand(n, text, fromEnv, at) {
		unread(v, at)
		return
	}
	if err := set(v, text); err != nil {
		if at.secret != "" || fromEnv {
			r.fail(n.Line, at.path, wrong("the value (not shown) cannot be used", example(v)))
			return
		}
		if better := meantBy(v.Type(), text); better != "" {
			cause, _, _ := strings.Cut(err.Error(), "; write ")
			err = wrong(cause, better)
		}
		r.fail(n.Line, at.path, err)
		return
	}
	if v.Kind() == reflect.String && at.secret == "" && !fromEnv && strings.ContainsFunc(text, hidden) && !strings.ContainsFunc(text, isArabic) {
		r.add(n.Line, at.path, "an invisible letter in the value", fmt.Sprintf("%q by hand", plainly(text)))
	}
}

// isArabic reports letters beside which marks of direction and joining may be
// meant.
func isArabic(c rune) bool { return unicode.Is(unicode.Arabic, c) }

// set gives a text to a value of a simple type.
func set(v reflect.Value, text string) error {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		return u.UnmarshalText([]byte(text))
	}
	if v.Type() == durationType {
		d, err := parseDuration(text)
		v.SetInt(int64(d))
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return wrong(fmt.Sprintf("%q is neither true nor false", text), truth(text))
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return wrong(fmt.Sprintf("%q is not a whole number", text), number(text, "5"))
		}
		v.SetInt(i)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return wrong(fmt.Sprintf("%q is not a number", text), number(text, "0.5"))
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("a value of type %s cannot be configured", v.Type())
	}
	return nil
}

// truth guesses which of the two was meant.
func truth(text string) string {
	switch strings.ToLower(text) {
	case "yes", "on", "y", "1", "true":
		return "true"
	case "no", "off", "n", "0", "false":
		return "false"
	}
	return "true or false"
}

// number suggests the same number in the digits YAML reads, or an example.
func number(text, otherwise string) string {
	latin := strings.Map(func(c rune) rune {
		if c == '٫' {
			return '.'
		}
		return fold.Digit(c)
	}, text)
	if _, err := strconv.ParseFloat(latin, 64); err == nil && latin != text {
		return latin
	}
	return "digits, like " + otherwise
}

// example says what a value of the type looks like.
func example(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return "a number with its unit, like 30s, 5m, 2h or 14d"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.Kind() == reflect.String && v.Type().Name() == "Secret":
		return "${NAME} of an environment variable that holds it whole"
	case v.CanInt():
		return "digits, like 5"
	case v.CanFloat():
		return "digits, like 0.5"
	}
	return "one value on the line"
}
