package workshop

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

const (
	about = `coalesce(i.slug, d.slug) AS slug, coalesce(i.title, d.name) AS about, (i.id IS NULL OR i.public_at IS NOT NULL) AS about_public,
		coalesce(i.ended_at IS NOT NULL, false) AS about_ended,
		CASE WHEN i.id IS NULL THEN ARRAY[w.district_id] ELSE ARRAY(SELECT x.district_id FROM initiative_districts x WHERE x.initiative_id = i.id) END AS districts,
		ARRAY(SELECT p.organisation_id FROM initiative_parties p JOIN organisations o ON o.id = p.organisation_id
			WHERE p.initiative_id = i.id AND p.joined_at IS NOT NULL AND o.status = 'approved') AS joined`
	tables  = ` FROM workshops w LEFT JOIN initiatives i ON i.id = w.initiative_id LEFT JOIN districts d ON d.id = w.district_id`
	columns = `w.id, w.initiative_id, ` + about + `, w.title, w.starts_at, w.ends_at, w.place, w.link, w.open, w.agenda, w.version, w.revision,
		w.residents, w.minutes, w.charts, w.changed, w.written_at, w.mailed_version, w.mailed_at, w.cancelled_at, w.reason, w.updated_at,
		EXISTS (SELECT FROM involvements v WHERE v.id = w.id) AS recorded,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', n.id, 'Role', n.role, 'OrganisationID', n.organisation_id, 'Name', coalesce(o.name, n.name),
				'Email', coalesce(n.email, ''), 'Phone', n.phone, 'Answer', coalesce(n.answer, ''), 'People', n.people, 'Note', n.note, 'Came', n.came,
				'Themselves', n.themselves) ORDER BY array_position('{board,resident,partner,department,other}', n.role), coalesce(o.name, n.name) COLLATE "da-x-icu", n.id), '[]')
			FROM workshop_invitees n LEFT JOIN organisations o ON o.id = n.organisation_id WHERE n.workshop_id = w.id) AS invitees,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('Objection', b.objection, 'Answer', b.answer) ORDER BY b.position), '[]')
			FROM workshop_objections b WHERE b.workshop_id = w.id) AS objections,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('What', c.what, 'DecidedBy', c.decided_by) ORDER BY c.position), '[]')
			FROM workshop_decisions c WHERE c.workshop_id = w.id) AS decisions,
		(SELECT coalesce(jsonb_agg(` + actionJSON + ` ORDER BY a.position), '[]')
			FROM actions a LEFT JOIN accounts k ON k.id = a.owner_id WHERE a.workshop_id = w.id) AS actions`
	actionJSON = `jsonb_build_object('ID', a.id, 'What', a.what, 'OwnerID', a.owner_id, 'OwnerName', coalesce(k.name, a.owner_name),
		'DueOn', to_char(a.due_on, 'YYYY-MM-DD"T00:00:00Z"'), 'DoneAt', a.done_at)`
)

func byID(ctx context.Context, q pg.Querier, id uuid.UUID) (Workshop, error) {
	return pg.One(ctx, q, `SELECT `+columns+tables+` WHERE w.id = $1`, pg.ByName[Workshop], id)
}

// ByID returns a workshop to those who may run it.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id uuid.UUID) (Workshop, error) {
	w, err := byID(ctx, s.db.Fresh(), id)
	if err == nil && !w.RunBy(actor) {
		err = fault.New(fault.NotFound, "")
	}
	return w, err
}

// OpenByID returns a workshop that everybody may come to and that is still to come.
func (s *Service) OpenByID(ctx context.Context, id uuid.UUID) (Workshop, error) {
	w, err := byID(ctx, s.db.Fresh(), id)
	if err == nil && (!w.Open || !w.AboutPublic || !w.Stands(s.db.Now())) {
		err = fault.New(fault.NotFound, "")
	}
	return w, err
}

