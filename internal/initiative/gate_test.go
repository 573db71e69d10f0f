package initiative

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// world is a district with a club, a choir and two departments in it.
type world struct {
	t                       *testing.T
	db                      *pg.DB
	s                       *Service
	now                     time.Time
	here, there             uuid.UUID
	club, choir             uuid.UUID
	department, other       uuid.UUID
	coordinator, stranger   authz.Actor
	administrator           authz.Actor
	fromClub, fromChoir     authz.Actor
	fromDepartment, fromFar authz.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon, here: uuid.New(), there: uuid.New(), club: uuid.New(), choir: uuid.New(), department: uuid.New(), other: uuid.New()}
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 8, Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w.db, w.s = db, New(db)
	for id, slug := range map[uuid.UUID]string{w.here: "herby", w.there: "derby"} {
		w.exec(`INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, $2::text, $2::text, now(), now())`, id, slug)
	}
	for id, of := range map[uuid.UUID][2]string{w.club: {"klubben", "sports_club"}, w.choir: {"koret", "culture"},
		w.department: {"afdeling-et", "department"}, w.other: {"afdeling-to", "department"}} {
		w.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_name, contact_email, decided_at, created_at, updated_at)
			VALUES ($1, $2::text, $2::text, $3, 'approved', 'Prøve', $2::text || '@post.example', now(), now(), now())`, id, of[0], of[1])
	}
	w.coordinator, w.stranger = w.account(authz.Coordinator), w.account(authz.Coordinator)
	w.coordinator.Districts, w.stranger.Districts = []uuid.UUID{w.here}, []uuid.UUID{w.there}
	w.administrator = w.account(authz.Administrator)
	w.fromClub, w.fromChoir, w.fromDepartment = w.member(w.club), w.member(w.choir), w.member(w.department)
	w.fromFar = w.member(uuid.New())
	return w
}

func (w *world) account(role authz.Role) authz.Actor {
	id := uuid.New()
	w.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@konto.example', 'Kirsten Prøve', $2, 'x', now(), now())`, id, role.String())
	return authz.Actor{Role: role, AccountID: id}
}

