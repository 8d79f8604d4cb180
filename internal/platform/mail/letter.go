package mail

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Letter is one letter as the server keeps it.
type Letter struct {
	UID     uint32
	Arrived time.Time
	Size    int64  // of all of it, in bytes
	Raw     []byte // its first MaxLetter bytes
}

// Letters fetches letters of the open folder by number, in the order of the
// server. Those that are gone meanwhile are not among them.
func (s *Session) Letters(uids []uint32) ([]Letter, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	var set imap.UIDSet
	for _, n := range uids {
		set.AddNum(imap.UID(n))
	}
	cmd := s.client.Fetch(set, &imap.FetchOptions{
		UID: true, InternalDate: true, RFC822Size: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: MaxLetter}}},
	})
	var list []Letter
	var bad error
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		l, err := read(m)
		bad = errors.Join(bad, err)
		if l.UID != 0 {
			list = append(list, l)
		}
	}
	if err := errors.Join(cmd.Close(), bad); err != nil {
		return nil, fmt.Errorf("fetching letters: %w", err)
	}
	return list, nil
}

// read takes one letter off the wire.
func read(m *imapclient.FetchMessageData) (Letter, error) {
	var l Letter
	var bad error
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			l.UID = uint32(item.UID)
		case imapclient.FetchItemDataInternalDate:
			l.Arrived = item.Time
		case imapclient.FetchItemDataRFC822Size:
			l.Size = item.Size
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue // NIL: an empty letter
			}
			raw, err := io.ReadAll(io.LimitReader(item.Literal, MaxLetter))
			l.Raw, bad = raw, errors.Join(bad, err)
		}
	}
	return l, bad
}
