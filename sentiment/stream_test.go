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

func TestEachOddLineIsAnsweredInItsPlace(t *testing.T) {
	long := `{"id":"long","text":"` + strings.Repeat("bad ", MaxLine/4) + `"}`
	full := `{"id":"full","text":"` + strings.Repeat("x", MaxLine-len("{\"id\":\"full\",\"text\":\"\"}\n")) + `"}`
	lines := []struct{ in, want string }{
		{byteOrderMark + `{"id":"mark","text":"bad"}`, `{"id":"mark","lang"`},
		{`{"id":"windows","text":"bad"}` + "\r", `{"id":"windows","lang"`},
		{" ", ""},
		{`{"id":"","text":""}`, `{"id":"","lang":"other","label":"neu"`},
		{`{"text":"bad"}`, `{"id":null,"lang"`},
		{`{"id":12345678901234567890,"text":"bad"}`, `{"id":12345678901234567890,"lang"`},
		{`{"id":1.50,"text":"bad"}`, `{"id":1.50,"lang"`},
		{`{"id":"a","id":"b","text":"bad","text":"good"}`, `{"id":"b","lang":"en","label":"pos"`},
		{`{"id":"gaps","text":"bad","stars":4.0}`, `{"id":"gaps","lang"`},
		{`{"id":"none","text":"bad","stars":null}`, `{"id":"none","lang"`},
		{`{"id":"half","text":"bad","stars":4.5}`, `{"id":"half","error":"\"stars\" is 4.5, want 1 to 5 or 0 for none"}`},
		{`{"id":"many","text":"bad","stars":6}`, `{"id":"many","error":"\"stars\" is 6, want 1 to 5 or 0 for none"}`},
		{`{"id":"minus","text":"bad","stars":-1}`, `{"id":"minus","error":"\"stars\" is -1, want`},
		{`{"id":"word","text":"bad","stars":"five"}`, `{"id":"word","error":"the line is not the JSON that is wanted: \"stars\" cannot be a string"}`},
		{`{"id":"bytes","text":"` + "\xff" + `"}`, `{"id":"bytes","error":"the line is not UTF-8"}`},
		{`{"id":"` + "\xff" + `","text":"bad"}`, "{\"id\":\"\ufffd\",\"error\":\"the line is not UTF-8\"}"},
		{`{"id":"cut","text":"ba`, `{"id":"cut","error":"the line is not the JSON that is wanted: it does not parse"}`},
		{`{"id":"two","text":"bad"}{"id":"three","text":"bad"}`, `{"id":"two","error":`},
		{`[1]`, `{"id":null,"error":"the line is not the JSON that is wanted: it is no object {…}"}`},
		{`null`, `{"id":null,"error":"the line is not the JSON that is wanted: it is no object {…}"}`},
		{long, `{"id":"long","error":"the line is longer than 4 MiB"}`},
		{full, `{"id":"full","lang"`},
		{`{"id":"deep","text":"bad","more":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, `{"id":"deep","error":`},
		{`{"id":"last","text":"bad"}`, `{"id":"last","lang"`},
	}
	var in []string
	var want []string
	for _, l := range lines {
		in = append(in, l.in)
		if l.want != "" {
			want = append(want, l.want)
		}
	}
	var out strings.Builder
	if err := scorer(t).Stream(context.Background(), strings.NewReader(strings.Join(in, "\n")), &out, StreamOptions{Workers: 3, NoReasons: true}); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d answers to %d lines", len(got), len(want))
	}
	for i := range got {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d is answered by %.200s, want %s", i, got[i], want[i])
		}
	}
}
