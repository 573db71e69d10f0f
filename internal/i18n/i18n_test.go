package i18n

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
)

func TestDatesAreWrittenTheLanguagesWay(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	from, to := at("2026-12-05T15:30:00Z"), at("2026-12-05T17:30:00Z") // 16.30 in Copenhagen
	for code, want := range map[string][]string{
		"da": {"5. december 2026", "lørdag den 5. december 2026", "05.12.2026", "kl. 16.30–18.30", "05.12.2026 kl. 16.30", "12.345"},
		"en": {"5 December 2026", "Saturday, 5 December 2026", "05/12/2026", "16:30–18:30", "05/12/2026 16:30", "12,345"},
		"uk": {"5 грудня 2026 р.", "субота, 5 грудня 2026 р.", "05.12.2026", "16:30–18:30", "05.12.2026 16:30", "12\u00a0345"},
		"ar": {"5 ديسمبر 2026", "السبت، 5 ديسمبر 2026", "05/12/2026", "16:30–18:30", "05/12/2026 16:30", "12,345"},
	} {
		l := ByCode(code)
		got := []string{l.Date(from), l.DateLong(from), l.DateShort(from), l.ClockRange(from, to), l.DateTime(from), l.Number(12345)}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: got %q, want %q", code, got[i], want[i])
			}
		}
	}
	// The clocks change at 1.00 UTC on the last Sundays of March and October.
	for utc, want := range map[string]string{
		"2027-03-28T00:59:59Z": "kl. 01.59", "2027-03-28T01:00:00Z": "kl. 03.00",
		"2027-10-31T00:59:59Z": "kl. 02.59", "2027-10-31T01:00:00Z": "kl. 02.00",
	} {
		if got := ByCode("da").Clock(at(utc)); got != want {
			t.Errorf("%s: got %s, want %s", utc, got, want)
		}
	}
	// The night between two days, an hour before and after summer time begins.
	for code, want := range map[string][]string{
		"da": {"lørdag den 27. marts 2027", "28.03.2027 kl. 01.59", "28.03.2027 kl. 03.00"},
		"en": {"Saturday, 27 March 2027", "28/03/2027 01:59", "28/03/2027 03:00"},
		"uk": {"субота, 27 березня 2027 р.", "28.03.2027 01:59", "28.03.2027 03:00"},
		"ar": {"السبت، 27 مارس 2027", "28/03/2027 01:59", "28/03/2027 03:00"},
	} {
		l := ByCode(code)
		got := []string{l.DateLong(at("2027-03-27T22:59:59Z")), l.DateTime(at("2027-03-28T00:59:59Z")), l.DateTime(at("2027-03-28T01:00:00Z"))}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	// A date is midnight UTC and stays its own day.
	if got := ByCode("da").Date(at("2027-07-01T00:00:00Z")); got != "1. juli 2027" {
		t.Errorf("got %s", got)
	}
}

func TestMonthsAndWeekdaysHaveTheirNames(t *testing.T) {
	for code, want := range map[string]string{
		"da": "januar februar marts april maj juni juli august september oktober november december, mandag tirsdag onsdag torsdag fredag lørdag søndag",
		"en": "January February March April May June July August September October November December, Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
		"uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня, понеділок вівторок середа четвер пʼятниця субота неділя",
		"ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر, الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
	} {
		l := ByCode(code)
		var months, days []string
		for m := time.January; m <= time.December; m++ {
			months = append(months, l.Month(m))
		}
		for d := range 7 {
			days = append(days, l.Weekday(time.Weekday((d+1)%7)))
		}
		if got := strings.Join(months, " ") + ", " + strings.Join(days, " "); got != want {
			t.Errorf("%s: got %s", code, got)
		}
	}
}

