package district

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Tie tells how good the contact with somebody is.
type Tie string

// The kinds of contact.
const (
	Close     Tie = "close"
	Good      Tie = "good"
	Beginning Tie = "beginning"
	Missing   Tie = "missing"
)

// Ties are all of them, the best first.
var Ties = []Tie{Close, Good, Beginning, Missing}

// Key is the message key of the contact's name.
func (t Tie) Key() string { return "concerns.tie_" + string(t) }

// Relation is somebody the district works with: an organisation of the
// directory, or whoever is named in words.
type Relation struct {
	Organisation uuid.UUID // zero: see Name
	Slug         string    // the organisation's; not written
	Name         string
	What         string
	Tie          Tie
	Since        *time.Time
}

// Duty is what somebody sees to in the district: one on the staff, a partner, or
// whoever is named in words.
type Duty struct {
	Account      uuid.UUID
	Organisation uuid.UUID
	Slug         string // the organisation's; not written
	Name         string
	What         string
}

// Side is what only staff see of a district.
type Side struct {
	District
	Relations []Relation
	Duties    []Duty
	Version   int // rises with every change of the two lists
}

// SideInput is the two lists as they are written in a form.
type SideInput struct {
	Relations []Relation
	Duties    []Duty
	Version   int // as it was read
}

const (
	// MaxSideRows is how many relations, and how many duties, a district has.
	MaxSideRows = 40
	maxWhat     = 400
	maxName     = 120
)

const sideSQL = `SELECT d.side_version AS version,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('Organisation', coalesce(r.organisation_id, '00000000-0000-0000-0000-000000000000'), 'Slug', coalesce(o.slug, ''),
			'Name', coalesce(o.name, r.name), 'What', r.what, 'Tie', r.contact, 'Since', to_char(r.since, 'YYYY-MM-DD"T00:00:00Z"')) ORDER BY r.position), '[]')
		FROM district_relations r LEFT JOIN organisations o ON o.id = r.organisation_id WHERE r.district_id = d.id) AS relations,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('Account', coalesce(u.account_id, '00000000-0000-0000-0000-000000000000'),
			'Organisation', coalesce(u.organisation_id, '00000000-0000-0000-0000-000000000000'), 'Slug', coalesce(o.slug, ''),
			'Name', coalesce(o.name, a.name, u.name), 'What', u.what) ORDER BY u.position), '[]')
		FROM district_duties u LEFT JOIN organisations o ON o.id = u.organisation_id LEFT JOIN accounts a ON a.id = u.account_id WHERE u.district_id = d.id) AS duties
	FROM districts d WHERE d.id = $1`

// Side returns a district with what only staff see of it.
func (s *Service) Side(ctx context.Context, actor authz.Actor, slug string) (Side, error) {
	if !actor.Staff() {
		return Side{}, fault.New(fault.NotFound, "")
	}
	d, err := s.BySlug(ctx, slug)
	if err != nil {
		return Side{}, err
	}
	type row struct {
		Version   int
		Relations []Relation
		Duties    []Duty
	}
	r, err := pg.One(ctx, s.db.Fresh(), sideSQL, pg.ByName[row], d.ID)
	return Side{District: d, Relations: r.Relations, Duties: r.Duties, Version: r.Version}, err
}

// RelationField names a field of the n-th relation, from 0.
func RelationField(n int, field string) string { return fmt.Sprintf("relations[%d].%s", n, field) }

// DutyField names a field of the n-th duty, from 0.
func DutyField(n int, field string) string { return fmt.Sprintf("duties[%d].%s", n, field) }

// Tidy returns the lists as they will be kept, without the rows nobody wrote in.
func (in SideInput) Tidy() SideInput {
	var kept SideInput
	kept.Version = in.Version
	for _, r := range in.Relations {
		r.Name, r.What = text.Line(r.Name), text.Line(r.What)
		if r.Organisation != uuid.Nil {
			r.Name = ""
		}
		if r.Organisation != uuid.Nil || r.Name != "" || r.What != "" || r.Since != nil {
			kept.Relations = append(kept.Relations, r)
		}
	}
	for _, d := range in.Duties {
		d.Name, d.What = text.Line(d.Name), text.Line(d.What)
		if d.Account != uuid.Nil || d.Organisation != uuid.Nil || d.Name != "" || d.What != "" {
			kept.Duties = append(kept.Duties, d)
		}
	}
	return kept
}

