package hours_test

import (
	"fmt"
	"time"

	"rasid/responder/hours"
)

// Two hours of work for a shop that closes on Friday: what comes on Thursday
// evening is due on Saturday morning.
func ExampleCalendar() {
	shop := hours.Calendar{Zone: time.FixedZone("Riyadh", 3*60*60)}
	for d := range shop.Week {
		if time.Weekday(d) != time.Friday {
			shop.Week[d] = []hours.Range{{From: hours.At(9, 0), To: hours.At(22, 0)}}
		}
	}
	thursday := time.Date(2026, time.November, 26, 21, 0, 0, 0, shop.Zone)
	due := shop.Add(thursday, 2*time.Hour)
	fmt.Println(shop.Open(thursday), shop.Open(thursday.AddDate(0, 0, 1)))
	fmt.Println(due.Format("Mon 15:04"))
	fmt.Println(shop.Between(thursday, due))
	// Output:
	// true false
	// Sat 10:00
	// 2h0m0s
}
