package organisation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
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

func (b *bench) district(slug string) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
	return id
}

func (b *bench) create(in Input, approve bool) Ref {
	b.t.Helper()
	ref, err := b.s.Create(b.t.Context(), authz.TheSystem, in, approve)
	if err != nil {
		b.t.Fatal(err)
	}
	return ref
}

func (b *bench) bySlug(slug string) Organisation {
	b.t.Helper()
	o, err := b.s.BySlug(b.t.Context(), authz.TheSystem, slug)
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *bench) letters() []mail.Post {
	b.t.Helper()
	raw, err := pg.All(b.t.Context(), b.db.Pool(), `SELECT args::text FROM river_job WHERE kind = 'mail' ORDER BY id`, pg.Scalar[string])
	if err != nil {
		b.t.Fatal(err)
	}
	posts := make([]mail.Post, len(raw))
	for i := range raw {
		if err := json.Unmarshal([]byte(raw[i]), &posts[i]); err != nil {
			b.t.Fatal(err)
		}
	}
	return posts
}

func (b *bench) audited(action string) (n int) {
	b.t.Helper()
	if err := b.db.Pool().QueryRow(b.t.Context(), `SELECT count(*) FROM audit_entries WHERE action = $1`, action).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func full(name string, districts ...uuid.UUID) Input {
	return Input{Name: name, Kind: Association, About: "Vi hjælper", Languages: []string{"so", "da"}, CVR: "12345674",
		Website: "example.org", ContactName: "Bo Holm", ContactEmail: "bo@example.org", ContactPhone: "20 12 34 56",
		Locale: "en", Districts: districts}
}

func applying(in Input) Application { return Application{Input: in, Consent: true} }

// anew is from those who have seen who is like them.
func anew(in Input) Application { return Application{Input: in, Consent: true, Another: true} }

func coordinator(districts ...uuid.UUID) authz.Actor {
	return authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: districts}
}

func partner(id uuid.UUID, contact bool) authz.Actor {
	return authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: id, Contact: contact}}}
}

func names(list []Summary) string {
	var s []string
	for _, o := range list {
		s = append(s, o.Name)
	}
	return strings.Join(s, ",")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if f := full("Klubben").Validate(); len(f) != 0 {
		t.Fatalf("a good one is refused: %v", f)
	}
	if f := (Input{Name: "Netværket", Kind: ClergyNetwork}).Validate(); len(f) != 0 {
		t.Fatalf("one without number and contact is refused: %v", f)
	}
	for name, c := range map[string]struct {
		change     func(*Input)
		field, key string
	}{
		"no name":          {func(in *Input) { in.Name = " " }, "name", "organisations.name_missing"},
		"long name":        {func(in *Input) { in.Name = strings.Repeat("å", 121) }, "name", "errors.field_too_long"},
		"no kind":          {func(in *Input) { in.Kind = "" }, "kind", "errors.field_choose_one"},
		"no such kind":     {func(in *Input) { in.Kind = "mosque" }, "kind", "errors.field_choose_one"},
		"long about":       {func(in *Input) { in.About = strings.Repeat("å", 2001) }, "about", "errors.field_too_long"},
		"bad about":        {func(in *Input) { in.About = "\x00" }, "about", "errors.field_bad_text"},
		"no such language": {func(in *Input) { in.Languages = []string{"da", "xx"} }, "languages", "errors.field_choose_one"},
		"short number":     {func(in *Input) { in.CVR = "1234567" }, "cvr", "organisations.cvr_invalid"},
		"number of zeros":  {func(in *Input) { in.CVR = "00000000" }, "cvr", "organisations.cvr_invalid"},
		"number of words":  {func(in *Input) { in.CVR = "ved ikke" }, "cvr", "organisations.cvr_invalid"},
		"script address":   {func(in *Input) { in.Website = "javascript:alert(1)" }, "website", "errors.field_url_invalid"},
		"long address":     {func(in *Input) { in.Website = "https://example.org/" + strings.Repeat("x", 300) }, "website", "errors.field_too_long"},
		"bad e-mail":       {func(in *Input) { in.ContactEmail = "bo" }, "contact_email", "errors.field_email_invalid"},
		"bad phone":        {func(in *Input) { in.ContactPhone = "12" }, "contact_phone", "errors.field_phone_invalid"},
		"long contact":     {func(in *Input) { in.ContactName = strings.Repeat("x", 121) }, "contact_name", "errors.field_too_long"},
	} {
		in := full("Klubben")
		c.change(&in)
		if f, _ := in.Validate().Get(c.field); f.Key != c.key {
			t.Errorf("%s: got %v, want %s", name, in.Validate(), c.key)
		}
	}
}

