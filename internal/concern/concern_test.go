package concern

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// The themes that a new database has.
var safety, neighbours = uuid.MustParse("019a0000-0000-7000-8000-000000000004"), uuid.MustParse("019a0000-0000-7000-8000-000000000001")

// world is two districts, a club and a choir.
type world struct {
	t                     *testing.T
	db                    *pg.DB
	s                     *Service
	now                   time.Time
	here, there           uuid.UUID
	club, choir           uuid.UUID
	coordinator, stranger authz.Actor
	fromClub, fromChoir   authz.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), here: uuid.New(), there: uuid.New(), club: uuid.New(), choir: uuid.New()}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 8, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	for id, of := range map[uuid.UUID][2]any{w.here: {"herby", w.club}, w.there: {"derby", w.choir}} {
		w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2::text, $2::text, now(), now())`, id, of[0])
		w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
			VALUES ($1, 'org-' || $2::text, 'org-' || $2::text, 'culture', 'approved', 'Prøve', $2::text || '@post.example', now(), now(), now())`, of[1], of[0])
	}
	w.coordinator, w.stranger = w.account("coordinator"), w.account("coordinator")
	w.coordinator.Role, w.stranger.Role = authz.Coordinator, authz.Coordinator
	w.coordinator.Districts, w.stranger.Districts = []uuid.UUID{w.here}, []uuid.UUID{w.there}
	w.fromClub, w.fromChoir = w.member(w.club), w.member(w.choir)
	return w
}

func (w *world) account(role string) authz.Actor {
	id := uuid.New()
	w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@' || $2 || '.example', 'Kirsten Prøve', $2, 'x', now(), now())`, id, role)
	return authz.Actor{AccountID: id}
}

