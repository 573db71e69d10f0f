// Package district owns the districts: what each is good at, its plans, its
// outline on the map and whom to turn to.
//
// A district opens with its strengths, so one cannot be saved without any; it
// may have no plan at all and is then none the worse.
package district

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the districts.
type Service struct {
	db       *pg.DB
	outlines outlineCache
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Ref is what a district is found by.
type Ref struct {
	ID   uuid.UUID
	Slug string
}

// Choice is a district to choose in a form.
type Choice struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// Summary is a district in a list.
type Summary struct {
	ID            uuid.UUID
	Slug          string
	Name          string
	Intro         string
	Strength      string // the first one
	Cafes         int    // coming dates
	Offers        int
	Organisations int
}

// List returns every district by name, with what is going on in it.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	return pg.All(ctx, s.db.Reader(), `
		SELECT d.id, d.slug, d.name, d.intro,
			coalesce((SELECT body FROM district_strengths st WHERE st.district_id = d.id ORDER BY position LIMIT 1), '') AS strength,
			coalesce(cafes.n, 0)::int AS cafes, coalesce(offers.n, 0)::int AS offers,
			coalesce(organisations.n, 0)::int AS organisations
		FROM districts d
		LEFT JOIN (SELECT c.district_id, count(*) AS n FROM occasions o JOIN cafes c ON c.id = o.cafe_id
			WHERE o.ends_at > $1 AND o.forgotten_at IS NULL AND o.cancelled_at IS NULL GROUP BY c.district_id
		) cafes ON cafes.district_id = d.id
		LEFT JOIN (SELECT od.district_id, count(*) AS n FROM offers o JOIN offer_districts od ON od.offer_id = o.id
			JOIN organisations g ON g.id = o.organisation_id AND g.status = 'approved'
			WHERE o.status = 'published' AND o.reminded < 3 GROUP BY od.district_id
		) offers ON offers.district_id = d.id
		LEFT JOIN (SELECT gd.district_id, count(*) AS n FROM organisation_districts gd
			JOIN organisations g ON g.id = gd.organisation_id AND g.status = 'approved' GROUP BY gd.district_id
		) organisations ON organisations.district_id = d.id
		ORDER BY d.name COLLATE "da-x-icu", d.id`, pg.ByName[Summary], s.db.Now())
}

// Choices lists every district by name, for forms and filters.
func (s *Service) Choices(ctx context.Context) ([]Choice, error) {
	return pg.All(ctx, s.db.Reader(), `
		SELECT id, slug, name FROM districts ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Choice])
}

// ByIDs lists the named districts by name: an actor's own.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]Choice, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return pg.All(ctx, s.db.Reader(), `
		SELECT id, slug, name FROM districts WHERE id = ANY($1) ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Choice], ids)
}

// Strength is something the district is good at, and who said so.
type Strength struct {
	Body   string
	SaidBy string
	SaidOn *time.Time
}

// PlanKind tells what a master plan is about.
type PlanKind string

// The kinds of plan.
const (
	Physical PlanKind = "physical"
	Social   PlanKind = "social"
)

// PlanKinds are all of them, in the order they are shown.
var PlanKinds = []PlanKind{Physical, Social}

// Key is the message key of the kind's name.
func (k PlanKind) Key() string { return "districts.plan_" + string(k) }

// Plan is a master plan that covers the district.
type Plan struct {
	Kind       PlanKind
	Title      string
	Owner      string
	StartsOn   *time.Time
	EndsOn     *time.Time
	Documents  []Document
	Milestones []Milestone
}

// empty tells whether nothing was written. A kind alone is what a form's empty
// row carries.
func (p Plan) empty() bool {
	return p.Title == "" && p.Owner == "" && p.StartsOn == nil && p.EndsOn == nil && len(p.Documents) == 0 && len(p.Milestones) == 0
}

// Document is where something about a plan can be read.
type Document struct {
	Title string
	URL   string // http or https
}

// Milestone is what is to happen in a plan, and when.
type Milestone struct {
	DueOn time.Time // a date
	Title string
}

