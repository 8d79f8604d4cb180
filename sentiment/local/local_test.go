package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"rasid/sentiment"
)

// shared is built once: every test only reads it.
var shared = sync.OnceValues(sentiment.New)

func base(t *testing.T) *sentiment.Scorer {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shopTalk invents a shop whose customers praise with a word that usually complains and complain with a neutral one.
func shopTalk(n int) []Example {
	good := []string{"the chilli is wicked", "killer burger", "sick fries", "insane portion", "deadly sauce"}
	bad := []string{"the queue reached the fountain", "my number was called after the fountain closed", "stood by the fountain until dark"}
	var out []Example
	for i := range n {
		e := Example{By: fmt.Sprintf("staff%d", i/2%3), Author: fmt.Sprintf("guest%d", i)}
		if i%2 == 0 {
			e.Text, e.Label = fmt.Sprintf("%s at table %c, visit %c", good[i/6%len(good)], 'a'+i%26, 'a'+i/26%26), sentiment.Positive
		} else {
			e.Text, e.Label = fmt.Sprintf("%s on day %c of week %c", bad[i/6%len(bad)], 'a'+i%26, 'a'+i/26%26), sentiment.Negative
		}
		out = append(out, e)
	}
	return out
}

func TestStaffLabelsTeachTheShopsOwnWords(t *testing.T) {
	s := base(t)
	l, rep, err := Fit(context.Background(), s, shopTalk(200), Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if !rep.Better || rep.After.NegF1 <= rep.Before.NegF1 {
		t.Errorf("200 labels did not help: %+v", rep)
	}
	with := s.WithLayer(l)
	in := sentiment.Input{Text: "waited at the fountain for our number"}
	if a, b := s.Quick(in).Neg, with.Quick(in).Neg; b <= a {
		t.Errorf("the shop's own complaint word does nothing: P(neg) %v before, %v after", a, b)
	}
}

func TestALayerSurvivesTheStoreByteForByte(t *testing.T) {
	s := base(t)
	l, _, err := Fit(context.Background(), s, shopTalk(80), Defaults())
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back sentiment.Layer
	if err := back.UnmarshalBinary(a); err != nil {
		t.Fatal(err)
	}
	b, err := back.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("a layer read back is written differently")
	}
	in := sentiment.Input{Text: "killer burger by the fountain"}
	if x, y := s.WithLayer(l).Quick(in), s.WithLayer(&back).Quick(in); x.Raw != y.Raw {
		t.Errorf("a layer read back scores %v instead of %v", y.Raw, x.Raw)
	}
	for cut := range a {
		if new(sentiment.Layer).UnmarshalBinary(a[:cut]) == nil {
			t.Fatalf("%d of %d bytes pass for a layer", cut, len(a))
		}
		if cut > 200 {
			break
		}
	}
}

func TestTheSameLabelsGiveTheSameLayer(t *testing.T) {
	s := base(t)
	var was []byte
	for range 2 {
		l, _, err := Fit(context.Background(), s, shopTalk(100), Defaults())
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if was != nil && !bytes.Equal(was, b) {
			t.Error("two fits to the same labels differ")
		}
		was = b
	}
}

func TestOneCarelessLabellerIsDoubted(t *testing.T) {
	ex := shopTalk(240)
	for i := range ex {
		if ex[i].By == "staff2" { // says the opposite of what is true
			if ex[i].Label == sentiment.Negative {
				ex[i].Label = sentiment.Positive
			} else {
				ex[i].Label = sentiment.Negative
			}
		}
	}
	_, rep, err := Fit(context.Background(), base(t), ex, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Doubted) != 1 || rep.Doubted[0] != "staff2" {
		t.Errorf("doubted %v, want staff2", rep.Doubted)
	}
}

func TestAFloodOfOneTextCountsOnce(t *testing.T) {
	ex := shopTalk(60)
	for range 5000 {
		ex = append(ex, Example{Text: "I love this place", Label: sentiment.Negative, By: "staff0", Author: "flood"})
	}
	o := Defaults()
	o.Keep = len(ex)
	l, rep, err := Fit(context.Background(), base(t), ex, o)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Used > 61 {
		t.Errorf("%d examples used of 60 and a flood", rep.Used)
	}
	if got := base(t).WithLayer(l).Quick(sentiment.Input{Text: "I love this place"}); got.Label != sentiment.Positive {
		t.Errorf("the flood turned praise into %s", got.Label)
	}
}

func TestTooFewLabelsTeachNothing(t *testing.T) {
	if _, _, err := Fit(context.Background(), base(t), shopTalk(10), Defaults()); !errors.Is(err, ErrTooFew) {
		t.Errorf("got %v, want ErrTooFew", err)
	}
}

// TestLabelsByChanceSeldomTeachWords gives every mention a label that has nothing to do with its words. That nothing can be
// known, and how often each label falls, may be learned; that a word goes with a label is chance, which comes now and then.
func TestLabelsByChanceSeldomTeachWords(t *testing.T) {
	const draws = 16
	followed, told := 0, 0
	for seed := range uint64(draws) {
		r := rand.New(rand.NewPCG(seed, 7))
		ex := shopTalk(200)
		for i := range ex {
			ex[i].Label = sentiment.Label([]string{"neg", "neu", "pos"}[r.IntN(3)])
			ex[i].By = fmt.Sprint("staff", r.IntN(3))
		}
		_, rep, err := Fit(context.Background(), base(t), ex, Defaults())
		if err != nil {
			t.Fatal(err)
		}
		followed += b2i(rep.Better && rep.Strength != "bias" && rep.Strength != "careful")
		told += b2i(len(rep.Complaint)+len(rep.Calm) > 0)
	}
	if followed > draws/4 || told > draws/8 {
		t.Errorf("of %d layers learned from chance %d follow words freely and %d tell some", draws, followed, told)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestNoWordOfASingleCustomerIsTold lets one guest say the same name in every complaint, and a layer know it.
func TestNoWordOfASingleCustomerIsTold(t *testing.T) {
	s := base(t)
	l := &sentiment.Layer{Cells: map[uint32][2]float32{}}
	for _, word := range []string{"fountain", "salma"} {
		if s.Quick(sentiment.Input{Text: word}).Label == sentiment.Negative {
			t.Fatalf("%s is a complaint everywhere: choose another word", word)
		}
		for _, slot := range s.Evidence(sentiment.Input{Text: word}).Slots {
			l.Cells[sentiment.LayerSlot(slot)] = [2]float32{2, -2}
		}
	}
	var items []item
	for i, author := range []string{"sara", "hamdan", "hamdan", "hamdan", "omar"} {
		it := item{text: fmt.Sprintf("fountain %c", 'a'+i), author: author, label: 0}
		if author == "hamdan" {
			it.text += " salma"
		}
		items = append(items, it)
	}
	complaint, calm := learned(s, l, items)
	if !slices.Equal(complaint, []string{"fountain"}) || len(calm) > 0 {
		t.Errorf("it tells %q and %q: want fountain, which three guests said, and no word of one alone", complaint, calm)
	}
}

func TestALayerIsSwitchedOnOnlyBeyondNoiseAndWithoutLoss(t *testing.T) {
	good := Report{Used: 200, Complaints: 60, Gain: 0.05, Noise: 0.02, Before: Figures{NegF1: 0.7, NegAP: 0.8}, After: Figures{NegF1: 0.75, NegAP: 0.82}, Fair: 0.7, FairNow: 0.75, Own: 0.84, OwnAfter: 0.83}
	if !good.worth(Defaults()) {
		t.Fatal("a good layer is refused: the cases below show nothing")
	}
	for why, spoil := range map[string]func(*Report){
		"the gain is within the noise":          func(r *Report) { r.Noise = 0.04 },
		"there is hardly a gain":                func(r *Report) { r.Gain, r.Noise = 0.004, 0 },
		"complaints will be found worse":        func(r *Report) { r.FairNow = 0.69 },
		"complaints were found worse":           func(r *Report) { r.After.NegF1 = 0.67 },
		"complaints are ordered worse":          func(r *Report) { r.After.NegAP = 0.77 },
		"too few complaints":                    func(r *Report) { r.Complaints = 7 },
		"too few others":                        func(r *Report) { r.Complaints = 193 },
		"what holds in every shop is forgotten": func(r *Report) { r.OwnAfter = 0.78 },
	} {
		r := good
		if spoil(&r); r.worth(Defaults()) {
			t.Errorf("a layer is switched on although %s", why)
		}
	}
}

// TestWhatOneMentionSaysTeachesNoWord lets a single guest complain about a word that nobody else knows.
func TestWhatOneMentionSaysTeachesNoWord(t *testing.T) {
	s := base(t)
	ex := append(shopTalk(200), Example{Text: "zanzibar zanzibar zanzibar", Label: sentiment.Negative, By: "staff0", Author: "guest"})
	l, rep, err := Fit(context.Background(), s, ex, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if rep.Used != len(ex) || len(l.Cells) == 0 {
		t.Fatalf("%d of %d examples and %d cells: what is missing below shows nothing", rep.Used, len(ex), len(l.Cells))
	}
	shared := map[uint32]bool{}
	for i := range ex[:200] {
		for _, slot := range s.Evidence(sentiment.Input{Text: ex[i].Text}).Slots {
			shared[sentiment.LayerSlot(slot)] = true
		}
	}
	for _, slot := range s.Evidence(sentiment.Input{Text: ex[200].Text}).Slots {
		if c := sentiment.LayerSlot(slot); !shared[c] && l.Cells[c] != [2]float32{} {
			t.Errorf("a cell that only one mention knows weighs %v", l.Cells[c])
		}
	}
}

// TestFewComplaintsLowerThemOnlyInPart judges texts that say nothing: one in ten is a complaint.
func TestFewComplaintsLowerThemOnlyInPart(t *testing.T) {
	var items []item
	for i := range 400 {
		items = append(items, item{x: 1, lean: 1, weight: 1, label: []int{0, 1, 2, 1, 2, 1, 2, 1, 2, 1}[i%10]})
	}
	p := fitLayer(items, 0, strengths[0], 3, -1).predict(&item{x: 1})
	if p[0] < 0.12 || p[0] > 0.2 {
		t.Errorf("P(neg) is %.3f, want more than the tenth that is given and less than the third that the table says", p[0])
	}
}

// TestAPartOfALayerMovesTheScoreByThatPart fits one to a shop's talk and judges with a half of it.
func TestAPartOfALayerMovesTheScoreByThatPart(t *testing.T) {
	s := base(t)
	items, names := prepare(s, shopTalk(120), Defaults())
	whole := fitLayer(items, len(names), strengths[1], 3, -1)
	in := sentiment.Input{Text: "killer burger by the fountain"}
	raw := func(f *fit) float64 { return s.WithLayer(f.layer(names, 1, Defaults())).Quick(in).Raw }
	none, half, all := raw(whole.part(0)), raw(whole.part(0.5)), raw(whole.part(1))
	if none != s.Quick(in).Raw || all != raw(whole) || all == none {
		t.Errorf("with no layer %v, with none of it %v; with all of it %v, with it %v", s.Quick(in).Raw, none, all, raw(whole))
	}
	if d := half - (none+all)/2; math.Abs(d) > 1e-6 {
		t.Errorf("a half of a layer moves the score from %v to %v, all of it to %v", none, half, all)
	}
	for _, try := range crossValidate(items, len(names), strengths[1], Defaults()) {
		if len(try.hs) != len(items) {
			t.Fatalf("%d of %d items judged", len(try.hs), len(items))
		}
		h := try.hs[0]
		f := fitLayer(items, len(names), strengths[1], 3, h.it.fold).part(try.share)
		if want := f.predict(h.it); h.p != want {
			t.Errorf("the share %v is measured as %v, it judges %v", try.share, h.p, want)
		}
	}
}

// TestTheLeanIsChosenByWhatIsLikely has ten texts that are nearly as likely a complaint as not; as it happens only four
// were given for one, too few for a lean that wins them.
func TestTheLeanIsChosenByWhatIsLikely(t *testing.T) {
	var hs []held
	add := func(n, label int, p [3]float64) {
		for range n {
			hs = append(hs, held{&item{label: label, lean: 1}, p})
		}
	}
	add(10, 0, [3]float64{0.8, 0.1, 0.1})
	add(4, 0, [3]float64{0.42, 0.48, 0.1})
	add(6, 1, [3]float64{0.42, 0.48, 0.1})
	add(20, 1, [3]float64{0.02, 0.9, 0.08})
	if got := bestLean(hs); got <= 1.1 {
		t.Errorf("a complaint counts %v times: the texts in doubt are lost", got)
	}
	if a, b := figures(hs, 1).NegF1, figures(hs, 1.25).NegF1; a <= b {
		t.Fatalf("counted hits say %.3f and %.3f: they would choose the same, so this shows nothing", a, b)
	}
	before, after := fair(hs, 1.25, Defaults())
	if before >= after {
		t.Errorf("a table that knows nothing is fairer with %.3f than a layer with %.3f", before, after)
	}
}

func TestALayerNeverMovesALogitBeyondItsLimit(t *testing.T) {
	s := base(t)
	l := &sentiment.Layer{Version: 1, Limit: 2, Trust: 2, Lean: 1, Bias: [2]float64{100, -100}}
	in := sentiment.Input{Text: "thank you"}
	before, after := s.Quick(in), s.WithLayer(l).Quick(in)
	if d := before.Raw - after.Raw; d > 4+1e-9 {
		t.Errorf("a wild layer moved the score by %v, limit is 2 for each of two logits", d)
	}
}
