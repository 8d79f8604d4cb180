package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds config.yaml: 1 MiB is far more than a person writes.
const maxFile = 1 << 20

// Load reads the configuration at path. env looks up environment variables.
// The error is of type ProblemsError and holds every mistake that shows without
// asking the kinds; unless the file is not YAML at all, the configuration is
// returned beside it, so that the caller can decode the parts and report their
// mistakes in the same breath.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	r := &reader{file: path, dir: filepath.Dir(path), env: env}
	text, ok := r.open(path)
	if !ok {
		return nil, r.found.Err()
	}
	root, ok := r.parse(text)
	if !ok {
		return nil, r.found.Err()
	}
	cfg := Defaults()
	cfg.File = path
	r.root, cfg.root = root, root
	if root != nil {
		r.survey(root, "", 0)
		r.value(root, reflect.ValueOf(cfg).Elem(), place{})
	}
	r.check(cfg)
	cfg.Data = cfg.Path(cfg.Data)
	return cfg, r.found.Err()
}

// Problem is a mistake at a path of the file, for a caller that understands a
// value better than this package does (the query in business.match).
func (c *Config) Problem(path, cause, write string) Problem {
	for _, s := range c.Sources {
		if rest, below := strings.CutPrefix(path, s.Path); below && s.Path != "" {
			return s.Problem(strings.TrimPrefix(rest, "."), cause, write)
		}
	}
	return Problem{File: c.File, Line: lineOf(c.root, path), Path: path, Cause: cause, Write: write}
}

// Speaks is the language that the file itself gives the business; "" where it
// gives none.
func (c *Config) Speaks() Language {
	if n := find(c.root, "business.language"); n == nil || n.Value != string(c.Business.Language) {
		return ""
	}
	return c.Business.Language
}

// open reads the file and notes whether others on the machine can read it too.
func (r *reader) open(path string) ([]byte, bool) {
	f, err := os.Open(path)
	if err != nil {
		r.add(0, "", "the file cannot be read: "+reason(err), "the path of your configuration after --config")
		return nil, false
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil {
		if info.IsDir() {
			r.add(0, "", "this is a folder", "the path of the file inside it")
			return nil, false
		}
		r.private = private(info)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		r.add(0, "", "the file cannot be read: "+reason(err), "the path of your configuration after --config")
		return nil, false
	}
	if len(text) > maxFile {
		r.add(0, "", "the file is larger than 1 MiB", "a configuration, not data; long lists belong in files of their own")
		return nil, false
	}
	return text, true
}

// private reports whether nobody but the owner can read a file. Windows keeps
// its rights elsewhere, so there every file counts as private.
func private(info fs.FileInfo) bool {
	return runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0
}

// reason is the system's word for an error without the path, which the problem
// names already.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// parse turns the text into nodes; a nil node is an empty file.
func (r *reader) parse(text []byte) (*yaml.Node, bool) {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		r.add(1, "", "the file is saved as UTF-16", "the file again, saved as UTF-8")
		return nil, false
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		r.add(badLine(text), "", "this line is not UTF-8", "the file again, saved as UTF-8")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, true
	case err != nil:
		r.syntax(text, err)
		return nil, false
	}
	if err := dec.Decode(&second); err == nil {
		r.add(second.Line, "", "a second document begins here", "one document: remove the line ---")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(text, err)
		return nil, false
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, true
	}
	if top := doc.Content[0]; top.Tag != "!!null" {
		return top, true
	}
	return nil, true
}

// culprit looks behind what the parser says of brackets and quotes: it
// complains where it gave up, and names the bracket for a sign inside it.
func culprit(lines []string, line int, says string) (at int, cause, write string) {
	switch {
	case strings.HasPrefix(says, "a bracket"):
		for at := min(line+1, len(lines)); at > 0 && at > line-5; at-- { // its own line, or the one after: the parser counts both ways
			switch text := lines[at-1]; {
			case !strings.ContainsAny(text, "{["):
			case strings.Contains(text, "،"):
				return at, "an Arabic comma (،) inside brackets", "a comma of the Latin keyboard (,), or the value in quotes (\"…\")"
			case strings.Contains(text, " #"):
				return at, "a # after a space begins a remark, so the bracket is never closed", "the value in quotes (\"…\")"
			case nested.MatchString(text):
				return at, "a second colon in a value inside brackets", "the value in quotes (\"…\")"
			}
		}
	case strings.HasPrefix(says, "the line does not"): // the parser names where the section begins
		return 1 + sort.Search(len(lines)-1, func(n int) bool {
			err := yaml.Unmarshal([]byte(strings.Join(lines[:n+1], "\n")), &yaml.Node{})
			return err != nil && strings.Contains(err.Error(), "did not find expected")
		}), "", ""
	case strings.HasPrefix(says, "a control"):
		at := slices.IndexFunc(lines, func(text string) bool { return strings.ContainsFunc(text, control) })
		return at + 1, "", ""
	case strings.HasPrefix(says, "a key without") && line <= len(lines) && strings.Contains(lines[line-1], ":\u00a0"):
		return line, "an invisible character after the colon", "a space there by hand"
	case strings.HasPrefix(says, "a quote was opened"):
		for i, text := range lines {
			if strings.Count(strings.ReplaceAll(text, `\"`, ""), `"`)%2 == 1 {
				return i + 1, "", ""
			}
		}
	}
	return line, "", ""
}