func (w *world) member(organisation uuid.UUID) authz.Actor {
	a := w.account(authz.Partner)
	a.Organisations = []authz.Membership{{OrganisationID: organisation}}
	w.exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) SELECT id, $2, false FROM organisations WHERE id = $1`, organisation, a.AccountID)
	return a
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err, fault.FieldsOf(err))
	}
}

// idea begins an initiative here.
func (w *world) idea(kind Kind) uuid.UUID {
	w.t.Helper()
	ref, err := w.s.Create(w.t.Context(), w.coordinator, Input{Title: "Fælles have", Kind: kind, Districts: []uuid.UUID{w.here},
		Words: Words{Purpose: "Et sted at mødes"}})
	w.must(err)
	return ref.ID
}

func (w *world) step(id uuid.UUID, to Status) error {
	return w.s.Step(w.t.Context(), w.coordinator, id, to, "Det lærte vi")
}

func (w *world) join(id, organisation uuid.UUID, contribution string) {
	w.t.Helper()
	_, err := w.s.Invite(w.t.Context(), w.coordinator, id, []uuid.UUID{organisation})
	w.must(err)
	if contribution != "" {
		w.must(w.s.Join(w.t.Context(), w.coordinator, id, w.party(id, organisation), Share{Contribution: contribution}))
		return
	}
	// Somebody who has said yes without saying to what.
	w.exec(`UPDATE initiative_parties SET joined_at = now() WHERE initiative_id = $1 AND organisation_id = $2`, id, organisation)
}

func (w *world) party(id, organisation uuid.UUID) uuid.UUID {
	w.t.Helper()
	for _, p := range w.read(id).Parties {
		if p.OrganisationID == organisation {
			return p.ID
		}
	}
	w.t.Fatal("no such party")
	return uuid.Nil
}

func (w *world) read(id uuid.UUID) Initiative {
	w.t.Helper()
	i, err := byID(w.t.Context(), w.db.Fresh(), id)
	w.must(err)
	return i
}

func (w *world) heard(id uuid.UUID) {
	w.t.Helper()
	w.must(w.s.Record(w.t.Context(), w.coordinator, id, Involvement{HeldOn: date("2026-11-20"), How: AtWorkshop, Residents: 14,
		Said: "Vi vil have bede i børnehøjde", Changed: "Bedene blev lavere", Objections: []Objection{{"Hvem vander?", "Klubben"}}}))
}

// agreed is an initiative that has gone all the way through the gate.
func (w *world) agreed(kind Kind) uuid.UUID {
	w.t.Helper()
	id := w.idea(kind)
	w.join(id, w.club, "Spader")
	w.heard(id)
	w.must(w.step(id, CoCreation))
	w.must(w.step(id, Agreed))
	return id
}

// brokenBy tells which constraint an error of the database names.
func brokenBy(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.ConstraintName
	}
	return fmt.Sprint(err)
}

// Every mixture of what the gate asks for: the form and plain SQL get the same
// answer, and only with everything there is it yes.
func TestNothingIsAgreedWithoutWhatTheGateAsksFor(t *testing.T) {
	for n := range 16 {
		outside, contributions, record, leave := n&1 > 0, n&2 > 0, n&4 > 0, n&8 > 0
		if record && leave {
			continue // the gate needs no opening then
		}
		t.Run(fmt.Sprintf("outside=%v,contributions=%v,record=%v,leave=%v", outside, contributions, record, leave), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.idea(General)
			brings := map[bool]string{true: "Spader og tid"}[contributions]
			w.join(id, w.department, brings)
			if outside {
				w.join(id, w.club, "Frivillige")
			}
			w.must(w.step(id, CoCreation))
			if record {
				w.heard(id)
			}
			if leave {
				w.must(w.s.Open(t.Context(), w.administrator, id, "Lejemålet skal besvares i dag", date("2026-12-20")))
			}
			want := outside && contributions && (record || leave)
			_, bySQL := w.db.Pool().Exec(t.Context(), `
				WITH tried AS (UPDATE initiatives SET status = 'agreed', agreed_at = $2 WHERE id = $1 RETURNING id) SELECT id FROM tried`, id, noon)
			if (bySQL == nil) != want || bySQL != nil && brokenBy(bySQL) != "initiatives_gate" {
				t.Errorf("by SQL: %v", bySQL)
			}
			if want {
				return
			}
			byForm := w.step(id, Agreed)
			fields := fault.FieldsOf(byForm)
			for lack, missing := range map[Lack]bool{LacksOutside: !outside, LacksContributions: !contributions, LacksInvolvement: !record && !leave} {
				if fields.Has(string(lack)) != missing {
					t.Errorf("%s: %v", lack, fields)
				}
			}
			if i := w.read(id); i.Status != CoCreation || i.AgreedAt != nil {
				t.Errorf("it went through: %s", i.Status)
			}
		})
	}
}

// Every pair of states, by form and by plain SQL: only the steps there are lead
// on, and none leads past the gate.
func TestOnlyTheStepsThereAreLeadOn(t *testing.T) {
	for _, kind := range []Kind{General, Pilot} {
		for _, from := range Statuses {
			t.Run(string(kind)+" "+string(from), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				for _, to := range Statuses {
					if from == to {
						continue
					}
					id := w.at(kind, from)
					may := map[Status]bool{}
					for _, next := range w.read(id).Next() {
						may[next] = true
					}
					_, bySQL := w.db.Pool().Exec(t.Context(), `
						UPDATE initiatives SET status = $2::text, ending = 'x', agreed_at = CASE WHEN $2 IN ('agreed', 'running', 'closed') THEN coalesce(agreed_at, $3) ELSE agreed_at END,
							running_at = CASE WHEN $2 IN ('running', 'closed') THEN coalesce(running_at, $3) ELSE running_at END,
							ended_at = CASE WHEN $2 IN ('closed', 'stopped') THEN $3::timestamptz END WHERE id = $1`, id, to, noon)
					if (bySQL == nil) != may[to] {
						t.Errorf("%s → %s by SQL: %v", from, to, bySQL)
					}
					id = w.at(kind, from)
					if err := w.step(id, to); (err == nil) != may[to] {
						t.Errorf("%s → %s: %v", from, to, err)
					}
				}
			})
		}
	}
}

// at is an initiative that came to a state the only way there is.
func (w *world) at(kind Kind, to Status) uuid.UUID {
	id := w.idea(kind)
	w.join(id, w.club, "Spader")
	w.heard(id)
	for _, s := range Statuses[1:] {
		if to == Idea || to == Stopped {
			break
		}
		w.must(w.step(id, s))
		if s == to {
			break
		}
	}
	if to == Stopped {
		w.must(w.step(id, Stopped))
	}
	return id
}

func TestNobodyBeginsPastTheGate(t *testing.T) {
	w := newWorld(t)
	for _, status := range []Status{Agreed, Running, Closed, Stopped} {
		_, err := w.db.Pool().Exec(t.Context(), `
			INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, ending, agreed_at, running_at, ended_at, created_at, updated_at)
			VALUES ($1, $2, 'x', 'pilot', $3, 'staff', 'x', 'x', now(), now(), CASE WHEN $3 IN ('closed', 'stopped') THEN now() END, now(), now())`,
			uuid.New(), "x-"+string(status), status)
		if brokenBy(err) != "initiatives_step" {
			t.Errorf("%s: %v", status, err)
		}
	}
}

// What an agreement rests on cannot be taken away from under it.
func TestWhatWasAgreedOnStands(t *testing.T) {
	for name, c := range map[string]struct{ sql, constraint string }{
		"the record goes":                 {`DELETE FROM involvements`, "involvements_stand"},
		"the record is dated anew":        {`UPDATE involvements SET held_on = '2026-01-01'`, "involvements_stand"},
		"the record moves elsewhere":      {`UPDATE involvements SET initiative_id = gen_random_uuid()`, "involvements_stand"},
		"the objections go":               {`DELETE FROM involvement_objections`, "involvements_stand"},
		"all records go":                  {`TRUNCATE involvements CASCADE`, "involvements_stand"},
		"all parties go":                  {`TRUNCATE initiative_parties CASCADE`, "involvements_stand"},
		"the party goes":                  {`DELETE FROM initiative_parties`, "initiatives_gate"},
		"the party never joined":          {`UPDATE initiative_parties SET joined_at = NULL`, "initiatives_gate"},
		"the party brings nothing":        {`UPDATE initiative_parties SET contribution = ''`, "initiatives_gate"},
		"the party is the town after all": {`UPDATE organisations SET kind = 'department' WHERE slug = 'klubben'`, "initiatives_gate"},
		"the agreement is undated":        {`UPDATE initiatives SET agreed_at = NULL, status = 'cocreation'`, "initiatives_step"},
		"the agreement is dated anew":     {`UPDATE initiatives SET agreed_at = '2020-01-01'`, "initiatives_stand"},
		"the initiative goes":             {`DELETE FROM initiatives`, "initiatives_stand"},
		"somebody joins empty-handed": {`INSERT INTO initiative_parties (id, initiative_id, organisation_id, invited_at, joined_at)
			SELECT gen_random_uuid(), i.id, o.id, now(), now() FROM initiatives i, organisations o WHERE o.slug = 'koret'`, "initiatives_gate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.agreed(General)
			if _, err := w.db.Pool().Exec(t.Context(), c.sql); brokenBy(err) != c.constraint {
				t.Error(err)
			}
		})
	}
}

func TestAPartyThatTheGateNeedsCannotLeave(t *testing.T) {
	w := newWorld(t)
	id := w.agreed(General)
	err := w.s.Leave(t.Context(), w.fromClub, id, w.party(id, w.club))
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Key != "initiatives.rests_on_outside" {
		t.Fatal(err)
	}
	w.join(id, w.choir, "Sang")
	w.must(w.s.Leave(t.Context(), w.fromClub, id, w.party(id, w.club)))
}

func TestARecordIsNeitherAheadOfTimeNorTakenBackOnceItCounts(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	in := Involvement{HeldOn: date("2026-11-24"), How: AtWorkshop, Residents: 3, Said: "x", Changed: "y"}
	if err := w.s.Record(t.Context(), w.coordinator, id, in); !fault.FieldsOf(err).Has("held_on") {
		t.Error(err)
	}
	_, err := w.db.Pool().Exec(t.Context(), `INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, recorded_at)
		VALUES ($1, $2, '2026-11-24', 'cafe', 1, 'x', 'x', $3)`, uuid.New(), id, noon)
	if brokenBy(err) != "involvements_not_ahead" {
		t.Error(err)
	}
	// Half past midnight in Denmark is a day later than in Greenwich.
	w.now = time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	w.must(w.s.Record(t.Context(), w.coordinator, id, in))
	w.must(w.s.Unrecord(t.Context(), w.coordinator, id, w.read(id).Involvements[0].ID))
	w.now = noon
	agreed := w.agreed(General)
	if err := w.s.Unrecord(t.Context(), w.coordinator, agreed, w.read(agreed).Involvements[0].ID); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

func TestAnObjectionIsNotedWithItsAnswer(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	err := w.s.Record(t.Context(), w.coordinator, id, Involvement{HeldOn: date("2026-11-20"), How: DoorToDoor, Residents: 3, Said: "x", Changed: "y",
		Objections: []Objection{{}, {Objection: "Larm"}}})
	if !fault.FieldsOf(err).Has("objections[0].answer") {
		t.Error(fault.FieldsOf(err))
	}
}

func TestOnlyAnAdministratorOpensTheGate(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	for name, actor := range map[string]authz.Actor{"a coordinator": w.coordinator, "a partner": w.fromClub, "nobody": authz.Nobody} {
		if err := w.s.Open(t.Context(), actor, id, "Hastværk", date("2026-12-20")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		reason, deadline, field string
	}{
		"no reason": {"", "2026-12-20", "reason"}, "today": {"Hastværk", "2026-11-23", "deadline"},
		"never": {"Hastværk", "2028-01-01", "deadline"},
	} {
		if err := w.s.Open(t.Context(), w.administrator, id, c.reason, date(c.deadline)); !fault.FieldsOf(err).Has(c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.db.Pool().Exec(t.Context(), `INSERT INTO gate_overrides (initiative_id, reason, deadline, given_by, given_at) VALUES ($1, 'x', '2026-12-20', $2, $3)`,
		id, w.coordinator.AccountID, noon)
	if brokenBy(err) != "gate_overrides_administrator" {
		t.Error(err)
	}
	w.must(w.s.Open(t.Context(), w.administrator, id, "Hastværk", date("2026-12-20")))
	if _, err := w.db.Pool().Exec(t.Context(), `UPDATE gate_overrides SET deadline = '2027-12-20'`); brokenBy(err) != "gate_overrides_stand" {
		t.Error(err)
	}
}

// A leave that has run out opens nothing.
func TestTheGateIsOpenUntilTheDeadline(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	w.join(id, w.club, "Spader")
	w.must(w.step(id, CoCreation))
	w.must(w.s.Open(t.Context(), w.administrator, id, "Hastværk", date("2026-12-20")))
	w.now = time.Date(2026, 12, 20, 23, 30, 0, 0, time.UTC) // the 21st in Denmark
	if err := w.step(id, Agreed); err == nil {
		t.Fatal("it was agreed on a leave that had run out")
	}
	w.now = time.Date(2026, 12, 20, 22, 30, 0, 0, time.UTC)
	w.must(w.step(id, Agreed))
	if i := w.read(id); !i.WithoutResidents() || len(i.Lacks) > 0 {
		t.Error(i.Lacks)
	}
}

// Fourteen days before the deadline, then every week, until residents were heard.
func TestWhoOpenedTheGateIsRemindedUntilResidentsWereHeard(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	w.join(id, w.club, "Spader")
	w.must(w.step(id, CoCreation))
	w.must(w.s.Open(t.Context(), w.administrator, id, "Hastværk", date("2026-12-20")))
	w.must(w.step(id, Agreed))
	letters := func() int {
		n, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*)::int FROM river_job WHERE args->>'letter' = 'initiative_residents'`, pg.Scalar[int])
		w.must(err)
		return n
	}
	for _, c := range []struct {
		at   string
		want int
	}{{"2026-12-06T07:59:00Z", 0}, {"2026-12-06T08:00:00Z", 1}, {"2026-12-06T08:01:00Z", 1}, {"2026-12-13T08:00:00Z", 2}, {"2026-12-27T09:00:00Z", 3}} {
		at, _ := time.Parse(time.RFC3339, c.at)
		w.now = at
		w.must(w.s.Due(t.Context()))
		if n := letters(); n != c.want {
			t.Errorf("%s: %d letters", c.at, n)
		}
	}
	w.heard(id)
	w.now = w.now.AddDate(0, 0, 30)
	w.must(w.s.Due(t.Context()))
	if n := letters(); n != 3 {
		t.Errorf("still reminded: %d", n)
	}
	if w.read(id).WithoutResidents() {
		t.Error("residents were heard")
	}
}

