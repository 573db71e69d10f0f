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

// atTheDoor is a café that begins in an hour.
func atTheDoor(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, map[Kind]int{Guest: 20, Host: 2})
	w.now = time.Date(2026, 12, 1, 14, 30, 0, 0, time.UTC)
	return w
}

// signedUp is a sign-up's id.
func (w *world) signedUp(n, party int) uuid.UUID {
	w.t.Helper()
	return w.mine(w.signUp(guest(n, party))).ID
}

// presses sends presses as the host; every press must be taken unless refused names
// its message.
func (w *world) presses(refused string, presses ...Press) {
	w.t.Helper()
	results, err := w.s.Press(context.Background(), w.host, w.cafe.Slug, w.date, presses)
	if err != nil || len(results) != len(presses) {
		w.t.Fatalf("%d answers to %d presses, %v", len(results), len(presses), err)
	}
	for i, r := range results {
		if got := refusal(r); r.ID != presses[i].ID || got != refused {
			w.t.Errorf("press %d: %q, want %q", i, got, refused)
		}
	}
}

func refusal(r PressResult) string {
	if r.Refused == nil {
		return ""
	}
	return r.Refused.Key
}

func came(signUp uuid.UUID, n int) Press {
	return Press{ID: uuid.New(), Kind: PressCame, SignUp: signUp, Came: n}
}

func walked(people int, name string) Press {
	return Press{ID: uuid.New(), Kind: PressWalkIn, Place: "guest", People: people, Name: name}
}

func (w *world) state() DoorState {
	w.t.Helper()
	d, err := w.s.DoorState(context.Background(), w.host, w.cafe.Slug, w.date)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// here checks how many guests are here.
func (w *world) here(want int) {
	w.t.Helper()
	if here, _ := w.state().Count(false); here != want {
		w.t.Errorf("%d are here, want %d", here, want)
	}
}

func TestWhoComesIsCounted(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	a, b := w.signedUp(1, 3), w.signedUp(2, 1)
	fatima := walked(2, "  Fatima\u200b  fra 3. th. ")
	fatima.Age = 1000
	w.presses("", came(a, 3), came(b, 0), fatima, walked(1, ""))
	w.here(6)
	d := w.state()
	if _, expected := d.Count(false); expected != 4 {
		t.Errorf("%d are expected, want 4", expected)
	}
	if len(d.WalkIns) != 2 || d.WalkIns[0].Name != "Fatima fra 3. th." || d.WalkIns[0].People != 2 {
		t.Errorf("walked in: %+v", d.WalkIns)
	}
	w.presses("", came(a, 5)) // the family brought two more
	w.here(8)
	w.presses("", came(a, -1), Press{ID: uuid.New(), Kind: PressWalkInUndo, Place: "guest", Of: d.WalkIns[0].ID})
	w.here(1)
	if p := w.state().Parties[0]; p.Came != nil {
		t.Errorf("the tick was not taken back: %d", *p.Came)
	}
	w.check()
}

func TestThoseWithoutANameAreTakenOffOneByOne(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	w.presses("", walked(3, ""), walked(1, "Fatima"), walked(1, ""))
	off := func() Press { return Press{ID: uuid.New(), Kind: PressWalkInUndo, Place: "guest"} }
	w.presses("", off(), off(), off(), off())
	w.here(1) // who has a name stays
	w.presses("checkin.no_walk_in_left", off())
	w.here(1)
}

func TestAPressCountsOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	a := w.signedUp(1, 3)
	all := []Press{came(a, 2), walked(4, ""), walked(1, "Fatima"), {ID: uuid.New(), Kind: PressWalkInUndo, Place: "guest"}}
	w.presses("", all...)
	w.presses("", came(a, 3))
	for range 3 {
		w.presses("", all...)
	}
	w.here(3 + 4)
	if n := w.count(`FROM audit_entries WHERE action IN ('cafe.came', 'cafe.walk_in')`); n != 5 {
		t.Errorf("%d entries tell of 5 presses", n)
	}
	// What counted before the date was cancelled is answered as it was then.
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Vandskade"); err != nil {
		t.Fatal(err)
	}
	w.presses("", all...)
	w.presses("cafes.date_is_cancelled", walked(1, ""))
	w.here(7)
}

