package responder

import (
	"strings"
	"time"
)

// Period is how much a report tells of.
type Period string

// The periods of a report.
const (
	OneDay   Period = "day"
	OneWeek  Period = "week"  // the seven days up to a day
	OneMonth Period = "month" // the calendar month of a day
)

// periodWords are what staff may write after /digest, in both languages.
func periodWords(word string) (period Period, daysAgo int, ok bool) {
	switch strings.ToLower(word) {
	case "today", "اليوم", "day", "يوم":
		return OneDay, 0, true
	case "yesterday", "أمس", "امس":
		return OneDay, 1, true
	case "week", "أسبوع", "اسبوع", "الأسبوع", "الاسبوع":
		return OneWeek, 0, true
	case "month", "شهر", "الشهر":
		return OneMonth, 0, true
	}
	return "", 0, false
}

// ReadPeriod reads what stands after /digest: a date, a word for a period, or
// both; nothing is the day of now. It reports false for anything else.
func ReadPeriod(text string, now time.Time) (day time.Time, period Period, ok bool) {
	day, period = now, OneDay
	words := strings.Fields(text)
	if len(words) > 2 {
		return day, period, false
	}
	dated := false
	for i, w := range words {
		if p, ago, ok := periodWords(w); ok && (i == 0 || dated && ago == 0) {
			day, period = day.AddDate(0, 0, -ago), p
			continue
		}
		d, err := time.ParseInLocation(time.DateOnly, w, now.Location())
		if err != nil || dated {
			return day, period, false
		}
		day, dated = d.Add(12*time.Hour), true // noon is on the same day whatever the clocks did
	}
	return day, period, true
}
