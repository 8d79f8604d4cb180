package console

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

func TestTheDigestShowsItsPictureToStaffOnly(t *testing.T) {
	h := newHouse(t)
	in, out := h.browse().as("mona"), h.browse()
	if _, page := in.get("/digest"); !strings.Contains(page, `<path id="d`) || !strings.Contains(page, `href="/digest.svg?date=`) {
		t.Errorf("no picture on the page:\n%s", page)
	}
	code, svg := in.get("/digest.svg?date=2026-11-20")
	if code != 200 || !strings.HasPrefix(svg, "<svg ") || strings.Contains(svg, "<script") {
		t.Errorf("the picture is %d %.80s", code, svg)
	}
	if code, _ := in.get("/digest?span=year"); code != 404 {
		t.Errorf("a period that is none: %d, want 404", code)
	}
	if code, _ := in.get("/digest.svg?date=never"); code != 404 {
		t.Errorf("a day that is none: %d, want 404", code)
	}
	if code, body := out.get("/digest.svg"); code == 200 || strings.Contains(body, "<path") {
		t.Errorf("a stranger got %d %.80s", code, body)
	}
}

func TestTheDigestPageTellsOfADayOrAWeek(t *testing.T) {
	h := newHouse(t)
	yesterday := h.clock().AddDate(0, 0, -1).Format(time.DateOnly)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	mona := h.browse().as("mona")
	figure := regexp.MustCompile(`class="tile total".*?<bdi>(.*?)</bdi>`)
	for path, want := range map[string]string{"/digest": "1", "/digest?date=" + yesterday: "0", "/digest?span=week": "1", "/digest?span=week&date=" + yesterday: "0"} {
		_, page := mona.get(path)
		if got := figure.FindStringSubmatch(page); got == nil || got[1] != want {
			t.Errorf("%s counts %q mentions, want %s", path, got, want)
		}
	}
	if _, page := mona.get("/digest?span=month&date=2026-03-31"); !strings.Contains(page, "?date=2026-02-01&amp;span=month") || !strings.Contains(page, "?date=2026-04-01&amp;span=month") {
		t.Errorf("the months beside March are not named:\n%s", page)
	}
}
