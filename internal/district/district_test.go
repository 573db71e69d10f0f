package district

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type bench struct {
	t  *testing.T
	db *pg.DB
	s  *Service
}

func setUp(t *testing.T) *bench {
	t.Parallel()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &bench{t: t, db: db, s: New(db)}
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) account(name, role string) authz.Actor {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO accounts (id, email, name, phone, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $2::text || '@example.org', $2, '+4520123456', $3, '', $4, $4)`, id, name, role, noon)
	r, _ := authz.ParseRole(role)
	return authz.Actor{Role: r, AccountID: id, Name: name}
}

func (b *bench) create(actor authz.Actor, in Input) Ref {
	b.t.Helper()
	ref, err := b.s.Create(b.t.Context(), actor, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return ref
}

func (b *bench) edit(slug string) Editable {
	b.t.Helper()
	e, err := b.s.ForEdit(b.t.Context(), authz.TheSystem, slug)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

func simple(name string) Input {
	return Input{Name: name, Strengths: []Strength{{Body: "Her kender folk hinanden"}}}
}

func day(s string) *time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return &t
}

const square = `{"type":"Polygon","coordinates":[[[9.9,57,3],[10,57,3],[10,57.1,3],[9.9,57,3]]]}`

func TestValidate(t *testing.T) {
	t.Parallel()
	if f := simple("Filskov").Validate(); len(f) != 0 {
		t.Fatalf("a good one is refused: %v", f)
	}
	for name, c := range map[string]struct {
		change     func(*Input)
		field, key string
	}{
		"no name":         {func(in *Input) { in.Name = "  " }, "name", "districts.name_missing"},
		"long name":       {func(in *Input) { in.Name = strings.Repeat("å", 81) }, "name", "errors.field_too_long"},
		"no Latin letter": {func(in *Input) { in.Name = "حي" }, "name", "districts.name_latin"},
		"bad bytes":       {func(in *Input) { in.Intro = "\xff" }, "intro", "errors.field_bad_text"},
		"long intro":      {func(in *Input) { in.Intro = strings.Repeat("å", 2001) }, "intro", "errors.field_too_long"},
		"too many areas":  {func(in *Input) { in.HousingAreas = strings.Split(strings.Repeat("x,", 41), ",") }, "housing_areas", "districts.too_many"},
		"long area":       {func(in *Input) { in.HousingAreas = []string{strings.Repeat("x", 81)} }, "housing_areas", "errors.field_too_long"},
		"no strength":     {func(in *Input) { in.Strengths = []Strength{{Body: " "}} }, "strengths", "districts.strength_missing"},
		"too many strengths": {func(in *Input) {
			in.Strengths = nil
			for range 21 {
				in.Strengths = append(in.Strengths, Strength{Body: "x"})
			}
		}, "strengths", "districts.too_many"},
		"strength unsaid": {func(in *Input) { in.Strengths = append(in.Strengths, Strength{SaidBy: "Bo"}) }, "strengths[1].body", "districts.strength_missing"},
		"long strength":   {func(in *Input) { in.Strengths[0].Body = strings.Repeat("x", 401) }, "strengths[0].body", "errors.field_too_long"},
		"long said by":    {func(in *Input) { in.Strengths[0].SaidBy = strings.Repeat("x", 121) }, "strengths[0].said_by", "errors.field_too_long"},
		"plan of no kind": {func(in *Input) { in.Plans = []Plan{{Title: "Plan"}} }, "plans[0].kind", "errors.field_choose_one"},
		"plan untitled":   {func(in *Input) { in.Plans = []Plan{{Kind: Social, Owner: "Bo"}} }, "plans[0].title", "districts.plan_title_missing"},
		"plan backwards": {func(in *Input) {
			in.Plans = []Plan{{Kind: Social, Title: "Plan", StartsOn: day("2026-01-02"), EndsOn: day("2026-01-01")}}
		}, "plans[0].ends_on", "districts.plan_ends_first"},
		"outline of words":   {func(in *Input) { in.Outline = []byte("her") }, "outline", "geo.not_geojson"},
		"outline of a point": {func(in *Input) { in.Outline = []byte(`{"type":"Point","coordinates":[9.9,57]}`) }, "outline", "geo.not_polygon"},
		"outline in metres": {func(in *Input) {
			in.Outline = []byte(`{"type":"Polygon","coordinates":[[[556000,6322000],[557000,6322000],[557000,6323000],[556000,6322000]]]}`)
		}, "outline", "geo.out_of_range"},
	} {
		in := simple("Filskov")
		c.change(&in)
		if f, _ := in.Validate().Get(c.field); f.Key != c.key {
			t.Errorf("%s: got %v, want %s", name, in.Validate(), c.key)
		}
	}
	in := simple("Filskov")
	in.Outline = []byte(`{"type":"Polygon","coordinates":[[[9.9,157],[10,57],[10,57.1],[9.9,157]]]}`)
	if f, _ := in.Validate().Get("outline"); len(f.Args) != 2 || f.Args[1] != "9.9, 157" {
		t.Errorf("the point that is wrong is not named: %v", f.Args)
	}
	in = simple("Filskov")
	in.Plans = []Plan{{Kind: Physical}} // a form's empty row
	if f := in.Validate(); len(f) != 0 {
		t.Errorf("an empty row is refused: %v", f)
	}
}

func TestOutlineIsKeptAsAMultiPolygon(t *testing.T) {
	t.Parallel()
	const want = `{"type":"MultiPolygon","coordinates":[[[[9.9,57],[10,57],[10,57.1],[9.9,57]]]]}`
	for _, in := range []string{
		square, want,
		`{"type":"Feature","properties":{"a":1},"geometry":` + square + `}`,
		`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":` + square + `}]}`,
	} {
		got, err := Input{Outline: json.RawMessage(in)}.outline()
		if err != nil || *got != want {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, in := range []string{"", "  ", " null "} {
		if got, err := (Input{Outline: json.RawMessage(in)}).outline(); err != nil || got != nil {
			t.Errorf("none drawn: %v, %v", got, err)
		}
	}
}

func TestCreateAndRead(t *testing.T) {
	b := setUp(t)
	admin, coordinator := b.account("Åse", "administrator"), b.account("Bo", "coordinator")
	in := Input{
		Name: "  Gug   Øst ", Intro: "En bydel\r\nmed luft", HousingAreas: []string{"Skovparken", " ", "Søtoften"},
		Strengths: []Strength{{Body: "Stærke naboer", SaidBy: "afdelingsmøde", SaidOn: day("2026-05-01")}, {}, {Body: "Grønt"}},
		Plans: []Plan{{Kind: Social, Title: "Sammen om Gug", Owner: "Boligerne", StartsOn: day("2025-01-01"), EndsOn: day("2028-12-31")},
			{Kind: Physical, Title: "Nye gårde"}},
		Outline: json.RawMessage(square), Contact: admin.AccountID,
	}
	ref := b.create(coordinator, in)
	if ref.Slug != "gug-oest" {
		t.Errorf("slug is %q", ref.Slug)
	}
	d, err := b.s.BySlug(t.Context(), "gug-oest")
	if err != nil {
		t.Fatal(err)
	}
	if d.ID != ref.ID || d.Name != "Gug Øst" || d.Intro != "En bydel\nmed luft" || strings.Join(d.HousingAreas, ",") != "Skovparken,Søtoften" ||
		!d.HasOutline || !d.UpdatedAt.Equal(noon) {
		t.Errorf("got %+v", d)
	}
	if len(d.Strengths) != 2 || d.Strengths[0].Body != "Stærke naboer" || !d.Strengths[0].SaidOn.Equal(*day("2026-05-01")) || d.Strengths[1].SaidOn != nil {
		t.Errorf("strengths are %+v", d.Strengths)
	}
	if len(d.Plans) != 2 || d.Plans[0].Kind != Social || !d.Plans[0].EndsOn.Equal(*day("2028-12-31")) || d.Plans[1].StartsOn != nil {
		t.Errorf("plans are %+v", d.Plans)
	}
	if d.Contact == nil || *d.Contact != (Person{Name: "Åse", Email: "Åse@example.org", Phone: "+4520123456"}) || len(d.Coordinators) != 1 || d.Coordinators[0] != "Bo" {
		t.Errorf("people are %+v, %v: who makes a district is assigned to it", d.Contact, d.Coordinators)
	}
	b.exec(`UPDATE accounts SET disabled_at = now()`)
	if d, err := b.s.BySlug(t.Context(), "gug-oest"); err != nil || d.Contact != nil || len(d.Coordinators) != 0 {
		t.Errorf("people who left are still shown: %+v %v", d, err)
	}
	for _, slug := range []string{"gug", "", "Gug-Oest", "gug\x00", "../x"} {
		if _, err := b.s.BySlug(t.Context(), slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", slug, err)
		}
	}
	// The same name again, also when it only makes the same address.
	for _, name := range []string{"Gug Øst", "gug-øst"} {
		_, err := b.s.Create(t.Context(), authz.TheSystem, simple(name))
		if f, _ := fault.FieldsOf(err).Get("name"); !fault.Is(err, fault.Conflict) || f.Key != "districts.name_taken" {
			t.Errorf("%s: %v", name, err)
		}
	}
	in = simple("Nyt")
	in.Contact = b.account("Pia", "partner").AccountID
	if _, err := b.s.Create(t.Context(), authz.TheSystem, in); !fault.FieldsOf(err).Has("contact") {
		t.Errorf("a partner was named as contact: %v", err)
	}
}

func TestList(t *testing.T) {
	b := setUp(t)
	for _, name := range []string{"Åby", "Zen", "Ager"} {
		b.create(authz.TheSystem, simple(name))
	}
	ager := b.edit("ager")
	org := func(slug, status string) uuid.UUID {
		id := uuid.Must(uuid.NewV7())
		b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
			VALUES ($1, $2, $2, 'business', $3::text, CASE WHEN $3::text <> 'pending' THEN $4::timestamptz END, $4, $4)`, id, slug, status, noon)
		b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, id, ager.ID)
		return id
	}
	approved, pending := org("a", "approved"), org("b", "pending")
	for _, o := range []struct {
		org    uuid.UUID
		status string
	}{{approved, "published"}, {approved, "published"}, {approved, "paused"}, {pending, "published"}} {
		id := uuid.Must(uuid.NewV7())
		b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, created_at, updated_at)
			VALUES ($1, $2, 't', 'b', 'help', $3, $4, $4, $4)`, id, o.org, o.status, noon)
		b.exec(`INSERT INTO offer_districts VALUES ($1, $2)`, id, ager.ID)
	}
	cafe := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
		VALUES ($1, 'c', 'c', $2, 'v', 'a', '15:00', '17:00', $3, $3)`, cafe, ager.ID, noon)
	for i, start := range []time.Time{noon.AddDate(0, 0, 7), noon.Add(-time.Hour), noon.AddDate(0, 0, -7), noon.AddDate(0, 0, 14)} {
		b.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at, cancelled_at, cancel_reason)
			VALUES ($1, $2, $3::timestamptz, $3::timestamptz, $4, $3::timestamptz, $5, 'sygdom')`, uuid.Must(uuid.NewV7()), cafe, start, start.Add(2*time.Hour),
			map[bool]*time.Time{true: &noon}[i == 3])
	}
	list, err := b.s.List(t.Context())
	if err != nil || len(list) != 3 {
		t.Fatalf("got %v, %v", list, err)
	}
	if list[0].Name != "Ager" || list[1].Name != "Zen" || list[2].Name != "Åby" {
		t.Errorf("not in Danish order: %v", list)
	}
	if a := list[0]; a.Strength != "Her kender folk hinanden" || a.Cafes != 2 || a.Offers != 2 || a.Organisations != 1 {
		t.Errorf("got %+v", a)
	}
	choices, err := b.s.Choices(t.Context())
	if err != nil || len(choices) != 3 || choices[2].Slug != "aaby" {
		t.Errorf("got %v, %v", choices, err)
	}
	choices, err = b.s.ByIDs(t.Context(), []uuid.UUID{ager.ID, uuid.New()})
	if err != nil || len(choices) != 1 || choices[0].Slug != "ager" {
		t.Errorf("got %v, %v", choices, err)
	}
}

