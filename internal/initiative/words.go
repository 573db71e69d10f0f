package initiative

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// keepVersion keeps the words as a version of their own, written for the
// organisation, or for the municipality's staff when there is none.
func keepVersion(ctx context.Context, tx *pg.Tx, id uuid.UUID, number int, w Words, behalf uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO initiative_versions (initiative_id, number, purpose, need, body, account_id, on_behalf, at)
		VALUES ($1, $2, $3, $4, $5, $6, coalesce((SELECT name FROM organisations WHERE id = $7), ''), $8)`,
		id, number, w.Purpose, w.Need, w.Body, audit.ActorID(tx.Actor()), orNull(behalf), tx.Now())
	return err
}

// SaveWords makes the next version of the shared text from the one that its
// writer had before them. When another version came meanwhile nothing is
// changed: the answer is a Conflict, and the form shows both, so that nothing of
// either is lost. Words that are the same as they were make no version.
func (s *Service) SaveWords(ctx context.Context, actor authz.Actor, id uuid.UUID, from int, w Words) error {
	w = w.Tidy()
	var f fault.Fields
	w.validate(&f)
	if err := f.Err(); err != nil {
		return err
	}
	return s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		if i.Words == w {
			return audit.Write(ctx, tx, entry("words_same", id, nil))
		}
		if i.Version != from {
			return fault.New(fault.Conflict, "initiatives.words_meanwhile")
		}
		if _, err := tx.Exec(ctx, `UPDATE initiatives SET version = $2, purpose = $3, need = $4, body = $5 WHERE id = $1`,
			id, from+1, w.Purpose, w.Need, w.Body); err != nil {
			return err
		}
		behalf := uuid.Nil
		if mine, ok := i.Mine(actor); ok {
			behalf = mine.OrganisationID
		}
		if err := keepVersion(ctx, tx, id, from+1, w, behalf); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("words_changed", id, map[string]int{"version": from + 1}))
	})
}

// Version is the shared text as it once was.
type Version struct {
	Number   int
	Words    Words
	By       string // name; empty: no longer known
	OnBehalf string // which party; empty: the municipality
	At       time.Time
}

const versionSQL = `SELECT v.number, jsonb_build_object('Purpose', v.purpose, 'Need', v.need, 'Body', v.body) AS words,
	coalesce((SELECT a.name FROM accounts a WHERE a.id = v.account_id), '') AS by, v.on_behalf, v.at
	FROM initiative_versions v WHERE v.initiative_id = $1`

// Versions lists the versions of an initiative that the actor may work on, the
// newest first.
func (s *Service) Versions(ctx context.Context, actor authz.Actor, i Initiative) ([]Version, error) {
	if !i.WorkableBy(actor) && !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), versionSQL+` ORDER BY v.number DESC LIMIT 500`, pg.ByName[Version], i.ID)
}

// Restore makes the words of an earlier version the newest again; those between
// stay in the list.
func (s *Service) Restore(ctx context.Context, actor authz.Actor, id uuid.UUID, number int) error {
	v, err := pg.One(ctx, s.db.Fresh(), versionSQL+` AND v.number = $2`, pg.ByName[Version], id, number)
	if err != nil {
		return err
	}
	i, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return err
	}
	if err := s.SaveWords(ctx, actor, id, i.Version, v.Words); err != nil {
		return fmt.Errorf("initiative: restore: %w", err)
	}
	return nil
}
