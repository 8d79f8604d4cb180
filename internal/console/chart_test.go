package console

import (
	"strings"
	"testing"
)

func TestTheDigestShowsItsPictureToStaffOnly(t *testing.T) {
	h := newHouse(t)
	in, out := h.browse().as("mona"), h.browse()
	if _, page := in.get("/digest"); !strings.Contains(page, `src="/digest.svg?date=`) {
		t.Errorf("no picture on the page:\n%s", page)
	}
	code, svg := in.get("/digest.svg?date=2026-11-20")
	if code != 200 || !strings.HasPrefix(svg, "<svg ") || strings.Contains(svg, "<script") {
		t.Errorf("the picture is %d %.80s", code, svg)
	}
	if code, _ := in.get("/digest.svg?date=never"); code != 404 {
		t.Errorf("a day that is none: %d, want 404", code)
	}
	if code, body := out.get("/digest.svg"); code == 200 || strings.Contains(body, "<path") {
		t.Errorf("a stranger got %d %.80s", code, body)
	}
}
