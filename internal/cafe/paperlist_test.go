package cafe

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

func (w *world) writes(a authz.Actor, press uuid.UUID, l PaperList) (Written, error) {
	l.Consent, l.Locale = true, "da"
	if l.Place == "" {
		l.Place = "guest"
	}
	return w.s.WritePaperList(context.Background(), a, w.cafe.Slug, w.date, press, l)
}

// A list before the café is sign-ups that pass the gate, in the order of the
// paper; empty rows are nobody.
func TestAPaperListIsSignUpsInTheOrderOfThePaper(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 4})
	press := uuid.New()
	list := PaperList{Rows: []PaperRow{{People: 1}, {Name: "Åse", People: 3, Phone: "20 12 34 56"}, {Name: "Omar", People: 2, Language: "ar"},
		{Name: " \t", People: 7}, {Name: "Åse", People: 1, Language: "so"}}}
	for range 2 { // the second is the same press again
		got, err := w.writes(w.host, press, list)
		if err != nil {
			t.Fatal(err)
		}
		var says []string
		for _, s := range got.SignUps {
			says = append(says, fmt.Sprintf("%s %d %s", s.Name, s.Party, s.Status))
		}
		if want := "Åse 3 placed, Omar 2 waiting, Åse 1 placed"; strings.Join(says, ", ") != want || got.Waiting() != 1 || got.Came != 0 {
			t.Errorf("%v, %d wait; want %s", says, got.Waiting(), want)
		}
	}
	w.check()
	if n := w.count(`FROM sign_ups WHERE helped AND helped_by = $1 AND code IS NOT NULL`, w.host.AccountID); n != 3 {
		t.Errorf("%d sign-ups with a code and a helper", n)
	}
	slips, err := w.s.ListSlips(t.Context(), w.coordinator, w.cafe.Slug, w.date, press)
	if err != nil || len(slips) != 3 || slips[1].Name != "Omar" || slips[1].Line != 1 || len(slips[1].Code) != codeAlone || slips[1].Link {
		t.Errorf("the slips are %+v, %v", slips, err)
	}
	if _, err := w.s.ListSlips(t.Context(), w.other, w.cafe.Slug, w.date, press); !fault.Is(err, fault.NotFound) {
		t.Errorf("another partner prints them: %v", err)
	}
	if got, err := w.s.WrittenList(t.Context(), w.coordinator, w.cafe.Slug, w.date, uuid.New()); err != nil || len(got.SignUps) != 0 {
		t.Errorf("a list that was never sent: %+v, %v", got, err)
	}
	if _, err := w.s.WrittenList(t.Context(), w.other, w.cafe.Slug, w.date, press); !fault.Is(err, fault.NotFound) {
		t.Errorf("another partner reads it: %v", err)
	}
}

