package initiative

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Dates travel inside JSON as midnights, which is what Go reads.
const dateJSON = `'YYYY-MM-DD"T00:00:00Z"'`

const (
	districtsJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', d.id, 'Slug', d.slug, 'Name', d.name) ORDER BY d.name COLLATE "da-x-icu", d.id), '[]')
		FROM initiative_districts x JOIN districts d ON d.id = x.district_id WHERE x.initiative_id = i.id)`
	themesJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', t.id, 'Name', t.name) ORDER BY t.position), '[]')
		FROM initiative_themes x JOIN themes t ON t.id = x.theme_id WHERE x.initiative_id = i.id)`
	partiesJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', p.id, 'OrganisationID', o.id, 'Slug', o.slug, 'Name', o.name, 'Kind', o.kind,
			'Municipal', municipal(o.kind), 'Approved', o.status = 'approved', 'Lead', p.lead, 'Contribution', p.contribution,
			'InvitedAt', p.invited_at, 'JoinedAt', p.joined_at, 'EnteredByStaff', p.entered_by IS NOT NULL,
			'People', (SELECT coalesce(jsonb_agg(jsonb_build_object('Name', w.name, 'Role', w.role, 'Level', w.level) ORDER BY w.position), '[]')
				FROM initiative_people w WHERE w.party_id = p.id))
			ORDER BY o.name COLLATE "da-x-icu", o.id), '[]')
		FROM initiative_parties p JOIN organisations o ON o.id = p.organisation_id WHERE p.initiative_id = i.id)`
	involvementsJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', v.id, 'HeldOn', to_char(v.held_on, ` + dateJSON + `), 'How', v.how,
			'Residents', v.residents, 'Said', v.said, 'Changed', v.changed, 'RecordedAt', v.recorded_at,
			'Objections', (SELECT coalesce(jsonb_agg(jsonb_build_object('Objection', b.objection, 'Answer', b.answer) ORDER BY b.position), '[]')
				FROM involvement_objections b WHERE b.involvement_id = v.id)) ORDER BY v.held_on, v.id), '[]')
		FROM involvements v WHERE v.initiative_id = i.id)`
	overrideJSON = `(SELECT jsonb_build_object('Reason', g.reason, 'Deadline', to_char(g.deadline, ` + dateJSON + `), 'GivenAt', g.given_at)
		FROM gate_overrides g WHERE g.initiative_id = i.id)`
	columns = `i.id, i.slug, i.title, i.kind, i.status, i.origin, i.comments, i.version,
		jsonb_build_object('Purpose', i.purpose, 'Need', i.need, 'Body', i.body) AS words, i.ending, i.owner_id,
		coalesce((SELECT a.name FROM accounts a WHERE a.id = i.owner_id), '') AS owner,
		i.public_at, i.cocreation_at, i.agreed_at, i.running_at, i.ended_at, i.created_at, i.updated_at, ` +
		districtsJSON + ` AS districts, ` + themesJSON + ` AS themes, ` + partiesJSON + ` AS parties, ` +
		involvementsJSON + ` AS involvements, ` + overrideJSON + ` AS override, initiative_gate(i.id) AS lacks`
)

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Initiative, error) {
	return pg.One(ctx, q, `SELECT `+columns+` FROM initiatives i WHERE i.id = $1`, pg.ByName[Initiative], id)
}

// BySlug returns an initiative to those who may read it. Who of a party works
// on it is for those who sign in.
func (s *Service) BySlug(ctx context.Context, actor authz.Actor, slug string) (Initiative, error) {
	if !text.IsSlug(slug) {
		return Initiative{}, fault.New(fault.NotFound, "")
	}
	q := s.db.Reader()
	if actor.SignedIn() {
		q = s.db.Fresh() // they may have changed it a moment ago
	}
	i, err := pg.One(ctx, q, `SELECT `+columns+` FROM initiatives i WHERE i.slug = $1`, pg.ByName[Initiative], slug)
	if err != nil {
		return Initiative{}, err
	}
	if !i.SeenBy(actor) {
		return Initiative{}, fault.New(fault.NotFound, "")
	}
	if !actor.SignedIn() {
		for n := range i.Parties {
			i.Parties[n].People = nil
		}
	}
	return i, nil
}

// Listing is an initiative as lists show it.
type Listing struct {
	ID        uuid.UUID
	Slug      string
	Title     string
	Kind      Kind
	Status    Status
	Purpose   string
	Public    bool
	Districts []Named
	Parties   int  // that have joined
	Residents int  // who took part, as the records count them
	Waiting   bool // for residents to be heard, agreed by leave
	UpdatedAt time.Time
}

