package cafe

import (
	"context"
	"sync"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func (w *world) series() Series {
	w.t.Helper()
	e, err := w.s.ForEdit(context.Background(), w.coordinator, w.cafe.Slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return Series{Name: e.Name, DistrictID: e.DistrictID, Venue: e.Venue, Address: e.Address, About: e.About, Languages: e.Languages,
		Starts: e.Starts, Ends: e.Ends, Hosts: e.HostIDs(), Places: e.Places, Habits: e.Habits}
}

func (w *world) seen() time.Time {
	w.t.Helper()
	e, err := w.s.ForEdit(context.Background(), w.coordinator, w.cafe.Slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return e.UpdatedAt
}

func (w *world) impact(in Series) Impact {
	w.t.Helper()
	i, err := w.s.Impact(context.Background(), w.coordinator, w.cafe.ID, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *world) occasionOn(date string) Occasion {
	w.t.Helper()
	o, err := w.s.Occasion(context.Background(), w.cafe.Slug, day(date))
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) addDates(dates ...string) {
	w.t.Helper()
	if _, err := w.s.AddDates(context.Background(), w.coordinator, w.cafe.ID, days(dates...)); err != nil {
		w.t.Fatal(err)
	}
}

// Before a series is changed it is said which dates and how many people that
// touches; what is not ticked stays as it is.
func TestOnlyTickedDatesFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10, Host: 2})
	w.addDates("2026-12-08", "2026-12-15")
	w.signUp(guest(1, 3))
	in := w.series()
	in.Starts, in.Ends = "17:00", "19:00"
	i := w.impact(in)
	if !i.Hours || i.Room || i.Where || len(i.Dates) != 3 || i.Dates[0].People != 3 || i.Dates[1].People != 0 || i.Silent() {
		t.Fatalf("%+v", i)
	}
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in, Applied{i.Dates[1].OccasionID, 0}); err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]string{"2026-12-01": "16:30", "2026-12-08": "17:00", "2026-12-15": "16:30"} {
		if got := clockOf(w.occasionOn(date).StartsAt); got != want {
			t.Errorf("%s begins at %s, want %s", date, got, want)
		}
	}
	if w.mails("cafe_moved") != 0 {
		t.Error("somebody was told of a date that is not theirs")
	}
	// The date with people follows too, when somebody ticks it: they are told.
	in.Starts = "17:30"
	i = w.impact(in)
	if !i.Dates[0].Own {
		t.Errorf("hours of its own are not marked: %+v", i.Dates[0])
	}
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in, Applied{i.Dates[0].OccasionID, 3}); err != nil {
		t.Fatal(err)
	}
	if o := w.occasionOn("2026-12-01"); clockOf(o.StartsAt) != "17:30" || o.Sequence != 1 || o.ChangedAt == nil {
		t.Errorf("%+v", o)
	}
	if w.mails("cafe_moved") != 1 || w.count(`FROM sign_ups WHERE keep_asked_at IS NOT NULL`) != 1 {
		t.Error("nobody was asked whether they still come")
	}
}

// Whoever signed up since the preview was not seen by anybody: nothing happens.
func TestNobodyIsMovedWhomNobodySaw(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	in := w.series()
	in.Ends = "19:00"
	i := w.impact(in)
	w.signUp(guest(1, 2))
	seen := w.seen()
	err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, seen, in, Applied{i.Dates[0].OccasionID, 0})
	if !fault.FieldsOf(err).Has("dates") || !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if got := w.series().Ends; got != "18:30" {
		t.Errorf("half of it was saved: %s", got)
	}
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, seen.Add(-time.Second), in); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody else's change is lost: %v", err)
	}
}

// Another venue holds for every date, and everybody is told, once.
func TestEverybodyIsToldOfAnotherVenue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.signUp(guest(1, 3))
	w.signUp(guest(2, 3)) // waits
	in := w.series()
	in.Venue = "Et andet hus"
	if i := w.impact(in); !i.Where || i.Told != 6 || i.Dated() || i.Silent() {
		t.Fatalf("%+v", i)
	}
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in); err != nil {
		t.Fatal(err)
	}
	if n := w.mails("cafe_moved"); n != 2 {
		t.Errorf("%d letters", n)
	}
	if n := w.count(`FROM river_job WHERE args->>'letter' = 'cafe_moved' AND args->'facts'->>'was_venue' = 'Beboerhuset' AND args->'facts'->>'venue' = 'Et andet hus'`); n != 2 {
		t.Errorf("%d letters say from where to where", n)
	}
	in = w.series()
	in.About = "Nye ord"
	if i := w.impact(in); !i.Silent() {
		t.Errorf("words touch dates: %+v", i)
	}
}

