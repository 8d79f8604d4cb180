package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"rasid/internal/cases"
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
	return p.look(ctx, "en", func(r *records) error {
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
		points, n := curveOf(l.Scorer(), said, taught, r.cfg.Policy.FlagAt)
		if n == 0 {
			return errors.New("no mention was recorded in these days: there is nothing to show yet")
		}
		return p.showCurve(points, n, days)
	})
}

// curveOf judges what was said at every threshold; n is how many mentions.
func curveOf(s *sentiment.Scorer, said []cases.Scored, taught []cases.Taught, policy float64) (points []curvePoint, n int) {
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
		if m.Mention.Ours || m.Mention.Bot || strings.TrimSpace(m.Mention.Text) == "" {
			continue
		}
		n++
		neg := s.Quick(sentiment.Input{Text: m.Mention.Text, Stars: m.Mention.Stars, AboutUs: m.Mention.Direct}).Neg
		is, known := complaint[m.Mention.Num]
		for i := range points {
			points[i].count(neg, m.Mention.Text, is, known)
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

func (p *program) showCurve(points []curvePoint, n, days int) error {
	out := bufio.NewWriter(p.out)
	fmt.Fprintf(out, "%s over %s, judged as today. What flag_at would have put before staff:\n\n", count(n, "mention"), count(days, "day"))
	fmt.Fprintf(out, "flag_at  flagged  a day  of all   by the word of staff: right  wrong  missed   nearest to the line\n")
	for _, c := range points {
		mark := " "
		if c.policy {
			mark = "*"
		}
		fmt.Fprintf(out, "%s %.2f  %8d  %5.1f  %5.0f%%  %27d  %5d  %6d   %s\n", mark, c.at, c.flagged, float64(c.flagged)/float64(days), 100*float64(c.flagged)/float64(n),
			c.right, c.wrong, c.missed, responder.Isolate(responder.Excerpt(responder.Visible(c.faintest), 50)))
	}
	fmt.Fprintf(out, "\n* flag_at of config.yaml. Rules and grave words flag besides, whatever the threshold.\n")
	return out.Flush()
}
