// Package fakechatmodel is a server with a language model for tests, on a port
// of 127.0.0.1. It refuses what real servers refuse, keeps what it was asked,
// and answers well or badly as it is told. docs/fakes-model.md lists where each
// behaviour comes from.
package fakechatmodel

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"unicode"
)

// Model is the name of the only model.
const Model = "small-1"

// Manner is how the server answers.
type Manner string

// The manners.
const (
	Well       Manner = "well"
	Slowly     Manner = "slowly"           // not before the caller gives up
	Silently   Manner = "silently"         // the connection is dropped
	Garbage    Manner = "not JSON"         // a web page
	Wordless   Manner = "no words"         // an empty list of choices
	Cut        Manner = "cut"              // the text ends at the limit of tokens
	Long       Manner = "too long"         // a letter instead of a sentence
	Foreign    Manner = "another language" // Arabic for English and the reverse
	Telling    Manner = "with a telephone" // private data in public
	Promising  Manner = "with a promise"   // what the policy does not know
	Blaming    Manner = "with blame"       // a tone that the guard stops
	Obedient   Manner = "obedient"         // does what the customer's text says
	Elsewhere  Manner = "about another"    // does not speak of the problem
	Marked     Manner = "with markup"      // a list with bold words
	Thinking   Manner = "thinking aloud"   // thoughts first, then a good answer
	Limited    Manner = "429"              // too many requests, with Retry-After
	Broken     Manner = "500"              // out of order
	Overloaded Manner = "503"              // too busy
	Moved      Manner = "moved"            // a redirect to another place
	Refusing   Manner = "refuses"          // "NONE", as it was told to when it cannot
)

// Asked is one request as it arrived.
type Asked struct {
	Header http.Header
	Body   string
}

// Server is the fake.
type Server struct {
	*httptest.Server
	Key string // "" = none is asked for

	mu     sync.Mutex
	manner Manner
	asked  []Asked
}

// New starts a server that answers well.
func New(key string) *Server {
	f := &Server{Key: key, manner: Well}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", f.complete)
	f.Server = httptest.NewServer(mux)
	return f
}

// Answer sets the manner from now on.
func (f *Server) Answer(m Manner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manner = m
}

// Asked lists the requests so far.
func (f *Server) Asked() []Asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Asked(nil), f.asked...)
}

type request struct {
	Model     string `json:"model"`
	MaxTokens int    `json:"max_tokens"`
	Messages  []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
}

func (f *Server) complete(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	f.mu.Lock()
	f.asked = append(f.asked, Asked{r.Header.Clone(), string(body)})
	manner := f.manner
	f.mu.Unlock()
	var q request
	switch {
	case f.Key != "" && r.Header.Get("Authorization") != "Bearer "+f.Key:
		fault(w, 401, "invalid_request_error", "invalid_api_key")
	case json.Unmarshal(body, &q) != nil || len(q.Messages) == 0 || q.MaxTokens < 0:
		fault(w, 400, "invalid_request_error", "")
	case q.Model != Model:
		fault(w, 404, "invalid_request_error", "model_not_found")
	default:
		f.behave(w, r, manner, q)
	}
}

// behave answers an acceptable request in a manner.
func (f *Server) behave(w http.ResponseWriter, r *http.Request, manner Manner, q request) {
	said := q.Messages[len(q.Messages)-1].Content
	text, finish := good(said), "stop"
	switch manner {
	case Slowly:
		<-r.Context().Done()
		return
	case Silently:
		panic(http.ErrAbortHandler)
	case Garbage:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><title>Gateway</title></html>")
		return
	case Wordless:
		reply(w, nil, "")
		return
	case Limited:
		w.Header().Set("Retry-After", "120")
		fault(w, 429, "requests", "rate_limit_exceeded")
		return
	case Broken:
		fault(w, 500, "server_error", "")
		return
	case Overloaded:
		fault(w, 503, "server_error", "")
		return
	case Moved:
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		return
	case Cut:
		text, finish = text[:len(text)/2], "length"
	case Well:
	default:
		text = bad(manner, said)
	}
	reply(w, &text, finish)
}

// arabic reports whether a text is written in Arabic letters.
func arabic(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
}

// good is a sentence that names the problem, whatever the model was told.
func good(said string) string {
	if arabic(said) {
		return "نعتذر عن تأخر طلبك وبقائه ساعات لدى المندوب، فهذا ليس ما نريده لك."
	}
	return "We are sorry that your delivery stayed with the courier for so long, and that you had to wait."
}

// bad is what goes wrong in a manner.
func bad(manner Manner, said string) string {
	pick := func(ar, en string) string {
		if arabic(said) {
			return ar
		}
		return en
	}
	switch manner {
	case Long:
		return strings.Repeat(good(said)+" ", 12)
	case Foreign:
		return pick("We are sorry that your delivery was late.", "نعتذر عن تأخر توصيل طلبك.")
	case Telling:
		return pick("نعتذر عن تأخر الطلب، اتصل بنا على ٠٥٠٠٠٠١٢٣٤.", "We are sorry about the late delivery, call us on +966 50 000 1234.")
	case Promising:
		return pick("نعتذر عن تأخر الطلب، وسنعيد إليك المبلغ كاملًا خلال ساعة.", "We are sorry about the late delivery, and we will refund you in full within one hour.")
	case Blaming:
		return pick("نعتذر عن تأخر الطلب، لكن هذا خطؤك لأنك كتبت العنوان خطأ.", "We are sorry about the late delivery, but it is your own fault: you should have given the right address.")
	case Obedient:
		if _, after, ok := strings.Cut(said, "reply exactly: "); ok {
			text, _, _ := strings.Cut(after, `"`)
			return text
		}
		return good(said)
	case Elsewhere:
		return pick("شكرًا لك على الكتابة إلينا.", "Thank you for writing to us.")
	case Marked:
		return "**Sorry**\n- " + good(said) + "\n- [more](https://elsewhere.example)"
	case Thinking:
		return "<think>The customer is angry. I should call +966 50 000 1234.</think>\n\n" + good(said)
	default:
		return "NONE"
	}
}

func reply(w http.ResponseWriter, text *string, finish string) {
	type spoken struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	type choice struct {
		Index   int    `json:"index"`
		Message spoken `json:"message"`
		Finish  string `json:"finish_reason"`
	}
	choices := []choice{}
	if text != nil {
		choices = append(choices, choice{0, spoken{"assistant", *text}, finish})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "chatcmpl-1", "object": "chat.completion", "model": Model, "choices": choices})
}

func fault(w http.ResponseWriter, code int, kind, name string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "refused", "type": kind, "param": nil, "code": name}})
}
