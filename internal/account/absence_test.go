package account

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
)

// staff adds coordinators, the first in the district.
func (b *bench) staff(names ...string) []uuid.UUID {
	b.t.Helper()
	b.district("herby")
	list := make([]uuid.UUID, len(names))
	for i, name := range names {
		in := NewAccount{Email: mailbox(name) + "@stab.example", Name: name, Role: "coordinator"}
		if i == 0 {
			in.Districts = []string{"herby"}
		}
		list[i] = b.add(in)
	}
	return list
}

func mailbox(name string) string { return "a" + uuid.NewSHA1(uuid.Nil, []byte(name)).String() }

func (b *bench) today(days int) time.Time { return i18n.Day(b.clock.now()).AddDate(0, 0, days) }

func (b *bench) away(who, standIn uuid.UUID, from, until int) error {
	return b.s.AddAbsence(b.t.Context(), self(who), who, NewAbsence{ID: uuid.New(), FromOn: b.today(from), UntilOn: b.today(until), StandIn: standIn})
}

func self(id uuid.UUID) authz.Actor { return authz.Actor{Role: authz.Coordinator, AccountID: id} }

// acts is whom the database names for somebody on a day from now.
func (b *bench) acts(who uuid.UUID, day int) uuid.UUID {
	b.t.Helper()
	var id *uuid.UUID
	if err := b.db.Pool().QueryRow(b.t.Context(), `SELECT acting($1, $2)`, who, b.today(day)).Scan(&id); err != nil {
		b.t.Fatal(err)
	}
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func TestTheStandInIsThereFromTheFirstDayToTheLast(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	if err := b.away(s[0], s[1], 2, 5); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[int]uuid.UUID{1: s[0], 2: s[1], 5: s[1], 6: s[0]} {
		if got := b.acts(s[0], day); got != want {
			t.Errorf("day %d: %v", day, got)
		}
	}
}

func TestAStandInWhoIsAwayHasOneToo(t *testing.T) {
	b := setUp(t)
	s := b.staff("En", "To", "Tre", "Fire", "Fem")
	for i := 3; i >= 0; i-- {
		err := b.away(s[i], s[i+1], 0, 3)
		if i == 0 {
			// A line of four is longer than anybody can follow.
			if !fault.FieldsOf(err).Has("stand_in") {
				t.Errorf("the fourth in line: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(i, err)
		}
	}
	if got := b.acts(s[1], 0); got != s[4] {
		t.Errorf("the third in line is not named: %v", got)
	}
}

func TestSomebodyIsThereOnEveryDay(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve", "Ida Prøve")
	if err := b.away(s[1], s[2], 3, 4); err != nil {
		t.Fatal(err)
	}
	b.exec(`UPDATE accounts SET disabled_at = now() WHERE id = $1`, s[2])
	// Jonas is away himself in the middle of it, and Ida has left.
	if err := b.away(s[0], s[1], 0, 10); !fault.FieldsOf(err).Has("stand_in") {
		t.Errorf("nobody is there on two days: %v", err)
	}
	if err := b.away(s[0], s[1], 5, 10); err != nil {
		t.Errorf("after he is back: %v", err)
	}
}

func TestTwoWhoStandInForEachOtherAreNobody(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	if err := b.away(s[0], s[1], 0, 5); err != nil {
		t.Fatal(err)
	}
	if err := b.away(s[1], s[0], 5, 9); !fault.FieldsOf(err).Has("stand_in") {
		t.Errorf("both are away on the fifth day: %v", err)
	}
	if err := b.away(s[1], s[0], 6, 9); err != nil {
		t.Error(err)
	}
}

func TestDaysAwayThatCannotBeUsed(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	b.organisation("klubben", "approved")
	partner := b.add(NewAccount{Email: "bo@example.org", Role: "partner", Organisation: "klubben"})
	if err := b.away(s[0], s[1], 10, 12); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in    NewAbsence
		field string
	}{
		"no first day":      {NewAbsence{UntilOn: b.today(1), StandIn: s[1]}, "from_on"},
		"no last day":       {NewAbsence{FromOn: b.today(1), StandIn: s[1]}, "until_on"},
		"the wrong way":     {NewAbsence{FromOn: b.today(2), UntilOn: b.today(1), StandIn: s[1]}, "until_on"},
		"long ago":          {NewAbsence{FromOn: b.today(-9), UntilOn: b.today(-1), StandIn: s[1]}, "until_on"},
		"for years":         {NewAbsence{FromOn: b.today(20), UntilOn: b.today(21 + LongestAbsence), StandIn: s[1]}, "until_on"},
		"days that overlap": {NewAbsence{FromOn: b.today(12), UntilOn: b.today(14), StandIn: s[1]}, "from_on"},
		"nobody":            {NewAbsence{FromOn: b.today(1), UntilOn: b.today(2)}, "stand_in"},
		"oneself":           {NewAbsence{FromOn: b.today(1), UntilOn: b.today(2), StandIn: s[0]}, "stand_in"},
		"a partner":         {NewAbsence{FromOn: b.today(1), UntilOn: b.today(2), StandIn: partner}, "stand_in"},
		"somebody unknown":  {NewAbsence{FromOn: b.today(1), UntilOn: b.today(2), StandIn: uuid.New()}, "stand_in"},
	} {
		c.in.ID = uuid.New()
		if err := b.s.AddAbsence(t.Context(), self(s[0]), s[0], c.in); !fault.FieldsOf(err).Has(c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := b.count(`SELECT count(*) FROM absences`); n != 1 {
		t.Errorf("%d absences", n)
	}
}

func TestWhoSaysWhenSomebodyIsAway(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	boss := authz.Actor{Role: authz.Administrator, AccountID: uuid.New()}
	in := NewAbsence{ID: uuid.New(), FromOn: b.today(1), UntilOn: b.today(2), StandIn: s[1]}
	if err := b.s.AddAbsence(t.Context(), self(s[1]), s[0], in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a colleague: %v", err)
	}
	if err := b.s.AddAbsence(t.Context(), authz.Actor{Role: authz.Partner, AccountID: s[0]}, s[0], in); !fault.Is(err, fault.NotFound) {
		t.Errorf("a partner: %v", err)
	}
	var all sync.WaitGroup
	for range 6 { // pressed many times at once
		all.Go(func() {
			if err := b.s.AddAbsence(t.Context(), boss, s[0], in); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := b.count(`SELECT count(*) FROM absences`); n != 1 {
		t.Errorf("%d absences", n)
	}
	if err := b.s.RemoveAbsence(t.Context(), self(s[1]), s[0], in.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a colleague takes it back: %v", err)
	}
	for range 2 {
		if err := b.s.RemoveAbsence(t.Context(), self(s[0]), s[0], in.ID); err != nil {
			t.Error(err)
		}
	}
	if n := b.count(`SELECT count(*) FROM absences`); n != 0 {
		t.Errorf("%d absences", n)
	}
}

func TestWhoStandsInMayDoWhatTheOtherMay(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	district := b.actor(s[0]).Districts[0]
	if b.actor(s[1]).MayEditDistrict(district) {
		t.Fatal("Jonas works in Herby already")
	}
	if err := b.away(s[0], s[1], 0, 1); err != nil {
		t.Fatal(err)
	}
	if a := b.actor(s[1]); !a.MayEditDistrict(district) || !a.ActsFor(s[0]) {
		t.Errorf("while she is away: %+v", a)
	}
	b.clock.forward(48 * time.Hour)
	if a := b.actor(s[1]); a.MayEditDistrict(district) || a.ActsFor(s[0]) {
		t.Errorf("when she is back: %+v", a)
	}
	// When her access is closed, what is hers falls to the one she named.
	if err := b.s.NameStandIn(t.Context(), self(s[0]), s[0], s[1]); err != nil {
		t.Fatal(err)
	}
	if err := b.s.Disable(t.Context(), authz.TheSystem, s[0]); err != nil {
		t.Fatal(err)
	}
	if a := b.actor(s[1]); !a.MayEditDistrict(district) || !a.ActsFor(s[0]) {
		t.Errorf("when she has left: %+v", a)
	}
	if a := b.actor(s[1]); a.ActsFor(uuid.Nil) {
		t.Error("what is nobody's is his")
	}
}

func (b *bench) actor(id uuid.UUID) authz.Actor {
	b.t.Helper()
	a, err := b.s.Actor(b.t.Context(), id, b.clock.now())
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func TestAnAbsenceThatHasBegunKeepsTheDaysThatPassed(t *testing.T) {
	b := setUp(t)
	s := b.staff("Mette Prøve", "Jonas Prøve")
	if err := b.away(s[0], s[1], 0, 9); err != nil {
		t.Fatal(err)
	}
	b.clock.forward(72 * time.Hour)
	c, err := b.s.Colleague(t.Context(), self(s[1]), s[0])
	if err != nil || len(c.Absences) != 1 || !c.Away() || c.ActingName != "Jonas Prøve" {
		t.Fatalf("%+v %v", c, err)
	}
	if err := b.s.RemoveAbsence(t.Context(), self(s[0]), s[0], c.Absences[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := b.acts(s[0], 0); got != s[0] {
		t.Error("she is not there")
	}
	if got := b.acts(s[0], -1); got != s[1] {
		t.Error("yesterday is gone")
	}
}
