package outlet_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder/outlet"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *outlet.Outlet {
	t.Helper()
	o, err := outlet.New(path, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func reply(key, text string) cases.Reply {
	return cases.Reply{Key: key, Mention: cases.Mention{ID: "7", Author: "سارة", Text: "الطلب متأخر"}, Text: text}
}

func TestAReplyStandsInTheOutletAlsoAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "outlet.jsonl")
	got, err := open(t, path).Reply(t.Context(), reply("reply/1/1", "نعتذر منك"))
	if err != nil || got.ID != "1" || !got.At.Equal(noon) {
		t.Fatalf("receipt %+v, %v", got, err)
	}
	posts, err := open(t, path).Posts()
	if err != nil || len(posts) != 1 || posts[0].Text != "نعتذر منك" || posts[0].Mention != "7" {
		t.Errorf("posts %+v, %v", posts, err)
	}
}

func TestTheSameKeyIsPostedOnce(t *testing.T) {
	o := open(t, filepath.Join(t.TempDir(), "outlet.jsonl"))
	for range 3 {
		if got, err := o.Reply(t.Context(), reply("reply/1/1", "sorry")); err != nil || got.ID != "1" {
			t.Fatalf("receipt %+v, %v", got, err)
		}
	}
	if posts, _ := o.Posts(); len(posts) != 1 {
		t.Errorf("%d posts stand there", len(posts))
	}
}

func TestALineCutByACrashNeverWasAPost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outlet.jsonl")
	o := open(t, path)
	if _, err := o.Reply(t.Context(), reply("reply/1/1", "first")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, whole[:len(whole)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Reply(t.Context(), reply("reply/2/1", "second")); err != nil {
		t.Fatal(err)
	}
	if _, there, err := o.Find(t.Context(), reply("reply/2/1", "second")); err != nil || !there {
		t.Errorf("the post after a cut line is there: %v, %v", there, err)
	}
}

func TestWhatIsTooLongOrCancelledLeavesNothing(t *testing.T) {
	o := open(t, filepath.Join(t.TempDir(), "outlet.jsonl"))
	if _, err := o.Reply(t.Context(), reply("a", strings.Repeat("ا", outlet.Limit+1))); !errors.Is(err, cases.ErrRefused) {
		t.Errorf("too long: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Reply(ctx, reply("b", "sorry")); !errors.Is(err, cases.ErrNotSent) {
		t.Errorf("cancelled: %v", err)
	}
	if posts, _ := o.Posts(); len(posts) != 0 {
		t.Errorf("posts %+v", posts)
	}
}