// Person is the member of staff to turn to: the contact, or whoever acts for
// them while they are away.
type Person struct {
	Name      string
	Email     string
	Phone     string     // E.164
	InsteadOf string     // the contact's name; empty: it is the contact
	BackOn    *time.Time // the day the contact is there again, when that is known
}

// District is everything its page tells.
type District struct {
	ID           uuid.UUID
	Slug         string
	Name         string
	Intro        string
	HousingAreas []string
	Strengths    []Strength
	Plans        []Plan
	Contact      *Person  // nil: nobody is named
	Coordinators []string // names
	HasOutline   bool
	UpdatedAt    time.Time
}

// Dates travel inside JSON as midnights, which is what Go reads.
const (
	strengthsJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('Body', body, 'SaidBy', said_by,
			'SaidOn', to_char(said_on, 'YYYY-MM-DD"T00:00:00Z"')) ORDER BY position), '[]')
		FROM district_strengths WHERE district_id = d.id)`
	plansJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('Kind', kind, 'Title', title, 'Owner', owner,
			'StartsOn', to_char(starts_on, 'YYYY-MM-DD"T00:00:00Z"'),
			'EndsOn', to_char(ends_on, 'YYYY-MM-DD"T00:00:00Z"'),
			'Documents', (SELECT jsonb_agg(jsonb_build_object('Title', x.title, 'URL', x.url) ORDER BY x.position) FROM plan_documents x WHERE x.plan_id = p.id),
			'Milestones', (SELECT jsonb_agg(jsonb_build_object('Title', x.title, 'DueOn', to_char(x.due_on, 'YYYY-MM-DD"T00:00:00Z"')) ORDER BY x.due_on, x.position)
				FROM plan_milestones x WHERE x.plan_id = p.id)) ORDER BY position), '[]')
		FROM district_plans p WHERE district_id = d.id)`
)

// BySlug returns what everybody may read about a district.
func (s *Service) BySlug(ctx context.Context, slug string) (District, error) {
	if !text.IsSlug(slug) {
		return District{}, fault.New(fault.NotFound, "")
	}
	return pg.One(ctx, s.db.Reader(), `
		SELECT d.id, d.slug, d.name, d.intro, d.housing_areas, d.outline IS NOT NULL AS has_outline, d.updated_at,
			`+strengthsJSON+` AS strengths, `+plansJSON+` AS plans,
			(SELECT jsonb_build_object('Name', a.name, 'Email', a.email, 'Phone', a.phone,
					'InsteadOf', CASE WHEN a.id <> c.id AND c.disabled_at IS NULL THEN c.name ELSE '' END,
					'BackOn', (SELECT to_char(b.until_on + 1, 'YYYY-MM-DD"T00:00:00Z"') FROM absences b WHERE b.account_id = c.id AND a.id <> c.id
						AND c.disabled_at IS NULL AND $2 BETWEEN b.from_on AND b.until_on))
				FROM accounts c JOIN accounts a ON a.id = acting(c.id, $2) WHERE c.id = d.contact_account_id) AS contact,
			ARRAY(SELECT a.name FROM account_districts ad
				JOIN accounts a ON a.id = ad.account_id AND a.disabled_at IS NULL AND a.role = 'coordinator'
				WHERE ad.district_id = d.id ORDER BY a.name COLLATE "da-x-icu", a.id) AS coordinators
		FROM districts d WHERE d.slug = $1`, pg.ByName[District], slug, i18n.Day(s.db.Now()))
}

// Input is a district as it is written by staff.
type Input struct {
	Name         string
	Intro        string
	HousingAreas []string
	Strengths    []Strength
	Plans        []Plan
	Outline      json.RawMessage // GeoJSON; empty: not drawn yet
	Contact      uuid.UUID       // an account of staff; zero: nobody is named
	UpdatedAt    time.Time       // as it was read, for changes
}

const (
	maxHousingAreas = 40
	maxRows         = 20 // strengths, plans
)

