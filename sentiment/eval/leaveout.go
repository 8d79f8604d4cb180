package eval

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"rasid/sentiment"
	"rasid/sentiment/model"
	"rasid/sentiment/train"
)

// LeaveOut measures what becomes of texts of a kind never seen: for each family of sources a table is learned without
// it and judges its texts in o.Data. What is printed is the same as by Run. Progress goes to progress.
func LeaveOut(ctx context.Context, learn train.Options, o RunOptions, w, progress io.Writer) error {
	known, err := train.Sources()
	if err != nil {
		return err
	}
	var all []Scored
	err = train.LeaveOut(ctx, learn, progress, func(families []string, t *model.Table) error {
		s, err := sentiment.With(t)
		if err != nil {
			return err
		}
		part := o
		part.Only = func(source string) bool { return slices.Contains(families, known[source].Family) }
		got, err := Predict(ctx, s, part)
		all = append(all, got...)
		return err
	})
	if err != nil {
		return err
	}
	if o.Pred != nil {
		if err := writePreds(o.Pred, all); err != nil {
			return err
		}
	}
	out := &strings.Builder{}
	Print(out, "rasid, each family of sources judged by a table that never saw it", all, o)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("printing the measures: %w", err)
	}
	return nil
}
