package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"rasid/internal/outbound"
)

// setting is one key of a new section with its value as it was typed.
type setting struct{ key, value string }

// section is a new source on its way into config.yaml.
type section struct {
	name, kind string
	settings   []setting
}

func (s *section) set(key, value string) {
	for i := range s.settings {
		if s.settings[i].key == key {
			s.settings[i].value = value
			return
		}
	}
	s.settings = append(s.settings, setting{key, value})
}

// fieldsOf names the keys that a kind's settings have, with the type of each.
func fieldsOf(settings any) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	t := reflect.TypeOf(settings).Elem()
	for f := range t.Fields() {
		if key, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); key != "" && key != "-" {
			fields[key] = f.Type
		}
	}
	return fields
}

// lines writes the section as YAML: one key a line, each value as its type
// wants it.
func (s *section) lines(fields map[string]reflect.Type) ([]string, error) {
	all := []string{"name: " + scalar(s.name), "kind: " + scalar(s.kind)}
	for _, x := range s.settings {
		t, own := fields[strings.TrimSuffix(x.key, "_file")]
		switch {
		case strings.ContainsAny(x.key, " :#\n\"'{}[],&*"):
			return nil, fmt.Errorf("%q cannot be a key", x.key)
		case own && t.Kind() == reflect.Slice:
			var items []string
			for item := range strings.SplitSeq(x.value, ",") {
				if item = strings.TrimSpace(item); item != "" {
					items = append(items, typed(item, t.Elem()))
				}
			}
			all = append(all, x.key+": ["+strings.Join(items, ", ")+"]")
		case own:
			all = append(all, x.key+": "+typed(x.value, t))
		default:
			all = append(all, x.key+": "+plainOr(x.value)) // a key that every source has
		}
	}
	return all, nil
}

// typed writes a value: text in quotes where it needs them, the rest as it is.
func typed(value string, t reflect.Type) string {
	if t.Kind() == reflect.String {
		return scalar(value)
	}
	return plainOr(value)
}

// plainOr leaves numbers, times and true as they are.
func plainOr(value string) string {
	if !strings.ContainsAny(value, ":#{}[]&*!|>'\"%@`,\n") && strings.TrimSpace(value) == value && value != "" {
		return value
	}
	return scalar(value)
}

// scalar writes text as YAML that is the same in a list on one line, where
// commas and brackets mean something.
func scalar(s string) string {
	b, err := yaml.Marshal(s)
	plain := strings.TrimSpace(string(b))
	if err != nil || strings.Contains(plain, "\n") || strings.ContainsAny(plain, ",[]{}") && !strings.ContainsAny(plain[:1], `"'`) {
		return fmt.Sprintf("%q", s)
	}
	return plain
}

// inserted puts lines as one more item into the list of sources, and leaves
// every other byte as it was.
func inserted(text string, item []string) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return "", fmt.Errorf("reading the configuration: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return "", errors.New("the configuration is no list of keys")
	}
	root := doc.Content[0]
	rows := strings.SplitAfter(text, "\n")
	from, end := -1, len(rows)
	var list *yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch {
		case root.Content[i].Value == "sources":
			from, list = root.Content[i].Line-1, root.Content[i+1]
		case from >= 0 && end == len(rows):
			end = root.Content[i].Line - 1
		}
	}
	switch {
	case list == nil:
		return strings.TrimRight(text, "\n") + "\n\nsources:\n" + block(item, "  "), nil
	case list.Kind != yaml.SequenceNode:
		return "", errors.New("sources is no list")
	case list.Style&yaml.FlowStyle != 0 || root.Style&yaml.FlowStyle != 0:
		region := strings.Join(rows[from:end], "")
		at := strings.LastIndex(region, "]")
		if at < 0 {
			return "", errors.New("the list of sources does not end")
		}
		comma := ", "
		if len(list.Content) == 0 {
			comma = ""
		}
		return strings.Join(rows[:from], "") + region[:at] + comma + "{" + strings.Join(item, ", ") + "}" + region[at:] + strings.Join(rows[end:], ""), nil
	}
	// Empty lines and comments above the next key belong to it.
	for end > from+1 && (strings.TrimSpace(rows[end-1]) == "" || strings.HasPrefix(rows[end-1], "#")) {
		end--
	}
	indent := "  "
	if row := rows[list.Content[len(list.Content)-1].Line-1]; strings.Contains(row, "-") {
		indent = row[:strings.Index(row, "-")]
	}
	if last := rows[end-1]; !strings.HasSuffix(last, "\n") {
		rows[end-1] = last + "\n"
	}
	return strings.Join(slices.Concat(rows[:end], []string{block(item, indent)}, rows[end:]), ""), nil
}

// block writes an item of a list.
func block(item []string, indent string) string {
	var b strings.Builder
	for i, l := range item {
		mark := "  "
		if i == 0 {
			mark = "- "
		}
		b.WriteString(indent + mark + l + "\n")
	}
	return b.String()
}

// secretField reports whether a key holds a secret.
func secretField(fields map[string]reflect.Type, key string) bool {
	return fields[key] == reflect.TypeFor[outbound.Secret]()
}
