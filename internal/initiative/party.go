package initiative

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// MaxPeople is how many of one party can be named on an initiative.
const MaxPeople = 12

// Share is what a party brings, and who of it works on the initiative.
type Share struct {
	Contribution string
	People       []Person
}

// Tidy returns the share as it will be kept: empty rows gone.
func (in Share) Tidy() Share {
	in.Contribution = text.Block(in.Contribution)
	people := []Person{}
	for _, p := range in.People {
		p.Name, p.Role = text.Line(p.Name), text.Line(p.Role)
		if p.Name != "" || p.Role != "" {
			people = append(people, p)
		}
	}
	in.People = people
	return in
}

// Validate names what cannot be used.
func (in Share) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "contribution", in.Contribution, 1000, "initiatives.contribution_missing")
	refuseCPR(&f, "contribution", in.Contribution)
	if len(in.People) > MaxPeople {
		f.Add("people", "initiatives.people_many", "Max", MaxPeople)
	}
	for n, p := range in.People {
		text.Require(&f, PersonField(n, "name"), p.Name, 120, "initiatives.person_missing")
		text.Check(&f, PersonField(n, "role"), p.Role, 120)
		if !slices.Contains(Levels, p.Level) {
			f.Add(PersonField(n, "level"), text.KeyChooseOne)
		}
	}
	return f
}

// Invite asks organisations to take part. Their people get a letter each; who
// is invited already, or takes part, is left as it is.
func (s *Service) Invite(ctx context.Context, actor authz.Actor, id uuid.UUID, organisations []uuid.UUID) (invited int, err error) {
	if len(organisations) == 0 {
		return 0, fault.InField(fault.Invalid, "organisations", "initiatives.choose_parties")
	}
	err = s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		var fresh []uuid.UUID
		for _, organisation := range unique(organisations) {
			tag, err := tx.Exec(ctx, `
				INSERT INTO initiative_parties (id, initiative_id, organisation_id, invited_at)
				SELECT $1, $2, o.id, $4 FROM organisations o WHERE o.id = $3 AND o.status = 'approved'
				ON CONFLICT ON CONSTRAINT initiative_parties_once DO NOTHING`, newID(), id, organisation, tx.Now())
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 1 {
				fresh = append(fresh, organisation)
			}
		}
		invited = len(fresh)
		if err := tell(ctx, tx, "initiative_invited", i, fresh, nil); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("parties_invited", id, map[string]int{"parties": invited}))
	})
	return invited, err
}

// tell writes to the people of organisations: to their accounts, or to the
// address they gave when nobody has one.
func tell(ctx context.Context, tx *pg.Tx, letter string, i Initiative, organisations []uuid.UUID, more map[string]any) error {
	type reader struct{ Name, Email, Locale, Organisation string }
	list, err := pg.All(ctx, tx, `
		WITH people AS (SELECT op.organisation_id, a.name, a.email, a.locale FROM organisation_people op
			JOIN accounts a ON a.id = op.account_id AND a.disabled_at IS NULL WHERE op.organisation_id = ANY ($1)
			UNION ALL SELECT o.id, o.contact_name, o.contact_email, o.contact_locale FROM organisations o
			WHERE o.id = ANY ($1) AND o.contact_email <> '' AND NOT EXISTS (SELECT FROM organisation_people op
				JOIN accounts a ON a.id = op.account_id AND a.disabled_at IS NULL WHERE op.organisation_id = o.id))
		SELECT DISTINCT ON (lower(p.email)) p.name, p.email, p.locale, o.name AS organisation
		FROM people p JOIN organisations o ON o.id = p.organisation_id AND o.status = 'approved' ORDER BY lower(p.email), o.name`,
		pg.ByName[reader], organisations)
	if err != nil {
		return err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		facts := map[string]any{"slug": i.Slug, "title": i.Title, "purpose": i.Words.Purpose, "organisation": r.Organisation}
		for k, v := range more {
			facts[k] = v
		}
		posts[n] = mail.Post{Letter: letter, To: r.Email, Name: r.Name, Locale: r.Locale, Facts: facts}
	}
	return mail.Enqueue(ctx, tx, posts...)
}

