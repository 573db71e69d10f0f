package handover

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

type bench struct {
	t               *testing.T
	db              *pg.DB
	s               *Service
	mette, jonas    authz.Actor // coordinators
	boss            authz.Actor
	here            uuid.UUID // Mette's district
	initiative, ask uuid.UUID // hers
}

func setUp(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t), Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b := &bench{t: t, db: db, s: New(db), here: uuid.New(), initiative: uuid.New(), ask: uuid.New()}
	b.mette, b.jonas = b.staff(authz.Coordinator, "Mette Prøve"), b.staff(authz.Coordinator, "Jonas Prøve")
	b.boss = b.staff(authz.Administrator, "Chefen Prøve")
	b.exec(`INSERT INTO districts (id, slug, name, contact_account_id, created_at, updated_at) VALUES ($1, 'herby', 'Herby', $2, $3, $3)`, b.here, b.mette.AccountID, noon)
	b.exec(`INSERT INTO account_districts (account_id, district_id) VALUES ($1, $2)`, b.mette.AccountID, b.here)
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, owner_id, cocreation_at, created_at, updated_at)
		VALUES ($1, 'bordet', 'Bordet', 'general', 'cocreation', 'staff', 'x', $2, $3, $3, $3)`, b.initiative, b.mette.AccountID, noon)
	b.exec(`INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, author_id, status, opened_at, created_at, updated_at)
		VALUES ($1, 'Hjælp', 'x', '2026-12-01', false, 'x', 'x@post.example', $2, 'open', $3, $3, $3)`, b.ask, b.mette.AccountID, noon)
	workshop := uuid.New()
	b.exec(`INSERT INTO workshops (id, district_id, title, starts_at, ends_at, place, created_at, updated_at) VALUES ($1, $2, 'Mødet', $3, $3::timestamptz + interval '2 hours', 'Huset', $3, $3)`, workshop, b.here, noon)
	b.exec(`INSERT INTO actions (id, workshop_id, position, what, owner_id, due_on) VALUES (gen_random_uuid(), $1, 1, 'Ringer til banken', $2, '2026-12-01')`, workshop, b.mette.AccountID)
	b.exec(`INSERT INTO district_duties (id, district_id, position, account_id, name, what) VALUES (gen_random_uuid(), $1, 1, $2, 'Mette Prøve', 'Har nøglen til huset')`, b.here, b.mette.AccountID)
	b.exec(`UPDATE accounts SET stand_in_id = $2 WHERE id = $1`, b.boss.AccountID, b.mette.AccountID)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.db.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bench) staff(role authz.Role, name string) authz.Actor {
	id := uuid.New()
	b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, created_at, sessions_valid_from)
		VALUES ($1, $1::uuid::text || '@stab.example', $3, $2, 'x', now(), now())`, id, role.String(), name)
	return authz.Actor{Role: role, AccountID: id, Name: name}
}

func kindsOf(items []Item) (list []Kind) {
	for _, i := range items {
		list = append(list, i.Kind)
	}
	return list
}

var everything = []Kind{Contact, District, Initiative, Ask, Action, Duty, StandIn}

