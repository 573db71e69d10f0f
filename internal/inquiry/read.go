package inquiry

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Inquiry is one talk, as the reader may see it.
type Inquiry struct {
	ID             uuid.UUID
	Kind           Kind
	OrganisationID *uuid.UUID
	Organisation   string // whom a question is for
	Slug           string // the organisation's
	DistrictID     *uuid.UUID
	District       string
	Title          string
	Happens        string
	Name           string // empty: not for this reader
	Email          string
	Phone          string
	Locale         string
	Share          bool
	CreatedAt      time.Time
	VerifiedAt     *time.Time
	WaitsSince     *time.Time
	Answered       bool
	TouchedAt      time.Time
	ClosedAt       *time.Time
	ForgottenAt    *time.Time
	Districts      []uuid.UUID // of the organisation or its own; for the policies of authz
	Passed         []Ref
	Messages       []Message
}

// Ref is an organisation by name.
type Ref struct {
	ID   uuid.UUID
	Slug string
	Name string
}

// Message is one letter of a talk.
type Message struct {
	Sender   string // resident, staff, partner
	By       string // name of who answered; empty: no longer known
	OnBehalf string // organisation
	Body     string
	At       time.Time
}

const columns = `i.id, i.kind, i.organisation_id, coalesce(o.name, '') AS organisation, coalesce(o.slug, '') AS slug, i.district_id, coalesce(d.name, '') AS district,
	i.title, i.happens, i.name, coalesce(i.email, '') AS email, i.phone, i.locale, i.share, i.created_at, i.verified_at, i.waits_since, i.answered, i.touched_at,
	i.closed_at, i.forgotten_at,
	CASE WHEN i.kind = 'question' THEN ARRAY(SELECT x.district_id FROM organisation_districts x WHERE x.organisation_id = i.organisation_id)
		ELSE array_remove(ARRAY[i.district_id], NULL) END AS districts,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', p.id, 'Slug', p.slug, 'Name', p.name) ORDER BY p.name COLLATE "da-x-icu"), '[]')
		FROM inquiry_organisations x JOIN organisations p ON p.id = x.organisation_id WHERE x.inquiry_id = i.id) AS passed`

const (
	messages = `(SELECT coalesce(jsonb_agg(jsonb_build_object('Sender', m.sender, 'By', coalesce(a.name, ''), 'OnBehalf', m.on_behalf, 'Body', m.body, 'At', m.at) ORDER BY m.at, m.id), '[]')
		FROM inquiry_messages m LEFT JOIN accounts a ON a.id = m.account_id WHERE m.inquiry_id = i.id) AS messages`
	latest = `(SELECT coalesce(jsonb_agg(jsonb_build_object('Sender', m.sender, 'Body', m.body, 'At', m.at)), '[]')
		FROM (SELECT * FROM inquiry_messages m WHERE m.inquiry_id = i.id ORDER BY m.at DESC, m.id DESC LIMIT 1) m) AS messages`
	tables = ` FROM inquiries i LEFT JOIN organisations o ON o.id = i.organisation_id LEFT JOIN districts d ON d.id = i.district_id`
)

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Inquiry, error) {
	return pg.One(ctx, q, `SELECT `+columns+`, `+messages+tables+` WHERE i.id = $1`, pg.ByName[Inquiry], id)
}

// KeptBy tells whether the actor looks after it on the municipality's side.
func (i Inquiry) KeptBy(actor authz.Actor) bool { return actor.MayAnswerInquiry(i.Districts) }

// Behalf is the actor's organisation that the talk is with.
func (i Inquiry) Behalf(actor authz.Actor) (Ref, bool) {
	if i.OrganisationID != nil && actor.MemberOf(*i.OrganisationID) {
		return Ref{*i.OrganisationID, i.Slug, i.Organisation}, true
	}
	for _, p := range i.Passed {
		if actor.MemberOf(p.ID) {
			return p, true
		}
	}
	return Ref{}, false
}

// seenBy leaves out who wrote it where the reader is not to know.
func (i Inquiry) seenBy(actor authz.Actor) (Inquiry, error) {
	if i.KeptBy(actor) {
		return i, nil
	}
	if _, ok := i.Behalf(actor); !ok || actor.Role != authz.Partner {
		return Inquiry{}, fault.New(fault.NotFound, "")
	}
	if !i.Share {
		i.Name, i.Email, i.Phone = "", "", ""
	}
	i.Passed = nil // partners do not see each other
	return i, nil
}

// ByID returns a talk to those who may answer it.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id uuid.UUID) (Inquiry, error) {
	i, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return Inquiry{}, err
	}
	return i.seenBy(actor)
}

// ByToken returns a talk to its writer. What was forgotten is Gone.
func (s *Service) ByToken(ctx context.Context, token Token) (Inquiry, error) {
	i, err := byToken(ctx, s.db.Fresh(), token)
	i.Passed = nil
	return i, err
}

func byToken(ctx context.Context, q pg.Querier, token Token) (Inquiry, error) {
	return pg.One(ctx, q, `SELECT `+columns+`, `+messages+tables+` WHERE i.id = (SELECT inquiry_id FROM inquiry_links WHERE token_hash = $1)`,
		pg.ByName[Inquiry], token.hash())
}

// mostListed is how many talks a list shows.
const mostListed = 200

// waitingFirst is the order of lists: what waits for us, longest first.
const waitingFirst = ` ORDER BY i.waits_since NULLS LAST, i.closed_at IS NOT NULL, i.touched_at DESC, i.id LIMIT `

const ofStaff = `($1 OR CASE WHEN i.kind = 'question'
	THEN NOT EXISTS (SELECT FROM organisation_districts x WHERE x.organisation_id = i.organisation_id)
		OR EXISTS (SELECT FROM organisation_districts x WHERE x.organisation_id = i.organisation_id AND x.district_id = ANY ($2))
	ELSE i.district_id IS NULL OR i.district_id = ANY ($2) END)`

// ForStaff lists the talks a member of staff looks after, with their last
// message; district narrows by slug.
func (s *Service) ForStaff(ctx context.Context, actor authz.Actor, district string) ([]Inquiry, error) {
	if !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+columns+`, `+latest+tables+` WHERE i.forgotten_at IS NULL AND `+ofStaff+`
		AND ($3 = '' OR d.slug = $3 OR EXISTS (SELECT FROM organisation_districts x JOIN districts y ON y.id = x.district_id
			WHERE x.organisation_id = i.organisation_id AND y.slug = $3))`+waitingFirst+`$4`,
		pg.ByName[Inquiry], actor.Role == authz.Administrator, actor.Districts, district, mostListed)
}

// ForPartner lists the questions to the actor's organisations and what was
// passed on to them, with their last message.
func (s *Service) ForPartner(ctx context.Context, actor authz.Actor) ([]Inquiry, error) {
	if actor.Role != authz.Partner {
		return nil, fault.New(fault.NotFound, "")
	}
	list, err := pg.All(ctx, s.db.Fresh(), `SELECT `+columns+`, `+latest+tables+` WHERE i.forgotten_at IS NULL AND (i.organisation_id = ANY ($1)
		OR EXISTS (SELECT FROM inquiry_organisations x WHERE x.inquiry_id = i.id AND x.organisation_id = ANY ($1)))`+waitingFirst+`$2`,
		pg.ByName[Inquiry], actor.OrganisationIDs(), mostListed)
	if err != nil {
		return nil, err
	}
	for n := range list {
		if list[n], err = list[n].seenBy(actor); err != nil {
			return nil, err
		}
	}
	return list, nil
}
