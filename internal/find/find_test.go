package find

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/search"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

type bench struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	queries     atomic.Int64
	here, there uuid.UUID // districts
	club, other uuid.UUID // organisations
	who         map[string]authz.Actor
}

func (b *bench) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	b.queries.Add(1)
	return ctx
}
func (b *bench) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func setUp(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return noon }, Tracer: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.db, b.s = db, New(db)
	b.here, b.there = b.district("herby", ""), b.district("derby", "")
	b.club, b.other = b.organisation("klubben", "approved", "", b.here), b.organisation("foreningen", "approved", "", b.there)
	partner := func(of uuid.UUID) authz.Actor {
		return authz.Actor{Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: of}}}
	}
	b.who = map[string]authz.Actor{
		"anybody": authz.Nobody, "resident": {Role: authz.Resident},
		"partner": partner(b.club), "other partner": partner(b.other),
		"coordinator here":  {Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{b.here}},
		"coordinator there": {Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{b.there}},
		"administrator":     {Role: authz.Administrator, AccountID: uuid.New()},
	}
	for _, who := range []string{"partner", "other partner", "coordinator here", "coordinator there", "administrator"} {
		b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
			VALUES ($1, $1::uuid::text || '@stab.example', 'Prøve', $2, 'x', now(), now())`, b.who[who].AccountID, b.who[who].Role.String())
	}
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) district(slug, intro string) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO districts (id, slug, name, intro, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $4, $4)`, id, slug, intro, noon)
	return id
}

func (b *bench) organisation(slug, status, about string, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, about, status, decided_at, suspended_at, suspend_reason, decline_reason, merged_into, created_at, updated_at)
		VALUES ($1, $2, initcap($2), 'association', $4, $3, CASE WHEN $3 <> 'pending' THEN $5::timestamptz END, CASE WHEN $3 = 'suspended' THEN $5::timestamptz END,
			CASE WHEN $3 = 'suspended' THEN 'x' ELSE '' END, CASE WHEN $3 = 'declined' THEN 'x' ELSE '' END,
			CASE WHEN $3 = 'merged' THEN (SELECT id FROM organisations LIMIT 1) END, $5::timestamptz, $5::timestamptz)`, id, slug, status, about, noon)
	for _, d := range districts {
		b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, id, d)
	}
	return id
}

func (b *bench) offer(of uuid.UUID, title, status string, reminded int, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, reminded, asked_at, published_at, confirmed_at, created_at, updated_at)
		VALUES ($1, $2, $3, 'Vi hjælper gerne.', 'help', $4, $5::int, CASE WHEN $5::int > 0 THEN $6::timestamptz END, $6::timestamptz, $6::timestamptz, $6::timestamptz, $6::timestamptz)`, id, of, title, status, reminded, noon)
	for _, d := range districts {
		b.exec(`INSERT INTO offer_districts VALUES ($1, $2)`, id, d)
	}
	return id
}

func (b *bench) ask(title, status string, public bool, author *uuid.UUID, to []uuid.UUID, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, author_id, status, outcome, opened_at, closed_at, created_at, updated_at)
		VALUES ($1, $2, 'Vi mangler en hånd.', $6::timestamptz, $3, 'x', 'x@post.example', $4, $5, CASE WHEN $5 = 'closed' THEN 'fulfilled' END,
			CASE WHEN $5 <> 'draft' THEN $6::timestamptz END, CASE WHEN $5 = 'closed' THEN $6::timestamptz END, $6::timestamptz, $6::timestamptz)`, id, title, public, author, status, noon)
	for _, d := range districts {
		b.exec(`INSERT INTO ask_districts VALUES ($1, $2)`, id, d)
	}
	for _, o := range to {
		b.exec(`INSERT INTO ask_letters (id, ask_id, organisation_id, email, locale, created_at) VALUES (gen_random_uuid(), $1, $2, $2::uuid::text || '@post.example', 'da', $3)`, id, o, noon)
	}
	return id
}

func (b *bench) initiative(slug string, public bool, parties ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, created_at, updated_at)
		VALUES ($1, $2, $2, 'general', 'idea', 'staff', 'Vi mødes.', CASE WHEN $3::boolean THEN $4::timestamptz END, $4::timestamptz, $4::timestamptz)`, id, slug, public, noon)
	for _, o := range parties {
		b.exec(`INSERT INTO initiative_parties (id, initiative_id, organisation_id, invited_at) VALUES (gen_random_uuid(), $1, $2, $3)`, id, o, noon)
	}
	return id
}

