package board

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

// initiative is one here in co-creation since a moment.
func (b *bench) initiative(since time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, public_at, cocreation_at, created_at, updated_at)
		VALUES ($1, 'bordet', 'Bordet', 'general', 'cocreation', 'staff', 'x', $2, $2, $2, $2)`, id, since)
	b.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, id, b.here)
	return id
}

// workshop is one about an initiative, or here.
func (b *bench) workshop(initiative *uuid.UUID, starts time.Time) uuid.UUID {
	id := uuid.New()
	b.exec(`INSERT INTO workshops (id, initiative_id, district_id, title, starts_at, ends_at, place, created_at, updated_at)
		VALUES ($1, $2, CASE WHEN $2::uuid IS NULL THEN $3::uuid END, 'Mødet', $4, $4::timestamptz + interval '2 hours', 'Huset', $4, $4)`, id, initiative, b.here, starts)
	return id
}

func TestAnInitiativeTakingShapeWithoutResidents(t *testing.T) {
	b := setUp(t)
	id := b.initiative(noon)
	b.now = noon.AddDate(0, 0, 30).Add(-time.Second)
	b.becomes("within thirty days", "")
	b.now = noon.AddDate(0, 0, 30)
	b.becomes("after thirty days", "2 without Bordet")
	if r := b.rows(b.mine, Filter{})[0]; r.Path != "/workshops/ny?initiativ=bordet" || !r.At.Equal(noon) {
		t.Errorf("%+v", r)
	}
	b.now = noon.AddDate(0, 0, 61)
	b.becomes("after sixty days", "1 without Bordet")
	w := b.workshop(&id, b.now.AddDate(0, 0, 5))
	b.becomes("with a workshop to come", "")
	b.exec(`UPDATE workshops SET cancelled_at = now(), reason = 'x' WHERE id = $1`, w)
	b.becomes("called off", "1 without Bordet")
	b.exec(`INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, recorded_at) VALUES (gen_random_uuid(), $1, '2026-11-20', 'workshop', 9, 'x', 'x', $2)`, id, noon)
	b.becomes("residents were heard", "")
}

func TestSomethingAgreedOnLeave(t *testing.T) {
	b := setUp(t)
	id := b.initiative(noon)
	b.exec(`INSERT INTO initiative_parties (id, initiative_id, organisation_id, contribution, invited_at, joined_at) VALUES (gen_random_uuid(), $1, $2, 'Kaffe', $3, $3)`, id, b.club, noon)
	b.exec(`INSERT INTO gate_overrides (initiative_id, reason, deadline, given_by, given_at) VALUES ($1, 'x', '2026-12-31', $2, $3)`, id, b.boss.AccountID, noon)
	b.becomes("before it is agreed", "")
	b.exec(`UPDATE initiatives SET status = 'agreed', agreed_at = $2 WHERE id = $1`, id, noon)
	b.becomes("agreed", "2 leave Bordet")
	b.now = time.Date(2026, 12, 17, 12, 0, 0, 0, time.UTC)
	b.becomes("two weeks before the deadline", "1 leave Bordet")
	b.exec(`INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, recorded_at) VALUES (gen_random_uuid(), $1, '2026-11-20', 'workshop', 9, 'x', 'x', $2)`, id, noon)
	b.becomes("residents were heard", "")
}

func TestAPromiseWhoseDayHasPassed(t *testing.T) {
	b := setUp(t)
	w := b.workshop(nil, noon.AddDate(0, 0, -1))
	b.exec(`UPDATE workshops SET written_at = $1`, noon)
	b.exec(`INSERT INTO actions (id, workshop_id, position, what, owner_id, due_on) VALUES (gen_random_uuid(), $1, 1, 'Ringer', $2, '2026-11-23')`, w, b.mine.AccountID)
	b.becomes("on its day", "")
	b.now = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC) // midnight in Denmark
	b.becomes("the day after", "2 action Ringer")
	if r := b.rows(b.mine, Filter{})[0]; r.Detail != "Prøve" || r.Path != "/workshops/"+w.String() {
		t.Errorf("%+v", r)
	}
	b.now = noon.AddDate(0, 0, 8)
	b.becomes("a week later", "1 action Ringer")
	b.exec(`UPDATE actions SET done_at = now()`)
	b.becomes("done", "")
}

func TestAWorkshopThatNobodyHasWrittenDown(t *testing.T) {
	b := setUp(t)
	b.workshop(nil, noon)
	b.becomes("while it is on", "")
	b.now = noon.Add(2 * time.Hour)
	b.becomes("when it is over", "1 minutes Mødet")
	b.exec(`UPDATE workshops SET written_at = now()`)
	b.becomes("written", "")
	b.exec(`UPDATE workshops SET written_at = NULL, cancelled_at = now(), reason = 'x'`)
	b.becomes("called off", "")
}

func TestWhatResidentsSaidIsLookedAt(t *testing.T) {
	b := setUp(t)
	id := b.initiative(noon)
	b.exec(`INSERT INTO voices (id, initiative_id, kind, words, name, locale, created_at) VALUES (gen_random_uuid(), $1, 'comment', 'x', '', 'da', $2), (gen_random_uuid(), $1, 'comment', 'y', '', 'da', $3)`, id, noon, noon.AddDate(0, 0, 1))
	b.becomes("two comments", "2 comment Bordet")
	if r := b.rows(b.mine, Filter{})[0]; r.Number != 2 || r.Path != "/initiativer/bordet/stemmer" || !r.At.Equal(noon) {
		t.Errorf("%+v", r)
	}
	b.now = noon.AddDate(0, 0, 6)
	b.becomes("after five days", "1 comment Bordet")
	b.exec(`UPDATE voices SET shown_at = now() WHERE words = 'x'`)
	b.exec(`UPDATE voices SET hidden_at = now() WHERE words = 'y'`)
	b.becomes("looked at", "")
	idea := uuid.New()
	b.exec(`INSERT INTO initiatives (id, slug, title, kind, status, origin, purpose, created_at, updated_at) VALUES ($1, 'baenke', 'Bænke', 'general', 'idea', 'resident', 'x', $2, $2)`, idea, b.now)
	b.exec(`INSERT INTO initiative_districts VALUES ($1, $2)`, idea, b.here)
	b.becomes("an idea", "2 idea Bænke")
	b.exec(`UPDATE initiatives SET public_at = now() WHERE id = $1`, idea)
	b.becomes("shown to everybody", "")
	b.exec(`INSERT INTO strength_suggestions (id, district_id, body, token_hash, created_at) VALUES (gen_random_uuid(), $1, 'Vi griller', 'x', $2)`, b.here, b.now)
	b.becomes("a strength", "2 praise Vi griller")
	b.exec(`UPDATE strength_suggestions SET status = 'taken', decided_at = now()`)
	b.becomes("taken onto the page", "")
}

func TestADistrictWithoutAStrengthThisQuarter(t *testing.T) {
	b := setUp(t)
	b.exec(`UPDATE district_strengths SET said_on = '2026-10-01', added_at = '2026-10-02 12:00Z' WHERE district_id = $1`, b.here)
	b.becomes("in the same quarter", "")
	b.now = time.Date(2026, 12, 31, 22, 59, 59, 0, time.UTC)
	b.becomes("on its last day", "")
	b.now = b.now.Add(time.Second) // the new year in Denmark
	b.becomes("in the next", "3 quarter Herby")
	b.exec(`INSERT INTO district_strengths (id, district_id, position, body, said_on, added_at) VALUES (gen_random_uuid(), $1, 1, 'x', '2027-01-01', '2027-01-01 09:00Z')`, b.here)
	b.becomes("with a new one", "")
}

func TestTheContactIsAwayAndNobodyStepsIn(t *testing.T) {
	b := setUp(t)
	contact, standIn := b.staff(authz.Coordinator), b.staff(authz.Coordinator)
	b.exec(`UPDATE districts SET contact_account_id = $2 WHERE id = $1`, b.here, contact.AccountID)
	b.exec(`INSERT INTO absences (id, account_id, from_on, until_on, stand_in_id, created_at) VALUES (gen_random_uuid(), $1, '2026-11-24', '2026-11-28', $2, $3)`, contact.AccountID, standIn.AccountID, noon)
	b.now = noon.AddDate(0, 0, 1)
	b.becomes("somebody steps in", "")
	b.exec(`INSERT INTO absences (id, account_id, from_on, until_on, stand_in_id, created_at) VALUES (gen_random_uuid(), $1, '2026-11-25', '2026-11-25', $2, $3)`, standIn.AccountID, contact.AccountID, noon)
	b.becomes("the day before", "")
	b.now = noon.AddDate(0, 0, 2)
	b.becomes("both are away", "1 cover Herby")
	b.now = noon.AddDate(0, 0, 3)
	b.becomes("the day after", "")
}

// Whoever has left and still looks after something is on the board of the one
// who stands in, who also has what was theirs.
func TestSomebodyWhoHasLeftFallsToTheStandIn(t *testing.T) {
	b := setUp(t)
	gone, standIn := b.staff(authz.Coordinator), b.staff(authz.Coordinator)
	b.exec(`UPDATE accounts SET stand_in_id = $2, name = 'Mette' WHERE id = $1`, gone.AccountID, standIn.AccountID)
	w := b.workshop(nil, noon.AddDate(0, 0, -1))
	b.exec(`UPDATE workshops SET written_at = $1`, noon)
	b.exec(`INSERT INTO actions (id, workshop_id, position, what, owner_id, due_on) VALUES (gen_random_uuid(), $1, 1, 'Ringer', $2, '2026-11-20')`, w, gone.AccountID)
	if got := b.shown(b.boss); got != "2 action Ringer" {
		t.Errorf("while she is there: %q", got)
	}
	b.exec(`UPDATE accounts SET disabled_at = $2 WHERE id = $1`, gone.AccountID, noon)
	standIn.StandsFor = []uuid.UUID{gone.AccountID}
	for name, got := range map[string]string{"the administrator's": b.shown(b.boss), "the stand-in's": b.shown(standIn)} {
		if got != "1 left Mette, 2 action Ringer" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if r := b.rows(b.boss, Filter{})[0]; r.Number != 1 || r.Path != "/stab/medarbejdere/"+gone.AccountID.String()+"/overdrag" {
		t.Errorf("%+v", r)
	}
	if got := b.shown(b.other); got != "" {
		t.Errorf("elsewhere: %q", got)
	}
	b.exec(`UPDATE actions SET owner_id = $1`, standIn.AccountID)
	if got := b.shown(b.boss); got != "2 action Ringer" {
		t.Errorf("handed over: %q", got)
	}
}

func TestTheBoardOfOnePerson(t *testing.T) {
	b := setUp(t)
	w := b.workshop(nil, noon.AddDate(0, 0, -1))
	b.exec(`UPDATE workshops SET written_at = $1`, noon)
	b.exec(`INSERT INTO actions (id, workshop_id, position, what, owner_id, due_on) VALUES (gen_random_uuid(), $1, 1, 'Ringer', $2, '2026-11-20')`, w, b.other.AccountID)
	b.exec(`INSERT INTO account_districts VALUES ($1, $2)`, b.mine.AccountID, b.here)
	for name, c := range map[string]struct {
		person uuid.UUID
		want   int
	}{"whose it is": {b.other.AccountID, 1}, "whose district it is": {b.mine.AccountID, 1}, "neither": {b.boss.AccountID, 0}} {
		if got := b.rows(b.boss, Filter{Person: c.person}); len(got) != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// accounts are the bench's actors as they were made.
func (b *bench) accounts() Accounts { return account.New(b.db).Actor }

func (b *bench) morningLetters() (n int) {
	b.t.Helper()
	if err := b.db.Pool().QueryRow(context.Background(), `SELECT count(*) FROM river_job WHERE args::text LIKE '%"board_morning"%'`).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestTheBoardComesByMailOnWeekdays(t *testing.T) {
	b := setUp(t)
	b.exec(`INSERT INTO account_districts VALUES ($1, $2)`, b.mine.AccountID, b.here)
	b.exec(`UPDATE accounts SET sessions_valid_from = $1`, noon.AddDate(0, -1, 0))
	b.mine.Email = b.mine.AccountID.String() + "@stab.example"
	if err := b.s.WantMorning(t.Context(), authz.Actor{Role: authz.Partner, AccountID: b.mine.AccountID}, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("a partner: %v", err)
	}
	for range 2 {
		if err := b.s.WantMorning(t.Context(), b.mine, true); err != nil {
			t.Fatal(err)
		}
	}
	w := b.workshop(nil, noon.AddDate(0, 0, -1))
	b.exec(`UPDATE workshops SET written_at = $1`, noon)
	b.exec(`INSERT INTO actions (id, workshop_id, position, what, owner_name, due_on) VALUES (gen_random_uuid(), $1, 1, 'Ringer', 'Koret', '2026-11-20')`, w)
	seven := func(day int) time.Time { return time.Date(2026, 11, day, 6, 0, 0, 0, time.UTC) } // 7 in Denmark
	runs := func() {
		t.Helper()
		var all sync.WaitGroup
		for range 3 { // three processes
			all.Go(func() {
				if err := b.s.Mornings(context.Background(), b.accounts()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	for _, c := range []struct {
		when string
		now  time.Time
		want int
	}{
		{"the same day", noon.Add(time.Hour), 0},
		{"before seven", seven(24).Add(-time.Second), 0},
		{"at seven", seven(24), 1},
		{"later that day", seven(24).Add(9 * time.Hour), 1},
		{"the next morning, late", seven(25).Add(3 * time.Hour), 2},
		{"on a Saturday", seven(28), 2},
		{"on a Monday", seven(30), 3},
	} {
		b.now = c.now
		runs()
		if n := b.morningLetters(); n != c.want {
			t.Errorf("%s: %d letters, want %d", c.when, n, c.want)
		}
	}
	b.exec(`INSERT INTO absences (id, account_id, from_on, until_on, stand_in_id, created_at) VALUES (gen_random_uuid(), $1, '2026-12-01', '2026-12-01', $2, $3)`, b.mine.AccountID, b.other.AccountID, noon)
	b.now = time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
	runs()
	b.exec(`UPDATE actions SET done_at = now()`)
	b.now = b.now.AddDate(0, 0, 1)
	runs()
	if n := b.morningLetters(); n != 3 {
		t.Errorf("away, and with nothing to do: %d letters", n)
	}
	if err := b.s.WantMorning(t.Context(), b.mine, false); err != nil {
		t.Fatal(err)
	}
	if wants, err := b.s.Morning(t.Context(), b.mine); wants || err != nil {
		t.Errorf("ended: %v %v", wants, err)
	}
}