func (w *world) member(organisation uuid.UUID) authz.Actor {
	a := w.account("partner")
	a.Role, a.Organisations = authz.Partner, []authz.Membership{{OrganisationID: organisation}}
	w.exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, false)`, organisation, a.AccountID)
	return a
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	n, err := pg.One(w.t.Context(), w.db.Fresh(), `SELECT count(*)::int `+sql, pg.Scalar[int], args...)
	w.must(err)
	return n
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err, fault.FieldsOf(err))
	}
}

func (w *world) day(n int) time.Time { return i18n.Day(w.now).AddDate(0, 0, n) }

func (w *world) input() Input {
	return Input{Kind: Worry, District: w.here, Place: "Ved den store legeplads", Themes: []uuid.UUID{safety}, Pattern: "Bænkene bliver væltet hver weekend.",
		Source: Residents, SourceWords: "flere naboer i opgangene", SeenOn: w.day(-2)}
}

func (w *world) note() Concern {
	w.t.Helper()
	id, err := w.s.Create(w.t.Context(), w.coordinator, w.input())
	w.must(err)
	return w.read(w.coordinator, id)
}

func (w *world) read(actor authz.Actor, id uuid.UUID) Concern {
	w.t.Helper()
	c, err := w.s.ByID(w.t.Context(), actor, id)
	w.must(err)
	return c
}

func TestANoteIsReadAsItWasWritten(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	if c.Kind != Worry || c.District != "herby" || c.Place != "Ved den store legeplads" || c.Source != Residents || !c.SeenOn.Equal(w.day(-2)) ||
		c.Status != Open || len(c.Themes) != 1 || c.Themes[0].Name != "Tryghed" || c.Author != "Kirsten Prøve" || c.Version != 1 {
		t.Errorf("%+v", c)
	}
	in := w.input()
	in.ID = newID()
	for range 2 { // two presses of the same form
		_, err := w.s.Create(t.Context(), w.coordinator, in)
		w.must(err)
	}
	if n := w.count("FROM concerns"); n != 2 {
		t.Errorf("%d notes", n)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	for what, c := range map[string]struct {
		field  string
		change func(*Input)
	}{
		"no kind":             {"kind", func(in *Input) { in.Kind = "rumour" }},
		"no district":         {"district", func(in *Input) { in.District = uuid.Nil }},
		"another's district":  {"district", func(in *Input) { in.District = w.there }},
		"no pattern":          {"pattern", func(in *Input) { in.Pattern = " \n" }},
		"too long":            {"pattern", func(in *Input) { in.Pattern = strings.Repeat("x", MaxPattern+1) }},
		"tomorrow":            {"seen_on", func(in *Input) { in.SeenOn = w.day(1) }},
		"no day":              {"seen_on", func(in *Input) { in.SeenOn = time.Time{} }},
		"no theme":            {"themes", func(in *Input) { in.Themes = nil }},
		"a theme of nobody's": {"themes", func(in *Input) { in.Themes = []uuid.UUID{uuid.New()} }},
		"no source":           {"source", func(in *Input) { in.Source = "" }},
		"CPR in the place":    {"place", func(in *Input) { in.Place = "hos 010203-1234" }},
		"CPR in the pattern":  {"pattern", func(in *Input) { in.Pattern = "Det er 0102031234 igen" }},
		"CPR in the source":   {"source_words", func(in *Input) { in.SourceWords = "010203 1234" }},
		"a name":              {FieldSure, func(in *Input) { in.Pattern = "I går så vi Kirsten Prøvesen vælte bænken." }},
		"a phone number":      {FieldSure, func(in *Input) { in.SourceWords = "ring på 20 12 34 56" }},
	} {
		in := w.input()
		c.change(&in)
		if _, err := w.s.Create(t.Context(), w.coordinator, in); !fault.Is(err, fault.Invalid) || !fault.FieldsOf(err).Has(c.field) {
			t.Errorf("%s: %v %v", what, err, fault.FieldsOf(err))
		}
	}
	if n := w.count("FROM concerns"); n != 0 {
		t.Errorf("%d notes", n)
	}
}

func TestWhatWasLookedAtGoesThroughAndOnlyThat(t *testing.T) {
	w := newWorld(t)
	in := w.input()
	in.Pattern = "Vi hører om Kirsten Prøvesen hver uge."
	_, err := w.s.Create(t.Context(), w.coordinator, in)
	found, _ := fault.FieldsOf(err).Get(FieldSure)
	if len(found.Args) != 2 || found.Args[1] != "Kirsten Prøvesen" {
		t.Fatalf("%v %v", err, found)
	}
	in.Looked = []string{"Kirsten Prøvesen"}
	in.Pattern += " Også om Bodil Prøvesen."
	if _, err := w.s.Create(t.Context(), w.coordinator, in); !fault.FieldsOf(err).Has(FieldSure) {
		t.Errorf("another name goes through unseen: %v", err)
	}
	in.Looked = append(in.Looked, "Bodil Prøvesen")
	id, err := w.s.Create(t.Context(), w.coordinator, in)
	w.must(err)
	b, err := w.s.Start(t.Context(), w.coordinator, id)
	w.must(err)
	if b.Need != "Vi hører om … hver uge. Også om …." {
		t.Errorf("others would read %q", b.Need)
	}
	// Names that are known are no persons.
	in = w.input()
	w.exec(`UPDATE districts SET housing_areas = '{Jens Prøves Gård}' WHERE id = $1`, w.here)
	in.Pattern = "Lamperne ved Jens Prøves Gård er slukket."
	id, err = w.s.Create(t.Context(), w.coordinator, in)
	w.must(err)
	if b, err := w.s.Start(t.Context(), w.coordinator, id); err != nil || b.Need != in.Pattern {
		t.Errorf("others would read %q, %v", b.Need, err)
	}
}

func TestOldNotesKeepTheirThemes(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	set, calm := uuid.New(), uuid.New()
	w.exec(`INSERT INTO theme_sets (id, name, starts_on, created_at) VALUES ($1, 'De næste', $2, now())`, set, w.day(0))
	w.exec(`INSERT INTO themes (id, set_id, position, name) VALUES ($1, $2, 1, 'Ro i gården')`, calm, set)

	in := w.input() // seen before the words changed
	in.Themes = []uuid.UUID{calm}
	if _, err := w.s.Create(t.Context(), w.coordinator, in); !fault.FieldsOf(err).Has("themes") {
		t.Errorf("a word that was not there yet: %v", err)
	}
	in.SeenOn = w.day(0)
	_, err := w.s.Create(t.Context(), w.coordinator, in)
	w.must(err)
	in.Themes = []uuid.UUID{safety}
	if _, err := w.s.Create(t.Context(), w.coordinator, in); !fault.FieldsOf(err).Has("themes") {
		t.Errorf("a word that is no longer there: %v", err)
	}
	// The old one keeps its theme, also when its date moves into the new period.
	edit := c.Input()
	edit.SeenOn = w.day(0)
	w.must(w.s.Update(t.Context(), w.coordinator, c.ID, edit))
	if got := w.read(w.coordinator, c.ID).Themes; len(got) != 1 || got[0].ID != safety {
		t.Errorf("%v", got)
	}
}

func TestOfTwoWhoChangeItTheSecondIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i := range errs {
		in := c.Input()
		in.Pattern = []string{"Den ene skriver.", "Den anden skriver."}[i]
		wg.Go(func() { errs[i] = w.s.Update(context.Background(), w.coordinator, c.ID, in) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[1], fault.Conflict) {
		t.Errorf("%v, %v", errs[0], errs[1])
	}
}

func TestOnlyStaffAndInvitedPartnersSeeANote(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	for what, a := range map[string]authz.Actor{"nobody": authz.Nobody, "a partner": w.fromClub, "another": w.fromChoir, "a resident": {Role: authz.Resident}} {
		_, read := w.s.ByID(t.Context(), a, c.ID)
		_, list := w.s.List(t.Context(), a, Filter{})
		_, mine := w.s.ForPartner(t.Context(), a)
		_, start := w.s.Start(t.Context(), a, c.ID)
		_, counts := w.s.Counts(t.Context(), a, w.day(-9), w.day(0), nil)
		_, names := w.s.ThemeNames(t.Context(), a)
		_, here := w.s.InDistrict(t.Context(), a, w.here, 9)
		_, create := w.s.Create(t.Context(), a, w.input())
		for at, err := range []error{read, list, mine, start, counts, names, here, create,
			w.s.Update(t.Context(), a, c.ID, c.Input()), w.s.Remove(t.Context(), a, c.ID), w.s.Follow(t.Context(), a, c.ID),
			w.s.Close(t.Context(), a, c.ID, Ending{Outcome: "x", ClosedOn: w.day(0)}), w.s.Reopen(t.Context(), a, c.ID),
			w.s.Led(t.Context(), a, c.ID, uuid.New(), uuid.Nil), w.s.Invite(t.Context(), a, c.ID, []uuid.UUID{w.club}),
			w.s.Withdraw(t.Context(), a, c.ID, w.club), w.s.Observe(t.Context(), a, c.ID, Seen{OnDate: w.day(0), Body: "x"}),
			w.s.Unobserve(t.Context(), a, c.ID, uuid.New())} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %d: %v", what, at, err)
			}
		}
	}
	// Staff of another district read it and leave it as it is.
	if got := w.read(w.stranger, c.ID); got.Pattern != c.Pattern {
		t.Error("not the same")
	}
	for at, err := range []error{w.s.Update(t.Context(), w.stranger, c.ID, c.Input()), w.s.Remove(t.Context(), w.stranger, c.ID),
		w.s.Observe(t.Context(), w.stranger, c.ID, Seen{OnDate: w.day(0), Body: "x"}), w.s.Invite(t.Context(), w.stranger, c.ID, []uuid.UUID{w.choir})} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("another district's, %d: %v", at, err)
		}
	}
}

func TestAnInvitedPartnerReadsAndAddsUntilItIsWithdrawn(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	for range 2 { // two presses send one letter
		w.must(w.s.Invite(t.Context(), w.coordinator, c.ID, []uuid.UUID{w.club}))
	}
	if n := w.count("FROM river_job WHERE args::text LIKE '%concern_invited%'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	if n := w.count("FROM river_job WHERE args::text LIKE '%concern_invited%' AND args::text LIKE '%weekend%'"); n != 0 {
		t.Error("the letter tells what the note says")
	}
	if list, err := w.s.ForPartner(t.Context(), w.fromClub); err != nil || len(list) != 1 || list[0].ID != c.ID {
		t.Errorf("%v %v", list, err)
	}
	if n, err := w.s.Invited(t.Context(), w.fromClub); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	seen := Seen{ID: newID(), OnDate: w.day(-1), Body: "Også ved klubhuset."}
	for range 2 {
		w.must(w.s.Observe(t.Context(), w.fromClub, c.ID, seen))
	}
	got := w.read(w.fromClub, c.ID)
	if len(got.Observations) != 1 || got.Observations[0].OnBehalf != "org-herby" || got.Observations[0].Body != seen.Body {
		t.Errorf("%+v", got.Observations)
	}
	if err := w.s.Update(t.Context(), w.fromClub, c.ID, c.Input()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a partner edits: %v", err)
	}
	if _, err := w.s.ByID(t.Context(), w.fromChoir, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another partner: %v", err)
	}
	for field, in := range map[string]Seen{"body": {OnDate: w.day(0), Body: "010203-1234"}, "on_date": {OnDate: w.day(1), Body: "I morgen"},
		FieldSure: {OnDate: w.day(0), Body: "Vi mødte Kirsten Prøvesen."}} {
		if err := w.s.Observe(t.Context(), w.fromClub, c.ID, in); !fault.FieldsOf(err).Has(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	// One that is shut out for a while reads nothing meanwhile.
	w.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, w.club)
	if _, err := w.s.ByID(t.Context(), w.fromClub, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("while suspended: %v", err)
	}
	if parties := w.read(w.coordinator, c.ID).Parties; len(parties) != 1 || parties[0].Approved {
		t.Errorf("staff do not see that it is still invited: %+v", parties)
	}
	w.exec(`UPDATE organisations SET status = 'approved', suspended_at = NULL, suspend_reason = '' WHERE id = $1`, w.club)

	w.must(w.s.Withdraw(t.Context(), w.coordinator, c.ID, w.club))
	if _, err := w.s.ByID(t.Context(), w.fromClub, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was withdrawn: %v", err)
	}
	if _, err := w.s.ForPartner(t.Context(), w.fromClub); !fault.Is(err, fault.NotFound) {
		t.Errorf("the list after it was withdrawn: %v", err)
	}
	left := w.read(w.coordinator, c.ID).Observations
	if len(left) != 1 {
		t.Fatal("what the partner wrote is gone")
	}
	w.must(w.s.Unobserve(t.Context(), w.coordinator, c.ID, left[0].ID))
	if len(w.read(w.coordinator, c.ID).Observations) != 0 {
		t.Error("it cannot be taken away")
	}
}

func TestANoteIsFollowedToAnOutcome(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	ask, draft := uuid.New(), uuid.New()
	for id, status := range map[uuid.UUID]string{ask: "open", draft: "draft"} {
		w.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, contact_phone, author_id, status, opened_at, created_at, updated_at)
			VALUES ($1, 'Nye bænke', 'x', '2027-01-01', true, 'x', 'x@post.example', '', $2, $3::text, CASE WHEN $3::text = 'open' THEN now() END, now(), now())`, id, w.coordinator.AccountID, status)
	}
	if err := w.s.Led(t.Context(), w.coordinator, c.ID, uuid.New(), uuid.Nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("to an ask that is not there: %v", err)
	}
	for _, id := range []uuid.UUID{ask, ask, draft} {
		w.must(w.s.Led(t.Context(), w.coordinator, c.ID, id, uuid.Nil))
	}
	got := w.read(w.coordinator, c.ID)
	if got.Status != Followed || len(got.Led) != 2 || got.Led[0].Title != "Nye bænke" || got.Led[0].Status != "open" {
		t.Errorf("%s %+v", got.Status, got.Led)
	}
	w.must(w.s.Invite(t.Context(), w.coordinator, c.ID, []uuid.UUID{w.club}))
	if led := w.read(w.fromClub, c.ID).Led; len(led) != 1 {
		t.Errorf("a partner is shown the draft: %+v", led)
	}
	for what, e := range map[string]struct {
		field string
		in    Ending
	}{
		"without an outcome": {"outcome", Ending{ClosedOn: w.day(0)}},
		"CPR":                {"outcome", Ending{Outcome: "010203-1234", ClosedOn: w.day(0)}},
		"tomorrow":           {"closed_on", Ending{Outcome: "Væk", ClosedOn: w.day(1)}},
		"before it was seen": {"closed_on", Ending{Outcome: "Væk", ClosedOn: w.day(-3)}},
		"a name":             {FieldSure, Ending{Outcome: "Det var Kirsten Prøvesen.", ClosedOn: w.day(0)}},
	} {
		if err := w.s.Close(t.Context(), w.coordinator, c.ID, e.in); !fault.FieldsOf(err).Has(e.field) {
			t.Errorf("%s: %v", what, err)
		}
	}
	end := Ending{Outcome: "Bænkene er boltet fast, og der er ro.", ClosedOn: w.day(0)}
	for range 2 {
		w.must(w.s.Close(t.Context(), w.coordinator, c.ID, end))
	}
	if got := w.read(w.coordinator, c.ID); got.Status != Closed || got.Outcome != end.Outcome || got.ClosedOn == nil || !got.ClosedOn.Equal(w.day(0)) {
		t.Errorf("%+v", got)
	}
	if err := w.s.Observe(t.Context(), w.coordinator, c.ID, Seen{OnDate: w.day(0), Body: "Igen"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("more is seen after the end: %v", err)
	}
	w.must(w.s.Reopen(t.Context(), w.coordinator, c.ID))
	if got := w.read(w.coordinator, c.ID); got.Status != Followed || got.Outcome != "" || len(got.Observations) != 1 || got.Observations[0].Body != end.Outcome {
		t.Errorf("%+v", got)
	}
}

