package telegram

import (
	"fmt"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Account is one bot as config.yaml describes it.
type Account struct {
	// Token is what @BotFather gave.
	Token outbound.Secret `yaml:"token"`
	// APIURL is the address of a self-hosted Bot API server; left out,
	// Telegram's own.
	APIURL string `yaml:"api_url"`
	// PerMinute is how many posts a group gets in a minute; left out, the 20
	// that Telegram allows.
	PerMinute int `yaml:"per_minute"`
}

// Check lists every mistake in a.
func (a Account) Check() []cases.Fault {
	var faults cases.Faults
	if a.Token.Empty() {
		faults.Add("token", "is missing", `token: "${TELEGRAM_TOKEN}", with the token that @BotFather gave in the environment, or token_file:`)
	} else if (&Client{cfg: Config{Token: a.Token}}).BotID() <= 0 {
		faults.Add("token", "does not look like a bot's token", "the whole token from @BotFather: digits, a colon and 35 letters")
	}
	if a.PerMinute < 0 {
		faults.Add("per_minute", fmt.Sprintf("%d is no number of posts", a.PerMinute), "a number like 20, or leave it out")
	}
	if a.APIURL != "" {
		if err := checkAPI(a.APIURL); err != nil {
			faults.Add("api_url", fmt.Sprint(err), "an address like https://bot-api.shop.example")
		}
	}
	return faults
}
