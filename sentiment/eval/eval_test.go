package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rasid/internal/goldentest"
	"rasid/sentiment"
)

func TestMeasuresAgreeWithTheReferenceToTheLastDigit(t *testing.T) {
	data, there := goldentest.Beside(t, "data/sentiment")
	if !there {
		t.Skip("the labelled data is not beside the repository (../shared/data/sentiment)")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	s, err := sentiment.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	gold := filepath.Join(dir, "gold")
	if err := os.Mkdir(gold, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ajgt", "apple_dfe", "res2", "uci_yelp"} { // eval.py reads plain text only
		unzip(t, filepath.Join(data, "dev", name+".tsv.gz"), filepath.Join(gold, name+".tsv"))
	}
	pred, err := os.Create(filepath.Join(dir, "pred.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Run(context.Background(), s, RunOptions{Data: []string{gold}, Workers: 2, Pred: pred}, &out); err != nil {
		t.Fatal(err)
	}
	if err := pred.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := exec.Command(python, filepath.Join(data, "eval.py"), "--pred", pred.Name(), "--by", "source", "--tau", "0.35", "--json", gold).Output()
	if err != nil {
		t.Fatalf("running the reference: %v", err)
	}
	var want map[string]map[string]any
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	all, err := Predict(context.Background(), s, RunOptions{Data: []string{gold}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	by, _, order := groups(all)
	if len(order) != 4 {
		t.Fatalf("sources %v, want 4", order)
	}
	for _, src := range order {
		rep, _ := Measure(by[src], Options{Tau: 0.35})
		compare(t, src, rep, want[src])
	}
}

func compare(t *testing.T, name string, r Report, want map[string]any) {
	t.Helper()
	neg := want["per_label"].(map[string]any)["neg"].(map[string]any)
	flag := want["flag_tau"].(map[string]any)
	for _, c := range []struct {
		what string
		got  float64
		want any
	}{
		{"acc", r.Acc, want["acc"]}, {"macro_f1", r.MacroF1, want["macro_f1"]}, {"macro_recall", r.MacroRecall, want["macro_recall"]},
		{"f1_pn", r.F1PN, want["f1_pn"]}, {"neg p", r.Label[0].P, neg["p"]}, {"neg r", r.Label[0].R, neg["r"]}, {"neg f1", r.Label[0].F1, neg["f1"]},
		{"neg_ap", r.NegAP, want["neg_ap"]}, {"ece_top", r.ECETop, want["ece_top"]}, {"ece_neg", r.ECENeg, want["ece_neg"]},
		{"recall at .95", r.RecallAtP95, want["neg_recall_at_p95"]}, {"recall at .90", r.RecallAtP90, want["neg_recall_at_p90"]},
		{"flag p", r.Flag.P, flag["p"]}, {"flag r", r.Flag.R, flag["r"]},
	} {
		w, ok := c.want.(float64)
		if !ok || math.Abs(c.got-w) > 1e-12 {
			t.Errorf("%s %s is %v, the reference says %v", name, c.what, c.got, c.want)
		}
	}
}

func unzip(t *testing.T, from, to string) {
	t.Helper()
	b, err := exec.Command("gzip", "-dc", from).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAveragePrecisionTakesEqualScoresAsOneBlock(t *testing.T) {
	items := []Item{}
	for i, p := range []float64{0.9, 0.5, 0.5, 0.1} {
		items = append(items, Item{Gold: []int{0, 0, 2, 2}[i], Pred: Pred{Label: 0, P: [3]float64{p, 0, 1 - p}, HasP: true}})
	}
	r, _ := Measure(items, Options{})
	if want := 0.5*1 + 0.5*(2.0/3); math.Abs(r.NegAP-want) > 1e-12 {
		t.Errorf("average precision is %v, want %v", r.NegAP, want)
	}
}

func TestMissingPredictionsAreErrors(t *testing.T) {
	r, _ := Measure([]Item{{Gold: 0, Pred: Pred{Label: None}}, {Gold: 0, Pred: Pred{Label: 0}}}, Options{})
	if r.Missing != 1 || r.Acc != 0.5 || r.Label[0].R != 0.5 {
		t.Errorf("got %+v", r)
	}
}

func TestBadPredictionFilesNameTheLine(t *testing.T) {
	for _, body := range []string{"id\tlabel\na\tneg\nb\tbad\n", "a\tneg\na\tneg\n", "x\tneg\ny\tneg\t0\t0\t0\n"} {
		p := filepath.Join(t.TempDir(), fmt.Sprintf("p%d.tsv", rand.IntN(1e6)))
		if err := os.WriteFile(p, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPreds(p); err == nil || !strings.Contains(err.Error(), ".tsv:") {
			t.Errorf("%q: error %v, want one that names the line", body, err)
		}
	}
}
