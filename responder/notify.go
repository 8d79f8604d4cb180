package responder

import (
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// notify is a notice for each of some rooms, in the room's language, about a
// case (0: about none). A room that config.yaml no longer names gets none.
func (o *Office) notify(rooms []string, about int64, now time.Time, write func(room Room, say *phrases.Catalogue) (key, text string)) []cases.Send {
	var out []cases.Send
	for _, name := range rooms {
		room, ok := o.Room(name)
		if !ok {
			continue
		}
		key, text := write(room, o.words(room.Language))
		out = append(out, cases.Send{Key: key, Kind: cases.SendNotice, Case: about, Target: name, Text: text, By: cases.Rasid, DueAt: now})
	}
	return out
}
