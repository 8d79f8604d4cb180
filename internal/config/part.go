package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"rasid/internal/cases"
)

// Part is a piece of config.yaml that stays raw until its own kind decodes it.
type Part struct {
	Name string // of the source, room or account; a reply place has its source's
	Kind string
	Line int    // line of the file where the part begins; 0 when it is implied
	Path string // where in the file: sources[1]

	node   *yaml.Node // nil when the part is implied
	common []string   // keys that config itself has read
	reader *reader
}

// checker is a part that can look over what was decoded.
type checker interface{ Check() []cases.Fault }

// Decode reads the part into a pointer to a struct that already holds the
// defaults, strictly, and then asks the struct's Check for faults, if it has
// one. Keys that every part of its sort has (name, kind, every …) are decoded
// only where the struct asks for them.
func (p Part) Decode(into any) Problems {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return Problems{p.Problem("", fmt.Sprintf("kind %s decodes into %T", p.Kind, into), "")}
	}
	var r reader
	if p.reader != nil {
		r = *p.reader
		r.found = nil
	}
	if p.node != nil {
		fields, _ := fieldsOf(v.Elem().Type())
		r.pairs(p.node, v.Elem(), place{path: p.Path}, fields, func(key *yaml.Node) {
			if !slices.Contains(p.common, key.Value) {
				r.unknown(key, p.Path, p.candidates(fields))
			}
		})
	}
	if c, ok := into.(checker); ok {
		for _, f := range c.Check() {
			if q := p.Problem(f.Field, f.Problem, f.Write); !r.has(q.Path) {
				r.found = append(r.found, q)
			}
		}
	}
	return r.found
}

// candidates are the keys the part may hold, for a misspelt one.
func (p Part) candidates(fields []field) []string {
	keys := keysOf(fields)
	for _, f := range fields {
		if f.secret != "" {
			keys = append(keys, f.key+"_file")
		}
	}
	for _, k := range p.common {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Problem is a mistake in a field of the part, with the field's line.
func (p Part) Problem(field, cause, write string) Problem {
	q := Problem{Line: p.Line, Path: p.Path, Cause: cause, Write: write}
	if p.reader != nil {
		q.File = p.reader.file
	}
	if field == "" {
		return q
	}
	q.Path = below(p.Path, field)
	if n := find(p.node, field); n != nil {
		q.Line = n.Line
	}
	return q
}

// UnknownKind is the problem of a kind that the program does not know.
func (p Part) UnknownKind(known []string) Problem {
	cause := fmt.Sprintf("unknown kind %q", p.Kind)
	if near := nearest(p.Kind, known); near != "" {
		cause += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return p.Problem("kind", cause, orList(slices.Sorted(slices.Values(known))))
}

// has reports whether a problem stands at the path or below it.
func (r *reader) has(path string) bool {
	return slices.ContainsFunc(r.found, func(p Problem) bool {
		return p.Path == path || strings.HasPrefix(p.Path, path+".") || strings.HasPrefix(p.Path, path+"[") ||
			strings.TrimSuffix(p.Path, "_file") == path
	})
}

// partName is the name a part goes by.
func partName(v reflect.Value, path string) string {
	if f := v.FieldByName("Name"); f.IsValid() {
		if name := v.FieldByIndex(mustField(v.Type(), "Name")).String(); name != "" {
			return name
		}
	}
	return path[strings.LastIndex(path, ".")+1:]
}

// mustField finds the outermost field of a name: Source.Name, not Part.Name.
func mustField(t reflect.Type, name string) []int {
	f, _ := t.FieldByName(name)
	return f.Index
}

// lookup finds the value of a key in a section.
func lookup(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// find walks a path like thread.id or headers[2] and returns the deepest node
// that exists, or nil when not even the first key does.
func find(n *yaml.Node, path string) *yaml.Node {
	var deepest *yaml.Node
	for step := range strings.FieldsFuncSeq(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' }) {
		var next *yaml.Node
		if i, err := strconv.Atoi(step); err == nil && n != nil && n.Kind == yaml.SequenceNode {
			if i >= 0 && i < len(n.Content) {
				next = n.Content[i]
			}
		} else {
			next = lookup(n, step)
			if next == nil {
				next = lookup(n, step+"_file")
			}
		}
		if next == nil {
			break
		}
		n, deepest = next, next
	}
	return deepest
}
