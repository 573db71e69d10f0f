package board

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
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

type bench struct {
	t           *testing.T
	db          *pg.DB
	s           *Service
	now         time.Time
	queries     atomic.Int64
	here, there uuid.UUID // districts
	club        uuid.UUID // works here
	boss        authz.Actor
	mine        authz.Actor // coordinator here
	other       authz.Actor // coordinator there
}

func (b *bench) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	b.queries.Add(1)
	return ctx
}
func (b *bench) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func setUp(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{t: t, now: noon}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return b.now }, Tracer: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.db, b.s = db, New(db)
	b.here, b.there = b.district("herby"), b.district("derby")
	b.club = b.organisation("klubben", noon, b.here)
	b.boss = b.staff(authz.Administrator)
	b.mine, b.other = b.staff(authz.Coordinator, b.here), b.staff(authz.Coordinator, b.there)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) district(slug string) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2, initcap($2), $3, $3)`, id, slug, noon)
	// So that nothing is asked of it each quarter.
	b.exec(`INSERT INTO district_strengths (id, district_id, position, body, said_on, added_at) VALUES (gen_random_uuid(), $1, 0, 'Her er godt', '2099-01-01', $2)`, id, noon)
	return id
}

func (b *bench) organisation(slug string, since time.Time, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, $2, initcap($2), 'association', 'approved', $3, $3, $3)`, id, slug, since)
	for _, d := range districts {
		b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, id, d)
	}
	return id
}

func (b *bench) staff(role authz.Role, districts ...uuid.UUID) authz.Actor {
	id := uuid.New()
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@stab.example', 'Prøve', $2, 'x', now(), now())`, id, role.String())
	return authz.Actor{Role: role, AccountID: id, Districts: districts}
}

// ask is an open one of the coordinator here, with its last day.
func (b *bench) ask(title string, answerBy time.Time, districts ...uuid.UUID) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, author_id, status, opened_at, created_at, updated_at)
		VALUES ($1, $2, 'x', $3, false, 'x', 'x@post.example', $4, 'open', $5, $5, $5)`, id, title, answerBy, b.mine.AccountID, noon.AddDate(0, -1, 0))
	for _, d := range districts {
		b.exec(`INSERT INTO ask_districts VALUES ($1, $2)`, id, d)
	}
	return id
}

// hand is a yes of the club, a no, or a person's.
func (b *bench) hand(ask uuid.UUID, organisation *uuid.UUID, answer string, at time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO hands (id, ask_id, organisation_id, answer, name, locale, via, answered_at) VALUES ($1, $2, $3, $4, 'Åse Prøve', 'da', 'public', $5)`, id, ask, organisation, answer, at)
	return id
}

// date is one of a café here that misses two helpers.
func (b *bench) date(slug string, at time.Time) (date, place uuid.UUID) {
	cafe := uuid.New()
	date, place = uuid.New(), uuid.New()
	b.exec(`INSERT INTO cafes (id, slug, name, district_id, venue, address, starts, ends, created_at, updated_at)
		VALUES ($1, $2, initcap($2), $3, 'Huset', 'Vej 1', '16:00', '18:00', now(), now())`, cafe, slug, b.here)
	b.exec(`INSERT INTO occasions (id, cafe_id, on_date, starts_at, ends_at, closes_at) VALUES ($1, $2, ($3::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date, $3, $3::timestamptz + interval '2 hours', $3)`, date, cafe, at)
	b.exec(`INSERT INTO occasion_places (id, occasion_id, key, kind, capacity, minimum, taken) VALUES ($1, $2, 'host', 'host', 4, 3, 1), (gen_random_uuid(), $2, 'guest', 'guest', 20, 5, 0)`, place, date)
	return date, place
}

