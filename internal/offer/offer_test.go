package offer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	t            *testing.T
	db           *pg.DB
	s            *Service
	later        *atomic.Int64 // minutes after noon
	north, south uuid.UUID
	club, choir  uuid.UUID // approved
	waiting      uuid.UUID
}

func setUp(t *testing.T) *bench {
	t.Parallel()
	b := &bench{t: t, later: &atomic.Int64{}}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t),
		Clock: func() time.Time { return noon.Add(time.Duration(b.later.Load()) * time.Minute) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.db, b.s = db, New(db)
	b.north, b.south = b.district("nord"), b.district("syd")
	b.club, b.choir, b.waiting = b.organisation("klubben", "approved"), b.organisation("koret", "approved"), b.organisation("venter", "pending")
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(b.t.Context(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) district(slug string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
	return id
}

func (b *bench) organisation(slug, status string) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
		VALUES ($1, $2, initcap($2), 'association', $3::text, CASE WHEN $3::text <> 'pending' THEN $4::timestamptz END, $4, $4)`,
		id, slug, status, noon)
	return id
}

func (b *bench) input(title string) Input {
	return Input{Organisation: b.club, Title: title, Body: "Vi kommer gerne", Kind: Help, Audience: "alle", Schedule: "hverdage",
		Languages: []string{"ar", "da"}, ContactName: "Bo", ContactEmail: "bo@example.org", ContactPhone: "20 12 34 56",
		Districts: []uuid.UUID{b.north}}
}

func (b *bench) create(in Input) uuid.UUID {
	b.t.Helper()
	id, err := b.s.Create(b.t.Context(), authz.TheSystem, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) publish(in Input) uuid.UUID {
	b.t.Helper()
	id := b.create(in)
	b.later.Add(1)
	b.to(id, Published)
	return id
}

func (b *bench) to(id uuid.UUID, status Status) {
	b.t.Helper()
	if err := b.s.step(b.t.Context(), authz.TheSystem, id, status); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) get(id uuid.UUID) Offer {
	b.t.Helper()
	o, err := b.s.ByID(b.t.Context(), authz.TheSystem, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *bench) search(f Filter) string {
	b.t.Helper()
	p, err := b.s.Search(b.t.Context(), f)
	if err != nil {
		b.t.Errorf("%+v: %v", f, err)
	}
	return titles(p.Offers)
}

func titles(list []Offer) string {
	var s []string
	for _, o := range list {
		s = append(s, o.Title)
	}
	return strings.Join(s, ",")
}

func coordinator(districts ...uuid.UUID) authz.Actor {
	return authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: districts}
}

func partner(id uuid.UUID, contact bool) authz.Actor {
	return authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: id, Contact: contact}}}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := (&bench{north: uuid.New(), club: uuid.New()}).input("Flyttehjælp")
	if f := good.Validate(); len(f) != 0 {
		t.Fatalf("a good one is refused: %v", f)
	}
	for name, c := range map[string]struct {
		change     func(*Input)
		field, key string
	}{
		"no title":         {func(in *Input) { in.Title = "\n" }, "title", "offers.title_missing"},
		"long title":       {func(in *Input) { in.Title = strings.Repeat("å", 121) }, "title", "errors.field_too_long"},
		"bad title":        {func(in *Input) { in.Title = "\xff" }, "title", "errors.field_bad_text"},
		"no body":          {func(in *Input) { in.Body = "" }, "body", "offers.body_missing"},
		"long body":        {func(in *Input) { in.Body = strings.Repeat("å", 3001) }, "body", "errors.field_too_long"},
		"no kind":          {func(in *Input) { in.Kind = "" }, "kind", "errors.field_choose_one"},
		"no such kind":     {func(in *Input) { in.Kind = "money" }, "kind", "errors.field_choose_one"},
		"nowhere":          {func(in *Input) { in.Districts = nil }, "districts", "errors.field_choose_one"},
		"long audience":    {func(in *Input) { in.Audience = strings.Repeat("x", 201) }, "audience", "errors.field_too_long"},
		"long schedule":    {func(in *Input) { in.Schedule = strings.Repeat("x", 201) }, "schedule", "errors.field_too_long"},
		"no such language": {func(in *Input) { in.Languages = []string{"xx"} }, "languages", "errors.field_choose_one"},
		"long contact":     {func(in *Input) { in.ContactName = strings.Repeat("x", 121) }, "contact_name", "errors.field_too_long"},
		"no contact":       {func(in *Input) { in.ContactEmail, in.ContactPhone = "", " " }, "contact_email", "offers.contact_missing"},
		"bad e-mail":       {func(in *Input) { in.ContactEmail = "bo" }, "contact_email", "errors.field_email_invalid"},
		"bad phone":        {func(in *Input) { in.ContactPhone = "12" }, "contact_phone", "errors.field_phone_invalid"},
	} {
		in := good
		c.change(&in)
		if f, _ := in.Validate().Get(c.field); f.Key != c.key {
			t.Errorf("%s: got %v, want %s", name, in.Validate(), c.key)
		}
	}
	for _, change := range []func(*Input){
		func(in *Input) { in.ContactEmail = "" }, func(in *Input) { in.ContactPhone = "" }, func(in *Input) { in.Languages = nil },
	} {
		in := good
		change(&in)
		if f := in.Validate(); len(f) != 0 {
			t.Errorf("what may be left out is asked for: %v", f)
		}
	}
}

func TestCreateAndRead(t *testing.T) {
	b := setUp(t)
	in := b.input("  Flytte   hjælp ")
	in.Body, in.Districts = "En\r\nto", []uuid.UUID{b.south, b.north, b.south}
	for _, kind := range Kinds { // every kind the program knows, the database takes
		in.Kind = kind
		b.create(in)
	}
	o := b.get(b.create(in))
	if o.Title != "Flytte hjælp" || o.Body != "En\nto" || o.Kind != Activity || o.Audience != "alle" || o.Schedule != "hverdage" ||
		strings.Join(o.Languages, " ") != "da ar" || o.ContactPhone != "+4520123456" || o.Status != Draft || o.PublishedAt != nil ||
		o.Organisation != (OrganisationRef{b.club, "klubben", "Klubben", "association", true}) ||
		len(o.Districts) != 2 || o.Districts[0] != (DistrictRef{b.north, "nord", "Nord"}) {
		t.Errorf("got %+v", o)
	}
	if again := o.Input(); len(again.Validate()) != 0 || again.Title != o.Title || len(again.Districts) != 2 {
		t.Errorf("the form shows %+v", again)
	}
	for what, change := range map[string]func(*Input){
		"organisation": func(in *Input) { in.Organisation = b.waiting },
		"districts":    func(in *Input) { in.Districts = []uuid.UUID{b.north, uuid.New()} },
	} {
		in := b.input("X")
		change(&in)
		if _, err := b.s.Create(t.Context(), authz.TheSystem, in); !fault.FieldsOf(err).Has(what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := b.s.ByID(t.Context(), authz.TheSystem, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such offer: %v", err)
	}
}

func TestTwoPressesMakeOneOffer(t *testing.T) {
	b := setUp(t)
	in := b.input("En gang")
	in.ID = uuid.Must(uuid.NewV7())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if id, err := b.s.Create(t.Context(), partner(b.club, true), in); err != nil || id != in.ID {
				t.Errorf("got %v, %v", id, err)
			}
		})
	}
	wg.Wait()
	if o := b.get(in.ID); o.Title != "En gang" || len(o.Districts) != 1 || !o.UpdatedAt.Equal(o.CreatedAt) {
		t.Errorf("got %+v", o)
	}
	again := in
	again.Title = "Tilbage og rettet"
	if _, err := b.s.Create(t.Context(), partner(b.club, true), again); err != nil || b.get(in.ID).Title != again.Title {
		t.Errorf("the way back: %v", err)
	}
	again.Organisation = b.choir
	if _, err := b.s.Create(t.Context(), partner(b.choir, true), again); !fault.FieldsOf(err).Has("organisation") {
		t.Errorf("somebody else's id: %v", err)
	}
	b.to(in.ID, Published)
	if _, err := b.s.Create(t.Context(), partner(b.choir, true), again); !fault.FieldsOf(err).Has("organisation") {
		t.Errorf("somebody else's id, published: %v", err)
	}
	if _, err := b.s.Create(t.Context(), partner(b.club, true), in); !fault.Is(err, fault.Conflict) {
		t.Errorf("other words once it is published: %v", err)
	}
	if o := b.get(in.ID); o.Title != "Tilbage og rettet" || o.Organisation.ID != b.club {
		t.Errorf("it became %+v", o)
	}
	in.Organisation = uuid.Nil
	if _, err := b.s.Create(t.Context(), partner(b.club, true), in); !fault.FieldsOf(err).Has("organisation") {
		t.Errorf("nobody's: %v", err)
	}
}

// The whole table of steps, written out a second time on purpose.
func TestSteps(t *testing.T) {
	b := setUp(t)
	path := map[Status][]Status{Draft: {}, Published: {Published}, Paused: {Published, Paused}, Withdrawn: {Published, Withdrawn}}
	for from, open := range map[Status][]Status{
		Draft: {Published, Withdrawn}, Published: {Paused, Withdrawn}, Paused: {Published, Withdrawn}, Withdrawn: {},
	} {
		for to, do := range map[Status]func(context.Context, authz.Actor, uuid.UUID) error{
			Published: b.s.Publish, Paused: b.s.Pause, Withdrawn: b.s.Withdraw,
		} {
			id := b.create(b.input("X"))
			for _, step := range path[from] {
				b.to(id, step)
			}
			if b.get(id).May(to) != slices.Contains(open, to) {
				t.Errorf("%s to %s: the button is wrong", from, to)
			}
			err := do(t.Context(), authz.TheSystem, id)
			if slices.Contains(open, to) {
				if err != nil || b.get(id).Status != to {
					t.Errorf("%s to %s: %v", from, to, err)
				}
			} else if !fault.Is(err, fault.Conflict) || b.get(id).Status != from {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
}

func TestPublishedAtIsTheFirstTime(t *testing.T) {
	b := setUp(t)
	id := b.create(b.input("X"))
	for _, step := range []Status{Published, Paused, Published} {
		b.later.Add(10)
		b.to(id, step)
	}
	if o := b.get(id); !o.PublishedAt.Equal(noon.Add(10*time.Minute)) || !o.UpdatedAt.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("got %v, %v", o.PublishedAt, o.UpdatedAt)
	}
}

func TestPermissions(t *testing.T) {
	b := setUp(t)
	may := []string{"contact", "member", "coordinator", "administrator", "system"}
	for name, actor := range map[string]authz.Actor{
		"anonymous":         authz.Nobody,
		"resident":          {Role: authz.Resident},
		"contact":           partner(b.club, true),
		"member":            partner(b.club, false),
		"other partner":     partner(b.choir, true),
		"coordinator":       coordinator(b.north),
		"other coordinator": coordinator(b.south),
		"administrator":     {Role: authz.Administrator, AccountID: uuid.New()},
		"system":            authz.TheSystem,
	} {
		allowed := slices.Contains(may, name)
		check := func(what string, err error, refusal fault.Kind) {
			t.Helper()
			if allowed && err != nil || !allowed && !fault.Is(err, refusal) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		_, err := b.s.Create(t.Context(), actor, b.input("X"))
		if name == "other coordinator" { // may, in an own district
			if !fault.FieldsOf(err).Has("districts") {
				t.Errorf("%s creates: %v", name, err)
			}
		} else {
			check("creates", err, fault.Forbidden)
		}

		draft := b.create(b.input("Kladde"))
		_, err = b.s.ByID(t.Context(), actor, draft)
		check("sees a draft", err, fault.NotFound)
		check("changes a draft", b.s.Update(t.Context(), actor, draft, b.get(draft).Input()), fault.NotFound)
		check("publishes a draft", b.s.Publish(t.Context(), actor, draft), fault.NotFound)

		public := b.publish(b.input("Åbent"))
		if _, err = b.s.ByID(t.Context(), actor, public); err != nil {
			t.Errorf("%s sees a published one: %v", name, err)
		}
		if b.get(public).EditableBy(actor) != allowed {
			t.Errorf("%s is told otherwise", name)
		}
		check("changes a published one", b.s.Update(t.Context(), actor, public, b.get(public).Input()), fault.Forbidden)
		check("pauses", b.s.Pause(t.Context(), actor, public), fault.Forbidden)
		if !allowed {
			b.to(public, Paused)
		}
		_, err = b.s.ByID(t.Context(), actor, public)
		check("sees a paused one", err, fault.NotFound)
		check("withdraws a paused one", b.s.Withdraw(t.Context(), actor, public), fault.NotFound)
		if !allowed {
			b.to(public, Withdrawn)
		}
		_, err = b.s.ByID(t.Context(), actor, public)
		check("sees a withdrawn one", err, fault.Gone)

		never := b.create(b.input("Aldrig vist"))
		b.to(never, Withdrawn)
		_, err = b.s.ByID(t.Context(), actor, never)
		check("sees a withdrawn draft", err, fault.NotFound)
	}
	// What is published by somebody who is not let in is not public.
	id := b.publish(b.input("X"))
	b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL WHERE id = $1`, b.club)
	if _, err := b.s.ByID(t.Context(), authz.Nobody, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if got := b.search(Filter{}); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestUpdate(t *testing.T) {
	b := setUp(t)
	id := b.publish(b.input("Før"))
	first := b.get(id).Input()
	in := first
	in.Title, in.Organisation, in.Districts = "Efter", b.choir, []uuid.UUID{b.south}
	if err := b.s.Update(t.Context(), partner(b.club, false), id, in); err != nil {
		t.Fatal(err)
	}
	o := b.get(id)
	if o.Title != "Efter" || o.Status != Published || o.Organisation.ID != b.club || len(o.Districts) != 1 || o.Districts[0].ID != b.south {
		t.Errorf("got %+v", o)
	}
	if err := b.s.Update(t.Context(), partner(b.club, true), id, first); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "errors.stale") {
		t.Errorf("a stale edit: %v", err)
	}
	in = o.Input()
	in.Title = ""
	if err := b.s.Update(t.Context(), partner(b.club, true), id, in); !fault.FieldsOf(err).Has("title") {
		t.Errorf("no title: %v", err)
	}
	in = o.Input()
	in.Districts = []uuid.UUID{uuid.New()}
	if err := b.s.Update(t.Context(), partner(b.club, true), id, in); !fault.FieldsOf(err).Has("districts") {
		t.Errorf("no such district: %v", err)
	}
	if b.get(id).Title != "Efter" || len(b.get(id).Districts) != 1 {
		t.Error("a refused edit left traces")
	}
	b.to(id, Withdrawn)
	if err := b.s.Update(t.Context(), authz.TheSystem, id, b.get(id).Input()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a withdrawn one is changed: %v", err)
	}
	if b.get(id).Editable() {
		t.Error("a withdrawn one says it can be changed")
	}
	// A step taken meanwhile makes an edit stale as well.
	id = b.create(b.input("X"))
	in = b.get(id).Input()
	b.to(id, Published)
	if err := b.s.Update(t.Context(), authz.TheSystem, id, in); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

func TestTwoStepsAtOnce(t *testing.T) {
	b := setUp(t)
	id := b.create(b.input("X"))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			switch err := b.s.Publish(context.Background(), authz.TheSystem, id); {
			case err == nil:
				won.Add(1)
			case !fault.Is(err, fault.Conflict):
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of them won", won.Load())
	}
}

func TestSearch(t *testing.T) {
	b := setUp(t)
	b.publish(b.input("Flyttehjælp med varevogn"))
	in := b.input("Lokale til fest")
	in.Kind, in.Districts, in.Languages, in.Body = Room, []uuid.UUID{b.north, b.south}, []string{"da"}, "Plads til 40 gæster, 100% røgfrit"
	b.publish(in)
	in = b.input("Cykelværksted")
	in.Organisation, in.Kind, in.Districts, in.Audience = b.choir, Skill, []uuid.UUID{b.south}, "børn og unge"
	b.publish(in)
	b.create(b.input("Flyttekladde"))
	paused := b.publish(b.input("Flyttepause"))
	b.to(paused, Paused)
	for _, c := range []struct {
		f    Filter
		want string
	}{
		{Filter{}, "Cykelværksted,Lokale til fest,Flyttehjælp med varevogn"}, // newest first
		{Filter{District: "nord"}, "Lokale til fest,Flyttehjælp med varevogn"},
		{Filter{District: "syd", Kind: Room}, "Lokale til fest"},
		{Filter{District: "vest"}, ""},
		{Filter{District: "Nord'"}, ""},
		{Filter{Kind: "money"}, ""},
		{Filter{Language: "ar"}, "Cykelværksted,Flyttehjælp med varevogn"},
		{Filter{Language: "xx"}, ""},
		{Filter{Organisation: "koret"}, "Cykelværksted"},
		{Filter{Organisation: "x y"}, ""},
		{Filter{Words: "varevogne"}, "Flyttehjælp med varevogn"}, // another form of the word
		{Filter{Words: "flyt"}, "Flyttehjælp med varevogn"},      // its beginning
		{Filter{Words: "hjælp"}, "Flyttehjælp med varevogn"},     // its end
		{Filter{Words: "VÆRKSTED cykel"}, "Cykelværksted"},
		{Filter{Words: "gæst"}, "Lokale til fest"},
		{Filter{Words: "unge"}, "Cykelværksted"},
		{Filter{Words: "kor"}, "Cykelværksted"}, // the organisation's name
		{Filter{Words: "100%"}, "Lokale til fest"},
		{Filter{Words: "%"}, ""},
		{Filter{Words: "fest -lokale"}, ""},
		{Filter{Words: `"til fest"`}, "Lokale til fest"},
		{Filter{Words: "' & | ! ( ) : * <-> \\"}, ""},
		{Filter{Words: "\xff\x00 "}, "Cykelværksted,Lokale til fest,Flyttehjælp med varevogn"},
		{Filter{Page: 7}, "Cykelværksted,Lokale til fest,Flyttehjælp med varevogn"},
		{Filter{Page: -1, Words: "fest", District: "nord", Kind: Room, Language: "da", Organisation: "klubben"}, "Lokale til fest"},
	} {
		if got := b.search(c.f); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.f, got, c.want)
		}
	}
	// The word in the title weighs more than in the text.
	in = b.input("Nyt tilbud")
	in.Body = "Der er fest og flytning"
	b.publish(in)
	if got := b.search(Filter{Words: "fest"}); got != "Lokale til fest,Nyt tilbud" {
		t.Errorf("got %s", got)
	}
}

