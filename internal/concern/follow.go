package concern

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Led remembers that a note became the start of an ask or of an initiative:
// exactly one of the two is given. An open note is followed from then on. The
// same again changes nothing.
func (s *Service) Led(ctx context.Context, actor authz.Actor, id, ask, initiative uuid.UUID) error {
	return s.keep(ctx, actor, id, "led", func(tx *pg.Tx, _ Concern) (any, error) {
		tag, err := tx.Exec(ctx, `
			INSERT INTO concern_led (concern_id, ask_id, initiative_id, at)
			SELECT $1, (SELECT id FROM asks WHERE id = $2), (SELECT id FROM initiatives WHERE id = $3), $4
			WHERE EXISTS (SELECT FROM asks WHERE id = $2) <> EXISTS (SELECT FROM initiatives WHERE id = $3)
			ON CONFLICT DO NOTHING`, id, ask, initiative, tx.Now())
		if err != nil {
			return nil, err
		}
		if tag.RowsAffected() == 0 {
			there, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM concern_led WHERE concern_id = $1 AND (ask_id = $2 OR initiative_id = $3))`,
				pg.Scalar[bool], id, ask, initiative)
			if err != nil || !there {
				return nil, orElse(err, errHidden())
			}
			return map[string]bool{"again": true}, nil
		}
		return map[string]any{"ask": ask, "initiative": initiative}, follow(ctx, tx, id)
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func follow(ctx context.Context, tx *pg.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE concerns SET status = 'followed', version = version + 1, updated_at = $2 WHERE id = $1 AND status = 'open'`, id, tx.Now())
	return err
}

// Follow says that somebody has taken it up in another way.
func (s *Service) Follow(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.keep(ctx, actor, id, "followed", func(tx *pg.Tx, c Concern) (any, error) {
		if c.Status == Closed {
			return nil, fault.New(fault.Conflict, "concerns.is_closed")
		}
		return nil, follow(ctx, tx, id)
	})
}

// Ending is what came of a note.
type Ending struct {
	Outcome  string
	ClosedOn time.Time
	Looked   []string
}

// Close ends a note with what came of it, which cannot be left out.
func (s *Service) Close(ctx context.Context, actor authz.Actor, id uuid.UUID, in Ending) error {
	in.Outcome = text.Block(in.Outcome)
	return s.keep(ctx, actor, id, "closed", func(tx *pg.Tx, c Concern) (any, error) {
		if c.Status == Closed {
			if c.Outcome == in.Outcome { // the second press
				return map[string]bool{"again": true}, nil
			}
			return nil, fault.New(fault.Conflict, "concerns.is_closed")
		}
		var f fault.Fields
		text.Require(&f, "outcome", in.Outcome, MaxOutcome, "concerns.outcome_missing")
		refuseCPR(&f, "outcome", in.Outcome)
		seen(&f, "closed_on", in.ClosedOn, tx.Now(), "concerns.closed_ahead")
		if !f.Has("closed_on") && in.ClosedOn.Before(c.SeenOn) {
			f.Add("closed_on", "concerns.closed_before_seen")
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		if err := guard(ctx, tx, in.Looked, in.Outcome); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `UPDATE concerns SET status = 'closed', outcome = $2, closed_on = $3, version = version + 1, updated_at = $4 WHERE id = $1`,
			id, in.Outcome, in.ClosedOn, tx.Now())
		return nil, err
	})
}

// Reopen takes up again what was closed. What was thought to have come of it
// stays among what was seen.
func (s *Service) Reopen(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.keep(ctx, actor, id, "reopened", func(tx *pg.Tx, c Concern) (any, error) {
		if c.Status != Closed {
			return map[string]bool{"again": true}, nil
		}
		if err := observe(ctx, tx, id, Seen{ID: newID(), OnDate: *c.ClosedOn, Body: c.Outcome}, ""); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `UPDATE concerns SET status = CASE WHEN EXISTS (SELECT FROM concern_led WHERE concern_id = $1) THEN 'followed' ELSE 'open' END,
			outcome = '', closed_on = NULL, version = version + 1, updated_at = $2 WHERE id = $1`, id, tx.Now())
		return nil, err
	})
}

// Seen is what somebody saw later, as it is written in a form.
type Seen struct {
	ID     uuid.UUID // made with the form, so that two presses make one; zero: made here
	OnDate time.Time
	Body   string
	Looked []string
}

// Observe appends what was seen later: by staff, or by the people of an invited
// partner.
func (s *Service) Observe(ctx context.Context, actor authz.Actor, id uuid.UUID, in Seen) error {
	in.Body = text.Block(in.Body)
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		c, err := held(ctx, tx, id)
		if err == nil {
			c, err = c.seenBy(actor)
		}
		if err != nil {
			return err
		}
		behalf, partner := c.Behalf(actor)
		switch {
		case !partner && !c.KeptBy(actor):
			return fault.New(fault.Forbidden, "")
		case c.Status == Closed:
			return fault.New(fault.Conflict, "concerns.is_closed")
		}
		var f fault.Fields
		seen(&f, "on_date", in.OnDate, tx.Now(), "concerns.seen_ahead")
		text.Require(&f, "body", in.Body, MaxBody, "concerns.body_missing")
		refuseCPR(&f, "body", in.Body)
		if err := f.Err(); err != nil {
			return err
		}
		if err := guard(ctx, tx, in.Looked, in.Body); err != nil {
			return err
		}
		if err := observe(ctx, tx, id, in, behalf.Name); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("observed", id, nil))
	})
}

func observe(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Seen, behalf string) error {
	_, err := tx.Exec(ctx, `INSERT INTO concern_observations (id, concern_id, on_date, body, account_id, on_behalf, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`, in.ID, id, in.OnDate, in.Body, audit.ActorID(tx.Actor()), behalf, tx.Now())
	return err
}

// Unobserve takes an observation away: who wrote it, and those who keep the note.
func (s *Service) Unobserve(ctx context.Context, actor authz.Actor, id, observation uuid.UUID) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		c, err := held(ctx, tx, id)
		if err == nil {
			c, err = c.seenBy(actor)
		}
		if err != nil {
			return err
		}
		for _, o := range c.Observations {
			if o.ID != observation {
				continue
			}
			if !o.RemovableBy(actor, c) {
				return fault.New(fault.Forbidden, "")
			}
			if _, err := tx.Exec(ctx, `DELETE FROM concern_observations WHERE id = $1`, observation); err != nil {
				return err
			}
			return audit.Write(ctx, tx, entry("observation_removed", id, nil))
		}
		return errHidden()
	})
}
