// Package theme owns the words that concerns and initiatives are sorted by.
//
// They come in sets: when a funding period changes the words a new set begins,
// and whatever was written under the old one keeps its themes.
package theme

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the themes.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Theme is one word to sort by.
type Theme struct {
	ID   uuid.UUID
	Name string
}

// Set is the themes of a period.
type Set struct {
	ID       uuid.UUID
	Name     string
	StartsOn time.Time // midnight UTC of the date
	Themes   []Theme
}

// CurrentSQL is the id of the set in use at the moment of a parameter.
func CurrentSQL(now string) string {
	return `(SELECT id FROM theme_sets WHERE starts_on <= (` + now + `::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date ORDER BY starts_on DESC LIMIT 1)`
}

// OnSQL is the id of the set in use on the date of a parameter; before the first
// there was, the first.
func OnSQL(date string) string {
	return `(SELECT id FROM theme_sets ORDER BY starts_on > ` + date + `::date, abs(starts_on - ` + date + `::date) LIMIT 1)`
}

const themesJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', t.id, 'Name', t.name) ORDER BY t.position), '[]') FROM themes t WHERE t.set_id = s.id)`

// Current lists the themes in use now, for forms.
func (s *Service) Current(ctx context.Context) ([]Theme, error) {
	return pg.All(ctx, s.db.Reader(), `SELECT id, name FROM themes WHERE set_id = `+CurrentSQL("$1")+` ORDER BY position`, pg.ByName[Theme], s.db.Now())
}

// On lists the themes in use on a date, for forms about what is past.
func (s *Service) On(ctx context.Context, date time.Time) ([]Theme, error) {
	return pg.All(ctx, s.db.Reader(), `SELECT id, name FROM themes WHERE set_id = `+OnSQL("$1")+` ORDER BY position`, pg.ByName[Theme], date)
}

// Sets lists every set, the newest first.
func (s *Service) Sets(ctx context.Context) ([]Set, error) {
	return pg.All(ctx, s.db.Fresh(), `SELECT s.id, s.name, s.starts_on, `+themesJSON+` AS themes FROM theme_sets s ORDER BY s.starts_on DESC`, pg.ByName[Set])
}

// MaxThemes is how many words a set may hold.
const MaxThemes = 20

// Begin makes a new set from a day that is not past. Nothing that exists
// changes its themes.
func (s *Service) Begin(ctx context.Context, actor authz.Actor, name string, from time.Time, words []string) error {
	if actor.Role != authz.Administrator && actor.Role != authz.System {
		return fault.New(fault.NotFound, "")
	}
	name = text.Line(name)
	var f fault.Fields
	text.Require(&f, "name", name, 120, "themes.name_missing")
	kept := []string{}
	seen := map[string]bool{}
	for _, w := range words {
		if w = text.Line(w); w != "" && !seen[w] {
			seen[w] = true
			kept = append(kept, w)
			text.Check(&f, "words", w, 80)
		}
	}
	switch y, m, d := s.db.Now().In(i18n.Zone).Date(); {
	case from.IsZero():
		f.Add("starts_on", "errors.field_date_invalid")
	case from.Before(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)):
		f.Add("starts_on", "themes.starts_past")
	}
	switch {
	case len(kept) == 0:
		f.Add("words", "themes.words_missing")
	case len(kept) > MaxThemes:
		f.Add("words", "themes.too_many", "Max", MaxThemes)
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		id := uuid.Must(uuid.NewV7())
		if _, err := tx.Exec(ctx, `INSERT INTO theme_sets (id, name, starts_on, created_at) VALUES ($1, $2, $3, $4)`, id, name, from, tx.Now()); err != nil {
			return err
		}
		for i, w := range kept {
			if _, err := tx.Exec(ctx, `INSERT INTO themes (id, set_id, position, name) VALUES ($1, $2, $3, $4)`, uuid.Must(uuid.NewV7()), id, i+1, w); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "theme_set.began", Object: "theme_set", ID: id})
	})
}