func TestWhoMayEdit(t *testing.T) {
	b := setUp(t)
	own := b.account("Own", "coordinator")
	ref := b.create(own, simple("Filskov"))
	own.Districts = []uuid.UUID{ref.ID}
	for name, c := range map[string]struct {
		actor        authz.Actor
		edit, create bool
	}{
		"anonymous":         {authz.Nobody, false, false},
		"resident":          {authz.Actor{Role: authz.Resident}, false, false},
		"partner":           {b.account("Pia", "partner"), false, false},
		"other coordinator": {b.account("Other", "coordinator"), false, true},
		"own coordinator":   {own, true, true},
		"administrator":     {b.account("Admin", "administrator"), true, true},
		"system":            {authz.TheSystem, true, true},
	} {
		check := func(what string, allowed bool, err error) {
			t.Helper()
			if allowed && err != nil || !allowed && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		_, err := b.s.Create(t.Context(), c.actor, simple("Bydel "+name))
		check("create", c.create, err)
		_, err = b.s.ForEdit(t.Context(), c.actor, "filskov")
		check("form", c.edit, err)
		check("update", c.edit, b.s.Update(t.Context(), c.actor, ref.ID, b.edit("filskov").Input))
	}
	if err := b.s.Update(t.Context(), authz.TheSystem, uuid.New(), simple("X")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such district: %v", err)
	}
	if _, err := b.s.ForEdit(t.Context(), authz.TheSystem, "ukendt"); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such district: %v", err)
	}
}