// Tidy returns the input as it will be kept: texts trimmed, empty rows gone.
func (in Input) Tidy() Input {
	in.Name, in.Intro = text.Line(in.Name), text.Block(in.Intro)
	areas := []string{}
	for _, area := range in.HousingAreas {
		if area = text.Line(area); area != "" {
			areas = append(areas, area)
		}
	}
	in.HousingAreas = areas
	strengths := []Strength{}
	for _, s := range in.Strengths {
		s.Body, s.SaidBy = text.Line(s.Body), text.Line(s.SaidBy)
		if s != (Strength{}) {
			strengths = append(strengths, s)
		}
	}
	in.Strengths = strengths
	plans := []Plan{}
	for _, p := range in.Plans {
		p.Title, p.Owner = text.Line(p.Title), text.Line(p.Owner)
		if !p.empty() {
			plans = append(plans, p)
		}
	}
	in.Plans = plans
	return in
}

// Validate names what cannot be used. Rows are counted as Tidy leaves them.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "name", in.Name, 80, "districts.name_missing")
	if !f.Has("name") && text.Slug(in.Name) == "" {
		f.Add("name", "districts.name_latin")
	}
	text.Check(&f, "intro", in.Intro, 2000)
	if len(in.HousingAreas) > maxHousingAreas {
		f.Add("housing_areas", "districts.too_many", "Max", maxHousingAreas)
	}
	for _, area := range in.HousingAreas {
		text.Check(&f, "housing_areas", area, 80)
	}
	switch {
	case len(in.Strengths) == 0:
		f.Add("strengths", "districts.strength_missing")
	case len(in.Strengths) > maxRows:
		f.Add("strengths", "districts.too_many", "Max", maxRows)
	}
	for i, s := range in.Strengths {
		row := fmt.Sprintf("strengths[%d].", i)
		text.Require(&f, row+"body", s.Body, 400, "districts.strength_missing")
		text.Check(&f, row+"said_by", s.SaidBy, 120)
	}
	if len(in.Plans) > maxRows {
		f.Add("plans", "districts.too_many", "Max", maxRows)
	}
	for i, p := range in.Plans {
		row := fmt.Sprintf("plans[%d].", i)
		if p.Kind != Physical && p.Kind != Social {
			f.Add(row+"kind", text.KeyChooseOne)
		}
		text.Require(&f, row+"title", p.Title, 160, "districts.plan_title_missing")
		text.Check(&f, row+"owner", p.Owner, 120)
		if p.StartsOn != nil && p.EndsOn != nil && p.EndsOn.Before(*p.StartsOn) {
			f.Add(row+"ends_on", "districts.plan_ends_first")
		}
		p.validate(&f, row)
	}
	var unusable *fault.Error
	if _, err := in.outline(); errors.As(err, &unusable) {
		f.Add("outline", unusable.Key, unusable.Args...)
	}
	return f
}

// Editable is a district as its form shows it.
type Editable struct {
	ID   uuid.UUID
	Slug string
	Input
}

// ForEdit returns a district for its form.
func (s *Service) ForEdit(ctx context.Context, actor authz.Actor, slug string) (Editable, error) {
	type row struct {
		ID           uuid.UUID
		Slug         string
		Name         string
		Intro        string
		HousingAreas []string
		Strengths    []Strength
		Plans        []Plan
		Outline      *string
		Contact      *uuid.UUID
		UpdatedAt    time.Time
	}
	if !text.IsSlug(slug) {
		return Editable{}, fault.New(fault.NotFound, "")
	}
	r, err := pg.One(ctx, s.db.Fresh(), `
		SELECT d.id, d.slug, d.name, d.intro, d.housing_areas, d.outline::text AS outline,
			d.contact_account_id AS contact, d.updated_at, `+strengthsJSON+` AS strengths, `+plansJSON+` AS plans
		FROM districts d WHERE d.slug = $1`, pg.ByName[row], slug)
	if err != nil {
		return Editable{}, err
	}
	if !actor.MayEditDistrict(r.ID) {
		return Editable{}, fault.New(fault.Forbidden, "")
	}
	e := Editable{ID: r.ID, Slug: r.Slug, Input: Input{Name: r.Name, Intro: r.Intro, HousingAreas: r.HousingAreas,
		Strengths: r.Strengths, Plans: r.Plans, UpdatedAt: r.UpdatedAt}}
	if r.Outline != nil {
		e.Outline = json.RawMessage(*r.Outline)
	}
	if r.Contact != nil {
		e.Contact = *r.Contact
	}
	return e, nil
}
