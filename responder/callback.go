package responder

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// What is wrong with a token. Nothing more is told: not which part failed.
var (
	// ErrForged says that a token was not made here, or for another room.
	ErrForged = errors.New("this button is not valid")
	// ErrExpired says that a token is genuine but too old to count.
	ErrExpired = errors.New("this button is too old")
)

// tokenVersion begins every token. A new layout takes a new number, so that
// old cards stop working instead of being misread.
const tokenVersion = 1

// tokenActions gives each action its byte. The order is part of the format:
// append only.
var tokenActions = []Action{
	1: ActApprove, ActConfirm, ActEdit, ActRedraft, ActEscalate, ActDismiss, ActClaim, ActRelease,
	ActSnooze, ActHandled, ActUndo, ActThere, ActNotThere, ActResolve, ActReopen, ActStatement, ActKept,
	ActSave, ActRate,
}

// Layout of a token: version 1, action 1, case 8, draft 2, expiry 4, MAC 16
// bytes; 43 characters of base64url, well below Telegram's 64 bytes.
const (
	tokenHead = 16
	tokenSize = 32
	tokenText = 43
	minKey    = 16
)

// tokenCoding is strict about the bits left over at the end.
var tokenCoding = base64.RawURLEncoding.Strict()

// Signer makes and checks the data behind buttons. The buttons travel through
// the programs of whoever presses them, so nothing in them is believed unless
// the MAC holds; whether the decision still can be taken, and was not taken
// before, only the store knows.
type Signer struct {
	Key []byte // at least 16 random bytes, kept in the database
}

// Sign makes the token of one button on one card in one room. It returns ""
// when a value does not fit the format or there is no key.
func (s Signer) Sign(room string, a Action, caseID int64, draft int, expires time.Time) string {
	code := slices.Index(tokenActions, a)
	if code < 1 || len(s.Key) < minKey || draft < 0 || draft > math.MaxUint16 || caseID < 0 {
		return ""
	}
	minutes := expires.Unix() / 60
	if minutes < 0 || minutes > math.MaxUint32 {
		return ""
	}
	b := make([]byte, 0, tokenSize)
	b = append(b, tokenVersion, byte(code))
	b = binary.BigEndian.AppendUint64(b, uint64(caseID))
	b = binary.BigEndian.AppendUint16(b, uint16(draft))
	b = binary.BigEndian.AppendUint32(b, uint32(minutes))
	return tokenCoding.EncodeToString(append(b, s.mac(room, b)...))
}

// Open checks a token as it came back from a room and returns what it stands
// for. The error is ErrForged or ErrExpired.
func (s Signer) Open(room, token string, now time.Time) (a Action, caseID int64, draft int, err error) {
	b, err := tokenCoding.DecodeString(token)
	// The decoder passes over line breaks, hence the look at both lengths.
	if err != nil || len(token) != tokenText || len(b) != tokenSize || len(s.Key) < minKey {
		return "", 0, 0, fmt.Errorf("opening a button: %w", ErrForged)
	}
	head, mac := b[:tokenHead], b[tokenHead:]
	code := int(head[1])
	if !hmac.Equal(mac, s.mac(room, head)) || head[0] != tokenVersion || code < 1 || code >= len(tokenActions) {
		return "", 0, 0, fmt.Errorf("opening a button: %w", ErrForged)
	}
	a = tokenActions[code]
	caseID = int64(binary.BigEndian.Uint64(head[2:]) & math.MaxInt64)
	draft = int(binary.BigEndian.Uint16(head[10:]))
	if now.Unix()/60 > int64(binary.BigEndian.Uint32(head[12:])) {
		return a, caseID, draft, fmt.Errorf("opening a button: %w", ErrExpired)
	}
	return a, caseID, draft, nil
}

// mac covers the room too: a card that was copied to another room is worth
// nothing there.
func (s Signer) mac(room string, head []byte) []byte {
	h := hmac.New(sha256.New, s.Key)
	h.Write([]byte("rasid button 1\x00"))
	h.Write(head)
	h.Write([]byte(room))
	return h.Sum(nil)[:tokenSize-tokenHead]
}
