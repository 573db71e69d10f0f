package initiative

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func entry(action string, id uuid.UUID, detail any) audit.Entry {
	return audit.Entry{Action: "initiative." + action, Object: "initiative", ID: id, Detail: detail}
}

// Create begins an initiative as an idea. Staff's and partners' are public at
// once; the organisation that proposes it is its first party.
func (s *Service) Create(ctx context.Context, actor authz.Actor, in Input) (Ref, error) {
	in = in.Tidy()
	switch {
	case actor.Role == authz.Partner && !actor.MemberOf(in.For),
		actor.Role != authz.Partner && !actor.MayKeepInitiative(in.Districts):
		return Ref{}, fault.New(fault.Forbidden, "")
	}
	if err := in.Validate().Err(); err != nil {
		return Ref{}, err
	}
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	ref := Ref{ID: in.ID}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if was, err := byID(ctx, tx, in.ID); err == nil { // the second press of the same form
			if !was.WorkableBy(actor) || was.Title != in.Title {
				return fault.New(fault.Conflict, "errors.stale")
			}
			ref.Slug = was.Slug
			return audit.Write(ctx, tx, entry("created_again", in.ID, nil))
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		var err error
		if ref.Slug, err = insert(ctx, tx, in, "staff"); err != nil {
			return err
		}
		if actor.Role == authz.Partner {
			if _, err := tx.Exec(ctx, `UPDATE initiatives SET origin = 'partner' WHERE id = $1`, in.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO initiative_parties (id, initiative_id, organisation_id, lead, invited_at, joined_at) VALUES ($1, $2, $3, true, $4, $4)`,
				newID(), in.ID, in.For, tx.Now()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE initiatives SET public_at = $2 WHERE id = $1`, in.ID, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("created", in.ID, nil))
	})
	return ref, err
}

// insert adds an idea that is not public yet, with a free address.
func insert(ctx context.Context, tx *pg.Tx, in Input, origin string) (slug string, err error) {
	if slug, err = freeSlug(ctx, tx, in.Title); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO initiatives (id, slug, title, kind, status, origin, comments, purpose, need, body, owner_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'idea', $5, $6, $7, $8, $9, (SELECT id FROM accounts WHERE id = $10 AND role <> 'partner'), $11, $11)`,
		in.ID, slug, in.Title, in.Kind, origin, in.Comments, in.Words.Purpose, in.Words.Need, in.Words.Body, orNull(in.Owner), tx.Now()); err != nil {
		return "", err
	}
	if err := setDistricts(ctx, tx, in.ID, in.Districts); err != nil {
		return "", err
	}
	if err := setThemes(ctx, tx, in.ID, in.Themes); err != nil {
		return "", err
	}
	return slug, keepVersion(ctx, tx, in.ID, 1, in.Words, in.For)
}

// freeSlug makes the address of a title that may be somebody else's too.
func freeSlug(ctx context.Context, tx *pg.Tx, title string) (string, error) {
	base := text.Slug(title)
	if base == "" {
		base = "initiativ"
	}
	taken, err := pg.All(ctx, tx, `SELECT slug FROM initiatives WHERE slug = $1 OR slug ~ ('^' || $1 || '-[0-9]+$')`, pg.Scalar[string], base)
	if err != nil {
		return "", err
	}
	is := map[string]bool{"ny": true, "ideer": true}
	for _, t := range taken {
		is[t] = true
	}
	slug := base
	for n := 2; is[slug]; n++ {
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	return slug, nil
}

func setDistricts(ctx context.Context, tx *pg.Tx, id uuid.UUID, districts []uuid.UUID) error {
	return link(ctx, tx, "districts", "initiative_districts", `INSERT INTO initiative_districts SELECT $1, id FROM districts WHERE id = ANY ($2)`, id, districts)
}

// setThemes takes themes of the set in use, and those the initiative had.
func setThemes(ctx context.Context, tx *pg.Tx, id uuid.UUID, themes []uuid.UUID) error {
	return link(ctx, tx, "themes", "initiative_themes", `INSERT INTO initiative_themes SELECT $1, id FROM themes WHERE id = ANY ($2)`, id, themes)
}

// link replaces what an initiative is joined to; one that is not there is
// refused.
func link(ctx context.Context, tx *pg.Tx, field, table, sql string, id uuid.UUID, to []uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE initiative_id = $1`, id); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sql, id, to)
	if err == nil && int(tag.RowsAffected()) != len(to) {
		return fault.InField(fault.Invalid, field, text.KeyChooseOne)
	}
	return err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// held is the initiative with its row held, for those who may work on it.
func held(ctx context.Context, tx *pg.Tx, actor authz.Actor, id uuid.UUID) (Initiative, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM initiatives WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Initiative{}, err
	}
	i, err := byID(ctx, tx, id)
	if err != nil {
		return Initiative{}, err
	}
	if !i.WorkableBy(actor) {
		if i.SeenBy(actor) {
			return Initiative{}, fault.New(fault.Forbidden, "")
		}
		return Initiative{}, fault.New(fault.NotFound, "")
	}
	return i, nil
}

// work runs fn with an initiative that the actor may work on and that has not
// ended.
func (s *Service) work(ctx context.Context, actor authz.Actor, id uuid.UUID, fn func(*pg.Tx, Initiative) error) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if i.Status.Ended() {
			return fault.New(fault.Conflict, "initiatives.ended")
		}
		return fn(tx, i)
	})
}

// Update changes an initiative's facts; its words have a way of their own.
// Somebody else's change since in.UpdatedAt is a Conflict.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	in = in.Tidy()
	in.Words = Words{Purpose: "-"}
	if err := in.Validate().Err(); err != nil {
		return err
	}
	return s.work(ctx, actor, id, func(tx *pg.Tx, was Initiative) error {
		if !was.UpdatedAt.Equal(in.UpdatedAt) {
			return fault.New(fault.Conflict, "errors.stale")
		}
		// Whoever moves it keeps hold of it on both sides.
		if actor.Role == authz.Coordinator && !actor.MayKeepInitiative(in.Districts) {
			return fault.InField(fault.Invalid, "districts", "initiatives.district_yours")
		}
		owner := was.OwnerID
		if was.KeptBy(actor) {
			owner = orNull(in.Owner)
		}
		if _, err := tx.Exec(ctx, `
			UPDATE initiatives SET title = $2, kind = $3, comments = $4, owner_id = (SELECT id FROM accounts WHERE id = $5 AND role <> 'partner'),
				updated_at = $6 WHERE id = $1`, id, in.Title, in.Kind, in.Comments, owner, tx.Now()); err != nil {
			return err
		}
		if err := setDistricts(ctx, tx, id, in.Districts); err != nil {
			return err
		}
		if err := setThemes(ctx, tx, id, in.Themes); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("changed", id, nil))
	})
}

// Publish makes a resident's idea readable for everybody. Twice is once.
func (s *Service) Publish(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		if !i.KeptBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		tag, err := tx.Exec(ctx, `UPDATE initiatives SET public_at = $2, updated_at = $2 WHERE id = $1 AND public_at IS NULL`, id, tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 1 {
			if _, err := tellVoices(ctx, tx, i, "voice_news", map[string]any{"status": i.Status, "ending": ""}, `initiative_id = $1`, id); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("published", id, nil))
	})
}
