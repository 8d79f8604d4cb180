package fakediscord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// incoming is the body of a message to send or change.
type incoming struct {
	Content         string            `json:"content"`
	Nonce           any               `json:"nonce"`
	EnforceNonce    bool              `json:"enforce_nonce"`
	Embeds          []json.RawMessage `json:"embeds"`
	Components      []json.RawMessage `json:"components"`
	Flags           int               `json:"flags"`
	AllowedMentions *struct {
		Parse       *[]string `json:"parse"`
		Users       []string  `json:"users"`
		Roles       []string  `json:"roles"`
		RepliedUser bool      `json:"replied_user"`
	} `json:"allowed_mentions"`
	Reference *struct {
		MessageID       string `json:"message_id"`
		FailIfNotExists *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`

	raw json.RawMessage
	png []byte
}

func (in *incoming) nonce() string {
	if in.Nonce == nil {
		return ""
	}
	return fmt.Sprint(in.Nonce)
}

// check refuses what Discord refuses.
func (in *incoming) check(edit bool) *refusal {
	if n := utf8.RuneCountInString(in.Content); n > 2000 {
		return badForm("content", "Must be 2000 or fewer in length.")
	}
	if len(in.nonce()) > 25 {
		return badForm("nonce", "Must be 25 or fewer in length.")
	}
	empty := strings.TrimSpace(in.Content) == "" && len(in.Embeds) == 0 && in.png == nil
	if empty && (!edit || len(in.Components) == 0) {
		return &refusal{status: 400, code: 50006, text: "Cannot send an empty message"}
	}
	if len(in.Embeds) > 10 {
		return badForm("embeds", "Must be 10 or fewer in length.")
	}
	total := 0
	for _, raw := range in.Embeds {
		var e struct {
			Description string `json:"description"`
		}
		_ = json.Unmarshal(raw, &e)
		n := utf8.RuneCountInString(e.Description)
		total += n
		if n > 4096 {
			return badForm("embeds.0.description", "Must be 4096 or fewer in length.")
		}
	}
	if total > 6000 {
		return badForm("embeds", "Embed size exceeds maximum size of 6000")
	}
	return checkRows(in.Components)
}

type component struct {
	Type        int         `json:"type"`
	Style       int         `json:"style"`
	Label       string      `json:"label"`
	CustomID    string      `json:"custom_id"`
	URL         string      `json:"url"`
	Value       string      `json:"value"`
	MaxLength   int         `json:"max_length"`
	Components  []component `json:"components"`
	PlaceHolder string      `json:"placeholder"`
}

func checkRows(rows []json.RawMessage) *refusal {
	if len(rows) > 5 {
		return badForm("components", "Must be 5 or fewer in length.")
	}
	seen := map[string]bool{}
	for i, raw := range rows {
		var row component
		if json.Unmarshal(raw, &row) != nil || row.Type != 1 {
			return badForm(fmt.Sprintf("components.%d", i), "Value must be one of {1}.")
		}
		if len(row.Components) < 1 || len(row.Components) > 5 {
			return badForm(fmt.Sprintf("components.%d.components", i), "Must be between 1 and 5 in length.")
		}
		for _, b := range row.Components {
			if words := checkButton(b, seen); words != "" {
				return badForm(fmt.Sprintf("components.%d.components.0", i), words)
			}
		}
	}
	return nil
}

func checkButton(b component, seen map[string]bool) string {
	switch {
	case b.Type != 2:
		return "Value must be one of {2, 3, 5, 6, 7, 8}."
	case utf8.RuneCountInString(b.Label) > 80:
		return "Must be 80 or fewer in length."
	case b.Label == "":
		return "A button needs a label or an emoji."
	case b.Style == 5 && (b.URL == "" || b.CustomID != ""):
		return "A link button must have a url and cannot have a custom id."
	case utf8.RuneCountInString(b.URL) > 512:
		return "Must be 512 or fewer in length."
	case b.Style == 5:
		return ""
	case b.Style < 1 || b.Style > 6:
		return "Value must be one of {1, 2, 3, 4, 5, 6}."
	case b.CustomID == "" || utf8.RuneCountInString(b.CustomID) > 100:
		return "Must be between 1 and 100 in length."
	case seen[b.CustomID]:
		return "Component custom id cannot be duplicated"
	}
	seen[b.CustomID] = true
	return ""
}

// checkMentions records what could have rung somebody. Discord accepts it, so
// the fake does too.
func (s *Server) checkMentions(path string, in *incoming) {
	a := in.AllowedMentions
	switch {
	case a == nil:
		s.violations = append(s.violations, path+": no allowed_mentions")
	case a.Parse == nil:
		s.violations = append(s.violations, path+": allowed_mentions.parse is null")
	case len(*a.Parse) > 0, len(a.Users) > 0, len(a.Roles) > 0, a.RepliedUser:
		s.violations = append(s.violations, path+": allowed_mentions lets somebody be rung")
	}
}

// locales is every locale Discord knows (reference, Locales). Arabic is not
// one of them.
const locales = " id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko "

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (s *Server) putCommands(r *http.Request) (any, *refusal) {
	in, no := readCommands(r)
	if no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands[r.PathValue("guild")] = in
	s.effect(Effect{Kind: "commands", Channel: r.PathValue("guild")})
	return in, nil
}

func readCommands(r *http.Request) ([]map[string]any, *refusal) {
	var in []map[string]any
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil, &refusal{status: 400, code: 50109, text: "The request body contains invalid JSON."}
	}
	if len(in) > 100 {
		return nil, &refusal{status: http.StatusBadRequest, code: 30032, text: "Maximum number of application commands reached (100)"}
	}
	seen := map[string]bool{}
	for i, c := range in {
		if no := checkNamed(c, fmt.Sprint(i), seen); no != nil {
			return nil, no
		}
		options, _ := c["options"].([]any)
		optional := false
		names := map[string]bool{}
		for j, o := range options {
			om, _ := o.(map[string]any)
			if no := checkNamed(om, fmt.Sprintf("%d.options.%d", i, j), names); no != nil {
				return nil, no
			}
			required, _ := om["required"].(bool)
			if required && optional {
				return nil, badForm(fmt.Sprintf("%d.options.%d", i, j), "Required options must be placed before non-required options")
			}
			optional = optional || !required
		}
	}
	return in, nil
}

func checkNamed(c map[string]any, at string, seen map[string]bool) *refusal {
	name, _ := c["name"].(string)
	words, _ := c["description"].(string)
	switch n := utf8.RuneCountInString(words); {
	case !commandName.MatchString(name) || name != strings.ToLower(name):
		return badForm(at+".name", "String value did not match validation regex.")
	case seen[name]:
		return badForm(at+".name", "Application command names must be unique")
	case n < 1 || n > 100:
		return badForm(at+".description", "Must be between 1 and 100 in length.")
	}
	seen[name] = true
	for _, key := range []string{"name_localizations", "description_localizations"} {
		l, _ := c[key].(map[string]any)
		for locale := range l {
			if !strings.Contains(locales, " "+locale+" ") {
				return badForm(at+"."+key, "Value must be one of the known locales.")
			}
		}
	}
	return nil
}
