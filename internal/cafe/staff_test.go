package cafe

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func TestOnlyThoseWhoHoldACafeSeeWhoComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5})
	w.signUp(guest(1, 1))
	for name, c := range map[string]struct {
		actor authz.Actor
		sees  bool
	}{
		"its coordinator":       {w.coordinator, true},
		"an administrator":      {authz.Actor{Role: authz.Administrator}, true},
		"the host":              {w.host, true},
		"another partner":       {w.other, false},
		"another's coordinator": {w.stranger, false},
		"anybody":               {authz.Nobody, false},
	} {
		g, err := w.s.Guestlist(t.Context(), c.actor, w.cafe.Slug, w.date)
		if c.sees && (err != nil || len(g.Lines) != 1) {
			t.Errorf("%s: %v", name, err)
		}
		if !c.sees && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADateIsCancelledForEverybodyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	var wg sync.WaitGroup
	refused := make(chan error, 40)
	for i := range 40 {
		wg.Go(func() {
			_, err := w.s.SignUp(context.Background(), authz.Nobody, w.cafe.Slug, w.date, guest(i, 1))
			refused <- err
		})
	}
	mailed, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Vandskade i huset")
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	close(refused)
	in := 0
	for err := range refused {
		switch {
		case err == nil:
			in++
		case !fault.Is(err, fault.Gone):
			t.Errorf("after the cancellation: %v", err)
		}
	}
	if n := w.mails("cafe_date_cancelled"); n != mailed || n != in {
		t.Errorf("%d signed up, %d are mailed, %d were told to the coordinator", in, n, mailed)
	}
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Igen"); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling twice: %v", err)
	}
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, " "); !fault.FieldsOf(err).Has("reason") {
		t.Errorf("without a reason: %v", err)
	}
}

func TestOthersCannotTouchACafe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	for name, a := range map[string]authz.Actor{"stranger": w.stranger, "host": w.host, "partner": w.other, "anybody": authz.Nobody} {
		if _, err := w.s.CancelDate(t.Context(), a, w.cafe.Slug, w.date, "Nej"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s cancels: %v", name, err)
		}
		if _, err := w.s.AddDates(t.Context(), a, w.cafe.ID, []time.Time{day("2027-01-05")}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s adds dates: %v", name, err)
		}
		if err := w.s.SetCapacity(t.Context(), a, w.cafe.Slug, w.date, "guest", 9); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s changes the room: %v", name, err)
		}
	}
	for name, a := range map[string]authz.Actor{"stranger": w.stranger, "partner": w.other, "anybody": authz.Nobody} {
		if err := w.s.WalkIn(t.Context(), a, w.cafe.Slug, w.date, "guest", 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s counts: %v", name, err)
		}
	}
}

func TestRoomIsNeverLessThanThosePlaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.signUp(guest(1, 4))
	waiting := w.signUp(guest(2, 2))
	err := w.s.SetCapacity(t.Context(), w.coordinator, w.cafe.Slug, w.date, "guest", 3)
	if !fault.Is(err, fault.Conflict) || !fault.FieldsOf(err).Has("capacity") {
		t.Errorf("got %v", err)
	}
	if err := w.s.SetCapacity(t.Context(), w.coordinator, w.cafe.Slug, w.date, "guest", 6); err != nil {
		t.Fatal(err)
	}
	if w.mine(waiting).Status != Placed {
		t.Error("there is more room and they still wait")
	}
	w.check()
}

func TestAddingDatesTwiceAddsThemOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4, Host: 2})
	dates := []time.Time{w.date, day("2026-12-08"), day("2026-12-15")}
	for _, want := range []int{2, 0} {
		if n, err := w.s.AddDates(t.Context(), w.coordinator, w.cafe.ID, dates); err != nil || n != want {
			t.Errorf("added %d, %v; want %d", n, err, want)
		}
	}
	if n := w.count(`FROM occasion_places`); n != 6 {
		t.Errorf("%d places, want two kinds on three dates", n)
	}
	o, err := w.s.Occasion(t.Context(), w.cafe.Slug, day("2026-12-15"))
	if err != nil || o.StartsAt.UTC().Format("15:04") != "15:30" { // 16.30 in winter
		t.Errorf("starts %v, %v", o.StartsAt.UTC(), err)
	}
}