// Fewer places than people is refused for the date; more calls those in line.
func TestRoomFollowsToTickedDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4, Driver: 1})
	w.addDates("2026-12-08")
	w.signUp(guest(1, 3))
	waiting := w.signUp(guest(2, 3))
	in := w.series()
	in.Places[0].Capacity = 2
	i := w.impact(in)
	if len(i.Dates[0].Short) != 1 || i.Dates[0].Short[0].Move != 1 || len(i.Dates[1].Short) != 0 {
		t.Fatalf("%+v", i.Dates)
	}
	err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in, Applied{i.Dates[0].OccasionID, 6})
	if !fault.FieldsOf(err).Has("dates") {
		t.Errorf("three people on two places: %v", err)
	}
	in.Places[0].Capacity = 6
	in.Places = append(in.Places[:1], PlaceSpec{Kind: Kitchen, Capacity: 2, Minimum: 1, Starts: "16:30", Ends: "17:30"}) // no driver any more
	i = w.impact(in)
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in, Applied{i.Dates[0].OccasionID, 6}); err != nil {
		t.Fatal(err)
	}
	if m := w.mine(waiting); m.Status != Placed {
		t.Errorf("there is room, and they are %s", m.Status)
	}
	o := w.occasionOn("2026-12-01")
	kitchen, there := o.Place("kitchen")
	if _, driver := o.Place("driver"); !there || driver || !kitchen.Shift || clockOf(kitchen.EndsAt) != "17:30" || kitchen.Missing() != 1 {
		t.Errorf("%+v", o.Places)
	}
	if _, there := w.occasionOn("2026-12-08").Place("kitchen"); there {
		t.Error("a date that was not ticked followed")
	}
	w.check()
}

func TestADateIsMovedWithItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	w.exec(`INSERT INTO occasion_places (id, occasion_id, key, kind, capacity, starts_at, ends_at)
		SELECT gen_random_uuid(), id, 'kitchen', 'kitchen', 2, starts_at + interval '30 minutes', ends_at FROM occasions`)
	placed, waiting := w.signUp(guest(1, 3)), w.signUp(guest(2, 1))
	gone := w.signUp(guest(3, 1))
	if _, err := w.s.Cancel(t.Context(), authz.Nobody, gone.Token); err != nil {
		t.Fatal(err)
	}
	to := Move{Date: day("2027-04-06"), Starts: "17:00", Ends: "19:00", People: 4} // across the change of the clocks
	told, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, to)
	if err != nil || told != 2 {
		t.Fatalf("%d, %v", told, err)
	}
	for _, r := range []Receipt{placed, waiting} {
		if m := w.mine(r); !m.KeepNow || clockOf(m.StartsAt) != "17:00" || !m.OnDate.Equal(to.Date) {
			t.Errorf("%+v", m)
		}
	}
	if w.mails("cafe_moved") != 2 {
		t.Errorf("%d letters", w.mails("cafe_moved"))
	}
	o := w.occasionOn("2027-04-06")
	if p, _ := o.Place("kitchen"); clockOf(p.StartsAt) != "17:30" || clockOf(p.EndsAt) != "19:00" || o.Sequence != 1 || !o.ClosesAt.Equal(o.StartsAt) {
		t.Errorf("%+v", o)
	}
	if _, err := w.s.Occasion(t.Context(), w.cafe.Slug, w.date); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is in two places: %v", err)
	}
	if at, err := w.s.MovedTo(t.Context(), w.cafe.Slug, w.date); err != nil || !at.Equal(to.Date) {
		t.Errorf("the old address leads to %v, %v", at, err)
	}
	// Moved on, the first address leads to the last day; moved back, nowhere else.
	if _, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, to.Date, Move{Date: day("2027-04-13"), Starts: "17:00", Ends: "19:00", People: 4}); err != nil {
		t.Fatal(err)
	}
	if at, err := w.s.MovedTo(t.Context(), w.cafe.Slug, w.date); err != nil || !at.Equal(day("2027-04-13")) {
		t.Errorf("%v, %v", at, err)
	}
	if _, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, day("2027-04-13"), Move{Date: w.date, Starts: "17:00", Ends: "19:00", People: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.MovedTo(t.Context(), w.cafe.Slug, w.date); !fault.Is(err, fault.NotFound) {
		t.Errorf("a date that is held leads elsewhere: %v", err)
	}
	w.check()
}

func TestWhereADateCannotBeMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	w.addDates("2026-12-08")
	good := Move{Date: day("2026-12-02"), Starts: "16:30", Ends: "18:30"}
	for field, change := range map[string]func(*Move){
		"date":   func(m *Move) { m.Date = day("2026-12-08") },
		"starts": func(m *Move) { m.Starts = "halv fem" },
		"ends":   func(m *Move) { m.Ends = "16:00" },
		"people": func(m *Move) { m.People = 5 },
	} {
		m := good
		change(&m)
		if _, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, m); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	past := good
	past.Date = day("2026-11-20")
	if _, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, past); !fault.FieldsOf(err).Has("date") {
		t.Errorf("into the past: %v", err)
	}
	for _, a := range []authz.Actor{w.stranger, w.host, authz.Nobody} {
		if _, err := w.s.MoveDate(t.Context(), a, w.cafe.Slug, w.date, good); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s moves it: %v", a.Role, err)
		}
		if err := w.s.DeleteDate(t.Context(), a, w.cafe.Slug, w.date); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s deletes it: %v", a.Role, err)
		}
	}
	w.now = w.occasionOn("2026-12-01").StartsAt
	good.Date = day("2026-12-09")
	if _, err := w.s.MoveDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, good); !fault.Is(err, fault.Conflict) {
		t.Errorf("one that has begun: %v", err)
	}
}

// A date with people is never taken away, not even by somebody who did not see
// them come.
func TestADateWithPeopleIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 100})
	w.addDates("2026-12-08")
	if err := w.s.DeleteDate(t.Context(), w.coordinator, w.cafe.Slug, day("2026-12-08")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() { _, _ = w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(n, 1)) })
		wg.Go(func() { _ = w.s.DeleteDate(context.Background(), w.coordinator, w.cafe.Slug, w.date) })
	}
	wg.Wait()
	there := w.count(`FROM occasions WHERE on_date = '2026-12-01'`)
	if people := w.count(`FROM sign_ups`); people > 0 && there == 0 || there == 0 && people > 0 {
		t.Errorf("%d people on a date that is gone", people)
	}
	if there == 1 {
		w.signUp(guest(99, 1))
		if err := w.s.DeleteDate(t.Context(), w.coordinator, w.cafe.Slug, w.date); !fault.Is(err, fault.Conflict) {
			t.Errorf("with people: %v", err)
		}
	}
}

