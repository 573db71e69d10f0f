package organisation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

var boss = authz.Actor{Role: authz.Administrator}

func (b *bench) account(name string) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $2 || '@example.org', $2, 'partner', 'x', $3, $3)`, id, name, noon)
	return id
}

func (b *bench) belongs(organisation, account uuid.UUID, contact bool) {
	b.t.Helper()
	b.exec(`INSERT INTO organisation_people VALUES ($1, $2, $3)`, organisation, account, contact)
}

func (b *bench) list(sql string, args ...any) []string {
	b.t.Helper()
	list, err := pg.All(b.t.Context(), b.db.Pool(), sql, pg.Scalar[string], args...)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func TestApprovalBringsALinkToComeInBy(t *testing.T) {
	b := setUp(t)
	ref, err := b.s.Register(t.Context(), authz.Nobody, applying(full("Koret")))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.s.Approve(t.Context(), boss, ref.ID); err != nil {
		t.Fatal(err)
	}
	l := b.letters()
	if len(l) != 1 || l[0].Letter != "organisation_approved" || len(fmt.Sprint(l[0].Facts["token"])) < 20 || l[0].Facts["until"] == nil {
		t.Fatalf("got %+v", l)
	}
	if got := b.list(`SELECT email || contact || (expires_at = $1) FROM invitations`, noon.AddDate(0, 0, 14)); !slices.Equal(got, []string{"bo@example.orgtruetrue"}) {
		t.Errorf("got %v", got)
	}
}

// Whoever staff let in at once gets the same letter as one that was approved;
// one that waits gets none, and nor does the program's own filling in.
func TestWhoIsLetInAtOnceIsInvited(t *testing.T) {
	b := setUp(t)
	for i, c := range []struct {
		actor   authz.Actor
		approve bool
		letters int
	}{{boss, false, 0}, {authz.TheSystem, true, 0}, {boss, true, 1}} {
		ref, err := b.s.Create(t.Context(), c.actor, full(fmt.Sprintf("Koret %d", i)), c.approve)
		if err != nil {
			t.Fatal(err)
		}
		l := b.letters()
		if len(l) != c.letters {
			t.Fatalf("%d: %+v", i, l)
		}
		if len(l) == 1 {
			if l[0].Letter != "organisation_approved" || len(fmt.Sprint(l[0].Facts["token"])) < 20 || l[0].Facts["slug"] != ref.Slug || l[0].To != "bo@example.org" {
				t.Errorf("%+v", l[0])
			}
			if got := b.list(`SELECT email || contact FROM invitations WHERE organisation_id = $1`, ref.ID); !slices.Equal(got, []string{"bo@example.orgtrue"}) {
				t.Errorf("%v", got)
			}
		}
	}
	// Without an address nobody is written to.
	in := full("Koret uden mail")
	in.ContactEmail = ""
	if _, err := b.s.Create(t.Context(), boss, in, true); err != nil || len(b.letters()) != 1 {
		t.Errorf("%v, %d letters", err, len(b.letters()))
	}
}

func TestWhatItsPeopleChangeIsShownToStaff(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	ref := b.create(full("Klubben", north), true)
	edit := func(actor authz.Actor, change func(*Input)) {
		t.Helper()
		in := b.bySlug("klubben").Input()
		change(&in)
		if err := b.s.Update(t.Context(), actor, ref.ID, in); err != nil {
			t.Fatal(err)
		}
	}
	contact := partner(ref.ID, true)
	edit(contact, func(in *Input) { in.About = "Noget andet" })
	edit(contact, func(in *Input) { in.Districts = []uuid.UUID{south}; in.Name = "Klubben 2" })
	o := b.bySlug("klubben")
	if got := o.Edits(); !slices.Equal(got, []string{"name", "about", "districts"}) || o.BeforeEdits.About != "Vi hjælper" || o.EditedAt == nil {
		t.Fatalf("got %v of %+v", got, o)
	}
	// Those of the district that it left look at it too; others, and its own people, see nothing of it.
	for actor, want := range map[*authz.Actor]int{ptr(coordinator(north)): 1, ptr(coordinator(south)): 1, ptr(coordinator(uuid.New())): 0, &boss: 1} {
		w, err := b.s.Watched(t.Context(), *actor)
		if err != nil || len(w.Edited) != want {
			t.Errorf("%v: %d, %v; want %d", actor.Districts, len(w.Edited), err, want)
		}
	}
	if own, err := b.s.BySlug(t.Context(), contact, "klubben"); err != nil || own.BeforeEdits != nil {
		t.Errorf("got %+v, %v", own.BeforeEdits, err)
	}
	for what, err := range map[string]error{
		"a contact": b.s.LookedAt(t.Context(), contact, ref.ID, o.UpdatedAt), "another coordinator": b.s.PutBack(t.Context(), coordinator(uuid.New()), ref.ID, o.UpdatedAt),
	} {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What came after they looked is not looked at.
	edit(contact, func(in *Input) { in.Website = "https://example.org/ny" })
	if err := b.s.PutBack(t.Context(), boss, ref.ID, o.UpdatedAt); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	o = b.bySlug("klubben")
	for range 2 {
		if err := b.s.PutBack(t.Context(), coordinator(north), ref.ID, o.UpdatedAt); err != nil {
			t.Fatal(err)
		}
	}
	if back := b.bySlug("klubben"); back.Name != "Klubben" || back.About != "Vi hjælper" || back.Districts[0].ID != north || back.BeforeEdits != nil ||
		!back.UpdatedAt.After(o.UpdatedAt) || b.audited("organisation.edits_put_back") != 1 {
		t.Errorf("got %+v", back)
	}
	// Changed and changed back is nothing to look at; staff have seen what they write.
	edit(contact, func(in *Input) { in.About = "X" })
	edit(contact, func(in *Input) { in.About = "Vi hjælper" })
	if o := b.bySlug("klubben"); o.BeforeEdits != nil {
		t.Errorf("got %v", o.Edits())
	}
	edit(contact, func(in *Input) { in.About = "X" })
	edit(boss, func(in *Input) { in.About = "Y" })
	if o := b.bySlug("klubben"); o.BeforeEdits != nil {
		t.Errorf("got %v", o.Edits())
	}
	edit(contact, func(in *Input) { in.About = "Z" })
	if err := b.s.LookedAt(t.Context(), boss, ref.ID, b.bySlug("klubben").UpdatedAt); err != nil {
		t.Fatal(err)
	}
	if o := b.bySlug("klubben"); o.BeforeEdits != nil || o.About != "Z" {
		t.Errorf("got %+v", o)
	}
}

func ptr[T any](v T) *T { return &v }

func TestSuspended(t *testing.T) {
	b := setUp(t)
	north := b.district("nord")
	ref := b.create(full("Klubben", north), true)
	eva := b.account("eva")
	b.belongs(ref.ID, eva, true)
	if err := b.s.Suspend(t.Context(), boss, ref.ID, " "); !fault.FieldsOf(err).Has("reason") {
		t.Errorf("without words: %v", err)
	}
	for _, actor := range []authz.Actor{coordinator(uuid.New()), partner(ref.ID, true), authz.Nobody} {
		if err := b.s.Suspend(t.Context(), actor, ref.ID, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", actor.Role, err)
		}
	}
	for range 2 {
		if err := b.s.Suspend(t.Context(), coordinator(north), ref.ID, "Vi skal tale sammen"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.s.BySlug(t.Context(), authz.Nobody, "klubben"); !fault.Is(err, fault.NotFound) {
		t.Errorf("still public: %v", err)
	}
	if list, _ := b.s.List(t.Context(), Filter{}); len(list) != 0 {
		t.Error("still on the list")
	}
	list, err := b.s.Suspensions(t.Context(), authz.Actor{Role: authz.Partner, AccountID: eva})
	if err != nil || len(list) != 1 || list[0].Reason != "Vi skal tale sammen" || !list[0].Since.Equal(noon) {
		t.Errorf("got %+v, %v", list, err)
	}
	if w, err := b.s.Watched(t.Context(), coordinator()); err != nil || len(w.Suspended) != 1 {
		t.Errorf("nobody finds it again: %+v, %v", w, err)
	}
	if err := b.s.Reinstate(t.Context(), boss, ref.ID); err != nil {
		t.Fatal(err)
	}
	if o := b.bySlug("klubben"); o.Status != Approved || o.SuspendedAt != nil || o.SuspendReason != "" {
		t.Errorf("got %+v", o)
	}
	l := b.letters()
	if len(l) != 2 || l[0].Letter != "organisation_suspended" || l[0].To != "eva@example.org" || l[0].Facts["reason"] != "Vi skal tale sammen" ||
		l[1].Letter != "organisation_reinstated" || b.audited("organisation.suspended") != 1 {
		t.Errorf("got %+v", l)
	}
	waiting := b.create(full("Venter"), false)
	if err := b.s.Suspend(t.Context(), boss, waiting.ID, "x"); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

// world is two organisations that turn out to be one, with everything that can
// belong to them.
func (b *bench) world() (from, into Ref) {
	b.t.Helper()
	north, south := b.district("nord"), b.district("syd")
	from, into = b.create(full("Klub A", north, south), true), b.create(full("Klub B", north), true)
	both, first, second := b.account("begge"), b.account("kun-a"), b.account("kun-b")
	b.belongs(from.ID, both, true)
	b.belongs(into.ID, both, false)
	b.belongs(from.ID, first, false)
	b.belongs(into.ID, second, true)
	for i, o := range []uuid.UUID{from.ID, from.ID, into.ID} {
		b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, created_at, updated_at)
			VALUES ($1, $2, $3, '', 'help', 'draft', $4, $4)`, uuid.New(), o, fmt.Sprint("Tilbud ", i), noon)
	}
	for i, hosts := range [][]uuid.UUID{{from.ID}, {from.ID, into.ID}} {
		id := uuid.New()
		b.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
			VALUES ($1, $2, $2, $3, 'Hus', 'Vej', '16:00', '18:00', $4, $4)`, id, fmt.Sprint("cafe-", i), north, noon)
		for _, h := range hosts {
			b.exec(`INSERT INTO cafe_hosts VALUES ($1, $2)`, id, h)
		}
	}
	for _, answers := range [][2]string{{"yes", "no"}, {"no", "no"}, {"yes", ""}} {
		id := uuid.New()
		b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, status, opened_at, created_at, updated_at)
			VALUES ($1, 'Hjælp', 'Fordi', '2026-12-01', true, 'K', 'k@example.org', 'open', $2, $2, $2)`, id, noon)
		for i, o := range []uuid.UUID{from.ID, into.ID} {
			b.exec(`INSERT INTO ask_organisations VALUES ($1, $2)`, id, o)
			b.exec(`INSERT INTO ask_letters (id, ask_id, organisation_id, email, locale, created_at) VALUES ($1, $2, $3, $4, 'da', $5)`,
				uuid.New(), id, o, fmt.Sprint(i, "@example.org"), noon)
			if answers[i] != "" {
				b.exec(`INSERT INTO hands (id, ask_id, organisation_id, answer, locale, via, answered_at) VALUES ($1, $2, $3, $4, 'da', 'partner', $5)`,
					uuid.New(), id, o, answers[i], noon)
			}
		}
	}
	for _, email := range []string{"begge@example.org", "ny@example.org", "fælles@example.org"} {
		b.exec(`INSERT INTO invitations (id, organisation_id, email, name, contact, locale, created_at, sent_at, expires_at)
			VALUES ($1, $2, $3, 'N', false, 'da', $4, $4, $4)`, uuid.New(), from.ID, email, noon)
	}
	b.exec(`INSERT INTO invitations (id, organisation_id, email, name, contact, locale, created_at, sent_at, expires_at)
		VALUES ($1, $2, 'fælles@example.org', 'N', false, 'da', $3, $3, $3)`, uuid.New(), into.ID, noon)
	for _, readers := range [][]uuid.UUID{{from.ID}, {from.ID, into.ID}} {
		id := uuid.New()
		b.exec(`INSERT INTO concerns (id, kind, district_id, pattern, source, seen_on, created_at, updated_at)
			VALUES ($1, 'concern', (SELECT id FROM districts WHERE slug = 'nord'), 'x', 'staff', '2026-11-01', $2, $2)`, id, noon)
		for _, r := range readers {
			b.exec(`INSERT INTO concern_parties VALUES ($1, $2, $3)`, id, r, noon)
		}
	}
	b.exec(`INSERT INTO district_relations (id, district_id, position, organisation_id, contact) SELECT $1, id, 0, $2, 'good' FROM districts WHERE slug = 'nord'`, uuid.New(), from.ID)
	b.exec(`INSERT INTO district_duties (id, district_id, position, organisation_id, name, what) SELECT $1, id, 0, $2, 'x', 'x' FROM districts WHERE slug = 'nord'`, uuid.New(), from.ID)
	return from, into
}