// party finds one of an initiative's parties and tells whether the actor may
// answer for it: its own people, or staff who write it down for them.
func party(i Initiative, actor authz.Actor, id uuid.UUID) (p Party, staff bool, err error) {
	at := slices.IndexFunc(i.Parties, func(p Party) bool { return p.ID == id })
	if at < 0 {
		return Party{}, false, fault.New(fault.NotFound, "")
	}
	p = i.Parties[at]
	switch {
	case actor.MemberOf(p.OrganisationID):
		return p, false, nil
	case i.KeptBy(actor):
		return p, true, nil
	case i.SeenBy(actor):
		return Party{}, false, fault.New(fault.Forbidden, "")
	}
	return Party{}, false, fault.New(fault.NotFound, "")
}

// answer runs fn for a party that the actor speaks for.
func (s *Service) answer(ctx context.Context, actor authz.Actor, id, partyID uuid.UUID, fn func(tx *pg.Tx, i Initiative, p Party, staff bool) error) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM initiatives WHERE id = $1 FOR UPDATE`, id); err != nil {
			return err
		}
		i, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		p, staff, err := party(i, actor, partyID)
		if err != nil {
			return err
		}
		if i.Status.Ended() {
			return fault.New(fault.Conflict, "initiatives.ended")
		}
		return fn(tx, i, p, staff)
	})
}

// Join says yes for a party, with what it brings; again, it changes that.
func (s *Service) Join(ctx context.Context, actor authz.Actor, id, partyID uuid.UUID, in Share) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	return s.answer(ctx, actor, id, partyID, func(tx *pg.Tx, _ Initiative, p Party, staff bool) error {
		by := audit.ActorID(actor)
		if !staff {
			by = nil
		}
		if _, err := tx.Exec(ctx, `UPDATE initiative_parties SET contribution = $2, joined_at = coalesce(joined_at, $3), entered_by = $4 WHERE id = $1`,
			p.ID, in.Contribution, tx.Now(), by); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM initiative_people WHERE party_id = $1`, p.ID); err != nil {
			return err
		}
		for n, person := range in.People {
			if _, err := tx.Exec(ctx, `INSERT INTO initiative_people (id, party_id, position, name, role, level) VALUES ($1, $2, $3, $4, $5, $6)`,
				newID(), p.ID, n, person.Name, person.Role, person.Level); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("party_joined", id, map[string]any{"organisation": p.OrganisationID}))
	})
}

// Leave takes a party off: one that does not want to, or no longer. What was
// agreed with it keeps the gate's demands: if they no longer hold without it,
// it is refused.
func (s *Service) Leave(ctx context.Context, actor authz.Actor, id, partyID uuid.UUID) error {
	return s.answer(ctx, actor, id, partyID, func(tx *pg.Tx, i Initiative, p Party, _ bool) error {
		if _, err := tx.Exec(ctx, `DELETE FROM initiative_parties WHERE id = $1`, p.ID); err != nil {
			return err
		}
		if err := stillHolds(ctx, tx, i); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("party_left", id, map[string]any{"organisation": p.OrganisationID}))
	})
}

// Lead says whether a party calls the others together.
func (s *Service) Lead(ctx context.Context, actor authz.Actor, id, partyID uuid.UUID, lead bool) error {
	return s.work(ctx, actor, id, func(tx *pg.Tx, _ Initiative) error {
		tag, err := tx.Exec(ctx, `UPDATE initiative_parties SET lead = $3 WHERE initiative_id = $1 AND id = $2 AND joined_at IS NOT NULL`, id, partyID, lead)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "")
		}
		return audit.Write(ctx, tx, entry("lead", id, map[string]any{"party": partyID, "lead": lead}))
	})
}
