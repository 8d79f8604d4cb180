package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/learn"
	"rasid/sentiment"
)

// curveSteps are the thresholds that are shown besides the policy's own.
func curveSteps() []float64 { return []float64{0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9} }

// curvePoint is one threshold: what it would have flagged.
type curvePoint struct {
	at       float64
	policy   bool // the one in config.yaml
	flagged  int
	right    int    // of the flagged, those staff called a complaint
	wrong    int    // … and those they called none
	missed   int    // complaints by the word of staff that it would not have flagged
	faintest string // the flagged mention that came nearest to the threshold
	nearest  float64
}

// curve shows what each threshold would have flagged on the shop's own
// history, judged again as the program judges today.
func (p *program) curve(ctx context.Context, days int) error {
	if days < 1 || days > 400 {
		return usageError{fmt.Errorf("--days %d: want 1 to 400", days)}
	}
	return p.look(ctx, func(r *records) error {
		base, err := sentiment.New()
		if err != nil {
			return err
		}
		l := learn.New(r.store, r.store, r.store, base, slog.New(slog.DiscardHandler))
		if err := l.Load(ctx); err != nil {
			return err
		}
		now := p.now()
		said, err := r.store.MentionsBetween(ctx, now.AddDate(0, 0, -days), now)
		if err != nil {
			return err
		}
		taught, err := r.store.Lessons(ctx, learn.Options().Keep)
		if err != nil {
			return err
		}
		points, n := curveOf(l.Scorer(), namesIn(r.cfg), said, taught, r.cfg.Policy.FlagAt)
		if n == 0 {
			return errors.New(r.words.Say("curve.none"))
		}
		return p.showCurve(r.words, points, n, days)
	})
}

// curveOf judges what was said at every threshold; n is how many mentions.
func curveOf(s *sentiment.Scorer, names naming, said []cases.Scored, taught []cases.Taught, policy float64) (points []curvePoint, n int) {
	complaint := map[int64]bool{} // by the word of staff
	for _, t := range taught {
		complaint[t.Mention] = t.Label == string(sentiment.Negative) // oldest first: the latest word counts
	}
	steps := append(curveSteps(), policy)
	slices.Sort(steps)
	for _, at := range slices.Compact(steps) {
		points = append(points, curvePoint{at: at, policy: at == policy, nearest: 2})
	}
	for _, m := range said {
		if m.Mention.Ours || m.Mention.Bot || strings.TrimSpace(m.Mention.Words()) == "" {
			continue
		}
		n++
		res := s.Quick(names.input(s, m.Mention))
		neg := res.Neg
		if responder.Elsewhere(res.Target) {
			neg = 0 // flagged at no threshold
		}
		is, known := complaint[m.Mention.Num]
		for i := range points {
			points[i].count(neg, m.Mention.Words(), is, known)
		}
	}
	return points, n
}

func (c *curvePoint) count(neg float64, text string, is, known bool) {
	switch {
	case neg < c.at:
		if known && is {
			c.missed++
		}
		return
	case known && is:
		c.right++
	case known:
		c.wrong++
	}
	c.flagged++
	if neg < c.nearest {
		c.nearest, c.faintest = neg, text
	}
}

// showCurve prints the thresholds as a table. The figures of flag_at are as they are written into config.yaml, also in
// Arabic; what staff said of the flagged is left out where they have said nothing yet.
func (p *program) showCurve(words *phrases.Catalogue, points []curvePoint, n, days int) error {
	said := slices.ContainsFunc(points, func(c curvePoint) bool { return c.right+c.wrong+c.missed > 0 })
	out := bufio.NewWriter(p.out)
	fmt.Fprintf(out, "%s\n%s\n\n", words.Say("curve.head", "n", n, "span", phrases.Plain(words.Say("unit.days", "n", days))), words.Say("curve.what"))
	t := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	heads := []string{"flag_at", words.Say("curve.flagged"), words.Say("curve.day"), words.Say("curve.all")}
	if said {
		heads = append(heads, words.Say("curve.right"), words.Say("curve.wrong"), words.Say("curve.missed"))
	}
	fmt.Fprintf(t, "%s\t  %s\n", strings.Join(heads, "\t"), words.Say("curve.nearest"))
	for _, c := range points {
		mark := " "
		if c.policy {
			mark = "*"
		}
		counted := fmt.Sprintf("\t%d\t%.1f\t%.0f%%\t", c.flagged, float64(c.flagged)/float64(days), 100*float64(c.flagged)/float64(n))
		if said {
			counted += fmt.Sprintf("%d\t%d\t%d\t", c.right, c.wrong, c.missed)
		}
		fmt.Fprintf(t, "%s %.2f%s", mark, c.at, words.Figures(counted))
		fmt.Fprintf(t, "  %s\n", responder.Isolate(responder.Excerpt(responder.Visible(c.faintest), 50)))
	}
	_ = t.Flush() // out tells
	fmt.Fprintln(out)
	if said {
		fmt.Fprintln(out, words.Say("curve.staff"))
	} else {
		fmt.Fprintln(out, words.Say("curve.unsaid"))
	}
	fmt.Fprintln(out, words.Say("curve.policy"))
	return out.Flush()
}
