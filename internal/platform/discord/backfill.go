package discord

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"rasid/internal/cases"
)

// backfill reads by REST what was said while nobody listened: after the start
// and after every READY that is not a resumption. Events of the new session
// wait in the queue meanwhile, so the mark cannot jump over the gap.
//
// What it cannot see: messages deleted meanwhile (the check before posting
// can), and edits older than the last page. An archived thread is read when it
// is among the 50 archived last.
func (c *Client) backfill(ctx context.Context) {
	if c.cfg.Inbox == nil {
		return
	}
	c.mu.Lock()
	watch := maps.Clone(c.watch)
	c.mu.Unlock()
	c.insist(ctx, "reading the mark", func() error { return c.loadMarks(ctx) })
	active := map[string][]Channel{} // by guild
	for _, channel := range slices.Sorted(maps.Keys(watch)) {
		var at Channel
		if !c.reach(ctx, Channel{ID: channel}, "finding the channel", func() (err error) {
			at, err = c.Channel(ctx, channel)
			return err
		}) {
			continue
		}
		started := c.marks[channel] != ""
		if at.Holds() {
			c.catchUp(ctx, at, "")
		}
		if !watch[channel] {
			continue
		}
		for _, thread := range c.threads(ctx, at, active) {
			from := "" // as history
			if started && c.marks[thread.ID] == "" && newer(thread.ID, c.oldest(at)) {
				from = thread.ID // begun while nobody listened: all of it is new
			}
			c.catchUp(ctx, thread, from)
		}
		if !at.Holds() && !started {
			c.put(ctx, nil, map[string]string{at.ID: firstID(at.LastMessageID)}) // remember when watching began
		}
	}
}

// oldest is the point after which a thread without a mark counts as new.
func (c *Client) oldest(at Channel) string { return c.marks["began/"+at.ID] }

// auditEvent is put into the queue by ourselves: what came before it has been
// written when its turn comes.
const auditEvent = "rasid audit"

// audit looks whether a channel moved on although the gateway, which still
// answers heartbeats, told nothing of it. What was missed is read back and the
// connection replaced.
func (c *Client) audit(ctx context.Context) {
	if c.cfg.Inbox == nil || c.marks == nil {
		return
	}
	c.mu.Lock()
	watch := slices.Sorted(maps.Keys(c.watch))
	c.mu.Unlock()
	for _, channel := range watch {
		at, err := c.Channel(ctx, channel)
		last := at.LastMessageID
		if err != nil || !at.Holds() || !newer(last, c.marks[channel]) || c.audited[channel] == last ||
			time.Since(SnowflakeTime(last)) < c.cfg.Times.Audit/2 { // it may still be on its way
			continue
		}
		if c.audited == nil {
			c.audited = map[string]string{}
		}
		c.audited[channel] = last // when it was deleted since, asking again brings nothing either
		before := c.marks[channel]
		c.catchUp(ctx, at, "")
		if c.marks[channel] != before {
			c.cfg.Log.Warn("discord gateway is deaf, reconnecting", "account", c.cfg.Account, "channel", channel)
			signal(c.deaf)
		}
	}
}

// reach runs do until Discord answers. It reports false, and files a gap, when
// the answer is a refusal.
func (c *Client) reach(ctx context.Context, at Channel, doing string, do func() error) bool {
	var refused error
	c.insist(ctx, doing, func() error {
		err := do()
		if errors.Is(err, cases.ErrRefused) {
			refused = err
			return nil
		}
		return err
	})
	if refused != nil && c.Halted() == nil {
		c.put(ctx, []cases.InboxItem{c.missed(at, "cannot read the channel: "+refused.Error())}, nil)
	}
	return refused == nil && ctx.Err() == nil
}

