package cafe

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

// moment moves the world's clock to a time on the café's own day.
func (w *world) moment(clock string) {
	w.t.Helper()
	at, ok := At(w.date, clock)
	if !ok {
		w.t.Fatal(clock)
	}
	w.now = at
}

func (w *world) cancel(r Receipt) {
	w.t.Helper()
	if _, err := w.s.Cancel(context.Background(), authz.Nobody, r.Token); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) yes(r Receipt) Mine {
	w.t.Helper()
	m, err := w.s.SayYes(context.Background(), authz.Nobody, r.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) due() {
	w.t.Helper()
	if err := w.s.Due(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// stands checks how a sign-up stands.
func (w *world) stands(who string, r Receipt, want Status, called, yes bool) {
	w.t.Helper()
	m := w.mine(r)
	if m.Status != want || m.Called != called || m.SaidYes != yes {
		w.t.Errorf("%s: %s, asked %v, said yes %v; want %s, %v, %v", who, m.Status, m.Called, m.SaidYes, want, called, yes)
	}
}

// why is what the staff page tells of a promotion.
func (w *world) why(r Receipt) (because string, room, past int) {
	w.t.Helper()
	err := w.db.Pool().QueryRow(context.Background(), `
		SELECT coalesce(promoted_because, ''), coalesce(promoted_room, -1), coalesce(promoted_past, -1) FROM sign_ups WHERE id = $1`,
		r.ID).Scan(&because, &room, &past)
	if err != nil {
		w.t.Fatal(err)
	}
	return because, room, past
}

func TestThePageSaysWhySomebodyWasPromoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	first, second := w.signUp(guest(1, 2)), w.signUp(guest(2, 2))
	family, couple, one, last := w.signUp(guest(3, 4)), w.signUp(guest(4, 2)), w.signUp(guest(5, 1)), w.signUp(guest(6, 1))
	want := func(who string, r Receipt, because Because, room, past int) {
		t.Helper()
		if b, n, p := w.why(r); b != string(because) || n != room || p != past {
			t.Errorf("%s: %s, room %d, past %d; want %s, %d, %d", who, b, n, p, because, room, past)
		}
	}
	w.cancel(first)
	want("couple", couple, SomebodyCancelled, 2, 1)
	if _, err := w.s.ChangeParty(t.Context(), authz.Nobody, second.Token, 1); err != nil {
		t.Fatal(err)
	}
	want("one", one, SmallerParty, 1, 1)
	before := w.mine(couple).Revision
	w.cancel(couple) // who had waited no longer needs it
	want("last", last, GaveBack, 2, 1)
	if after := w.mine(couple).Revision; after != before+1 {
		t.Errorf("the calendar entry went from %d to %d", before, after)
	}
	if err := w.s.SetCapacity(t.Context(), w.coordinator, w.cafe.Slug, w.date, "guest", 7); err != nil {
		t.Fatal(err)
	}
	want("family", family, RaisedCapacity, 4, 0)
	if n := w.mails("cafe_promoted"); n != 4 {
		t.Errorf("%d promoted mails, want 4", n)
	}
	w.check()
}

func TestOnTheDaySeveralAreAskedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 2})
	first := w.signUp(guest(1, 2))
	phone := guest(3, 1)
	phone.Email, phone.Phone = "", "20123456"
	family, one, called, late := w.signUp(guest(2, 3)), w.signUp(guest(4, 1)), w.signUp(phone), w.signUp(guest(5, 1))
	w.moment("14:00")
	w.cancel(first)
	w.stands("the family that does not fit", family, Waiting, false, false)
	w.stands("one", one, Waiting, true, false)
	w.stands("who has a phone only", called, Waiting, true, false)
	w.stands("the last", late, Waiting, true, false)
	if n := w.mails("cafe_called"); n != 2 {
		t.Errorf("%d are asked by mail, want the 2 who have an address", n)
	}
	if m := w.mine(one); !m.AnswerBy.Equal(w.now.Add(AnswerTime)) {
		t.Errorf("answer by %v", m.AnswerBy)
	}

	// The order of the line decides, not who is fastest.
	w.yes(late)
	w.stands("the last, whose yes waits for those ahead", late, Waiting, false, true)
	w.check()
	w.now = w.now.Add(time.Minute)
	w.yes(one)
	w.stands("one", one, Placed, false, false)
	w.stands("the last", late, Waiting, false, true)
	w.yes(one) // pressed twice
	if n := w.mails("cafe_promoted"); n != 1 {
		t.Errorf("%d promoted mails", n)
	}
	if err := w.s.SayYesFor(t.Context(), w.host, w.cafe.Slug, w.date, called.ID); err != nil {
		t.Fatal(err)
	}
	w.stands("who was phoned", called, Placed, false, false)
	w.stands("the last", late, Waiting, false, true)
	if b, room, past := w.why(called); b != "said_yes" || room != 1 || past != 1 {
		t.Errorf("%s, room %d, past %d", b, room, past)
	}
	w.check()
}

func TestOnTheDayANoPassesThePlaceOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	first := w.signUp(guest(1, 1))
	a, b := w.signUp(guest(2, 1)), w.signUp(guest(3, 1))
	w.moment("14:00")
	w.cancel(first)
	w.yes(b)
	w.stands("b", b, Waiting, false, true)
	w.cancel(a)
	w.stands("b, once the one ahead said no", b, Placed, false, false)
	if n := w.count(`FROM occasion_places WHERE deciding_until IS NOT NULL`); n != 0 {
		t.Error("something is still being decided")
	}
	w.check()
}

func TestWhoDoesNotAnswerStaysInLineAndMayStillSayYes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 2})
	first := w.signUp(guest(1, 1))
	w.signUp(guest(2, 1))
	silent, quick := w.signUp(guest(3, 1)), w.signUp(guest(4, 1))
	w.moment("14:00")
	w.cancel(first)
	w.yes(quick)
	w.now = w.now.Add(AnswerTime - time.Second)
	w.due()
	w.stands("quick, while the one ahead may answer", quick, Waiting, false, true)
	w.now = w.now.Add(time.Second)
	w.due()
	w.stands("quick", quick, Placed, false, false)
	w.stands("silent", silent, Waiting, true, false)
	if m := w.mine(silent); m.Line != 1 {
		t.Errorf("silent is number %d", m.Line)
	}
	w.yes(silent) // no room now
	w.stands("silent, who said yes late", silent, Waiting, false, true)
	w.check()
	w.cancel(quick)
	w.stands("silent, when there is room again", silent, Placed, false, false)
	w.check()
}

func TestALateYesGetsRoomThatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	first := w.signUp(guest(1, 1))
	silent := w.signUp(guest(2, 1))
	w.moment("14:00")
	w.cancel(first)
	w.now = w.now.Add(AnswerTime)
	w.due()
	w.check()
	if m := w.yes(silent); m.Status != Placed {
		t.Errorf("there is room, and who says yes late is %s", m.Status)
	}
	w.check()
}

func TestWhoComesDuringTheCallStandsInLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 2})
	first := w.signUp(guest(1, 2))
	silent := w.signUp(guest(2, 1))
	w.moment("14:00")
	w.cancel(first)
	small := w.signUp(guest(3, 1))
	if small.Status != Placed {
		t.Errorf("one is asked and two are free: whoever comes is %s", small.Status)
	}
	next := w.signUp(guest(4, 1))
	w.stands("who comes while the last place is kept for the one ahead", next, Waiting, false, true)
	w.check()
	// Not even the minute before the clock looks lets anybody pass.
	w.now = w.now.Add(AnswerTime)
	after := w.signUp(guest(5, 1))
	w.stands("who came first", next, Placed, false, false)
	if after.Status != Waiting {
		t.Errorf("who came after is %s", after.Status)
	}
	w.stands("silent", silent, Waiting, true, false)
	w.check()
}

func TestANewPlaceDuringTheCallAsksMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	first, second := w.signUp(guest(1, 1)), w.signUp(guest(2, 3))
	one, family := w.signUp(guest(3, 1)), w.signUp(guest(4, 3))
	w.moment("14:00")
	w.cancel(first)
	w.stands("one", one, Waiting, true, false)
	w.stands("the family that does not fit", family, Waiting, false, false)
	w.now = w.now.Add(5 * time.Minute)
	w.cancel(second)
	w.stands("the family, now that it fits", family, Waiting, true, false)
	if n := w.mails("cafe_called"); n != 2 {
		t.Errorf("%d asked, want each once", n)
	}
	if m := w.mine(family); !m.AnswerBy.Equal(w.now.Add(AnswerTime)) {
		t.Errorf("answer by %v: who is asked later has their own time", m.AnswerBy)
	}
	if m := w.mine(one); !m.AnswerBy.Equal(w.now.Add(AnswerTime - 5*time.Minute)) {
		t.Errorf("who was asked first: answer by %v", m.AnswerBy)
	}
	w.check()
}

func TestNobodyGrowsIntoRoomThatOthersAreAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 3})
	first, placed := w.signUp(guest(1, 1)), w.signUp(guest(2, 2))
	w.signUp(guest(3, 1))
	w.moment("14:00")
	w.cancel(first)
	if _, err := w.s.ChangeParty(t.Context(), authz.Nobody, placed.Token, 3); !fault.FieldsOf(err).Has("party") {
		t.Errorf("during the call: %v", err)
	}
	w.now = w.now.Add(AnswerTime)
	if _, err := w.s.ChangeParty(t.Context(), authz.Nobody, placed.Token, 3); err != nil {
		t.Errorf("after it, when nobody answered: %v", err)
	}
	w.check()
}

// Ten are asked at once; when they stay silent the next ten are.
func TestTheNextAreAskedWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	first := w.signUp(guest(0, 1))
	var waiting []Receipt
	for n := range 13 {
		waiting = append(waiting, w.signUp(guest(n+1, 1)))
	}
	w.moment("14:00")
	w.cancel(first)
	if n := w.mails("cafe_called"); n != CallAtOnce {
		t.Errorf("%d asked at once", n)
	}
	w.now = w.now.Add(AnswerTime)
	w.due()
	w.due()
	if n := w.mails("cafe_called"); n != 13 {
		t.Errorf("%d asked in all", n)
	}
	w.yes(waiting[11]) // those asked first are waited for no more; number eleven is
	w.stands("number twelve", waiting[11], Waiting, false, true)
	w.cancel(waiting[10])
	w.stands("number twelve", waiting[11], Placed, false, false)
	w.check()
}

func TestTheCallEndsBeforeTheCafeBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 2})
	first, second := w.signUp(guest(1, 1)), w.signUp(guest(2, 1))
	silent, ready, third := w.signUp(guest(3, 1)), w.signUp(guest(4, 1)), w.signUp(guest(5, 1))
	w.moment("16:20")
	w.cancel(first)
	if m := w.mine(silent); !m.AnswerBy.Equal(m.StartsAt.Add(-LastMinutes)) {
		t.Errorf("answer by %v", m.AnswerBy)
	}
	w.yes(ready)
	w.moment("16:25")
	w.due()
	w.stands("ready", ready, Placed, false, false)
	w.moment("16:27")
	w.cancel(second)
	w.yes(third) // in the last minutes nobody is waited for
	w.stands("third", third, Placed, false, false)
	w.moment("16:30")
	if _, err := w.s.SayYes(t.Context(), authz.Nobody, silent.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("a yes after it began: %v", err)
	}
	called := w.mails("cafe_called")
	w.due()
	if n := w.mails("cafe_called"); n != called {
		t.Error("somebody is called to a café that has begun")
	}
	w.check()
}