const listColumns = `i.id, i.slug, i.title, i.kind, i.status, i.purpose, i.public_at IS NOT NULL AS public, ` + districtsJSON + ` AS districts,
	(SELECT count(*)::int FROM initiative_parties p WHERE p.initiative_id = i.id AND p.joined_at IS NOT NULL) AS parties,
	(SELECT coalesce(sum(v.residents), 0)::int FROM involvements v WHERE v.initiative_id = i.id) AS residents,
	i.agreed_at IS NOT NULL AND NOT EXISTS (SELECT FROM involvements v WHERE v.initiative_id = i.id) AS waiting,
	i.updated_at`

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	District string // slug
	Kind     Kind
	Status   Status
	Theme    uuid.UUID
	Page     int // from 1
}

// PageSize is how many initiatives a page shows.
const PageSize = 24

// Page is one page of a list.
type Page struct {
	Initiatives []Listing
	Total       int // on all pages
	Page        int
	Pages       int
}

// List finds what everybody may read: first what residents can still shape,
// then what was touched last.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	where := pg.Where("i.public_at IS NOT NULL")
	if f.District != "" {
		if !text.IsSlug(f.District) {
			return Page{Page: 1}, nil
		}
		where.And(`(EXISTS (SELECT FROM initiative_districts x JOIN districts d ON d.id = x.district_id WHERE x.initiative_id = i.id AND d.slug = ?)
			OR NOT EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id))`, f.District)
	}
	if f.Kind != "" {
		if !f.Kind.Valid() {
			return Page{Page: 1}, nil
		}
		where.And("i.kind = ?", f.Kind)
	}
	if f.Status != "" {
		if !f.Status.Valid() {
			return Page{Page: 1}, nil
		}
		where.And("i.status = ?", f.Status)
	}
	if f.Theme != uuid.Nil {
		where.And("EXISTS (SELECT FROM initiative_themes x WHERE x.initiative_id = i.id AND x.theme_id = ?)", f.Theme)
	}
	page := min(max(f.Page, 1), 10_000)
	type row struct {
		Listing
		Total int
	}
	rows, err := pg.All(ctx, s.db.Reader(), `
		WITH hits AS (SELECT i.id, i.status, i.updated_at FROM initiatives i WHERE `+where.SQL()+`),
		page AS (SELECT id, (SELECT count(*)::int FROM hits) AS total, row_number() OVER (`+livelyFirst+`) AS place FROM hits
			ORDER BY place LIMIT `+where.Arg(PageSize)+` OFFSET `+where.Arg((page-1)*PageSize)+`)
		SELECT `+listColumns+`, page.total FROM page JOIN initiatives i ON i.id = page.id ORDER BY page.place`, pg.ByName[row], where.Args()...)
	if err != nil {
		return Page{}, err
	}
	if len(rows) == 0 && page > 1 {
		f.Page = 1
		return s.List(ctx, f)
	}
	p := Page{Page: page, Initiatives: make([]Listing, len(rows))}
	for n, r := range rows {
		p.Initiatives[n], p.Total = r.Listing, r.Total
	}
	p.Pages = (p.Total + PageSize - 1) / PageSize
	return p, nil
}

const livelyFirst = `ORDER BY array_position('{cocreation,idea,agreed,running,closed,stopped}', status), updated_at DESC, id`

// mostListed is how many initiatives a working list shows.
const mostListed = 200

// ForStaff lists the initiatives a member of staff works with: those of their
// districts, of the whole town and their own, for an administrator all;
// residents' ideas that nobody has looked at first.
func (s *Service) ForStaff(ctx context.Context, actor authz.Actor) ([]Listing, error) {
	if !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+` FROM initiatives i
		WHERE $1 OR i.owner_id = ANY ($2) OR NOT EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id)
			OR EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id AND x.district_id = ANY ($3))
		ORDER BY i.public_at IS NOT NULL, array_position('{cocreation,idea,agreed,running,closed,stopped}', i.status), i.updated_at DESC, i.id
		LIMIT $4`, pg.ByName[Listing], actor.Role == authz.Administrator, actor.Accounts(), actor.Districts, mostListed)
}

// Invited is an initiative that waits for a party's answer, or has it.
type Invited struct {
	Listing
	Joined bool
}

// ForPartner lists the initiatives that the actor's organisations take part in
// or are invited to, invitations first.
func (s *Service) ForPartner(ctx context.Context, actor authz.Actor) ([]Invited, error) {
	if actor.Role != authz.Partner {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+`, mine.joined FROM initiatives i
		JOIN (SELECT initiative_id, bool_or(joined_at IS NOT NULL) AS joined FROM initiative_parties WHERE organisation_id = ANY ($1) GROUP BY initiative_id) mine
			ON mine.initiative_id = i.id
		ORDER BY mine.joined, array_position('{cocreation,idea,agreed,running,closed,stopped}', i.status), i.updated_at DESC, i.id
		LIMIT $2`, pg.ByName[Invited], actor.OrganisationIDs(), mostListed)
}
