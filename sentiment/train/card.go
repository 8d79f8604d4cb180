package train

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"rasid/sentiment/model"
)

// CardOptions are what a card tells beyond the table itself.
type CardOptions struct {
	Command  string // that trains this table again
	Measures []Measured
}

// Measured are the lines of figures of one table, as printed by the evaluation.
type Measured struct {
	Name  string // of the table, such as "this table"
	Lines []string
}

// Card writes the model card of a table: what it is, what it learned from and under which licences, how good it is and
// how to learn it again.
func Card(w io.Writer, t *model.Table, o CardOptions) error {
	known, err := Sources()
	if err != nil {
		return err
	}
	var n counter
	if err := t.Write(&n); err != nil {
		return err
	}
	b := &strings.Builder{}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // a Builder never fails
	say("# Model card: the learned table\n\n")
	say("A table of %d slots (2^%d), %d of them used, two bytes each: how far a hashed word or group of letters moves\n", 1<<t.Bits, t.Bits, t.Features)
	say("log(neg/neu) and log(pos/neu). %d bytes stored. It knows no text, only sums; no text can be read back from it.\n\n", int(n))
	say("**For:** ordering and flagging public mentions of a business in Arabic and English. **Not for:** judging people, or acting\n")
	say("without a person where its figures below are low; brand chatter needs the target check besides.\n\n")
	say("## What it learned from\n\n%d texts. Licences as found with each source; \"none stated\" means research data published without one.\n", t.Rows)
	say("The texts themselves are not part of this repository.\n\n| source | language | rows | weight | licence | status |\n|---|---|--:|--:|---|---|\n")
	src := slices.Clone(t.Sources)
	slices.SortStableFunc(src, func(x, y model.Source) int {
		return cmp.Or(cmp.Compare(x.Lang, y.Lang), cmp.Compare(x.Name, y.Name))
	})
	for _, s := range src {
		k, ok := known[s.Name]
		if !ok {
			k = Source{Licence: "not known here", Status: "-", Weight: 1}
		}
		say("| %s | %s | %d | %g | %s | %s |\n", s.Name, s.Lang, s.Rows, k.Weight, k.Licence, k.Status)
	}
	say("\nA source of more than %d rows counts as √(%d·rows); English rows count %g times. Where a language has %d sources or\n", fullRows, fullRows, englishWeight, manySources)
	say("more, none has more than %g of its weight. Beside fewer than %d texts our own count up to %d times more.\n", largestShare, fewRows, maxOwnTimes)
	if len(o.Measures) > 0 {
		say("\n## How good it is\n\nUnweighted means over the sources of the development texts (sources under 150 texts left out of the second line of each\n")
		say("language); chance is the calibration error that true probabilities would have on so few texts.\n\n```\n")
		for _, m := range o.Measures {
			say("%s\n", m.Name)
			for _, l := range m.Lines {
				say("  %s\n", l)
			}
		}
		say("```\n")
	}
	if o.Command != "" {
		say("\n## Learning it again\n\n```\n%s\n```\n\nThe same texts give the same bytes, on one core as on many. With the `free` folder alone only openly licensed texts are used.\n", o.Command)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the model card: %w", err)
	}
	return nil
}
