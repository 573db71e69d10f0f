package offer

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// errThere ends a transaction that has nothing to change.
var errThere = errors.New("offer: it is there already")

// Create adds an offer as a draft. With the id of a draft that the same form
// has made before, from a second press or the way back, that one gets the
// words.
func (s *Service) Create(ctx context.Context, actor authz.Actor, in Input) (uuid.UUID, error) {
	if !actor.SignedIn() && actor.Role != authz.System {
		return uuid.Nil, fault.New(fault.Forbidden, "")
	}
	var f fault.Fields
	if in.Organisation == uuid.Nil {
		f.Add("organisation", text.KeyChooseOne)
	} else if actor.Role == authz.Partner && !actor.MemberOf(in.Organisation) {
		return uuid.Nil, fault.New(fault.Forbidden, "")
	}
	f = append(f, in.Validate()...)
	if in.Organisation != uuid.Nil && !actor.MayEditOffer(in.Organisation, in.Districts) {
		f.Add("districts", "offers.choose_own_district")
	}
	if err := f.Err(); err != nil {
		return uuid.Nil, err
	}
	in = in.Tidy()
	id := in.ID
	if id == uuid.Nil {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, err
		}
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO offers (id, organisation_id, title, body, kind, audience, schedule, languages,
				contact_name, contact_email, contact_phone, status, created_at, updated_at, audiences, weekdays)
			SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, $12, $13, $14
			FROM organisations WHERE id = $2 AND status = 'approved'
			ON CONFLICT (id) DO NOTHING`,
			id, in.Organisation, in.Title, in.Body, in.Kind, in.Audience, in.Schedule, in.Languages,
			in.ContactName, in.ContactEmail, in.ContactPhone, tx.Now(), in.Audiences, in.Weekdays)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return s.createdBefore(ctx, tx, actor, id, in)
		}
		if err := setDistricts(ctx, tx, id, in.Districts); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "offer.created", Object: "offer", ID: id})
	})
	if err != nil && !errors.Is(err, errThere) {
		return uuid.Nil, err
	}
	return id, nil
}

// createdBefore is for an offer that was not added: its id is taken, or its
// organisation may not offer anything. Somebody else's id is told as nothing.
func (s *Service) createdBefore(ctx context.Context, tx *pg.Tx, actor authz.Actor, id uuid.UUID, in Input) error {
	o, err := held(ctx, tx, actor, id)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Forbidden), fault.Is(err, fault.Gone),
		err == nil && o.Organisation.ID != in.Organisation:
		return fault.InField(fault.Invalid, "organisation", text.KeyChooseOne)
	case err != nil:
		return err
	case o.Input().Tidy().sameWords(in):
		return errThere
	case o.Status != Draft:
		return fault.New(fault.Conflict, "errors.stale")
	}
	return rewrite(ctx, tx, id, in)
}

func setDistricts(ctx context.Context, tx *pg.Tx, id uuid.UUID, districts []uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM offer_districts WHERE offer_id = $1`, id); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO offer_districts (offer_id, district_id) SELECT $1, id FROM districts WHERE id = ANY($2)`, id, districts)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) != len(districts) {
		return fault.InField(fault.Invalid, "districts", text.KeyChooseOne)
	}
	return nil
}

// held reads an offer that the actor may change and keeps others from changing
// it meanwhile.
func held(ctx context.Context, tx *pg.Tx, actor authz.Actor, id uuid.UUID) (Offer, error) {
	// The row is locked first, so that what is read is what is there once the
	// lock is ours.
	if _, err := pg.One(ctx, tx, `SELECT true FROM offers WHERE id = $1 FOR UPDATE`, pg.Scalar[bool], id); err != nil {
		return Offer{}, err
	}
	o, err := byID(ctx, tx, id)
	if err != nil {
		return Offer{}, err
	}
	if err := o.seenBy(actor); err != nil {
		return Offer{}, err
	}
	if !o.EditableBy(actor) {
		return Offer{}, fault.New(fault.Forbidden, "")
	}
	return o, nil
}

// Update changes an offer's words, unless somebody else did since it was read.
// Who changes a published offer confirms it.
// A published offer stays published; its organisation stays as well.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := in.Validate().Err(); err != nil {
			return err
		}
		in := in.Tidy()
		switch {
		case !o.Editable():
			return fault.New(fault.Conflict, "offers.step_not_open")
		case !o.UpdatedAt.Equal(in.UpdatedAt):
			return fault.New(fault.Conflict, "errors.stale")
		}
		return rewrite(ctx, tx, id, in)
	})
}

// rewrite puts other words into an offer that is held. Two changes never share
// a moment, or the second would not be seen as newer than the first.
func rewrite(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Input) error {
	if _, err := tx.Exec(ctx, `
		UPDATE offers SET title = $2, body = $3, kind = $4, audience = $5, schedule = $6, languages = $7,
			contact_name = $8, contact_email = $9, contact_phone = $10, audiences = $12, weekdays = $13,
			confirmed_at = CASE WHEN status = 'published' THEN $11 ELSE confirmed_at END, asked_at = NULL, reminded = 0,
			updated_at = greatest($11, updated_at + interval '1 microsecond')
		WHERE id = $1`,
		id, in.Title, in.Body, in.Kind, in.Audience, in.Schedule, in.Languages,
		in.ContactName, in.ContactEmail, in.ContactPhone, tx.Now(), in.Audiences, in.Weekdays); err != nil {
		return err
	}
	if err := setDistricts(ctx, tx, id, in.Districts); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "offer.updated", Object: "offer", ID: id})
}

// Publish shows an offer to everybody, and confirms it.
func (s *Service) Publish(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.step(ctx, actor, id, Published)
}

// Pause takes an offer out of sight for a while.
func (s *Service) Pause(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.step(ctx, actor, id, Paused)
}

// Withdraw takes an offer down for good.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.step(ctx, actor, id, Withdrawn)
}

func (s *Service) step(ctx context.Context, actor authz.Actor, id uuid.UUID, to Status) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !o.May(to) {
			return fault.New(fault.Conflict, "offers.step_not_open")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE offers SET status = $2::text,
				published_at = CASE WHEN $2::text = 'published' THEN coalesce(published_at, $3) ELSE published_at END,
				confirmed_at = CASE WHEN $2::text = 'published' THEN $3 ELSE confirmed_at END, asked_at = NULL, reminded = 0,
				updated_at = greatest($3, updated_at + interval '1 microsecond')
			WHERE id = $1`, id, to, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "offer." + string(to), Object: "offer", ID: id})
	})
}