func TestMergingTakesEverythingAlong(t *testing.T) {
	b := setUp(t)
	from, into := b.world()
	offers := b.list(`SELECT id::text FROM offers ORDER BY id`)
	m, err := b.s.Merging(t.Context(), boss, from.ID, into.Slug)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Offers) != 2 || len(m.People) != 2 || !m.People[0].Both || !m.People[0].Becomes || !slices.Equal(m.Cafes, []string{"cafe-0"}) ||
		len(m.Districts) != 1 || m.Districts[0].Slug != "syd" || m.Invitations != 3 || m.Asks != 3 || m.Hands != 3 {
		t.Errorf("got %+v", m)
	}
	// What is confirmed is what was seen.
	if err := b.s.Merge(t.Context(), boss, from.ID, into.ID, "gammelt"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "merge_changed") {
		t.Errorf("got %v", err)
	}
	older := b.create(full("Ældre"), false)
	b.exec(`UPDATE organisations SET status = 'merged', merged_into = $2, merged_at = now(), decided_at = now() WHERE id = $1`, older.ID, from.ID)
	if err := b.s.Merge(t.Context(), boss, from.ID, into.ID, m.Stamp); err != nil {
		t.Fatal(err)
	}
	if got := b.list(`SELECT id::text FROM offers WHERE organisation_id = $1 ORDER BY id`, into.ID); !slices.Equal(got, offers) {
		t.Errorf("offers are %v, were %v", got, offers)
	}
	for what, c := range map[string]struct {
		want string
		sql  string
	}{
		"people":      {"begge true,kun-a false,kun-b true", `SELECT a.name || ' ' || p.contact FROM organisation_people p JOIN accounts a ON a.id = p.account_id WHERE organisation_id = $1 ORDER BY 1`},
		"cafés":       {"cafe-0,cafe-1", `SELECT c.name FROM cafe_hosts h JOIN cafes c ON c.id = h.cafe_id WHERE organisation_id = $1 ORDER BY 1`},
		"districts":   {"nord,syd", `SELECT d.slug FROM organisation_districts o JOIN districts d ON d.id = o.district_id WHERE organisation_id = $1 ORDER BY 1`},
		"hands":       {"no,yes,yes", `SELECT answer FROM hands WHERE organisation_id = $1 ORDER BY 1`},
		"notes":       {"2", `SELECT count(*)::text FROM concern_parties WHERE organisation_id = $1`},
		"relations":   {"1", `SELECT count(*)::text FROM district_relations WHERE organisation_id = $1`},
		"duties":      {"1", `SELECT count(*)::text FROM district_duties WHERE organisation_id = $1`},
		"letters":     {"6", `SELECT count(*)::text FROM ask_letters WHERE organisation_id = $1`},
		"invitations": {"fælles@example.org,ny@example.org", `SELECT email FROM invitations WHERE organisation_id = $1 ORDER BY 1`},
	} {
		if got := strings.Join(b.list(c.sql, into.ID), ","); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	// Old links lead on, also those of what had become part of it before.
	for _, slug := range []string{from.Slug, "aeldre"} {
		if o, err := b.s.BySlug(t.Context(), authz.Nobody, slug); err != nil || o.Slug != into.Slug {
			t.Errorf("%s leads to %s, %v", slug, o.Slug, err)
		}
	}
	if b.audited("organisation.merged") != 1 || b.audited("organisation.took_in") != 1 {
		t.Error("nothing is written down")
	}
	if err := b.s.Merge(t.Context(), boss, from.ID, into.ID, m.Stamp); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second press: %v", err)
	}
}

