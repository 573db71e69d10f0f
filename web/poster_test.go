package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
)

func TestAPosterShowsTheDatesThatCome(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/cafeer/" + h.cafe + "/plakat"
	page := h.get(t, anonymous, at).want(t, http.StatusOK, "Café Prøve", "Prøvehuset", "Opdigtet Vej 1", "Kaffe og kage.", "Værterne", "Testby",
		`class="poster-sheet poster-a4"`, ">mellemrum.example/<wbr>cafeer/<wbr>"+h.cafe+"<", `aria-label="QR-kode til mellemrum.example/cafeer/`+h.cafe+`"`,
		"tirsdag d. 1. december", "tirsdag d. 8. december", "kl. 16.30–18.30")
	if n := strings.Count(page.body, `class="poster-day"`); n != 2 {
		t.Errorf("%d dates, want the two that come: neither the cancelled one nor the one past", n)
	}
	for _, word := range []string{"gratis", "Vandskade", "Prøve Gæst"} {
		if strings.Contains(strings.ToLower(page.body), strings.ToLower(word)) {
			t.Errorf("the poster says %q", word)
		}
	}
	before := h.queries.Load()
	h.get(t, anonymous, at+"?stoerrelse=a3&sprog=da&sprog=uk&sprog=ar").want(t, http.StatusOK, "poster-a3", "poster-of-3")
	if n := h.queries.Load() - before; n > 2 {
		t.Errorf("%d queries for a poster", n)
	}
}

func TestAPosterSpeaksEachLanguageInItsOwnWay(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/cafeer/" + h.cafe + "/plakat"
	page := h.get(t, anonymous, at+"?sprog=ar&sprog=da&sprog=uk").want(t, http.StatusOK,
		`<section class="poster-column" lang="ar" dir="rtl">`, `<section class="poster-column" lang="uk" dir="ltr">`,
		"tirsdag d. 1. december", "вівторок, 1 грудня", "الثلاثاء 1 ديسمبر", "Kaffe og kage.")
	if strings.Count(page.body, "Kaffe og kage.") != 1 {
		t.Error("the café's Danish words stand in more than the Danish column")
	}
	if strings.ContainsAny(page.body, "٠١٢٣٤٥٦٧٨٩") {
		t.Error("figures that no calendar in Denmark has")
	}
	alone := h.get(t, anonymous, at+"?sprog=ar").want(t, http.StatusOK, `lang="ar" dir="rtl"`)
	if strings.Contains(alone.body, "Kaffe og kage.") {
		t.Error("a poster without Danish quotes Danish")
	}
	h.get(t, anonymous, at+"?sprog=da&lang=ar").want(t, http.StatusOK, `<html lang="ar" dir="rtl">`, `name="lang" value="ar"`, `lang="da" dir="ltr"`, "tirsdag d. 1. december")
}

func TestAPosterThatCannotBeMadeIsRefusedKindly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/cafeer/" + h.cafe + "/plakat"
	for query, says := range map[string]string{
		"?sprog=da&sprog=en&sprog=uk&sprog=ar": `href="#f-sprog"`,
		"?stoerrelse=a0":                       `href="#f-stoerrelse"`,
		"?sprog=tlh":                           `href="#f-sprog"`,
		"?sprog=%ff&stoerrelse=%00":            `href="#f-stoerrelse"`,
	} {
		page := h.get(t, anonymous, at+query).want(t, http.StatusUnprocessableEntity, says, `name="sprog"`)
		if strings.Contains(page.body, "poster-sheet") {
			t.Errorf("%s: a poster nobody chose", query)
		}
	}
	h.get(t, anonymous, "/cafeer/findes-ikke/plakat").want(t, http.StatusNotFound)
}

func TestAPosterHoldsNoDatesOrAYearOfThem(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/cafeer/" + h.cafe + "/plakat"
	var year []time.Time
	for d, _ := cafe.ParseDate("2027-01-05"); len(year) < 53; d = d.AddDate(0, 0, 7) {
		year = append(year, d)
	}
	must[int](t)(h.services.Cafes.AddDates(context.Background(), authz.TheSystem, h.cafeID, year))
	for query, most := range map[string]int{"": 6, "?stoerrelse=a3": 8} {
		page := h.get(t, anonymous, at+query).want(t, http.StatusOK, "Se alle dage med koden")
		if n := strings.Count(page.body, `class="poster-day"`); n != most {
			t.Errorf("%q: %d dates, want %d", query, n, most)
		}
	}
	h.now = h.now.AddDate(3, 0, 0)
	page := h.get(t, anonymous, at+"?sprog=da&sprog=ar").want(t, http.StatusOK, "Vi er ved at finde nye dage", "نبحث عن أيام جديدة")
	if strings.Contains(page.body, `class="poster-day"`) {
		t.Error("dates that are over")
	}
}
