package organisation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Two that turn out to be one are merged: everything that belongs to the first
// goes to the second. That reaches into the tables of features, which this
// package otherwise knows nothing of; a test counts the tables that point at
// organisations, so that a new one is not forgotten.

// MovingPerson is somebody who comes along.
type MovingPerson struct {
	Name    string
	Contact bool
	Both    bool // belongs to both already
	Becomes bool // a contact afterwards
}

// Moving is what goes from one organisation to another.
type Moving struct {
	From, Into  Organisation `json:"-"`
	Offers      []string     // titles
	People      []MovingPerson
	Cafes       []string      // names of those that only the first one hosts
	Districts   []DistrictRef // that the second one does not work in yet
	Invitations int           // still open
	Asks        int           // that the first one was sent
	Hands       int           // that the first one has raised
	Notes       int           // that staff wrote about the first one
	Stamp       string        `json:"-"` // of all this: what is confirmed is what was seen
}

const movingSQL = `SELECT
	ARRAY(SELECT title FROM offers WHERE organisation_id = $1 ORDER BY title COLLATE "da-x-icu", id) AS offers,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('Name', a.name, 'Contact', p.contact, 'Both', q.account_id IS NOT NULL,
			'Becomes', p.contact OR coalesce(q.contact, false)) ORDER BY a.name COLLATE "da-x-icu", a.id), '[]')
		FROM organisation_people p JOIN accounts a ON a.id = p.account_id
		LEFT JOIN organisation_people q ON q.account_id = p.account_id AND q.organisation_id = $2
		WHERE p.organisation_id = $1) AS people,
	ARRAY(SELECT c.name FROM cafe_hosts h JOIN cafes c ON c.id = h.cafe_id WHERE h.organisation_id = $1
		AND NOT EXISTS (SELECT FROM cafe_hosts o WHERE o.cafe_id = h.cafe_id AND o.organisation_id = $2)
		ORDER BY c.name COLLATE "da-x-icu", c.id) AS cafes,
	(SELECT count(*)::int FROM invitations WHERE organisation_id = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL) AS invitations,
	(SELECT count(DISTINCT ask_id)::int FROM ask_letters WHERE organisation_id = $1) AS asks,
	(SELECT count(*)::int FROM hands WHERE organisation_id = $1) AS hands,
	(SELECT count(*)::int FROM organisation_notes WHERE organisation_id = $1) AS notes`

func moving(ctx context.Context, q pg.Querier, from, into Organisation) (Moving, error) {
	type row struct {
		Offers                          []string
		People                          []MovingPerson
		Cafes                           []string
		Invitations, Asks, Hands, Notes int
	}
	r, err := pg.One(ctx, q, movingSQL, pg.ByName[row], from.ID, into.ID)
	if err != nil {
		return Moving{}, err
	}
	m := Moving{From: from, Into: into, Offers: r.Offers, People: r.People, Cafes: r.Cafes, Invitations: r.Invitations,
		Asks: r.Asks, Hands: r.Hands, Notes: r.Notes}
	if len(into.Districts) > 0 { // without any it works everywhere, and goes on doing so
		for _, d := range from.Districts {
			if !slices.ContainsFunc(into.Districts, func(i DistrictRef) bool { return i.ID == d.ID }) {
				m.Districts = append(m.Districts, d)
			}
		}
	}
	seen, err := json.Marshal(m)
	if err != nil {
		return Moving{}, err
	}
	sum := sha256.Sum256(append(append(seen, from.ID[:]...), into.ID[:]...))
	m.Stamp = hex.EncodeToString(sum[:12])
	return m, nil
}

// mergeable says why the actor cannot merge the two, if so.
func mergeable(actor authz.Actor, from, into Organisation) error {
	switch {
	case !actor.MayReviewOrganisation(from.DistrictIDs()), !actor.MayReviewOrganisation(into.DistrictIDs()):
		return fault.New(fault.Forbidden, "organisations.merge_not_yours")
	case from.ID == into.ID:
		return fault.InField(fault.Invalid, "into", "organisations.merge_itself")
	case into.Status != Approved:
		return fault.InField(fault.Conflict, "into", "organisations.merge_into_closed")
	case from.Status != Approved && from.Status != Suspended && from.Status != Pending:
		return fault.InField(fault.Conflict, "into", "organisations.merge_over")
	}
	return nil
}

