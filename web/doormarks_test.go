package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/pg"
)

func (h *harness) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Pool().Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) signUpID(email string) uuid.UUID {
	h.t.Helper()
	return must[uuid.UUID](h.t)(pg.One(h.t.Context(), h.db.Fresh(), `SELECT id FROM sign_ups WHERE email = $1 ORDER BY seq DESC LIMIT 1`, pg.Scalar[uuid.UUID], email))
}

// Whoever was passed over may ask why: the page knows.
func TestTheDoorListTellsWhyEachWasPromoted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date
	h.signUp(h.date, "a@post.example", 2)
	first := h.signUp(h.date, "b@post.example", 2)
	h.signUp(h.date, "stor@post.example", 4)
	h.signUp(h.date, "c@post.example", 1)
	if body := h.get(t, coordinator, at).want(t, http.StatusOK).body; strings.Contains(body, "Fik plads") {
		t.Error("somebody who never waited is said to have been promoted")
	}
	h.now = h.now.Add(65 * time.Minute)
	must[cafe.Mine](t)(h.services.Cafes.Cancel(t.Context(), authz.Nobody, first))
	h.get(t, coordinator, at).want(t, http.StatusOK, "Fik plads 23.11.2026 kl. 13.05, fordi nogen meldte afbud. Der var 2 pladser. "+
		"1 større selskab længere fremme i køen var der ikke plads til.")
	for because, says := range map[cafe.Because]string{cafe.GaveBack: "gav pladsen videre", cafe.SmallerParty: "blev mindre",
		cafe.RaisedCapacity: "flere pladser", cafe.SaidYes: "sagde ja samme dag"} {
		h.exec(`UPDATE sign_ups SET promoted_because = $1 WHERE email = 'c@post.example'`, because)
		for _, lang := range []string{"da", "en", "uk", "ar"} {
			if body := h.get(t, coordinator, at+"?lang="+lang).want(t, http.StatusOK).body; strings.Contains(body, "⟦") {
				t.Errorf("%s is not told in %s", because, lang)
			}
		}
		h.get(t, coordinator, at).want(t, http.StatusOK, says)
	}
}

// What staff must act on stands beside the name: mail that does not arrive, a
// new time not answered, photos, first visits, languages, what is missing.
func TestTheDoorListTellsWhatStaffMustKnow(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/partner/cafeer/" + h.cafe + "/" + h.date
	h.signUp(h.date, "Sender.Retur@post.example", 1)
	h.exec(`INSERT INTO mail_bounces (address, reason, at) VALUES ('sender.retur@post.example', '550', now())`)
	h.get(t, partner, at).want(t, http.StatusOK, "Mail kommer ikke frem.", "ikke foto")
	h.exec(`UPDATE sign_ups SET phone = '+4520123456', photo = true, first_time = true, language = 'ar', keep_asked_at = now() WHERE email = 'Sender.Retur@post.example'`)
	h.exec(`UPDATE occasion_places SET minimum = 2 WHERE kind = 'host'`)
	body := h.get(t, partner, at).want(t, http.StatusOK, "Ring i stedet", "foto ja", "første gang", "Sprog: arabisk 1", "Har ikke svaret på den nye tid", "mangler 2").body
	if strings.Contains(body, "ikke foto") {
		t.Error("consent is shown as none")
	}
	h.exec(`UPDATE sign_ups SET kept_at = now()`)
	h.get(t, partner, at).want(t, http.StatusOK, "Kommer også på den nye tid")
	h.exec(`UPDATE occasion_places SET starts_at = $1, ends_at = $2, language = '' WHERE kind = 'host'`,
		time.Date(2026, 12, 1, 15, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC))
	h.get(t, partner, at).want(t, http.StatusOK, "Værter kl. 16.00–17.00")
}