func TestCVR(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"12345674": true, "12345678": false, "00000000": false, "1234567": false, "1234567x": false} {
		if CVRAddsUp(in) != want {
			t.Errorf("CVRAddsUp(%q) = %v", in, !want)
		}
	}
	for in, warned := range map[string]bool{"DK 12 34 56 74": false, "12.34.56-78": true, "": false, "1": false} {
		i := Input{Name: "X", Kind: Other, CVR: in}
		if i.Warnings().Has("cvr") != warned {
			t.Errorf("%q: warnings are %v", in, i.Warnings())
		}
		if in != "1" && len(i.Validate()) != 0 {
			t.Errorf("%q is refused, a wrong check digit only warns", in)
		}
	}
	if got := (Input{CVR: "dk12 34 56 74"}).Tidy().CVR; got != "12345674" {
		t.Errorf("got %q", got)
	}
}

// Every kind the program knows, the database takes.
func TestKinds(t *testing.T) {
	b := setUp(t)
	for _, kind := range Kinds {
		b.create(Input{Name: string(kind), Kind: kind}, true)
	}
	list, err := b.s.List(t.Context(), Filter{})
	if err != nil || len(list) != len(Kinds) || len(Kinds) != 15 {
		t.Errorf("%d of %d, %v", len(list), len(Kinds), err)
	}
}

func TestCreateAndRead(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	ref := b.create(full("  Søvænget   IF ", south, north, south), true)
	if ref.Slug != "soevaenget-if" {
		t.Errorf("slug is %q", ref.Slug)
	}
	o := b.bySlug(ref.Slug)
	if o.ID != ref.ID || o.Name != "Søvænget IF" || o.Kind != Association || strings.Join(o.Languages, " ") != "da so" ||
		o.CVR != "12345674" || o.Website != "https://example.org" || o.ContactPhone != "+4520123456" || o.ContactLocale != "en" ||
		o.Status != Approved || o.DecidedAt == nil || len(o.Districts) != 2 || o.Districts[0] != (DistrictRef{north, "nord", "Nord"}) {
		t.Errorf("got %+v", o)
	}
	// A contact person is for those who sign in.
	for _, actor := range []authz.Actor{authz.Nobody, {Role: authz.Resident}} {
		o, err := b.s.BySlug(t.Context(), actor, ref.Slug)
		if err != nil || o.ContactName+o.ContactEmail+o.ContactPhone != "" {
			t.Errorf("%s sees %+v, %v", actor.Role, o, err)
		}
	}
	if o, err := b.s.BySlug(t.Context(), partner(uuid.New(), true), ref.Slug); err != nil || o.ContactEmail != "bo@example.org" {
		t.Errorf("a partner sees %+v, %v", o, err)
	}
	if ref := b.create(full("جمعية"), true); !strings.HasPrefix(ref.Slug, "partner-") {
		t.Errorf("slug is %q", ref.Slug)
	}
	for _, slug := range []string{"ukendt", "", "X", "a\x00b"} {
		if _, err := b.s.BySlug(t.Context(), authz.TheSystem, slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", slug, err)
		}
	}
	if _, err := b.s.Create(t.Context(), authz.TheSystem, full("X", uuid.New()), true); !fault.FieldsOf(err).Has("districts") {
		t.Errorf("no such district: %v", err)
	}
	choices, err := b.s.Choices(t.Context())
	if err != nil || len(choices) != 2 {
		t.Errorf("got %v, %v", choices, err)
	}
}

func TestNames(t *testing.T) {
	b := setUp(t)
	b.create(full("Klubben"), true)
	_, err := b.s.Create(t.Context(), authz.TheSystem, full("KLUBBEN"), true)
	if f, _ := fault.FieldsOf(err).Get("name"); !fault.Is(err, fault.Conflict) || f.Key != "organisations.name_taken" {
		t.Errorf("got %v", err)
	}
	ref, err := b.s.Register(t.Context(), authz.Nobody, anew(full("Koret")))
	if err != nil {
		t.Fatal(err)
	}
	in := full("Koret")
	in.ContactEmail = "BO@example.org"
	if _, err := b.s.Register(t.Context(), authz.Nobody, anew(in)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "already_registered") {
		t.Errorf("pressed twice: %v", err)
	}
	// Others with that name are not told that somebody waits.
	in.ContactEmail = "eva@example.org"
	if again, err := b.s.Register(t.Context(), authz.Nobody, anew(in)); err != nil || again.Slug != "koret-2" {
		t.Errorf("others with that name: %v, %v", again, err)
	}
	// Who was declined does not hold the name either.
	if err := b.s.Decline(t.Context(), authz.TheSystem, ref.ID, "Ikke nu"); err != nil {
		t.Fatal(err)
	}
	in.ContactEmail = "ib@example.org"
	if again, err := b.s.Register(t.Context(), authz.Nobody, anew(in)); err != nil || again.Slug != "koret-3" {
		t.Errorf("got %v, %v", again, err)
	}
	// A name that everybody sees is in use, also for those who are somebody else.
	if _, err := b.s.Register(t.Context(), authz.Nobody, anew(full("Klubben"))); !fault.FieldsOf(err).Has("name") {
		t.Errorf("got %v", err)
	}
}