// One agrees while another takes away what the agreement rests on: whichever is
// first, both cannot have their way.
func TestAgreeingAndTakingAwayAtOnce(t *testing.T) {
	const agree = `UPDATE initiatives SET status = 'agreed', agreed_at = now() WHERE id = $1`
	for name, take := range map[string]string{
		"the party":      `DELETE FROM initiative_parties WHERE initiative_id = $1`,
		"its share":      `UPDATE initiative_parties SET contribution = '' WHERE initiative_id = $1`,
		"the record":     `DELETE FROM involvements WHERE initiative_id = $1`,
		"the party's no": `UPDATE organisations SET kind = 'department' WHERE slug = 'klubben' AND $1::uuid IS NOT NULL`,
	} {
		for _, agreesFirst := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, agreed first %v", name, agreesFirst), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				id := w.idea(General)
				w.join(id, w.club, "Spader")
				w.heard(id)
				w.must(w.step(id, CoCreation))
				first, second := agree, take
				if !agreesFirst {
					first, second = take, agree
				}
				one, err := w.db.Pool().Begin(t.Context())
				w.must(err)
				// The gate has answered the first, which has not ended yet.
				if _, err := one.Exec(t.Context(), first, id); err != nil {
					t.Fatal(err)
				}
				if _, err := one.Exec(t.Context(), `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
					t.Fatal(err)
				}
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, _ = w.db.Pool().Exec(context.Background(), second, id)
				}()
				w.waits(done)
				_ = one.Commit(t.Context())
				<-done
				if i := w.read(id); i.AgreedAt != nil && len(i.Lacks) > 0 {
					t.Errorf("agreed without %v", i.Lacks)
				}
			})
		}
	}
}

// waits returns once another session waits for a lock, or is done.
func (w *world) waits(done <-chan struct{}) {
	w.t.Helper()
	for {
		select {
		case <-done:
			return
		default:
		}
		waiting, err := pg.One(w.t.Context(), w.db.Fresh(), `
			SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`, pg.Scalar[bool])
		w.must(err)
		if waiting {
			return
		}
	}
}

func TestTwoWritersLoseNothing(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	w.join(id, w.club, "Spader")
	w.join(id, w.choir, "Sang")
	var mu sync.Mutex
	kept := map[string]bool{}
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			actor := map[int]authz.Actor{0: w.fromClub, 1: w.fromChoir}[n%2]
			for {
				i, err := byID(context.Background(), w.db.Fresh(), id)
				if err != nil {
					t.Error(err)
					return
				}
				words := i.Words
				words.Body = strings.TrimSpace(words.Body + fmt.Sprintf("\nLinje %d", n))
				if err = w.s.SaveWords(context.Background(), actor, id, i.Version, words); err == nil {
					mu.Lock()
					kept[fmt.Sprintf("Linje %d", n)] = true
					mu.Unlock()
					return
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	i := w.read(id)
	lines := map[string]bool{}
	for _, l := range strings.Split(i.Words.Body, "\n") {
		lines[l] = true
	}
	for l := range kept {
		if !lines[l] {
			t.Errorf("%q was lost", l)
		}
	}
	versions, err := w.s.Versions(t.Context(), w.fromClub, i)
	w.must(err)
	if len(kept) != 20 || len(versions) != 21 || versions[0].Words != i.Words || versions[0].OnBehalf == "" {
		t.Errorf("%d lines, %d versions", len(kept), len(versions))
	}
	w.must(w.s.Restore(t.Context(), w.coordinator, id, 1))
	if got := w.read(id); got.Words.Body != "" || got.Version != 22 {
		t.Errorf("version %d: %q", got.Version, got.Words.Body)
	}
}

func TestWhoMayWorkOnAnInitiative(t *testing.T) {
	w := newWorld(t)
	id := w.idea(General)
	_, err := w.s.Invite(t.Context(), w.coordinator, id, []uuid.UUID{w.club, w.choir})
	w.must(err)
	words := func(a authz.Actor) fault.Kind {
		i := w.read(id)
		if err := w.s.SaveWords(t.Context(), a, id, i.Version, Words{Purpose: "Ny " + uuid.NewString()}); err != nil {
			return fault.KindOf(err)
		}
		return 255
	}
	if k := words(w.fromClub); k != fault.Forbidden {
		t.Errorf("the invited write: %v", k)
	}
	w.must(w.s.Join(t.Context(), w.fromClub, id, w.party(id, w.club), Share{Contribution: "Spader", People: []Person{{"Ida Prøve", "formand", Strategic}}}))
	if err := w.s.Join(t.Context(), w.fromClub, id, w.party(id, w.choir), Share{Contribution: "Sang"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("one party answers for another: %v", err)
	}
	for name, c := range map[string]struct {
		actor authz.Actor
		want  fault.Kind
	}{
		"a party": {w.fromClub, 255}, "its coordinator": {w.coordinator, 255}, "an administrator": {w.administrator, 255},
		"another's coordinator": {w.stranger, fault.Forbidden}, "the invited": {w.fromChoir, fault.Forbidden},
		"another partner": {w.fromFar, fault.Forbidden}, "nobody": {authz.Nobody, fault.Forbidden},
	} {
		if k := words(c.actor); k != c.want {
			t.Errorf("%s: %v", name, k)
		}
	}
	w.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, w.club)
	if k := words(w.fromClub); k != fault.Forbidden {
		t.Errorf("a suspended party writes: %v", k)
	}
}
