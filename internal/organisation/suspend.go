package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Suspension is why somebody's organisation takes no part at the moment.
type Suspension struct {
	Name   string
	Reason string
	Since  time.Time
}

// Suspensions lists those of the actor's organisations that are suspended. They
// give the actor no rights, so they are not among an actor's organisations.
func (s *Service) Suspensions(ctx context.Context, actor authz.Actor) ([]Suspension, error) {
	return pg.All(ctx, s.db.Fresh(), `
		SELECT o.name, o.suspend_reason AS reason, o.suspended_at AS since
		FROM organisation_people p JOIN organisations o ON o.id = p.organisation_id
		WHERE p.account_id = $1 AND o.status = 'suspended' ORDER BY o.name COLLATE "da-x-icu", o.id`,
		pg.ByName[Suspension], actor.AccountID)
}

// Suspend shuts an approved organisation out for a time: nothing of it is
// public, and its people can do nothing. They are told why.
func (s *Service) Suspend(ctx context.Context, actor authz.Actor, id uuid.UUID, reason string) error {
	reason = text.Block(reason)
	var f fault.Fields
	text.Require(&f, "reason", reason, 1000, "organisations.suspend_reason_missing")
	if err := f.Err(); err != nil {
		return err
	}
	return s.shut(ctx, actor, id, Approved, Suspended, reason)
}

// Reinstate lets a suspended organisation in again.
func (s *Service) Reinstate(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.shut(ctx, actor, id, Suspended, Approved, "")
}

func (s *Service) shut(ctx context.Context, actor authz.Actor, id uuid.UUID, from, to Status, reason string) error {
	if !actor.Staff() && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !actor.MayReviewOrganisation(o.DistrictIDs()):
			return fault.New(fault.Forbidden, "")
		case o.Status == to && (to == Approved || o.SuspendReason == reason):
			return errThere
		case o.Status != from:
			return fault.New(fault.Conflict, "organisations.not_now")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE organisations SET status = $2::text, suspend_reason = $3,
				suspended_at = CASE WHEN $2::text = 'suspended' THEN $4::timestamptz END,
				updated_at = greatest($4, updated_at + interval '1 microsecond')
			WHERE id = $1`, id, to, reason, tx.Now()); err != nil {
			return err
		}
		action, facts := "reinstated", map[string]any{"organisation": o.Name, "slug": o.Slug}
		if to == Suspended {
			action = "suspended"
			facts["reason"] = reason
		}
		if err := tellContacts(ctx, tx, o, "organisation_"+action, facts); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation." + action, Object: "organisation", ID: id})
	})
	return unlessThere(err)
}

// tellContacts writes to those who speak for the organisation; while nobody
// does, to the address that it gave.
func tellContacts(ctx context.Context, tx *pg.Tx, o Organisation, letter string, facts map[string]any) error {
	type contact struct{ Email, Name, Locale string }
	contacts, err := pg.All(ctx, tx, `
		SELECT a.email, a.name, a.locale FROM organisation_people p JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
		WHERE p.organisation_id = $1 AND p.contact ORDER BY a.id`, pg.ByName[contact], o.ID)
	if err != nil {
		return err
	}
	if len(contacts) == 0 {
		contacts = []contact{{o.ContactEmail, o.ContactName, o.ContactLocale}}
	}
	posts := make([]mail.Post, len(contacts))
	for i, c := range contacts {
		posts[i] = mail.Post{Letter: letter, To: c.Email, Name: c.Name, Locale: c.Locale, Facts: facts}
	}
	return mail.Enqueue(ctx, tx, posts...)
}
