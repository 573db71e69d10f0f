package cafe

import "time"

// WinterWeek is the week of the schools' winter holiday. Municipalities choose
// 7 or 8 themselves; Aalborg has 8.
const WinterWeek = 8

// SchoolHoliday returns the message key of the schools' holiday that the date
// falls into, or "". The holidays are those that Danish schools share; where a
// municipality has chosen other days, they are near enough to think twice.
func SchoolHoliday(date time.Time) string {
	for _, year := range []int{date.Year() - 1, date.Year()} {
		for _, h := range schoolHolidays(year) {
			if !date.Before(h.from) && !date.After(h.until) {
				return h.key
			}
		}
	}
	return ""
}

type schoolHoliday struct {
	key         string
	from, until time.Time // first and last day
}

// schoolHolidays are those that begin in the year.
func schoolHolidays(year int) []schoolHoliday {
	day := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }
	easter := easterSunday(year)
	midsummer := saturdayBy(day(time.June, 30)) // the law: the last Saturday of June
	christmas := saturdayBy(day(time.December, 23))
	newYear := time.Date(year+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	return []schoolHoliday{
		{"series.school_winter", weekOf(year, WinterWeek).AddDate(0, 0, -2), weekOf(year, WinterWeek).AddDate(0, 0, 6)},
		{"series.school_easter", easter.AddDate(0, 0, -8), easter.AddDate(0, 0, 1)},
		{"series.school_summer", midsummer, midsummer.AddDate(0, 0, 43)},
		{"series.school_autumn", weekOf(year, 42).AddDate(0, 0, -2), weekOf(year, 42).AddDate(0, 0, 6)},
		{"series.school_christmas", christmas, sundayFrom(newYear)},
	}
}

func easterSunday(year int) time.Time {
	actual, _ := easter(0).Calc(year)
	return time.Date(actual.Year(), actual.Month(), actual.Day(), 0, 0, 0, 0, time.UTC)
}

// weekOf is the Monday of an ISO week: 4 January is always in the first.
func weekOf(year, week int) time.Time {
	return monday(time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)).AddDate(0, 0, 7*(week-1))
}

// saturdayBy is the last Saturday that is not after the date.
func saturdayBy(date time.Time) time.Time {
	return date.AddDate(0, 0, -(int(date.Weekday())+1)%7)
}

// sundayFrom is the first Sunday that is not before the date.
func sundayFrom(date time.Time) time.Time {
	return date.AddDate(0, 0, (7-int(date.Weekday()))%7)
}
