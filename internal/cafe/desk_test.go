package cafe

import (
	"testing"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func TestTheDeskListsWhatOneMayEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[Kind]int{Guest: 5, Host: 2})
	for name, c := range map[string]struct {
		actor authz.Actor
		cafes int
	}{
		"its coordinator":       {w.coordinator, 1},
		"an administrator":      {authz.Actor{Role: authz.Administrator}, 1},
		"another's coordinator": {w.stranger, 0},
	} {
		list, err := w.s.ListSeries(t.Context(), c.actor)
		if err != nil || len(list) != c.cafes {
			t.Fatalf("%s: %v, %v", name, list, err)
		}
		if len(list) == 1 && (list[0].Coming != 1 || list[0].Next == nil || !list[0].Next.Equal(*list[0].Last)) {
			t.Errorf("%s: %+v", name, list[0])
		}
	}
	if _, err := w.s.ListSeries(t.Context(), w.host); !fault.Is(err, fault.NotFound) {
		t.Errorf("a partner: %v", err)
	}
	e, err := w.s.ForEdit(t.Context(), w.coordinator, w.cafe.Slug)
	if err != nil || len(e.Places) != 2 || e.Places[0].Capacity != 5 || e.Places[1].Capacity != 2 || len(e.Hosts) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	for name, a := range map[string]authz.Actor{"another's coordinator": w.stranger, "the host": w.host, "anybody": authz.Nobody} {
		if _, err := w.s.ForEdit(t.Context(), a, w.cafe.Slug); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.s.ForEdit(t.Context(), w.coordinator, "ukendt"); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such café: %v", err)
	}
	// A cancelled date is no date to come.
	if _, err := w.s.CancelDate(t.Context(), w.coordinator, w.cafe.Slug, w.date, "Vandskade"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.s.ListSeries(t.Context(), w.coordinator); err != nil || list[0].Coming != 0 || list[0].Next != nil {
		t.Errorf("%+v, %v", list, err)
	}
}
