package cafe

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/dk"

	"mellemrum/internal/fault"
)

// Repeat is how the dates of a series are made out.
type Repeat string

// Dates come weekly, every other week, monthly on the same weekday of the
// month as the first date, on the weeks and weekdays of the season before, or
// are picked one by one.
const (
	Weekly      Repeat = "weekly"
	Fortnightly Repeat = "fortnightly"
	Monthly     Repeat = "monthly"
	Again       Repeat = "again" // as last season
	Picked      Repeat = "picked"
)

// Repeats lists the ways in the order forms show them.
var Repeats = []Repeat{Weekly, Fortnightly, Monthly, Again, Picked}

// MaxDates is the number of dates made out at a time: a year of weeks and one.
const MaxDates = 53

// Plan says which dates to make out. It is used once, for a preview and for
// the rows that are saved; no rule is kept.
type Plan struct {
	Repeat Repeat
	From   time.Time   // first date
	Until  time.Time   // last possible date, inclusive
	Picked []time.Time // for Picked
	Season []time.Time // for Again: the season before (LastSeason)
}

// PlannedDate is a date in a preview.
type PlannedDate struct {
	Date    time.Time
	Holiday string // message key of a Danish holiday on that date; empty: none
	School  string // message key of the schools' holiday around it; empty: none
}

// Dates makes out the plan's dates, at most MaxDates, in order and without
// repetition. Fields: repeat, from, until, picked.
func (p Plan) Dates(today time.Time) ([]PlannedDate, error) {
	var f fault.Fields
	var dates []time.Time
	switch p.Repeat {
	case Weekly, Fortnightly, Monthly:
		switch {
		case p.From.IsZero():
			f.Add("from", "errors.field_date_invalid")
		case p.From.Before(today):
			f.Add("from", "cafes.date_must_come")
		}
		switch {
		case p.Until.IsZero():
			f.Add("until", "errors.field_date_invalid")
		case p.Until.Before(p.From):
			f.Add("until", "cafes.until_before_from")
		}
		if len(f) == 0 {
			dates = p.repeated()
			if len(dates) > MaxDates {
				f.Add("until", "cafes.too_many_dates", "Max", MaxDates)
			}
		}
	case Again:
		switch {
		case p.From.IsZero():
			f.Add("from", "errors.field_date_invalid")
		case p.From.Before(today):
			f.Add("from", "cafes.date_must_come")
		}
		if len(p.Season) == 0 {
			f.Add("repeat", "series.no_season")
		}
		if len(f) == 0 {
			// The week of the first date may have begun with days that are gone.
			dates = slices.DeleteFunc(again(p.Season, p.From), func(d time.Time) bool { return d.Before(p.From) })
			switch {
			case len(dates) == 0: // all of it would be earlier that week
				f.Add("from", "series.season_gone")
			case len(dates) > MaxDates:
				f.Add("repeat", "cafes.too_many_dates", "Max", MaxDates)
			}
		}
	case Picked:
		for _, d := range p.Picked {
			if d.Before(today) {
				f.Add("picked", "cafes.date_must_come")
			}
		}
		dates = slices.Clone(p.Picked)
		slices.SortFunc(dates, time.Time.Compare)
		dates = slices.CompactFunc(dates, time.Time.Equal)
		switch {
		case len(dates) == 0:
			f.Add("picked", "cafes.write_dates")
		case len(dates) > MaxDates:
			f.Add("picked", "cafes.too_many_dates", "Max", MaxDates)
		}
	default:
		f.Add("repeat", "errors.field_choose_one")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	planned := make([]PlannedDate, len(dates))
	for i, d := range dates {
		planned[i] = PlannedDate{Date: d, Holiday: Holiday(d), School: SchoolHoliday(d)}
	}
	return planned, nil
}

// repeated steps from the first date, and one past MaxDates at most.
func (p Plan) repeated() []time.Time {
	var dates []time.Time
	for i := 0; len(dates) <= MaxDates; i++ {
		var d time.Time
		switch p.Repeat {
		case Weekly:
			d = p.From.AddDate(0, 0, 7*i)
		case Fortnightly:
			d = p.From.AddDate(0, 0, 14*i)
		default:
			d = sameWeekday(p.From, i)
		}
		if d.After(p.Until) {
			break
		}
		dates = append(dates, d)
	}
	return dates
}

// sameWeekday is the same weekday of the month, months later: the second
// Tuesday stays the second Tuesday. A fifth one is taken to mean the last.
func sameWeekday(from time.Time, months int) time.Time {
	first := time.Date(from.Year(), from.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	shift := (int(from.Weekday()) - int(first.Weekday()) + 7) % 7
	d := first.AddDate(0, 0, shift+(from.Day()-1)/7*7)
	if d.Month() != first.Month() {
		d = d.AddDate(0, 0, -7)
	}
	return d
}

// The days on which hardly anybody comes to a café: the public holidays, and
// the two evenings everybody spends at home.
var holidays = []struct {
	day *cal.Holiday
	key string
}{
	{dk.Nytaarsdag, "cafes.holiday_new_year"},
	{dk.Skaertorsdag, "cafes.holiday_maundy_thursday"},
	{dk.Langfredag, "cafes.holiday_good_friday"},
	{easter(0), "cafes.holiday_easter_sunday"},
	{dk.AndenPaaskedag, "cafes.holiday_easter_monday"},
	{dk.KristiHimmelfartsdag, "cafes.holiday_ascension"},
	{easter(49), "cafes.holiday_whit_sunday"},
	{dk.AndenPinsedag, "cafes.holiday_whit_monday"},
	{dk.Grundlovsdag, "cafes.holiday_constitution"},
	{&cal.Holiday{Month: time.December, Day: 24, Func: cal.CalcDayOfMonth}, "cafes.holiday_christmas_eve"},
	{dk.Juledag, "cafes.holiday_christmas"},
	{dk.AndenJuledag, "cafes.holiday_second_christmas"},
	{&cal.Holiday{Month: time.December, Day: 31, Func: cal.CalcDayOfMonth}, "cafes.holiday_new_years_eve"},
}

// easter is a day counted from Easter Sunday; the library leaves out the two
// Sundays, since shops close on them anyway.
func easter(offset int) *cal.Holiday { return &cal.Holiday{Offset: offset, Func: cal.CalcEasterOffset} }

// Holiday returns the message key of the Danish holiday on the date, or "".
func Holiday(date time.Time) string {
	for _, h := range holidays {
		actual, _ := h.day.Calc(date.Year())
		if actual.Year() == date.Year() && actual.Month() == date.Month() && actual.Day() == date.Day() {
			return h.key
		}
	}
	return ""
}