// Who waits for a place while its date is moved away is not put on the new day
// behind their back.
func TestNobodyIsMovedWithoutKnowing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 100})
	moving, err := w.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`SELECT FROM occasion_places FOR UPDATE`,
		`UPDATE occasions SET on_date = on_date + 1, starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'`} {
		if _, err := moving.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error)
	go func() {
		_, err := w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(1, 1))
		done <- err
	}()
	for w.count(`FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
	}
	if err := moving.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("they have a place on a day that they did not choose")
	}
	if n := w.count(`FROM sign_ups`); n != 0 {
		t.Errorf("%d sign-ups", n)
	}
}

// Who signs up while the date is moved is either told or signs up for the new
// one: nobody is lost.
func TestNobodyIsLostWhileADateIsMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 100})
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() { _, _ = w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(n, 1)) })
	}
	for people := range 20 {
		wg.Go(func() {
			_, _ = w.s.MoveDate(context.Background(), w.coordinator, w.cafe.Slug, w.date,
				Move{Date: day("2026-12-02"), Starts: "16:30", Ends: "18:30", People: people})
		})
	}
	wg.Wait()
	moved := w.count(`FROM occasions WHERE on_date = '2026-12-02'`)
	people, asked := w.count(`FROM sign_ups`), w.count(`FROM sign_ups WHERE keep_asked_at IS NOT NULL`)
	if moved == 1 && asked != people || moved == 0 && asked != 0 || asked != w.mails("cafe_moved") {
		t.Errorf("moved %d: %d people, %d asked, %d letters", moved, people, asked, w.mails("cafe_moved"))
	}
	w.check()
}

func TestShiftsAndHabitsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	for field, change := range map[string]func(*Series){
		"shifts[0].ends": func(s *Series) {
			s.Places = append(s.Places, PlaceSpec{Row: 1, Kind: Kitchen, Capacity: 1, Starts: "17:00", Ends: "17:00"})
		},
		"shifts[0].starts": func(s *Series) {
			s.Places = append(s.Places, PlaceSpec{Row: 1, Kind: Kitchen, Capacity: 1, Starts: "16:00", Ends: "17:00"})
		},
		"shifts[1].minimum": func(s *Series) { s.Places = append(s.Places, PlaceSpec{Row: 2, Kind: Host, Capacity: 1, Minimum: 2}) },
		"shifts[1].language": func(s *Series) {
			s.Places = append(s.Places, PlaceSpec{Row: 2, Kind: Host, Capacity: 1, Language: "ar"})
		},
		"shifts[2].kind": func(s *Series) { s.Places = append(s.Places, PlaceSpec{Row: 3, Kind: "sanger", Capacity: 1}) },
		"opens_days":     func(s *Series) { s.OpensDays = 366 },
		"closes_minutes": func(s *Series) { s.OpensDays, s.ClosesMinutes = 1, 15*60 },
		"call_minutes":   func(s *Series) { s.CallMinutes = -1 },
		"remind_at":      func(s *Series) { s.RemindAt = "om morgenen" },
	} {
		in := w.series()
		change(&in)
		if f := in.Validate(); len(f) != 1 || f[0].Name != field {
			t.Errorf("%s: %v", field, f)
		}
	}
}

// Several shifts of one kind keep their names through a change.
func TestShiftsKeepTheirNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	in := w.series()
	in.Places = append(in.Places, PlaceSpec{Kind: Host, Capacity: 1, Starts: "16:30", Ends: "17:30"}, PlaceSpec{Kind: Host, Capacity: 2, Starts: "17:30", Ends: "18:30"})
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in); err != nil {
		t.Fatal(err)
	}
	in = w.series()
	if len(in.Places) != 3 || in.Places[1].Key != "host" || in.Places[2].Key != "host-2" {
		t.Fatalf("%+v", in.Places)
	}
	in.Places = append(in.Places[:1], in.Places[2], PlaceSpec{Kind: Host, Capacity: 4})
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.seen(), in); err != nil {
		t.Fatal(err)
	}
	keys := map[string]int{}
	for _, p := range w.series().Places {
		keys[p.Key] = p.Capacity
	}
	if keys["host-2"] != 2 || keys["host"] != 4 {
		t.Errorf("%v", keys)
	}
}

func TestSignUpTimesOfOneDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	o := w.occasionOn("2026-12-01")
	opens := noon.Add(time.Hour)
	if err := w.s.SetSignUpTimes(t.Context(), w.coordinator, w.cafe.Slug, w.date, &opens, o.StartsAt.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	try := func() error {
		_, err := w.s.SignUp(t.Context(), authz.Nobody, w.cafe.Slug, w.date, guest(1, 1))
		return err
	}
	if err := try(); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it opens: %v", err)
	}
	w.now = o.StartsAt.Add(-time.Hour)
	if err := try(); !fault.Is(err, fault.Gone) {
		t.Errorf("after it has closed: %v", err)
	}
	w.now = opens
	if err := try(); err != nil {
		t.Errorf("while it is open: %v", err)
	}
	for field, closes := range map[string]time.Time{"closes": o.StartsAt.Add(time.Minute), "opens": opens} {
		if err := w.s.SetSignUpTimes(t.Context(), w.coordinator, w.cafe.Slug, w.date, &opens, closes); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
