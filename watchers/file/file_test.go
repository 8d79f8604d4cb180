package file

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// all reads a file to its end: each row as "line:text" or "line!problem".
func all(t *testing.T, name, content string, o Options) ([]string, *Reader) {
	t.Helper()
	o.Received = noon
	f, err := New(strings.NewReader(content), name, o)
	if err != nil {
		t.Fatal(err)
	}
	return drain(t, f), f
}

func drain(t *testing.T, f *Reader) (out []string) {
	t.Helper()
	for range 1 << 20 {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(row.Faults) > 0 {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%d!%s %s", row.Line, row.Faults[0].Field, row.Faults[0].Problem)))
			continue
		}
		out = append(out, fmt.Sprintf("%d:%s", row.Line, row.Mention.Text))
	}
	t.Fatal("the file does not end")
	return nil
}

func TestBadRowsAreReportedAndGoodOnesKept(t *testing.T) {
	for name, tc := range map[string]struct{ file, content, want string }{
		"plain":                 {"a.csv", "id,text\n1,cold\n2,late\n", "2:cold|3:late"},
		"from a spreadsheet":    {"a.csv", "\ufeffid;text;stars\r\n1;\"a; b\";4.0\r\n\r\n2;c;9\r\n", "2:a; b|4!stars cannot be \"9\""},
		"tabs":                  {"a.tsv", "ID\tText\n1\tcold\n", "2:cold"},
		"lines in a field":      {"a.csv", "id,text\n1,\"a\nb \"\"c\"\"\"\n2,d", "2:a\nb \"c\"|4:d"},
		"one quote too many":    {"a.csv", "id,text\n1,\"a\n2,b\n3,\"c\"\n4,d\n", "2! has a quote that does not open or close a field|3:b|4:c|5:d"},
		"a quote in the middle": {"a.csv", "id,text\n1,a \"b\" c\n2,d\n", "2! has a quote that does not open or close a field|3:d"},
		"too few fields":        {"a.csv", "id,text\n1\n2,d\n", "2! has 1 fields, the first line 2|3:d"},
		"another encoding":      {"a.csv", "id,text\n1,\xc7\xe1\n2,d\n", "2!text is not UTF-8|3:d"},
		"nothing said":          {"a.csv", "id,text\n1,\n2,d\n", "2!text is missing|3:d"},
		"json":                  {"a.jsonl", "{\"id\":1,\"text\":\"قهوة\"}\n\nnonsense\n{\"text\":[1]}\n[1]\nnull\n{} {}\n{\"id\":2,\"text\":\"b\",\"more\":1}", "1:قهوة|3! is not a JSON object|4!text cannot be \"[1]\"|5! is not a JSON object|6! is not a JSON object|7! holds more than one object|8:b"},
		"json by its looks":     {"a", " {\"text\":\"b\"}", "1:b"},
	} {
		got, _ := all(t, tc.file, tc.content, Options{})
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "!", "! ")
			got[i] = strings.ReplaceAll(got[i], "!  ", "! ")
		}
		if joined := strings.Join(got, "|"); joined != strings.ReplaceAll(strings.ReplaceAll(tc.want, "!", "! "), "!  ", "! ") {
			t.Errorf("%s: read %q, want %q", name, joined, tc.want)
		}
	}
}

func TestColumnsOfOtherNamesCanBeNamed(t *testing.T) {
	got, f := all(t, "a.csv", "Review,Rating,Reviewer Mail,text\ncold,2,x@y.example,not this\n", Options{Columns: map[string]string{"text": "review", "stars": "Rating"}})
	if strings.Join(got, "|") != "2:cold" || strings.Join(f.Ignored(), "|") != "Reviewer Mail|text" {
		t.Errorf("%q, ignored %q", got, f.Ignored())
	}
	got, f = all(t, "a.jsonl", `{"body":"cold","x":1}`, Options{Columns: map[string]string{"text": "body"}})
	if strings.Join(got, "|") != "1:cold" || strings.Join(f.Ignored(), "|") != "x" {
		t.Errorf("%q, ignored %q", got, f.Ignored())
	}
}

