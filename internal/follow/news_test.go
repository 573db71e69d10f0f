package follow

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

func (w *world) strength(body string) {
	w.t.Helper()
	w.exec(`INSERT INTO district_strengths (id, district_id, position, body, said_by, added_at) VALUES (gen_random_uuid(), $1, 1, $2, 'Rosa', $3)`, w.here, body, w.now)
}

// parts are what the newest letter of the week to an address tells.
func (w *world) parts(email string) (parts []Part) {
	w.t.Helper()
	raw, err := pg.One(w.t.Context(), w.db.Fresh(), `
		SELECT coalesce((SELECT args->'facts'->'places' FROM river_job WHERE args->>'to' = $1 AND args->>'letter' = 'district_news' ORDER BY id DESC LIMIT 1), '[]')`,
		pg.Scalar[[]byte], email)
	w.must(err)
	w.must(json.Unmarshal(raw, &parts))
	return parts
}

// told is the newest letter in short: "herby: strength Vi deler; dates Café".
func (w *world) told(email string) string {
	w.t.Helper()
	var list []string
	for _, p := range w.parts(email) {
		var news []string
		for _, n := range p.News {
			news = append(news, n.Kind+" "+n.Title)
		}
		list = append(list, p.Slug+": "+strings.Join(news, "; "))
	}
	return strings.Join(list, " | ")
}

func (w *world) step(id uuid.UUID, status string) {
	w.t.Helper()
	w.exec(`UPDATE initiatives SET status = $2::text, cocreation_at = CASE WHEN $2 = 'cocreation' THEN $3 ELSE cocreation_at END,
		agreed_at = CASE WHEN $2 = 'agreed' THEN $3 ELSE agreed_at END, running_at = CASE WHEN $2 = 'running' THEN $3 ELSE running_at END WHERE id = $1`, id, status, w.now)
}

func (w *world) took(id uuid.UUID) {
	w.t.Helper()
	w.exec(`INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, recorded_at)
		VALUES (gen_random_uuid(), $1, $2::timestamptz::date, 'workshop', 12, 'x', 'y', $2)`, id, w.now)
}

func (w *world) answer(initiative, district *uuid.UUID, said string) {
	w.t.Helper()
	w.exec(`INSERT INTO answers (id, initiative_id, district_id, said, decided, decided_by, created_at, updated_at)
		VALUES (gen_random_uuid(), $1, $2, $3, 'x', 'Rådet', $4, $4)`, initiative, district, said, w.now)
}