func TestWhoMaySayYes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	first, waits := w.signUp(guest(1, 1)), w.signUp(guest(2, 1))
	if _, err := w.s.SayYes(t.Context(), authz.Nobody, waits.Token); !fault.Is(err, fault.Conflict) {
		t.Errorf("a yes nobody asked for: %v", err)
	}
	if _, err := w.s.SayYes(t.Context(), authz.Nobody, "findes-ikke"); !fault.Is(err, fault.Gone) {
		t.Errorf("an unknown link: %v", err)
	}
	w.moment("14:00")
	w.cancel(first)
	if _, err := w.s.SayYes(t.Context(), authz.Nobody, first.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("who has cancelled: %v", err)
	}
	for who, a := range map[string]authz.Actor{"a stranger": w.stranger, "another partner": w.other, "anybody": authz.Nobody} {
		if err := w.s.SayYesFor(t.Context(), a, w.cafe.Slug, w.date, waits.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s answers for somebody: %v", who, err)
		}
	}
	if err := w.s.SayYesFor(t.Context(), w.coordinator, w.cafe.Slug, w.date, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("for nobody: %v", err)
	}
	w.stands("who waits", waits, Waiting, true, false)
}

func TestAMovedDateIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 1})
	r := w.signUp(guest(1, 1))
	if m, err := w.s.Keep(t.Context(), authz.Nobody, r.Token); err != nil || m.KeepNow {
		t.Errorf("nobody asked: %v %v", m.KeepNow, err)
	}
	w.exec(`UPDATE sign_ups SET keep_asked_at = $1`, w.now)
	if !w.mine(r).KeepNow {
		t.Fatal("asked, and the page does not say so")
	}
	for range 2 {
		if m, err := w.s.Keep(t.Context(), authz.Nobody, r.Token); err != nil || m.KeepNow {
			t.Errorf("kept: %v %v", m.KeepNow, err)
		}
	}
	w.cancel(r)
	if _, err := w.s.Keep(t.Context(), authz.Nobody, r.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("who has cancelled keeps: %v", err)
	}
}

// Whatever the order in which answers come, those get a place who would have
// got one if all had answered at once.
func TestTheOrderOfAnswersDecidesNothing(t *testing.T) {
	t.Parallel()
	starts := noon.Add(2 * time.Hour)
	asked := noon
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 1))
		room := 1 + r.IntN(8)
		p := queued{held: held{Capacity: room}, StartsAt: starts, CallFrom: noon.Add(-time.Hour)}
		var line []inLine
		says, fits, left := map[uuid.UUID]bool{}, []uuid.UUID{}, room
		for range 1 + r.IntN(CallAtOnce) {
			w := inLine{ID: uuid.New(), Party: 1 + r.IntN(5)}
			line = append(line, w)
			if says[w.ID] = r.IntN(3) > 0; says[w.ID] && w.Party <= left {
				fits, left = append(fits, w.ID), left-w.Party
			}
		}
		var got []uuid.UUID
		take := func() {
			d := decide(line, p, noon)
			for _, pl := range d.placed {
				got = append(got, pl.ID)
				p.Taken += pl.Party
			}
			for i := range line {
				if slices.Contains(d.ask, line[i].ID) {
					line[i].CalledAt = &asked
				}
			}
			line = slices.DeleteFunc(line, func(w inLine) bool { return slices.Contains(got, w.ID) })
		}
		take()
		for {
			var silent []int
			for i, w := range line {
				if w.CalledAt != nil && !w.Yes {
					silent = append(silent, i)
				}
			}
			if len(silent) == 0 {
				break
			}
			if i := silent[r.IntN(len(silent))]; says[line[i].ID] {
				line[i].Yes = true
			} else {
				line = slices.Delete(line, i, i+1)
			}
			take()
		}
		slices.SortFunc(fits, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		slices.SortFunc(got, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(fits, got) {
			t.Fatalf("seed %d: placed %v, want %v", seed, got, fits)
		}
	}
}
