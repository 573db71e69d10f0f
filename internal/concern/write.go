package concern

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
	"mellemrum/internal/theme"
)

// Input is a note as it is written in a form.
type Input struct {
	ID          uuid.UUID // made with the form, so that two presses make one; zero: made here
	Kind        Kind
	District    uuid.UUID
	Place       string
	Themes      []uuid.UUID // of the set in use on the day it was seen, or those it has
	Pattern     string
	Source      Source
	SourceWords string
	SeenOn      time.Time
	Looked      []string // what seemed to be about a person, and the writer has looked at
	Version     int      // as it was read, for changes
}

// Input returns the note as its form shows it.
func (c Concern) Input() Input {
	in := Input{ID: c.ID, Kind: c.Kind, District: c.DistrictID, Place: c.Place, Pattern: c.Pattern, Source: c.Source,
		SourceWords: c.SourceWords, SeenOn: c.SeenOn, Version: c.Version}
	for _, t := range c.Themes {
		in.Themes = append(in.Themes, t.ID)
	}
	return in
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Place, in.SourceWords, in.Pattern = text.Line(in.Place), text.Line(in.SourceWords), text.Block(in.Pattern)
	in.Themes = unique(in.Themes)
	return in
}

func unique(ids []uuid.UUID) []uuid.UUID {
	kept := []uuid.UUID{}
	for _, id := range ids {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

// Validate names what cannot be used, in the order of the form.
func (in Input) Validate(now time.Time) fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	if !in.Kind.Valid() {
		f.Add("kind", text.KeyChooseOne)
	}
	if in.District == uuid.Nil {
		f.Add("district", "concerns.district_missing")
	}
	text.Check(&f, "place", in.Place, MaxPlace)
	refuseCPR(&f, "place", in.Place)
	text.Require(&f, "pattern", in.Pattern, MaxPattern, "concerns.pattern_missing")
	refuseCPR(&f, "pattern", in.Pattern)
	seen(&f, "seen_on", in.SeenOn, now, "concerns.seen_ahead")
	if len(in.Themes) == 0 {
		f.Add("themes", "concerns.themes_missing")
	}
	if !slices.Contains(Sources, in.Source) {
		f.Add("source", text.KeyChooseOne)
	}
	text.Check(&f, "source_words", in.SourceWords, MaxSource)
	refuseCPR(&f, "source_words", in.SourceWords)
	return f
}

// seen refuses a day that is none or has not come yet.
func seen(f *fault.Fields, field string, day, now time.Time, ahead string) {
	switch {
	case day.IsZero():
		f.Add(field, "errors.field_date_invalid")
	case day.After(i18n.Day(now)):
		f.Add(field, ahead)
	}
}

// Create writes a note down. Text that looks like a CPR number is refused; what
// looks like a person is refused until the writer has looked (Invalid in the
// field "sure").
func (s *Service) Create(ctx context.Context, actor authz.Actor, in Input) (uuid.UUID, error) {
	if !actor.Staff() && actor.Role != authz.System {
		return uuid.Nil, errHidden()
	}
	if err := in.Validate(s.db.Now()).Err(); err != nil {
		return uuid.Nil, err
	}
	if !actor.MayKeepConcern(in.District) {
		return uuid.Nil, fault.InField(fault.Invalid, "district", "concerns.district_yours")
	}
	in = in.Tidy()
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if err := guard(ctx, tx, in.Looked, in.Place, in.Pattern, in.SourceWords); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO concerns (id, kind, district_id, place, pattern, source, source_words, seen_on, author_id, created_at, updated_at)
			SELECT $1, $2, d.id, $4, $5, $6, $7, $8, $9, $10, $10 FROM districts d WHERE d.id = $3 ON CONFLICT (id) DO NOTHING`,
			in.ID, in.Kind, in.District, in.Place, in.Pattern, in.Source, in.SourceWords, in.SeenOn, audit.ActorID(actor), tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			// The second press of the same form finds its note there.
			switch was, err := byID(ctx, tx, in.ID); {
			case fault.Is(err, fault.NotFound):
				return fault.InField(fault.Invalid, "district", "concerns.district_missing")
			case err != nil:
				return err
			case was.AuthorID == nil || *was.AuthorID != actor.AccountID:
				return fault.New(fault.Conflict, "errors.stale")
			}
			return audit.Write(ctx, tx, entry("written_again", in.ID, nil))
		}
		if err := setThemes(ctx, tx, in); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("written", in.ID, map[string]any{"kind": in.Kind, "district": in.District}))
	})
	return in.ID, err
}

// setThemes gives the note its themes. They are of the set in use on the day it
// was seen; those it has already it may keep, whatever became of the set.
func setThemes(ctx context.Context, tx *pg.Tx, in Input) error {
	known, err := pg.One(ctx, tx, `SELECT count(*)::int FROM themes t WHERE t.id = ANY ($1) AND (t.set_id = `+theme.OnSQL("$2")+`
		OR EXISTS (SELECT FROM concern_themes x WHERE x.concern_id = $3 AND x.theme_id = t.id))`, pg.Scalar[int], in.Themes, in.SeenOn, in.ID)
	if err != nil {
		return err
	}
	if known != len(in.Themes) {
		return fault.InField(fault.Invalid, "themes", "concerns.themes_other_set")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM concern_themes WHERE concern_id = $1 AND theme_id <> ALL ($2)`, in.ID, in.Themes); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO concern_themes (concern_id, theme_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING`, in.ID, in.Themes)
	return err
}

// held is a note with its row held, for those who keep it.
func held(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Concern, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM concerns WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Concern{}, err
	}
	return byID(ctx, tx, id)
}

// keep runs fn for one who keeps the note, and writes down what was done.
func (s *Service) keep(ctx context.Context, actor authz.Actor, id uuid.UUID, action string, fn func(*pg.Tx, Concern) (any, error)) error {
	if !actor.Staff() && actor.Role != authz.System {
		return errHidden()
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		c, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if !c.KeptBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		detail, err := fn(tx, c)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry(action, id, detail))
	})
}

// Update changes a note. Somebody else's change since in.Version is a Conflict.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	return s.keep(ctx, actor, id, "changed", func(tx *pg.Tx, c Concern) (any, error) {
		in.ID = id
		f := in.Validate(tx.Now())
		if in.District != uuid.Nil && !actor.MayKeepConcern(in.District) {
			f.Add("district", "concerns.district_yours")
		}
		in = in.Tidy()
		if c.ClosedOn != nil && in.SeenOn.After(*c.ClosedOn) && !f.Has("seen_on") {
			f.Add("seen_on", "concerns.seen_after_closed")
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		if in.Version != c.Version {
			return nil, fault.New(fault.Conflict, "errors.stale")
		}
		if err := guard(ctx, tx, in.Looked, in.Place, in.Pattern, in.SourceWords); err != nil {
			return nil, err
		}
		tag, err := tx.Exec(ctx, `UPDATE concerns SET kind = $2, district_id = $3, place = $4, pattern = $5, source = $6, source_words = $7, seen_on = $8,
			version = version + 1, updated_at = $9 WHERE id = $1 AND EXISTS (SELECT FROM districts WHERE id = $3)`,
			id, in.Kind, in.District, in.Place, in.Pattern, in.Source, in.SourceWords, in.SeenOn, tx.Now())
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.InField(fault.Invalid, "district", "concerns.district_missing")
		}
		if err != nil {
			return nil, err
		}
		return nil, setThemes(ctx, tx, in)
	})
}

// Remove takes a note away for good, with what was seen later. That there was
// one stays in the audit log.
func (s *Service) Remove(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.keep(ctx, actor, id, "removed", func(tx *pg.Tx, c Concern) (any, error) {
		_, err := tx.Exec(ctx, `DELETE FROM concerns WHERE id = $1`, id)
		return map[string]any{"kind": c.Kind, "district": c.DistrictID}, err
	})
}
