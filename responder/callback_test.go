package responder

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var (
	testSigner = Signer{Key: bytes.Repeat([]byte{7}, 32)}
	testNow    = time.Date(2026, 11, 22, 14, 2, 31, 0, time.UTC)
)

func TestATokenSaysWhatWasSigned(t *testing.T) {
	for _, a := range tokenActions[1:] {
		for _, draft := range []int{0, 1, 2, 65535} {
			token := testSigner.Sign("staff", a, 1<<40+412, draft, testNow.Add(24*time.Hour))
			if len(token) != 43 {
				t.Fatalf("the token of %s is %d bytes long, want 43", a, len(token))
			}
			gotAction, gotCase, gotDraft, err := testSigner.Open("staff", token, testNow)
			if err != nil || gotAction != a || gotCase != 1<<40+412 || gotDraft != draft {
				t.Errorf("Open = %s %d %d %v, want %s %d %d", gotAction, gotCase, gotDraft, err, a, 1<<40+412, draft)
			}
		}
	}
}

func TestEveryButtonActionHasAByte(t *testing.T) {
	actions := []Action{ActApprove, ActConfirm, ActEdit, ActRedraft, ActEscalate, ActDismiss, ActClaim, ActRelease,
		ActSnooze, ActHandled, ActUndo, ActThere, ActNotThere, ActResolve, ActReopen}
	for i, a := range actions {
		if got := tokenActions[i+1]; got != a {
			t.Errorf("byte %d means %s, want %s: the order is part of the format", i+1, got, a)
		}
	}
}

func TestNoFlippedBitPasses(t *testing.T) {
	token := testSigner.Sign("staff", ActApprove, 412, 2, testNow.Add(time.Hour))
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(raw) * 8 {
		forged := bytes.Clone(raw)
		forged[bit/8] ^= 1 << (bit % 8)
		if _, _, _, err := testSigner.Open("staff", base64.RawURLEncoding.EncodeToString(forged), testNow); !errors.Is(err, ErrForged) {
			t.Errorf("bit %d flipped: error %v, want ErrForged", bit, err)
		}
	}
	for i := range token { // another spelling of the same bytes is no token either
		for _, c := range []string{"A", "B", "_", "=", "\n", "ا"} {
			if forged := token[:i] + c + token[i+1:]; forged != token {
				if _, _, _, err := testSigner.Open("staff", forged, testNow); !errors.Is(err, ErrForged) {
					t.Errorf("character %d replaced by %q: error %v, want ErrForged", i, c, err)
				}
			}
		}
	}
}

func TestATokenIsWorthNothingElsewhere(t *testing.T) {
	token := testSigner.Sign("staff", ActApprove, 412, 2, testNow.Add(time.Hour))
	tests := []struct {
		name   string
		signer Signer
		room   string
		token  string
		now    time.Time
		want   error
	}{
		{"in another room", testSigner, "managers", token, testNow, ErrForged},
		{"with another key", Signer{Key: bytes.Repeat([]byte{8}, 32)}, "staff", token, testNow, ErrForged},
		{"without a key", Signer{}, "staff", token, testNow, ErrForged},
		{"after its time", testSigner, "staff", token, testNow.Add(2 * time.Hour), ErrExpired},
		{"as nothing", testSigner, "staff", "", testNow, ErrForged},
		{"twice over", testSigner, "staff", token + token, testNow, ErrForged},
		{"with a line break", testSigner, "staff", token[:20] + "\n" + token[20:], testNow, ErrForged},
		{"up to its last minute", testSigner, "staff", token, testNow.Add(time.Hour), nil},
	}
	for _, tt := range tests {
		if _, _, _, err := tt.signer.Open(tt.room, tt.token, tt.now); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestWhatDoesNotFitIsNotSigned(t *testing.T) {
	later := testNow.Add(time.Hour)
	for name, token := range map[string]string{
		"a command":         testSigner.Sign("staff", CmdStop, 1, 1, later),
		"no action":         testSigner.Sign("staff", "", 1, 1, later),
		"draft 65536":       testSigner.Sign("staff", ActApprove, 1, 65536, later),
		"a negative case":   testSigner.Sign("staff", ActApprove, -1, 1, later),
		"an ancient expiry": testSigner.Sign("staff", ActApprove, 1, 1, time.Time{}),
		"a short key":       Signer{Key: []byte("short")}.Sign("staff", ActApprove, 1, 1, later),
	} {
		if token != "" {
			t.Errorf("%s was signed as %s", name, token)
		}
	}
}

func FuzzNoForgedTokenPasses(f *testing.F) {
	genuine := testSigner.Sign("staff", ActApprove, 412, 2, testNow.Add(time.Hour))
	f.Add(genuine)
	f.Add("")
	f.Add(strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, token string) {
		if token == genuine {
			return
		}
		if a, n, d, err := testSigner.Open("staff", token, testNow); err == nil {
			t.Errorf("%q passed as %s %d %d", token, a, n, d)
		}
	})
}
