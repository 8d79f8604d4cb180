package outbound

import (
	"fmt"
	"log/slog"
)

// mask is what a secret looks like wherever it is printed.
const mask = "***"

// Secret is a token, password or key. However it is printed, logged or
// encoded it reads ***; only Reveal gives the value.
type Secret string

// Reveal returns the value itself. Call it where the value goes on the wire
// and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s == "" }

// String masks the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString masks the value under %#v.
func (s Secret) GoString() string { return fmt.Sprintf("outbound.Secret(%q)", s.String()) }

// Format masks the value under every verb, so that %x or %q do not undress it.
func (s Secret) Format(f fmt.State, verb rune) {
	switch {
	case verb == 'v' && f.Flag('#'):
		fmt.Fprint(f, s.GoString())
	case verb == 'q':
		fmt.Fprintf(f, "%q", s.String())
	default:
		fmt.Fprint(f, s.String())
	}
}

// MarshalText masks the value; it also covers YAML and map keys.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON masks the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// LogValue masks the value for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText takes the value as it stands in a configuration file.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	return nil
}
