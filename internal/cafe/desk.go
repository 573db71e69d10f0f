package cafe

import (
	"context"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// SeriesListing is a café as staff list it, also one without dates.
type SeriesListing struct {
	Slug         string
	Name         string
	DistrictSlug string
	District     string
	Venue        string
	Hosts        string     // names, one per line
	Coming       int        // dates still to come, cancelled ones left out
	Next         *time.Time // the first of them
	Last         *time.Time // the last of them: after it, more must be made out
}

// ListSeries lists the cafés the actor may edit, by name: a coordinator's own
// districts', all for an administrator.
func (s *Service) ListSeries(ctx context.Context, a authz.Actor) ([]SeriesListing, error) {
	where := pg.Where("true")
	switch a.Role {
	case authz.Administrator, authz.System:
	case authz.Coordinator:
		where.And("c.district_id = ANY (?)", nonNil(a.Districts))
	default:
		return nil, fault.New(fault.NotFound, "")
	}
	now := where.Arg(s.db.Now())
	return pg.All(ctx, s.db.Fresh(), `
		SELECT c.slug, c.name, d.slug AS district_slug, d.name AS district, c.venue,
		       (SELECT coalesce(string_agg(g.name, E'\n' ORDER BY g.name COLLATE "da-x-icu"), '')
		        FROM cafe_hosts h JOIN organisations g ON g.id = h.organisation_id WHERE h.cafe_id = c.id) AS hosts,
		       o.coming, o.next, o.last
		FROM cafes c JOIN districts d ON d.id = c.district_id
		CROSS JOIN LATERAL (
			SELECT count(*)::int AS coming, min(starts_at) AS next, max(starts_at) AS last
			FROM occasions WHERE cafe_id = c.id AND cancelled_at IS NULL AND starts_at > `+now+`) o
		WHERE `+where.SQL()+`
		ORDER BY c.name COLLATE "da-x-icu", c.id`, pg.ByName[SeriesListing], where.Args()...)
}

// Editable is a café as its form shows it.
type Editable struct {
	Cafe
	Places []PlaceSpec // what new dates start with
}

const editableSQL = `SELECT ` + cafeColumns + `,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Key', p.key, 'Kind', p.kind, 'Minimum', p.minimum, 'Capacity', p.capacity,
			'Starts', coalesce(to_char(p.starts, 'HH24:MI'), ''), 'Ends', coalesce(to_char(p.ends, 'HH24:MI'), ''), 'Language', p.language)
			ORDER BY array_position('{guest,host,kitchen,interpreter,driver}', p.kind), p.starts NULLS FIRST, length(p.key), p.key), '[]')
		 FROM cafe_places p WHERE p.cafe_id = c.id) AS places
		FROM cafes c JOIN districts d ON d.id = c.district_id`

// ForEdit returns a café for those who may edit it.
func (s *Service) ForEdit(ctx context.Context, a authz.Actor, slug string) (Editable, error) {
	if !text.IsSlug(slug) {
		return Editable{}, fault.New(fault.NotFound, "")
	}
	e, err := pg.One(ctx, s.db.Fresh(), editableSQL+` WHERE c.slug = $1`, pg.ByName[Editable], slug)
	if err != nil {
		return Editable{}, err
	}
	if !a.MayEditCafe(e.DistrictID) {
		return Editable{}, fault.New(fault.Forbidden, "cafes.not_your_district")
	}
	return e, nil
}
