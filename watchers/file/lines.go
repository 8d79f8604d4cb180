package file

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxLine bounds a line and a row, so that a file without line breaks costs no
// memory.
const maxLine = 1 << 20

// oneLine is one line of the file without its end.
type oneLine struct {
	text   string
	number int  // from 1
	long   bool // cut at maxLine
	odd    bool // an odd number of quotes: it opens or closes one
	after  Position
}

// lines reads lines and can take some of them back.
type lines struct {
	r    *bufio.Reader
	read Position // how far the file was read
	at   Position // how far lines were given out
	back []oneLine
}

func newLines(r io.Reader, at Position) *lines {
	return &lines{r: bufio.NewReaderSize(r, 64<<10), read: at, at: at}
}

// next gives one line, or io.EOF.
func (l *lines) next() (oneLine, error) {
	if len(l.back) > 0 {
		first := l.back[0]
		l.back = l.back[1:]
		l.at = first.after
		return first, nil
	}
	var b strings.Builder
	var n int64
	out := oneLine{number: l.read.Line + 1}
	for {
		part, err := l.r.ReadSlice('\n')
		n += int64(len(part))
		if room := maxLine - b.Len(); len(part) > room {
			part, out.long = part[:room], true
		}
		b.Write(part)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || n == 0) {
			return oneLine{}, err
		}
		break
	}
	out.text = strings.TrimSuffix(strings.TrimSuffix(b.String(), "\n"), "\r")
	out.odd = strings.Count(out.text, `"`)%2 == 1
	l.read = Position{Offset: l.read.Offset + n, Line: out.number}
	l.at, out.after = l.read, l.read
	return out, nil
}

// takeBack puts lines in front of what comes next.
func (l *lines) takeBack(list []oneLine, at Position) {
	l.back = append(append([]oneLine(nil), list...), l.back...)
	l.at = at
}
