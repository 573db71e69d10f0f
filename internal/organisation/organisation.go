// Package organisation owns the partner organisations: who they are, where
// they work, and whether staff has let them in.
//
// They register themselves and wait until staff approves or declines. Only
// approved ones are seen in public and can do anything.
package organisation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service keeps the organisations.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells what sort of organisation it is.
type Kind string

// The kinds of organisation.
const (
	HousingOrganisation Kind = "housing_organisation"
	HousingSection      Kind = "housing_section"
	SectionBoard        Kind = "section_board"
	ResidentsBoard      Kind = "residents_board"
	FaithCommunity      Kind = "faith_community"
	ClergyNetwork       Kind = "clergy_network"
	HometownAssociation Kind = "hometown_association"
	SportsClub          Kind = "sports_club"
	Association         Kind = "association"
	Culture             Kind = "culture"
	Business            Kind = "business"
	Police              Kind = "police"
	School              Kind = "school"
	Department          Kind = "department"
	Other               Kind = "other"
)

// Kinds are all of them, in the order a form shows them.
var Kinds = []Kind{
	HousingOrganisation, HousingSection, SectionBoard, ResidentsBoard, Association, SportsClub, HometownAssociation,
	FaithCommunity, ClergyNetwork, Culture, Business, School, Police, Department, Other,
}

// Valid tells whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "organisations.kind_" + string(k) }

// Status tells whether staff has let the organisation in.
type Status string

// The statuses of an organisation.
const (
	Pending   Status = "pending"
	Approved  Status = "approved"
	Declined  Status = "declined"
	Suspended Status = "suspended" // was approved, and may be again
	Merged    Status = "merged"    // is another one now
)

// Key is the message key of the status' name.
func (s Status) Key() string { return "organisations.status_" + string(s) }

// Ref is what an organisation is found by.
type Ref struct {
	ID   uuid.UUID
	Slug string
}

// Choice is an organisation to choose in a form.
type Choice struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// DistrictRef is a district the organisation works in.
type DistrictRef struct {
	ID   uuid.UUID
	Slug string
	Name string
}

const districtsJSON = `(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', d.id, 'Slug', d.slug, 'Name', d.name)
		ORDER BY d.name COLLATE "da-x-icu", d.id), '[]')
	FROM organisation_districts od JOIN districts d ON d.id = od.district_id WHERE od.organisation_id = o.id)`

// Summary is an organisation in a list.
type Summary struct {
	ID        uuid.UUID
	Slug      string
	Name      string
	Kind      Kind
	About     string
	Languages []string
	Districts []DistrictRef // none: the whole municipality
	Offers    int           // published
}

// Choices lists the approved organisations by name, for forms.
func (s *Service) Choices(ctx context.Context) ([]Choice, error) {
	return pg.All(ctx, s.db.Reader(), `
		SELECT id, slug, name FROM organisations WHERE status = 'approved'
		ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Choice])
}

// Organisation is everything there is about one.
type Organisation struct {
	ID            uuid.UUID
	Slug          string
	Name          string
	Kind          Kind
	About         string
	Languages     []string
	CVR           string
	Website       string
	ContactName   string
	ContactEmail  string
	ContactPhone  string // E.164
	ContactLocale string
	Status        Status
	DeclineReason string
	DecidedAt     *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
	ConsentAt     *time.Time // null: staff wrote it
	SuspendedAt   *time.Time
	SuspendReason string
	ActiveAsked   *time.Time // its people were asked whether it is still there, and have not answered
	StoppedAt     *time.Time // they said that it has stopped
	EditedAt      *time.Time // its own people changed it, and staff have not looked yet
	BeforeEdits   *Input     // how staff last saw it, then
	Districts     []DistrictRef
}

const columns = `o.id, o.slug, o.name, o.kind, o.about, o.languages, o.cvr, o.website, o.contact_name, o.contact_email,
	o.contact_phone, o.contact_locale, o.status, o.decline_reason, o.decided_at, o.created_at, o.updated_at,
	o.consent_at, o.suspended_at, o.suspend_reason, o.active_asked, o.stopped_at, o.edited_at, o.before_edits,
	` + districtsJSON + ` AS districts`

// DistrictIDs lists the districts for the policies of authz.
func (o Organisation) DistrictIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(o.Districts))
	for i, d := range o.Districts {
		ids[i] = d.ID
	}
	return ids
}

// EditableBy tells whether the actor may change the organisation.
func (o Organisation) EditableBy(actor authz.Actor) bool {
	return actor.MayEditOrganisation(o.ID, o.DistrictIDs())
}

// ReviewableBy tells whether the actor may approve or decline it.
func (o Organisation) ReviewableBy(actor authz.Actor) bool {
	return o.Status == Pending && actor.MayReviewOrganisation(o.DistrictIDs())
}

// seenBy is what the actor gets to see: the contact person is for those who
// sign in, the reason of a refusal for those who decide.
func (o Organisation) seenBy(actor authz.Actor) (Organisation, error) {
	if o.Status != Approved && !actor.Staff() && actor.Role != authz.System {
		return Organisation{}, fault.New(fault.NotFound, "")
	}
	if !actor.SignedIn() && actor.Role != authz.System {
		o.ContactName, o.ContactEmail, o.ContactPhone = "", "", ""
	}
	if !actor.MayReviewOrganisation(o.DistrictIDs()) && !actor.MemberOf(o.ID) {
		o.ActiveAsked, o.StoppedAt = nil, nil
	}
	if !actor.MayReviewOrganisation(o.DistrictIDs()) {
		o.DeclineReason, o.SuspendReason = "", ""
	}
	if !o.LookedAtBy(actor) {
		o.EditedAt, o.BeforeEdits = nil, nil
	}
	return o, nil
}

// BySlug returns one organisation; for one that was merged the one that it is
// part of now, which has another slug. Those not approved are there for staff
// only.
func (s *Service) BySlug(ctx context.Context, actor authz.Actor, slug string) (Organisation, error) {
	if !text.IsSlug(slug) {
		return Organisation{}, fault.New(fault.NotFound, "")
	}
	q := s.db.Reader()
	if actor.SignedIn() {
		q = s.db.Fresh() // they may have changed it a moment ago
	}
	o, err := pg.One(ctx, q, `
		SELECT `+columns+` FROM organisations o
		WHERE o.id = (SELECT coalesce(m.merged_into, m.id) FROM organisations m WHERE m.slug = $1)`, pg.ByName[Organisation], slug)
	if err != nil {
		return Organisation{}, err
	}
	return o.seenBy(actor)
}

// Pending lists the organisations that wait for the actor's decision, oldest
// first: a coordinator's are those in their districts or in none.
func (s *Service) Pending(ctx context.Context, actor authz.Actor) ([]Organisation, error) {
	where := pg.Where("o.status = 'pending'")
	switch actor.Role {
	case authz.Administrator, authz.System:
	case authz.Coordinator:
		mine := actor.Districts
		if mine == nil {
			mine = []uuid.UUID{}
		}
		where.And(`(EXISTS (SELECT FROM organisation_districts od WHERE od.organisation_id = o.id AND od.district_id = ANY(?))
			OR NOT EXISTS (SELECT FROM organisation_districts od WHERE od.organisation_id = o.id))`, mine)
	default:
		return nil, fault.New(fault.Forbidden, "")
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT `+columns+` FROM organisations o WHERE `+where.SQL()+` ORDER BY o.created_at, o.id`,
		pg.ByName[Organisation], where.Args()...)
}

