package district

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

// Create adds a district. Its slug comes from the name and then stays. A
// coordinator who makes one is assigned to it.
func (s *Service) Create(ctx context.Context, actor authz.Actor, in Input) (Ref, error) {
	if !actor.MayCreateDistrict() {
		return Ref{}, fault.New(fault.Forbidden, "")
	}
	if err := in.Validate().Err(); err != nil {
		return Ref{}, err
	}
	in = in.Tidy()
	id, err := uuid.NewV7()
	if err != nil {
		return Ref{}, err
	}
	ref := Ref{ID: id, Slug: text.Slug(in.Name)}
	err = s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if err := checkContact(ctx, tx, in.Contact); err != nil {
			return err
		}
		outline, err := in.outline()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO districts (id, slug, name, intro, housing_areas, outline, contact_account_id, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
			id, ref.Slug, in.Name, in.Intro, in.HousingAreas, outline, idOrNull(in.Contact), tx.Now()); err != nil {
			return err
		}
		if err := writeRows(ctx, tx, id, in, nil); err != nil {
			return err
		}
		if actor.Role == authz.Coordinator {
			if _, err := tx.Exec(ctx, `
				INSERT INTO account_districts (account_id, district_id) VALUES ($1, $2)`, actor.AccountID, id); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.created", Object: "district", ID: id})
	})
	if err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// Update changes a district, unless somebody else did since it was read.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	if !actor.MayEditDistrict(id) {
		return fault.New(fault.Forbidden, "")
	}
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		type state struct {
			Stale bool
			Taken bool
		}
		now, err := pg.One(ctx, tx, `
			SELECT updated_at <> $2 AS stale,
				EXISTS (SELECT FROM districts WHERE id <> $1 AND lower(name) = lower($3)) AS taken
			FROM districts WHERE id = $1 FOR UPDATE`, pg.ByName[state], id, in.UpdatedAt, in.Name)
		if err != nil {
			return err
		}
		switch {
		case now.Stale:
			return fault.New(fault.Conflict, "errors.stale")
		case now.Taken:
			return fault.InField(fault.Conflict, "name", "districts.name_taken")
		}
		if err := checkContact(ctx, tx, in.Contact); err != nil {
			return err
		}
		outline, err := in.outline()
		if err != nil {
			return err
		}
		said, err := saidBefore(ctx, tx, id)
		if err != nil {
			return err
		}
		// Two changes never share a moment, or the second would not be seen as
		// newer than the first.
		if _, err := tx.Exec(ctx, `
			WITH s AS (DELETE FROM district_strengths WHERE district_id = $1),
			p AS (DELETE FROM district_plans WHERE district_id = $1)
			UPDATE districts SET name = $2, intro = $3, housing_areas = $4, outline = $5, contact_account_id = $6,
				updated_at = greatest($7, updated_at + interval '1 microsecond')
			WHERE id = $1`,
			id, in.Name, in.Intro, in.HousingAreas, outline, idOrNull(in.Contact), tx.Now()); err != nil {
			return err
		}
		if err := writeRows(ctx, tx, id, in, said); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.updated", Object: "district", ID: id})
	})
}

// saidBefore is since when the strengths of a district are there, in their own
// words: those who follow it are told of each once. Nil: longer than that is
// known.
func saidBefore(ctx context.Context, tx *pg.Tx, id uuid.UUID) (map[string]*time.Time, error) {
	list, err := pg.All(ctx, tx, `SELECT body, added_at FROM district_strengths WHERE district_id = $1`, pg.ByName[struct {
		Body    string
		AddedAt *time.Time
	}], id)
	said := make(map[string]*time.Time, len(list))
	for _, s := range list {
		said[s.Body] = s.AddedAt
	}
	return said, err
}

func writeRows(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Input, said map[string]*time.Time) error {
	now := tx.Now()
	for i, s := range in.Strengths {
		added, known := said[s.Body]
		if !known {
			added = &now
		}
		row, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO district_strengths (id, district_id, position, body, said_by, said_on, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, row, id, i, s.Body, s.SaidBy, s.SaidOn, added); err != nil {
			return err
		}
	}
	for i, p := range in.Plans {
		row, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO district_plans (id, district_id, position, kind, title, owner, starts_on, ends_on)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, row, id, i, p.Kind, p.Title, p.Owner, p.StartsOn, p.EndsOn); err != nil {
			return err
		}
		if err := p.writeRows(ctx, tx, row); err != nil {
			return err
		}
	}
	return nil
}

// checkContact: only staff who can sign in are named as the one to turn to.
func checkContact(ctx context.Context, tx *pg.Tx, account uuid.UUID) error {
	if account == uuid.Nil {
		return nil
	}
	staff, err := pg.One(ctx, tx, `
		SELECT EXISTS (SELECT FROM accounts
			WHERE id = $1 AND role IN ('coordinator', 'administrator') AND disabled_at IS NULL)`, pg.Scalar[bool], account)
	if err != nil {
		return err
	}
	if !staff {
		return fault.InField(fault.Invalid, "contact", text.KeyChooseOne)
	}
	return nil
}

func idOrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