// Validate names what cannot be used.
func (in SideInput) Validate(now time.Time) fault.Fields {
	in = in.Tidy()
	today := i18n.Day(now)
	var f fault.Fields
	words := func(field, s string, limit int, missing string) {
		if missing != "" {
			text.Require(&f, field, s, limit, missing)
		} else {
			text.Check(&f, field, s, limit)
		}
		if text.LooksLikeCPR(s) && !f.Has(field) {
			f.Add(field, "errors.field_cpr")
		}
	}
	for i, r := range in.Relations {
		missing := ""
		if r.Organisation == uuid.Nil {
			missing = "concerns.relation_who_missing"
		}
		words(RelationField(i, "name"), r.Name, maxName, missing)
		words(RelationField(i, "what"), r.What, maxWhat, "")
		if !slices.Contains(Ties, r.Tie) {
			f.Add(RelationField(i, "tie"), text.KeyChooseOne)
		}
		if r.Since != nil && r.Since.After(today) {
			f.Add(RelationField(i, "since"), "concerns.since_ahead")
		}
	}
	for i, d := range in.Duties {
		missing := ""
		if d.Account == uuid.Nil && d.Organisation == uuid.Nil {
			missing = "concerns.duty_who_missing"
		}
		words(DutyField(i, "name"), d.Name, maxName, missing)
		words(DutyField(i, "what"), d.What, maxWhat, "concerns.duty_what_missing")
	}
	if len(in.Relations) > MaxSideRows {
		f.Add("relations", "concerns.too_many_rows", "Max", MaxSideRows)
	}
	if len(in.Duties) > MaxSideRows {
		f.Add("duties", "concerns.too_many_rows", "Max", MaxSideRows)
	}
	return f
}

// SaveSide replaces the two lists. Somebody else's change since in.Version is a
// Conflict.
func (s *Service) SaveSide(ctx context.Context, actor authz.Actor, district uuid.UUID, in SideInput) error {
	if !actor.MayEditDistrict(district) {
		return fault.New(fault.Forbidden, "")
	}
	if err := in.Validate(s.db.Now()).Err(); err != nil {
		return err
	}
	in = in.Tidy()
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		version, err := pg.One(ctx, tx, `SELECT side_version FROM districts WHERE id = $1 FOR UPDATE`, pg.Scalar[int], district)
		if err != nil {
			return err
		}
		if version != in.Version {
			return fault.New(fault.Conflict, "errors.stale")
		}
		for _, sql := range []string{`DELETE FROM district_relations WHERE district_id = $1`, `DELETE FROM district_duties WHERE district_id = $1`,
			`UPDATE districts SET side_version = side_version + 1 WHERE id = $1`} {
			if _, err := tx.Exec(ctx, sql, district); err != nil {
				return err
			}
		}
		for i, r := range in.Relations {
			tag, err := tx.Exec(ctx, `INSERT INTO district_relations (id, district_id, position, organisation_id, name, what, contact, since)
				SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM organisations WHERE id = $4 AND status IN ('approved', 'suspended'))`,
				uuid.Must(uuid.NewV7()), district, i, idOrNull(r.Organisation), r.Name, r.What, r.Tie, r.Since)
			if err := there(tag.RowsAffected(), err, RelationField(i, "organisation")); err != nil {
				return err
			}
		}
		for i, d := range in.Duties {
			tag, err := tx.Exec(ctx, `INSERT INTO district_duties (id, district_id, position, account_id, organisation_id, name, what)
				SELECT $1, $2, $3, $4, $5, coalesce((SELECT name FROM accounts WHERE id = $4 AND role <> 'partner'),
					(SELECT name FROM organisations WHERE id = $5 AND status IN ('approved', 'suspended')), $6), $7
				WHERE ($4::uuid IS NULL OR EXISTS (SELECT FROM accounts WHERE id = $4 AND role <> 'partner'))
					AND ($5::uuid IS NULL OR EXISTS (SELECT FROM organisations WHERE id = $5 AND status IN ('approved', 'suspended')))`,
				uuid.Must(uuid.NewV7()), district, i, idOrNull(d.Account), idOrNull(d.Organisation), d.Name, d.What)
			if err := there(tag.RowsAffected(), err, DutyField(i, "who")); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.side_changed", Object: "district", ID: district,
			Detail: map[string]int{"relations": len(in.Relations), "duties": len(in.Duties)}})
	})
}

func there(rows int64, err error, field string) error {
	if err == nil && rows == 0 {
		err = fault.InField(fault.Invalid, field, text.KeyChooseOne)
	}
	return err
}
