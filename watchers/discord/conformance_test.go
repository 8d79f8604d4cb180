package discord_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"rasid/internal/outbound"
	platform "rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/watchers"
	"rasid/watchers/discord"
	"rasid/watchers/watcherstest"
)

func TestSourceKeepsWhatEverySourceMust(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		fake, err := fakediscord.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fake.Close)
		out := outbound.New(outbound.Options{AllowHosts: []string{fake.Addr()}})
		t.Cleanup(out.Close)
		inbox := fakediscord.NewInbox()
		client, err := platform.New(platform.Config{Account: "shop", Token: fakediscord.Token, API: fake.API(), Net: out, Inbox: inbox,
			Times: platform.Times{Identify: time.Millisecond, Pause: 10 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		ch := fake.AddChannel("customers")
		open := func() watchers.Source {
			return discord.New(discord.Config{Channel: ch}, "community", client, inbox, nil)
		}
		open()
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = client.Run(ctx) })
		t.Cleanup(func() {
			cancel()
			wg.Wait()
			settle(fake)
		})
		if !fake.AwaitGateway(soon, 1) {
			t.Fatal("no gateway")
		}
		said := 0
		return watcherstest.Bench{
			Open: open,
			Say: func(n int) {
				for range n {
					said++
					fake.Say(sara, ch, fmt.Sprintf("complaint %d\x07\u202e", said))
				}
				over := time.NewTimer(soon)
				defer over.Stop()
				for len(inbox.Items()) < said {
					select {
					case <-inbox.Woken():
					case <-over.C:
						t.Fatal("the inbox did not fill")
					}
				}
			},
			Fail: func(on bool) {
				if on {
					inbox.Fail(errors.New("the store is down"))
					return
				}
				inbox.Fail(nil)
			},
			Secrets: []string{fakediscord.Token},
			Now:     time.Now,
		}
	})
}

// settle waits for the library's Close, which sleeps a second, so that its
// goroutine is not taken for a leak of ours.
func settle(*fakediscord.Server) {
	t := time.NewTimer(1200 * time.Millisecond)
	<-t.C
}