func (b *bench) offer(title string, askedAt *time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, confirmed_at, asked_at, created_at, updated_at)
		VALUES ($1, $2, $3, 'x', 'help', 'published', $4, $4, $5, $4, $4)`, id, b.club, title, noon.AddDate(0, -7, 0), askedAt)
	b.exec(`INSERT INTO offer_districts VALUES ($1, $2)`, id, b.here)
	return id
}

func (b *bench) rows(actor authz.Actor, f Filter) []Row {
	b.t.Helper()
	list, err := b.s.Rows(context.Background(), actor, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// shown are the rows in short: "1 hand Flyttehjælp".
func (b *bench) shown(actor authz.Actor) string {
	b.t.Helper()
	var s []string
	for _, r := range b.rows(actor, Filter{}) {
		s = append(s, fmt.Sprintf("%d %s %s", r.Urgency, r.Kind, r.Title))
	}
	return strings.Join(s, ", ")
}

// becomes looks at the board of the coordinator here; the one elsewhere never
// has the row.
func (b *bench) becomes(when, want string) {
	b.t.Helper()
	if got := b.shown(b.mine); got != want {
		b.t.Errorf("%s: %q, want %q", when, got, want)
	}
	if got := b.shown(b.other); got != "" {
		b.t.Errorf("%s, elsewhere: %q", when, got)
	}
	if got := b.shown(b.boss); got != want {
		b.t.Errorf("%s, for an administrator: %q, want %q", when, got, want)
	}
}

func TestAHandThatNobodyAnswers(t *testing.T) {
	b := setUp(t)
	ask := b.ask("Flyttehjælp", noon.AddDate(0, 0, 9), b.here)
	b.becomes("before anybody answers", "")
	hand := b.hand(ask, &b.club, "yes", noon.AddDate(0, 0, -5))
	b.hand(ask, nil, "no", noon.AddDate(0, 0, -9))
	b.becomes("after five days to the minute", "")
	b.now = noon.Add(time.Second)
	b.becomes("after five days", "1 hand Flyttehjælp")
	r := b.rows(b.mine, Filter{})[0]
	if r.ID != hand || r.Detail != "Klubben" || !r.At.Equal(noon.AddDate(0, 0, -5)) || !slices.Equal(r.Districts, []string{"Herby"}) ||
		r.Path != "/stab/opraab/"+ask.String()+"?haand="+hand.String()+"#f-hands" {
		t.Errorf("%+v", r)
	}
	b.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x'`)
	b.becomes("suspended", "")
	b.exec(`UPDATE organisations SET status = 'approved', suspended_at = NULL, suspend_reason = ''`)
	b.becomes("lifted", "1 hand Flyttehjælp")
	b.exec(`UPDATE hands SET reply = 'thanked', replied_at = now()`)
	b.becomes("answered", "")
	b.exec(`UPDATE hands SET reply = NULL, replied_at = NULL`)
	b.exec(`UPDATE asks SET status = 'closed', outcome = 'partly', closed_at = $1`, noon.AddDate(0, 0, -1))
	b.becomes("told how it ended", "")
	b.exec(`UPDATE asks SET closed_at = $1`, noon.AddDate(0, 0, -6))
	b.becomes("raised after the end", "1 hand Flyttehjælp")
	// Of a person no name is on the board.
	b.exec(`UPDATE hands SET organisation_id = NULL WHERE answer = 'yes'`)
	if r := b.rows(b.mine, Filter{})[0]; r.Detail != "" {
		t.Errorf("%+v", r)
	}
	// An ask to chosen organisations in no district is its author's.
	b.exec(`DELETE FROM ask_districts`)
	b.becomes("in no district", "1 hand Flyttehjælp")
}

func TestAnOrganisationThatWaits(t *testing.T) {
	b := setUp(t)
	b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL, created_at = $1`, noon.AddDate(0, 0, -1))
	b.becomes("the day after", "2 waiting Klubben")
	if r := b.rows(b.mine, Filter{})[0]; r.Path != "/stab/samarbejdspartnere/klubben" || !r.At.Equal(noon.AddDate(0, 0, -1)) {
		t.Errorf("%+v", r)
	}
	b.now = noon.AddDate(0, 0, 7)
	b.becomes("after a week", "1 waiting Klubben")
	b.exec(`UPDATE organisations SET status = 'approved', decided_at = $1`, noon)
	b.becomes("approved", "")
	b.exec(`UPDATE organisations SET status = 'declined', decline_reason = 'x'`)
	b.becomes("declined", "")
	// One that works everywhere is on everybody's board.
	b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL`)
	b.exec(`DELETE FROM organisation_districts`)
	if got := b.shown(b.other); got != "1 waiting Klubben" {
		t.Errorf("elsewhere: %q", got)
	}
}

func TestACafeBelowItsMinimum(t *testing.T) {
	b := setUp(t)
	at := time.Date(2026, 12, 7, 15, 30, 0, 0, time.UTC)
	date, place := b.date("cafe-her", at)
	b.becomes("more than fourteen days before", "")
	b.now = at.AddDate(0, 0, -14).Add(time.Minute)
	b.becomes("within fourteen days", "2 hosts Cafe-Her")
	if r := b.rows(b.mine, Filter{})[0]; r.Number != 2 || r.Path != "/stab/cafeer/cafe-her/2026-12-07" || !r.At.Equal(at) {
		t.Errorf("%+v", r)
	}
	b.now = at.AddDate(0, 0, -3).Add(time.Minute)
	b.becomes("within three days", "1 hosts Cafe-Her")
	b.exec(`UPDATE occasions SET cancelled_at = now(), cancel_reason = 'x' WHERE id = $1`, date)
	b.becomes("called off", "")
	b.exec(`UPDATE occasions SET cancelled_at = NULL, cancel_reason = '' WHERE id = $1`, date)
	b.exec(`UPDATE occasion_places SET taken = 3 WHERE id = $1`, place)
	b.becomes("enough have come", "")
	b.exec(`UPDATE occasion_places SET taken = 2 WHERE id = $1`, place)
	b.now = at
	b.becomes("when it has begun", "")
}