func TestTwoRegistrationsAtOnce(t *testing.T) {
	b := setUp(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.s.Register(context.Background(), authz.Nobody, applying(full("Koret"))) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "already_registered") {
			t.Errorf("got %v", err)
		}
	}
	if won != 1 || b.audited("organisation.registered") != 1 {
		t.Errorf("%d of them came through", won)
	}
}

func TestRegister(t *testing.T) {
	b := setUp(t)
	in := full("Koret")
	in.ContactName, in.ContactEmail = "", ""
	_, err := b.s.Register(t.Context(), authz.Nobody, applying(in))
	if f := fault.FieldsOf(err); !f.Has("contact_name") || !f.Has("contact_email") {
		t.Errorf("nobody to write to: %v", err)
	}
	ref, err := b.s.Register(t.Context(), authz.Nobody, applying(full("Koret")))
	if err != nil {
		t.Fatal(err)
	}
	if o := b.bySlug(ref.Slug); o.Status != Pending || o.DecidedAt != nil {
		t.Errorf("got %+v", o)
	}
	if list, _ := b.s.List(t.Context(), Filter{}); len(list) != 0 {
		t.Errorf("it is public before it is approved: %v", list)
	}
	if list, _ := b.s.Choices(t.Context()); len(list) != 0 {
		t.Errorf("it can be chosen before it is approved: %v", list)
	}
	if len(b.letters()) != 0 {
		t.Error("a letter too early")
	}
}

