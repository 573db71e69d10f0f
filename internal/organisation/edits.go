package organisation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// What an organisation's own people change is public at once. Staff see it
// beside what they last saw, and can put that back.

// errThere ends a transaction that has nothing to change: a second press.
var errThere = errors.New("organisation: it is so already")

func unlessThere(err error) error {
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

// LookedAtBy tells whether it is for the actor to look at what its people
// change: also for those whose districts it has just left.
func (o Organisation) LookedAtBy(actor authz.Actor) bool {
	if actor.MayReviewOrganisation(o.DistrictIDs()) {
		return true
	}
	return o.BeforeEdits != nil && actor.MayReviewOrganisation(o.BeforeEdits.Districts)
}

// Edits names the form fields that differ from what staff last saw.
func (o Organisation) Edits() []string {
	if o.BeforeEdits == nil {
		return nil
	}
	return differences(*o.BeforeEdits, o.Input())
}

func differences(was, is Input) []string {
	var list []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"name", was.Name == is.Name}, {"kind", was.Kind == is.Kind}, {"about", was.About == is.About},
		{"districts", slices.Equal(was.Tidy().Districts, is.Tidy().Districts)},
		{"languages", slices.Equal(was.Languages, is.Languages)},
		{"cvr", was.CVR == is.CVR}, {"website", was.Website == is.Website}, {"contact_name", was.ContactName == is.ContactName},
		{"contact_email", was.ContactEmail == is.ContactEmail}, {"contact_phone", was.ContactPhone == is.ContactPhone},
		{"locale", was.Locale == is.Locale},
	} {
		if !f.same {
			list = append(list, f.name)
		}
	}
	return list
}

// noteEdits keeps what staff last saw when the organisation's own people change
// it. Staff who change it have seen it.
func noteEdits(ctx context.Context, tx *pg.Tx, was Organisation, in Input) error {
	before := was.BeforeEdits
	switch {
	case was.LookedAtBy(tx.Actor()):
		before = nil
	case before == nil:
		seen := was.Input()
		seen.UpdatedAt = time.Time{}
		before = &seen
	}
	if before != nil && len(differences(*before, in)) == 0 {
		before = nil
	}
	return setBefore(ctx, tx, was.ID, before)
}

func setBefore(ctx context.Context, tx *pg.Tx, id uuid.UUID, before *Input) error {
	_, err := tx.Exec(ctx, `
		UPDATE organisations SET before_edits = $2::jsonb, edited_at = CASE WHEN $2::jsonb IS NOT NULL THEN coalesce(edited_at, $3) END
		WHERE id = $1`, id, before, tx.Now())
	return err
}

// Watched are the organisations that staff keep an eye on.
type Watched struct {
	Edited    []Organisation // whose people changed something that the actor has not looked at
	Suspended []Organisation
}

// Watched lists them, those first that have waited longest. Who is suspended is
// on no other list.
func (s *Service) Watched(ctx context.Context, actor authz.Actor) (Watched, error) {
	if !actor.Staff() {
		return Watched{}, fault.New(fault.Forbidden, "")
	}
	all, err := pg.All(ctx, s.db.Fresh(), `
		SELECT `+columns+` FROM organisations o WHERE o.edited_at IS NOT NULL AND o.status = 'approved' OR o.status = 'suspended'
		ORDER BY coalesce(o.suspended_at, o.edited_at), o.id`, pg.ByName[Organisation])
	var w Watched
	for _, o := range all {
		switch {
		case o.Status == Suspended:
			w.Suspended = append(w.Suspended, o)
		case o.LookedAtBy(actor):
			w.Edited = append(w.Edited, o)
		}
	}
	return w, err
}

// LookedAt says that what its people changed is fine. The moment is the one
// that was looked at: what has come since is not.
func (s *Service) LookedAt(ctx context.Context, actor authz.Actor, id uuid.UUID, updated time.Time) error {
	return s.lookAt(ctx, actor, id, updated, "organisation.edits_reviewed", nil)
}

// PutBack makes the organisation what it was when staff last looked.
func (s *Service) PutBack(ctx context.Context, actor authz.Actor, id uuid.UUID, updated time.Time) error {
	return s.lookAt(ctx, actor, id, updated, "organisation.edits_put_back", func(tx *pg.Tx, o Organisation) error {
		before := *o.BeforeEdits
		var err error
		if before.Districts, err = pg.All(ctx, tx, `SELECT id FROM districts WHERE id = ANY($1)`, pg.Scalar[uuid.UUID], before.Districts); err != nil {
			return err
		}
		return rewrite(ctx, tx, id, before.Tidy())
	})
}

func (s *Service) lookAt(ctx context.Context, actor authz.Actor, id uuid.UUID, updated time.Time, action string, do func(*pg.Tx, Organisation) error) error {
	if !actor.Staff() && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !o.LookedAtBy(actor):
			return fault.New(fault.Forbidden, "")
		case o.BeforeEdits == nil:
			return errThere
		case !o.UpdatedAt.Equal(updated):
			return fault.New(fault.Conflict, "errors.stale")
		}
		if do != nil {
			if err := do(tx, o); err != nil {
				return err
			}
		}
		if err := setBefore(ctx, tx, id, nil); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "organisation", ID: id, Detail: map[string]any{"fields": o.Edits()}})
	})
	return unlessThere(err)
}