func (b *bench) inquiry(kind, title string, organisation, district *uuid.UUID, passed ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO inquiries (id, kind, organisation_id, district_id, title, name, email, locale, share, created_at, touched_at)
		VALUES ($1, $2, $3, $4, $5, 'Grethe Hemmelig', 'grethe@post.example', 'da', false, $6, $6)`, id, kind, organisation, district, title, noon)
	for _, o := range passed {
		b.exec(`INSERT INTO inquiry_organisations VALUES ($1, $2, $3)`, id, o, noon)
	}
	return id
}

func (b *bench) say(inquiry uuid.UUID, body string) {
	b.exec(`INSERT INTO inquiry_messages (id, inquiry_id, sender, body, at) VALUES (gen_random_uuid(), $1, 'resident', $2, $3)`, inquiry, body, noon)
}

func (b *bench) concern(place, pattern string, district uuid.UUID, parties ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO concerns (id, kind, district_id, place, pattern, source, seen_on, created_at, updated_at)
		VALUES ($1, 'concern', $2, $3, $4, 'staff', '2026-11-01', $5, $5)`, id, district, place, pattern, noon)
	for _, o := range parties {
		b.exec(`INSERT INTO concern_parties VALUES ($1, $2, $3)`, id, o, noon)
	}
	return id
}