// TestTheDatabaseHoldsTheRulesToo writes past the service.
func TestTheDatabaseHoldsTheRulesToo(t *testing.T) {
	w := newWorld(t)
	c := w.note()
	for what, sql := range map[string]string{
		"closed without an outcome": `UPDATE concerns SET status = 'closed', closed_on = '2026-11-01', updated_at = '2026-11-23' WHERE id = $1`,
		"closed without a day":      `UPDATE concerns SET status = 'closed', outcome = 'x' WHERE id = $1`,
		"an outcome while open":     `UPDATE concerns SET outcome = 'x' WHERE id = $1`,
		"seen tomorrow":             `UPDATE concerns SET seen_on = '2026-11-24', updated_at = '2026-11-23 12:00Z' WHERE id = $1`,
		"led to nothing":            `INSERT INTO concern_led (concern_id, at) VALUES ($1, now())`,
	} {
		if _, err := w.db.Pool().Exec(t.Context(), sql, c.ID); err == nil {
			t.Errorf("%s goes through", what)
		}
	}
}

func TestTheListIsNarrowedCountedAndPaged(t *testing.T) {
	w := newWorld(t)
	for n := range PageSize + 3 {
		in := w.input()
		in.SeenOn = w.day(-n)
		if n%2 == 1 {
			in.Kind, in.Themes = Wellbeing, []uuid.UUID{neighbours, safety}
		}
		id, err := w.s.Create(t.Context(), w.coordinator, in)
		w.must(err)
		if n == 0 {
			w.must(w.s.Follow(t.Context(), w.coordinator, id))
		}
	}
	boss := authz.Actor{Role: authz.Administrator, AccountID: w.coordinator.AccountID}
	in := w.input()
	in.District, in.SeenOn = w.there, w.day(-90)
	if _, err := w.s.Create(t.Context(), boss, in); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		f     Filter
		total int
	}{
		"all":           {Filter{}, PageSize + 4},
		"of a district": {Filter{District: "derby"}, 1},
		"of nowhere":    {Filter{District: "ingensteds"}, 0},
		"of a kind":     {Filter{Kind: Wellbeing}, (PageSize + 3) / 2},
		"of a theme":    {Filter{Theme: "Naboskab og fællesskab"}, (PageSize + 3) / 2},
		"followed":      {Filter{Status: Followed}, 1},
		"closed":        {Filter{Status: Closed}, 0},
		"nonsense":      {Filter{Kind: "x"}, 0},
	} {
		p, err := w.s.List(t.Context(), w.stranger, c.f) // staff of any district
		if err != nil || p.Total != c.total {
			t.Errorf("%s: %d, %v", what, p.Total, err)
		}
		if what == "closed" && p.By[Open] != PageSize+3 {
			t.Errorf("the others are not counted: %v", p.By)
		}
	}
	first, err := w.s.List(t.Context(), w.stranger, Filter{})
	w.must(err)
	second, err := w.s.List(t.Context(), w.stranger, Filter{Page: 2})
	w.must(err)
	beyond, err := w.s.List(t.Context(), w.stranger, Filter{Page: 99})
	w.must(err)
	if len(first.Concerns) != PageSize || len(second.Concerns) != 4 || first.Pages != 2 || beyond.Page != 1 || !first.Concerns[0].SeenOn.Equal(w.day(0)) ||
		!second.Concerns[3].SeenOn.Equal(w.day(-90)) {
		t.Errorf("%d %d %d", len(first.Concerns), len(second.Concerns), first.Pages)
	}
	if list, err := w.s.InDistrict(t.Context(), w.stranger, w.here, 3); err != nil || len(list) != 6 {
		t.Errorf("%d %v", len(list), err)
	}
}

