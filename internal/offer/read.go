package offer

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

const (
	columns = `o.id, o.title, o.body, o.kind, o.audience, o.audiences, o.schedule, o.weekdays, o.languages, o.contact_name, o.contact_email,
	o.contact_phone, o.status, o.published_at, o.confirmed_at, o.confirm_months, o.asked_at, o.reminded, o.created_at, o.updated_at,
	jsonb_build_object('ID', g.id, 'Slug', g.slug, 'Name', g.name, 'Kind', g.kind,
		'Approved', g.status = 'approved') AS organisation,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', d.id, 'Slug', d.slug, 'Name', d.name)
			ORDER BY d.name COLLATE "da-x-icu", d.id), '[]')
		FROM offer_districts od JOIN districts d ON d.id = od.district_id WHERE od.offer_id = o.id) AS districts`
	tables   = `offers o JOIN organisations g ON g.id = o.organisation_id`
	approved = `o.status = 'published' AND g.status = 'approved'`
	public   = approved + ` AND o.reminded < 3`
)

// ByID returns one offer to those who may see it. What was public and has been
// withdrawn is Gone.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id uuid.UUID) (Offer, error) {
	q := s.db.Reader()
	if actor.SignedIn() {
		q = s.db.Fresh() // they may have changed it a moment ago
	}
	o, err := byID(ctx, q, id)
	if err != nil {
		return Offer{}, err
	}
	if err := o.seenBy(actor); err != nil {
		return Offer{}, err
	}
	return o, nil
}

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Offer, error) {
	return pg.One(ctx, q, `SELECT `+columns+` FROM `+tables+` WHERE o.id = $1`, pg.ByName[Offer], id)
}

// Mine lists the offers of the actor's organisations: what is being worked on
// first, what is withdrawn last.
func (s *Service) Mine(ctx context.Context, actor authz.Actor) ([]Offer, error) {
	if !actor.SignedIn() {
		return nil, fault.New(fault.Forbidden, "")
	}
	if len(actor.Organisations) == 0 {
		return nil, nil
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT `+columns+` FROM `+tables+` WHERE o.organisation_id = ANY($1)
		ORDER BY array_position('{draft,published,paused,withdrawn}', o.status), o.updated_at DESC, o.id LIMIT 500`,
		pg.ByName[Offer], actor.OrganisationIDs())
}

// Latest lists up to n offers that were published after since, newest first,
// for the staff of the districts; no districts stands for all of them.
func (s *Service) Latest(ctx context.Context, districts []uuid.UUID, since time.Time, n int) ([]Offer, error) {
	where := pg.Where(public)
	where.And("o.published_at > ?", since)
	if len(districts) > 0 {
		where.And("EXISTS (SELECT FROM offer_districts od WHERE od.offer_id = o.id AND od.district_id = ANY(?))", districts)
	}
	return pg.All(ctx, s.db.Reader(), `
		SELECT `+columns+` FROM `+tables+` WHERE `+where.SQL()+`
		ORDER BY o.published_at DESC, o.id LIMIT `+where.Arg(n), pg.ByName[Offer], where.Args()...)
}
