package partnership

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Quiet is a partner that has not been heard of for SilentMonths.
type Quiet struct {
	ID        uuid.UUID
	Slug      string
	Name      string
	Kind      string     // of organisation
	Districts []string   // names; none: the whole municipality
	Last      *time.Time // nil: never
	Since     time.Time  // Last, or when they came along
	Writable  bool       // the actor may write a note about them
}

// Everywhere asks SilentOnes for all districts.
const Everywhere = "alle"

// SilentOnes lists the partners that have not been heard of for SilentMonths,
// the longest silent first. district is a slug, Everywhere, or empty: a
// coordinator's own districts, and all of them for an administrator.
// Organisations that work in the whole municipality are in every district.
func (s *Service) SilentOnes(ctx context.Context, actor authz.Actor, district string) ([]Quiet, error) {
	if !actor.Staff() {
		return nil, errHidden()
	}
	where := pg.Where("true")
	now := where.Arg(s.db.Now())
	where.And(Silent("w.last", now))
	in := `(EXISTS (SELECT FROM organisation_districts od JOIN districts d ON d.id = od.district_id WHERE od.organisation_id = o.id AND `
	nowhere := `) OR NOT EXISTS (SELECT FROM organisation_districts od WHERE od.organisation_id = o.id))`
	switch {
	case district == Everywhere, district == "" && actor.Role == authz.Administrator:
	case district == "":
		where.And(in+`d.id = ANY (?)`+nowhere, mine(actor))
	case !text.IsSlug(district):
		return nil, nil
	default:
		where.And(in+`d.slug = ?`+nowhere, district)
	}
	writable := where.Arg(actor.Role == authz.Administrator) + ` OR cardinality(w.ids) = 0 OR w.ids && ` + where.Arg(mine(actor)) + `::uuid[]`
	return pg.All(ctx, s.db.Fresh(), `
		SELECT o.id, o.slug, o.name, o.kind, w.last, coalesce(w.last, o.decided_at) AS since, `+writable+` AS writable,
			ARRAY(SELECT d.name FROM districts d WHERE d.id = ANY (w.ids) ORDER BY d.name COLLATE "da-x-icu") AS districts
		FROM organisations o CROSS JOIN LATERAL (SELECT `+LastContact("o.id", now)+` AS last,
			ARRAY(SELECT district_id FROM organisation_districts WHERE organisation_id = o.id) AS ids) w
		WHERE `+where.SQL()+` ORDER BY since, o.name COLLATE "da-x-icu", o.id`, pg.ByName[Quiet], where.Args()...)
}