func TestUpdate(t *testing.T) {
	b := setUp(t)
	b.create(authz.TheSystem, simple("Andet"))
	in := simple("Filskov")
	in.Plans = []Plan{{Kind: Social, Title: "Plan"}}
	in.Outline = json.RawMessage(square)
	b.create(authz.TheSystem, in)
	e := b.edit("filskov")
	e.Name, e.Plans, e.Strengths = "Nyskov", nil, []Strength{{Body: "En"}, {Body: "To"}}
	if err := b.s.Update(t.Context(), authz.TheSystem, e.ID, e.Input); err != nil {
		t.Fatal(err)
	}
	d, err := b.s.BySlug(t.Context(), "filskov") // the address stays
	if err != nil || d.Name != "Nyskov" || len(d.Plans) != 0 || len(d.Strengths) != 2 || !d.HasOutline || !d.UpdatedAt.After(noon) {
		t.Errorf("got %+v, %v", d, err)
	}
	// What was read before that change is stale.
	if err := b.s.Update(t.Context(), authz.TheSystem, e.ID, e.Input); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "errors.stale") {
		t.Errorf("a stale edit: %v", err)
	}
	now := b.edit("filskov").Input
	now.Name = "ANDET"
	err = b.s.Update(t.Context(), authz.TheSystem, e.ID, now)
	if f, _ := fault.FieldsOf(err).Get("name"); f.Key != "districts.name_taken" {
		t.Errorf("another's name: %v", err)
	}
	now.Name, now.Strengths = "Nyskov", nil
	if err := b.s.Update(t.Context(), authz.TheSystem, e.ID, now); !fault.FieldsOf(err).Has("strengths") {
		t.Errorf("no strength: %v", err)
	}
	if d, _ := b.s.BySlug(t.Context(), "filskov"); len(d.Strengths) != 2 {
		t.Error("a refused edit left traces")
	}
}

