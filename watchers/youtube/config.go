package youtube

import (
	"fmt"
	"net/url"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/watchers"
)

// Config is a channel, or some videos, as config.yaml describes them.
type Config struct {
	// Channel is the id of our channel, UC and 22 letters: the comments under all
	// its videos are read, and what it says itself is ours.
	Channel string `yaml:"channel"`
	// Videos are the ids of videos, ours or others', instead of a channel.
	Videos []string `yaml:"videos"`
	// Ours are the ids of further channels of ours: what they say is no complaint.
	Ours []string `yaml:"ours"`
	// Key is a key of the YouTube Data API.
	Key outbound.Secret `yaml:"key"`
	// Every is how often to look; each look costs a unit of the quota, for each
	// video where videos are named.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// Units is how many units the project may use a day.
	Units int64 `yaml:"units"`
	// Project names whose quota it is. Sources and replies with the same name
	// share one; name another where a key belongs to another Google project.
	Project string `yaml:"project"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Every: 5 * time.Minute, MaxAge: 168 * time.Hour, Units: google.DailyUnits, Project: "default"}
}

// maxVideos keeps one look within its minute.
const maxVideos = 20

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	switch {
	case c.Channel != "" && len(c.Videos) > 0:
		faults.Add("videos", "cannot be named beside a channel", "either a channel, or videos")
	case c.Channel != "" && !google.IsChannel(c.Channel):
		faults.Add("channel", "is not the id of a channel", "UC and 22 letters, from the channel's page: Share, Copy channel ID")
	case c.Channel == "" && (len(c.Videos) == 0 || len(c.Videos) > maxVideos):
		faults.Add("channel", fmt.Sprintf("is missing, and there are not 1 to %d videos", maxVideos), "channel: with UC and 22 letters, from the channel's page: Share, Copy channel ID")
	}
	for i, v := range c.Videos {
		if !google.IsVideo(v) {
			faults.Add(fmt.Sprintf("videos[%d]", i), "is not the id of a video", "the eleven letters behind v= in its address")
		}
	}
	for i, o := range c.Ours {
		if !google.IsChannel(o) {
			faults.Add(fmt.Sprintf("ours[%d]", i), "is not the id of a channel", "UC and 22 letters")
		}
	}
	if c.Key.Empty() {
		faults.Add("key", "is missing", `key: "${YOUTUBE_KEY}", from Google Cloud, APIs and services, Credentials, API key`)
	}
	if c.Units < google.LeastUnits {
		faults.Add("units", "is less than anybody gets", fmt.Sprintf("%d, or what Google granted", google.DailyUnits))
	}
	if c.Every < time.Minute {
		faults.Add("every", "is too often", "1m or more")
	} else if looks := int64(24*time.Hour/c.Every) * int64(max(len(c.Videos), 1)); looks > c.Units/2 {
		faults.Add("every", fmt.Sprintf("is too often: %d looks a day are more than half of %d units", looks, c.Units), "a longer time")
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	if u, err := url.Parse(c.APIURL); c.APIURL != "" && (err != nil || u.Host == "") {
		faults.Add("api_url", "is not an address", "an address such as https://proxy.example, or leave it out")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	if c.Channel != "" {
		return []watchers.Spot{{Field: "channel", Same: "channel " + c.Channel}}
	}
	return watchers.Spots("videos", "video", c.Videos)
}