// catchUp reads one channel or thread from its mark to its end. Without a mark
// it reads everything after from, or takes the newest page as history.
func (c *Client) catchUp(ctx context.Context, at Channel, from string) {
	mark := c.marks[at.ID]
	if mark == "" && from == "" {
		c.history(ctx, at)
		return
	}
	if mark == "" {
		mark = from
	} else {
		c.edits(ctx, at, mark)
	}
	for ctx.Err() == nil {
		var list []rawMessage
		if !c.reach(ctx, at, "reading what was missed", func() (err error) {
			list, err = c.rawPage(ctx, at.ID, "after", mark, page)
			return err
		}) || len(list) == 0 {
			return
		}
		last := list[len(list)-1].id()
		c.put(ctx, c.fileAll(at, list), map[string]string{at.ID: last})
		if len(list) < page || !newer(last, mark) {
			return
		}
		mark = last
	}
}

// history takes the newest messages of a channel never read before: as old,
// unless they were said since we began.
func (c *Client) history(ctx context.Context, at Channel) {
	var list []rawMessage
	if !c.reach(ctx, at, "reading history", func() (err error) {
		list, err = c.rawPage(ctx, at.ID, "", "", min(c.cfg.History, page))
		return err
	}) {
		return
	}
	last := firstID(at.LastMessageID)
	if len(list) > 0 {
		last = list[len(list)-1].id()
	}
	marks := map[string]string{at.ID: last}
	if !at.IsThread() {
		marks["began/"+at.ID] = last
	}
	var items []cases.InboxItem
	for _, m := range list {
		// What was said while we were connecting is news, not history.
		items = append(items, c.said(at, m, SnowflakeTime(m.id()).Before(c.began))...)
	}
	c.put(ctx, items, marks)
}

// edits files messages of the last page before the mark that were edited; the
// inbox leaves out those it has already.
func (c *Client) edits(ctx context.Context, at Channel, mark string) {
	var list []rawMessage
	if !c.reach(ctx, at, "looking for edits", func() (err error) {
		list, err = c.rawPage(ctx, at.ID, "around", mark, page)
		return err
	}) {
		return
	}
	list = slices.DeleteFunc(list, func(m rawMessage) bool { return m.head().Edited == nil || newer(m.id(), mark) })
	var items []cases.InboxItem
	for _, m := range list {
		items = append(items, c.file(Changed, at, m, false))
	}
	c.put(ctx, items, nil)
}

func (c *Client) fileAll(at Channel, list []rawMessage) []cases.InboxItem {
	items := make([]cases.InboxItem, 0, len(list))
	for _, m := range list {
		items = append(items, c.said(at, m, false)...)
	}
	return items
}

// threads lists the active threads of a channel and those archived last.
func (c *Client) threads(ctx context.Context, at Channel, active map[string][]Channel) []Channel {
	if _, known := active[at.GuildID]; !known && at.GuildID != "" {
		var got struct {
			Threads []Channel `json:"threads"`
		}
		c.reach(ctx, at, "listing threads", func() error {
			return c.do(ctx, call{method: "GET", path: "guilds/" + id(at.GuildID) + "/threads/active", lane: "threads"}, &got)
		})
		active[at.GuildID] = got.Threads
	}
	var archived struct {
		Threads []Channel `json:"threads"`
	}
	c.reach(ctx, at, "listing archived threads", func() error {
		return c.do(ctx, call{method: "GET", path: "channels/" + id(at.ID) + "/threads/archived/public?limit=50", lane: "threads"}, &archived)
	})
	var out []Channel
	for _, th := range append(slices.Clone(active[at.GuildID]), archived.Threads...) {
		if th.ParentID != at.ID || slices.ContainsFunc(out, func(o Channel) bool { return o.ID == th.ID }) {
			continue
		}
		if th.GuildID == "" {
			th.GuildID = at.GuildID
		}
		c.learn(th)
		if m := c.marks[th.ID]; m == "" || newer(th.LastMessageID, m) || th.LastMessageID == "" {
			out = append(out, th)
		}
	}
	return out
}

// firstID is a mark that everything to come is newer than.
func firstID(id string) string {
	if Snowflake(id) == 0 {
		return "1"
	}
	return id
}
