package ask

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// counts tells whether a hand covers anything: it said yes, was not declined,
// and its organisation may still act.
const counts = `h.answer = 'yes' AND h.reply IS DISTINCT FROM 'declined'
	AND NOT EXISTS (SELECT FROM organisations o WHERE o.id = h.organisation_id AND o.status <> 'approved')`

const columns = `a.id, a.title, a.why, a.place, a.happens, a.answer_by, a.public, a.kinds, coalesce(a.remind_days, 0)::int AS remind_days,
	a.contact_name, a.contact_email, a.contact_phone, a.author_id, a.status, a.outcome, a.story, a.opened_at, a.stopped_at,
	a.closed_at, a.created_at, a.updated_at,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', p.id, 'What', p.what, 'Quantity', p.quantity, 'Unit', p.unit, 'Covered',
		(SELECT coalesce(sum(hp.quantity), 0) FROM hand_parts hp JOIN hands h ON h.id = hp.hand_id WHERE hp.part_id = p.id AND ` + counts + `))
		ORDER BY p.position), '[]') FROM ask_parts p WHERE p.ask_id = a.id) AS parts,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', d.id, 'Slug', d.slug, 'Name', d.name) ORDER BY d.name COLLATE "da-x-icu"), '[]')
		FROM ask_districts ad JOIN districts d ON d.id = ad.district_id WHERE ad.ask_id = a.id) AS districts,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', o.id, 'Slug', o.slug, 'Name', o.name) ORDER BY o.name COLLATE "da-x-icu"), '[]')
		FROM ask_organisations ao JOIN organisations o ON o.id = ao.organisation_id WHERE ao.ask_id = a.id) AS chosen,
	(SELECT count(*)::int FROM ask_letters l WHERE l.ask_id = a.id) AS letters,
	(SELECT count(*)::int FROM ask_letters l WHERE l.ask_id = a.id AND l.sent_at IS NOT NULL) AS sent,
	(SELECT count(*)::int FROM hands h WHERE h.ask_id = a.id AND h.answer = 'yes') AS hands,
	(SELECT count(*)::int FROM hands h WHERE h.ask_id = a.id AND h.answer = 'yes' AND h.reply IS NULL) AS unanswered`

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Ask, error) {
	return pg.One(ctx, q, `SELECT `+columns+` FROM asks a WHERE a.id = $1`, pg.ByName[Ask], id)
}

// EditableBy tells whether the actor may change the ask and answer its hands.
func (a Ask) EditableBy(actor authz.Actor) bool {
	author := uuid.Nil
	if a.AuthorID != nil {
		author = *a.AuthorID
	}
	return actor.MayEditAsk(author, IDs(a.Districts))
}

// ByID returns an ask to those who may see it: everybody a public one once it
// is open, the organisations that were asked, and staff.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id uuid.UUID) (Ask, error) {
	a, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return Ask{}, err
	}
	if a.EditableBy(actor) || a.Status != Draft && (a.Public || actor.Staff()) {
		return a, nil
	}
	if actor.Role == authz.Partner && a.Status != Draft {
		asked, err := pg.One(ctx, s.db.Fresh(), `
			SELECT EXISTS (SELECT FROM ask_letters WHERE ask_id = $1 AND organisation_id = ANY ($2))`, pg.Scalar[bool], id, actor.OrganisationIDs())
		if err != nil || asked {
			return a, err
		}
	}
	return Ask{}, fault.New(fault.NotFound, "")
}

// Listing is an ask as lists show it.
type Listing struct {
	ID         uuid.UUID
	Title      string
	Status     Status
	Outcome    *Outcome
	Public     bool
	AnswerBy   time.Time
	OpenedAt   *time.Time
	ClosedAt   *time.Time
	CreatedAt  time.Time
	Districts  string // names, one per line
	Parts      int
	Missing    int // parts that are not covered
	Hands      int // that said yes
	Unanswered int
	Mine       string // how the actor's organisation answered: "yes", "no" or nothing yet
}

// Late tells whether the last day for an answer has passed.
func (l Listing) Late(now time.Time) bool { return !now.Before(deadline(l.AnswerBy)) }

const listColumns = `a.id, a.title, a.status, a.outcome, a.public, a.answer_by, a.opened_at, a.closed_at, a.created_at,
	(SELECT coalesce(string_agg(d.name, E'\n' ORDER BY d.name COLLATE "da-x-icu"), '')
		FROM ask_districts ad JOIN districts d ON d.id = ad.district_id WHERE ad.ask_id = a.id) AS districts,
	p.parts, p.missing,
	(SELECT count(*)::int FROM hands h WHERE h.ask_id = a.id AND h.answer = 'yes') AS hands,
	(SELECT count(*)::int FROM hands h WHERE h.ask_id = a.id AND h.answer = 'yes' AND h.reply IS NULL) AS unanswered`

const listTables = ` FROM asks a CROSS JOIN LATERAL (
	SELECT count(*)::int AS parts, (count(*) FILTER (WHERE ap.quantity > (
		SELECT coalesce(sum(hp.quantity), 0) FROM hand_parts hp JOIN hands h ON h.id = hp.hand_id WHERE hp.part_id = ap.id AND ` + counts + `)))::int AS missing
	FROM ask_parts ap WHERE ap.ask_id = a.id) p`

// mostListed is how many asks a list shows.
const mostListed = 200

// Public lists the asks that anybody may answer now, the most urgent first;
// district narrows by slug.
func (s *Service) Public(ctx context.Context, district string) ([]Listing, error) {
	if district != "" && !text.IsSlug(district) {
		return nil, nil
	}
	return pg.All(ctx, s.db.Reader(), `SELECT `+listColumns+`, '' AS mine`+listTables+`
		WHERE a.public AND a.status = 'open' AND ($1 = '' OR EXISTS (
			SELECT FROM ask_districts ad JOIN districts d ON d.id = ad.district_id WHERE ad.ask_id = a.id AND d.slug = $1))
		ORDER BY a.answer_by, a.id LIMIT $2`, pg.ByName[Listing], district, mostListed)
}

// ForStaff lists the asks a member of staff works with: those of their
// districts and their own, for an administrator all; open ones first.
func (s *Service) ForStaff(ctx context.Context, actor authz.Actor) ([]Listing, error) {
	if !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+`, '' AS mine`+listTables+`
		WHERE $1 OR a.author_id = ANY ($2) OR EXISTS (SELECT FROM ask_districts ad WHERE ad.ask_id = a.id AND ad.district_id = ANY ($3))
		ORDER BY array_position('{draft,open,closed}', a.status), CASE WHEN a.status = 'open' THEN a.answer_by END, a.created_at DESC
		LIMIT $4`, pg.ByName[Listing], actor.Role == authz.Administrator, actor.Accounts(), actor.Districts, mostListed)
}

// ForPartner lists the asks that the actor's organisations were asked, those
// that wait for their answer first.
func (s *Service) ForPartner(ctx context.Context, actor authz.Actor) ([]Listing, error) {
	if actor.Role != authz.Partner {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+`,
		coalesce((SELECT h.answer FROM hands h WHERE h.ask_id = a.id AND h.organisation_id = ANY ($1) ORDER BY h.seq LIMIT 1), '') AS mine`+listTables+`
		WHERE a.status <> 'draft' AND EXISTS (SELECT FROM ask_letters l WHERE l.ask_id = a.id AND l.organisation_id = ANY ($1))
		ORDER BY a.status = 'closed', a.answer_by, a.id LIMIT $2`, pg.ByName[Listing], actor.OrganisationIDs(), mostListed)
}
