package faketelegram_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/internal/platform/telegram/faketelegram"
)

const (
	group = -1001500
	sara  = 9001
)

type answer struct {
	OK          bool
	Result      json.RawMessage
	Description string
	ErrorCode   int `json:"error_code"`
}

func start(t *testing.T) *faketelegram.Server {
	t.Helper()
	s := faketelegram.New()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.AddUser(faketelegram.User{ID: sara, First: "سارة"})
	s.AddChat(group, "supergroup", "مجموعة", 5)
	return s
}

func call(t *testing.T, s *faketelegram.Server, method string, pairs ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(s.URL()+"/bot"+faketelegram.Token+"/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("%s answered %q", method, body)
	}
	if !a.OK && a.ErrorCode != resp.StatusCode {
		t.Errorf("%s: status %d but error code %d", method, resp.StatusCode, a.ErrorCode)
	}
	return a
}

// TestItRefusesWhatTelegramRefuses is docs/fakes-telegram.md as a table.
func TestItRefusesWhatTelegramRefuses(t *testing.T) {
	chat := []string{"chat_id", "-1001500"}
	tests := []struct {
		method string
		form   []string
		want   string // "" = accepted
	}{
		{"sendMessage", append(chat, "text", "مرحبا"), ""},
		{"sendMessage", []string{"chat_id", "-5", "text", "x"}, "chat not found"},
		{"sendMessage", []string{"chat_id", "nonsense", "text", "x"}, "chat not found"},
		{"sendMessage", []string{"chat_id", "9001", "text", "x"}, "can't initiate conversation"},
		{"sendMessage", append(chat, "text", ""), "message text is empty"},
		{"sendMessage", append(chat, "text", " \n\t\u202e"), "text must be non-empty"},
		{"sendMessage", append(chat, "text", strings.Repeat("😡", 2048)), ""},
		{"sendMessage", append(chat, "text", strings.Repeat("😡", 2048)+"x"), "message is too long"},
		{"sendMessage", append(chat, "text", "a\xffb"), "UTF-8"},
		{"sendMessage", append(chat, "text", "😡", "entities", `[{"type":"bold","offset":0,"length":2}]`), ""},
		{"sendMessage", append(chat, "text", "😡", "entities", `[{"type":"bold","offset":1,"length":1}]`), "middle of a UTF-16 symbol"},
		{"sendMessage", append(chat, "text", "😡", "entities", `[{"type":"bold","offset":0,"length":3}]`), "ends after the end"},
		{"sendMessage", append(chat, "text", "x", "entities", `[{"type":"bold","offset":-1,"length":1}]`), "incorrect offset"},
		{"sendMessage", append(chat, "text", "x", "entities", `nonsense`), "can't parse"},
		{"sendMessage", append(chat, "text", "x", "message_thread_id", "5"), ""},
		{"sendMessage", append(chat, "text", "x", "message_thread_id", "6"), "message thread not found"},
		{"sendMessage", append(chat, "text", "x", "reply_parameters", `{"message_id":1}`), ""},
		{"sendMessage", append(chat, "text", "x", "reply_parameters", `{"message_id":99}`), "message to be replied not found"},
		{"sendMessage", append(chat, "text", "x", "reply_parameters", `{"message_id":99,"allow_sending_without_reply":true}`), ""},
		{"sendMessage", append(chat, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"`+strings.Repeat("d", 64)+`"}]]}`), ""},
		{"sendMessage", append(chat, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"`+strings.Repeat("d", 65)+`"}]]}`), "BUTTON_DATA_INVALID"},
		{"sendMessage", append(chat, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","url":"javascript:alert(1)"}]]}`), "Wrong HTTP URL"},
		{"sendMessage", append(chat, "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":" ","callback_data":"d"}]]}`), "can't parse inline keyboard button"},
		{"editMessageText", append(chat, "message_id", "1", "text", "x"), "message can't be edited"},
		{"editMessageText", append(chat, "message_id", "2", "text", "مرحبا"), "message is not modified"},
		{"editMessageText", append(chat, "message_id", "2", "text", "مرحبًا"), ""},
		{"editMessageText", append(chat, "message_id", "99", "text", "x"), "message to edit not found"},
		{"sendPhoto", chat, "there is no photo in the request"},
		{"answerCallbackQuery", []string{"callback_query_id", "7"}, "query is too old"},
		{"getChat", chat, ""},
		{"getChatMember", append(chat, "user_id", "9001"), ""},
		{"getChatMember", append(chat, "user_id", "1"), "member not found"},
		{"setMyCommands", []string{"commands", `[{"command":"inbox","description":"الوارد"}]`}, ""},
		{"setMyCommands", []string{"commands", `[{"command":"الوارد","description":"x"}]`}, "BOT_COMMAND_INVALID"},
		{"noSuchMethod", nil, "Not Found"},
	}
	s := start(t)
	s.Say(group, sara, "السلام عليكم")
	for _, tt := range tests {
		a := call(t, s, tt.method, tt.form...)
		if a.OK != (tt.want == "") || !strings.Contains(a.Description, tt.want) {
			t.Errorf("%s %.80q: %v %q, want %q", tt.method, tt.form, a.OK, a.Description, tt.want)
		}
	}
}

func TestAnOffsetConfirmsWhatLiesBeforeIt(t *testing.T) {
	s := start(t)
	for range 3 {
		s.Say(group, sara, "x")
	}
	ids := func(pairs ...string) (out []int64) {
		var list []struct {
			ID int64 `json:"update_id"`
		}
		s.Advance(time.Second) // out of the half second in which a repeated poll brings one update
		if err := json.Unmarshal(call(t, s, "getUpdates", pairs...).Result, &list); err != nil {
			t.Fatal(err)
		}
		for _, u := range list {
			out = append(out, u.ID)
		}
		return out
	}
	first := ids()
	if len(first) != 3 || len(ids()) != 3 {
		t.Fatalf("updates %v, want 3 until they are confirmed", first)
	}
	if got := ids("offset", "999999999"); len(got) != 3 {
		t.Errorf("an offset beyond the queue left %v, want all", got)
	}
	if got := ids("offset", "500002"); len(got) != 1 || s.Waiting() != 1 {
		t.Errorf("after confirming two, %v is left, want one", got)
	}
	s.Press(group, 1, sara, "data")
	s.Advance(151 * time.Second)
	if got := ids("offset", "500002"); len(got) != 1 {
		t.Errorf("after 151 s %v is left, want the message without the press", got)
	}
	s.Advance(24 * time.Hour)
	if got := ids("offset", "500002"); len(got) != 0 {
		t.Errorf("after a day %v is left, want nothing", got)
	}
}

func TestPrivacyHidesWhatIsNotSaidToTheBot(t *testing.T) {
	s := start(t)
	s.Privacy = true
	s.Say(group, sara, "بيننا")
	if n := s.Waiting(); n != 0 {
		t.Errorf("%d updates, want none", n)
	}
	s.Say(group, sara, "/help")
	s.Say(group, sara, "@"+faketelegram.BotName+" مرحبا")
	call(t, s, "sendMessage", "chat_id", "-1001500", "text", "أهلًا")
	s.ReplyTo(group, 4, sara, "شكرًا")
	if n := s.Waiting(); n != 3 {
		t.Errorf("%d updates, want the command, the mention and the reply", n)
	}
}

func TestATranscriptReadsLikeTheChat(t *testing.T) {
	s := start(t)
	s.Say(group, sara, "أين طلبي؟")
	call(t, s, "sendMessage", "chat_id", "-1001500", "text", "نعتذر", "reply_parameters", `{"message_id":1}`,
		"reply_markup", `{"inline_keyboard":[[{"text":"✅","callback_data":"a"},{"text":"🙈","callback_data":"b"}]]}`)
	s.Edit(group, 1, "أين طلبي؟؟")
	s.Delete(group, 1)
	want := "#1 سارة (edited) (deleted):\n    أين طلبي؟؟\n#2 Rasid → #1:\n    نعتذر\n    [✅] [🙈]\n"
	if got := s.Transcript(group, ""); got != want {
		t.Errorf("transcript\n%s\nwant\n%s", got, want)
	}
}