// Listing is a workshop in a list.
type Listing struct {
	ID          uuid.UUID
	Slug        string
	About       string
	AboutPublic bool
	AboutEnded  bool
	Districts   []uuid.UUID
	Joined      []uuid.UUID
	Title       string
	StartsAt    time.Time
	EndsAt      time.Time
	Place       string
	WrittenAt   *time.Time
	CancelledAt *time.Time
	Invited     int
	Coming      int // people who said yes
}

const (
	listColumns = `w.id, ` + about + `, w.title, w.starts_at, w.ends_at, w.place, w.written_at, w.cancelled_at,
		(SELECT count(*)::int FROM workshop_invitees n WHERE n.workshop_id = w.id) AS invited,
		(SELECT coalesce(sum(n.people), 0)::int FROM workshop_invitees n WHERE n.workshop_id = w.id AND n.answer = 'yes') AS coming`
	// may tells whether the actor may run it: $1 an administrator, $2 districts,
	// $3 organisations, $4 a coordinator. It is RunBy in SQL.
	may = `($1 OR w.district_id = ANY ($2) OR $4 AND i.id IS NOT NULL AND (NOT EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id)
			OR EXISTS (SELECT FROM initiative_districts x WHERE x.initiative_id = i.id AND x.district_id = ANY ($2)))
		OR EXISTS (SELECT FROM initiative_parties p WHERE p.initiative_id = i.id AND p.joined_at IS NOT NULL AND p.organisation_id = ANY ($3)))`
	mostListed = 200
)

func reach(actor authz.Actor) []any {
	districts := actor.Districts
	if districts == nil {
		districts = []uuid.UUID{}
	}
	return []any{actor.Role == authz.Administrator, districts, actor.OrganisationIDs(), actor.Role == authz.Coordinator}
}

// List returns the workshops that the actor may run: those to come first, the
// soonest first, then those that have been, the last first.
func (s *Service) List(ctx context.Context, actor authz.Actor) ([]Listing, error) {
	if !actor.SignedIn() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+tables+` WHERE `+may+`
		ORDER BY w.ends_at < $5, abs(extract(epoch FROM w.starts_at - $5)), w.id LIMIT $6`, pg.ByName[Listing], append(reach(actor), s.db.Now(), mostListed)...)
}

// Of lists an initiative's workshops for those who may work on it, the next first.
func (s *Service) Of(ctx context.Context, initiative uuid.UUID) ([]Listing, error) {
	return pg.All(ctx, s.db.Fresh(), `SELECT `+listColumns+tables+` WHERE w.initiative_id = $1 ORDER BY w.starts_at DESC, w.id LIMIT $2`,
		pg.ByName[Listing], initiative, mostListed)
}

// Seen is what everybody sees of a workshop.
type Seen struct {
	ID        uuid.UUID
	Title     string
	StartsAt  time.Time
	EndsAt    time.Time
	Place     string
	Online    bool
	Coming    bool // it is still to come
	Changed   string
	Decisions []Decision
	Actions   []Action // without whose they are
}

const seenColumns = `w.id, w.title, w.starts_at, w.ends_at, w.place, w.link <> '' AS online, w.ends_at > $1 AS coming, w.changed,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('What', c.what, 'DecidedBy', c.decided_by) ORDER BY c.position), '[]') FROM workshop_decisions c WHERE c.workshop_id = w.id) AS decisions,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('What', a.what, 'DueOn', to_char(a.due_on, 'YYYY-MM-DD"T00:00:00Z"'), 'DoneAt', a.done_at) ORDER BY a.position), '[]')
		FROM actions a WHERE a.workshop_id = w.id) AS actions`

// InPublic lists what everybody may see of a public initiative's workshops: the
// open ones to come, and what was decided at those that have been.
func (s *Service) InPublic(ctx context.Context, initiative uuid.UUID) ([]Seen, error) {
	return pg.All(ctx, s.db.Reader(), `SELECT `+seenColumns+` FROM workshops w JOIN initiatives i ON i.id = w.initiative_id
		WHERE i.id = $2 AND i.public_at IS NOT NULL AND w.cancelled_at IS NULL AND (w.open AND w.ends_at > $1 OR w.written_at IS NOT NULL)
		ORDER BY w.starts_at, w.id LIMIT $3`, pg.ByName[Seen], s.db.Now(), initiative, mostListed)
}

