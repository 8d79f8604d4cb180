package discord_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rasid/internal/platform/discord/fakediscord"
	"rasid/watchers"
	"rasid/watchers/discord"
	"rasid/watchers/watcherstest"
)

func TestSourceKeepsWhatEverySourceMust(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		p := newPlace(t)
		open := func() watchers.Source {
			return discord.New(discord.Config{Channel: p.channel}, "community", p.client, p.inbox, nil)
		}
		open()
		t.Cleanup(settle)
		p.connect(t)
		said := 0
		return watcherstest.Bench{
			Open: open,
			Say: func(n int) {
				for range n {
					said++
					p.Say(sara, p.channel, fmt.Sprintf("complaint %d\x07\u202e", said))
				}
				over := time.NewTimer(soon)
				defer over.Stop()
				for len(p.inbox.Items()) < said {
					select {
					case <-p.inbox.Woken():
					case <-over.C:
						t.Fatal("the inbox did not fill")
					}
				}
			},
			Fail: func(on bool) {
				if on {
					p.inbox.Fail(errors.New("the store is down"))
					return
				}
				p.inbox.Fail(nil)
			},
			Secrets: []string{fakediscord.Token},
			Now:     time.Now,
		}
	})
}

// settle waits for the library's Close, which sleeps a second, so that its
// goroutine is not taken for a leak of ours.
func settle() {
	t := time.NewTimer(1200 * time.Millisecond)
	<-t.C
}