func TestFilesOfOtherKindsAreRefusedWithWhatToDo(t *testing.T) {
	for content, want := range map[string]string{
		"":                      "empty",
		"PK\x03\x04xl/workbook": "CSV UTF-8",
		"\x1f\x8b\x08":          "unpack",
		"\xff\xfei\x00d\x00":    "UTF-16",
		"a\x00b":                "not text",
		"name,city\nx,y\n":      "--column text=",
		"text,Text\nx,y\n":      "two columns",
	} {
		_, err := New(strings.NewReader(content), "a.csv", Options{Received: noon})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
	if _, err := New(strings.NewReader("text\nx\n"), "a.csv", Options{Columns: map[string]string{"words": "text"}}); !errors.Is(err, ErrFormat) {
		t.Errorf("an unknown field: %v", err)
	}
	if _, err := New(strings.NewReader("text\nx\n"), "a.csv", Options{Columns: map[string]string{"text": "review"}}); !errors.Is(err, ErrFormat) {
		t.Errorf("an unknown column: %v", err)
	}
}

func TestReadingGoesOnFromEveryRow(t *testing.T) {
	for name, content := range map[string]string{
		"a.csv":   "\ufeffid,text\n1,\"a\nb\"\n\n2,\"c\n3,d\n4,e\n5,\"f\"\n",
		"a.jsonl": "{\"text\":\"a\"}\nbad\n{\"text\":\"b\"}\n",
	} {
		whole, _ := all(t, name, content, Options{})
		f, err := New(strings.NewReader(content), name, Options{Received: noon})
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			row, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			src := strings.NewReader(content)
			again, err := New(src, name, Options{Received: noon})
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Resume(src, row.After); err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Join(drain(t, again), "|"), strings.Join(whole[i+1:], "|"); got != want {
				t.Errorf("%s after row %d: %q, want %q", name, i+1, got, want)
			}
		}
	}
}

func TestTheSameRowHasTheSameIDAgain(t *testing.T) {
	read := func(text string) cases.Mention {
		f, err := New(strings.NewReader("text,author,posted_at\n"+text+",Sara,2026-11-01\n"), "a.csv", Options{Received: noon})
		if err != nil {
			t.Fatal(err)
		}
		row, err := f.Next()
		if err != nil || len(row.Faults) > 0 {
			t.Fatal(row, err)
		}
		return row.Mention
	}
	if a, b := read("cold"), read("cold"); a.ID != b.ID || a.ID == read("late").ID || !strings.HasPrefix(a.ID, "made-") {
		t.Errorf("%q %q", a.ID, b.ID)
	}
}

// endless is a file of a given size without ever holding it.
type endless struct {
	head, row string
	size, at  int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at >= e.size {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.at < e.size {
		if e.at < int64(len(e.head)) {
			k := copy(p[n:], e.head[e.at:])
			n, e.at = n+k, e.at+int64(k)
			continue
		}
		k := copy(p[n:], e.row[(e.at-int64(len(e.head)))%int64(len(e.row)):])
		n, e.at = n+k, e.at+int64(k)
	}
	return n, nil
}

func (e *endless) Seek(off int64, whence int) (int64, error) {
	if whence != io.SeekStart {
		return 0, errors.New("only from the start")
	}
	e.at = off
	return off, nil
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const size = 8 << 20
	pad := strings.Repeat("x", 400) // the fewer rows, the quicker the test
	for name, row := range map[string]string{
		"quotes inside the quotes": "1,\"a\"\"b" + pad + "\"\n",
		"ordinary rows":            "17,\"The coffee was cold, and late" + pad + "\"\n", "no line break at all": "x", "quotes that never match": "1,\"a" + pad + "\n2,b" + pad + "\n",
	} {
		f, err := New(&endless{head: "id,text\n", row: row, size: size}, "a.csv", Options{Received: noon})
		if err != nil {
			t.Fatal(err)
		}
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		rows, most := 0, uint64(0)
		for {
			_, err := f.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if rows++; rows%4_000 == 1 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
		if grown := int64(most) - int64(before.HeapAlloc); grown > 6<<20 || rows == 0 {
			t.Errorf("%s: %d rows of a %d MiB file took %d MiB", name, rows, size>>20, grown>>20)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add("id,text\n1,\"a\nb\"\n", "a.csv")
	f.Add("{\"text\":\"a\"}\n", "a.jsonl")
	f.Fuzz(func(t *testing.T, content, name string) {
		r, err := New(strings.NewReader(content), name, Options{Received: noon})
		if err != nil {
			return
		}
		last := int64(-1)
		for range len(content) + 1 {
			row, err := r.Next()
			if err != nil {
				return
			}
			if row.After.Offset <= last || row.After.Offset > int64(len(content)) {
				t.Fatalf("row at line %d ends at %d after %d", row.Line, row.After.Offset, last)
			}
			last = row.After.Offset
		}
		t.Fatal("more rows than letters")
	})
}
