package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rasid/internal/cases"
)

// StopFile is the name of the file in the data folder that stops all posting
// as long as it is there, whatever the database says.
const StopFile = "STOP"

// Stop halts all public posting, in every instance, until Resume.
func (s *Store) Stop(ctx context.Context, by, why string, now time.Time) error {
	return s.turn(ctx, true, by, why, now)
}

// Resume lets posting go on. It cannot take away a stop file.
func (s *Store) Resume(ctx context.Context, by string, now time.Time) error {
	return s.turn(ctx, false, by, "", now)
}

func (s *Store) turn(ctx context.Context, on bool, by, why string, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if !on { // whoever turns it back has looked at the clock as well
			if err := setMeta(ctx, tx, clockMark, ""); err != nil {
				return err
			}
		}
		return turn(ctx, tx, on, by, why, now)
	})
	if err != nil {
		return fmt.Errorf("turning the switch: %w", err)
	}
	return nil
}

func turn(ctx context.Context, q querier, on bool, by, why string, now time.Time) error {
	_, err := q.ExecContext(ctx, `INSERT INTO switch (name, is_on, by_whom, why, at) VALUES ('stop', $1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET is_on = excluded.is_on, by_whom = excluded.by_whom, why = excluded.why, at = excluded.at`,
		on, by, why, micros(now))
	return err
}

// Stopped reports whether posting is stopped, by whom, why and since when.
func (s *Store) Stopped(ctx context.Context) (cases.Stop, error) {
	stop, err := s.stopped(ctx, s.r)
	if err != nil {
		err = fmt.Errorf("reading the switch: %w", err)
	}
	return stop, err
}

func (s *Store) stopped(ctx context.Context, q querier) (cases.Stop, error) {
	if s.o.DataDir != "" {
		st, err := os.Stat(filepath.Join(s.o.DataDir, StopFile))
		if err == nil {
			return cases.Stop{On: true, By: cases.File, Why: s.stopNote(), At: st.ModTime()}, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return cases.Stop{On: true}, err // a folder that cannot be read is no permission to post
		}
	}
	var stop cases.Stop
	var us int64
	err := q.QueryRowContext(ctx, `SELECT is_on, by_whom, why, at FROM switch WHERE name = 'stop'`).Scan(&stop.On, &stop.By, &stop.Why, &us)
	if errors.Is(err, sql.ErrNoRows) {
		return cases.Stop{}, nil
	}
	stop.At = moment(us)
	return stop, err
}

// mostLeft bounds how much of a stop file is read, in bytes.
const mostLeft = 300

// stopNote says that the stop file is there and, if StopNote wrote it, who left
// it and why.
func (s *Store) stopNote() string {
	there := "the file " + StopFile + " is in the data folder"
	f, err := os.Open(filepath.Join(s.o.DataDir, StopFile))
	if err != nil {
		return there // that it is there is enough
	}
	defer func() { _ = f.Close() }() // only read
	b := make([]byte, mostLeft)
	n, _ := io.ReadFull(f, b)
	line, _, _ := strings.Cut(strings.ToValidUTF8(string(b[:n]), ""), "\n")
	at, words, ok := strings.Cut(line, leftBy)
	if _, err := time.Parse(time.RFC3339, at); err != nil || !ok {
		return there // made by hand
	}
	return there + ", left by " + words
}

const leftBy = " by "

// StopNote is what a stop file says of who left it, and why.
func StopNote(by, why string, now time.Time) string {
	return now.UTC().Format(time.RFC3339) + leftBy + by + ": " + why + "\n"
}
