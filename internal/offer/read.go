package offer

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// PageSize is how many offers a page shows.
const PageSize = 24

const (
	columns = `o.id, o.title, o.body, o.kind, o.audience, o.schedule, o.languages, o.contact_name, o.contact_email,
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

// Filter narrows a search. Empty fields do not narrow.
type Filter struct {
	District     string // slug
	Kind         Kind
	Language     string
	Words        string
	Organisation string // slug
	Matching     bool   // only what an ask may count on
	Page         int    // from 1
}

// Page is one page of a search.
type Page struct {
	Offers []Offer
	Total  int // on all pages
	Page   int
	Pages  int
}

// Search finds published offers, the newest first; with words, those that fit
// best first. A page after the last one is the first.
func (s *Service) Search(ctx context.Context, f Filter) (Page, error) {
	where := pg.Where(public)
	rank := "0"
	if f.District != "" {
		if !text.IsSlug(f.District) {
			return Page{Page: 1}, nil
		}
		where.And(`EXISTS (SELECT FROM offer_districts od JOIN districts d ON d.id = od.district_id
			WHERE od.offer_id = o.id AND d.slug = ?)`, f.District)
	}
	if f.Kind != "" {
		if !f.Kind.Valid() {
			return Page{Page: 1}, nil
		}
		where.And("o.kind = ?", f.Kind)
	}
	if f.Language != "" {
		if !text.IsLanguage(f.Language) {
			return Page{Page: 1}, nil
		}
		where.And("? = ANY (o.languages)", f.Language)
	}
	if f.Organisation != "" {
		if !text.IsSlug(f.Organisation) {
			return Page{Page: 1}, nil
		}
		where.And("g.slug = ?", f.Organisation)
	}
	if f.Matching {
		where.And("o.reminded < ?", Unmatched)
	}
	if search, ok := text.ParseSearch(f.Words); ok {
		// Half a word hits as well: its beginning anywhere, any part of it in
		// the title or the organisation's name.
		where.And(`(o.words @@ websearch_to_tsquery('danish', ?) OR o.words @@ to_tsquery('danish', ?)
			OR o.title || ' ' || g.name ILIKE ALL(?))`, search.Words, search.Prefixes, search.Contains)
		rank = "ts_rank(o.words, websearch_to_tsquery('danish', " + where.Arg(search.Words) + "))"
	}
	page := min(max(f.Page, 1), 10_000)
	type row struct {
		Offer
		Total int
	}
	rows, err := pg.All(ctx, s.db.Reader(), `
		WITH hits AS (SELECT o.id, o.published_at, `+rank+` AS rank FROM `+tables+` WHERE `+where.SQL()+`),
		page AS (SELECT *, (SELECT count(*)::int FROM hits) AS total FROM hits
			ORDER BY rank DESC, published_at DESC, id LIMIT `+where.Arg(PageSize)+` OFFSET `+where.Arg((page-1)*PageSize)+`)
		SELECT `+columns+`, page.total FROM page JOIN `+tables+` ON o.id = page.id
		ORDER BY page.rank DESC, page.published_at DESC, page.id`, pg.ByName[row], where.Args()...)
	if err != nil {
		return Page{}, err
	}
	if len(rows) == 0 && page > 1 {
		f.Page = 1
		return s.Search(ctx, f)
	}
	p := Page{Page: page, Offers: make([]Offer, len(rows))}
	for i, r := range rows {
		p.Offers[i], p.Total = r.Offer, r.Total
	}
	p.Pages = (p.Total + PageSize - 1) / PageSize
	return p, nil
}

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
