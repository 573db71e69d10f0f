package cafe

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// elsewhere is a café of another district, at the same hours, held by others.
func (w *world) elsewhere() Cafe {
	w.t.Helper()
	district := w.stranger.Districts[0]
	w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, 'andenby', 'Andenby', now(), now())`, district)
	c, err := w.s.Create(context.Background(), w.stranger, Series{Name: "Café Derovre", DistrictID: district, Venue: "Salen", Address: "Opdigtet Vej 2",
		Starts: "17:00", Ends: "19:00", Hosts: []uuid.UUID{w.other.OrganisationIDs()[0]}, Places: Room(map[Kind]int{Host: 3, Guest: 3}), Habits: UsualHabits})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.AddDates(context.Background(), w.stranger, c.ID, []time.Time{w.date, w.date.AddDate(0, 0, 1)}); err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestOverlappingShiftsArePointedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5, Host: 5})
	there := w.elsewhere()
	in := helper(1, "host")
	first := w.signUp(in)
	if n := w.mails("cafe_overlap"); n != 0 {
		t.Fatal("one shift overlaps nothing")
	}
	sign := func(date time.Time, in SignUp) Receipt {
		r, err := w.s.SignUp(t.Context(), authz.Nobody, there.Slug, date, in)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	sign(w.date.AddDate(0, 0, 1), in) // another day
	eats := helper(1, "guest")
	sign(w.date, eats) // a guest is told nothing
	if n := w.mails("cafe_overlap"); n != 0 {
		t.Errorf("%d letters", n)
	}
	sign(w.date, in)
	other, err := pg.One(t.Context(), w.db.Pool(), `SELECT args->'facts'->>'other_cafe' FROM river_job WHERE args->>'letter' = 'cafe_overlap'`, pg.Scalar[string])
	if err != nil || other != "Café Prøve" {
		t.Errorf("%q, %v", other, err)
	}

	// Whoever holds the café sees that there is one, not where.
	found, err := w.s.Overlaps(t.Context(), w.coordinator, w.cafe.Slug, w.date)
	if err != nil || len(found[first.ID]) != 1 || found[first.ID][0].Cafe != "" {
		t.Errorf("%+v, %v", found, err)
	}
	found, err = w.s.Overlaps(t.Context(), authz.Actor{Role: authz.Administrator}, w.cafe.Slug, w.date)
	if err != nil || len(found[first.ID]) != 1 || found[first.ID][0].Cafe != "Café Derovre" {
		t.Errorf("%+v, %v", found, err)
	}
	for who, a := range map[string]authz.Actor{"a stranger": w.stranger, "another partner": w.other, "anybody": authz.Nobody} {
		if _, err := w.s.Overlaps(t.Context(), a, w.cafe.Slug, w.date); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees them: %v", who, err)
		}
	}
	w.cancel(first)
	if found, _ := w.s.Overlaps(t.Context(), authz.TheSystem, w.cafe.Slug, w.date); len(found) != 0 {
		t.Errorf("who cancelled overlaps nothing: %v", found)
	}
}

// Somebody else's number typed beside one's own address must not bring a
// letter about where they are.
func TestANumberAloneBringsNoLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 5})
	there := w.elsewhere()
	in := helper(1, "host")
	in.Phone = "20123456"
	first := w.signUp(in)
	nosy := helper(2, "host")
	nosy.Phone = "+45 20 12 34 56"
	if _, err := w.s.SignUp(t.Context(), authz.Nobody, there.Slug, w.date, nosy); err != nil {
		t.Fatal(err)
	}
	if n := w.mails("cafe_overlap"); n != 0 {
		t.Errorf("%d letters", n)
	}
	if found, _ := w.s.Overlaps(t.Context(), w.coordinator, w.cafe.Slug, w.date); len(found[first.ID]) != 1 {
		t.Errorf("staff see %v", found)
	}
}

// Shifts count by their own hours, not by the café's.
func TestShiftsAfterEachOtherDoNotOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5})
	c, err := w.s.Create(t.Context(), w.coordinator, Series{Name: "Café To Hold", DistrictID: w.coordinator.Districts[0], Venue: "Salen",
		Address: "Opdigtet Vej 2", Starts: "16:30", Ends: "18:30", Hosts: w.host.OrganisationIDs(), Habits: UsualHabits, Places: []PlaceSpec{
			{Kind: Host, Capacity: 2, Starts: "16:30", Ends: "17:30"}, {Kind: Host, Capacity: 2, Starts: "17:30", Ends: "18:30"},
			{Kind: Kitchen, Capacity: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.AddDates(t.Context(), w.coordinator, c.ID, []time.Time{w.date}); err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"host", "host-2", "kitchen"} {
		if _, err := w.s.SignUp(t.Context(), authz.Nobody, c.Slug, w.date, helper(1, key)); err != nil {
			t.Fatal(err)
		}
		if n, want := w.mails("cafe_overlap"), []int{0, 0, 2}[i]; n != want {
			t.Errorf("after %s: %d letters, want %d", key, n, want)
		}
	}
	found, err := w.s.Overlaps(t.Context(), w.coordinator, c.Slug, w.date)
	if err != nil || len(found) != 3 {
		t.Errorf("%v, %v", found, err)
	}
}

// Late is counted from the shift's own start.
func TestALateShiftIsLateByItsOwnHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Host: 2})
	w.remembers(10)
	r := w.signUp(helper(5, "host"))
	start, _ := At(w.date, "16:30")
	w.exec(`UPDATE occasion_places SET starts_at = $1, ends_at = $2 WHERE key = 'host'`, start.Add(time.Hour), start.Add(2*time.Hour))
	w.now = start.Add(-LateCancel + 30*time.Minute)
	w.cancel(r)
	w.wantAsked()
	r = w.signUp(helper(6, "host"))
	w.now = w.now.Add(time.Hour)
	w.cancel(r)
	w.wantAsked(0)
}