func TestAnAskPastItsLastDay(t *testing.T) {
	b := setUp(t)
	ask := b.ask("Flyttehjælp", time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), b.here)
	end := time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC) // midnight in Denmark
	b.now = end.Add(-time.Second)
	b.becomes("on its last day", "")
	b.now = end
	b.becomes("the day after", "2 over Flyttehjælp")
	if r := b.rows(b.mine, Filter{})[0]; r.Path != "/stab/opraab/"+ask.String()+"#luk" || !r.At.Equal(end) {
		t.Errorf("%+v", r)
	}
	b.now = end.AddDate(0, 0, 8)
	b.becomes("a week later", "1 over Flyttehjælp")
	b.exec(`UPDATE asks SET answer_by = '2026-12-24'`)
	b.becomes("with more time", "")
	b.exec(`UPDATE asks SET answer_by = '2026-11-27', status = 'closed', outcome = 'partly', closed_at = now()`)
	b.becomes("closed", "")
}

func TestAnOfferThatFades(t *testing.T) {
	b := setUp(t)
	asked := noon.AddDate(0, 0, -1)
	b.offer("Sikkert", nil)
	b.becomes("confirmed", "")
	id := b.offer("Et lokale", &asked)
	b.becomes("asked about", "3 offer Et lokale")
	if r := b.rows(b.mine, Filter{})[0]; r.Detail != "Klubben" || r.Path != "/stab/tilbud/"+id.String() || !r.At.Equal(asked) {
		t.Errorf("%+v", r)
	}
	b.exec(`UPDATE offers SET reminded = 2 WHERE id = $1`, id)
	b.becomes("left out of matching", "2 offer Et lokale")
	b.exec(`UPDATE offers SET status = 'paused' WHERE id = $1`, id)
	b.becomes("paused", "")
	b.exec(`UPDATE offers SET status = 'published', asked_at = NULL, reminded = 0 WHERE id = $1`, id)
	b.becomes("confirmed again", "")
}

func TestEditsThatNobodyHasLookedAt(t *testing.T) {
	b := setUp(t)
	b.exec(`UPDATE organisations SET edited_at = $1, before_edits = jsonb_build_object('Name', 'Klubben', 'Districts', jsonb_build_array($2::text))`, noon, b.here.String())
	b.becomes("edited", "3 edits Klubben")
	// It has moved: both districts' staff look at it.
	b.exec(`UPDATE organisation_districts SET district_id = $1`, b.there)
	if mine, other := b.shown(b.mine), b.shown(b.other); mine != "3 edits Klubben" || other != mine {
		t.Errorf("moved: %q and %q", mine, other)
	}
	b.exec(`UPDATE organisations SET before_edits = jsonb_build_object('Districts', NULL)`)
	if mine := b.shown(b.mine); mine != "3 edits Klubben" {
		t.Errorf("before that everywhere: %q", mine)
	}
	b.exec(`UPDATE organisations SET edited_at = NULL, before_edits = NULL`)
	if b.shown(b.mine)+b.shown(b.other) != "" {
		t.Error("looked at, and still there")
	}
}

func TestASilentPartner(t *testing.T) {
	b := setUp(t)
	b.now = noon.AddDate(0, 6, 0)
	b.becomes("for six months to the day", "")
	b.now = noon.AddDate(0, 6, 1)
	b.becomes("for more than six months", "3 silent Klubben")
	if r := b.rows(b.mine, Filter{})[0]; r.Path != "/stab/samarbejdspartnere/klubben/samarbejdet" || !r.At.Equal(noon) {
		t.Errorf("%+v", r)
	}
	// A letter without an answer is no sign of life; a note is.
	ask := b.ask("Flyttehjælp", noon.AddDate(1, 0, 0), b.here)
	b.exec(`INSERT INTO ask_letters (id, ask_id, organisation_id, email, locale, created_at, sent_at) VALUES (gen_random_uuid(), $1, $2, 'k@post.example', 'da', $3, $3)`, ask, b.club, b.now)
	b.becomes("asked", "3 silent Klubben")
	b.exec(`INSERT INTO organisation_notes (id, organisation_id, on_date, contact, body, created_at) VALUES (gen_random_uuid(), $1, $2::date, 'phone', 'x', now())`, b.club, b.now)
	b.becomes("we spoke", "")
}

