package cafe

import (
	"context"
	"testing"
	"time"

	"mellemrum/internal/fault"
)

func (w *world) update(in Series, apply ...Applied) {
	w.t.Helper()
	if err := w.s.Update(context.Background(), w.coordinator, w.cafe.ID, w.seen(), in, apply...); err != nil {
		w.t.Fatal(err)
	}
}

// A date has room of its own when staff gave it that. Another hour does not
// take it away, nor does a change of another kind.
func TestWhatADateHasOfItsOwnStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4, Host: 2})
	o := w.occasionOn("2026-12-01")
	w.exec(`UPDATE occasion_places SET capacity = 10 WHERE key = 'guest'`)
	closes := o.StartsAt.Add(-24 * time.Hour)
	opens := noon.Add(time.Hour)
	if err := w.s.SetSignUpTimes(t.Context(), w.coordinator, w.cafe.Slug, w.date, &opens, closes); err != nil {
		t.Fatal(err)
	}
	w.now = opens
	w.signUp(guest(1, 8))
	in := w.series()
	in.Starts, in.Ends = "17:00", "19:00"
	i := w.impact(in)
	if len(i.Dates[0].Short) != 0 {
		t.Errorf("eight people on ten places are too many: %+v", i.Dates[0])
	}
	w.update(in, Applied{o.OccasionID, 8})
	now := w.occasionOn("2026-12-01")
	if p, _ := now.Place("guest"); p.Capacity != 10 {
		t.Errorf("another hour left room for %d", p.Capacity)
	}
	if now.OpensAt == nil || !now.OpensAt.Equal(opens) || !now.ClosesAt.Equal(now.StartsAt.Add(-24*time.Hour)) {
		t.Errorf("it opens %v and closes %v", now.OpensAt, now.ClosesAt)
	}
	in = w.series()
	for n := range in.Places {
		if in.Places[n].Kind == Host {
			in.Places[n].Capacity = 3
		}
	}
	w.update(in, Applied{o.OccasionID, 8})
	now = w.occasionOn("2026-12-01")
	guests, _ := now.Place("guest")
	if hosts, _ := now.Place("host"); guests.Capacity != 10 || hosts.Capacity != 3 {
		t.Errorf("%+v", now.Places)
	}
	w.check()
}

// Somebody whose shift gets another time is told, and their calendar knows.
func TestAShiftThatMovesIsANewCalendarEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	in := w.series()
	in.Places = append(in.Places, PlaceSpec{Kind: Kitchen, Capacity: 2, Starts: "16:30", Ends: "17:30"})
	i := w.impact(in)
	w.update(in, Applied{i.Dates[0].OccasionID, 0})
	was := w.occasionOn("2026-12-01").Sequence
	cook := guest(1, 1)
	cook.Place = "kitchen"
	cooks := w.signUp(cook)
	w.signUp(guest(2, 2))
	before := w.mine(cooks).Revision
	in = w.series()
	in.Places[1].Starts, in.Places[1].Ends = "17:00", "18:00"
	i = w.impact(in)
	if i.Dates[0].People != 3 || i.Dates[0].Told != 1 {
		t.Errorf("%+v", i.Dates[0])
	}
	w.update(in, Applied{i.Dates[0].OccasionID, 3})
	if w.mails("cafe_moved") != 1 {
		t.Errorf("%d letters: only the cook's time is another", w.mails("cafe_moved"))
	}
	if now := w.mine(cooks).Revision; now <= before {
		t.Errorf("calendar entry %d, then %d (date's was %d)", before, now, was)
	}
}

// A shift follows the café's hours over the change of the clocks by the clock
// on the wall.
func TestHoursAreLocalOnEachSideOfTheChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	w.addDates("2027-03-23", "2027-03-30") // summer time begins on 28 March
	in := w.series()
	in.Starts, in.Ends = "17:00", "19:00"
	in.Places = append(in.Places, PlaceSpec{Kind: Kitchen, Capacity: 2, Starts: "17:30", Ends: "19:00"})
	in.OpensDays, in.ClosesMinutes = 14, 90
	var all []Applied
	for _, d := range w.impact(in).Dates {
		all = append(all, Applied{d.OccasionID, 0})
	}
	w.update(in, all...)
	for _, date := range []string{"2027-03-23", "2027-03-30"} {
		o := w.occasionOn(date)
		p, _ := o.Place("kitchen")
		if clockOf(o.StartsAt) != "17:00" || clockOf(p.StartsAt) != "17:30" || clockOf(*o.OpensAt) != "08:00" || clockOf(o.ClosesAt) != "15:30" {
			t.Errorf("%s: %s, kitchen %s, opens %s, closes %s", date, o.StartsAt, p.StartsAt, o.OpensAt, o.ClosesAt)
		}
	}
}

// Sign-up may open in the morning of the day before.
func TestSignUpOpensBeforeItCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 4})
	in := w.series()
	in.OpensDays, in.ClosesMinutes = 1, 15*60-1
	if err := in.Validate().Err(); err != nil {
		t.Errorf("%v", err)
	}
	in.ClosesMinutes = 15 * 60
	if !fault.FieldsOf(in.Validate().Err()).Has("closes_minutes") {
		t.Error("a café that begins at midnight closes before it opens")
	}
	// What a date is given is never refused by the database, at any hour.
	in.ClosesMinutes = 15*60 - 1
	in.Starts, in.Ends = "00:00", "01:00"
	w.update(in)
	w.addDates("2027-03-28", "2027-03-29", "2026-12-08")
}

// A season of one café on a Tuesday cannot begin on the Wednesday of its week.
func TestASeasonThatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	p := Plan{Repeat: Again, From: day("2027-09-01"), Season: days("2026-09-01")}
	if dates, err := p.Dates(day("2026-11-23")); !fault.FieldsOf(err).Has("from") {
		t.Errorf("%v, %v", dates, err)
	}
}
