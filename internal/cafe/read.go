package cafe

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// PageSize is the number of dates a list shows at a time.
const PageSize = 20

// Filter narrows a list of dates. Zero fields do not narrow.
type Filter struct {
	District  string    // slug
	Cafe      string    // slug
	Language  string    // spoken at the tables
	From      time.Time // date; zero: from now on
	Until     time.Time // date, inclusive
	Limit     int       // zero: PageSize
	Page      int       // from 0
	Districts []uuid.UUID
	Hosts     []uuid.UUID // held by one of these organisations
}

// Coming lists dates that are public, earliest first, and tells whether there
// are more. Cancelled dates are shown until they have passed, so that nobody
// goes in vain.
func (s *Service) Coming(ctx context.Context, f Filter) (list []Listing, more bool, err error) {
	return s.list(ctx, f, false)
}

// ForStaff lists dates with their waiting lists for those who may see them:
// a coordinator's own districts, all for an administrator, or a partner's
// hosted cafés.
func (s *Service) ForStaff(ctx context.Context, a authz.Actor, f Filter) (list []Listing, more bool, err error) {
	switch a.Role {
	case authz.Administrator, authz.System:
	case authz.Coordinator:
		if f.Districts == nil {
			f.Districts = nonNil(a.Districts)
		}
	case authz.Partner:
		f.Hosts = nonNil(a.OrganisationIDs())
	default:
		return nil, false, fault.New(fault.NotFound, "")
	}
	return s.list(ctx, f, true)
}

func nonNil(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}

func (s *Service) list(ctx context.Context, f Filter, waiting bool) ([]Listing, bool, error) {
	where := pg.Where("true")
	if f.From.IsZero() {
		// A date is over on its own day: the first condition is for the index.
		where.And("o.starts_at > ?", s.db.Now().Add(-24*time.Hour))
		where.And("o.ends_at > ?", s.db.Now())
	} else {
		where.And("o.on_date >= ?", f.From)
	}
	if !f.Until.IsZero() {
		where.And("o.on_date <= ?", f.Until)
	}
	if f.District != "" {
		where.And("d.slug = ?", f.District)
	}
	if f.Cafe != "" {
		where.And("c.slug = ?", f.Cafe)
	}
	if f.Language != "" {
		where.And("? = ANY (c.languages)", f.Language)
	}
	if f.Districts != nil {
		where.And("c.district_id = ANY (?)", f.Districts)
	}
	if f.Hosts != nil {
		where.And("EXISTS (SELECT FROM cafe_hosts h WHERE h.cafe_id = c.id AND h.organisation_id = ANY (?))", f.Hosts)
	}
	limit := f.Limit
	if limit == 0 {
		limit = PageSize
	}
	waitingSQL := "0"
	if waiting {
		waitingSQL = `(SELECT count(*) FROM occasion_places p JOIN sign_ups s ON s.place_id = p.id
			WHERE p.occasion_id = o.id AND s.status = 'waiting')::int`
	}
	// The limit is written out: behind a $n the planner would not know how few
	// rows are wanted and plan anew each time, which costs more than the rows.
	sql := `
		SELECT o.id AS occasion_id, c.slug, c.name, d.slug AS district_slug, d.name AS district, c.venue,
		       h.names AS hosts, o.on_date, o.starts_at, o.ends_at, o.opens_at, o.closes_at, o.cancelled_at,
		       p.guests_left, p.guests, p.capacity, p.helpers_left, p.helpers_short, ` + waitingSQL + ` AS waiting
		FROM occasions o
		JOIN cafes c ON c.id = o.cafe_id
		JOIN districts d ON d.id = c.district_id
		CROSS JOIN LATERAL (
			SELECT coalesce(string_agg(g.name, E'\n' ORDER BY g.name COLLATE "da-x-icu"), '') AS names
			FROM cafe_hosts h JOIN organisations g ON g.id = h.organisation_id AND g.status = 'approved' WHERE h.cafe_id = c.id) h
		CROSS JOIN LATERAL (
			SELECT coalesce(sum(capacity - taken) FILTER (WHERE kind = 'guest'), 0)::int AS guests_left,
			       coalesce(sum(taken) FILTER (WHERE kind = 'guest'), 0)::int AS guests,
			       coalesce(sum(capacity) FILTER (WHERE kind = 'guest'), 0)::int AS capacity,
			       coalesce(sum(capacity - taken) FILTER (WHERE kind <> 'guest'), 0)::int AS helpers_left,
			       coalesce(sum(greatest(minimum - taken, 0)) FILTER (WHERE kind <> 'guest'), 0)::int AS helpers_short
			FROM occasion_places WHERE occasion_id = o.id) p
		WHERE ` + where.SQL() + `
		ORDER BY o.starts_at, o.id
		LIMIT ` + strconv.Itoa(limit+1)
	if f.Page > 0 {
		sql += " OFFSET " + where.Arg(f.Page*limit)
	}
	list, err := pg.All(ctx, s.db.Reader(), sql, pg.ByName[Listing], where.Args()...)
	if err != nil {
		return nil, false, err
	}
	if len(list) > limit {
		return list[:limit], true, nil
	}
	return list, false, nil
}