func TestWhatStaffMustWriteAboutACafe(t *testing.T) {
	good := Series{Name: "Café", DistrictID: uuid.New(), Venue: "Huset", Address: "Vej 1", Starts: "16:30", Ends: "18:00",
		Hosts: []uuid.UUID{uuid.New()}, Places: Room(map[Kind]int{Guest: 10}), Habits: UsualHabits}
	if f := good.Validate(); len(f) != 0 {
		t.Fatalf("a good one has mistakes: %v", f)
	}
	for field, change := range map[string]func(*Series){
		"name":           func(s *Series) { s.Name = "" },
		"district":       func(s *Series) { s.DistrictID = uuid.Nil },
		"venue":          func(s *Series) { s.Venue = "" },
		"address":        func(s *Series) { s.Address = "" },
		"languages":      func(s *Series) { s.Languages = []string{"klingon"} },
		"starts":         func(s *Series) { s.Starts = "25:00" },
		"ends":           func(s *Series) { s.Ends = "16:00" },
		"hosts":          func(s *Series) { s.Hosts = nil },
		"capacity_guest": func(s *Series) { s.Places = nil },
		"capacity_host":  func(s *Series) { s.Places = Room(map[Kind]int{Guest: 1, Host: 501}) },
	} {
		in := good
		change(&in)
		if f := in.Validate(); len(f) != 1 || f[0].Name != field {
			t.Errorf("want one mistake at %s, got %v", field, f)
		}
	}
}

func TestTheMunicipalityHoldsNoCafeAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	department := uuid.New()
	w.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
		VALUES ($1, 'forvaltningen', 'Forvaltningen', 'department', 'approved', now(), now(), now())`, department)
	in := Series{Name: "Alene", DistrictID: w.cafe.DistrictID, Venue: "Huset", Address: "Vej 1", Starts: "16:30", Ends: "18:00",
		Hosts: []uuid.UUID{department}, Places: Room(map[Kind]int{Guest: 10}), Habits: UsualHabits}
	if _, err := w.s.Create(t.Context(), w.coordinator, in); !fault.FieldsOf(err).Has("hosts") {
		t.Errorf("alone: %v", err)
	}
	in.Hosts = append(in.Hosts, w.cafe.HostIDs()...)
	if _, err := w.s.Create(t.Context(), w.coordinator, in); err != nil {
		t.Errorf("together: %v", err)
	}
}

func TestSomebodyElsesChangeIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	in := Series{Name: "Nyt navn", DistrictID: w.cafe.DistrictID, Venue: "Huset", Address: "Vej 1", Starts: "16:30", Ends: "18:00",
		Hosts: w.cafe.HostIDs(), Places: Room(map[Kind]int{Guest: 10}), Habits: UsualHabits}
	w.now = w.now.Add(time.Minute)
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.cafe.UpdatedAt, in); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Update(t.Context(), w.coordinator, w.cafe.ID, w.cafe.UpdatedAt, in); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old form: %v", err)
	}
}

func TestTickingWhoCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	m := w.mine(w.signUp(guest(1, 3)))
	gone := w.signUp(guest(2, 1))
	if _, err := w.s.Cancel(t.Context(), authz.Nobody, gone.Token); err != nil {
		t.Fatal(err)
	}
	tick := func(id uuid.UUID, n int) error { return w.s.TickCame(t.Context(), w.host, w.cafe.Slug, w.date, id, n) }
	if err := tick(m.ID, 2); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 1, -2, -1} {
		if err := w.s.WalkIn(t.Context(), w.host, w.cafe.Slug, w.date, "guest", n); err != nil {
			t.Fatal(err)
		}
	}
	g, err := w.s.Guestlist(t.Context(), w.host, w.cafe.Slug, w.date)
	if err != nil || g.Came() != 3 {
		t.Errorf("came %d, %v; want two of the party and one who walked in", g.Came(), err)
	}
	if err := tick(m.ID, 4); err != nil {
		t.Errorf("a party that was larger at the door: %v", err)
	}
	if err := tick(m.ID, MaxParty+1); !fault.Is(err, fault.Invalid) {
		t.Errorf("a party larger than any: %v", err)
	}
	if err := tick(w.mine(gone).ID, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("who cancelled: %v", err)
	}
	if err := w.s.WalkIn(t.Context(), w.host, w.cafe.Slug, w.date, "guest", -2); !fault.Is(err, fault.Conflict) {
		t.Errorf("taking back more than came: %v", err)
	}
	if err := tick(m.ID, -1); err != nil {
		t.Fatal(err)
	}
	if g, _ := w.s.Guestlist(t.Context(), w.host, w.cafe.Slug, w.date); g.Lines[0].Came != nil || g.Came() != 1 {
		t.Error("the tick was not taken back")
	}
}

func TestAfterThirtyDaysOnlyNumbersAreLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 10})
	in := guest(1, 3)
	in.Phone, in.Note = "20123456", "Kommer lidt senere"
	r := w.signUp(in)
	end, _ := At(w.date, "18:30")
	for _, c := range []struct {
		after time.Duration
		dates int
	}{{KeepFor, 0}, {KeepFor + time.Second, 1}, {KeepFor + time.Hour, 0}} {
		w.now = end.Add(c.after)
		if n, err := w.s.Forget(t.Context()); err != nil || n != c.dates {
			t.Fatalf("after %v: %d, %v", c.after, n, err)
		}
	}
	if n := w.count(`FROM sign_ups WHERE name <> '' OR email IS NOT NULL OR phone IS NOT NULL OR note <> '' OR code IS NOT NULL`); n != 0 {
		t.Error("a person can still be found")
	}
	if n := w.count(`FROM sign_ups WHERE party = 3 AND status = 'placed'`); n != 1 {
		t.Error("the number is gone too")
	}
	if _, err := w.s.ByToken(t.Context(), r.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("the link still opens: %v", err)
	}
}

func TestListsShowWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4, Host: 2})
	w.exec(`UPDATE cafes SET languages = '{da,ar}'`)
	w.signUp(guest(1, 3))
	w.signUp(guest(2, 3))
	for name, c := range map[string]struct {
		f    Filter
		want int
	}{
		"all":              {Filter{}, 1},
		"district":         {Filter{District: "testby"}, 1},
		"other district":   {Filter{District: "andenby"}, 0},
		"language":         {Filter{Language: "ar"}, 1},
		"other language":   {Filter{Language: "uk"}, 0},
		"from later":       {Filter{From: w.date.AddDate(0, 0, 1)}, 0},
		"from the date":    {Filter{From: w.date}, 1},
		"until before":     {Filter{Until: w.date.AddDate(0, 0, -1)}, 0},
		"host":             {Filter{Hosts: w.cafe.HostIDs()}, 1},
		"nobody's":         {Filter{Hosts: []uuid.UUID{}}, 0},
		"second page":      {Filter{Page: 1}, 0},
		"page from before": {Filter{Page: -3}, 1},
	} {
		list, more, err := w.s.Coming(t.Context(), c.f)
		if err != nil || len(list) != c.want || more {
			t.Errorf("%s: %d dates, more %v, %v; want %d", name, len(list), more, err, c.want)
			continue
		}
		if c.want == 1 && (list[0].GuestsLeft != 1 || list[0].HelpersLeft != 2 || list[0].Hosts != "vaerterne" || list[0].Waiting != 0) {
			t.Errorf("%s: %+v", name, list[0])
		}
	}
	for name, c := range map[string]struct {
		actor authz.Actor
		want  int
	}{"coordinator": {w.coordinator, 1}, "stranger": {w.stranger, 0}, "host": {w.host, 1}, "other": {w.other, 0}} {
		list, _, err := w.s.ForStaff(t.Context(), c.actor, Filter{})
		if err != nil || len(list) != c.want || c.want == 1 && list[0].Waiting != 1 {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	if _, _, err := w.s.ForStaff(t.Context(), authz.Nobody, Filter{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("anybody: %v", err)
	}
}