func TestEverythingMovesInOneStepWithAListOfWhatMoved(t *testing.T) {
	b := setUp(t)
	before, err := b.s.Owned(t.Context(), b.mette, b.mette.AccountID)
	if err != nil || !slices.Equal(kindsOf(before), everything) {
		t.Fatalf("%v %v", before, err)
	}
	in := Input{ID: uuid.New(), To: b.jonas.AccountID, Note: "Nøglen til huset hænger i skabet."}
	if err := b.s.All(t.Context(), b.mette, b.mette.AccountID, in); err != nil {
		t.Fatal(err)
	}
	left, err := b.s.Owned(t.Context(), b.mette, b.mette.AccountID)
	if err != nil || len(left) != 0 {
		t.Errorf("still hers: %v %v", left, err)
	}
	now, err := b.s.Owned(t.Context(), b.jonas, b.jonas.AccountID)
	if err != nil || !slices.Equal(now, before) {
		t.Errorf("his: %v %v", now, err)
	}
	r, err := b.s.Receipt(t.Context(), b.jonas, in.ID)
	if err != nil || !slices.Equal(r.Items, before) || r.Note != in.Note || r.From != "Mette Prøve" || r.To != "Jonas Prøve" {
		t.Errorf("%+v %v", r, err)
	}
	if n := b.count(`SELECT count(*) FROM river_job WHERE args::text LIKE '%"handover"%'`); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestWhatHasEndedStaysWithWhoDidIt(t *testing.T) {
	b := setUp(t)
	b.exec(`UPDATE asks SET status = 'closed', closed_at = $2, outcome = 'partly' WHERE id = $1`, b.ask, noon)
	b.exec(`UPDATE initiatives SET status = 'stopped', ended_at = $2, ending = 'x' WHERE id = $1`, b.initiative, noon)
	if err := b.s.All(t.Context(), b.boss, b.mette.AccountID, Input{ID: uuid.New(), To: b.jonas.AccountID}); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM asks WHERE author_id = $1`, b.mette.AccountID); n != 1 {
		t.Error("a closed ask moved")
	}
	if n := b.count(`SELECT count(*) FROM initiatives WHERE owner_id = $1`, b.mette.AccountID); n != 1 {
		t.Error("an initiative that has ended moved")
	}
}

func TestASecondPressHandsNothingOverAgain(t *testing.T) {
	b := setUp(t)
	in := Input{ID: uuid.New(), To: b.jonas.AccountID}
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() { errs[i] = b.s.All(context.Background(), b.mette, b.mette.AccountID, in) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := b.count(`SELECT count(*) FROM handovers`); n != 1 {
		t.Errorf("%d handovers", n)
	}
	err := b.s.All(t.Context(), b.mette, b.mette.AccountID, Input{ID: uuid.New(), To: b.jonas.AccountID})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing left to hand over: %v", err)
	}
}

func TestNobodyStandsInForThemselvesAfterwards(t *testing.T) {
	b := setUp(t)
	b.exec(`UPDATE accounts SET stand_in_id = $2 WHERE id = $1`, b.jonas.AccountID, b.mette.AccountID)
	if err := b.s.All(t.Context(), b.boss, b.mette.AccountID, Input{ID: uuid.New(), To: b.jonas.AccountID}); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM accounts WHERE id = $1 AND stand_in_id IS NULL`, b.jonas.AccountID); n != 1 {
		t.Error("Jonas stands in for himself")
	}
}

func TestWhoMayHandOver(t *testing.T) {
	b := setUp(t)
	in := Input{ID: uuid.New(), To: b.jonas.AccountID}
	partner := authz.Actor{Role: authz.Partner, AccountID: uuid.New()}
	for _, who := range []authz.Actor{authz.Nobody, partner, b.jonas} {
		if err := b.s.All(t.Context(), who, b.mette.AccountID, in); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who.Role, err)
		}
	}
	b.exec(`UPDATE accounts SET disabled_at = now() WHERE id = $1`, b.jonas.AccountID)
	for to, field := range map[uuid.UUID]string{b.jonas.AccountID: "to", b.mette.AccountID: "to", uuid.Nil: "to", uuid.New(): "to"} {
		err := b.s.All(t.Context(), b.boss, b.mette.AccountID, Input{ID: uuid.New(), To: to})
		if !fault.FieldsOf(err).Has(field) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	err := b.s.All(t.Context(), b.boss, b.mette.AccountID, Input{ID: uuid.New(), To: b.boss.AccountID, Note: "Ring til 010203-1234"})
	if !fault.FieldsOf(err).Has("note") {
		t.Errorf("a CPR number: %v", err)
	}
	if n := b.count(`SELECT count(*) FROM handovers`); n != 0 {
		t.Errorf("%d handovers", n)
	}
}

// Whoever stands in for somebody who has left may hand over for them, and for
// nobody who will be back.
func TestTheStandInHandsOverForWhoHasLeft(t *testing.T) {
	b := setUp(t)
	standIn := b.jonas
	standIn.StandsFor = []uuid.UUID{b.mette.AccountID}
	in := Input{ID: uuid.New(), To: b.boss.AccountID}
	if err := b.s.All(t.Context(), standIn, b.mette.AccountID, in); !fault.Is(err, fault.NotFound) {
		t.Errorf("while she is on holiday: %v", err)
	}
	b.exec(`UPDATE accounts SET disabled_at = $2 WHERE id = $1`, b.mette.AccountID, noon)
	if err := b.s.All(t.Context(), standIn, b.mette.AccountID, in); err != nil {
		t.Error(err)
	}
}

func TestEveryColumnThatPointsAtAnAccountMovesOrIsHistory(t *testing.T) {
	b := setUp(t)
	known := slices.Clone(history)
	for _, thing := range things {
		known = append(known, thing.columns...)
	}
	found, err := pg.All(t.Context(), b.db.Pool(), `
		SELECT conrelid::regclass || '(' || attname || ')' FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
		WHERE c.contype = 'f' AND c.confrelid = 'accounts'::regclass ORDER BY 1`, pg.Scalar[string])
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, column := range found {
		if !slices.Contains(known, column) {
			t.Errorf("%s: say in things.go how it is handed over, or that it is history", column)
		}
	}
	for _, column := range known {
		if !slices.Contains(found, column) {
			t.Errorf("%s is not there", column)
		}
	}
}