const cafeColumns = `c.id, c.slug, c.name, c.district_id, d.slug AS district_slug, d.name AS district, c.venue, c.address,
	c.about, c.languages, to_char(c.starts, 'HH24:MI') AS starts, to_char(c.ends, 'HH24:MI') AS ends, c.updated_at,
	coalesce(c.opens_days, 0)::int AS opens_days, c.closes_minutes, c.call_minutes,
	coalesce(to_char(c.remind_at, 'HH24:MI'), '') AS remind_at, c.thanks,
	(SELECT coalesce(json_agg(json_build_object('id', g.id, 'slug', g.slug, 'name', g.name) ORDER BY g.name COLLATE "da-x-icu"), '[]')
	 FROM cafe_hosts h JOIN organisations g ON g.id = h.organisation_id AND g.status = 'approved' WHERE h.cafe_id = c.id) AS hosts`

// byKind orders places as pages show them: by kind, then by time.
const byKind = `array_position('{guest,host,kitchen,interpreter,driver}', p.kind), p.starts_at NULLS FIRST, length(p.key), p.key`

const occasionColumns = cafeColumns + `, o.id AS occasion_id, o.on_date, o.starts_at, o.ends_at, o.opens_at, o.closes_at,
	o.sequence, o.changed_at, o.cancelled_at, o.cancel_reason,
	(SELECT coalesce(json_agg(json_build_object('id', p.id, 'key', p.key, 'kind', p.kind, 'minimum', p.minimum,
		'capacity', p.capacity, 'taken', p.taken, 'starts_at', coalesce(p.starts_at, o.starts_at),
		'ends_at', coalesce(p.ends_at, o.ends_at), 'shift', p.starts_at IS NOT NULL, 'language', p.language,
		'waiting', (SELECT count(*) FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'waiting'))
		ORDER BY ` + byKind + `), '[]')
	 FROM occasion_places p WHERE p.occasion_id = o.id) AS places`

// BySlug returns a café.
func (s *Service) BySlug(ctx context.Context, slug string) (Cafe, error) {
	return pg.One(ctx, s.db.Reader(), `SELECT `+cafeColumns+`
		FROM cafes c JOIN districts d ON d.id = c.district_id WHERE c.slug = $1`, pg.ByName[Cafe], slug)
}

// Occasion returns one date of a café.
func (s *Service) Occasion(ctx context.Context, slug string, date time.Time) (Occasion, error) {
	return occasion(ctx, s.db.Reader(), slug, date)
}

func occasion(ctx context.Context, q pg.Querier, slug string, date time.Time) (Occasion, error) {
	return pg.One(ctx, q, `SELECT `+occasionColumns+`
		FROM cafes c JOIN districts d ON d.id = c.district_id JOIN occasions o ON o.cafe_id = c.id
		WHERE c.slug = $1 AND o.on_date = $2`, pg.ByName[Occasion], slug, date)
}
