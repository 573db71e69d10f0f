package i18n

import (
	"strings"
	"time"
)

// Zone is where the cafés are; every time is shown in it.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		panic(err) // tzdata is compiled in
	}
	return zone
}()

// Day is the date at the moment, as dates are kept: its midnight in UTC.
func Day(now time.Time) time.Time {
	y, m, d := now.In(Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Date is the day without its weekday: "12. december 2026". Arabic names the
// months as Egypt and the Gulf do (ديسمبر), not as the Levant does (كانون
// الأول): readers from everywhere know those names, and they sound like the
// months on a Danish calendar.
func (l *Locale) Date(t time.Time) string { return l.cldr.FmtDateLong(t.In(Zone)) }

// DateLong is the day with its weekday: "lørdag den 12. december 2026".
func (l *Locale) DateLong(t time.Time) string { return l.cldr.FmtDateFull(t.In(Zone)) }

// DateShort is the day in figures. The library's Ukrainian form has two
// figures for the year and its Arabic one marks that upset plain text, so the
// layouts are written here. Arabic takes the figures 0–9, as phone numbers,
// addresses and clocks in Denmark do.
func (l *Locale) DateShort(t time.Time) string {
	layout := "02.01.2006"
	if l.Code == "en" || l.Code == "ar" {
		layout = "02/01/2006"
	}
	return t.In(Zone).Format(layout)
}

// Clock is the time of day: "kl. 16.30", "16:30". Clocks in Denmark show 24
// hours, also to readers of Arabic.
func (l *Locale) Clock(t time.Time) string {
	if l.Code == "da" {
		return "kl. " + l.hour(t)
	}
	return l.hour(t)
}

func (l *Locale) hour(t time.Time) string {
	if l.Code == "da" {
		return t.In(Zone).Format("15.04")
	}
	return t.In(Zone).Format("15:04")
}

// ClockRange is from one time of day to another: "kl. 16.30–18.30".
func (l *Locale) ClockRange(from, to time.Time) string { return l.Clock(from) + "–" + l.hour(to) }

// DateTime is the day and the time of day.
func (l *Locale) DateTime(t time.Time) string { return l.DateShort(t) + " " + l.Clock(t) }

// Weekday is the weekday's name.
func (l *Locale) Weekday(d time.Weekday) string { return l.cldr.WeekdayWide(d) }

// Month is the month's name as it stands after a day.
func (l *Locale) Month(m time.Month) string { return l.cldr.MonthWide(m) }

// Number writes a whole number with the language's grouping, in figures 0–9.
func (l *Locale) Number(n int) string {
	s := l.cldr.FmtNumber(float64(n), 0)
	if l.Code == "ar" {
		s = strings.ReplaceAll(s, "٬", ",")
	}
	return s
}

// List joins names the way the language does: "a, b og c".
func (l *Locale) List(names []string) string {
	and := map[string]string{"da": " og ", "en": " and ", "uk": " і ", "ar": " و"}[l.Code]
	comma := ", "
	if l.Code == "ar" {
		comma = "، "
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], comma) + and + names[n-1]
	}
}
