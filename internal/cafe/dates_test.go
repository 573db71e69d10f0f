package cafe

import (
	"testing"
	"time"

	"mellemrum/internal/fault"
)

func day(s string) time.Time {
	d, ok := ParseDate(s)
	if !ok {
		panic(s)
	}
	return d
}

func listed(t *testing.T, p Plan, today string) []string {
	t.Helper()
	planned, err := p.Dates(day(today))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range planned {
		list = append(list, d.Date.Format(DateFormat))
	}
	return list
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestDatesAreMadeOutOneByOne(t *testing.T) {
	for name, c := range map[string]struct {
		plan Plan
		want []string
	}{
		"weekly across week 53 and the new year": {
			Plan{Repeat: Weekly, From: day("2026-12-22"), Until: day("2027-01-12")},
			[]string{"2026-12-22", "2026-12-29", "2027-01-05", "2027-01-12"}},
		"every other week": {
			Plan{Repeat: Fortnightly, From: day("2026-12-01"), Until: day("2026-12-31")},
			[]string{"2026-12-01", "2026-12-15", "2026-12-29"}},
		"the second Tuesday stays the second Tuesday": {
			Plan{Repeat: Monthly, From: day("2026-12-08"), Until: day("2027-04-30")},
			[]string{"2026-12-08", "2027-01-12", "2027-02-09", "2027-03-09", "2027-04-13"}},
		"a fifth Thursday is taken to mean the last": {
			Plan{Repeat: Monthly, From: day("2026-12-31"), Until: day("2027-03-31")},
			[]string{"2026-12-31", "2027-01-28", "2027-02-25", "2027-03-25"}},
		"picked ones in order and once": {
			Plan{Repeat: Picked, Picked: []time.Time{day("2027-01-09"), day("2026-12-12"), day("2027-01-09")}},
			[]string{"2026-12-12", "2027-01-09"}},
	} {
		if got := listed(t, c.plan, "2026-11-23"); !same(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestTheLocalHourStaysOverDaylightSaving(t *testing.T) {
	for _, d := range []string{"2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31"} {
		at, ok := At(day(d), "16:30")
		if !ok || at.Format("2006-01-02 15:04") != d+" 16:30" {
			t.Errorf("%s 16:30 became %v", d, at)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for field, p := range map[string]Plan{
		"repeat": {Repeat: "yearly", From: day("2026-12-01"), Until: day("2027-01-01")},
		"from":   {Repeat: Weekly, From: day("2026-11-01"), Until: day("2027-01-01")},
		"until":  {Repeat: Weekly, From: day("2026-12-01"), Until: day("2026-11-30")},
		"picked": {Repeat: Picked},
	} {
		_, err := p.Dates(day("2026-11-23"))
		if !fault.FieldsOf(err).Has(field) {
			t.Errorf("%+v: want a mistake at %s, got %v", p, field, err)
		}
	}
	_, err := Plan{Repeat: Weekly, From: day("2026-12-01"), Until: day("2036-12-01")}.Dates(day("2026-11-23"))
	if !fault.FieldsOf(err).Has("until") {
		t.Errorf("ten years of weeks: %v", err)
	}
	if _, err := (Plan{Repeat: Weekly, From: day("2026-12-01"), Until: day("2027-11-30")}).Dates(day("2026-11-23")); err != nil {
		t.Errorf("a year of weeks is refused: %v", err)
	}
}

// Dates from the church and the Constitution; Easter 2027 is 28 March.
func TestDanishHolidaysAreMarked(t *testing.T) {
	for d, want := range map[string]string{
		"2027-01-01": "cafes.holiday_new_year",
		"2027-03-25": "cafes.holiday_maundy_thursday",
		"2027-03-26": "cafes.holiday_good_friday",
		"2027-03-28": "cafes.holiday_easter_sunday",
		"2027-03-29": "cafes.holiday_easter_monday",
		"2027-04-23": "", // store bededag is no holiday since 2024
		"2027-05-06": "cafes.holiday_ascension",
		"2027-05-16": "cafes.holiday_whit_sunday",
		"2027-05-17": "cafes.holiday_whit_monday",
		"2027-06-05": "cafes.holiday_constitution",
		"2026-12-24": "cafes.holiday_christmas_eve",
		"2026-12-25": "cafes.holiday_christmas",
		"2026-12-26": "cafes.holiday_second_christmas",
		"2026-12-31": "cafes.holiday_new_years_eve",
		"2026-12-08": "",
	} {
		if got := Holiday(day(d)); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