func TestTwoEditsAtOnce(t *testing.T) {
	b := setUp(t)
	b.create(authz.TheSystem, simple("Filskov"))
	e := b.edit("filskov")
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = b.s.Update(context.Background(), authz.TheSystem, e.ID, e.Input) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of them won", won)
	}
}

func TestOutlines(t *testing.T) {
	b := setUp(t)
	read := func() []Outline {
		t.Helper()
		list, err := b.s.Outlines(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := read(); len(list) != 0 {
		t.Errorf("got %v", list)
	}
	in := simple("Filskov")
	in.Outline = json.RawMessage(square)
	b.create(authz.TheSystem, in)
	b.create(authz.TheSystem, simple("Utegnet"))
	list := read()
	if len(list) != 1 || list[0].Slug != "filskov" || !strings.Contains(list[0].GeoJSON, "MultiPolygon") {
		t.Errorf("got %v", list)
	}
	if again := read(); &again[0] != &list[0] {
		t.Error("read anew although nothing changed")
	}
	e := b.edit("utegnet")
	e.Outline = json.RawMessage(square)
	if err := b.s.Update(t.Context(), authz.TheSystem, e.ID, e.Input); err != nil {
		t.Fatal(err)
	}
	if list := read(); len(list) != 2 {
		t.Errorf("a change is not seen: %v", list)
	}
}

func TestMap(t *testing.T) {
	b := setUp(t)
	if m, err := b.s.Map(t.Context()); err != nil || m.ViewBox != "" || len(m.Shapes) != 0 {
		t.Errorf("nothing is drawn yet: %+v, %v", m, err)
	}
	in := simple("Vest")
	// An L whose middle lies outside of it.
	in.Outline = json.RawMessage(`{"type":"Polygon","coordinates":[[[9.9,57],[9.96,57],[9.96,57.005],[9.905,57.005],[9.905,57.05],[9.9,57.05],[9.9,57]]]}`)
	b.create(authz.TheSystem, in)
	in = simple("Øst")
	in.Outline = json.RawMessage(`{"type":"Polygon","coordinates":[[[9.92,57.02],[10,57.02],[10,57.1],[9.92,57.1],[9.92,57.02]],[[9.94,57.04],[9.98,57.04],[9.98,57.08],[9.94,57.04]]]}`)
	b.create(authz.TheSystem, in)
	m, err := b.s.Map(t.Context())
	if err != nil || len(m.Shapes) != 2 {
		t.Fatalf("got %+v, %v", m, err)
	}
	// 0.1 degrees each way, and a degree of longitude is 0.544 of one of latitude here.
	if m.ViewBox != "0 0 331.8 600" {
		t.Errorf("view box is %s", m.ViewBox)
	}
	west, east := m.Shapes[0], m.Shapes[1]
	if west.Slug != "vest" || east.Name != "Øst" || !strings.HasPrefix(west.Path, "M6 594l") || strings.Count(east.Path, "z") != 2 {
		t.Errorf("got %+v", m.Shapes)
	}
	if west.X > 200 || west.Y < 200 {
		t.Errorf("the number of %+v is outside", west)
	}
	if east.X < west.X || east.Y > west.Y {
		t.Errorf("north is not up: %+v", m.Shapes)
	}
	// What is kept was checked; when it is broken, nobody typed it wrongly just now.
	b.exec(`UPDATE districts SET outline = '{"type":"Point"}', updated_at = updated_at + interval '1 second'`)
	if _, err := b.s.Map(t.Context()); !fault.Is(err, fault.Internal) {
		t.Errorf("a broken outline: %v", err)
	}
}

func TestTheStandInIsShownWhileTheContactIsAway(t *testing.T) {
	b := setUp(t)
	in := simple("Herby")
	in.Contact = b.account("Mette", "coordinator").AccountID
	b.create(b.account("Bo", "administrator"), in)
	standIn := b.account("Jonas", "coordinator").AccountID
	b.exec(`INSERT INTO absences (id, account_id, from_on, until_on, stand_in_id, created_at)
		VALUES (gen_random_uuid(), $1, ($3::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date, ($3::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date + 2, $2, $3)`, in.Contact, standIn, noon)
	d, err := b.s.BySlug(t.Context(), "herby")
	if err != nil || d.Contact == nil || d.Contact.Name != "Jonas" || d.Contact.InsteadOf != "Mette" || d.Contact.BackOn == nil || d.Contact.BackOn.Sub(noon) > 72*time.Hour {
		t.Errorf("%+v %v", d.Contact, err)
	}
	b.exec(`UPDATE absences SET from_on = from_on + 1, until_on = until_on + 1`)
	if d, err := b.s.BySlug(t.Context(), "herby"); err != nil || d.Contact == nil || d.Contact.Name != "Mette" || d.Contact.InsteadOf != "" {
		t.Errorf("the day before: %+v %v", d.Contact, err)
	}
}

// Those who follow a district are told of each strength once: one that stays, or
// is moved, is as old as it was.
func TestAStrengthIsAsOldAsItsWords(t *testing.T) {
	b := setUp(t)
	in := simple("Filskov")
	in.Strengths = []Strength{{Body: "Vi hilser"}, {Body: "Vi deler"}}
	b.create(authz.TheSystem, in)
	b.exec(`UPDATE district_strengths SET added_at = NULL WHERE body = 'Vi deler'`) // from before anybody could follow
	e := b.edit("filskov")
	e.Strengths = []Strength{{Body: "Vi synger"}, {Body: "Vi deler"}, {Body: "Vi hilser", SaidBy: "Rosa"}}
	later := noon.AddDate(0, 0, 3)
	if err := New(b.db.At(later)).Update(t.Context(), authz.TheSystem, e.ID, e.Input); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]*time.Time{"Vi hilser": &noon, "Vi deler": nil, "Vi synger": &later} {
		got, err := pg.One(t.Context(), b.db.Fresh(), `SELECT added_at FROM district_strengths WHERE body = $1`, pg.Scalar[*time.Time], body)
		if err != nil || (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
			t.Errorf("%s: %v, %v, want %v", body, got, err, want)
		}
	}
}
