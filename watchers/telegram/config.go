package telegram

import (
	"fmt"

	"rasid/internal/cases"
	"rasid/watchers"
)

// Config is one source of kind telegram as config.yaml describes it: one group
// or channel, or several that are one place to staff.
type Config struct {
	// Chat is the numeric id of the group or channel to watch.
	Chat int64 `yaml:"chat"`
	// Chats are further ones.
	Chats []int64 `yaml:"chats"`
	// Topics narrows a forum to these topics; none means all.
	Topics []int64 `yaml:"topics"`
	// Dedicated says that everything said here is said to the business.
	Dedicated bool `yaml:"dedicated"`
}

// All returns every chat of the source.
func (c Config) All() []int64 {
	var all []int64
	if c.Chat != 0 {
		all = append(all, c.Chat)
	}
	return append(all, c.Chats...)
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if c.Chat == 0 && len(c.Chats) == 0 {
		faults.Add("chat", "is missing", "the number of the group, like -1001234567890; add the bot to the group and rasid doctor shows it")
	}
	seen := map[int64]bool{}
	look := func(field string, id int64) {
		switch {
		case id > 0:
			faults.Add(field, fmt.Sprintf("%d is the number of a person; groups and channels have negative ones", id), fmt.Sprintf("-100%d if that is a supergroup's or channel's number without its beginning", id))
		case id == 0:
			faults.Add(field, "0 is no chat", "the number of the group, like -1001234567890")
		case seen[id]:
			faults.Add(field, fmt.Sprintf("%d stands here twice", id), "each chat once")
		}
		seen[id] = true
	}
	if c.Chat != 0 {
		look("chat", c.Chat)
	}
	for i, id := range c.Chats {
		look(fmt.Sprintf("chats[%d]", i), id)
	}
	for i, id := range c.Topics {
		if id <= 0 {
			faults.Add(fmt.Sprintf("topics[%d]", i), fmt.Sprintf("%d is no topic", id), "the number in the topic's link: in https://t.me/c/1234/5 it is 5")
		}
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	var list []watchers.Spot
	add := func(field string, chat int64) {
		if len(c.Topics) == 0 {
			list = append(list, watchers.Spot{Field: field, Same: fmt.Sprint(chat)})
		}
		for i, topic := range c.Topics {
			list = append(list, watchers.Spot{Field: fmt.Sprintf("topics[%d]", i), Same: fmt.Sprint(chat, " ", topic)})
		}
	}
	if c.Chat != 0 {
		add("chat", c.Chat)
	}
	for i, chat := range c.Chats {
		add(fmt.Sprintf("chats[%d]", i), chat)
	}
	return list
}