func (b *bench) cafe(slug, name, about string) {
	b.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, about, starts, ends, created_at, updated_at)
		VALUES (gen_random_uuid(), $1, $2, $3, 'Huset', 'Vej 1', $4, '16:00', '18:00', now(), now())`, slug, name, b.here, about)
}

func (b *bench) search(who, words string) Found {
	b.t.Helper()
	f, err := b.s.Search(b.t.Context(), b.who[who], words)
	if err != nil {
		b.t.Fatalf("%s looks for %q: %v", who, words, err)
	}
	return f
}

// paths are where the hits lead, in the order of the kinds that had them.
func paths(f Found) (list []string) {
	for _, g := range f.Groups {
		for _, h := range g.Hits {
			list = append(list, h.Path)
		}
	}
	return list
}

func TestWhoFindsWhat(t *testing.T) {
	b := setUp(t)
	boss := b.who["administrator"].AccountID
	mine := b.who["coordinator here"].AccountID
	const (
		everybody = "anybody, resident, partner, other partner, coordinator here, coordinator there, administrator"
		staff     = "coordinator here, coordinator there, administrator"
		here      = "coordinator here, administrator"
	)
	at := func(format string, id uuid.UUID) string { return fmt.Sprintf(format, id) }
	type finders map[string]string // path → who
	want := finders{}

	b.district("ginkgoby", "")
	b.exec(`INSERT INTO district_strengths (id, district_id, position, body) VALUES (gen_random_uuid(), $1, 1, 'Vi har en ginkgo.')`, b.there)
	b.exec(`UPDATE districts SET housing_areas = '{Ginkgoparken}' WHERE id = $1`, b.here)
	want["/bydele/ginkgoby"], want["/bydele/derby"], want["/bydele/herby"] = everybody, everybody, everybody

	b.organisation("o-godkendt", "approved", "Ginkgo")
	b.organisation("o-venter", "pending", "Ginkgo", b.here)
	b.organisation("o-venter-der", "pending", "Ginkgo", b.there)
	b.organisation("o-venter-alle", "pending", "Ginkgo")
	b.organisation("o-lukket", "suspended", "Ginkgo", b.here)
	b.organisation("o-nej", "declined", "Ginkgo", b.here)
	b.organisation("o-samlet", "merged", "Ginkgo", b.here)
	want["/samarbejdspartnere/o-godkendt"] = everybody
	want["/stab/samarbejdspartnere/o-venter"], want["/stab/samarbejdspartnere/o-lukket"] = here, here
	want["/stab/samarbejdspartnere/o-venter-der"] = "coordinator there, administrator"
	want["/stab/samarbejdspartnere/o-venter-alle"] = staff

	closed := b.organisation("lukket", "suspended", "", b.here)
	want[at("/tilbud/%s", b.offer(b.other, "Ginkgo", "published", 0))] = everybody
	b.offer(b.other, "Ginkgo", "withdrawn", 0)
	own := b.offer(b.club, "Ginkgo", "draft", 0, b.here)
	want[at("/partner/tilbud/%s/se", own)] = "partner"
	own = b.offer(b.club, "Ginkgo", "paused", 0, b.here)
	want[at("/partner/tilbud/%s/se", own)], want[at("/stab/tilbud/%s", own)] = "partner", here
	own = b.offer(b.club, "Ginkgo", "published", 3, b.here)
	want[at("/partner/tilbud/%s/se", own)], want[at("/stab/tilbud/%s", own)] = "partner", here
	want[at("/stab/tilbud/%s", b.offer(closed, "Ginkgo", "published", 0, b.here))] = here

	open := b.ask("Ginkgo", "open", true, &boss, []uuid.UUID{b.club}, b.here)
	want[at("/opraab/%s", open)] = "anybody, resident, other partner, coordinator there"
	want[at("/partner/opraab/%s", open)], want[at("/stab/opraab/%s", open)] = "partner", here
	sent := b.ask("Ginkgo", "open", false, &boss, []uuid.UUID{b.club}, b.here)
	want[at("/partner/opraab/%s", sent)], want[at("/stab/opraab/%s", sent)] = "partner", here
	over := b.ask("Ginkgo", "closed", true, &boss, []uuid.UUID{b.other}, b.there)
	want[at("/partner/opraab/%s", over)], want[at("/stab/opraab/%s", over)] = "other partner", "coordinator there, administrator"
	want[at("/stab/opraab/%s", b.ask("Ginkgo", "draft", true, &mine, []uuid.UUID{b.club}))] = here

	b.cafe("ginkgocafeen", "Ginkgocafeen", "")
	want["/cafeer/ginkgocafeen"] = everybody

	b.initiative("ginkgo-alle", true)
	b.initiative("ginkgo-skjult", false, b.club)
	want["/initiativer/ginkgo-alle"], want["/initiativer/ginkgo-skjult"] = everybody, "partner, "+staff

	for slug, public := range map[string]bool{"svar-alle": true, "svar-skjult": false} {
		b.exec(`INSERT INTO answers (id, initiative_id, said, decided, decided_by, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'Plant en ginkgo', 'Ja', 'Gruppen', now(), now())`, b.initiative(slug, public))
	}
	want["/initiativer/svar-alle"], want["/initiativer/svar-skjult"] = everybody, staff

	talk := b.inquiry("contribution", "Jeg har noget", nil, &b.here, b.other)
	b.say(talk, "Det er en ginkgo.")
	want[at("/stab/bidrag/%s", talk)], want[at("/partner/bidrag/%s", talk)] = here, "other partner"
	talk = b.inquiry("question", "Ginkgo?", &b.club, nil)
	want[at("/stab/bidrag/%s", talk)], want[at("/partner/bidrag/%s", talk)] = here, "partner"
	want[at("/stab/bidrag/%s", b.inquiry("contribution", "Ginkgo", nil, nil))] = staff
	b.exec(`UPDATE inquiries SET forgotten_at = now() WHERE id = $1`, b.inquiry("contribution", "Ginkgo", nil, &b.here))

	note := b.concern("Pladsen", "Der står en ginkgo", b.here, b.other)
	want[at("/stab/bekymringer/%s", note)], want[at("/partner/bekymringer/%s", note)] = staff, "other partner"
	note = b.concern("", "Noget andet", b.there)
	b.exec(`INSERT INTO concern_observations (id, concern_id, on_date, body, created_at) VALUES (gen_random_uuid(), $1, '2026-11-01', 'Nu er der ginkgo', now())`, note)
	want[at("/stab/bekymringer/%s", note)] = staff

	workshop := func(title, about string, of uuid.UUID, open bool, days int) uuid.UUID {
		id := uuid.New()
		b.exec(`INSERT INTO workshops (id, `+about+`, title, starts_at, ends_at, place, open, created_at, updated_at)
			VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz + interval '2 hours', 'Huset', $5, $4::timestamptz, $4::timestamptz)`, id, of, title, noon.AddDate(0, 0, days), open)
		return id
	}
	run := workshop("Ginkgo", "district_id", b.here, true, 1)
	want[at("/workshops/%s", run)], want[at("/workshops/%s/kom-med", run)] = here, "anybody, resident, partner, other partner, coordinator there"
	want[at("/workshops/%s", workshop("Ginkgo", "district_id", b.here, true, -1))] = here
	want[at("/workshops/%s", workshop("Ginkgo", "district_id", b.there, false, 1))] = "coordinator there, administrator"
	shaped := b.initiative("uden-navn", false, b.club)
	b.exec(`UPDATE initiative_parties SET joined_at = invited_at, contribution = 'Vi er med' WHERE initiative_id = $1`, shaped)
	want[at("/workshops/%s", workshop("Ginkgo", "initiative_id", shaped, true, 1))] = "partner, " + staff

	shut := map[string]bool{"/cafeer/ginkgocafeen": false, "/initiativer/ginkgo-skjult": true, "/initiativer/ginkgo-alle": false, at("/stab/opraab/%s", open): false, at("/stab/opraab/%s", sent): true}
	for who, actor := range b.who {
		got := []string{}
		for _, kind := range Kinds() {
			p, err := b.s.Of(t.Context(), actor, kind, "ginkgo", 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range p.Hits {
				got = append(got, h.Path)
				if hidden, known := shut[h.Path]; known && hidden != h.Hidden {
					t.Errorf("%s: %s is hidden: %v", who, h.Path, h.Hidden)
				}
			}
		}
		for path, finders := range want {
			if may := slices.Contains(strings.Split(finders, ", "), who); may != slices.Contains(got, path) {
				t.Errorf("%s finds %s: %v, want %v", who, path, !may, may)
			}
		}
		for _, path := range got {
			if want[path] == "" {
				t.Errorf("%s finds %s", who, path)
			}
		}
		// All kinds at once find the same.
		counts := 0
		for _, g := range b.search(who, "ginkgo").Groups {
			counts += g.Count
		}
		if counts != len(got) {
			t.Errorf("%s finds %d of all kinds, %d one by one", who, counts, len(got))
		}
	}
}

func TestAPersonIsNotFound(t *testing.T) {
	b := setUp(t)
	b.say(b.inquiry("contribution", "Kaffe", nil, &b.here, b.club), "Jeg brygger.")
	for who := range b.who {
		for _, words := range []string{"Grethe", "Hemmelig", "grethe@post.example"} {
			if f := b.search(who, words); len(f.Groups) > 0 {
				t.Errorf("%s finds %q: %v", who, words, paths(f))
			}
		}
	}
}

func TestDanishIsFoundAsItIsTyped(t *testing.T) {
	b := setUp(t)
	b.offer(b.club, "Lektiehjælp på Åvej", "published", 0)
	b.initiative("faelles-have", true)
	b.exec(`UPDATE initiatives SET title = 'Fælles have'`)
	b.cafe("syng", "Syngecafé", "Vi låner cykler ud og bager boller. Ved haven.")
	if err := search.Refresh(t.Context(), b.db); err != nil {
		t.Fatal(err)
	}
	for words, marked := range map[string]string{
		"lektiehjælp": "Lektiehjælp", "LEKTIEHJAELP": "Lektiehjælp", "lektiehjælpen": "Lektiehjælp", "lektie": "Lektiehjælp", "aavej": "Åvej",
		"lektijælp": "Lektiehjælp", "syngekafe": "Syngecafé", "fælles have": "Fælles have", "cyklen": "cykler", "bolle": "boller", "kursus boller": "boller", "kursus bolle": "boller",
	} {
		f := b.search("anybody", words)
		if len(f.Groups) != 1 || len(f.Groups[0].Hits) != 1 {
			t.Errorf("%q finds %v", words, paths(f))
			continue
		}
		h := f.Groups[0].Hits[0]
		var met []string
		for _, s := range slices.Concat(h.Title, h.Body) {
			if s.Met {
				met = append(met, s.Text)
			}
		}
		if strings.Join(met, " ") != marked {
			t.Errorf("%q marks %q, want %q", words, met, marked)
		}
		if forgiven := words == "lektijælp" || words == "syngekafe"; forgiven != (f.Forgiven != nil) || f.Some != strings.HasPrefix(words, "kursus") {
			t.Errorf("%q: forgiven %v, some %v", words, f.Forgiven, f.Some)
		}
	}
}

// The dictionary leaves have out, as a verb. Here it is a garden.
func TestAGardenIsFound(t *testing.T) {
	b := setUp(t)
	b.initiative("faelles-have", true)
	b.exec(`UPDATE initiatives SET title = 'Fælles have'`)
	b.cafe("groen", "Grøn café", "Vi sidder i haven.")
	if got := paths(b.search("anybody", "have")); !slices.Equal(got, []string{"/initiativer/faelles-have", "/cafeer/groen"}) {
		t.Errorf("have finds %v", got)
	}
}

func TestGroupsAndTheirOrder(t *testing.T) {
	b := setUp(t)
	b.exec(`INSERT INTO organisations (id, slug, name, kind, about, status, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'kor-' || n, 'Forening ' || n, 'association', 'Vi synger i kor', 'approved', now(), now(), now() FROM generate_series(1, 101) n`)
	b.cafe("korcafeen", "Kor og kaffe", "Kor for alle")
	for range 7 {
		b.offer(b.club, "Musik", "published", 0)
	}
	b.offer(b.club, "Kor", "published", 0)
	f := b.search("anybody", "kor")
	if len(f.Groups) != 3 || f.Groups[0].Kind != Cafe || f.Groups[1].Kind != Offer || f.Groups[2].Kind != Organisation {
		t.Fatalf("the groups are %+v", f.Groups)
	}
	if g := f.Groups[2]; g.Count != Counted || !g.More || len(g.Hits) != Best {
		t.Errorf("of 101: %d, more %v, %d shown", g.Count, g.More, len(g.Hits))
	}
	if g := f.Groups[1]; g.Count != 1 || g.More {
		t.Errorf("of 1: %d, more %v", g.Count, g.More)
	}
	if g := b.search("anybody", "musik").Groups; g[0].Count != 7 || len(g[0].Hits) != Best || g[0].More {
		t.Errorf("of 7: %+v", g)
	}

	seen := map[string]bool{}
	for page := 1; page <= 6; page++ {
		p, err := b.s.Of(t.Context(), authz.Nobody, Organisation, "kor", page)
		if err != nil || p.Pages != 6 || p.Page != page {
			t.Fatalf("page %d: %d of %d, %v", page, p.Page, p.Pages, err)
		}
		for _, h := range p.Hits {
			seen[h.Path] = true
		}
	}
	if len(seen) != 101 {
		t.Errorf("the pages show %d of 101", len(seen))
	}
	if p, err := b.s.Of(t.Context(), authz.Nobody, Organisation, "kor", 7); err != nil || p.Page != 1 || len(p.Hits) != PageSize {
		t.Errorf("past the last page: %+v, %v", p, err)
	}
	if p, err := b.s.Of(t.Context(), authz.Nobody, "nonsense", "kor", 1); err != nil || len(p.Hits) != 0 {
		t.Errorf("a kind there is not: %+v, %v", p, err)
	}
}

func TestOneQuestionForAllKinds(t *testing.T) {
	b := setUp(t)
	b.offer(b.club, "Kor", "published", 0)
	for who := range b.who {
		b.queries.Store(0)
		if f := b.search(who, "kor"); len(f.Groups) == 0 || b.queries.Load() != 1 {
			t.Errorf("%s: %d queries", who, b.queries.Load())
		}
	}
}

func TestWhateverIsTyped(t *testing.T) {
	b := setUp(t)
	b.offer(b.club, "Kaffe og kage", "published", 0)
	for _, words := range []string{"", " ", "\x00", "\xff\xfe", "og", "på og når", `"`, `""`, `"kaffe`, "'", `\`, "%", "_", "&|!:*", "a&|!:*b", ":*", "!", "!!kaffe", "(", ")", "<->", "-", "--", "- -", "- kaffe", "or", "or or", "kaffe or",
		strings.Repeat("kaffe ", 2000), strings.Repeat("x", 10_000), strings.Repeat("a ", 5000), "🙂", "кава", "قهوة", "$1", "{}", "ſ", "İ", "kaffe\x00kage", strings.Repeat(`"`, 100), strings.Repeat("-a ", 60)} {
		if _, err := b.s.Search(t.Context(), authz.Nobody, words); err != nil {
			t.Errorf("%.40q: %v", words, err)
		}
		if _, err := b.s.Of(t.Context(), authz.Nobody, Offer, words, -1); err != nil {
			t.Errorf("%.40q, offers: %v", words, err)
		}
	}
	for _, words := range []string{`"kaffe og kage"`, "kaffe -te", "kaffe\x00kage", "kage & kaffe"} {
		if f := b.search("anybody", words); len(f.Groups) != 1 {
			t.Errorf("%q finds nothing", words)
		}
	}
	for _, words := range []string{"kaffe -kage", "og", "-te", `-"te og kage"`, "og -te"} {
		if f := b.search("anybody", words); len(f.Groups) != 0 {
			t.Errorf("%q finds %v", words, paths(f))
		}
	}
}