// control reports letters that YAML does not take (yaml.org/spec/1.2.2, 5.1).
func control(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f || c >= 0x80 && c < 0xa0 && c != 0x85
}

func badLine(text []byte) int {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 1
}

var (
	yamlLine = regexp.MustCompile(`line (\d+): (.*)`)
	nested   = regexp.MustCompile(`[{,][^,{}"']*: [^,{}"']*: `)
	badLead  = regexp.MustCompile("^ *[\t\u00a0\u200b\u200e\u200f]")
)

// plain says in a shop's words what the YAML parser complains of.
var plain = []struct{ says, cause, write string }{
	{"mapping values are not allowed", "a second colon on the line, or a line that is indented too far", `the value in quotes ("…"), or the line under its neighbours`},
	{"did not find expected key", "the line does not stand under its neighbours, or a quote before it was not closed", "the same number of spaces as the lines around it"},
	{"did not find expected '-' indicator", "the line does not belong to the list above it", "- in front of it, or fewer spaces"},
	{"could not find expected ':'", "a key without its colon", "key: value"},
	{"cannot start any token", "the value begins with a sign that means something in YAML", `the value in quotes ("…")`},
	{"did not find expected ',' or", "a bracket was opened and not closed", "the closing ] or }"},
	{"did not find expected node content", "a bracket was opened and not closed, or a comma stands alone", "the closing ] or }"},
	{"unexpected end of stream", "a quote was opened and not closed", `the closing "`},
	{"unknown escape character", `a backslash inside "…"`, `the value in single quotes ('…')`},
	{"control characters are not allowed", "a control character", "the line again by hand"},
	{"exceeded max depth", "brackets inside brackets without end", "plain lists"},
	{"unknown anchor", "an alias (*name)", "the value itself"},
	{"block sequence entries are not allowed", "a list item where none can stand", "the list on lines of its own under the key"},
	{"found undefined tag handle", "a value that begins with !", `the value in quotes ("…")`},
	{"found a tab character", "a tab", "spaces"},
}

// syntax reports why the text is not YAML. Tabs and invisible characters in
// the indentation are the usual reason, and the parser's own words hide it.
func (r *reader) syntax(text []byte, err error) {
	hidden := false
	for i, line := range strings.Split(string(text), "\n") {
		if lead := badLead.FindString(line); lead != "" && strings.TrimSpace(line) != "" {
			hidden = true
			what := "a tab"
			if !strings.HasSuffix(lead, "\t") {
				what = "an invisible character"
			}
			r.add(i+1, "", what+" in the indentation", "spaces, two for each step")
		}
	}
	if hidden {
		return
	}
	line, says := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(says); m != nil {
		line, _ = strconv.Atoi(m[1])
		says = m[2]
	}
	for _, p := range plain {
		if strings.Contains(says, p.says) {
			at, cause, write := culprit(strings.Split(string(text), "\n"), line, p.cause)
			r.add(at, "", cmp.Or(cause, p.cause), cmp.Or(write, p.write))
			return
		}
	}
	r.add(line, "", "this is not YAML", "key: value lines, as in the examples folder")
}

// survey walks the whole file once for what no part may contain: keys written
// twice, anchors, aliases, tags, and endless depth.
func (r *reader) survey(n *yaml.Node, path string, depth int) {
	switch {
	case depth > 16:
		r.add(n.Line, path, "too deep", "plain lists and sections")
		return
	case n.Kind == yaml.AliasNode:
		r.add(n.Line, path, "an alias (*name)", "the value itself")
		return
	case n.Anchor != "":
		r.add(n.Line, path, "an anchor (&name)", "the value alone")
	case n.Style&yaml.TaggedStyle != 0:
		r.add(n.Line, path, "a tag (!…)", "the value alone")
	}
	switch n.Kind {
	case yaml.MappingNode:
		r.surveyKeys(n, path, depth)
	case yaml.SequenceNode:
		for i, item := range n.Content {
			r.survey(item, fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
	case yaml.ScalarNode:
		if n.Style == 0 && strings.HasPrefix(n.Value, "“") {
			r.add(n.Line, path, "curly quotes, which YAML takes for letters", `straight quotes ("…")`)
		}
	default: // aliases are reported above; documents do not nest
	}
}

func (r *reader) surveyKeys(n *yaml.Node, path string, depth int) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := below(path, shownKey(key))
		if key.Kind != yaml.ScalarNode || key.Value == "<<" {
			r.add(key.Line, path, "a key that is not a word", "key: value")
			continue
		}
		if line, twice := first[key.Value]; twice {
			r.add(key.Line, at, fmt.Sprintf("written twice (first on line %d)", line), "it once")
		} else {
			first[key.Value] = key.Line
		}
		if strings.ContainsFunc(key.Value, invisible) {
			r.add(key.Line, at, "an invisible letter in the key", "the line again by hand")
		}
		r.survey(n.Content[i+1], at, depth+1)
	}
}
