// Package spreadsheet disarms what strangers wrote before it is put into a table:
// spreadsheets take some cells for formulas and run them.
package spreadsheet

import (
	"strings"
	"unicode/utf8"
)

// formula holds the letters that make spreadsheets take a cell for a formula or
// a command, in both widths (OWASP, CSV Injection).
const formula = "=+-@|%\t\r\n＝＋－＠"

// unseen are the letters before a formula that spreadsheets, or the people who
// copy from them, pass over.
const unseen = " '\u00a0\u200b\u200e\u200f\u2066\u2067\u2068\u2069\ufeff"

// Cell makes a value safe for spreadsheets: one that would become a formula
// gets an apostrophe in front, which spreadsheets do not show.
func Cell(s string) string {
	if dangerous(s) || dangerous(strings.TrimLeft(s, unseen)) {
		return "'" + s
	}
	return s
}

// Words undoes Cell.
func Words(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && Cell(rest) == cell {
		return rest
	}
	return cell
}

func dangerous(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && strings.ContainsRune(formula, r)
}