func TestTheLetterTellsWhatIsNew(t *testing.T) {
	w := newWorld(t)
	w.strength("Fra før de fulgte")
	old := w.initiative("gammelt", true)
	w.now = w.now.Add(time.Hour)
	w.follows(District, "herby", "noor@post.example")
	w.follows(District, "derby", "derby@post.example")
	w.now = w.now.Add(time.Hour)

	cafe := uuid.New()
	w.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at) VALUES ($1, 'klub', 'Suppecaféen', $2, 'x', 'x', '17:00', '19:00', now(), now())`, cafe, w.here)
	date := func(on string, cancelled bool) {
		w.t.Helper()
		w.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at, listed_at, cancelled_at, cancel_reason)
			VALUES (gen_random_uuid(), $1, $2::date, ($2::date + time '17:00') AT TIME ZONE 'Europe/Copenhagen', ($2::date + time '19:00') AT TIME ZONE 'Europe/Copenhagen', ($2::date + time '16:00') AT TIME ZONE 'Europe/Copenhagen', $3::timestamptz, CASE WHEN $4::boolean THEN $3::timestamptz END, CASE WHEN $4::boolean THEN 'x' ELSE '' END)`,
			cafe, on, w.now, cancelled)
	}
	date("2026-12-10", false)
	date("2026-12-03", false)
	date("2026-12-17", true)
	date("2026-11-28", false) // over when the letter leaves
	ask := func(title, status string, public bool) {
		id := uuid.New()
		w.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, status, outcome, opened_at, closed_at, created_at, updated_at)
			VALUES ($1, $2, 'x', '2026-12-20', $3, 'x', 'x@post.example', $4::text, CASE WHEN $4 = 'closed' THEN 'partly' END, CASE WHEN $4 <> 'draft' THEN $5::timestamptz END, CASE WHEN $4 = 'closed' THEN $5::timestamptz END, now(), now())`,
			id, title, public, status, w.now)
		w.exec(`INSERT INTO ask_districts VALUES ($1, $2), ($1, $3)`, id, w.here, w.there)
	}
	ask("Flyttehjælp", "open", true)
	ask("Kun for klubber", "open", false)
	ask("Kladde", "draft", true)
	ask("Lukket", "closed", true)
	offer := func(title, status string) {
		id := uuid.New()
		w.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, created_at, updated_at) VALUES ($1, $2, $3, '', 'room', $4, $5, now(), now())`,
			id, w.club, title, status, w.now)
		w.exec(`INSERT INTO offer_districts VALUES ($1, $2)`, id, w.here)
	}
	offer("Et lokale", "published")
	offer("På pause", "paused")
	w.initiative("hemmeligt", false)
	w.initiative("nyt", true)
	w.exec(`UPDATE initiatives SET status = 'cocreation', cocreation_at = $2 WHERE id = $1`, old, w.now) // is told to those who follow it
	w.answer(&old, nil, "Der er mørkt på stien")
	w.answer(nil, &w.here, "Bænken mangler")
	w.strength("Vi hilser på hinanden")

	w.now = at("2026-11-30 07:59")
	w.must(w.s.Due(t.Context()))
	if w.letters() != 0 {
		t.Fatal("a letter before 8")
	}
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	want := "herby: dates Suppecaféen; ask Flyttehjælp; offer Et lokale; step Om nyt; answer "
	if got := w.told("noor@post.example"); !strings.HasPrefix(got, want) || !strings.Contains(got, "answer Der er mørkt på stien") ||
		!strings.Contains(got, "answer Bænken mangler") || !strings.HasSuffix(got, "; strength Vi hilser på hinanden") || strings.Count(got, ";") != 6 {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if d := w.parts("noor@post.example")[0].News[0]; d.Count != 2 || !d.At.Equal(at("2026-12-03 17:00")) {
		t.Errorf("%+v", d)
	}
	if got := w.told("derby@post.example"); got != "derby: ask Flyttehjælp" {
		t.Error(got)
	}
	if n := w.count(`FROM river_job WHERE args->>'letter' = 'district_news' AND args->>'locale' = 'ar' AND args->>'choose' <> ''`); n != 2 {
		t.Errorf("%d letters in the readers' language, with a way out", n)
	}

	// Nothing new: no letter.
	w.now = at("2026-12-07 08:00")
	w.must(w.s.Due(t.Context()))
	if w.letters() != 2 {
		t.Errorf("%d letters", w.letters())
	}
}

func TestAFollowedInitiativeTellsOfItself(t *testing.T) {
	w := newWorld(t)
	id := w.initiative("have", true)
	w.now = w.now.Add(time.Hour)
	w.follows(Initiative, "have", "noor@post.example")
	w.follows(District, "herby", "begge@post.example")
	w.follows(District, "derby", "begge@post.example")
	w.follows(Initiative, "have", "begge@post.example")
	w.now = w.now.Add(time.Hour)
	w.step(id, "cocreation")
	w.took(id)
	w.answer(&id, nil, "Der skal være bænke")
	w.initiative("andet", true)
	// One of the whole town is told of once, whichever districts are followed.
	w.exec(`DELETE FROM initiative_districts WHERE initiative_id = $1`, w.initiative("hele-byen", true))
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	if got := w.told("noor@post.example"); got != "have: step Om have; involvement Om have; answer Der skal være bænke" {
		t.Error(got)
	}
	if n := w.parts("noor@post.example")[0].News; n[0].Note != "cocreation" || n[1].Count != 12 || n[1].Note != "workshop" {
		t.Errorf("%+v", n)
	}
	if got := w.told("begge@post.example"); got != "derby: step Om hele-byen | herby: step Om andet | have: step Om have; involvement Om have; answer Der skal være bænke" {
		t.Error(got)
	}
}