// On the day: who has been asked, and a press for a yes by phone.
func TestAYesByPhoneIsNotedAtTheDoor(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/partner/cafeer/" + h.cafe + "/" + h.date
	gives := h.signUp(h.date, "giver@post.example", 4)
	h.signUp(h.date, "venter@post.example", 2)
	waiting := h.signUpID("venter@post.example")
	h.now = time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC) // 14.00, two and a half hours before
	if body := h.get(t, partner, at).want(t, http.StatusOK).body; strings.Contains(body, "/sagt-ja") {
		t.Error("somebody who was not asked can say yes")
	}
	h.post(t, partner, at+"/sagt-ja", url.Values{"signup": {waiting.String()}}).want(t, http.StatusConflict)
	must[cafe.Mine](t)(h.services.Cafes.Cancel(t.Context(), authz.Nobody, gives))
	h.get(t, partner, at).want(t, http.StatusOK, "Er spurgt", "/sagt-ja", "kan svare indtil")
	h.post(t, otherPartner, at+"/sagt-ja", url.Values{"signup": {waiting.String()}}).want(t, http.StatusNotFound)
	h.post(t, partner, at+"/sagt-ja", url.Values{"signup": {uuid.NewString()}}).want(t, http.StatusNotFound)
	for range 2 {
		h.post(t, partner, at+"/sagt-ja", url.Values{"signup": {waiting.String()}}).want(t, http.StatusSeeOther)
	}
	h.get(t, partner, at).want(t, http.StatusOK, "sagde ja samme dag")
	if n := h.count(`FROM sign_ups WHERE id = $1 AND status = 'placed'`, waiting); n != 1 {
		t.Error("they have no place")
	}
}

// News that no mail brings is somebody's to tell.
func TestTheDoorListTellsWhomStaffMustTellThemselves(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/cafeer/" + h.cafe + "/" + h.date
	gives := h.signUp(h.date, "giver@post.example", 4)
	h.helped("Fatima")
	if body := h.get(t, coordinator, at).want(t, http.StatusOK, "hverken mail eller telefon", "<bdi>Fatima</bdi>").body; strings.Contains(body, "Der er nyt") {
		t.Error("there is no news yet")
	}
	must[cafe.Mine](t)(h.services.Cafes.Cancel(t.Context(), authz.Nobody, gives))
	h.get(t, coordinator, at).want(t, http.StatusOK, "Fik plads", "Sig det, når I ses")
	h.exec(`UPDATE sign_ups SET phone = '+4520123456' WHERE helped`)
	h.get(t, coordinator, at).want(t, http.StatusOK, "ikke får mail om. Ring", "1 får ingen mail. Ring selv")
	h.exec(`UPDATE sign_ups SET email = 'fatima@post.example' WHERE helped`)
	if body := h.get(t, coordinator, at).want(t, http.StatusOK).body; strings.Contains(body, "Der er nyt") {
		t.Error("somebody who was mailed is to be phoned")
	}
	h.exec(`INSERT INTO mail_bounces (address, reason, at) VALUES ('fatima@post.example', '550', now())`)
	h.get(t, coordinator, at).want(t, http.StatusOK, "ikke får mail om. Ring", "Ring i stedet", "20 12 34 56")
}

// A helper who is needed in two places at once is pointed out; the other café
// is named to those who may see who comes there.
func TestTheDoorListPointsOutOverlappingShifts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	other := must[cafe.Cafe](t)(h.services.Cafes.Create(t.Context(), authz.TheSystem, cafe.Series{Name: "Nabocafé", DistrictID: h.other, Venue: "Nabohuset",
		Address: "Opdigtet Vej 2", Starts: "17:30", Ends: "19:30", Hosts: []uuid.UUID{h.stranger},
		Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 4, cafe.Kitchen: 2}), Habits: cafe.UsualHabits}))
	day, _ := cafe.ParseDate(h.date)
	must[int](t)(h.services.Cafes.AddDates(t.Context(), authz.TheSystem, other.ID, []time.Time{day}))
	for slug, place := range map[string]string{h.cafe: "host", other.Slug: "kitchen"} {
		must[cafe.Receipt](t)(h.services.Cafes.SignUp(context.Background(), authz.Nobody, slug, day,
			cafe.SignUp{Place: place, Name: "Ida Hjælper", Email: "ida.hjaelper@post.example", Party: 1, Locale: "da"}))
	}
	at := "/cafeer/" + h.cafe + "/" + h.date
	body := h.get(t, partner, "/partner"+at).want(t, http.StatusOK, "Har også en vagt kl. 17.30–19.30 på en anden café").body
	if strings.Contains(body, "Nabocafé") {
		t.Error("another partner's café is named")
	}
	h.get(t, administrator, "/stab"+at).want(t, http.StatusOK, "Har også en vagt kl. 17.30–19.30: Køkken, Nabocafé")
	// However much there is to tell, the database is asked little.
	for as, path := range map[role]string{partner: "/partner" + at, administrator: "/stab" + at} {
		for _, last := range []string{"", "/tilmeld", "/liste"} {
			before := h.queries.Load()
			h.get(t, as, path+last).want(t, http.StatusOK)
			if n := h.queries.Load() - before; n > 6 {
				t.Errorf("%s%s: %d queries, 6 at most", path, last, n)
			}
		}
	}
}
