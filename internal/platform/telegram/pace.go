package telegram

import (
	"sync"
	"time"
)

// perSecond is how many posts a bot may make in one second over all chats.
const perSecond = 30

// pace keeps each chat within what Telegram documents (20 posts a minute in a
// group, about 30 a second over all) and within the pauses its 429s ask for.
// One chat that must wait delays no other.
type pace struct {
	perMinute int

	mu    sync.Mutex
	until map[int64]time.Time   // by chat: not before
	sent  map[int64][]time.Time // by chat: posts of the last minute, oldest first
	all   []time.Time           // posts of the last second
}

func newPace(perMinute int) *pace {
	return &pace{perMinute: perMinute, until: map[int64]time.Time{}, sent: map[int64][]time.Time{}}
}

// take asks to send to a chat now. It returns 0, or how long to wait; asking
// in vain costs nothing. Only posts count, edits and look-ups do not.
func (p *pace) take(chat int64, now time.Time, counts bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.until[chat].Sub(now); wait > 0 {
		return wait
	}
	delete(p.until, chat)
	if !counts || p.perMinute < 0 {
		return 0
	}
	p.all = within(p.all, now, time.Second)
	if len(p.all) >= perSecond {
		return p.all[0].Add(time.Second).Sub(now)
	}
	recent := within(p.sent[chat], now, time.Minute)
	p.sent[chat] = recent
	if len(recent) >= p.perMinute {
		return recent[0].Add(time.Minute).Sub(now)
	}
	p.all = append(p.all, now)
	p.sent[chat] = append(recent, now)
	return 0
}

// hold makes a chat wait.
func (p *pace) hold(chat int64, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until[chat].Before(until) {
		p.until[chat] = until
	}
}

// within drops what is older than d. What lies in the future, as after a clock
// set back, is dropped too: it would hold the chat for as long.
func within(times []time.Time, now time.Time, d time.Duration) []time.Time {
	out := times[:0]
	for _, t := range times {
		if age := now.Sub(t); age >= 0 && age < d {
			out = append(out, t)
		}
	}
	return out
}
