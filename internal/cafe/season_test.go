package cafe

import (
	"slices"
	"testing"
	"time"
)

func days(list ...string) []time.Time {
	var dates []time.Time
	for _, s := range list {
		dates = append(dates, day(s))
	}
	return dates
}

func TestASeasonEndsWithAPause(t *testing.T) {
	t.Parallel()
	all := days("2026-03-03", "2026-03-10", "2026-05-26", "2026-09-01", "2026-09-08", "2026-10-06", "2026-11-10")
	if got := lastRun(all); !slices.Equal(got, all[3:]) {
		t.Errorf("%v", got)
	}
	if len(lastRun(nil)) != 0 || len(lastRun(all[:1])) != 1 {
		t.Error("a season of none or one")
	}
}

// A season is held again on the same weekdays, also over week 53 and the
// change of the clocks.
func TestASeasonIsHeldAgainOnItsWeekdays(t *testing.T) {
	t.Parallel()
	season := days("2026-09-01", "2026-09-15", "2026-12-29") // Tuesdays; the last in week 53
	p := Plan{Repeat: Again, From: day("2027-08-30"), Season: season}
	planned, err := p.Dates(day("2026-11-23"))
	if err != nil {
		t.Fatal(err)
	}
	var got []time.Time
	for _, d := range planned {
		got = append(got, d.Date)
	}
	if want := days("2027-08-31", "2027-09-14", "2027-12-28"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// One who begins on a Wednesday does not get the Tuesday before.
	p.From = day("2027-09-01")
	if planned, err = p.Dates(day("2026-11-23")); err != nil || len(planned) != 2 {
		t.Errorf("%v, %v", planned, err)
	}
	p.Season = nil
	if _, err = p.Dates(day("2026-11-23")); err == nil {
		t.Error("a season that never was is held again")
	}
}

func TestSchoolHolidaysAreComputed(t *testing.T) {
	t.Parallel()
	for key, c := range map[string]struct{ before, first, last, after string }{
		"series.school_christmas": {"2024-12-20", "2024-12-21", "2025-01-05", "2025-01-06"},
		"series.school_winter":    {"2026-02-13", "2026-02-14", "2026-02-22", "2026-02-23"},
		"series.school_easter":    {"2026-03-27", "2026-03-28", "2026-04-06", "2026-04-07"},
		"series.school_summer":    {"2026-06-26", "2026-06-27", "2026-08-09", "2026-08-10"},
		"series.school_autumn":    {"2026-10-09", "2026-10-10", "2026-10-18", "2026-10-19"},
	} {
		for date, want := range map[string]string{c.before: "", c.first: key, c.last: key, c.after: ""} {
			if got := SchoolHoliday(day(date)); got != want {
				t.Errorf("%s: %q, want %q", date, got, want)
			}
		}
	}
	for _, date := range []string{"2025-12-20", "2026-01-04"} {
		if SchoolHoliday(day(date)) != "series.school_christmas" {
			t.Errorf("%s is no holiday", date)
		}
	}
	// Every year has its five, and none is longer than the summer's.
	for year := 2020; year < 2060; year++ {
		for _, h := range schoolHolidays(year) {
			if n := h.until.Sub(h.from).Hours()/24 + 1; n < 9 || n > 44 {
				t.Errorf("%d %s: %.0f days", year, h.key, n)
			}
		}
	}
}
