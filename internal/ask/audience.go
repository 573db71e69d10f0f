package ask

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
)

// heard are the approved organisations of an audience: $1 districts, $2 kinds,
// $3 those chosen by name. Who has no district works in all of them.
const heard = `heard AS (
	SELECT o.id, o.name, o.kind, o.contact_name, o.contact_email, o.contact_locale FROM organisations o
	WHERE o.status = 'approved' AND (o.id = ANY ($3) OR cardinality($1::uuid[]) > 0
		AND (cardinality($2::text[]) = 0 OR o.kind = ANY ($2))
		AND (NOT EXISTS (SELECT FROM organisation_districts d WHERE d.organisation_id = o.id)
			OR EXISTS (SELECT FROM organisation_districts d WHERE d.organisation_id = o.id AND d.district_id = ANY ($1)))))`

// addresses are where an audience's organisations are reached: their contacts,
// or the address they gave when nobody of them has an account. Somebody who
// speaks for two organisations gets one letter, for the first by name.
const addresses = heard + `, people AS (
	SELECT h.id AS organisation_id, h.name AS organisation, a.name, a.email, a.locale
	FROM heard h JOIN organisation_people op ON op.organisation_id = h.id AND op.contact
	JOIN accounts a ON a.id = op.account_id AND a.disabled_at IS NULL
), addresses AS (
	SELECT DISTINCT ON (lower(email)) * FROM (
		SELECT * FROM people
		UNION ALL SELECT h.id, h.name, h.contact_name, h.contact_email, h.contact_locale FROM heard h
		WHERE h.contact_email <> '' AND NOT EXISTS (SELECT FROM people p WHERE p.organisation_id = h.id)) every
	ORDER BY lower(email), organisation COLLATE "da-x-icu", organisation_id)`

// Reach is what a preview says about an audience.
type Reach struct {
	Organisations int
	Addresses     int
	Unreachable   []Ref               // organisations without any address
	DeafDistricts []Ref               // chosen districts where nobody would hear
	DeafKinds     []organisation.Kind // chosen kinds of which nobody would hear
}

// Reach tells exactly who would hear an ask, before it is sent.
func (s *Service) Reach(ctx context.Context, actor authz.Actor, to Audience) (Reach, error) {
	if !actor.MayAsk() {
		return Reach{}, fault.New(fault.NotFound, "")
	}
	to = to.filled()
	return pg.One(ctx, s.db.Fresh(), `WITH `+addresses+`
		SELECT (SELECT count(*)::int FROM heard) AS organisations,
			(SELECT count(*)::int FROM addresses) AS addresses,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', h.id, 'Name', h.name) ORDER BY h.name COLLATE "da-x-icu"), '[]') FROM heard h
				WHERE h.contact_email = '' AND NOT EXISTS (SELECT FROM people p WHERE p.organisation_id = h.id)) AS unreachable,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', d.id, 'Slug', d.slug, 'Name', d.name) ORDER BY d.name COLLATE "da-x-icu"), '[]')
				FROM districts d WHERE d.id = ANY ($1) AND NOT EXISTS (SELECT FROM heard h JOIN organisation_districts od
					ON od.organisation_id = h.id WHERE od.district_id = d.id)
				AND NOT EXISTS (SELECT FROM heard h WHERE NOT EXISTS (SELECT FROM organisation_districts od WHERE od.organisation_id = h.id))) AS deaf_districts,
			ARRAY(SELECT k FROM unnest($2::text[]) k WHERE NOT EXISTS (SELECT FROM heard h WHERE h.kind = k)) AS deaf_kinds`,
		pg.ByName[Reach], to.Districts, to.Kinds, to.Organisations)
}

// filled has no nil in it, which the database would take for unknown.
func (to Audience) filled() Audience {
	if to.Districts == nil {
		to.Districts = []uuid.UUID{}
	}
	if to.Kinds == nil {
		to.Kinds = []organisation.Kind{}
	}
	if to.Organisations == nil {
		to.Organisations = []uuid.UUID{}
	}
	return to
}
