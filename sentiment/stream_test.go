package sentiment

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestStreamAnswersEveryLineInOrderAndGoesOnAfterBadOnes(t *testing.T) {
	var in strings.Builder
	for i := range 300 {
		switch i % 10 {
		case 3:
			fmt.Fprintln(&in, `{"id":`+fmt.Sprint(i)+`,"stars":2}`)
		case 5:
			fmt.Fprintln(&in, `{"id":`+fmt.Sprint(i)+`,"text":"ok","stars":9}`)
		case 7:
			fmt.Fprintln(&in, "not json at all \x01")
		default:
			fmt.Fprintf(&in, `{"id":%d,"text":"the soup was cold 😡 والخدمة سيئة %d","stars":%d}`+"\n", i, i, i%6)
		}
	}
	fmt.Fprint(&in, strings.Repeat("x", MaxLine+10)+"\n"+`{"id":"last","text":"thanks"}`) // no newline at the end
	var out strings.Builder
	if err := scorer(t).Stream(context.Background(), strings.NewReader(in.String()), &out, StreamOptions{Workers: 4}); err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(strings.NewReader(out.String()))
	sc.Buffer(nil, 1<<20)
	n := 0
	for ; sc.Scan(); n++ {
		var got struct {
			ID                 any
			Error, Label       string
			Neg, Neu, Pos, Raw float64
			Reasons            []any
		}
		if err := json.Unmarshal(sc.Bytes(), &got); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		bad := n < 300 && (n%10 == 3 || n%10 == 5 || n%10 == 7) || n == 300
		if bad != (got.Error != "") {
			t.Errorf("line %d: error %q", n, got.Error)
		}
		if id, ok := got.ID.(float64); ok && int(id) != n {
			t.Errorf("line %d answers %v", n, id)
		}
		if !bad && (math.Abs(got.Neg+got.Neu+got.Pos-1) > 1e-9 || len(got.Reasons) == 0) {
			t.Errorf("line %d: %s", n, sc.Text())
		}
	}
	if n != 302 {
		t.Errorf("%d answers to 302 lines", n)
	}
}

func TestCurveCountsFallAsTheThresholdRises(t *testing.T) {
	var items []CurveItem
	for _, m := range mentions(t)[:300] {
		items = append(items, CurveItem{Input: Input{Text: m.Text}, Known: true, Negative: m.Label == "neg"})
	}
	ps, err := scorer(t).Curve(items)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(ps); i++ {
		if ps[i].Flagged > ps[i-1].Flagged || ps[i].Right > ps[i].Judged {
			t.Errorf("at %.2f %+v, before %+v", ps[i].At, ps[i], ps[i-1])
		}
	}
	if ps[0].Flagged == 0 {
		t.Error("nothing is flagged at the lowest threshold")
	}
}
