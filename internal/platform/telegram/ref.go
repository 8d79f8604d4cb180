package telegram

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Ref names one message: chat, forum topic (0 when none) and number. It is
// what a mention's ReplyTo and a card's reference hold, as "chat/topic/message".
type Ref struct{ Chat, Topic, Message int64 }

// errRef says that a reference was not made here.
var errRef = errors.New("not a reference to a Telegram message")

// String writes the reference.
func (r Ref) String() string { return fmt.Sprintf("%d/%d/%d", r.Chat, r.Topic, r.Message) }

// ParseRef reads a reference.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, "/")
	var n [3]int64
	if len(parts) != len(n) {
		return Ref{}, fmt.Errorf("%w: %q", errRef, s)
	}
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return Ref{}, fmt.Errorf("%w: %q", errRef, s)
		}
		n[i] = v
	}
	if n[0] == 0 || n[2] <= 0 {
		return Ref{}, fmt.Errorf("%w: %q", errRef, s)
	}
	return Ref{Chat: n[0], Topic: n[1], Message: n[2]}, nil
}
