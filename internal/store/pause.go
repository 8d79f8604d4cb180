package store

import (
	"context"
	"strconv"
	"time"
)

// pauseMark begins the name of the meta row that says until when a place wants
// no replies. It outlives a restart: a platform that asked for a pause counts
// what comes within it.
const pauseMark = "pause/"

// pause keeps every reply to a place back until a time.
func pause(ctx context.Context, q querier, target string, until time.Time) error {
	return setMeta(ctx, q, pauseMark+target, strconv.FormatInt(micros(until), 10))
}

// pauseOver reports whether replies may go to a place again.
func pauseOver(ctx context.Context, q querier, target string, now time.Time) (bool, error) {
	text, err := getMeta(ctx, q, pauseMark+target)
	if err != nil || text == "" {
		return err == nil, err
	}
	us, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return false, err
	}
	return !now.Before(moment(us)), nil
}
