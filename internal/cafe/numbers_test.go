package cafe

import (
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func (w *world) numbers(f NumbersFilter) Figures {
	w.t.Helper()
	rows, err := w.s.Numbers(w.t.Context(), w.coordinator, f)
	if err != nil {
		w.t.Fatal(err)
	}
	var sum Figures
	for _, r := range rows {
		sum.Add(r.Figures)
	}
	return sum
}

// aSeason fills two dates with people: some came, some stayed away, one waits,
// one helps, and one date is called off.
func aSeason(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, map[Kind]int{Guest: 6, Host: 2})
	w.addDates("2026-12-08", "2027-01-12")
	first := guest(1, 3)
	first.FirstTime = true
	w.signUp(first)
	w.signUp(guest(2, 2))
	w.signUp(guest(3, 4)) // waits
	host := guest(4, 1)
	host.Place = "host"
	w.signUp(host)
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, day("2027-01-12"), "Vandskade"); err != nil {
		t.Fatal(err)
	}
	w.now = time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC)
	w.exec(`UPDATE sign_ups SET came = 2 WHERE name = 'Gæst 1'`)
	w.exec(`UPDATE sign_ups SET came = 0 WHERE name = 'Gæst 2'`)
	w.exec(`UPDATE sign_ups SET came = 1 WHERE name = 'Gæst 4'`)
	w.exec(`INSERT INTO walk_ins (id, place_id, people, at, name) SELECT gen_random_uuid(), id, 2, $1, 'Nabo' FROM occasion_places WHERE kind = 'guest'
		AND occasion_id = (SELECT id FROM occasions WHERE on_date = '2026-12-01')`, w.now)
	w.now = time.Date(2027, 1, 13, 0, 0, 0, 0, time.UTC)
	return w
}

func TestFiguresSayHowManyAndNeverWho(t *testing.T) {
	t.Parallel()
	w := aSeason(t)
	want := Figures{Held: 2, Cancelled: 1, Places: 12, SignedUp: 5, Came: 4, Waiting: 1, StayedAway: 3, FirstTimers: 2, Helpers: 1, Hours: 2}
	if got := w.numbers(NumbersFilter{}); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := w.numbers(NumbersFilter{From: day("2026-12-02"), Until: day("2026-12-31")}); got != (Figures{Held: 1, Places: 6}) {
		t.Errorf("%+v", got)
	}
	for _, f := range []NumbersFilter{{Cafe: "findes-ikke"}, {District: "ingen"}, {Until: day("2026-11-01")}} {
		if got := w.numbers(f); got != (Figures{}) {
			t.Errorf("%+v: %+v", f, got)
		}
	}
	w.now = time.Date(2026, 12, 8, 16, 0, 0, 0, time.UTC) // the second is not over yet
	if got := w.numbers(NumbersFilter{}); got.Held != 1 || got.Cancelled != 0 {
		t.Errorf("%+v", got)
	}
}

// When persons are forgotten the figures stay.
func TestFiguresOutliveThePersons(t *testing.T) {
	t.Parallel()
	w := aSeason(t)
	before := w.numbers(NumbersFilter{})
	w.now = w.now.Add(KeepFor)
	if n, err := w.s.Forget(t.Context()); err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	if got := w.numbers(NumbersFilter{}); got != before {
		t.Errorf("got  %+v\nwant %+v", got, before)
	}
	if n := w.count(`FROM sign_ups WHERE name || coalesce(email, '') || coalesce(phone, '') || note || language <> '' OR helped_by IS NOT NULL`); n > 0 {
		t.Errorf("%d people are remembered", n)
	}
	if n := w.count(`FROM walk_ins WHERE name <> ''`); n > 0 {
		t.Error("who walked in is remembered")
	}
}

func TestWhoMayCount(t *testing.T) {
	t.Parallel()
	w := aSeason(t)
	for name, c := range map[string]struct {
		a    authz.Actor
		held int
	}{"staff of the district": {w.coordinator, 2}, "staff elsewhere, who may read all": {w.stranger, 2}, "the host": {w.host, 2}, "another partner": {w.other, 0}} {
		rows, err := w.s.Numbers(t.Context(), c.a, NumbersFilter{})
		sum := Figures{}
		for _, r := range rows {
			sum.Add(r.Figures)
		}
		if err != nil || sum.Held != c.held {
			t.Errorf("%s: %+v, %v", name, sum, err)
		}
	}
	if _, err := w.s.Numbers(t.Context(), authz.Nobody, NumbersFilter{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("anybody: %v", err)
	}
}

func TestFiguresAreAddedUp(t *testing.T) {
	t.Parallel()
	rows := []NumbersRow{{Slug: "a", Name: "A", District: "x", Figures: Figures{Came: 1}}, {Slug: "a", Name: "A", District: "x", Figures: Figures{Came: 2, Hours: .5}},
		{Slug: "b", Name: "B", District: "x", Figures: Figures{Came: 4}}}
	cafes := By(rows, func(r NumbersRow) NamedFigures { return NamedFigures{Slug: r.Slug, Name: r.Name} })
	if len(cafes) != 2 || cafes[0].Came != 3 || cafes[0].Hours != .5 || cafes[1].Came != 4 {
		t.Errorf("%+v", cafes)
	}
	if d := By(rows, func(r NumbersRow) NamedFigures { return NamedFigures{Name: r.District} }); len(d) != 1 || d[0].Came != 7 {
		t.Errorf("%+v", d)
	}
}

// A year of 40 cafés costs what it holds: about as much per date as a month of
// one café does, with room for the fixed part.
func TestAYearOfManyCafesStaysQuick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 60})
	w.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
		SELECT gen_random_uuid(), 'c-' || n, 'C', district_id, 'v', 'a', starts, ends, created_at, updated_at FROM cafes, generate_series(1, 40) n`)
	w.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at)
		SELECT gen_random_uuid(), c.id, d, d + interval '15 hours', d + interval '17 hours', d + interval '15 hours'
		FROM cafes c, generate_series('2025-11-01'::timestamptz, '2026-10-30', '7 days') d WHERE c.slug LIKE 'c-%'`)
	w.exec(`INSERT INTO occasion_places (id, occasion_id, key, kind, capacity, taken)
		SELECT gen_random_uuid(), id, 'guest', 'guest', 60, 20 FROM occasions WHERE starts_at < '2026-11-01'`)
	w.exec(`INSERT INTO sign_ups (id, place_id, status, party, language, locale, created_at, came, forgotten_at)
		SELECT gen_random_uuid(), p.id, 'placed', 1, 'da', 'da', now(), 1, now() FROM occasion_places p, generate_series(1, 20) WHERE p.taken = 20`)
	w.exec(`ANALYZE`)
	size := func(f NumbersFilter) float64 {
		rows, err := w.s.Numbers(t.Context(), w.coordinator, f)
		if err != nil {
			t.Fatal(err)
		}
		people := 0
		for _, r := range rows {
			people += r.Came
		}
		return float64(people)
	}
	timed := func(f NumbersFilter) time.Duration {
		best := time.Hour
		for range 5 {
			began := time.Now()
			if _, err := w.s.Numbers(t.Context(), w.coordinator, f); err != nil {
				t.Fatal(err)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	small, large := NumbersFilter{Cafe: "c-1", From: day("2026-10-01"), Until: day("2026-10-31")}, NumbersFilter{}
	times := size(large) / size(small)
	if times < 500 {
		t.Fatalf("the year is only %.0f times the month", times)
	}
	if ratio := float64(timed(large)) / float64(timed(small)); ratio > times {
		t.Errorf("%.0f times the people take %.0f times as long", times, ratio)
	}
}
