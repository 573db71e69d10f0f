package web_test

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
)

// due moves the clock to a moment and does what it asks for then.
func (h *harness) due(t *testing.T, now time.Time) {
	t.Helper()
	h.now = now
	if err := h.services.Cafes.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What happens around a date by itself or among those who help writes its
// letters too, and each of their links leads somewhere.
func TestWhatTheDaysBringWritesItsLetters(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ctx := t.Context()
	date, _ := cafe.ParseDate(h.date)
	signUp := func(slug, place, email string, change func(*cafe.SignUp)) cafe.Receipt {
		t.Helper()
		in := cafe.SignUp{Place: place, Name: "Prøve Person", Email: email, Party: 1, Locale: "uk"}
		if change != nil {
			change(&in)
		}
		return must[cafe.Receipt](t)(h.services.Cafes.SignUp(ctx, authz.Nobody, slug, date, in))
	}
	other := must[cafe.Cafe](t)(h.services.Cafes.Create(ctx, authz.TheSystem, cafe.Series{Name: "Café To", DistrictID: h.district, Venue: "Prøvehuset",
		Address: "Opdigtet Vej 1", Starts: "17:00", Ends: "19:00", Hosts: []uuid.UUID{h.organisation}, Places: cafe.Room(map[cafe.Kind]int{cafe.Host: 2}), Habits: cafe.UsualHabits}))
	must[int](t)(h.services.Cafes.AddDates(ctx, authz.TheSystem, other.ID, []time.Time{date}))

	// A helper with two shifts at a time, one of which is given up late, when
	// somebody who helped before can be asked.
	host := signUp(h.cafe, "host", "vaert@post.example", nil)
	signUp(other.Slug, "host", "vaert@post.example", nil)
	if _, err := h.db.Pool().Exec(ctx, `
		INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
		VALUES (gen_random_uuid(), $1, 'Prøve Afløser', 'afloeser@post.example', 'ar', 'ar', $2, $2)`, h.cafeID, h.now.AddDate(0, 0, -7)); err != nil {
		t.Fatal(err)
	}
	must[int](t)(h.services.Cafes.MoveDate(ctx, authz.TheSystem, other.Slug, date, cafe.Move{Date: date, Starts: "17:15", Ends: "19:15", People: 1}))
	full := signUp(h.cafe, "guest", "familie@post.example", func(in *cafe.SignUp) { in.Party = 4 })
	first := signUp(h.cafe, "guest", "ny@post.example", func(in *cafe.SignUp) { in.FirstTime = true })
	signUp(h.cafe, "guest", "venter@post.example", nil)
	h.due(t, time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))
	must[cafe.Mine](t)(h.services.Cafes.Cancel(ctx, authz.Nobody, host.Token))
	h.due(t, time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC))
	must[cafe.Mine](t)(h.services.Cafes.Cancel(ctx, authz.Nobody, full.Token))
	ids := h.deliver(t)
	h.leads(t, ids)

	if _, err := h.db.Pool().Exec(ctx, `UPDATE sign_ups SET status = 'placed', came = 1 WHERE id = $1`, first.ID); err != nil {
		t.Fatal(err)
	}
	h.due(t, time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC))
	after := h.deliver(t)
	maps.DeleteFunc(after, func(letter string, id int64) bool { return ids[letter] == id })
	h.leads(t, after)
	maps.Copy(ids, after)
	want := []string{"cafe_called", "cafe_moved", "cafe_overlap", "cafe_receipt", "cafe_reminder", "cafe_thanks", "stand_in_ask"}
	if got := slices.Sorted(maps.Keys(ids)); !slices.Equal(got, want) {
		t.Errorf("letters %v, want %v", got, want)
	}
}

var linkInLetter = regexp.MustCompile(`href="http://mellemrum\.example(/[^"]*)"`)

// leads follows every link in the letters, as they are read in the browser and
// as they are received.
func (h *harness) leads(t *testing.T, letters map[string]int64) {
	t.Helper()
	for letter, id := range letters {
		at := "/demo/post/" + strconv.FormatInt(id, 10)
		page := h.get(t, anonymous, at).want(t, http.StatusOK).body
		found := linkInLetter.FindAllStringSubmatch(page, -1)
		if len(found) == 0 {
			t.Errorf("%s: no link can be pressed", letter)
		}
		for _, l := range append(found, linkInLetter.FindAllStringSubmatch(h.get(t, anonymous, at+"/html").body, -1)...) {
			path := html.UnescapeString(l[1])
			got := h.get(t, anonymous, path)
			if got.StatusCode == http.StatusSeeOther { // what it asks has an answer by now
				got = h.get(t, anonymous, got.Header.Get("Location"))
			}
			if got.StatusCode != http.StatusOK {
				t.Errorf("%s: %s answers %d", letter, path, got.StatusCode)
			}
		}
	}
}
