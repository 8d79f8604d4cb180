package faketelegram

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
)

// markup reads reply_markup: an inline keyboard or a forced reply.
func markup(raw string) (rows [][]Button, ask bool, bad reply, fine bool) {
	if raw == "" {
		return nil, false, reply{}, true
	}
	var m struct {
		Rows  [][]Button `json:"inline_keyboard"`
		Force bool       `json:"force_reply"`
	}
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, false, badRequest("can't parse reply keyboard markup JSON object"), false
	}
	total := 0
	for _, row := range m.Rows {
		for _, b := range row {
			if total++; total > 100 {
				return nil, false, badRequest("REPLY_MARKUP_TOO_LONG"), false
			}
			if bad, fine := checkButton(b); !fine {
				return nil, false, bad, false
			}
		}
	}
	if total == 0 {
		return nil, m.Force, reply{}, true
	}
	return m.Rows, m.Force, reply{}, true
}

func checkButton(b Button) (reply, bool) {
	switch {
	case strings.TrimSpace(b.Text) == "":
		return badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"), false
	case b.Copy != nil:
		if n := len([]rune(b.Copy.Text)); n < 1 || n > 256 {
			return badRequest("BUTTON_COPY_TEXT_INVALID"), false
		}
	case b.URL != "":
		u, err := url.Parse(b.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tg" || u.Scheme != "tg" && u.Host == "" {
			return badRequest(fmt.Sprintf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)), false
		}
	case len(b.Data) == 0 || len(b.Data) > 64:
		return badRequest("BUTTON_DATA_INVALID"), false
	}
	return reply{}, true
}

func same(a, b [][]Button) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// checkEntities refuses entities that lie outside the text or split a
// surrogate pair.
func checkEntities(raw, text string) (reply, bool) {
	if raw == "" {
		return reply{}, true
	}
	var list []struct {
		Type           string
		Offset, Length int
	}
	if json.Unmarshal([]byte(raw), &list) != nil {
		return badRequest("can't parse MessageEntities JSON object"), false
	}
	u := utf16.Encode([]rune(text))
	splits := func(at int) bool { return at > 0 && at < len(u) && u[at] >= 0xdc00 && u[at] <= 0xdfff }
	for _, e := range list {
		switch end := e.Offset + e.Length; {
		case e.Offset < 0 || e.Offset > 1_000_000:
			return badRequest(fmt.Sprintf("receive an entity with incorrect offset %d", e.Offset)), false
		case e.Length < 0 || e.Length > 1_000_000:
			return badRequest(fmt.Sprintf("receive an entity with incorrect length %d", e.Length)), false
		case splits(e.Offset):
			return badRequest(fmt.Sprintf("entity begins in a middle of a UTF-16 symbol at byte offset %d", e.Offset)), false
		case end > len(u):
			return badRequest(fmt.Sprintf("entity beginning at UTF-16 offset %d ends after the end of the text", e.Offset)), false
		case splits(end):
			return badRequest(fmt.Sprintf("entity beginning at UTF-16 offset %d ends in a middle of a UTF-16 symbol", e.Offset)), false
		}
	}
	return reply{}, true
}
