package pg_test

import (
	"errors"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// patience is far more than a notice takes.
const patience = 30 * time.Second

func TestWhoListensHearsWhatIsCommittedAndNothingElse(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	one, stopOne := db.Listen("asks", "a")
	other, stopOther := db.Listen("asks", "b")
	defer stopOther()
	wait := func(heard <-chan struct{}) {
		t.Helper()
		select {
		case <-heard:
		case <-time.After(patience):
			t.Fatal("nothing is heard")
		}
	}
	wait(one) // that listening has begun
	wait(other)
	say := func(payload string, fail error) {
		_ = db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
			tx.Audited()
			if _, err := tx.Exec(t.Context(), `SELECT pg_notify('asks', $1)`, payload); err != nil {
				t.Error(err)
			}
			return fail
		})
	}
	say("a", nil)
	wait(one)
	say("a", errors.New("not to be"))
	say("b", nil)
	wait(other)
	select {
	case <-one:
		t.Error("somebody else's notice is heard")
	default:
	}
	stopOne()
	stopOne() // once more does no harm
	// Who begins after the last has stopped hears again.
	stopOther()
	again, stop := db.Listen("asks", "c")
	defer stop()
	wait(again)
	say("c", nil)
	wait(again)
}

// A connection that is lost is made anew, and who listens looks again.
func TestListeningSurvivesALostConnection(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	heard, stop := db.Listen("asks", "a")
	defer stop()
	for range 2 {
		select {
		case <-heard:
		case <-time.After(patience):
			t.Fatal("nothing is heard")
		}
		if _, err := db.Pool().Exec(t.Context(), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`); err != nil {
			t.Fatal(err)
		}
	}
}
