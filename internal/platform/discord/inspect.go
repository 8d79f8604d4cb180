package discord

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"rasid/internal/cases"
)

// Permission is one switch of a role or channel.
type Permission struct {
	Bit  int64
	Name string // as Discord's settings call it
}

// The permissions rasid may need.
var (
	PermAdministrator  = Permission{1 << 3, "Administrator"}
	PermView           = Permission{1 << 10, "View Channel"}
	PermSend           = Permission{1 << 11, "Send Messages"}
	PermEmbed          = Permission{1 << 14, "Embed Links"}
	PermAttach         = Permission{1 << 15, "Attach Files"}
	PermHistory        = Permission{1 << 16, "Read Message History"}
	PermSendInThreads  = Permission{1 << 38, "Send Messages in Threads"}
	readingPermissions = []Permission{PermView, PermHistory}
)

// Finding is one thing that was looked at.
type Finding struct {
	OK   bool
	What string
	Fix  string // what to switch where, when not OK
}

// application is what Discord tells of our own application.
type application struct {
	ID    string `json:"id"`
	Flags int64  `json:"flags"`
}

// Flags that say the Message Content intent is on; the second is the form for
// bots in fewer than 100 servers.
const flagsContent = 1<<18 | 1<<19

func (c *Client) applicationInfo(ctx context.Context) (application, error) {
	var a application
	if err := c.do(ctx, call{method: "GET", path: "applications/@me", lane: "application"}, &a); err != nil {
		return a, err
	}
	if a.ID == "" {
		return a, errors.New("asking Discord for our application: the answer names none")
	}
	return a, nil
}

// InspectToken looks at what holds for the whole connection: the token, the
// intent, the gateway. It changes nothing.
func (c *Client) InspectToken(ctx context.Context) []Finding {
	me, err := c.Me(ctx)
	if err != nil {
		return []Finding{{What: "token", Fix: fixFor(err, "")}}
	}
	out := []Finding{{OK: true, What: "token of " + me.Name()}}
	a, err := c.applicationInfo(ctx)
	intent := Finding{What: "Message Content intent", OK: err == nil && a.Flags&flagsContent != 0 && !c.Hollow()}
	switch {
	case err != nil:
		intent.Fix = fixFor(err, "")
	case !intent.OK:
		intent.Fix = "Developer Portal, your application, Bot, Privileged Gateway Intents: switch on Message Content Intent"
	}
	return append(out, intent)
}

// InspectServers names the servers the bot is in that hold none of the given
// channels: it reads and says nothing there.
func (c *Client) InspectServers(ctx context.Context, channels ...string) []Finding {
	var servers []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if err := c.do(ctx, call{method: "GET", path: "users/@me/guilds", lane: "guilds"}, &servers); err != nil {
		return []Finding{{What: "servers", Fix: fixFor(err, "")}}
	}
	ours := map[string]bool{}
	for _, channel := range channels {
		if ch, err := c.Channel(ctx, channel); err == nil {
			ours[ch.GuildID] = true
		}
	}
	var out []Finding
	for _, s := range servers {
		if !ours[s.ID] {
			out = append(out, Finding{OK: true, What: fmt.Sprintf("server %q (%s) is not configured: the bot reads and says nothing there", s.Name, s.ID)})
		}
	}
	return out
}

// InspectChannel looks whether the bot may do in a channel what it is for.
func (c *Client) InspectChannel(ctx context.Context, channel string, needs ...Permission) []Finding {
	what := "channel " + channel
	ch, err := c.Channel(ctx, channel)
	if err != nil {
		return []Finding{{What: what, Fix: fixFor(err, channel)}}
	}
	what = fmt.Sprintf("channel #%s (%s)", ch.Name, channel)
	have, err := c.permissions(ctx, ch)
	if err != nil {
		return []Finding{{What: what, Fix: fixFor(err, channel)}}
	}
	var out []Finding
	for _, need := range append(append([]Permission{}, readingPermissions...), needs...) {
		if have&need.Bit == 0 {
			out = append(out, Finding{What: what + ": " + need.Name,
				Fix: fmt.Sprintf("In Discord: #%s, Edit Channel, Permissions, add the bot (or its role) and allow %q", ch.Name, need.Name)})
		}
	}
	if out == nil {
		out = []Finding{{OK: true, What: what}}
	}
	return out
}

// permissions computes what the bot may do in a channel, as Discord's
// documentation (topics/permissions) lays it out: everyone, roles, then the
// channel's overwrites for everyone, roles and member. A thread has those of
// its parent.
func (c *Client) permissions(ctx context.Context, ch Channel) (int64, error) {
	if ch.IsThread() && ch.ParentID != "" {
		parent, err := c.Channel(ctx, ch.ParentID)
		if err != nil {
			return 0, err
		}
		ch = parent
	}
	me, ok := c.Self()
	if !ok {
		var err error
		if me, err = c.Me(ctx); err != nil {
			return 0, err
		}
	}
	var g struct {
		OwnerID string `json:"owner_id"`
		Roles   []struct {
			ID          string `json:"id"`
			Permissions string `json:"permissions"`
		} `json:"roles"`
	}
	if err := c.do(ctx, call{method: "GET", path: "guilds/" + id(ch.GuildID), lane: "guild"}, &g); err != nil {
		return 0, err
	}
	var m Member
	if err := c.do(ctx, call{method: "GET", path: "guilds/" + id(ch.GuildID) + "/members/" + id(me.ID), lane: "member"}, &m); err != nil {
		return 0, err
	}
	mine := map[string]bool{ch.GuildID: true} // the role @everyone has the guild's id
	for _, r := range m.Roles {
		mine[r] = true
	}
	var have int64
	for _, r := range g.Roles {
		if mine[r.ID] {
			have |= bits(r.Permissions)
		}
	}
	if g.OwnerID == me.ID || have&PermAdministrator.Bit != 0 {
		return -1, nil // everything
	}
	return ch.overwritten(have, me.ID, mine), nil
}

// overwritten is what a member is left with in a channel: first what it says to
// everyone, then to the member's roles, then to the member.
func (ch Channel) overwritten(have int64, member string, mine map[string]bool) int64 {
	var allow, deny int64
	for _, o := range ch.Overwrites {
		if o.ID == ch.GuildID {
			have = have&^bits(o.Deny) | bits(o.Allow)
		} else if o.Type == 0 && mine[o.ID] {
			allow, deny = allow|bits(o.Allow), deny|bits(o.Deny)
		}
	}
	have = have&^deny | allow
	for _, o := range ch.Overwrites {
		if o.Type == 1 && o.ID == member {
			have = have&^bits(o.Deny) | bits(o.Allow)
		}
	}
	return have
}

func bits(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// fixFor turns an error into what a person can do about it.
func fixFor(err error, channel string) string {
	switch {
	case errors.Is(err, ErrHalted):
		return err.Error()
	case IsCode(err, CodeUnknownChannel):
		return fmt.Sprintf("There is no channel %s. In Discord: User Settings, Advanced, Developer Mode on; then right-click the channel, Copy Channel ID", channel)
	case IsCode(err, CodeMissingAccess), IsCode(err, CodeMissingPermissions):
		return "The bot is not in that server, or may not see the channel. Invite it (Developer Portal, OAuth2, URL Generator: bot and applications.commands), then allow \"View Channel\" in the channel's permissions"
	case errors.Is(err, cases.ErrNotSent):
		return "Discord cannot be reached: " + err.Error()
	}
	return err.Error()
}