// TestNothingThatPointsAtAnOrganisationIsForgotten fails when a table begins to
// point at organisations: say in merge.go what becomes of it, then here.
func TestNothingThatPointsAtAnOrganisationIsForgotten(t *testing.T) {
	b := setUp(t)
	got := b.list(`SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'organisations'::regclass ORDER BY 1`)
	want := []string{"ask_letters", "ask_organisations", "cafe_hosts", "concern_parties", "district_duties", "district_relations", "hands", "initiative_parties", "inquiries", "inquiry_organisations", "invitations", "offers",
		"organisation_active_links", "organisation_districts", "organisation_notes", "organisation_people", "organisations", "workshop_invitees"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	b := setUp(t)
	north, south := b.district("nord"), b.district("syd")
	a, c := b.create(full("Klub A", north), true), b.create(full("Klub C", south), true)
	waiting, refused, shut := b.create(full("Venter", north), false), b.create(full("Afvist", north), false), b.create(full("Lukket", north), true)
	if err := b.s.Decline(t.Context(), boss, refused.ID, "x"); err != nil {
		t.Fatal(err)
	}
	if err := b.s.Suspend(t.Context(), boss, shut.ID, "x"); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		actor      authz.Actor
		from, into Ref
		kind       fault.Kind
	}{
		"into itself":         {boss, a, a, fault.Invalid},
		"into one that waits": {boss, a, waiting, fault.Conflict},
		"into one refused":    {boss, a, refused, fault.Conflict},
		"into one shut out":   {boss, a, shut, fault.Conflict},
		"one refused":         {boss, refused, a, fault.Conflict},
		"not both theirs":     {coordinator(north), a, c, fault.Forbidden},
		"by a partner":        {partner(a.ID, true), a, c, fault.Forbidden},
	} {
		if _, err := b.s.Merging(t.Context(), c.actor, c.from.ID, c.into.Slug); !fault.Is(err, c.kind) {
			t.Errorf("%s is shown: %v", what, err)
		}
		if err := b.s.Merge(t.Context(), c.actor, c.from.ID, c.into.ID, "x"); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, from := range []Ref{waiting, shut} {
		m, err := b.s.Merging(t.Context(), coordinator(north), from.ID, a.Slug)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.s.Merge(t.Context(), coordinator(north), from.ID, a.ID, m.Stamp); err != nil {
			t.Errorf("%s: %v", from.Slug, err)
		}
	}
}

func TestTwoMergesInOppositeDirections(t *testing.T) {
	b := setUp(t)
	for round := range 5 {
		x, y := b.create(full(fmt.Sprint("X ", round)), true), b.create(full(fmt.Sprint("Y ", round)), true)
		there, err := b.s.Merging(t.Context(), boss, x.ID, y.Slug)
		if err != nil {
			t.Fatal(err)
		}
		back, err := b.s.Merging(t.Context(), boss, y.ID, x.Slug)
		if err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = b.s.Merge(context.Background(), boss, x.ID, y.ID, there.Stamp) })
		wg.Go(func() { errs[1] = b.s.Merge(context.Background(), boss, y.ID, x.ID, back.Stamp) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[1], fault.Conflict) {
			t.Errorf("round %d: %v, %v", round, errs[0], errs[1])
		}
	}
}