func TestALetterIsKeptShort(t *testing.T) {
	w := newWorld(t)
	w.follows(District, "herby", "noor@post.example")
	for i := range mostTold + 3 {
		w.strength(fmt.Sprint("Styrke ", i))
	}
	w.now = at("2026-11-30 08:00")
	w.must(w.s.Due(t.Context()))
	if p := w.parts("noor@post.example"); len(p) != 1 || len(p[0].News) != mostTold || p[0].More != 3 {
		t.Errorf("%+v", p)
	}
}

// A week is told once: whoever asks, however often, also when a process dies
// between the letter and what it remembers of it.
func TestAWeekIsToldOnce(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		w.follows(District, "herby", fmt.Sprintf("noor%d@post.example", i))
	}
	w.strength("Vi hilser på hinanden")
	w.now = at("2026-11-30 08:00")

	id, err := pg.One(t.Context(), w.db.Fresh(), `SELECT id FROM followers ORDER BY id LIMIT 1`, pg.Scalar[uuid.UUID])
	w.must(err)
	crash := fmt.Errorf("the power is gone")
	if err := w.db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		w.must(write(t.Context(), tx, id, weekEnds(w.now)))
		return crash
	}); err == nil || w.letters() != 0 {
		t.Fatalf("%v, %d letters", err, w.letters())
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := New(w.db).Due(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, later := range []string{"2026-11-30 08:01", "2026-11-30 23:00", "2026-12-06 23:59", "2026-12-07 08:00", "2026-12-14 08:00"} {
		w.now = at(later)
		w.must(w.s.Due(t.Context()))
	}
	if w.letters() != 12 || w.count(`FROM (SELECT DISTINCT args->>'to' FROM river_job WHERE args->>'letter' = 'district_news') x`) != 12 {
		t.Errorf("%d letters to 12", w.letters())
	}
}

// What happens while letters leave is told the week after; a portal that was away
// on Monday writes when it is back, of the same week.
func TestNothingIsLostBetweenTwoWeeks(t *testing.T) {
	w := newWorld(t)
	w.follows(District, "herby", "noor@post.example")
	for moment, said := range map[string]string{"2026-11-30 07:54": "før", "2026-11-30 07:55": "mens", "2026-11-30 12:00": "efter"} {
		w.now = at(moment)
		w.strength(said)
	}
	w.now = at("2026-12-02 10:00")
	w.must(w.s.Due(t.Context()))
	if got := w.told("noor@post.example"); got != "herby: strength før" {
		t.Error(got)
	}
	w.now = at("2026-12-07 08:00")
	w.must(w.s.Due(t.Context()))
	if got := w.told("noor@post.example"); got != "herby: strength mens; strength efter" {
		t.Error(got)
	}
}

// Eight is eight by the clock on the wall, also the morning after it was moved.
func TestMondayAtEight(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-30 07:59": "2026-11-23 07:55",
		"2026-11-30 08:00": "2026-11-30 07:55",
		"2026-12-06 23:59": "2026-11-30 07:55",
		"2027-01-01 12:00": "2026-12-28 07:55",
		// Summer time begins on Sunday 28 March 2027, and ends on 31 October.
		"2027-03-28 12:00": "2027-03-22 07:55",
		"2027-03-29 07:59": "2027-03-22 07:55",
		"2027-03-29 08:00": "2027-03-29 07:55",
		"2027-10-31 12:00": "2027-10-25 07:55",
		"2027-11-01 07:59": "2027-10-25 07:55",
		"2027-11-01 08:00": "2027-11-01 07:55",
	} {
		if got := weekEnds(at(now)); !got.Equal(at(want)) {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
		if got := weekEnds(at(now).UTC()); !got.Equal(at(want)) {
			t.Errorf("%s in UTC: %s, want %s", now, got, want)
		}
	}
	if !weekEnds(time.Date(2027, 3, 29, 6, 0, 0, 0, time.UTC)).Equal(time.Date(2027, 3, 29, 5, 55, 0, 0, time.UTC)) ||
		!weekEnds(time.Date(2027, 11, 1, 7, 0, 0, 0, time.UTC)).Equal(time.Date(2027, 11, 1, 6, 55, 0, 0, time.UTC)) {
		t.Error("the wall clock is not what counts")
	}
}