// What a resident contributes waits for staff; a question for its organisation
// first.
func TestWhatAResidentWrote(t *testing.T) {
	b := setUp(t)
	add := func(kind, title string, organisation, district *uuid.UUID) uuid.UUID {
		id := uuid.New()
		b.exec(`INSERT INTO inquiries (id, kind, organisation_id, district_id, title, email, locale, share, created_at, waits_since, touched_at)
			VALUES ($1, $2, $3, $4, $5, 'beboer@post.example', 'da', false, $6, $6, $6)`, id, kind, organisation, district, title, noon)
		return id
	}
	gift := add("contribution", "Jeg kan lappe cykler", nil, &b.here)
	b.becomes("contributed", "2 inquiry Jeg kan lappe cykler")
	if r := b.rows(b.mine, Filter{})[0]; r.Path != "/stab/bidrag/"+gift.String() || !r.At.Equal(noon) || r.Detail != "" {
		t.Errorf("%+v", r)
	}
	b.now = noon.AddDate(0, 0, 5).Add(time.Second)
	b.becomes("after five days", "1 inquiry Jeg kan lappe cykler")
	b.exec(`UPDATE inquiries SET waits_since = NULL, answered = true`)
	b.becomes("answered", "")
	b.now = noon
	add("question", "", &b.club, nil)
	b.becomes("asked of an organisation", "")
	b.now = noon.AddDate(0, 0, 5).Add(time.Second)
	b.becomes("which has not answered for five days", "1 inquiry Klubben")
	b.exec(`UPDATE inquiries SET waits_since = NULL, closed_at = now()`)
	b.becomes("closed", "")
}

// The most urgent stands first; of a kind only so many are shown, with how many
// there are; and a district narrows it.
func TestTheBoardIsInOrder(t *testing.T) {
	b := setUp(t)
	for i := range 11 {
		b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL WHERE id = $1`, b.organisation(fmt.Sprintf("ny-%02d", i), noon.AddDate(0, 0, -i), b.here))
	}
	b.ask("Forbi", noon.AddDate(0, 0, -2), b.there)
	b.organisation("overalt", noon.AddDate(-1, 0, 0))
	b.ask("Udsendt", noon.AddDate(0, 0, -2), b.here)
	rows := b.rows(b.boss, Filter{})
	if len(rows) != MostOfAKind+3 || rows[0].Of != 11 || rows[0].Title != "Ny-10" || rows[0].Urgency != Today {
		t.Fatalf("%d rows, first %+v", len(rows), rows[0])
	}
	if !slices.IsSortedFunc(rows, func(x, y Row) int { return int(x.Urgency - y.Urgency) }) || rows[len(rows)-1].Kind != Silent {
		t.Errorf("not by urgency: %+v", rows)
	}
	var there []string
	for _, r := range b.rows(b.boss, Filter{District: "derby"}) {
		there = append(there, r.Title)
	}
	if !slices.Equal(there, []string{"Forbi", "Overalt"}) {
		t.Errorf("in one district: %q", there)
	}
	if got := b.rows(b.boss, Filter{District: "findes-ikke"}); len(got) != 1 || got[0].Title != "Overalt" {
		t.Errorf("in none: %+v", got)
	}
	if got := b.rows(b.boss, Filter{District: "';--"}); got != nil {
		t.Errorf("by no slug: %+v", got)
	}
	if got := b.rows(b.mine, Filter{Kind: Waiting}); len(got) != 11 || got[10].Kind != Waiting {
		t.Errorf("%d rows when all of a kind are wanted", len(got))
	}
	if got := b.rows(b.mine, Filter{Kind: "hvad"}); len(got) != 0 {
		t.Errorf("of no kind: %+v", got)
	}
}

// However much there is to do, it is one question.
func TestTheBoardIsOneQuestion(t *testing.T) {
	b := setUp(t)
	b.ask("Forbi", noon.AddDate(0, 0, -2), b.here)
	b.rows(b.boss, Filter{})
	before := b.queries.Load()
	b.rows(b.boss, Filter{})
	if n := b.queries.Load() - before; n != 1 {
		t.Errorf("%d questions", n)
	}
}

func TestTheBoardIsForStaff(t *testing.T) {
	b := setUp(t)
	for _, actor := range []authz.Actor{authz.Nobody, {Role: authz.Resident}, {Role: authz.Partner, AccountID: uuid.New(), Organisations: []authz.Membership{{OrganisationID: b.club, Contact: true}}}} {
		if _, err := b.s.Rows(t.Context(), actor, Filter{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", actor.Role, err)
		}
	}
	// A coordinator without districts has what is for everybody, and their own.
	b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL`)
	alone := b.staff(authz.Coordinator)
	if got := b.shown(alone); got != "" {
		t.Errorf("without districts: %q", got)
	}
}