// Every mistake is named at its row, and while there is one nothing is saved.
func TestAPaperListIsWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 40})
	in := neighbour("Kendt")
	in.Phone = "20 99 99 99"
	if _, err := w.helps(w.host, in); err != nil {
		t.Fatal(err)
	}
	var rows []PaperRow
	for i := range 10 {
		rows = append(rows, PaperRow{Name: fmt.Sprintf("Gæst %d", i), People: 1})
	}
	for name, c := range map[string]struct {
		change func([]PaperRow)
		field  string
		key    string
	}{
		"no name":              {func(r []PaperRow) { r[3].Name, r[3].Phone = "", "20 12 34 56" }, "rows[3].name", "desk.write_name"},
		"a name too long":      {func(r []PaperRow) { r[9].Name = strings.Repeat("ع", MaxName+1) }, "rows[9].name", "errors.field_too_long"},
		"no people":            {func(r []PaperRow) { r[0].People = 0 }, "rows[0].people", "errors.field_number_range"},
		"too many people":      {func(r []PaperRow) { r[8].People = 11 }, "rows[8].people", "errors.field_number_range"},
		"no number":            {func(r []PaperRow) { r[5].Phone = "12" }, "rows[5].phone", "errors.field_phone_invalid"},
		"no language":          {func(r []PaperRow) { r[5].Language = "xx" }, "rows[5].language", "errors.field_choose_one"},
		"a number twice":       {func(r []PaperRow) { r[2].Phone, r[6].Phone = "20 12 34 56", "+4520123456" }, "rows[6].phone", "desk.phone_twice"},
		"a number with a seat": {func(r []PaperRow) { r[7].Phone = "20999999" }, "rows[7].phone", "desk.already_signed_up"},
		"nobody":               {func(r []PaperRow) { clear(r) }, "rows[0].name", "desk.write_rows"},
	} {
		list := PaperList{Rows: append([]PaperRow(nil), rows...)}
		c.change(list.Rows)
		press := uuid.New()
		_, err := w.writes(w.host, press, list)
		if f, ok := fieldsOf(err).Get(c.field); !ok || f.Key != c.key || len(fieldsOf(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if n := w.count(`FROM sign_ups WHERE name LIKE 'Gæst%'`); n != 0 {
			t.Fatalf("%s: %d were saved", name, n)
		}
		if n := w.count(`FROM door_presses WHERE id = $1`, press); n != 0 {
			t.Errorf("%s: mended and sent again it would not be taken", name)
		}
	}
	if _, err := w.s.WritePaperList(t.Context(), w.host, w.cafe.Slug, w.date, uuid.New(), PaperList{Place: "guest", Rows: rows}); !fieldsOf(err).Has("consent") {
		t.Errorf("nobody was asked: %v", err)
	}
	if _, err := w.writes(w.host, uuid.New(), PaperList{Place: "host", Rows: rows}); !fieldsOf(err).Has("place") {
		t.Errorf("a place there is none of: %v", err)
	}
	if _, err := w.writes(w.host, uuid.New(), PaperList{Rows: make([]PaperRow, 1)}); !fieldsOf(err).Has("rows[0].name") {
		t.Errorf("an empty list: %v", err)
	}
}

// Once the café has begun, a list is people who came. One that was begun before
// is looked through again first.
func TestAPaperListAfterTheStartIsPeopleWhoCame(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 2})
	rows := []PaperRow{{Name: "Åse", People: 3, Phone: "nej"}, {Name: "<b>Omar</b>", People: 1}}
	if _, err := w.writes(w.host, uuid.New(), PaperList{Came: true, Rows: rows}); !fault.Is(err, fault.Conflict) {
		t.Errorf("before the start: %v", err)
	}
	w.now, _ = At(w.date, "16:30")
	if _, err := w.writes(w.host, uuid.New(), PaperList{Rows: rows}); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun while it was typed: %v", err)
	}
	press := uuid.New()
	for range 2 {
		if got, err := w.writes(w.host, press, PaperList{Came: true, Rows: rows}); err != nil || got.Came != 4 || got.Rows != 2 || len(got.SignUps) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if n := w.count(`FROM walk_ins WHERE name IN ('Åse', '<b>Omar</b>')`); n != 2 {
		t.Errorf("%d walk-ins", n)
	}
	if g, err := w.s.Guestlist(t.Context(), w.host, w.cafe.Slug, w.date); err != nil || g.Came() != 4 {
		t.Errorf("%d came, %v", g.Came(), err)
	}
	w.now = w.now.Add(KeepFor).AddDate(0, 0, 1)
	if _, err := w.writes(w.host, uuid.New(), PaperList{Came: true, Rows: rows}); !fault.Is(err, fault.Gone) {
		t.Errorf("names from long ago: %v", err)
	}
}

// The same page sent many times at once is one list.
func TestAPaperListSentManyTimesAtOnceIsOneList(t *testing.T) {
	t.Parallel()
	w := newDesk(t, map[Kind]int{Guest: 3})
	press := uuid.New()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			got, err := w.writes(w.host, press, PaperList{Rows: []PaperRow{{Name: "Åse", People: 2}, {Name: "Omar", People: 2}}})
			if err != nil || len(got.SignUps) != 2 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if n := w.count(`FROM sign_ups`); n != 2 {
		t.Errorf("%d sign-ups", n)
	}
	w.check()
}
