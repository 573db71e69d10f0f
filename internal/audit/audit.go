// Package audit keeps the append-only record of who changed what and when.
//
// An entry is written in the transaction of the change it tells of, so neither
// exists without the other; pg.Write refuses to commit a change without one.
// Entries name objects by id and never hold a resident's name, address or note.
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// Entry tells of one change.
type Entry struct {
	Action string // what was done, "cafe.date_cancelled"
	Object string // the kind of thing, "occasion"
	ID     uuid.UUID
	Detail any // small, without personal data; nil for none
}

// Write appends the entry within the transaction.
func Write(ctx context.Context, tx *pg.Tx, e Entry) error {
	detail := []byte("{}")
	if e.Detail != nil {
		var err error
		if detail, err = json.Marshal(e.Detail); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO audit_entries (at, actor_id, actor_role, action, object, object_id, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.Now(), ActorID(tx.Actor()), tx.Actor().Role.String(), e.Action, e.Object, e.ID, detail); err != nil {
		return err
	}
	tx.Audited()
	return nil
}

// ActorID is the account to name in an entry; nil for those without one.
func ActorID(a authz.Actor) *uuid.UUID {
	if a.AccountID == uuid.Nil {
		return nil
	}
	return &a.AccountID
}
