package pg_test

import (
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

// A change that leaves no trace is not made.
func TestAChangeWithoutAnAuditEntryIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	id := uuid.New()
	err := db.Write(t.Context(), authz.TheSystem, func(tx *pg.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO districts (id, slug, name, created_at, updated_at) VALUES ($1, 'a', 'A', now(), now())`, id)
		return err
	})
	if err == nil {
		t.Error("it was committed")
	}
	if n, _ := pg.One(t.Context(), db.Fresh(), `SELECT count(*)::int FROM districts`, pg.Scalar[int]); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if _, err := db.Reader().Exec(t.Context(), `DELETE FROM districts`); err == nil {
		t.Error("a reader can delete")
	}
	if _, err := db.Pool().Exec(t.Context(), `DELETE FROM audit_entries`); err == nil {
		t.Error("the audit log can be emptied")
	}
}