// Coming lists the open workshops to come in a district, the soonest first.
func (s *Service) Coming(ctx context.Context, slug string) ([]Seen, error) {
	if !text.IsSlug(slug) {
		return nil, nil
	}
	return pg.All(ctx, s.db.Reader(), `SELECT `+seenColumns+tables+`
		WHERE w.open AND w.cancelled_at IS NULL AND w.ends_at > $1 AND (i.id IS NULL OR i.public_at IS NOT NULL)
		  AND EXISTS (SELECT FROM districts z WHERE z.slug = $2 AND (z.id = w.district_id OR EXISTS (
			SELECT FROM initiative_districts x WHERE x.initiative_id = i.id AND x.district_id = z.id)))
		ORDER BY w.starts_at, w.id LIMIT 3`, pg.ByName[Seen], s.db.Now(), slug)
}

// Person is an account that can own an action.
type Person struct {
	ID   uuid.UUID
	Name string
	Of   string // the organisation; empty: staff
}

// Owners lists who can be given an action of a workshop: staff, and the people
// of the parties.
func (s *Service) Owners(ctx context.Context, actor authz.Actor, w Workshop) ([]Person, error) {
	if !w.RunBy(actor) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), ownersSQL+` ORDER BY a.name COLLATE "da-x-icu", a.id`, pg.ByName[Person], w.Joined)
}

const ownersSQL = `SELECT a.id, a.name, coalesce((SELECT min(o.name) FROM organisation_people p JOIN organisations o ON o.id = p.organisation_id
		WHERE p.account_id = a.id AND o.id = ANY ($1)), '') AS of
	FROM accounts a WHERE a.disabled_at IS NULL AND (a.role <> 'partner' OR EXISTS (SELECT FROM organisation_people p WHERE p.account_id = a.id AND p.organisation_id = ANY ($1)))`

// Task is an action with where it comes from.
type Task struct {
	Action
	WorkshopID uuid.UUID
	Workshop   string
	About      string
	HeldAt     time.Time
}

// TaskFilter narrows a list of actions.
type TaskFilter struct {
	Owner   uuid.UUID // zero: anybody's
	Overdue bool      // only those whose day has passed
	Done    bool      // those that are done instead of those that are not
}

// Tasks lists the actions of the workshops that the actor may run, and their
// own; the first due first.
func (s *Service) Tasks(ctx context.Context, actor authz.Actor, f TaskFilter) ([]Task, error) {
	if !actor.SignedIn() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT a.id, a.what, a.owner_id, coalesce(k.name, a.owner_name) AS owner_name, a.due_on, a.done_at,
			w.id AS workshop_id, w.title AS workshop, coalesce(i.title, d.name) AS about, w.starts_at AS held_at
		FROM actions a JOIN workshops w ON w.id = a.workshop_id LEFT JOIN initiatives i ON i.id = w.initiative_id LEFT JOIN districts d ON d.id = w.district_id
			LEFT JOIN accounts k ON k.id = a.owner_id
		WHERE (a.owner_id = ANY ($5) OR `+may+`) AND (a.done_at IS NOT NULL) = $6
			AND ($7 = '00000000-0000-0000-0000-000000000000'::uuid OR a.owner_id = $7)
			AND (NOT $8 OR a.done_at IS NULL AND a.due_on < ($9::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date)
		ORDER BY CASE WHEN $6 THEN a.done_at END DESC, a.due_on, a.id LIMIT $10`,
		pg.ByName[Task], append(reach(actor), actor.Accounts(), f.Done, f.Owner, f.Overdue, s.db.Now(), mostListed)...)
}