// Merging tells what would move if one organisation became part of another.
func (s *Service) Merging(ctx context.Context, actor authz.Actor, from uuid.UUID, into string) (Moving, error) {
	if !actor.Staff() {
		return Moving{}, fault.New(fault.Forbidden, "")
	}
	if !text.IsSlug(into) {
		return Moving{}, fault.InField(fault.Invalid, "into", text.KeyChooseOne)
	}
	q := s.db.Fresh()
	a, err := pg.One(ctx, q, `SELECT `+columns+` FROM organisations o WHERE o.id = $1`, pg.ByName[Organisation], from)
	if err != nil {
		return Moving{}, err
	}
	b, err := pg.One(ctx, q, `SELECT `+columns+` FROM organisations o WHERE o.slug = $1`, pg.ByName[Organisation], into)
	if fault.Is(err, fault.NotFound) {
		err = fault.InField(fault.Invalid, "into", text.KeyChooseOne)
	}
	if err != nil {
		return Moving{}, err
	}
	if err := mergeable(actor, a, b); err != nil {
		return Moving{}, err
	}
	return moving(ctx, q, a, b)
}

// Merge makes one organisation part of another, when what moves is still what
// the stamp was given for. Links to the first lead to the second ever after.
func (s *Service) Merge(ctx context.Context, actor authz.Actor, from, into uuid.UUID, stamp string) error {
	if !actor.Staff() && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		// Both are held, in one order whichever way they are merged: of two who
		// merge in opposite directions the second finds what the first has done.
		if _, err := pg.All(ctx, tx, `SELECT id FROM organisations WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
			pg.Scalar[uuid.UUID], []uuid.UUID{from, into}); err != nil {
			return err
		}
		a, err := held(ctx, tx, from)
		if err != nil {
			return err
		}
		b, err := held(ctx, tx, into)
		if err != nil {
			return err
		}
		if err := mergeable(actor, a, b); err != nil {
			return err
		}
		m, err := moving(ctx, tx, a, b)
		switch {
		case err != nil:
			return err
		case m.Stamp != stamp:
			return fault.New(fault.Conflict, "organisations.merge_changed")
		}
		if err := move(ctx, tx, m); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "organisation.merged", Object: "organisation", ID: from,
			Detail: map[string]any{"into": into, "was": a.Status}}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.took_in", Object: "organisation", ID: into,
			Detail: map[string]any{"from": from, "offers": len(m.Offers), "people": len(m.People), "cafes": len(m.Cafes), "hands": m.Hands}})
	})
}

// moves are the statements that take everything from $1 to $2. Where both have
// the same, one is left.
var moves = []string{
	`UPDATE offers SET organisation_id = $2 WHERE organisation_id = $1`,

	`INSERT INTO organisation_people (organisation_id, account_id, contact)
		SELECT $2, account_id, contact FROM organisation_people WHERE organisation_id = $1
		ON CONFLICT (organisation_id, account_id) DO UPDATE SET contact = organisation_people.contact OR excluded.contact`,
	`DELETE FROM organisation_people WHERE organisation_id = $1 AND $2::uuid IS NOT NULL`,

	`INSERT INTO cafe_hosts (cafe_id, organisation_id) SELECT cafe_id, $2 FROM cafe_hosts WHERE organisation_id = $1 ON CONFLICT DO NOTHING`,
	`DELETE FROM cafe_hosts WHERE organisation_id = $1 AND $2::uuid IS NOT NULL`,

	`INSERT INTO organisation_districts (organisation_id, district_id)
		SELECT $2, district_id FROM organisation_districts
		WHERE organisation_id = $1 AND EXISTS (SELECT FROM organisation_districts WHERE organisation_id = $2) ON CONFLICT DO NOTHING`,

	// Who is one of its people already, or has been asked already, needs no other invitation.
	`DELETE FROM invitations i WHERE i.organisation_id = $1 AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND (
		EXISTS (SELECT FROM invitations o WHERE o.organisation_id = $2 AND o.accepted_at IS NULL AND o.withdrawn_at IS NULL
			AND lower(o.email) = lower(i.email))
		OR EXISTS (SELECT FROM organisation_people p JOIN accounts a ON a.id = p.account_id
			WHERE p.organisation_id = $2 AND lower(a.email) = lower(i.email)))`,
	`UPDATE invitations SET organisation_id = $2 WHERE organisation_id = $1`,

	`INSERT INTO ask_organisations (ask_id, organisation_id) SELECT ask_id, $2 FROM ask_organisations WHERE organisation_id = $1 ON CONFLICT DO NOTHING`,
	`DELETE FROM ask_organisations WHERE organisation_id = $1 AND $2::uuid IS NOT NULL`,
	`UPDATE ask_letters SET organisation_id = $2 WHERE organisation_id = $1`,

	// Both have answered the same ask: a yes is kept, then what was replied to,
	// then what was said last.
	`DELETE FROM hands WHERE id IN (
		SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY ask_id
				ORDER BY (answer = 'yes') DESC, (reply IS NOT NULL) DESC, coalesce(changed_at, answered_at) DESC, seq DESC) AS n
			FROM hands WHERE organisation_id IN ($1, $2)) ranked WHERE n > 1)`,
	`UPDATE hands SET organisation_id = $2 WHERE organisation_id = $1`,

	`UPDATE inquiries SET organisation_id = $2 WHERE organisation_id = $1`,
	`INSERT INTO inquiry_organisations (inquiry_id, organisation_id, passed_at)
		SELECT inquiry_id, $2, passed_at FROM inquiry_organisations WHERE organisation_id = $1 ON CONFLICT DO NOTHING`,
	`DELETE FROM inquiry_organisations WHERE organisation_id = $1 AND $2::uuid IS NOT NULL`,

	`UPDATE organisation_active_links SET organisation_id = $2 WHERE organisation_id = $1`,

	// Both take part in the same initiative: they bring together what each said.
	`UPDATE initiative_parties p SET joined_at = least(p.joined_at, f.joined_at), lead = p.lead OR f.lead,
			contribution = left(concat_ws(E'\n', nullif(p.contribution, ''), nullif(f.contribution, '')), 1000)
		FROM initiative_parties f WHERE f.organisation_id = $1 AND p.organisation_id = $2 AND f.initiative_id = p.initiative_id`,
	`UPDATE initiative_people w SET party_id = p.id, position = w.position + 100
		FROM initiative_parties f JOIN initiative_parties p ON p.initiative_id = f.initiative_id
		WHERE w.party_id = f.id AND f.organisation_id = $1 AND p.organisation_id = $2`,
	`DELETE FROM initiative_parties f USING initiative_parties p
		WHERE f.organisation_id = $1 AND p.organisation_id = $2 AND f.initiative_id = p.initiative_id`,
	`UPDATE initiative_parties SET organisation_id = $2 WHERE organisation_id = $1`,

	`UPDATE organisation_notes SET organisation_id = $2 WHERE organisation_id = $1`,

	`INSERT INTO concern_parties (concern_id, organisation_id, invited_at)
		SELECT concern_id, $2, invited_at FROM concern_parties WHERE organisation_id = $1 ON CONFLICT DO NOTHING`,
	`DELETE FROM concern_parties WHERE organisation_id = $1 AND $2::uuid IS NOT NULL`,
	// Both are invited to the same workshop: the answer of the one that stays counts.
	`DELETE FROM workshop_invitees n USING workshop_invitees m WHERE n.organisation_id = $1 AND m.organisation_id = $2 AND m.workshop_id = n.workshop_id`,
	`UPDATE workshop_invitees SET organisation_id = $2 WHERE organisation_id = $1`,
	`UPDATE district_relations SET organisation_id = $2 WHERE organisation_id = $1`,
	`UPDATE district_duties SET organisation_id = $2 WHERE organisation_id = $1`,

	// Links to those that became part of it before lead on, in one step.
	`UPDATE organisations SET merged_into = $2 WHERE merged_into = $1`,
}

func move(ctx context.Context, tx *pg.Tx, m Moving) error {
	for _, sql := range moves {
		if _, err := tx.Exec(ctx, sql, m.From.ID, m.Into.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE organisations SET updated_at = greatest($3, updated_at + interval '1 microsecond'),
			status = CASE id WHEN $1 THEN 'merged' ELSE status END,
			merged_into = CASE id WHEN $1 THEN $2::uuid END,
			merged_at = CASE id WHEN $1 THEN $3::timestamptz END,
			decided_at = CASE id WHEN $1 THEN coalesce(decided_at, $3) ELSE decided_at END,
			suspended_at = CASE id WHEN $1 THEN NULL ELSE suspended_at END,
			before_edits = CASE id WHEN $1 THEN NULL ELSE before_edits END,
			edited_at = CASE id WHEN $1 THEN NULL ELSE edited_at END
		WHERE id IN ($1, $2)`, m.From.ID, m.Into.ID, tx.Now())
	return err
}
