// Package outlet is a local stand-in for a public place: replies are written
// as lines of JSON to a file, which the console shows. It lets a new user walk
// the whole way without any key, and nothing leaves the machine.
package outlet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
)

// Limit is the longest reply the outlet takes, in letters, so that the limits
// of real places can be tried.
const Limit = 2000

// Outlet posts into a file.
type Outlet struct {
	path string
	now  func() time.Time
	mu   sync.Mutex
}

// Post is one reply as it stands in the outlet.
type Post struct {
	ID      string    `json:"id"`
	Key     string    `json:"key"`
	Mention string    `json:"mention"`
	Author  string    `json:"author"`
	Said    string    `json:"said"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// New makes an outlet that writes to a file; the folder is made when missing.
func New(path string, now func() time.Time) (*Outlet, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the outlet's folder: %w", err)
	}
	return &Outlet{path: path, now: now}, nil
}

// Reply writes the reply and syncs it to disk. A key that already stands there
// is answered with the same receipt.
func (o *Outlet) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return cases.Receipt{}, fmt.Errorf("posting to the outlet: %w: %w", cases.ErrNotSent, err)
	}
	if err := o.Fits(r.Text); err != nil {
		return cases.Receipt{}, fmt.Errorf("posting to the outlet: %w: %w", cases.ErrRefused, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	posts, err := o.read()
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("reading the outlet: %w: %w", cases.ErrNotSent, err)
	}
	for _, p := range posts {
		if p.Key == r.Key {
			return cases.Receipt{ID: p.ID, At: p.At}, nil
		}
	}
	p := Post{
		ID: strconv.Itoa(len(posts) + 1), Key: r.Key, Mention: r.Mention.ID, Author: r.Mention.Author,
		Said: r.Mention.Text, Text: r.Text, At: o.now().UTC(),
	}
	if err := o.append(p); err != nil {
		return cases.Receipt{}, fmt.Errorf("posting to the outlet: %w", err)
	}
	return cases.Receipt{ID: p.ID, At: p.At}, nil
}

// Find looks whether a reply stands in the outlet.
func (o *Outlet) Find(_ context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	posts, err := o.read()
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("reading the outlet: %w", err)
	}
	for _, p := range posts {
		if p.Key == r.Key {
			return cases.Receipt{ID: p.ID, At: p.At}, true, nil
		}
	}
	return cases.Receipt{}, false, nil
}

// Talks says that any number of posts may stand under one mention.
func (o *Outlet) Talks() {}

// Fits says by how many letters a text is too long.
func (o *Outlet) Fits(text string) error {
	if n := utf8.RuneCountInString(text); n > Limit {
		return fmt.Errorf("%d letters, %d more than the %d allowed", n, n-Limit, Limit)
	}
	return nil
}

// Posts lists what stands in the outlet, oldest first.
func (o *Outlet) Posts() ([]Post, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.read()
}

func (o *Outlet) read() ([]Post, error) {
	f, err := os.Open(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	var posts []Post
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p Post
		if json.Unmarshal(lines.Bytes(), &p) == nil { // a line cut by a crash never was a post
			posts = append(posts, p)
		}
	}
	return posts, lines.Err()
}

func (o *Outlet) append(p Post) error {
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(o.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if cutLine(f) {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		_ = f.Close() // the write's error is the one that matters
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// cutLine reports whether a crash left the file in the middle of a line.
func cutLine(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}
