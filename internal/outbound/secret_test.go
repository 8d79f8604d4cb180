package outbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rasid/internal/cases"
)

const canary = "123456:AAH-CANARY/+token"

func TestASecretPrintsNowhere(t *testing.T) {
	s := Secret(canary)
	holder := struct {
		Token Secret
		P     *Secret
		M     map[string]Secret
	}{s, &s, map[string]Secret{"k": s}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s"} {
		fmt.Fprintf(&out, verb+" "+verb+"\n", s, holder)
	}
	b, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "s", s, "h", holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "s", s, "h", holder)
	if strings.Contains(out.String(), "CANARY") || strings.Contains(out.String(), fmt.Sprintf("%x", "CANARY")) {
		t.Errorf("it leaked: %s", out.String())
	}
	var back Secret
	if err := back.UnmarshalText([]byte(canary)); err != nil || back.Reveal() != canary {
		t.Errorf("reading it back: %v", err)
	}
}

func TestErrorsAreRedactedAndStillUnderstood(t *testing.T) {
	inner := &url.Error{Op: "Post", URL: "https://api.example/bot" + canary + "/send", Err: fmt.Errorf("dialling %s: %w", canary, cases.ErrNotSent)}
	red := NewRedactor(canary)
	err := red.Error(fmt.Errorf("sending: %w", inner))
	if strings.Contains(err.Error(), "CANARY") {
		t.Errorf("leaked: %v", err)
	}
	if !errors.Is(err, cases.ErrNotSent) {
		t.Error("the cause was lost")
	}
	var ue *url.Error
	if !errors.As(err, &ue) || strings.Contains(ue.Error(), "CANARY") {
		t.Errorf("the *url.Error leaks: %v", ue)
	}
	if !strings.Contains(inner.URL, canary) {
		t.Error("the original error was changed")
	}
	if red.Error(nil) != nil {
		t.Error("nil became an error")
	}
	if got := red.Error(errors.New(url.QueryEscape(canary))).Error(); strings.Contains(got, "CANARY") {
		t.Errorf("the escaped form leaked: %s", got)
	}
}

func TestLogsAreRedactedWhereverTheSecretHides(t *testing.T) {
	type nested struct{ Inner *struct{ URL string } }
	n := nested{&struct{ URL string }{"https://x/" + canary}}
	for name, mk := range map[string]func(io.Writer) slog.Handler{
		"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"json": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		var buf bytes.Buffer
		r := NewRedactor()
		log := slog.New(r.Handler(mk(&buf)))
		r.Add(canary) // known only after the logger was made
		log.With("a", canary).WithGroup("g").Info("got "+canary, "s", canary, "err", errors.New(canary), "n", n,
			slog.Group("deep", slog.String("x", canary), slog.Any("list", []string{canary})), "k"+canary, 1, "keep", "visible")
		if strings.Contains(buf.String(), "CANARY") {
			t.Errorf("%s leaked: %s", name, buf.String())
		}
		if !strings.Contains(buf.String(), "visible") {
			t.Errorf("%s lost what is harmless: %s", name, buf.String())
		}
	}
}

func TestATokenInThePathStaysInsideTheTransport(t *testing.T) {
	var path string
	base := server(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		if strings.HasSuffix(path, "/moved") {
			http.Redirect(w, r, "/bot"+"elsewhere", http.StatusFound)
		}
	})
	c := loopback(t, Options{})
	hc := WithToken(c.HTTP(), "TOKEN", canary)
	resp, err := hc.Get(base + "/botTOKEN/getMe")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if path != "/bot"+canary+"/getMe" {
		t.Errorf("the platform saw %s", path)
	}
	if strings.Contains(resp.Request.URL.String(), "CANARY") {
		t.Error("the answer's request shows the token")
	}
	resp, err = hc.Get(base + "/botTOKEN/moved")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	closed := "http://127.0.0.1:1/botTOKEN/getMe"
	if _, err = hc.Get(closed); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("got %v", err)
	}
}
