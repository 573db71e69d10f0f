package theme

import (
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

func TestANewSetBeginsOnItsDayAndLeavesTheOldOneAlone(t *testing.T) {
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := New(db)
	words := func() (names []string) {
		list, err := s.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			names = append(names, one.Name)
		}
		return names
	}
	old := words()
	january := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		name  string
		from  time.Time
		words []string
		field string
	}{
		"no name": {"", january, []string{"Leg"}, "name"}, "past": {"Nye", now.AddDate(0, 0, -2), []string{"Leg"}, "starts_on"},
		"no words": {"Nye", january, []string{" ", ""}, "words"}, "no day": {"Nye", time.Time{}, []string{"Leg"}, "starts_on"},
	} {
		if err := s.Begin(t.Context(), authz.TheSystem, c.name, c.from, c.words); !fault.FieldsOf(err).Has(c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Begin(t.Context(), authz.Actor{Role: authz.Coordinator}, "Nye", january, []string{"Leg"}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := s.Begin(t.Context(), authz.TheSystem, "Nye", january, []string{"Leg", " Leg ", "Ro"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Begin(t.Context(), authz.TheSystem, "Igen", january, []string{"Leg"}); !fault.FieldsOf(err).Has("starts_on") {
		t.Error(err)
	}
	now = time.Date(2026, 12, 31, 22, 59, 0, 0, time.UTC)
	if got := words(); len(got) != len(old) || got[0] != old[0] {
		t.Errorf("before its day: %v", got)
	}
	now = now.Add(time.Minute)
	if got := words(); len(got) != 2 || got[0] != "Leg" || got[1] != "Ro" {
		t.Errorf("on its day: %v", got)
	}
	for day, want := range map[time.Time]string{january: "Leg", january.AddDate(0, 0, -1): old[0], january.AddDate(5, 0, 0): "Leg", january.AddDate(-40, 0, 0): old[0]} {
		if on, err := s.On(t.Context(), day); err != nil || len(on) == 0 || on[0].Name != want {
			t.Errorf("on %s: %v, %v", day.Format(time.DateOnly), on, err)
		}
	}
	if sets, err := s.Sets(t.Context()); err != nil || len(sets) != 2 || len(sets[1].Themes) != len(old) {
		t.Error(sets, err)
	}
}
