package concern

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

const (
	dateJSON   = `'YYYY-MM-DD"T00:00:00Z"'` // dates travel inside JSON as midnights, which is what Go reads
	themesJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', t.id, 'Name', t.name) ORDER BY t.position, t.id), '[]')
		FROM concern_themes x JOIN themes t ON t.id = x.theme_id WHERE x.concern_id = c.id)`
	columns = `c.id, c.kind, c.district_id, d.slug AS district_slug, d.name AS district, c.place, c.pattern, c.source, c.source_words, c.seen_on,
		c.status, c.outcome, c.closed_on, c.author_id, coalesce(a.name, '') AS author, c.version, c.created_at, c.updated_at, ` + themesJSON + ` AS themes,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', o.id, 'OnDate', to_char(o.on_date, ` + dateJSON + `), 'Body', o.body, 'AccountID', o.account_id,
				'By', coalesce(w.name, ''), 'OnBehalf', o.on_behalf, 'CreatedAt', o.created_at) ORDER BY o.on_date, o.id), '[]')
			FROM concern_observations o LEFT JOIN accounts w ON w.id = o.account_id WHERE o.concern_id = c.id) AS observations,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', o.id, 'Slug', o.slug, 'Name', o.name, 'Approved', o.status = 'approved') ORDER BY o.name COLLATE "da-x-icu", o.id), '[]')
			FROM concern_parties p JOIN organisations o ON o.id = p.organisation_id WHERE p.concern_id = c.id) AS parties,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('AskID', k.id, 'Slug', coalesce(i.slug, ''), 'Title', coalesce(k.title, i.title),
				'Status', coalesce(k.status, i.status), 'Public', coalesce(k.public AND k.status <> 'draft', i.public_at IS NOT NULL), 'At', l.at) ORDER BY l.at), '[]')
			FROM concern_led l LEFT JOIN asks k ON k.id = l.ask_id LEFT JOIN initiatives i ON i.id = l.initiative_id WHERE l.concern_id = c.id) AS led`
	tables = ` FROM concerns c JOIN districts d ON d.id = c.district_id LEFT JOIN accounts a ON a.id = c.author_id`
)

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Concern, error) {
	return pg.One(ctx, q, `SELECT `+columns+tables+` WHERE c.id = $1`, pg.ByName[Concern], id)
}

// seenBy leaves out what the reader is not to know, or all of it.
func (c Concern) seenBy(actor authz.Actor) (Concern, error) {
	if actor.Staff() || actor.Role == authz.System {
		return c, nil
	}
	if _, invited := c.Behalf(actor); !invited {
		return Concern{}, errHidden()
	}
	var led []Led
	for _, l := range c.Led {
		if l.Public {
			led = append(led, l)
		}
	}
	c.Led = led
	return c, nil
}

// ByID returns a note to staff and to the people of invited partners.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id uuid.UUID) (Concern, error) {
	c, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return Concern{}, err
	}
	return c.seenBy(actor)
}

// Beginning is a note as an ask or an initiative begins with it.
type Beginning struct {
	Concern
	Need string // the pattern without what looks as if it were about a person: others will read it
}

// Start returns a note to those who may make an ask or an initiative of it.
func (s *Service) Start(ctx context.Context, actor authz.Actor, id uuid.UUID) (Beginning, error) {
	c, err := s.ByID(ctx, actor, id)
	if err == nil && !c.KeptBy(actor) {
		err = errHidden()
	}
	if err != nil {
		return Beginning{}, err
	}
	known, err := pg.All(ctx, s.db.Reader(), knownSQL, pg.Scalar[string])
	b := Beginning{Concern: c, Need: c.Pattern}
	for _, found := range text.Personal(c.Pattern, known...) {
		b.Need = strings.ReplaceAll(b.Need, found, "…")
	}
	return b, err
}

// Listing is a note as lists show it.
type Listing struct {
	ID           uuid.UUID
	Kind         Kind
	DistrictSlug string
	District     string
	Place        string
	Pattern      string
	SeenOn       time.Time
	Status       Status
	Themes       []Named
	Observations int
}

const listColumns = `c.id, c.kind, d.slug AS district_slug, d.name AS district, c.place, c.pattern, c.seen_on, c.status, ` + themesJSON + ` AS themes,
	(SELECT count(*)::int FROM concern_observations o WHERE o.concern_id = c.id) AS observations`

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	District string // slug
	Theme    string // its name, which sets may have in common
	Kind     Kind
	Status   Status
	Page     int // from 1
}

// PageSize is how many notes a page shows.
const PageSize = 20

// Page is one page of a list.
type Page struct {
	Concerns []Listing
	Total    int // on all pages
	Page     int
	Pages    int
	By       map[Status]int // of each status, whatever status is chosen
}

// List finds notes for staff, the newest first.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) (Page, error) {
	if !actor.Staff() {
		return Page{}, errHidden()
	}
	if f.District != "" && !text.IsSlug(f.District) || f.Kind != "" && !f.Kind.Valid() || f.Status != "" && !f.Status.Valid() {
		return Page{Page: 1, By: map[Status]int{}}, nil
	}
	where := pg.Where("true")
	if f.District != "" {
		where.And("c.district_id = (SELECT id FROM districts WHERE slug = ?)", f.District)
	}
	if f.Kind != "" {
		where.And("c.kind = ?", f.Kind)
	}
	if f.Theme != "" {
		where.And("EXISTS (SELECT FROM concern_themes x JOIN themes t ON t.id = x.theme_id WHERE x.concern_id = c.id AND t.name = ?)", f.Theme)
	}
	page := min(max(f.Page, 1), 10_000)
	status := where.Arg(string(f.Status))
	type row struct {
		Listing
		Open, Followed, Closed int
	}
	rows, err := pg.All(ctx, s.db.Fresh(), `
		WITH hits AS (SELECT c.id, c.status, c.seen_on FROM concerns c WHERE `+where.SQL()+`),
		counts AS (SELECT count(*) FILTER (WHERE status = 'open')::int AS open, count(*) FILTER (WHERE status = 'followed')::int AS followed,
			count(*) FILTER (WHERE status = 'closed')::int AS closed FROM hits),
		page AS (SELECT id FROM hits WHERE `+status+` = '' OR status = `+status+` ORDER BY seen_on DESC, id DESC
			LIMIT `+where.Arg(PageSize)+` OFFSET `+where.Arg((page-1)*PageSize)+`)
		SELECT `+listColumns+`, n.open, n.followed, n.closed FROM counts n, page JOIN concerns c ON c.id = page.id JOIN districts d ON d.id = c.district_id
		ORDER BY c.seen_on DESC, c.id DESC`, pg.ByName[row], where.Args()...)
	if err != nil {
		return Page{}, err
	}
	if len(rows) == 0 && (page > 1 || f.Status != "") { // the counts come with the rows
		if page > 1 {
			f.Page = 1
			return s.List(ctx, actor, f)
		}
		any := f
		any.Status = ""
		p, err := s.List(ctx, actor, any)
		return Page{Page: 1, By: p.By}, err
	}
	p := Page{Page: page, Concerns: make([]Listing, len(rows)), By: map[Status]int{}}
	for n, r := range rows {
		p.Concerns[n] = r.Listing
		p.By = map[Status]int{Open: r.Open, Followed: r.Followed, Closed: r.Closed}
	}
	p.Total = p.By[f.Status]
	if f.Status == "" {
		p.Total = p.By[Open] + p.By[Followed] + p.By[Closed]
	}
	p.Pages = (p.Total + PageSize - 1) / PageSize
	return p, nil
}

// ThemeNames lists the words of every set that notes may have, once each, those
// of the newest set first.
func (s *Service) ThemeNames(ctx context.Context, actor authz.Actor) ([]string, error) {
	if !actor.Staff() {
		return nil, errHidden()
	}
	return pg.All(ctx, s.db.Reader(), `SELECT name FROM (SELECT DISTINCT ON (t.name) t.name, s.starts_on, t.position
		FROM themes t JOIN theme_sets s ON s.id = t.set_id ORDER BY t.name, s.starts_on DESC) x ORDER BY starts_on DESC, position`, pg.Scalar[string])
}

// InDistrict lists what is open or followed in a district, for its staff's page;
// the newest first, at most limit of each kind.
func (s *Service) InDistrict(ctx context.Context, actor authz.Actor, district uuid.UUID, limit int) ([]Listing, error) {
	if !actor.Staff() {
		return nil, errHidden()
	}
	return pg.All(ctx, s.db.Fresh(), `
		WITH ranked AS (SELECT id, row_number() OVER (PARTITION BY kind ORDER BY seen_on DESC, id DESC) AS place FROM concerns
			WHERE district_id = $1 AND status <> 'closed')
		SELECT `+listColumns+` FROM ranked r JOIN concerns c ON c.id = r.id JOIN districts d ON d.id = c.district_id
		WHERE r.place <= $2 ORDER BY c.seen_on DESC, c.id DESC`, pg.ByName[Listing], district, limit)
}

// mostListed is how many notes a partner's list shows.
const mostListed = 200

// ForPartner lists the notes that the actor's organisations are invited to, open
// ones first. Whoever is invited to none is told that there is no such thing.
func (s *Service) ForPartner(ctx context.Context, actor authz.Actor) ([]Listing, error) {
	if actor.Role != authz.Partner {
		return nil, errHidden()
	}
	list, err := pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+` FROM concerns c JOIN districts d ON d.id = c.district_id
		WHERE EXISTS (SELECT FROM concern_parties p JOIN organisations o ON o.id = p.organisation_id
			WHERE p.concern_id = c.id AND p.organisation_id = ANY ($1) AND o.status = 'approved')
		ORDER BY c.status = 'closed', c.seen_on DESC, c.id DESC LIMIT $2`, pg.ByName[Listing], actor.OrganisationIDs(), mostListed)
	if err == nil && len(list) == 0 {
		err = errHidden()
	}
	return list, err
}

// Invited counts the notes that the actor's organisations are invited to and
// that are not closed, for a line on their page.
func (s *Service) Invited(ctx context.Context, actor authz.Actor) (int, error) {
	if actor.Role != authz.Partner {
		return 0, nil
	}
	return pg.One(ctx, s.db.Fresh(), `SELECT count(DISTINCT c.id)::int FROM concern_parties p JOIN concerns c ON c.id = p.concern_id AND c.status <> 'closed'
		JOIN organisations o ON o.id = p.organisation_id AND o.status = 'approved' WHERE p.organisation_id = ANY ($1)`, pg.Scalar[int], actor.OrganisationIDs())
}

// Count is how many notes there are of a district, kind and status; with a
// theme, how many of those have it. A note with two themes is counted at both,
// so themes do not add up to all.
type Count struct {
	DistrictID uuid.UUID
	District   string
	Kind       Kind
	Status     Status
	Theme      string // empty: whatever their themes
	Number     int
}

// Counts tells how many notes were seen from one date to another, both
// included: numbers only, for reports. districts narrows it; none: all.
func (s *Service) Counts(ctx context.Context, actor authz.Actor, from, to time.Time, districts []uuid.UUID) ([]Count, error) {
	if !actor.Staff() && actor.Role != authz.System {
		return nil, errHidden()
	}
	if to.Before(from) {
		return nil, fault.New(fault.Invalid, "")
	}
	if districts == nil {
		districts = []uuid.UUID{}
	}
	return pg.All(ctx, s.db.Reader(), `
		WITH notes AS (SELECT * FROM concerns WHERE seen_on BETWEEN $1 AND $2 AND (cardinality($3::uuid[]) = 0 OR district_id = ANY ($3))),
		counted AS (SELECT district_id, kind, status, '' AS theme, count(*)::int AS number FROM notes GROUP BY 1, 2, 3
			UNION ALL SELECT n.district_id, n.kind, n.status, t.name, count(DISTINCT n.id)::int FROM notes n
			JOIN concern_themes x ON x.concern_id = n.id JOIN themes t ON t.id = x.theme_id GROUP BY 1, 2, 3, 4)
		SELECT d.id AS district_id, d.name AS district, c.kind, c.status, c.theme, c.number FROM counted c JOIN districts d ON d.id = c.district_id
		ORDER BY d.name COLLATE "da-x-icu", d.id, c.kind, array_position('{open,followed,closed}', c.status), c.theme COLLATE "da-x-icu"`,
		pg.ByName[Count], from, to, districts)
}