func TestSearchPages(t *testing.T) {
	b := setUp(t)
	b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, created_at, updated_at)
		SELECT gen_random_uuid(), $1, 'nr ' || n, '', 'help', 'published', $2::timestamptz + n * interval '1 minute', $2, $2
		FROM generate_series(1, 50) n`, b.club, noon)
	seen := map[string]bool{}
	for page, want := range map[int]int{1: 24, 2: 24, 3: 2} {
		p, err := b.s.Search(t.Context(), Filter{Page: page})
		if err != nil || len(p.Offers) != want || p.Total != 50 || p.Pages != 3 || p.Page != page {
			t.Errorf("page %d: %d of %d, %d/%d, %v", page, len(p.Offers), p.Total, p.Page, p.Pages, err)
		}
		for _, o := range p.Offers {
			seen[o.Title] = true
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d of 50 are on the pages", len(seen))
	}
	p, err := b.s.Search(t.Context(), Filter{Page: 1 << 60})
	if err != nil || p.Page != 1 || p.Offers[0].Title != "nr 50" {
		t.Errorf("got page %d, %v", p.Page, err)
	}
	if p, err := b.s.Search(t.Context(), Filter{Words: "findes ikke"}); err != nil || p.Total != 0 || p.Pages != 0 || len(p.Offers) != 0 {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestMine(t *testing.T) {
	b := setUp(t)
	for i, steps := range [][]Status{{Withdrawn}, {Published}, {Published, Paused}, {}} {
		id := b.create(b.input(fmt.Sprint(i)))
		for _, step := range steps {
			b.to(id, step)
		}
	}
	in := b.input("en andens")
	in.Organisation = b.choir
	b.create(in)
	for want, actor := range map[string]authz.Actor{"3,1,2,0": partner(b.club, false), "en andens": partner(b.choir, true), "": coordinator(b.north)} {
		list, err := b.s.Mine(t.Context(), actor)
		if err != nil || titles(list) != want {
			t.Errorf("got %s, %v; want %s", titles(list), err, want)
		}
	}
	if _, err := b.s.Mine(t.Context(), authz.Nobody); !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestLatest(t *testing.T) {
	b := setUp(t)
	b.publish(b.input("gammel"))
	since := b.db.Now()
	b.publish(b.input("i nord"))
	in := b.input("i syd")
	in.Districts = []uuid.UUID{b.south}
	b.publish(in)
	b.create(b.input("kladde"))
	for _, c := range []struct {
		districts []uuid.UUID
		n         int
		want      string
	}{
		{nil, 10, "i syd,i nord"}, {[]uuid.UUID{b.north}, 10, "i nord"}, {[]uuid.UUID{b.north, b.south}, 1, "i syd"}, {[]uuid.UUID{uuid.New()}, 10, ""},
	} {
		list, err := b.s.Latest(t.Context(), c.districts, since, c.n)
		if err != nil || titles(list) != c.want {
			t.Errorf("%v: got %s, %v; want %s", c.districts, titles(list), err, c.want)
		}
	}
}