func TestNamesAreJoinedTheLanguagesWay(t *testing.T) {
	names := []string{"A", "B", "C"}
	for code, want := range map[string]string{"da": "A, B og C", "en": "A, B and C", "uk": "A, B і C", "ar": "A، B وC"} {
		if got := ByCode(code).List(names); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	if got := ByCode("da").List(nil) + ByCode("da").List(names[:1]) + ByCode("da").List(names[:2]); got != "AA og B" {
		t.Errorf("got %q", got)
	}
}

func TestTheReadersLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"":                        "da",
		"da":                      "da",
		"da-DK,da;q=0.9,en;q=0.8": "da",
		"en-US,en;q=0.9":          "en",
		"uk-UA,uk;q=0.9,ru;q=0.8": "uk",
		"ar":                      "ar",
		"ar-SY,ar;q=0.9,en;q=0.5": "ar",
		"nb-NO":                   "da",
		"sv":                      "da",
		"so,ar;q=0.8":             "ar",
		"ru":                      "en",
		"pl":                      "en",
		"tr-TR,tr;q=0.9,da;q=0.5": "da",
		"en;q=0.2,uk;q=0.9":       "uk",
		"!!!":                     "da",
		"*":                       "da",
		"so,*;q=0.5":              "en",
		"ckb":                     "en",
		"kl-GL,en;q=0.5":          "da",
		"da;q=0,uk":               "uk",
	} {
		if got := Match(header).Code; got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

// Numbers that pick each form there is, by CLDR.
func TestPluralFormsAreTheLanguagesOwn(t *testing.T) {
	forms := map[plural.Form]message{plural.Zero: cut("zero"), plural.One: cut("one"), plural.Two: cut("two"), plural.Few: cut("few"),
		plural.Many: cut("many"), plural.Other: cut("other {{.Count}} {{.Name}}")}
	for code, want := range map[string]map[int]string{
		"da": {0: "other 0 x", 1: "one", 2: "other 2 x", 21: "other 21 x", 1000: "other 1.000 x"},
		"en": {0: "other 0 x", 1: "one", 2: "other 2 x"},
		"uk": {0: "many", 1: "one", 2: "few", 4: "few", 5: "many", 11: "many", 12: "many", 21: "one", 22: "few", 25: "many", 111: "many"},
		"ar": {0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other 100 x", 103: "few", 102: "other 102 x"},
	} {
		l := *ByCode(code)
		l.plurals = map[string]map[plural.Form]message{"test.forms": forms}
		for n, text := range want {
			if got := l.N("test.forms", n, "Name", "x"); got != text {
				t.Errorf("%s %d: got %q, want %q", code, n, got, text)
			}
		}
	}
}

func TestAMessageThatIsMissingIsSeen(t *testing.T) {
	l := ByCode("da")
	for _, got := range []string{l.T("common.there_is_none"), l.N("common.there_is_none", 2)} {
		if got != "⟦common.there_is_none⟧" {
			t.Errorf("got %q", got)
		}
	}
}

func TestWhatALanguageLacksIsSaidInDanish(t *testing.T) {
	empty := Locale{Code: "uk", cldr: ByCode("uk").cldr, tag: ByCode("uk").tag}
	if got, want := empty.T("ui.menu"), all[0].T("ui.menu"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// 21 is "one" in Ukrainian and not in Danish.
	if got, want := empty.N("ui.places_left", 21), all[0].N("ui.places_left", 21); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A page says some hundred messages and has a dozen dates.
func BenchmarkT(b *testing.B) {
	for b.Loop() {
		_ = all[0].T("ui.site_name")
	}
}

func BenchmarkTWithNames(b *testing.B) {
	for b.Loop() {
		_ = all[0].T("ui.page_of", "Page", 2, "Pages", 7)
	}
}

func BenchmarkN(b *testing.B) {
	for b.Loop() {
		_ = ByCode("ar").N("ui.places_left", 12)
	}
}

func BenchmarkDateLong(b *testing.B) {
	t := time.Date(2026, 12, 5, 15, 30, 0, 0, time.UTC)
	for b.Loop() {
		_ = all[0].DateLong(t)
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		_ = Match("tr-TR,tr;q=0.9,da;q=0.8,en;q=0.7")
	}
}