// Input is an organisation as it is written in a form.
type Input struct {
	Name         string
	Kind         Kind
	About        string
	Languages    []string
	CVR          string
	Website      string
	ContactName  string
	ContactEmail string
	ContactPhone string
	Locale       string // the language of letters to the contact
	Districts    []uuid.UUID
	UpdatedAt    time.Time // as it was read, for changes
}

// Input returns the organisation as its form shows it.
func (o Organisation) Input() Input {
	return Input{Name: o.Name, Kind: o.Kind, About: o.About, Languages: o.Languages, CVR: o.CVR, Website: o.Website,
		ContactName: o.ContactName, ContactEmail: o.ContactEmail, ContactPhone: o.ContactPhone, Locale: o.ContactLocale,
		Districts: o.DistrictIDs(), UpdatedAt: o.UpdatedAt}
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Name, in.About, in.ContactName = text.Line(in.Name), text.Block(in.About), text.Line(in.ContactName)
	in.CVR = tidyCVR(in.CVR)
	in.Website, _ = text.URL(in.Website)
	in.ContactEmail, _ = text.Email(in.ContactEmail)
	in.ContactPhone = strings.TrimSpace(in.ContactPhone)
	if e164, ok := text.Phone(in.ContactPhone); ok {
		in.ContactPhone = e164
	}
	if list, ok := text.LanguageList(in.Languages); ok {
		in.Languages = list
	}
	in.Locale = text.Locale(in.Locale)
	in.Districts = slices.Clone(in.Districts)
	slices.SortFunc(in.Districts, func(a, b uuid.UUID) int { return strings.Compare(string(a[:]), string(b[:])) })
	in.Districts = slices.Compact(in.Districts)
	return in
}

// Validate names what cannot be used.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "name", in.Name, 120, "organisations.name_missing")
	if !in.Kind.Valid() {
		f.Add("kind", text.KeyChooseOne)
	}
	text.Check(&f, "about", in.About, 2000)
	if _, ok := text.LanguageList(in.Languages); !ok {
		f.Add("languages", text.KeyChooseOne)
	}
	if in.CVR != "" && !cvrShape(in.CVR) {
		f.Add("cvr", "organisations.cvr_invalid")
	}
	if _, ok := text.URL(in.Website); !ok {
		f.Add("website", text.KeyURL)
	}
	text.Check(&f, "website", in.Website, 300)
	text.Check(&f, "contact_name", in.ContactName, 120)
	if in.ContactEmail != "" {
		if _, ok := text.Email(in.ContactEmail); !ok {
			f.Add("contact_email", text.KeyEmail)
		}
	}
	if in.ContactPhone != "" {
		if _, ok := text.Phone(in.ContactPhone); !ok {
			f.Add("contact_phone", text.KeyPhone)
		}
	}
	return f
}

// Warnings names what looks odd but may be right.
func (in Input) Warnings() fault.Fields {
	var f fault.Fields
	if cvr := tidyCVR(in.CVR); cvrShape(cvr) && !CVRAddsUp(cvr) {
		f.Add("cvr", "organisations.cvr_unusual")
	}
	return f
}