func TestManyPhonesAtOnce(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	var all []Press
	for n := range 10 {
		all = append(all, came(w.signedUp(n, 2), 2), walked(1, ""))
	}
	backwards := make([]Press, len(all))
	for i, p := range all {
		backwards[len(all)-1-i] = p
	}
	var wg sync.WaitGroup
	for n := range 12 {
		wg.Go(func() {
			presses, actor := all, w.host
			if n%2 == 1 {
				presses, actor = backwards, w.coordinator
			}
			// Each also counts somebody of their own.
			results, err := w.s.Press(context.Background(), actor, w.cafe.Slug, w.date, append([]Press{walked(1, "")}, presses...))
			if err != nil {
				t.Error(err)
			}
			for _, r := range results {
				if r.Refused != nil {
					t.Errorf("refused: %s", r.Refused.Key)
				}
			}
		})
	}
	wg.Wait()
	w.here(20 + 10 + 12)
	// All of them are taken off from two phones, and nobody twice.
	for range 2 {
		wg.Go(func() {
			for range 11 {
				_, err := w.s.Press(context.Background(), w.host, w.cafe.Slug, w.date,
					[]Press{{ID: uuid.New(), Kind: PressWalkInUndo, Place: "guest"}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.here(20)
}

func TestABadPressLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	a := w.signedUp(1, 2)
	gone := w.signUp(guest(2, 1))
	goneID := w.mine(gone).ID
	if _, err := w.s.Cancel(t.Context(), authz.Nobody, gone.Token); err != nil {
		t.Fatal(err)
	}
	elsewhere := newWorld(t, map[Kind]int{Guest: 5}).signedUp(1, 1)
	tomorrow := day("2026-12-02")
	if _, err := w.s.AddDates(t.Context(), w.coordinator, w.cafe.ID, []time.Time{tomorrow}); err != nil {
		t.Fatal(err)
	}
	other, err := w.s.SignUp(t.Context(), authz.Nobody, w.cafe.Slug, tomorrow, guest(3, 1))
	if err != nil {
		t.Fatal(err)
	}
	long := make([]byte, MaxName+1)
	for i := range long {
		long[i] = 'a'
	}
	for _, c := range []struct {
		refused string
		press   Press
	}{
		{"", came(a, 1)},
		{"checkin.cancelled", came(goneID, 1)},
		{"checkin.no_such_sign_up", came(elsewhere, 1)},
		{"checkin.no_such_sign_up", came(w.mine(other).ID, 1)},
		{"checkin.no_such_sign_up", came(uuid.New(), 1)},
		{"errors.field_number_range", came(a, MaxParty+1)},
		{"errors.field_number_range", came(a, -2)},
		{"errors.field_number_range", walked(0, "")},
		{"errors.field_number_range", walked(MaxParty+1, "")},
		{"errors.field_bad_text", walked(1, "\x00")},
		{"errors.field_too_long", walked(1, string(long))},
		{"checkin.no_such_place", Press{ID: uuid.New(), Kind: PressWalkIn, Place: "driver", People: 1}},
		{"checkin.no_such_place", Press{ID: uuid.New(), Kind: PressWalkInUndo, Place: "driver"}},
		{"checkin.not_understood", Press{ID: uuid.New(), Kind: "dance"}},
		{"checkin.not_understood", Press{Kind: PressCame, SignUp: a, Came: 2}},
		{"", walked(1, "")},
	} {
		w.presses(c.refused, c.press)
	}
	w.here(2)
	// The same, sent in one go.
	bad, good := came(goneID, 1), came(a, 2)
	results, err := w.s.Press(t.Context(), w.host, w.cafe.Slug, w.date, []Press{bad, good})
	if err != nil || refusal(results[0]) != "checkin.cancelled" || results[1].Refused != nil {
		t.Errorf("%+v, %v", results, err)
	}
	w.here(3)
	if n := w.count(`FROM door_presses`); n != 3 {
		t.Errorf("%d presses are noted, want the 3 that count", n)
	}
	if _, err := w.s.Press(t.Context(), w.host, w.cafe.Slug, w.date, make([]Press, MaxPresses+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too many: %v", err)
	}
}

func TestOnlyThoseWhoHoldACafeCountAtItsDoor(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	a := w.signedUp(1, 1)
	for name, actor := range map[string]authz.Actor{"another partner": w.other, "another's coordinator": w.stranger, "anybody": authz.Nobody} {
		if _, err := w.s.Press(t.Context(), actor, w.cafe.Slug, w.date, []Press{came(a, 1)}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s presses: %v", name, err)
		}
		if _, err := w.s.DoorState(t.Context(), actor, w.cafe.Slug, w.date); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s looks: %v", name, err)
		}
	}
	if _, err := w.s.Press(t.Context(), w.host, w.cafe.Slug, day("2026-12-25"), nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a date that is not there: %v", err)
	}
	w.here(0)
	if _, err := w.s.Press(t.Context(), w.coordinator, w.cafe.Slug, w.date, []Press{came(a, 1)}); err != nil {
		t.Error(err)
	}
	w.here(1)
}

func TestTheDoorOpensOnTheDayAndClosesAWeekLater(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	starts, _ := At(w.date, "16:30")
	ends, _ := At(w.date, "18:30")
	for _, c := range []struct {
		at      time.Time
		refused string
	}{
		{starts.Add(-PressFrom - time.Second), "checkin.too_early"},
		{starts.Add(-PressFrom), ""},
		{ends.Add(PressUntil), ""},
		{ends.Add(PressUntil + time.Second), "checkin.too_late"},
	} {
		w.now = c.at
		w.presses(c.refused, walked(1, ""))
		closed := w.state().Closed
		if (closed == nil) != (c.refused == "") {
			t.Errorf("%v: the page says %v", c.at, closed)
		}
	}
	w.here(2)
}

// A phone without signal sends late what was pressed early.
func TestTheLaterPressCountsAlsoWhenItArrivesFirst(t *testing.T) {
	t.Parallel()
	w := atTheDoor(t)
	a := w.signedUp(1, 3)
	early, late := came(a, 3), came(a, 2)
	early.Age, late.Age = int((20 * time.Minute).Milliseconds()), int(time.Minute.Milliseconds())
	w.presses("", late)
	w.presses("", early)
	w.here(2)
	w.now = w.now.Add(time.Second)
	back := came(a, -1)
	back.Age = -5000 // a clock that was set back does not reach into the future
	w.presses("", back)
	w.here(0)
	if err := w.s.TickCame(t.Context(), w.host, w.cafe.Slug, w.date, a, 1); err != nil {
		t.Fatal(err)
	}
	w.here(1)
}