func TestList(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	in := full("Åsens Boldklub", north)
	in.Kind, in.About = SportsClub, "Fodbold og gåture for alle aldre"
	ref := b.create(in, true)
	in = full("Flyttehjælpen", south)
	in.About = "Vi bærer 100% af kasserne"
	b.create(in, true)
	in = full("Aftenkoret") // in the whole municipality
	in.Kind, in.About = Culture, "Sang"
	b.create(in, true)
	b.create(full("Venter", north), false)
	b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, created_at, updated_at)
		SELECT gen_random_uuid(), $1, 't', 'b', 'help', s, $2, $2, $2 FROM unnest('{published,published,draft,paused}'::text[]) s`, ref.ID, noon)
	for _, c := range []struct {
		f    Filter
		want string
	}{
		{Filter{}, "Aftenkoret,Flyttehjælpen,Åsens Boldklub"},
		{Filter{District: "nord"}, "Aftenkoret,Åsens Boldklub"},
		{Filter{District: "ukendt"}, "Aftenkoret"},
		{Filter{District: "../x"}, ""},
		{Filter{Kind: SportsClub}, "Åsens Boldklub"},
		{Filter{Kind: "x"}, ""},
		{Filter{Words: "fodbolden"}, "Åsens Boldklub"}, // another form of the word
		{Filter{Words: "gåtur alder"}, "Åsens Boldklub"},
		{Filter{Words: "flytt"}, "Flyttehjælpen"}, // the beginning
		{Filter{Words: "hjælp"}, "Flyttehjælpen"}, // the end
		{Filter{Words: "BOLDKLUB åsen"}, "Åsens Boldklub"},
		{Filter{Words: "100%"}, "Flyttehjælpen"},
		{Filter{Words: "%"}, ""},
		{Filter{Words: "fodbold -gåture"}, ""},
		{Filter{Words: "og"}, ""}, // a word that is everywhere
		{Filter{Words: "' \" \\ & | ! ( ) : * <->"}, ""},
		{Filter{Words: "\xff\x00"}, "Aftenkoret,Flyttehjælpen,Åsens Boldklub"},
		{Filter{District: "syd", Kind: Association, Words: "kasse"}, "Flyttehjælpen"},
	} {
		list, err := b.s.List(t.Context(), c.f)
		if err != nil || names(list) != c.want {
			t.Errorf("%+v: got %s, %v; want %s", c.f, names(list), err, c.want)
		}
		for _, o := range list {
			if o.Name == "Åsens Boldklub" && (o.Offers != 2 || len(o.Districts) != 1 || o.Districts[0].Slug != "nord") {
				t.Errorf("got %+v", o)
			}
		}
	}
}

// everybody are the actors of the permission tests, with what they may do to
// an organisation in the district, by name.
func everybody(org, district, elsewhere uuid.UUID) map[string]authz.Actor {
	return map[string]authz.Actor{
		"anonymous":         authz.Nobody,
		"resident":          {Role: authz.Resident},
		"contact":           partner(org, true),
		"member":            partner(org, false),
		"other partner":     partner(uuid.New(), true),
		"coordinator":       coordinator(district),
		"other coordinator": coordinator(elsewhere),
		"administrator":     {Role: authz.Administrator, AccountID: uuid.New()},
		"system":            authz.TheSystem,
	}
}

func TestPermissions(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	edit := []string{"contact", "coordinator", "administrator", "system"}
	decide := []string{"coordinator", "administrator", "system"}
	staff := []string{"coordinator", "other coordinator", "administrator", "system"}
	approved := b.create(full("Klubben", north), true)
	for name, actor := range everybody(approved.ID, north, south) {
		in := b.bySlug("klubben").Input()
		if err := b.s.Update(t.Context(), actor, approved.ID, in); slices.Contains(edit, name) != (err == nil) || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s updates: %v", name, err)
		}
		if b.bySlug("klubben").EditableBy(actor) != slices.Contains(edit, name) {
			t.Errorf("%s is told otherwise", name)
		}
		waiting := b.create(full("Venter på "+name, north), false)
		slug := waiting.Slug
		if _, err := b.s.BySlug(t.Context(), actor, slug); slices.Contains(staff, name) != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s sees a waiting one: %v", name, err)
		}
		if b.bySlug(slug).ReviewableBy(actor) != slices.Contains(decide, name) {
			t.Errorf("%s is told otherwise", name)
		}
		for what, err := range map[string]error{
			"approves": b.s.Approve(t.Context(), actor, waiting.ID),
			"declines": b.s.Decline(t.Context(), actor, b.create(full("Afvises af "+name, north), false).ID, "Ikke nu"),
		} {
			if slices.Contains(decide, name) != (err == nil) || err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		_, err := b.s.Create(t.Context(), actor, full("Ny af "+name, north), true)
		if slices.Contains(decide, name) != (err == nil) {
			t.Errorf("%s creates: %v", name, err)
		}
		if name == "other coordinator" && !fault.FieldsOf(err).Has("districts") {
			t.Errorf("a coordinator is to choose an own district: %v", err)
		}
		if _, err := b.s.Register(t.Context(), actor, anew(full("Selv "+name, north))); err != nil {
			t.Errorf("%s registers: %v", name, err)
		}
	}
	// The reason of a refusal is for those who decide.
	declined := b.create(full("Afvist", north), false)
	if err := b.s.Decline(t.Context(), authz.TheSystem, declined.ID, "Vi kender jer ikke"); err != nil {
		t.Fatal(err)
	}
	if o, err := b.s.BySlug(t.Context(), coordinator(south), "afvist"); err != nil || o.DeclineReason != "" {
		t.Errorf("got %q, %v", o.DeclineReason, err)
	}
	if o, err := b.s.BySlug(t.Context(), coordinator(north), "afvist"); err != nil || o.DeclineReason == "" {
		t.Errorf("got %q, %v", o.DeclineReason, err)
	}
	if _, err := b.s.BySlug(t.Context(), authz.Nobody, "afvist"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	for what, err := range map[string]error{
		"update": b.s.Update(t.Context(), authz.TheSystem, uuid.New(), full("X")), "approve": b.s.Approve(t.Context(), authz.TheSystem, uuid.New()),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
}

func TestPending(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	for i, in := range []Input{full("I nord", north), full("I syd", south), full("Overalt"), full("I begge", north, south)} {
		ref := b.create(in, false)
		b.exec(`UPDATE organisations SET created_at = $2 WHERE id = $1`, ref.ID, noon.Add(-time.Duration(i)*time.Hour))
	}
	b.create(full("Godkendt", north), true)
	for want, actor := range map[string]authz.Actor{
		"I begge,Overalt,I syd,I nord": {Role: authz.Administrator},
		"I begge,Overalt,I nord":       coordinator(north),
		"Overalt":                      coordinator(),
	} {
		list, err := b.s.Pending(t.Context(), actor)
		var got []string
		for _, o := range list {
			got = append(got, o.Name)
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("got %v, %v; want %s", got, err, want)
		}
	}
	for _, role := range []authz.Role{authz.Anonymous, authz.Resident, authz.Partner} {
		if _, err := b.s.Pending(t.Context(), authz.Actor{Role: role}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestDecisions(t *testing.T) {
	b := setUp(t)
	yes, no, silent := b.create(full("Ja"), false), b.create(full("Nej"), false), b.create(Input{Name: "Tavs", Kind: Other}, false)
	if err := b.s.Decline(t.Context(), authz.TheSystem, no.ID, " \n "); !fault.FieldsOf(err).Has("reason") {
		t.Errorf("no reason: %v", err)
	}
	if err := b.s.Decline(t.Context(), authz.TheSystem, no.ID, strings.Repeat("x", 1001)); !fault.FieldsOf(err).Has("reason") {
		t.Errorf("long reason: %v", err)
	}
	for _, err := range []error{
		b.s.Approve(t.Context(), authz.TheSystem, yes.ID),
		b.s.Decline(t.Context(), authz.TheSystem, no.ID, " Vi har allerede\r\nen som jer. "),
		b.s.Approve(t.Context(), authz.TheSystem, silent.ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if o := b.bySlug("ja"); o.Status != Approved || !o.DecidedAt.Equal(noon) || !o.UpdatedAt.After(noon) {
		t.Errorf("got %+v", o)
	}
	if o := b.bySlug("nej"); o.Status != Declined || o.DeclineReason != "Vi har allerede\nen som jer." {
		t.Errorf("got %+v", o)
	}
	letters := b.letters()
	if len(letters) != 2 { // nobody to write to in the third
		t.Fatalf("got %+v", letters)
	}
	if l := letters[0]; l.Letter != "organisation_approved" || l.To != "bo@example.org" || l.Name != "Bo Holm" || l.Locale != "en" ||
		l.Facts["organisation"] != "Ja" || l.Facts["slug"] != "ja" {
		t.Errorf("got %+v", l)
	}
	if l := letters[1]; l.Letter != "organisation_declined" || l.Facts["reason"] != "Vi har allerede\nen som jer." {
		t.Errorf("got %+v", l)
	}
	for _, id := range []uuid.UUID{yes.ID, no.ID} {
		for _, err := range []error{b.s.Approve(t.Context(), authz.TheSystem, id), b.s.Decline(t.Context(), authz.TheSystem, id, "x")} {
			if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "already_decided") {
				t.Errorf("decided twice: %v", err)
			}
		}
	}
}

func TestTwoDecisionsAtOnce(t *testing.T) {
	b := setUp(t)
	for round := range 5 {
		ref := b.create(full(fmt.Sprint("Runde ", round)), false)
		errs := make([]error, 4)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				if i%2 == 0 {
					errs[i] = b.s.Approve(context.Background(), authz.TheSystem, ref.ID)
				} else {
					errs[i] = b.s.Decline(context.Background(), authz.TheSystem, ref.ID, "Ikke nu")
				}
			})
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
		if won != 1 || len(b.letters()) != round+1 {
			t.Errorf("%d decisions and %d letters in round %d", won, len(b.letters()), round)
		}
	}
	if n := b.audited("organisation.approved") + b.audited("organisation.declined"); n != 5 {
		t.Errorf("%d audit entries", n)
	}
}

func TestUpdate(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	ref := b.create(full("Klubben", north), true)
	first := b.bySlug("klubben").Input()
	in := first
	in.Name, in.Districts, in.CVR = "Foreningen", []uuid.UUID{south}, ""
	if err := b.s.Update(t.Context(), partner(ref.ID, true), ref.ID, in); err != nil {
		t.Fatal(err)
	}
	o := b.bySlug("klubben") // the address stays
	if o.Name != "Foreningen" || o.CVR != "" || len(o.Districts) != 1 || o.Districts[0].ID != south || o.Status != Approved {
		t.Errorf("got %+v", o)
	}
	if err := b.s.Update(t.Context(), authz.TheSystem, ref.ID, first); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "errors.stale") {
		t.Errorf("a stale edit: %v", err)
	}
	in = o.Input()
	in.Name = ""
	if err := b.s.Update(t.Context(), authz.TheSystem, ref.ID, in); !fault.FieldsOf(err).Has("name") {
		t.Errorf("no name: %v", err)
	}
	in = o.Input()
	in.Districts = []uuid.UUID{uuid.New()}
	if err := b.s.Update(t.Context(), authz.TheSystem, ref.ID, in); !fault.FieldsOf(err).Has("districts") {
		t.Errorf("no such district: %v", err)
	}
	if o := b.bySlug("klubben"); len(o.Districts) != 1 {
		t.Error("a refused edit left traces")
	}
}
