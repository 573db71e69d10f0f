package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
)

// newCafe makes a café that is held by the harness's partner, with one date.
func (h *harness) newCafe(s cafe.Series, date string) string {
	h.t.Helper()
	s.DistrictID, s.Venue, s.Address, s.Starts, s.Ends = h.district, "Prøvehuset", "Opdigtet Vej 1", "16:30", "18:30"
	s.Languages = []string{"da"}
	s.Hosts = append(s.Hosts, h.organisation)
	c := must[cafe.Cafe](h.t)(h.services.Cafes.Create(context.Background(), authz.TheSystem, s))
	d, _ := cafe.ParseDate(date)
	must[int](h.t)(h.services.Cafes.AddDates(context.Background(), authz.TheSystem, c.ID, []time.Time{d}))
	return "/cafeer/" + c.Slug + "/" + date
}

func TestBeforeSignUpOpensThePageSaysWhen(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	habits := cafe.UsualHabits
	habits.OpensDays, habits.ClosesMinutes = 7, 120
	at := h.newCafe(cafe.Series{Name: "Senere Café", Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 4}), Habits: habits}, "2026-12-10")

	soon := h.get(t, anonymous, at).want(t, http.StatusOK, "Tilmeldingen åbner torsdag den 3. december 2026 kl. 08.00")
	if strings.Contains(soon.body, `name="name"`) {
		t.Error("there is a form before sign-up opens")
	}
	h.get(t, anonymous, "/cafeer").want(t, http.StatusOK, "Tilmeldingen åbner 3. december 2026")
	h.post(t, anonymous, at, signUpForm()).want(t, http.StatusConflict, "Tilmeldingen åbner torsdag den 3. december 2026")

	h.now = time.Date(2026, 12, 3, 8, 0, 0, 0, i18n.Zone)
	h.get(t, anonymous, at).want(t, http.StatusOK, `name="name"`)

	h.now = time.Date(2026, 12, 10, 15, 0, 0, 0, i18n.Zone)
	closed := h.get(t, anonymous, at).want(t, http.StatusOK, "Tilmeldingen er lukket")
	if strings.Contains(closed.body, `name="name"`) {
		t.Error("there is a form after sign-up has closed")
	}
	h.get(t, anonymous, "/cafeer").want(t, http.StatusOK, "Tilmeldingen er lukket")
	h.post(t, anonymous, at, signUpForm()).want(t, http.StatusGone, "Tilmeldingen er lukket", "Senere Café")
	h.post(t, anonymous, at, url.Values{}).want(t, http.StatusGone, "Tilmeldingen er lukket")
}

func TestWhatNobodyNeedsToAnswerIsKept(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := h.datePath(h.date)
	h.get(t, anonymous, at).want(t, http.StatusOK, `name="first_time"`, `name="photo"`, `name="ask_me"`, "Sæt kryds, hvis det passer")
	wrong := h.post(t, anonymous, at, signUpForm("name", "", "first_time", "1", "photo", "1")).want(t, http.StatusUnprocessableEntity)
	if strings.Count(wrong.body, "checked") != 3 {
		t.Error("a tick is lost with a mistake elsewhere")
	}
	h.post(t, anonymous, at, signUpForm("first_time", "1", "photo", "1", "ask_me", "1")).want(t, http.StatusSeeOther)
	if h.count("FROM sign_ups WHERE first_time AND photo AND NOT ask_me") != 1 {
		t.Error("a guest's ticks are not kept, or a guest is asked to stand in")
	}
	h.post(t, anonymous, at, signUpForm("place", "host", "email", "vaert@post.example", "first_time", "1", "ask_me", "1")).want(t, http.StatusSeeOther)
	if h.count("FROM sign_ups WHERE ask_me AND NOT first_time AND NOT photo") != 1 {
		t.Error("a helper's ticks are not kept")
	}

	guests := h.newCafe(cafe.Series{Name: "Kun Gæster", Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 4}), Habits: cafe.UsualHabits}, h.date)
	if strings.Contains(h.get(t, anonymous, guests).body, `name="ask_me"`) {
		t.Error("guests are asked to stand in where nobody helps")
	}
}

func TestShiftsAreToldApart(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := h.newCafe(cafe.Series{Name: "Café Vagt", Habits: cafe.UsualHabits, Places: []cafe.PlaceSpec{
		{Key: "guest", Kind: cafe.Guest, Capacity: 4},
		{Key: "host", Kind: cafe.Host, Minimum: 1, Capacity: 2, Starts: "16:30", Ends: "17:30"},
		{Key: "host-2", Kind: cafe.Host, Capacity: 2, Starts: "17:30", Ends: "18:30"},
		{Key: "interpreter", Kind: cafe.Interpreter, Minimum: 1, Capacity: 1, Language: "ar"},
	}}, h.date)
	h.get(t, anonymous, at).want(t, http.StatusOK, `value="host-2"`, "Vært, kl. 16.30–17.30", "Vært, kl. 17.30–18.30", "Tolk: arabisk",
		"Vi mangler 1 vært", "Vi mangler 1 tolk")
	h.post(t, anonymous, at, signUpForm("place", "host", "party", "1")).want(t, http.StatusSeeOther)
	if body := h.get(t, anonymous, at).body; strings.Contains(body, "Vi mangler 1 vært") {
		t.Error("a shift that has its hosts still says that it is short")
	}
}

func TestTheDatesAreOfferedAsACalendar(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for page, feed := range map[string]string{
		"/cafeer":                      "/feeds/cafeer.ics",
		"/cafeer?bydel=testby":         "/feeds/cafeer.ics?bydel=testby",
		"/cafeer?bydel=findes-ikke":    "/feeds/cafeer.ics",
		"/cafeer/" + h.cafe:            "/feeds/cafeer.ics?cafe=" + h.cafe,
		"/bydele/testby":               "/feeds/cafeer.ics?bydel=testby",
		"/cafeer?bydel=testby&lang=en": "/feeds/cafeer.ics?bydel=testby&amp;lang=en",
	} {
		h.get(t, anonymous, page).want(t, http.StatusOK, `<a href="`+feed+`"`)
	}
	h.get(t, anonymous, "/cafeer/"+h.cafe).want(t, http.StatusOK, `href="/cafeer/`+h.cafe+`/plakat"`, `type="text/calendar"`)
}
