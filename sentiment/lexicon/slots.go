package lexicon

import (
	"rasid/sentiment/internal/text"
)

// slot is what a path through the tree takes instead of a word: the number of a kind of word ({n}, {day}, and what
// classes.tsv names), or one of those that compare, or the gap.
type slot uint8

// The kinds that the program knows by itself; those of classes.tsv come after them.
const (
	aNumber   slot = iota // {n}
	aDay                  // {day}, of the week
	aSpan                 // {span}, a number with its unit in one word: "30min"
	anOrdinal             // {nth}
	named                 // how many these are
)

// maxKinds is how many kinds there may be.
const maxKinds = 32

// Slots that compare a number, or a day, with the one before it in the entry, and the gap.
const (
	sooner slot = maxKinds + iota // {sooner} a day of the week one or two days before it
	other                         // {other} a day of the week up to five days later
	less                          // {less} a number below it
	few                           // {few} at most half of it
	more                          // {more} above it
	late                          // {late} an hour of the clock that comes three quarters of an hour or more after it
	many                          // {many} three or more, whatever stood before
	lots                          // {lots} twenty or more
	gap                           // {..} up to three words
)

// slots is a set of slots, a bit each.
type slots uint64

// bit is the set of one slot.
func (s slot) bit() slots { return 1 << s }

// own are the slots that entries may have without classes.tsv.
var own = map[string]slot{
	"n": aNumber, "day": aDay, "span": aSpan, "nth": anOrdinal,
	"less": less, "few": few, "more": more, "late": late, "sooner": sooner, "other": other, "many": many, "lots": lots, "..": gap,
}

// step extends the hash of a path by a slot.
func (s slot) step(h uint64) uint64 { return text.Step(h, slotSeed+uint64(s)) }

// slotSeed is no hash of a word.
const slotSeed = 0x7f51c0de00000000

// worth is a number as it is compared: twentieths and one, so that 0 is none and 6:20 lies between 6 and 7.
type worth uint16

const (
	unit  = 20
	clock = 12 * unit
)

func worthOf(v float64) worth {
	if v < 0 || v > 3000 {
		return 0
	}
	return worth(v*unit+.5) + 1
}

// filled are the slots that a word of some kinds fills, worth now, where the number or day before it is worth last.
func filled(kinds slots, last, now worth) slots {
	put := func(s slot, fills bool) {
		if fills {
			kinds |= s.bit()
		}
	}
	if kinds&aDay.bit() != 0 && last != 0 {
		d := daysAfter(last, now)
		put(other, d > 0 && d <= 5*unit)
		put(sooner, d >= 5*unit)
	}
	if kinds&aNumber.bit() == 0 || now == 0 {
		return kinds
	}
	put(many, now > 3*unit)
	put(lots, now > 20*unit)
	if last == 0 {
		return kinds
	}
	a, b := int(last)-1, int(now)-1
	put(less, b < a)
	put(few, 2*b <= a)
	put(more, b > a)
	d := ((b-a)%clock + clock) % clock
	put(late, d >= unit*3/4 && d <= unit*8)
	return kinds
}

// daysAfter is how long after a day of the week the next of another comes; six days after is rather one before.
func daysAfter(day, other worth) int {
	const week = 7 * unit
	return (int(other) - int(day) + week) % week
}
