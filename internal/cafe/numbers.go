package cafe

import (
	"context"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// NumbersFilter says which dates are counted. Empty fields do not narrow.
type NumbersFilter struct {
	Cafe, District string // slugs
	From, Until    time.Time
}

// Figures are what is counted, in people where nothing else is said. They hold
// what was, never who.
type Figures struct {
	Held        int     // dates that took place
	Cancelled   int     // dates that were called off
	Places      int     // for guests
	SignedUp    int     // guests with a place
	Came        int     // guests, with and without signing up
	Waiting     int     // parties that never got a place
	StayedAway  int     // guests of those who were counted at the door
	FirstTimers int     // guests who came and said it was their first time
	Helpers     int     // volunteers who came, once for each shift
	Hours       float64 // given by them
}

// Add adds other figures.
func (f *Figures) Add(g Figures) {
	f.Held += g.Held
	f.Cancelled += g.Cancelled
	f.Places += g.Places
	f.SignedUp += g.SignedUp
	f.Came += g.Came
	f.Waiting += g.Waiting
	f.StayedAway += g.StayedAway
	f.FirstTimers += g.FirstTimers
	f.Helpers += g.Helpers
	f.Hours += g.Hours
}

// NumbersRow is one café in one month.
type NumbersRow struct {
	Slug     string
	Name     string
	District string
	Month    time.Time // its first day
	Figures
}

// Numbers counts what happened at the cafés in a period, café by café and
// month by month: for staff in every district, for partners at the cafés they
// hold. Only dates that have ended count.
func (s *Service) Numbers(ctx context.Context, a authz.Actor, f NumbersFilter) ([]NumbersRow, error) {
	where := pg.Where("true")
	where.And("o.ends_at < ?", s.db.Now())
	switch a.Role {
	case authz.Administrator, authz.Coordinator, authz.System:
	case authz.Partner:
		where.And("EXISTS (SELECT FROM cafe_hosts h WHERE h.cafe_id = c.id AND h.organisation_id = ANY (?))", nonNil(a.OrganisationIDs()))
	default:
		return nil, fault.New(fault.NotFound, "")
	}
	if f.Cafe != "" {
		where.And("c.slug = ?", f.Cafe)
	}
	if f.District != "" {
		where.And("d.slug = ?", f.District)
	}
	if !f.From.IsZero() {
		where.And("o.on_date >= ?", f.From)
	}
	if !f.Until.IsZero() {
		where.And("o.on_date <= ?", f.Until)
	}
	return pg.All(ctx, s.db.Reader(), `
		WITH dates AS MATERIALIZED (
			SELECT o.id, c.id AS cafe, c.slug, c.name, d.name AS district, date_trunc('month', o.on_date)::date AS month,
			       o.cancelled_at IS NULL AS held, o.starts_at, o.ends_at
			FROM occasions o JOIN cafes c ON c.id = o.cafe_id JOIN districts d ON d.id = c.district_id
			WHERE `+where.SQL()+`
		), places AS (
			SELECT p.occasion_id, p.kind = 'guest' AS guest, p.capacity,
			       extract(epoch FROM coalesce(p.ends_at, o.ends_at) - coalesce(p.starts_at, o.starts_at)) / 3600 AS hours,
			       s.placed, s.came, s.waiting, s.away, s.first, coalesce(w.people, 0) AS walked
			FROM dates o JOIN occasion_places p ON p.occasion_id = o.id AND o.held
			CROSS JOIN LATERAL (
				SELECT coalesce(sum(party) FILTER (WHERE status = 'placed'), 0) AS placed, coalesce(sum(came), 0) AS came,
				       count(*) FILTER (WHERE status = 'waiting') AS waiting,
				       coalesce(sum(greatest(party - came, 0)) FILTER (WHERE status = 'placed' AND came IS NOT NULL), 0) AS away,
				       coalesce(sum(came) FILTER (WHERE first_time), 0) AS first
				FROM sign_ups WHERE place_id = p.id) s
			CROSS JOIN LATERAL (SELECT sum(people) AS people FROM walk_ins WHERE place_id = p.id) w
		), sums AS (
			SELECT occasion_id, sum(capacity) FILTER (WHERE guest) AS places, sum(placed) FILTER (WHERE guest) AS signed_up,
			       sum(came + walked) FILTER (WHERE guest) AS came, sum(waiting) FILTER (WHERE guest) AS waiting,
			       sum(away) FILTER (WHERE guest) AS away, sum(first) FILTER (WHERE guest) AS first,
			       sum(came + walked) FILTER (WHERE NOT guest) AS helpers, sum((came + walked) * hours) FILTER (WHERE NOT guest) AS hours
			FROM places GROUP BY occasion_id
		)
		SELECT slug, name, district, month, count(*) FILTER (WHERE held)::int AS held, count(*) FILTER (WHERE NOT held)::int AS cancelled,
		       coalesce(sum(places), 0)::int AS places, coalesce(sum(signed_up), 0)::int AS signed_up, coalesce(sum(came), 0)::int AS came,
		       coalesce(sum(waiting), 0)::int AS waiting, coalesce(sum(away), 0)::int AS stayed_away,
		       coalesce(sum(first), 0)::int AS first_timers, coalesce(sum(helpers), 0)::int AS helpers, coalesce(sum(hours), 0)::float8 AS hours
		FROM dates LEFT JOIN sums ON sums.occasion_id = dates.id
		GROUP BY slug, name, district, month ORDER BY name COLLATE "da-x-icu", slug, month`, pg.ByName[NumbersRow], where.Args()...)
}

// NamedFigures are figures with what they are of.
type NamedFigures struct {
	Slug string // of a café; empty for anything else
	Name string
	Day  time.Time // the first day of a month; zero for anything else
	Figures
}

// By adds rows up under the name that key gives them, in the order in which
// the names first come.
func By(rows []NumbersRow, key func(NumbersRow) NamedFigures) []NamedFigures {
	var list []NamedFigures
	at := map[NamedFigures]int{}
	for _, r := range rows {
		k := key(r)
		i, there := at[k]
		if !there {
			i = len(list)
			at[k] = i
			list = append(list, k)
		}
		list[i].Add(r.Figures)
	}
	return list
}

// Choice is a café to choose in a form.
type Choice struct{ Slug, Name string }

// NumbersChoices are the cafés that the actor may count, by name.
func (s *Service) NumbersChoices(ctx context.Context, a authz.Actor) ([]Choice, error) {
	where := pg.Where("true")
	if a.Role == authz.Partner {
		where.And("EXISTS (SELECT FROM cafe_hosts h WHERE h.cafe_id = c.id AND h.organisation_id = ANY (?))", nonNil(a.OrganisationIDs()))
	} else if !a.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Reader(), `SELECT c.slug, c.name FROM cafes c WHERE `+where.SQL()+` ORDER BY c.name COLLATE "da-x-icu", c.id`,
		pg.ByName[Choice], where.Args()...)
}