// TestCountsAreTheRowsCountedAgain counts by hand what the report will show.
func TestCountsAreTheRowsCountedAgain(t *testing.T) {
	w := newWorld(t)
	for n := range 12 {
		in := w.input()
		in.SeenOn = w.day(-n)
		in.Kind = Kinds[n%2]
		if n%3 == 0 {
			in.Themes = []uuid.UUID{safety, neighbours}
		}
		id, err := w.s.Create(t.Context(), w.coordinator, in)
		w.must(err)
		if n%4 == 0 {
			w.must(w.s.Close(t.Context(), w.coordinator, id, Ending{Outcome: "Godt", ClosedOn: w.day(0)}))
		}
	}
	list, err := w.s.Counts(t.Context(), w.stranger, w.day(-9), w.day(-1), nil)
	w.must(err)
	got := map[[3]string]int{}
	for _, c := range list {
		if c.District != "herby" || c.Number == 0 {
			t.Errorf("%+v", c)
		}
		got[[3]string{string(c.Kind), string(c.Status), c.Theme}] = c.Number
	}
	want := map[[3]string]int{}
	for n := 1; n <= 9; n++ {
		status := Open
		if n%4 == 0 {
			status = Closed
		}
		themes := []string{"", "Tryghed"}
		if n%3 == 0 {
			themes = append(themes, "Naboskab og fællesskab")
		}
		for _, theme := range themes {
			want[[3]string{string(Kinds[n%2]), string(status), theme}]++
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%v: got %d, want %d", k, got[k], n)
		}
	}
	if none, err := w.s.Counts(t.Context(), w.stranger, w.day(-9), w.day(-1), []uuid.UUID{w.there}); err != nil || len(none) != 0 {
		t.Errorf("%v %v", none, err)
	}
}
