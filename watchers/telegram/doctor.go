package telegram

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rasid/watchers"
)

// Doctor asks Telegram whether the bot can read every chat of the source, and
// says what to switch where. It changes nothing.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	me, advice := s.Client.Examine(ctx)
	if me.ID == 0 {
		return advice
	}
	for _, chat := range s.Config.All() {
		advice = append(advice, s.Client.ExamineChat(ctx, chat, me, true))
	}
	return append(advice, s.strangers()...)
}

// strangers shows the numbers of chats that the bot has met, which is where a
// new chat's number is found.
func (s *Source) strangers() []watchers.Advice {
	if s.Strangers == nil {
		return nil
	}
	met := s.Strangers()
	var out []watchers.Advice
	for _, id := range slices.Sorted(maps.Keys(met)) {
		out = append(out, watchers.Advice{OK: true, What: fmt.Sprintf("chat %d %q is not configured and is ignored", id, met[id])})
	}
	return out
}
