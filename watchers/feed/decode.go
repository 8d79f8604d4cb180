package feed

import (
	"bytes"
	"errors"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var (
	declaration = regexp.MustCompile(`^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*["']([^"'>]*)["']`)
	errCharset  = errors.New("cannot be read as text")
)

// toUTF8 makes the body valid UTF-8 without control characters and without a
// declaration of another encoding. It believes, in this order: the
// configuration, a byte-order mark, the bytes themselves where they are valid
// UTF-8, the document's declaration, the Content-Type, and then its own guess.
func toUTF8(body []byte, contentType, forced string) ([]byte, error) {
	e := encodingOf(body, contentType, forced)
	if e != nil {
		out, err := e.NewDecoder().Bytes(body)
		if err != nil {
			return nil, errCharset
		}
		body = out
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	body = declaration.ReplaceAll(body, []byte("$1"))
	return cleanXML(bytes.ToValidUTF8(body, []byte("\ufffd"))), nil
}

// encodingOf returns nil for UTF-8.
func encodingOf(body []byte, contentType, forced string) encoding.Encoding {
	if forced != "" {
		return lookup(forced)
	}
	switch {
	case bytes.HasPrefix(body, []byte{0xEF, 0xBB, 0xBF}):
		return nil
	case bytes.HasPrefix(body, []byte{0xFF, 0xFE}), bytes.HasPrefix(body, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte{'<', 0}), bytes.HasPrefix(body, []byte{'{', 0}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case bytes.HasPrefix(body, []byte{0, '<'}), bytes.HasPrefix(body, []byte{0, '{'}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	label := declared(body, contentType)
	if utf8.Valid(body) {
		if sevenBit(label) {
			return lookup(label)
		}
		return nil
	}
	_, name := charset.Lookup(label)
	if (name == "utf-8" || name == "") && mostlyUTF8(body) {
		return nil
	}
	if name != "" && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
		return lookup(label)
	}
	return guess(body)
}

func declared(body []byte, contentType string) string {
	if m := declaration.FindSubmatch(body[:min(len(body), 512)]); m != nil {
		return strings.TrimSpace(string(m[2]))
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	return ""
}

// lookup returns nil for UTF-8 and for names nobody knows.
func lookup(label string) encoding.Encoding {
	e, name := charset.Lookup(label)
	if name == "utf-8" || name == "replacement" {
		return nil
	}
	return e
}

// sevenBit names the encodings whose bytes are all ASCII and therefore always
// valid UTF-8.
func sevenBit(label string) bool {
	l := strings.ToLower(label)
	return strings.HasPrefix(l, "iso-2022-jp") || strings.HasPrefix(l, "hz-gb")
}

// mostlyUTF8 tells a UTF-8 text with a few bad bytes from a text that only
// claims to be UTF-8.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		i += n
	}
	return good >= 4*bad
}

// guess decides between the Arabic and the Western code page by how much of
// the text is above ASCII: European text has an accent here and there, Arabic
// text is made of such bytes.
func guess(b []byte) encoding.Encoding {
	high, letters := 0, 0
	for _, c := range b {
		switch {
		case c >= 0x80:
			high++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		}
	}
	// Markup is made of letters too, hence the low bar: a French feed stays
	// under two in a hundred.
	if high*20 > letters {
		return charmap.Windows1256
	}
	return charmap.Windows1252
}

// cleanXML drops the characters that XML forbids. gofeed drops the control
// characters too, later; doing it here first lets the guard see what gofeed
// will see.
func cleanXML(b []byte) []byte {
	clean := true
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			clean = false
			break
		}
	}
	if clean && !bytes.Contains(b, []byte("\uffff")) && !bytes.Contains(b, []byte("\ufffe")) {
		return b
	}
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < 0x20 || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, b)
}
